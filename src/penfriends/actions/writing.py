"""How does a mail become a letter of its writer? Text, title, pictures, and its place in the thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.blobs import keep
from penfriends.actions.writers import Writer
from penfriends.ids import uuid7
from penfriends.jobs import Job, later
from penfriends.mail import origins, own_name
from penfriends.mail.images import Drawn, SafeImage
from penfriends.mail.inbound import ParsedMail
from penfriends.mail.leaks import Identity
from penfriends.mail.notices import thread_subjects
from penfriends.models.delivery import RawMail, RawMailState
from penfriends.models.letters import Attachment, Channel, Letter, LetterMailId, LetterState
from penfriends.rules.language_guess import guess
from penfriends.rules.threading import own_title, parent_of

LONGEST_ID = 900
MOST_NAMED = 50  # of References, the last: who answers names the letter there


async def letter_from_mail(
    db: AsyncSession,
    row: RawMail,
    writer: Writer,
    parsed: ParsedMail,
    drawn: Drawn,
    *,
    origin: Identity,
    now: datetime,
) -> UUID:
    """The letter that `parsed` is, checked next by a worker. What was cut stays beside it for the moderator, and for
    the gate what the header tells of the writer (`origin`)."""
    letter_id = uuid7()
    names = origins.secret_names(origin.full_names, public=writer.first_name)
    kept, removed = _words(parsed, names, writer.first_name)
    made = {
        "id": letter_id,
        "correspondence_id": writer.correspondence_id,
        "author_id": writer.participant_id,
        "parent_id": await _parent(db, writer, parsed),
        "state": LetterState.RECEIVED,
        "channel": Channel.EMAIL,
        "title": _title(writer, parsed.subject, names),
        "language": guess(parsed.kept_text) or parsed.language,
        "original_text": parsed.text,
        "kept_text": kept,
        "removed_text": removed,
        "cut_is_sure": parsed.sure,
        "left_out": list(drawn.left_out),
        "created_at": now,
        "changed_at": now,
        "sent_at": now,
    }
    known_as = {
        "letter_id": letter_id,
        "participant_id": writer.participant_id,
        "message_id": (parsed.message_id or "")[:LONGEST_ID],
        "origin": origins.stored(origin),
    }
    await db.exec(_NEW_LETTER, params=made)
    await db.exec(_NEW_MAIL_ID, params=known_as)
    await _attach(db, letter_id, drawn.pictures, now=now)
    row.state, row.letter_id = RawMailState.TAKEN, letter_id
    db.add(row)
    later(db, Job.SCREEN_LETTER, letter_id)
    return letter_id


# Nobody reads these rows again in this session, so none is made as an object; what is not named gets its default.
_NEW_LETTER: Any = sa.insert(SQLModel.metadata.tables["letter"])
_NEW_MAIL_ID: Any = sa.insert(SQLModel.metadata.tables["letter_mail_id"])


def _words(parsed: ParsedMail, names: Sequence[str], first_name: str) -> tuple[str, str]:
    """What the friend may read, and what was cut: the writer's own full `names` are among it."""
    kept, cut = own_name.shortened(parsed.kept_text.strip(), names, shown=first_name)
    return kept, "\n\n".join(one for one in (parsed.removed_text, *cut) if one)


async def _parent(db: AsyncSession, writer: Writer, parsed: ParsedMail) -> UUID | None:
    named = [one for one in (parsed.in_reply_to, *parsed.references[-MOST_NAMED:]) if one]
    known = await _known_ids(db, writer.participant_id, named) if named else {}
    newest = None if known else await newest_received(db, writer.correspondence_id, writer.participant_id)
    return parent_of(parsed.in_reply_to, parsed.references, known, newest)


async def newest_received(db: AsyncSession, correspondence_id: UUID, participant_id: UUID) -> UUID | None:
    """The newest letter that reached this participant: what an answer without a clear reference answers."""
    asked = {"correspondence_id": correspondence_id, "participant_id": participant_id}
    found: UUID | None = (await db.exec(_NEWEST, params=asked)).scalar()
    return found


async def _known_ids(db: AsyncSession, participant_id: UUID, named: Sequence[str]) -> Mapping[str, UUID]:
    """Which of the ids that a mail names are letters in this mailbox: a long thread costs no more than a short one."""
    found = await db.exec(_KNOWN, params={"participant_id": participant_id, "named": named})
    return dict(found.all())


_MAILBOX: Any = sa.bindparam("participant_id", type_=sa.Uuid())
# Put together once: making them costs as much as asking them.
_NEWEST: Any = (
    sa.select(col(Letter.id))
    .where(
        col(Letter.correspondence_id) == sa.bindparam("correspondence_id", type_=sa.Uuid()),
        col(Letter.author_id) != _MAILBOX,
        col(Letter.delivered_at).is_not(None),
    )
    .order_by(col(Letter.delivered_at).desc(), col(Letter.id).desc())
    .limit(1)
)
_KNOWN: Any = sa.select(col(LetterMailId.message_id), col(LetterMailId.letter_id)).where(
    col(LetterMailId.participant_id) == _MAILBOX,
    col(LetterMailId.message_id).in_(sa.bindparam("named", expanding=True)),
)


def _title(writer: Writer, subject: str, names: Sequence[str]) -> str:
    """The subject as a title, unless it only repeats the subject of our own mails to this person."""
    if writer.friend is None:
        return ""
    ours = thread_subjects(
        language=writer.language, band=writer.band.value, friend=writer.friend, friend_town=writer.friend_town
    )
    return own_name.shortened(own_title(subject, ours), names, shown=writer.first_name)[0]


async def _attach(db: AsyncSession, letter_id: UUID, pictures: Sequence[SafeImage], *, now: datetime) -> None:
    """Keep the pictures under names of ours."""
    for position, picture in enumerate(pictures, start=1):
        suffix = "png" if picture.content_type == "image/png" else "jpg"
        db.add(
            Attachment(
                letter_id=letter_id,
                blob_sha256=await keep(db, picture.data, now=now),
                name=f"picture-{position}.{suffix}",
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                position=position,
            )
        )
