"""How does a pupil sign in: the code of the class, the own name, three pictures? And for how long? (rule R14)

Nobody is a pupil's secret keeper but the pupil and a card of paper: of the three pictures a keyed fingerprint is kept.
Only wrong tries are counted, because thirty children of a class come from one network (docs/decisions/0006).
"""

import enum
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import sessions, throttle
from penfriends.actions.keys import derived
from penfriends.errors import NotFound
from penfriends.ids import fingerprint
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.schools import ClassState, Pupil, School, SchoolClass
from penfriends.models.signin import Session
from penfriends.rules.class_codes import plain
from penfriends.rules.lessons import end_of_lesson, is_open, lessons_of

PICTURES = (
    "star", "snail", "cake", "castle", "pizza", "plane",
    "football", "horse", "heart", "bell", "ice-cream-cone", "tractor",
)  # fmt: skip
"""Twelve to choose three of, in order, each once: none of those that stand for a person in public (web/assets.py)."""
LENGTH = 3
LOCKS_AFTER = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRONG_CODES_AN_HOUR, WRONG_CODES_A_DAY = 40, 150  # of one network
WRONG_PICTURES_HERE, WRONG_PICTURES = 25, 60  # an hour: for one class from one network, and from all of them
STAYS = timedelta(hours=8)
STAYS_SHARED = timedelta(minutes=20)  # without use, where several children have one device
ACTIVE = (ResidentState.ACTIVE, ResidentState.PAUSED)


