"""What may a volunteer of the town write for pupils whose friend is silent, and which class takes it?

Who writes has the proofs that reading children's letters needs. A letter reaches a pupil only when a teacher has read
it, taken it into the bank of the class, and handed it over (`reserve_letters.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, class_locks, eligible, reserve_letters, teaching
from penfriends.actions.class_asks import names_contact
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.moderation import MODERATING, Moderator, Role
from penfriends.models.pairings import ReserveLetter, VolunteerLetter
from penfriends.models.schools import SchoolClass


@dataclass(frozen=True, slots=True)
class Shared:
    """A letter with who wrote it, and how many classes have taken it."""

    letter: VolunteerLetter
    writer: Moderator
    classes: int


# --- at the desk -----------------------------------------------------------------------------------------------------


async def write(
    db: AsyncSession, writer: Moderator, *, title: str, text: str, language: str, now: datetime
) -> VolunteerLetter:
    """Leave a letter for the classes of the own towns. Raises Refused(VETTING_MISSING, CHILDREN_MODULE_OFF) for who may
    not read children's letters either, CONTACT_IN_WORDS, EMPTY_LETTER and LETTER_TOO_LONG."""
    await eligible.must_be_vetted(db, writer, now=now)
    kept = reserve_letters.kept_words(text)
    if names_contact(f"{title}\n{kept}"):
        raise Refused(Refusal.CONTACT_IN_WORDS)
    row = VolunteerLetter(
        association_id=writer.association_id,
        written_by=writer.id,
        title=reserve_letters.kept_title(title),
        text=kept,
        language=language,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=writer.id, action="write_volunteer_letter",
        subject="association", subject_id=writer.association_id,
    )  # fmt: skip
    return row


async def of_association(db: AsyncSession, moderator: Moderator) -> Sequence[Shared]:
    """What the volunteers of the own association have written, the newest first."""
    found = await db.exec(
        select(VolunteerLetter, Moderator, _classes())
        .join(Moderator, col(Moderator.id) == col(VolunteerLetter.written_by))
        .where(VolunteerLetter.association_id == moderator.association_id)
        .order_by(col(VolunteerLetter.created_at).desc(), col(VolunteerLetter.id))
    )
    return [Shared(*row) for row in found]


def may_withdraw(letter: VolunteerLetter, moderator: Moderator) -> bool:
    """Who wrote it; the lead and the deputy, too, once the writer is gone or was mistaken."""
    leads = moderator.role in (Role.LEAD, Role.DEPUTY) and moderator.association_id == letter.association_id
    return letter.written_by == moderator.id or leads


async def withdraw(db: AsyncSession, letter_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """Take it back, out of the banks too where no pupil has it yet. Raises NotFound for another's."""
    row = await db.get(VolunteerLetter, letter_id, populate_existing=True, with_for_update=True)
    if row is None or not may_withdraw(row, moderator):
        raise NotFound
    await db.exec(
        delete(ReserveLetter)
        .where(col(ReserveLetter.volunteer_letter_id) == row.id, col(ReserveLetter.used_at).is_(None))
        .execution_options(synchronize_session=False)
    )
    await db.delete(row)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="withdraw_volunteer_letter",
        subject="association", subject_id=row.association_id,
    )  # fmt: skip
    await db.flush()


# --- in the class ----------------------------------------------------------------------------------------------------


async def offered(db: AsyncSession, of: SchoolClass, teacher: Moderator, *, now: datetime) -> Sequence[Shared]:
    """What a class has not taken yet, of volunteers whose proofs hold today; in the languages of the class first."""
    taken = select(ReserveLetter.volunteer_letter_id).where(
        ReserveLetter.class_id == of.id, col(ReserveLetter.volunteer_letter_id).is_not(None)
    )
    found = await of_association(db, teacher)
    done = set(await db.exec(taken))
    may = {one.writer.id: one.writer for one in found}
    may = {key: writer for key, writer in may.items() if await _may_write(db, writer, now=now)}
    open_ones = [one for one in found if one.writer.id in may and one.letter.id not in done]
    return sorted(open_ones, key=lambda one: one.letter.language not in of.languages)


async def take(
    db: AsyncSession, letter_id: UUID, class_id: UUID, teacher: Moderator, *, now: datetime
) -> ReserveLetter:
    """Put a copy into the bank of a class. Raises NotFound for what is not offered, Refused(CLASS_ENDED)."""
    await class_locks.classes(db, [class_id])  # of two presses the second finds what the first has taken
    of = await teaching.running_class(db, class_id, teacher)
    shared = next((one for one in await offered(db, of, teacher, now=now) if one.letter.id == letter_id), None)
    if shared is None:
        raise NotFound
    letter = shared.letter
    row = ReserveLetter(
        class_id=of.id,
        written_by=letter.written_by,
        volunteer_letter_id=letter.id,
        title=letter.title,
        text=letter.text,
        language=letter.language,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def _may_write(db: AsyncSession, writer: Moderator, *, now: datetime) -> bool:
    return writer.active and writer.role in MODERATING and await eligible.is_vetted(db, writer, now=now)


def _classes() -> ScalarSelect[int]:
    """In how many banks a letter is."""
    return (
        select(func.count(col(ReserveLetter.id)))
        .where(col(ReserveLetter.volunteer_letter_id) == col(VolunteerLetter.id))
        .correlate(VolunteerLetter)
        .scalar_subquery()
    )
