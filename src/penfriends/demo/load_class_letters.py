"""Which two classes of the demo write to each other, and how far are their letters?

The partners are those of the engine. Letters that arrived are written as the past left them; those that wait went
through the real screening, and those that arrive were read by the other teacher.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import letters as actions
from penfriends.actions import moderation, volunteer_letters
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.passage import content_hash
from penfriends.demo import load_dates
from penfriends.demo.files import read_json
from penfriends.demo.load_schools import MadeClass
from penfriends.demo.schools import class_letters
from penfriends.ids import alias_local_part, uuid7
from penfriends.models.delivery import Alias
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.moderation import MODERATING, Hold, Moderator
from penfriends.models.pairings import (
    Couple,
    Pairing,
    PairingApproval,
    PairingClass,
    PairingState,
)
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import School
from penfriends.models.signin import SignIn
from penfriends.rules import partners
from penfriends.rules.bands import Band
from penfriends.rules.class_pairing import pair_classes
from penfriends.rules.interests import INTERESTS
from penfriends.rules.pupil_score import Around

SEED = 5
ASKED, RUNS = timedelta(days=60), timedelta(days=50)
WRITTEN, ANSWERED = timedelta(days=36), timedelta(days=22)
ARRIVED, REPLIED = 12, 8
"""So many pairs have had a letter of the first round, and so many of them an answer."""

Sides = tuple[Participant, Participant]
Pupils = tuple[UUID, UUID]
"""Of the first class, then of the second; not the order of a couple, which goes by the ids."""


async def exchange(
    db: AsyncSession, here: MadeClass, there: MadeClass, *, at: Addresses, policy: Policy, now: datetime
) -> None:
    """Two classes, paired, partnered and in the middle of their second letters."""
    pairing = await _pairing(db, here, there, now=now)
    sides = await _correspondences(db, pairing, _couples(pairing, here, there, now=now), now=now)
    texts = class_letters()
    last: list[Letter] = []
    for number, (mine, theirs) in enumerate(sides[:ARRIVED]):
        first = await _delivered(db, mine, None, texts["first"], number, now - WRITTEN)
        answers = number < REPLIED
        last.append(await _delivered(db, theirs, first, texts["answer"], number, now - ANSWERED) if answers else first)
    waiting = [
        await _waits(db, sides[number][0], last[number], texts["now"], number, at=at, policy=policy, now=now)
        for number in range(5)
    ]
    back = [
        await _waits(db, sides[number][1], last[number], texts["now_answer"], number, at=at, policy=policy, now=now)
        for number in range(REPLIED, ARRIVED)
    ]
    for letter, teacher in ((waiting[4], here.lead), (back[0], there.lead), (back[1], there.lead)):
        await _read(db, letter, teacher, at=at, policy=policy, now=now)


async def _pairing(db: AsyncSession, here: MadeClass, there: MadeClass, *, now: datetime) -> Pairing:
    """Asked, answered, approved by a moderator of each town; the board and the dates are agreed."""
    row = Pairing(
        id=uuid7(), state=PairingState.RUNNING, seed=SEED, board_version=1, calendar_version=1, asked_at=now - ASKED,
        words="Would your class like to write with ours? We are about as many.",
        approved_at=now - RUNS - timedelta(days=4), started_at=now - RUNS,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    for position, one in enumerate((here, there)):
        db.add(
            PairingClass(
                pairing_id=row.id, class_id=one.row.id, position=position, answer=True, answered_by=one.lead.id,
                answered_at=now - ASKED + timedelta(days=3 * position), board_agreed=1, board_agreed_by=one.lead.id,
                board_agreed_at=now - RUNS, calendar_agreed=1, calendar_agreed_by=one.lead.id,
            )
        )  # fmt: skip
        lead = await _moderator_for(db, one)
        db.add(
            PairingApproval(
                pairing_id=row.id, moderator_id=lead.id, association_id=lead.association_id, at=now - RUNS,
            )
        )  # fmt: skip
    await db.flush()
    await load_dates.dates(db, row, (here.row, there.row), now=now)
    return row


async def _moderator_for(db: AsyncSession, one: MadeClass) -> Moderator:
    found = await db.exec(
        select(Moderator)
        .join(Town, col(Town.association_id) == col(Moderator.association_id))
        .join(School, col(School.town_id) == col(Town.id))
        .where(School.id == one.row.school_id, col(Moderator.role).in_(MODERATING))
        .order_by(col(Moderator.id))
    )
    return found.all()[0]


def _couples(pairing: Pairing, here: MadeClass, there: MadeClass, *, now: datetime) -> list[tuple[Couple, Pupils]]:
    """Who writes with whom, as the engine says; in an order that is the same in every run."""
    around = Around(now.date(), {code: one.rarity for code, one in INTERESTS.items()})
    found = pair_classes(_roster(here), _roster(there), partners.Rules(), around, seed=SEED)
    made = []
    for one in sorted(found.pairs, key=lambda pair: (pair.first, pair.second)):
        sides = (here.pupils[one.first].resident_id, there.pupils[one.second].resident_id)
        low, high = sorted(sides)
        row = Couple(
            id=uuid7(), pairing_id=pairing.id, low_id=low, high_id=high, score=one.score, changed_in=1,
            explanation=[[term.name, term.points, term.maximum, list(term.detail)] for term in one.explanation.points],
            changed_by=here.lead.id,
        )  # fmt: skip
        made.append((row, sides))
    return made


def _roster(one: MadeClass) -> partners.Roster:
    return partners.Roster(
        one.row.name,
        tuple(
            partners.Pupil(
                pupil.key, pupil.first_name, pupil.languages, pupil.birth, frozenset(pupil.interests), pupil.volunteer
            )
            for pupil in one.drawn
        ),
    )


async def _correspondences(
    db: AsyncSession, pairing: Pairing, couples: Sequence[tuple[Couple, Pupils]], *, now: datetime
) -> list[Sides]:
    """What `class_letters.open_for` does one by one, for all couples that both have a yes."""
    opened = now - RUNS
    allowed = set(await db.exec(select(Resident.id).where(Resident.state == ResidentState.ACTIVE)))
    rows: list[list[SQLModel]] = [[], [], [row for row, _ in couples]]
    found = []
    for row, pupils in couples:
        if not allowed.issuperset(pupils):
            continue
        letters = Correspondence(
            id=uuid7(), band=Band.CHILD, pairing_id=pairing.id, opened_at=opened, state_changed_at=opened
        )
        row.correspondence_id = letters.id
        mine, theirs = (
            Participant(
                id=uuid7(), correspondence_id=letters.id, resident_id=one, band=Band.CHILD, open_band=Band.CHILD,
                joined_at=opened,
            )
            for one in pupils
        )  # fmt: skip
        rows[0].append(letters)
        rows[1] += [mine, theirs]
        rows[2] += [
            Alias(local_part=alias_local_part(), participant_id=one.id, created_at=opened) for one in (mine, theirs)
        ]
        found.append((mine, theirs))
    for stage in rows:
        db.add_all(stage)
        await db.flush()
    return found


async def _delivered(
    db: AsyncSession, author: Participant, parent: Letter | None, texts: Sequence[str], number: int, written: datetime
) -> Letter:
    """As it stands after both teachers let it go, each the next day."""
    text, written = texts[number % len(texts)], written + timedelta(minutes=3 * number)
    letter = _written(author, parent, text, written)
    released = written + timedelta(days=2)
    letter.state, letter.released_text, letter.screened_at = LetterState.DELIVERED, text, written + timedelta(seconds=4)
    letter.released_at, letter.due_at = released, released + timedelta(minutes=10)
    letter.delivered_at, letter.read_at = released + timedelta(minutes=11), released + timedelta(days=1)
    letter.changed_at = letter.delivered_at
    letter.content_hash = await content_hash(db, letter)
    db.add(letter)
    await db.flush()
    return letter


def _written(author: Participant, parent: Letter | None, text: str, written: datetime) -> Letter:
    return Letter(
        id=uuid7(),
        correspondence_id=author.correspondence_id,
        author_id=author.id,
        parent_id=parent.id if parent else None,
        state=LetterState.WRITTEN,
        language="en",
        original_text=text,
        kept_text=text,
        created_at=written - timedelta(minutes=25),
        changed_at=written,
        sent_at=written,
    )


async def _waits(
    db: AsyncSession,
    author: Participant,
    parent: Letter,
    texts: Sequence[str],
    number: int,
    *,
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> Letter:
    """The real screening, at the moment when the letter came in: in one of the lessons of this day."""
    letter = _written(author, parent, texts[number % len(texts)], now - timedelta(hours=4, minutes=5 * number))
    db.add(letter)
    await db.flush()
    await actions.screen_letter(
        db, letter.id, drawn=lambda _: False, at=at, policy=policy, now=letter.changed_at + timedelta(seconds=4)
    )
    return letter


async def volunteers(db: AsyncSession, *, now: datetime) -> None:
    """What volunteers have written for pupils whose friend is silent; no class has taken it yet."""
    found = await db.exec(select(Moderator, SignIn.email).join(SignIn, col(SignIn.id) == col(Moderator.sign_in_id)))
    writers = {(email or "").partition("@")[0]: writer for writer, email in found}
    for one in read_json("volunteer_letters"):
        writer = writers[one["by"]]
        words = {name: one[name] for name in ("title", "text", "language")}
        await volunteer_letters.write(db, writer, now=now - timedelta(days=one["days_ago"]), **words)


async def _read(
    db: AsyncSession, letter: Letter, teacher: Moderator, *, at: Addresses, policy: Policy, now: datetime
) -> None:
    """The own teacher's yes: from now on the letter waits for the teacher of the class that gets it."""
    hold = (await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))).one()
    moment = now - timedelta(hours=2)
    await moderation.view_hold(db, hold.id, teacher, now=moment)
    seen = await moderation.shown_hash(db, letter)
    await moderation.release(db, hold.id, teacher, seen_hash=seen, at=at, policy=policy, now=moment)
