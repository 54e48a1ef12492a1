"""What may a moderator write to somebody of the own towns, who reads it, what is kept? Never to a child (rule R43)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, people, viewing
from penfriends.actions.addresses import Addresses
from penfriends.actions.telling import tell
from penfriends.errors import NotFound
from penfriends.mail.notices import Notice
from penfriends.models.letters import Participant
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band

PRESSED_TWICE = timedelta(minutes=10)
TO_GUARDIAN = "to_guardian"


@dataclass(frozen=True, slots=True)
class Addressee:
    """About whom it is, and in whose mailbox it lands: none where no address is known. A child’s is the guardian’s."""

    resident: Resident
    mailbox: SignIn | None

    @property
    def is_guardian(self) -> bool:
        return self.resident.band is Band.CHILD


async def addressee(db: AsyncSession, resident_id: UUID, moderator: Moderator, *, now: datetime) -> Addressee:
    """Somebody of an own town. Raises NotFound or Refused as `viewing.own_resident` does (rules R17, R18, R38)."""
    resident = await viewing.own_resident(db, resident_id, moderator, now=now)
    await viewing.note_list(db, moderator, [resident], now=now)
    if resident.state is ResidentState.LEFT:
        return Addressee(resident, None)
    read_by = people.guardian_of if resident.band is Band.CHILD else people.mail_to
    mailbox = await read_by(db, resident)
    return Addressee(resident, mailbox if mailbox is not None and mailbox.email else None)


async def write(
    db: AsyncSession, resident_id: UUID, moderator: Moderator, *, text: str, at: Addresses, now: datetime
) -> bool:
    """It leaves from the team's address and names no moderator; the words are kept as a decision about the person.

    False, and nothing leaves, where the moderator's own address stands in the text, or one of a pen friend. The same
    words once more within minutes are a second press: nothing leaves. Raises NotFound where there is nobody to read it.
    """
    reader = await addressee(db, resident_id, moderator, now=now)
    resident, mailbox = reader.resident, reader.mailbox
    if mailbox is None:
        raise NotFound
    if any(one.casefold() in text.casefold() for one in await _nobodys_to_know(db, resident, moderator)):
        return False
    if await _written_just_now(db, resident, moderator, text, now=now):
        return True
    child = resident.first_name if reader.is_guardian else None
    await tell(
        db, Notice.TEAM_WORDS, to=mailbox, about=resident, band=Band.ADULT, at=at, now=now, child=child,
        letter_text=text,
    )  # fmt: skip
    reasons = [TO_GUARDIAN] if reader.is_guardian else []
    db.add(
        Decision(
            moderator_id=moderator.id, verb=Verb.WRITE, subject="resident", subject_id=resident.id, reasons=reasons,
            note=text, at=now,
        )
    )  # fmt: skip
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="write_to_resident", subject="resident",
        subject_id=resident.id, details={"to_guardian": reader.is_guardian},
    )  # fmt: skip
    return True


async def _nobodys_to_know(db: AsyncSession, resident: Resident, moderator: Moderator) -> set[str]:
    """The moderator's own address, and those of everybody whom this person writes with."""
    own = await db.get_one(SignIn, moderator.sign_in_id)
    known = {own.email} if own.email else set()
    mine = select(Participant.correspondence_id).where(Participant.resident_id == resident.id)
    friends = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(col(Participant.correspondence_id).in_(mine), Participant.resident_id != resident.id)
    )
    for friend in friends.all():
        known |= set(await people.addresses_known(db, friend))
    return known


async def _written_just_now(
    db: AsyncSession, resident: Resident, moderator: Moderator, text: str, *, now: datetime
) -> bool:
    found = await db.exec(
        select(Decision.note).where(
            Decision.moderator_id == moderator.id,
            Decision.verb == Verb.WRITE,
            Decision.subject_id == resident.id,
            col(Decision.at) > now - PRESSED_TWICE,
        )
    )
    return text in set(found)
