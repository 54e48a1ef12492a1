"""Was the promise kept? Every accepted letter delivered once, to the right person, or where a person sees it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from penfriends.models.delivery import DeliveryState
from penfriends.models.letters import LetterState
from tests.crash.sink import Known

COUNTED = (
    "letters", "delivered", "held", "given_back", "taken_back", "bounced", "lost", "twice", "wrong_person",
    "unsure_lied", "unsure_torn", "unsure_else",
)  # fmt: skip


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
    correspondence_open: bool = True
    handed_to: UUID | None = None
    """Whose the delivery is: a place in the correspondence."""
    yeses: tuple[UUID, ...] = ()
    """Who said yes to exactly these words, and did not take it back."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A letter as the world outside knows it. `gone`: its writer took it back and threw it away; `may_wait`,
    `may_return`: the moderator was told to leave it, or to give it back, if it was held. `on_site`: a pupil's, who has
    no mailbox; by their place in the correspondence."""

    token: str
    reader: str
    accepted: bool
    answer: str = ""
    gone: bool = False
    may_wait: bool = False
    may_return: bool = False
    on_site: UUID | None = None


@dataclass(slots=True)
class Verdict:
    """What came of the letters of one schedule; `complaints` say what is wrong, one line each."""

    letters: int = 0
    delivered: int = 0
    held: int = 0
    given_back: int = 0
    taken_back: int = 0
    bounced: int = 0
    lost: int = 0
    twice: int = 0
    wrong_person: int = 0
    unsure_lied: int = 0
    unsure_torn: int = 0
    unsure_else: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def kept_the_promise(self) -> bool:
        return not (self.broke_it or self.unsure_else or self.complaints)

    @property
    def broke_it(self) -> bool:
        """Whether a letter came to harm. Other complaints may be about the harness, on a machine that was too busy."""
        return bool(self.lost or self.twice or self.wrong_person)


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
    if letter.gone:
        verdict.taken_back += 1
        if arrived or any(row.state is not LetterState.DRAFT for row in rows):
            verdict.complaints.append(f"{letter.token} was taken back and thrown away, and lives: {rows}")
    elif not letter.accepted:
        _complain(verdict, "lost", f"{letter.token} was never taken in: {letter.answer}")
    elif not rows:
        _complain(verdict, "lost", f"{letter.token} was accepted and is nowhere")
    else:
        _fate(verdict, letter, rows[0], arrived, facts)


def _fate(verdict: Verdict, letter: Expected, row: Kept, arrived: int, facts: Facts) -> None:
    if letter.on_site is not None and row.state is LetterState.DELIVERED:
        _handed_over(verdict, letter, row)
    elif row.delivery is DeliveryState.UNSURE:
        _unsure(verdict, letter, row, facts)
    elif row.bounced and not arrived and _refused(letter, row, facts):
        verdict.bounced += 1
    elif row.delivery is DeliveryState.SENT and row.state is LetterState.DELIVERED:
        verdict.delivered += 1
        if not arrived:
            _complain(verdict, "lost", f"{letter.token} is said to be sent and never arrived")
    elif row.state in (LetterState.HELD, LetterState.RETURNED):
        _with_a_person(verdict, letter, row, arrived, facts)
    elif row.delivery is DeliveryState.FAILED and _refused(letter, row, facts):
        verdict.bounced += 1
        if arrived and not _lied(row, facts):
            verdict.complaints.append(f"{letter.token} is said to have failed and arrived")
    else:
        _complain(verdict, "lost", f"{letter.token} is {row.state}, its delivery {row.delivery}: {row.last_text}")


def _handed_over(verdict: Verdict, letter: Expected, row: Kept) -> None:
    """A pupil's letter: with the friend, after one yes of a teacher of each class, each counted once."""
    verdict.delivered += 1
    if row.handed_to != letter.on_site or row.delivery is not DeliveryState.SENT:
        _complain(verdict, "wrong_person", f"{letter.token} was handed to {row.handed_to}, its delivery {row.delivery}")
    if len(row.yeses) != 2 or len(set(row.yeses)) != 2:
        verdict.complaints.append(f"{letter.token} was handed over after {len(row.yeses)} yeses")


def _with_a_person(verdict: Verdict, letter: Expected, row: Kept, arrived: int, facts: Facts) -> None:
    """On the desk, or back with its writer: where it was to be, and nowhere else."""
    if row.state is LetterState.HELD:
        verdict.held += 1
        stuck = not row.correspondence_open or letter.reader in facts.refused_to
        expected = row.open_holds == 1 and (letter.may_wait or stuck)
    else:
        verdict.given_back += 1
        expected = letter.may_return
    if arrived or not expected:
        verdict.complaints.append(f"{letter.token} is {row.state}, {row.open_holds} holds, arrived {arrived} times")


def _lied(row: Kept, facts: Facts) -> bool:
    one = facts.known.get(row.delivery_id) if row.delivery_id else None
    return one is not None and one.lied


def _unheard(row: Kept, facts: Facts) -> bool:
    """Nobody spoke to the sink after its answer; and the worker, which lives, says that it heard none."""
    one = facts.known.get(row.delivery_id) if row.delivery_id else None
    return one is not None and one.unheard


def _refused(letter: Expected, row: Kept, facts: Facts) -> bool:
    """The sink said no for good to this mail, or to an earlier one for this mailbox, which is then written no more."""
    one = facts.known.get(row.delivery_id) if row.delivery_id else None
    return (one is not None and one.refused) or letter.reader in facts.refused_to


def _unsure(verdict: Verdict, letter: Expected, row: Kept, facts: Facts) -> None:
    """May anybody be unsure of this one?"""
    if facts.resolved:
        _complain(verdict, "unsure_else", f"{letter.token} is unsure although the smarthost keeps a log")
    elif _lied(row, facts) or (row.last_text and _unheard(row, facts)):
        verdict.unsure_lied += 1
    elif str(row.delivery_id) in facts.torn:
        verdict.unsure_torn += 1
    else:
        _complain(verdict, "unsure_else", f"{letter.token} is unsure without a cause: {row.last_text}")


def total(verdicts: Iterable[Verdict]) -> Counter[str]:
    """The sums of a table's line."""
    found: Counter[str] = Counter()
    for verdict in verdicts:
        for name in COUNTED:
            found[name] += getattr(verdict, name)
    return found
