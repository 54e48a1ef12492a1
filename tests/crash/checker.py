"""Was the promise kept? Every accepted letter delivered once, to the right person, or where a person sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from penfriends.models.delivery import DeliveryState
from penfriends.models.letters import LetterState
from tests.crash.sink import Known


@dataclass(frozen=True, slots=True)
class Kept:
    """What the house knows of one letter: its rows, and whether a person has it on the desk."""

    letter_id: UUID
    state: LetterState
    delivery_id: UUID | None
    delivery: DeliveryState | None
    open_holds: int
    bounced: bool = False
    last_text: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A letter as the world outside knows it."""

    token: str
    reader: str
    accepted: bool
    answer: str = ""


@dataclass(slots=True)
class Verdict:
    """What came of the letters of one schedule; `complaints` say what is wrong, one line each."""

    letters: int = 0
    delivered: int = 0
    held: int = 0
    returned: int = 0
    lost: int = 0
    twice: int = 0
    wrong_person: int = 0
    unsure_lied: int = 0
    unsure_torn: int = 0
    unsure_else: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def kept_the_promise(self) -> bool:
        return not (self.lost or self.twice or self.wrong_person or self.unsure_else or self.complaints)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the house, the world and the undertaker know. `refused_to`: mailboxes that once said no for good;
    `torn`: deliveries past the point of no return in the hands of a process that was killed."""

    kept: Mapping[str, list[Kept]]
    known: Mapping[UUID, Known]
    refused_to: frozenset[str]
    torn: frozenset[str]
    resolved: bool = False


def judge(expected: Iterable[Expected], facts: Facts) -> Verdict:
    """Look at every letter, then at every delivery."""
    verdict = Verdict()
    by_token: dict[str, list[Known]] = {}
    for one in facts.known.values():
        if one.token:
            by_token.setdefault(one.token, []).append(one)
    for letter in expected:
        verdict.letters += 1
        _letter(verdict, letter, facts.kept.get(letter.token, []), by_token.get(letter.token, []), facts)
    for delivery_id, one in facts.known.items():
        if one.token is None and one.taken > 1:
            _complain(verdict, "twice", f"notice {delivery_id} arrived {one.taken} times")
    return verdict


def _complain(verdict: Verdict, what: str, why: str) -> None:
    setattr(verdict, what, getattr(verdict, what) + 1)
    verdict.complaints.append(f"{what}: {why}")


def _letter(verdict: Verdict, letter: Expected, rows: list[Kept], seen: list[Known], facts: Facts) -> None:
    arrived = sum(one.taken for one in seen)
    if arrived > 1 or len(rows) > 1:
        _complain(verdict, "twice", f"{letter.token} arrived {arrived} times, {len(rows)} rows")
    strangers = {who for one in seen for who in one.recipients} - {letter.reader.lower()}
    if strangers:
        _complain(verdict, "wrong_person", f"{letter.token} for {letter.reader} went to {sorted(strangers)}")
    if not letter.accepted:
        _complain(verdict, "lost", f"{letter.token} was never taken in: {letter.answer}")
    elif not rows:
        _complain(verdict, "lost", f"{letter.token} was accepted and is nowhere")
    else:
        _fate(verdict, letter, rows[0], arrived, facts)


def _fate(verdict: Verdict, letter: Expected, row: Kept, arrived: int, facts: Facts) -> None:
    if row.delivery is DeliveryState.UNSURE:
        _unsure(verdict, letter, row, facts)
    elif row.bounced and not arrived and _refused(letter, row, facts):
        verdict.returned += 1
    elif row.delivery is DeliveryState.SENT and row.state is LetterState.DELIVERED:
        verdict.delivered += 1
        if not arrived:
            _complain(verdict, "lost", f"{letter.token} is said to be sent and never arrived")
    elif row.state is LetterState.HELD and row.open_holds == 1:
        verdict.held += 1
        if arrived:
            verdict.complaints.append(f"{letter.token} is held and arrived")
    elif row.delivery is DeliveryState.FAILED and _refused(letter, row, facts):
        verdict.returned += 1
        if arrived and not _lied(row, facts):
            verdict.complaints.append(f"{letter.token} is said to have failed and arrived")
    else:
        _complain(verdict, "lost", f"{letter.token} is {row.state}, its delivery {row.delivery}: {row.last_text}")


def _lied(row: Kept, facts: Facts) -> bool:
    one = facts.known.get(row.delivery_id) if row.delivery_id else None
    return one is not None and one.lied


def _refused(letter: Expected, row: Kept, facts: Facts) -> bool:
    """The sink said no for good to this mail, or to an earlier one for this mailbox, which is then written no more."""
    one = facts.known.get(row.delivery_id) if row.delivery_id else None
    return (one is not None and one.refused) or letter.reader in facts.refused_to


def _unsure(verdict: Verdict, letter: Expected, row: Kept, facts: Facts) -> None:
    """May anybody be unsure of this one?"""
    if facts.resolved:
        _complain(verdict, "unsure_else", f"{letter.token} is unsure although the smarthost keeps a log")
    elif _lied(row, facts):
        verdict.unsure_lied += 1
    elif str(row.delivery_id) in facts.torn:
        verdict.unsure_torn += 1
    else:
        _complain(verdict, "unsure_else", f"{letter.token} is unsure without a cause: {row.last_text}")


def total(verdicts: Iterable[Verdict]) -> Counter[str]:
    """The sums of a table's line."""
    found: Counter[str] = Counter()
    for verdict in verdicts:
        for name in ("letters", "delivered", "held", "returned", "lost", "twice", "wrong_person"):
            found[name] += getattr(verdict, name)
        for name in ("unsure_lied", "unsure_torn", "unsure_else"):
            found[name] += getattr(verdict, name)
    return found
