"""How does a letter grow on the site: a sheet, its text, its pictures, until it is sent or taken back?"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import letters, writing
from penfriends.actions.addresses import Addresses
from penfriends.actions.blobs import keep
from penfriends.actions.friends import languages_of
from penfriends.actions.threads import TYPED_ON, journey_of, partner_of, typed_text
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.images import MOST_PICTURES, SafeImage
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Attachment, Letter, LetterState, Participant
from penfriends.models.residents import Resident


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    title: str
    text: str
    language: str | None


async def sheet_for(db: AsyncSession, mine: Participant, *, now: datetime) -> Letter:
    """The sheet on the writer's table: the draft that lies there, else a new one in a language that both write."""
    # the same child may sit at two devices: the second waits here, and finds the sheet of the first
    await db.exec(select(Participant.id).where(Participant.id == mine.id).with_for_update(key_share=True))
    lying = await db.exec(
        select(Letter)
        .where(Letter.author_id == mine.id, Letter.state == LetterState.DRAFT)
        .order_by(col(Letter.changed_at).desc())
    )
    found = lying.first()
    if found is not None:
        return found
    parent = await writing.newest_received(db, mine.correspondence_id, mine.id)
    return await letters.start_draft(db, mine, parent_id=parent, language=await _language(db, mine), now=now)


def on_sheet(letter: Letter) -> Typed:
    """What is kept of a sheet."""
    return Typed(letter.title, typed_text(letter), letter.language)


def version_of(letter: Letter) -> str:
    """A mark of what is kept: a window sends back the one that it has seen. Equal words have equal marks."""
    return hashlib.sha256("\0".join(_compared(on_sheet(letter))).encode("utf-8", "replace")).hexdigest()[:16]


async def is_overtaken(db: AsyncSession, letter: Letter, typed: Typed, *, seen: str) -> bool:
    """Whether another window or device has kept or sent other words since this one saw the sheet.

    The row stays locked, so that of two who ask at once the second sees what the first has kept.
    """
    await db.refresh(letter, with_for_update=True)
    if letter.state not in TYPED_ON:
        return bool(typed.text.strip()) and _plain(typed.text) != _plain(typed_text(letter))
    return seen not in ("", version_of(letter)) and _compared(typed) != _compared(on_sheet(letter))


async def keep_typed(db: AsyncSession, letter: Letter, typed: Typed, *, now: datetime) -> None:
    """Keep what was typed so far. Raises Refused(CHANGED_SINCE) for a letter that has been sent."""
    await letters.save_draft(
        db, letter, title=typed.title, text=typed.text, language=typed.language or letter.language, now=now
    )


async def add_pictures(
    db: AsyncSession, letter: Letter, pictures: Sequence[SafeImage], *, most: int = MOST_PICTURES, now: datetime
) -> int:
    """Put pictures on the sheet, `most` in all. Returns how many there was no room for."""
    _must_be_typed_on(letter)
    there = list(await db.exec(select(Attachment.position).where(Attachment.letter_id == letter.id)))
    room = [number for number in range(1, most + 1) if number not in there]
    for number, picture in zip(room, pictures, strict=False):
        suffix = "png" if picture.content_type == "image/png" else "jpg"
        db.add(
            Attachment(
                letter_id=letter.id,
                blob_sha256=await keep(db, picture.data, now=now),
                name=f"picture-{number}.{suffix}",
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                position=number,
            )
        )
    await db.flush()
    return max(0, len(pictures) - len(room))


async def remove_picture(db: AsyncSession, letter: Letter, number: int) -> None:
    """Take a picture off the sheet. Raises NotFound."""
    _must_be_typed_on(letter)
    found = await db.exec(select(Attachment).where(Attachment.letter_id == letter.id, Attachment.position == number))
    row = found.first()
    if row is None:
        raise NotFound
    await db.delete(row)
    await db.flush()


async def send(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """The writer is done. The letter answers the newest one that they could have read. Raises Refused."""
    newest = await writing.newest_received(db, letter.correspondence_id, letter.author_id)
    letter.parent_id = newest or letter.parent_id
    await letters.send(db, letter, now=now)


async def take_back(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """Undo the sending, while no moderator has opened the letter and no worker has taken it. Raises Refused."""
    await letters.hold_all(db, letter)
    found = await journey_of(db, letter, now=now)
    if found is None or not found.may_undo:
        raise Refused(Refusal.TOO_LATE_TO_UNDO)
    await letters.take_back(db, letter, now=now)


async def throw_away(db: AsyncSession, letter: Letter) -> None:
    """A draft that its writer does not want any more, also one that was sent and taken back: its place in the outbox
    goes with it. A letter that came back is kept until it is sent again."""
    if letter.state is not LetterState.DRAFT:
        raise Refused(Refusal.CHANGED_SINCE)
    await db.exec(delete(Delivery).where(col(Delivery.letter_id) == letter.id))
    await db.delete(letter)
    await db.flush()


def draft_key(letter_id: UUID, at: Addresses) -> str:
    """A secret of one sheet: with it the text can be kept although the session is over. It opens nothing."""
    return hmac.new(at.key, b"draft:" + letter_id.bytes, hashlib.sha256).hexdigest()[:40]


async def draft_by_key(db: AsyncSession, letter_id: UUID, key: str, *, at: Addresses) -> Letter:
    """The sheet that `key` belongs to. Raises NotFound."""
    letter = await db.get(Letter, letter_id)
    if letter is None or not hmac.compare_digest(draft_key(letter_id, at).encode(), key.encode("utf-8", "replace")):
        raise NotFound
    return letter


def _compared(typed: Typed) -> tuple[str, str, str]:
    return " ".join(typed.title.split()), _plain(typed.text), typed.language or ""


def _plain(text: str) -> str:
    """Browsers send every end of a line as two characters."""
    return text.replace("\r\n", "\n").strip()


def _must_be_typed_on(letter: Letter) -> None:
    if letter.state not in TYPED_ON:
        raise Refused(Refusal.CHANGED_SINCE)


async def _language(db: AsyncSession, mine: Participant) -> str | None:
    partner = await partner_of(db, mine)
    me, friend = await db.get_one(Resident, mine.resident_id), await db.get_one(Resident, partner.resident_id)
    own, theirs = await languages_of(db, me), await languages_of(db, friend)
    both = [code for code in own if code in theirs]
    return next(iter([code for code in both if code == me.locale] + both + own), None)
