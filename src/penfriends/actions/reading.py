"""What does a moderator see when a held letter is opened? Everything that decides, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import letters, moderation, viewing
from penfriends.actions.viewing import Card
from penfriends.errors import NotFound
from penfriends.models.letters import Attachment, Blob, Correspondence, Letter, Participant
from penfriends.models.moderation import Decision, Hold, Moderator, Verb
from penfriends.models.residents import Resident
from penfriends.rules.screening import Finding


@dataclass(frozen=True, slots=True)
class LetterView:
    """A held letter on the desk. `taken_by` is another moderator who has it open: then nothing can be decided here.

    `number` counts it among the letters of the two; `seen_hash` is what a yes is bound to (rule R24).
    """

    hold: Hold
    letter: Letter
    correspondence: Correspondence
    author: Card
    reader: Card
    findings: Sequence[Finding]
    pictures: Sequence[Attachment]
    number: int
    returned: int
    reports: int
    escalated: Sequence[Decision]
    seen_hash: str
    will_change: bool
    taken_by: str | None


async def open_letter(db: AsyncSession, hold_id: UUID, moderator: Moderator, *, now: datetime) -> LetterView:
    """Show a held letter, logged where it is a child's (rule R41), take it for ten minutes, and let go of others."""
    hold, letter = await moderation.view_hold(db, hold_id, moderator, now=now)
    mine = await moderation.claim_hold(db, hold_id, moderator, now=now)
    await moderation.put_back(db, moderator, but=hold_id)
    await db.refresh(hold)
    return await _view(db, hold, letter, "" if mine else await _holder(db, hold), now=now)


async def picture(
    db: AsyncSession, hold_id: UUID, attachment_id: UUID, moderator: Moderator, *, now: datetime
) -> tuple[bytes, str]:
    """The bytes and type of a picture of a held letter."""
    _, letter = await moderation.view_hold(db, hold_id, moderator, now=now)
    found = await db.exec(
        select(Blob.data, Attachment.content_type)
        .join(Attachment, col(Attachment.blob_sha256) == col(Blob.sha256))
        .where(Attachment.id == attachment_id, Attachment.letter_id == letter.id)
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def _view(db: AsyncSession, hold: Hold, letter: Letter, taken_by: str, *, now: datetime) -> LetterView:
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    author, reader = await _sides(db, letter, now=now)
    before = await viewing.letters_in(db, correspondence.id)
    pictures = await db.exec(
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(col(Attachment.position))
    )
    escalated = await db.exec(
        select(Decision)
        .where(Decision.subject_id == letter.id, Decision.verb == Verb.ESCALATE)
        .order_by(col(Decision.at))
    )
    return LetterView(
        hold,
        letter,
        correspondence,
        author,
        reader,
        letters.findings_of(letter),
        list(pictures),
        number=[one.id for one in before].index(letter.id) + 1 if letter in before else len(before) + 1,
        returned=await _returned(db, [one.id for one in before if one.id != letter.id]),
        reports=await viewing.reports_in(db, correspondence.id),
        escalated=list(escalated),
        seen_hash=await moderation.shown_hash(db, letter),
        will_change=await letters.text_to_release(db, letter) != letter.kept_text,
        taken_by=taken_by or None,
    )


async def _sides(db: AsyncSession, letter: Letter, *, now: datetime) -> tuple[Card, Card]:
    found = await db.exec(
        select(Participant, Resident)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .where(Participant.correspondence_id == letter.correspondence_id)
    )
    rows = found.all()
    author = next(resident for side, resident in rows if side.id == letter.author_id)
    reader = next(resident for side, resident in rows if side.id != letter.author_id)
    return await viewing.card_of(db, author, now=now), await viewing.card_of(db, reader, now=now)


async def _holder(db: AsyncSession, hold: Hold) -> str:
    other = await db.get(Moderator, hold.claimed_by) if hold.claimed_by else None
    return other.name if other else "–"


async def _returned(db: AsyncSession, earlier: Sequence[UUID]) -> int:
    found = await db.exec(
        select(Decision.id).where(col(Decision.subject_id).in_(earlier), Decision.verb == Verb.RETURN)
    )
    return len(found.all())
