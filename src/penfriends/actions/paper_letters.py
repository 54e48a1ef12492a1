"""How does a letter that a pupil wrote on paper come in? Typed or scanned by a teacher, found by the code on the sheet.

The code is worked out from the pupil's place in the correspondence and kept nowhere; it opens nothing by itself, it
only saves a teacher who is signed in from looking up the name.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import keys, letters
from penfriends.actions.class_progress import Standing, Way, of_class
from penfriends.actions.teaching import own_class
from penfriends.errors import NotFound
from penfriends.models.letters import Attachment, Channel, Letter, LetterState, Participant
from penfriends.models.moderation import Moderator
from penfriends.models.paper import ScannedPage
from penfriends.models.schools import SchoolClass

CODE_LETTERS = 6
_LOOK_ALIKE = str.maketrans("01", "OI")


def code_of(participant_id: UUID, key: bytes) -> str:
    """Six letters and digits (base 32: neither 0 nor 1) that stand for one pupil and one friend, 30 bits."""
    mark = hmac.digest(keys.derived(key, "paper"), participant_id.bytes, "sha256")
    return base64.b32encode(mark)[:CODE_LETTERS].decode()


def tidy(typed: str) -> str:
    """A code as it was printed, however it was typed."""
    return "".join(one for one in typed.upper() if one.isalnum()).translate(_LOOK_ALIKE)


async def find(
    db: AsyncSession, class_id: UUID, teacher: Moderator, typed: str, *, key: bytes
) -> tuple[SchoolClass, Standing, Way]:
    """Whose sheet this is, in a class of this teacher's. Raises NotFound."""
    of = await own_class(db, class_id, teacher)
    wanted = tidy(typed)
    for one in await of_class(db, of):
        for way in one.ways:
            if hmac.compare_digest(code_of(way.mine.id, key).encode(), wanted.encode()):
                return of, one, way
    raise NotFound


async def type_in(
    db: AsyncSession,
    mine: Participant,
    *,
    title: str,
    text: str,
    language: str | None,
    pages: Sequence[ScannedPage] = (),
    now: datetime,
) -> Letter:
    """The letter as the pupil wrote it, typed or as pictures of the pages, sent for them: it is read and approved like
    any other (rule R22). A returned paper letter is written anew.

    Raises Refused(EMPTY_LETTER, LETTER_TOO_LONG, CORRESPONDENCE_CLOSED)."""
    letter = await _returned_paper(db, mine)
    if letter is None:
        letter = await letters.start_draft(db, mine, parent_id=await _answers(db, mine), language=language, now=now)
    await _put_on(db, letter, pages)
    await letters.save_draft(db, letter, title=title, text=text, language=language, now=now)
    await letters.send(db, letter, channel=Channel.PAPER, now=now)
    return letter


async def _put_on(db: AsyncSession, letter: Letter, pages: Sequence[ScannedPage]) -> None:
    """The pages are the pictures of the letter, instead of those that it had."""
    await db.exec(delete(Attachment).where(col(Attachment.letter_id) == letter.id))
    for number, page in enumerate(pages, start=1):
        db.add(
            Attachment(
                letter_id=letter.id,
                blob_sha256=page.blob_sha256,
                name=f"page-{number}.jpg",
                content_type="image/jpeg",
                width=page.width,
                height=page.height,
                position=number,
            )
        )
    await db.flush()


async def _returned_paper(db: AsyncSession, mine: Participant) -> Letter | None:
    found = await db.exec(
        select(Letter)
        .where(Letter.author_id == mine.id, Letter.state == LetterState.RETURNED, Letter.channel == Channel.PAPER)
        .order_by(col(Letter.created_at).desc())
    )
    return found.first()


async def _answers(db: AsyncSession, mine: Participant) -> UUID | None:
    """The friend's newest letter that was handed over: what a new one answers."""
    found = await db.exec(
        select(Letter.id)
        .where(
            Letter.correspondence_id == mine.correspondence_id,
            Letter.author_id != mine.id,
            Letter.state == LetterState.DELIVERED,
        )
        .order_by(col(Letter.delivered_at).desc())
        .limit(1)
    )
    return found.first()
