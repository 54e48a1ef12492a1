"""Who would write to whom in these classes? The command `penfriends pair-classes`. Nothing is stored."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from penfriends.class_words import complaint_sentence, fault_sentence, reasons, remark_sentence, shortage_sentence
from penfriends.i18n import gettext
from penfriends.pair_file import Asked, Fault, read
from penfriends.reasons import joined
from penfriends.rules.class_pairing import shortage
from penfriends.rules.class_ring import links, pair_ring
from penfriends.rules.interests import INTERESTS
from penfriends.rules.partners import Partnering, Partners, Roster, Shortage
from penfriends.rules.pupil_score import MAXIMA, Around

DONE, CANNOT_BE, BAD_FILE = 0, 1, 2
WHOLE = sum(MAXIMA.values())


def pair_classes(file: str, *, seed: int, as_json: bool, today: date, out: TextIO, wrong: TextIO) -> int:
    """Write the partners to `out`, or what is wrong with the file to `wrong` (`out` for JSON). 0; 1 if the wishes of
    the teachers cannot be kept; 2 if the file cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        wrong.write(f"{file}: {error.strerror}\n")
        return BAD_FILE
    asked, faults = read(raw, today)
    if asked is None:
        out.write(_faults_as_json(faults)) if as_json else wrong.writelines(_fault_lines(file, faults))
        return BAD_FILE
    around = Around(asked.today or today, {code: one.rarity for code, one in INTERESTS.items()})
    found = pair_ring(asked.classes, asked.rules, around, seed=seed, standing=asked.standing)
    told = [_Link(asked, one, result) for one, result in zip(links(asked.classes), found, strict=True)]
    if as_json:
        out.write(_as_json({"seed": seed, "links": [one.as_json() for one in told]}))
    else:
        out.write("\n".join("".join(f"{line}\n" for line in one.lines()) for one in told))
    return CANNOT_BE if any(result.complaints for result in found) else DONE


def _faults_as_json(faults: tuple[Fault, ...]) -> str:
    rows = [{"code": one.kind, "where": one.where, "said": fault_sentence(one)} for one in faults]
    return _as_json({"faults": rows})


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _fault_lines(file: str, faults: tuple[Fault, ...]) -> Iterator[str]:
    for one in faults:
        place = f"{file}: {_printable(one.where)}: " if one.where else f"{file}: "
        yield f"{place}{_printable(fault_sentence(one))}\n"


class _Link:
    """Two classes that write to each other, and what came out for them."""

    def __init__(self, asked: Asked, pair: tuple[int, int], result: Partnering) -> None:
        self.classes: tuple[Roster, Roster] = (asked.classes[pair[0]], asked.classes[pair[1]])
        self.result = result
        self.names = _names(asked)
        here = {pupil.uid for one in self.classes for pupil in one.pupils}
        wishes = asked.rules.only(tuple(one for one in asked.rules.listed if one[1] <= here))
        self.shortage: Shortage | None = shortage(*self.classes, wishes)

    def as_json(self) -> dict[str, Any]:
        result, lack = self.result, self.shortage
        return {
            "classes": [one.name for one in self.classes],
            "pairs": [self._pair_as_json(one) for one in self._pairs()],
            "circles": [list(circle) for circle in result.circles],
            "worst": None if result.worst is None else self._pair_as_json(result.worst),
            "total": result.total,
            "shares": [
                {"pupil": one.uid, "partners": one.partners, "volunteered": one.volunteered} for one in result.shares
            ],
            "before": lack and {
                "smaller": self.classes[lack.smaller].name, "least": lack.least, "most": lack.most,
                "sharing": lack.sharing, "volunteers": lack.volunteers, "missing": lack.missing,
            },
            "remarks": [{"code": one, "said": remark_sentence(one)} for one in result.remarks],
            "complaints": [
                {
                    "code": one.trouble,
                    "pupils": list(one.pupils),
                    "wishes": [[kind, *uids] for kind, uids in one.rules],
                    "said": complaint_sentence(one, self.names),
                }
                for one in result.complaints
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        result, settled = self.result, gettext("settled by a teacher")
        first, second = (_printable(one.name) for one in self.classes)
        yield gettext("%(first)s and %(second)s") % {"first": first, "second": second}
        if self.shortage is not None and self.shortage.sharing:
            yield "  " + shortage_sentence(self.shortage, (first, second)[self.shortage.smaller])
        yield from ("  " + complaint_sentence(one, self.names) for one in result.complaints)
        for one in self._pairs():
            lock = f" [{settled}]" if one.locked else ""
            yield f"  {one.score:4}  {self._both(one)}{lock}: {' · '.join(reasons(one.explanation))}"
        yield from self._summary()

    def _summary(self) -> Iterator[str]:
        result = self.result
        if result.worst is not None:
            said = {"names": self._both(result.worst), "points": result.worst.score, "maximum": WHOLE}
            yield "  " + gettext("Worst pair: %(names)s, %(points)s of %(maximum)s points.") % said
            said = {"points": result.total // len(result.pairs), "maximum": WHOLE}
            yield "  " + gettext("On average: %(points)s of %(maximum)s points.") % said
        if result.shares:
            sharing = [f"{self.names[one.uid]} ({one.partners})" for one in result.shares]
            yield "  " + gettext("With more than one partner: %(names)s.") % {"names": joined(sharing)}
        for circle in result.circles:
            if len(circle) > 2:
                yield "  " + gettext("One circle: %(names)s.") % {"names": joined([self.names[one] for one in circle])}
        yield from ("  " + remark_sentence(one) for one in result.remarks)

    def _pairs(self) -> list[Partners]:
        """In the order of the lists."""
        place = {pupil.uid: n for one in self.classes for n, pupil in enumerate(one.pupils)}
        return sorted(self.result.pairs, key=lambda one: (place[one.first], place[one.second]))

    def _both(self, one: Partners) -> str:
        return joined([self.names[one.first], self.names[one.second]])

    def _pair_as_json(self, one: Partners) -> dict[str, Any]:
        return {
            "pupils": [one.first, one.second],
            "score": one.score,
            "locked": one.locked,
            "terms": [
                {"name": term.name, "points": term.points, "maximum": term.maximum, "detail": list(term.detail)}
                for term in one.explanation.points
            ],
        }


def _names(asked: Asked) -> Mapping[str, str]:
    """What each pupil is called: with the id where two have one name."""
    pupils = [pupil for one in asked.classes for pupil in one.pupils]
    often = Counter(pupil.name for pupil in pupils)
    return {
        one.uid: _printable(one.name if often[one.name] == 1 or one.name == one.uid else f"{one.name} ({one.uid})")
        for one in pupils
    }


def _printable(text: str) -> str:
    """Without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