class Outcome(enum.StrEnum):
    """What came of three pictures. `no_card`: none were ever printed for this pupil."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NO_CARD = "no_card"


@dataclass(frozen=True, slots=True)
class Seat:
    """A pupil at a browser: the class, the pupil and who that is."""

    of: SchoolClass
    pupil: Pupil
    resident: Resident


async def by_code(db: AsyncSession, typed: str, *, source: str, now: datetime) -> SchoolClass | None:
    """The class of a code, while its pupils may sign in; None for an unknown code and for one outside of the lessons
    alike. Raises Refused(TOO_MANY_TRIES).

    A right code that comes too early is not counted: a class that waits for its lesson would lock itself out. To learn
    from that which of the two it was, a guesser would have to spend the tries of an hour on one code.
    """
    key = f"class_code:{source}"
    await throttle.must_be_below(db, key, limit=WRONG_CODES_AN_HOUR, within=HOUR, now=now)
    await throttle.must_be_below(db, key, limit=WRONG_CODES_A_DAY, within=DAY, now=now)
    kept = func.upper(func.replace(func.replace(col(SchoolClass.code), "-", ""), " ", ""))
    wanted = plain(typed)
    found = (await db.exec(select(SchoolClass).where(kept == wanted))).first() if wanted else None
    if found is None:
        await throttle.count(db, key, now=now)
        return None
    return found if await is_open_now(db, found, now=now) else None


async def is_open_now(db: AsyncSession, of: SchoolClass, *, now: datetime) -> bool:
    """Whether the pupils of a class may sign in at this moment."""
    return of.state is ClassState.ACTIVE and is_open(lessons_of(of.lessons), now, await zone_of(db, of))


async def still_open(db: AsyncSession, class_id: UUID, *, now: datetime) -> SchoolClass:
    """The class that a browser has given the code of. Raises NotFound once its lesson is over."""
    found = await db.get(SchoolClass, class_id)
    if found is None or not await is_open_now(db, found, now=now):
        raise NotFound
    return found


async def names(db: AsyncSession, of: SchoolClass) -> list[tuple[Pupil, Resident]]:
    """Who may sign in: the pupils for whom a guardian has said yes."""
    found = await db.exec(
        select(Pupil, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(Pupil.class_id == of.id, col(Pupil.left_at).is_(None), col(Resident.state).in_(ACTIVE))
    )
    return list(found)


async def seat(db: AsyncSession, of: SchoolClass, resident_id: UUID) -> Seat:
    """One of those names. Raises NotFound."""
    found = next((one for one in await names(db, of) if one[0].resident_id == resident_id), None)
    if found is None:
        raise NotFound
    return Seat(of, *found)


async def try_pictures(
    db: AsyncSession, at: Seat, chosen: Sequence[str], *, key: bytes, source: str, now: datetime
) -> Outcome:
    """Whether these are the pupil's pictures, in order. The fifth wrong try in a row locks the pupil until the teacher
    unlocks. Raises Refused(TOO_MANY_TRIES) when there were too many for this class."""
    await db.refresh(at.pupil, with_for_update=True)
    if at.pupil.pictures is None:
        return Outcome.NO_CARD
    if at.pupil.locked_at is not None:
        return Outcome.LOCKED
    here, everywhere = f"pictures:{at.of.id}:{source}", f"pictures:{at.of.id}"
    await throttle.must_be_below(db, here, limit=WRONG_PICTURES_HERE, within=HOUR, now=now)
    await throttle.must_be_below(db, everywhere, limit=WRONG_PICTURES, within=HOUR, now=now)
    fits = hmac.compare_digest(at.pupil.pictures, pictures_fingerprint(key, at.pupil.resident_id, chosen))
    at.pupil.wrong_tries = 0 if fits else at.pupil.wrong_tries + 1
    if at.pupil.wrong_tries >= LOCKS_AFTER:
        at.pupil.locked_at = now
    db.add(at.pupil)
    await db.flush()
    if fits:
        return Outcome.RIGHT
    for one in (here, everywhere):
        await throttle.count(db, one, now=now)
    return Outcome.LOCKED if at.pupil.locked_at else Outcome.WRONG


def pictures_fingerprint(key: bytes, resident_id: UUID, chosen: Sequence[str]) -> str:
    """What is kept of three pictures: without the key the 1,320 possible ones cannot be tried out on it."""
    said = f"{resident_id}:{','.join(chosen)}"
    return hmac.digest(derived(key, "pictures"), said.encode("utf-8", "replace"), "sha256").hex()


async def sign_in(db: AsyncSession, at: Seat, *, replaces: str | None, now: datetime) -> tuple[str, timedelta]:
    """Open a session for a pupil who has shown the pictures: its secret, and how long its cookie may live."""
    if at.resident.sign_in_id is None:
        raise NotFound
    lasts, first = await _time_left(db, at.of, since=now, now=now)
    secret = await sessions.begin(db, at.resident.sign_in_id, now=now, replaces=replaces, lasts=first)
    await sessions.act_as(db, fingerprint(secret), at.resident.id)
    return secret, lasts


async def stay(db: AsyncSession, session: str, resident_id: UUID, *, now: datetime) -> None:
    """The pupil has just done something: on a shared device the twenty minutes begin anew, up to the end."""
    row, of = await db.get(Session, session), await class_of(db, resident_id)
    if row is None or of is None or row.expires_at <= now:
        return
    until = row.expires_at
    if of.shared_devices:
        until = now + (await _time_left(db, of, since=row.created_at, now=now))[1]
    await db.exec(
        update(Session).where(col(Session.fingerprint) == session).values(seen_at=now, expires_at=until)
    )  # fmt: skip


async def class_of(db: AsyncSession, resident_id: UUID | None) -> SchoolClass | None:
    """The class of a pupil; None for anybody else."""
    pupil = await db.get(Pupil, resident_id) if resident_id else None
    return await db.get(SchoolClass, pupil.class_id) if pupil else None


async def zone_of(db: AsyncSession, of: SchoolClass) -> str:
    """The clock of the town of a class."""
    found = await db.exec(
        select(Town.timezone).join(School, col(School.town_id) == col(Town.id)).where(School.id == of.school_id)
    )
    return found.one()


async def _time_left(
    db: AsyncSession, of: SchoolClass, *, since: datetime, now: datetime
) -> tuple[timedelta, timedelta]:
    """How long a session that began then may last at the most, and until when it lasts without use."""
    whole = max(since + STAYS - now, timedelta())
    if not of.shared_devices:
        return whole, whole
    ends = end_of_lesson(lessons_of(of.lessons), now, await zone_of(db, of))
    if of.lessons:
        whole = min(whole, ends - now if ends else timedelta())
    return whole, min(whole, STAYS_SHARED)
