"""How does a mail become a letter of its writer? Text, title, pictures, and its place in the thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose
from penfriends.actions.blobs import keep
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
    side: compose.Side,
    parsed: ParsedMail,
    drawn: Drawn,
    *,
    origin: Identity,
    now: datetime,
) -> Letter:
    """The letter that `parsed` is, checked next by a worker. What was cut stays beside it for the moderator, and for
    the gate what the header tells of the writer (`origin`)."""
    participant = side.participant
    named = (parsed.in_reply_to, *parsed.references[-MOST_NAMED:])
    known = await _known_ids(db, participant.id, named)
    newest = None if known else await newest_received(db, participant.correspondence_id, participant.id)
    names = origins.secret_names(origin.full_names, public=side.resident.first_name)
    kept, removed = _words(parsed, names, side.resident.first_name)
    letter = Letter(
        correspondence_id=participant.correspondence_id,
        author_id=participant.id,
        parent_id=parent_of(parsed.in_reply_to, parsed.references, known, newest),
        state=LetterState.RECEIVED,
        channel=Channel.EMAIL,
        title=await _title(db, side, parsed.subject, names),
        language=guess(parsed.kept_text) or parsed.language,
        original_text=parsed.text,
        kept_text=kept,
        removed_text=removed,
        cut_is_sure=parsed.sure,
        left_out=list(drawn.left_out),
        created_at=now,
        changed_at=now,
        sent_at=now,
    )
    db.add(letter)
    await db.flush()
    await _attach(db, letter, drawn.pictures, now=now)
    db.add(
        LetterMailId(
            letter_id=letter.id, participant_id=participant.id, message_id=(parsed.message_id or "")[:LONGEST_ID],
            origin=origins.stored(origin),
        )
    )  # fmt: skip
    row.state, row.letter_id = RawMailState.TAKEN, letter.id
    db.add(row)
    db.add(letter)
    await db.flush()
    later(db, Job.SCREEN_LETTER, letter.id)
    return letter


def _words(parsed: ParsedMail, names: Sequence[str], first_name: str) -> tuple[str, str]:
    """What the friend may read, and what was cut: the writer's own full `names` are among it."""
    kept, cut = own_name.shortened(parsed.kept_text.strip(), names, shown=first_name)
    return kept, "\n\n".join(one for one in (parsed.removed_text, *cut) if one)


async def newest_received(db: AsyncSession, correspondence_id: UUID, participant_id: UUID) -> UUID | None:
    """The newest letter that reached this participant: what an answer without a clear reference answers."""
    found = await db.exec(
        select(Letter.id)
        .where(
            Letter.correspondence_id == correspondence_id,
            Letter.author_id != participant_id,
            col(Letter.delivered_at).is_not(None),
        )
        .order_by(col(Letter.delivered_at).desc(), col(Letter.id).desc())
        .limit(1)
    )
    return found.first()


async def _known_ids(db: AsyncSession, participant_id: UUID, named: Sequence[str | None]) -> Mapping[str, UUID]:
    """Which of the ids that a mail names are letters in this mailbox: a long thread costs no more than a short one."""
    found = await db.exec(
        select(LetterMailId.message_id, LetterMailId.letter_id).where(
            LetterMailId.participant_id == participant_id,
            col(LetterMailId.message_id).in_([one for one in named if one]),
        )
    )
    return dict(found.all())


async def _title(db: AsyncSession, side: compose.Side, subject: str, names: Sequence[str]) -> str:
    """The subject as a title, unless it only repeats the subject of our own mails to this person."""
    friend = await compose.friend_of(db, side.participant.id)
    if friend is None:
        return ""
    language = side.resident.locale
    ours = thread_subjects(
        language=language,
        band=side.resident.band.value,
        friend=friend.resident.first_name,
        friend_town=compose.town_in(friend.town, language),
    )
    return own_name.shortened(own_title(subject, ours), names, shown=side.resident.first_name)[0]


async def _attach(db: AsyncSession, letter: Letter, pictures: Sequence[SafeImage], *, now: datetime) -> None:
    """Keep the pictures under names of ours."""
    for position, picture in enumerate(pictures, start=1):
        suffix = "png" if picture.content_type == "image/png" else "jpg"
        db.add(
            Attachment(
                letter_id=letter.id,
                blob_sha256=await keep(db, picture.data, now=now),
                name=f"picture-{position}.{suffix}",
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                position=position,
            )
        )
