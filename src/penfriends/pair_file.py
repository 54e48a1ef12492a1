"""What stands in a file with two or more classes, or what is wrong with it? docs/pair-classes.md tells its shape.

Everything that is wrong is found at once, each with its place in the file, and nothing is guessed: an unknown word is a
slip of the pen, not something to pass over.
"""

import enum
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from penfriends.rules.bands import Birth
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.partners import Couple, Pupil, Roster, Rules

MOST_BYTES, MOST_PUPILS, MOST_CLASSES, LONGEST = 2_000_000, 200, 12, 100
TOP = ("classes", "apart", "together", "locks", "standing", "join_circles", "today")
OF_A_CLASS = ("name", "pupils")
OF_A_PUPIL = ("id", "name", "birth", "languages", "interests", "volunteer", "present")
LANGUAGE = re.compile(r"[a-z]{2,3}")
OLDEST = 1900


class FaultKind(enum.StrEnum):
    """What can be wrong with a place in the file."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    NOT_LIST = "not_list"
    NOT_TEXT = "not_text"
    NOT_TRUTH = "not_truth"
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    TWO_CLASSES = "two_classes"
    TOO_MANY_CLASSES = "too_many_classes"
    TOO_MANY_PUPILS = "too_many_pupils"
    NOT_DAY = "not_day"
    NOT_BIRTH = "not_birth"
    NO_LANGUAGE = "no_language"
    NOT_LANGUAGE = "not_language"
    NOT_LEVEL = "not_level"
    NOT_INTEREST = "not_interest"
    NOT_COUPLE = "not_couple"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where in the file, as `classes[0].pupils[3].birth`, and what stands there, if that helps."""

    kind: FaultKind
    where: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the file asks for. `today` only if the file names a day."""

    classes: tuple[Roster, ...]
    rules: Rules
    standing: frozenset[Couple]
    today: date | None


def read(raw: bytes, today: date) -> tuple[Asked | None, tuple[Fault, ...]]:
    """Either what is asked for, or what is wrong. `today` is when nobody can be born after."""
    if len(raw) > MOST_BYTES:
        return None, (Fault(FaultKind.TOO_LARGE, ""),)
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        return None, (Fault(FaultKind.NOT_JSON, f"{error.lineno}:{error.colno}"),)
    except (ValueError, RecursionError):
        return None, (Fault(FaultKind.NOT_JSON, ""),)
    reader = _Reader(today)
    asked = reader.whole(found)
    return (None, tuple(reader.faults)) if reader.faults else (asked, ())


class _Reader:
    def __init__(self, today: date) -> None:
        self.today = today
        self.faults: list[Fault] = []

    def whole(self, value: Any) -> Asked:
        top = self._object(value, "", TOP)
        rosters = self._list(top, "classes", "", needed=True)
        if "classes" in top and len(rosters) < 2:
            self._fault(FaultKind.TWO_CLASSES, "classes")
        if len(rosters) > MOST_CLASSES:
            self._fault(FaultKind.TOO_MANY_CLASSES, "classes", str(MOST_CLASSES))
            rosters = []
        classes = tuple(self._class(one, f"classes[{n}]") for n, one in enumerate(rosters))
        rules = Rules(
            apart=self._couples(top, "apart"),
            together=self._couples(top, "together"),
            locks=self._couples(top, "locks"),
            join_circles=self._truth(top, "join_circles", "", usual=False),
        )
        day = self._day(top["today"], "today") if "today" in top else None
        return Asked(classes, rules, self._couples(top, "standing"), day)

    def _class(self, value: Any, where: str) -> Roster:
        found = self._object(value, where, OF_A_CLASS)
        pupils = self._list(found, "pupils", where, needed=True)
        if len(pupils) > MOST_PUPILS:
            self._fault(FaultKind.TOO_MANY_PUPILS, f"{where}.pupils", str(MOST_PUPILS))
            pupils = []
        name = self._text(found, "name", where)
        return Roster(name, tuple(self._pupil(one, f"{where}.pupils[{n}]") for n, one in enumerate(pupils)))

    def _pupil(self, value: Any, where: str) -> Pupil:
        found = self._object(value, where, OF_A_PUPIL)
        uid = self._text(found, "id", where)
        return Pupil(
            uid=uid,
            name=self._text(found, "name", where) if "name" in found else uid,
            languages=self._languages(found, f"{where}.languages"),
            birth=self._birth(found["birth"], f"{where}.birth") if found.get("birth") is not None else None,
            interests=self._interests(found, where),
            volunteer=self._truth(found, "volunteer", where, usual=False),
            present=self._truth(found, "present", where, usual=True),
        )

    def _languages(self, pupil: dict[str, Any], where: str) -> dict[str, Level]:
        if "languages" not in pupil:
            self._fault(FaultKind.MISSING, where)
            return {}
        found = self._object(pupil["languages"], where, None)
        if not found and isinstance(pupil["languages"], dict):
            self._fault(FaultKind.NO_LANGUAGE, where)
        for code, level in found.items():
            if not LANGUAGE.fullmatch(code):
                self._fault(FaultKind.NOT_LANGUAGE, where, code)
            if level not in list(Level):
                self._fault(FaultKind.NOT_LEVEL, f"{where}.{code}")
        return {code: Level(level) for code, level in found.items() if level in list(Level)}

    def _interests(self, pupil: dict[str, Any], where: str) -> frozenset[str]:
        found = self._list(pupil, "interests", where)
        for n, code in enumerate(found):
            if not isinstance(code, str) or code not in INTERESTS:
                self._fault(FaultKind.NOT_INTEREST, f"{where}.interests[{n}]", str(code))
        return frozenset(code for code in found if isinstance(code, str))

    def _birth(self, value: Any, where: str) -> Birth | None:
        """A year as a number, or a date."""
        if isinstance(value, int) and not isinstance(value, bool) and OLDEST <= value <= self.today.year:
            return Birth(value)
        day = _as_day(value)
        if day is None or day.year < OLDEST or day > self.today:
            self._fault(FaultKind.NOT_BIRTH, where)
            return None
        return Birth(day.year, day)

    def _day(self, value: Any, where: str) -> date | None:
        day = _as_day(value)
        if day is None:
            self._fault(FaultKind.NOT_DAY, where)
        return day

    def _couples(self, top: dict[str, Any], name: str) -> frozenset[Couple]:
        found = set()
        for n, one in enumerate(self._list(top, name, "")):
            if isinstance(one, list) and len(one) == 2 and all(isinstance(uid, str) and uid for uid in one):
                found.add(Couple(one))
            else:
                self._fault(FaultKind.NOT_COUPLE, f"{name}[{n}]")
        return frozenset(found)

    # --- the plain shapes --------------------------------------------------------------------------------------------

    def _object(self, value: Any, where: str, known: Collection[str] | None) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fault(FaultKind.NOT_OBJECT, where)
            return {}
        for name in value:
            if known is not None and name not in known:
                self._fault(FaultKind.UNKNOWN_FIELD, _below(where, name))
        return value

    def _list(self, of: dict[str, Any], name: str, where: str, *, needed: bool = False) -> list[Any]:
        if name not in of:
            if needed:
                self._fault(FaultKind.MISSING, _below(where, name))
            return []
        if not isinstance(of[name], list):
            self._fault(FaultKind.NOT_LIST, _below(where, name))
            return []
        return list(of[name])

    def _text(self, of: dict[str, Any], name: str, where: str) -> str:
        if name not in of:
            self._fault(FaultKind.MISSING, _below(where, name))
            return ""
        value = of[name]
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            self._fault(FaultKind.NOT_TEXT, _below(where, name), str(LONGEST))
            return ""
        return value.strip()

    def _truth(self, of: dict[str, Any], name: str, where: str, *, usual: bool) -> bool:
        value = of.get(name, usual)
        if not isinstance(value, bool):
            self._fault(FaultKind.NOT_TRUTH, _below(where, name))
        return value is True

    def _fault(self, kind: FaultKind, where: str, value: str = "") -> None:
        self.faults.append(Fault(kind, where, value[:LONGEST]))


def _below(where: str, name: str) -> str:
    return f"{where}.{name[:LONGEST]}" if where else name[:LONGEST]


def _as_day(value: Any) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
