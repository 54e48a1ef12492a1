"""What exactly does a delivery say, from whom, to whom? Builds the finished bytes; actions/gate.py looks at them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from jinja2 import TemplateError
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, passage, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import unpacked
from penfriends.actions.passage import Way, at_hand
from penfriends.mail import notices, outbound, return_path
from penfriends.mail.notices import Notice, Rendered, ReplyTo, Value
from penfriends.models.delivery import Delivery, DeliveryKind
from penfriends.models.letters import Attachment, Blob, Letter, LetterMailId, Participant
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.bands import Band
from penfriends.rules.masking import from_name
from penfriends.rules.matching import Medium

T = TypeVar("T")
LINK_LIFETIME = timedelta(days=180)
REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Built:
    """The envelope sender that bounces come back to, and the finished mail."""

    envelope_from: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Side:
    """One person of a letter with what the mail needs to know of them."""

    participant: Participant
    resident: Resident
    town: Town


async def reader_of(db: AsyncSession, row: Delivery, way: Way | None = None) -> SignIn | None:
    """Whose mailbox a delivery is for, looked up when it leaves; None for who has no address or paused its mail. Who
    knows a letter's `way` need not ask again."""
    if row.kind is DeliveryKind.NOTICE:
        return await db.get(SignIn, row.sign_in_id) if row.sign_in_id else None
    if way is not None:
        own = way.mailbox if way.mailbox and way.mailbox.email and not way.reader.mail_paused else None
        return own or (None if way.reader.mail_paused else await people.mail_to(db, way.receiver))
    side = await side_of(db, row.participant_id)
    return await people.mail_to(db, side.resident) if side and not side.participant.mail_paused else None


async def side_of(db: AsyncSession, participant_id: UUID | None) -> Side | None:
    """A participant with resident and town."""
    if participant_id is None:
        return None
    participant = at_hand(db, Participant, participant_id)
    resident = at_hand(db, Resident, participant.resident_id) if participant else None
    town = at_hand(db, Town, resident.town_id) if resident else None
    if participant and resident and town:
        return Side(participant, resident, town)
    row = (await db.exec(_SIDE, params={"participant_id": participant_id})).first()
    return Side(*row) if row else None


_ID: Any = sa.bindparam("participant_id", type_=sa.Uuid())
_MINE = aliased(Participant)
# Put together once: making them costs as much as asking them.
_SIDE: Any = (
    sa.select(Participant, Resident, Town)
    .join(Resident, col(Resident.id) == col(Participant.resident_id))
    .join(Town, col(Town.id) == col(Resident.town_id))
    .where(col(Participant.id) == _ID)
)
_FRIEND: Any = (
    sa.select(Participant, Resident, Town)
    .select_from(_MINE)
    .join(Participant, col(Participant.correspondence_id) == col(_MINE.correspondence_id))
    .join(Resident, col(Resident.id) == col(Participant.resident_id))
    .join(Town, col(Town.id) == col(Resident.town_id))
    .where(col(_MINE.id) == _ID, col(Participant.id) != _ID)
)
_MAIL_IDS: Any = (
    sa.select(col(LetterMailId.letter_id), col(LetterMailId.message_id))
    .join(Letter, col(Letter.id) == col(LetterMailId.letter_id))
    .where(
        col(Letter.correspondence_id) == sa.bindparam("correspondence_id", type_=sa.Uuid()),
        col(LetterMailId.participant_id) == _ID,
        col(LetterMailId.message_id) != "",
        col(Letter.id) != sa.bindparam("letter_id", type_=sa.Uuid()),
    )
    .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
    .limit(REFERENCES)
)


async def build(
    db: AsyncSession, row: Delivery, reader: SignIn, way: Way | None, *, at: Addresses, now: datetime
) -> Built | None:
    """The finished mail of a delivery, of a letter by its `way`; None if it cannot be written: a person looks."""
    try:
        if way is None:
            outgoing = await _notice(db, row, reader, at=at, now=now)
        else:
            outgoing = await _letter(db, row, reader, way, at=at, now=now)
        raw = outbound.build(outgoing)
    except (ValueError, LookupError, TemplateError):  # tried again it would fail again, where nobody sees it
        return None
    return Built(return_path.sign(row.id, at.key, at.bounce_domain), raw)


async def _notice(
    db: AsyncSession, row: Delivery, reader: SignIn, *, at: Addresses, now: datetime
) -> outbound.Outgoing:
    notice = Notice(row.notice or "")
    rendered = notices.render(notice, language=row.language, values=unpacked(row.payload))
    name, address = await _sender(db, row, notice, at=at)
    automatic = notice not in (Notice.TEAM_ANSWER, Notice.TEAM_WORDS)  # a person wrote these
    outgoing = _outgoing(row, reader, rendered, name=name, address=address, at=at, now=now, automatic=automatic)
    stop = row.payload.get("stop_url")
    return replace(outgoing, unsubscribe_url=str(stop)) if stop else outgoing


async def _sender(db: AsyncSession, row: Delivery, notice: Notice, *, at: Addresses) -> tuple[str, str]:
    """A notice that takes a letter in reply comes from the friend's alias, every other one from the association."""
    if notices.REPLY_GOES_TO[notice] is ReplyTo.LETTER and row.participant_id is not None:
        alias = await passage.alias_of(db, row.participant_id)
        friend = await friend_of(db, row.participant_id)
        if alias is not None and friend is not None:
            return from_name(friend.resident.first_name), at.alias(alias.local_part)
    association = await db.get(Association, row.association_id) if row.association_id else None
    if association is None:
        return "penfriends", at.team_address
    return f"penfriends {association.name}", at.team(association.slug)


async def friend_of(db: AsyncSession, participant_id: UUID) -> Side | None:
    row = (await db.exec(_FRIEND, params={"participant_id": participant_id})).first()
    return Side(*row) if row else None


async def _letter(
    db: AsyncSession, row: Delivery, reader: SignIn, way: Way, *, at: Addresses, now: datetime
) -> outbound.Outgoing:
    if way.alias is None:
        raise LookupError("a participant without an alias")
    before = await _known_ids(db, way.letter, way.reader.id)
    by_mail = way.receiver.medium is not Medium.WEB
    pictures = await _pictures(db, way.letter.id) if by_mail and way.has_pictures else ()
    wanted = [links.Wanted(LinkPurpose.STOP_LETTERS, reader.id, way.reader.id)]
    wanted += [links.Wanted(LinkPurpose.REPORT_LETTER, None, way.letter.id)] if by_mail else []
    pause, *wrong = await links.make_for_mail(db, *wanted, now=now, lifetime=LINK_LIFETIME)
    pause_url = at.link(f"/p/{pause}")
    if by_mail:
        words = _letter_words(way, pause_url, at.link(f"/w/{wrong[0]}"), pictures=len(pictures), at=at)
    else:
        words = _waiting_words(way, at=at)
    return outbound.Outgoing(
        from_name=from_name(way.writer.first_name),
        from_address=at.alias(way.alias.local_part),
        to_address=reader.email or "",
        subject=words.subject,
        text=words.text,
        html=words.html,
        language=way.receiver.locale,
        date=now,
        message_id=row.message_id,
        in_reply_to=before[-1] if before else None,
        references=tuple(before),
        images=pictures,
        unsubscribe_url=pause_url,
        auto_submitted=False,
        loop_mark=return_path.loop_mark(at.key, row.id),
    )


def _waiting_words(way: Way, *, at: Addresses) -> Rendered:
    """Who reads on the website only hears that a letter is there."""
    values = {**_around(way, at=at), "name": way.receiver.first_name}
    return notices.render(
        Notice.LETTER_WAITING, language=way.receiver.locale, values=values, territory=way.receivers_town.country
    )


def _letter_words(way: Way, pause_url: str, wrong_url: str, *, pictures: int, at: Addresses) -> Rendered:
    """The words around and in the letter."""
    letter, band = way.letter, way.receiver.band
    values = {
        **_around(way, at=at),
        "is_reply": way.is_reply,
        "title": letter.title,
        "letter_text": letter.released_text,
        "letter_language": letter.language,
        "pictures": pictures,
        "left_out": len(letter.left_out),
        "all_read": band is Band.CHILD,
        "wrong_url": wrong_url,
        "pause_url": pause_url,
    }
    return notices.render(
        Notice.LETTER, language=way.receiver.locale, territory=way.receivers_town.country, values=values
    )


def _around(way: Way, *, at: Addresses) -> dict[str, Value]:
    language = way.receiver.locale
    return {
        "band": way.receiver.band.value,
        "town": town_in(way.receivers_town, language),
        "friend": way.writer.first_name,
        "friend_town": town_in(way.writers_town, language),
        "url": at.link(f"/letters/with/{way.letter.correspondence_id}"),
    }


def town_in(town: Town, language: str) -> str:
    """A town's name in a language, else its own."""
    return str(town.names.get(language, town.name))


async def _known_ids(db: AsyncSession, letter: Letter, participant_id: UUID) -> list[str]:
    """The ids under which earlier letters are known in this reader's mailbox, oldest first, the parent last."""
    asked = {
        "correspondence_id": letter.correspondence_id, "letter_id": letter.id, "participant_id": participant_id
    }  # fmt: skip
    known = dict(reversed((await db.exec(_MAIL_IDS, params=asked)).all()))
    if letter.parent_id is None:
        return list(known.values())
    parent = known.pop(letter.parent_id, None) or await _id_of(db, letter.parent_id, participant_id)
    return [*known.values(), parent] if parent else list(known.values())


async def _id_of(db: AsyncSession, letter_id: UUID, participant_id: UUID) -> str | None:
    found = await db.get(LetterMailId, (letter_id, participant_id))
    return found.message_id if found else None


async def _pictures(db: AsyncSession, letter_id: UUID) -> tuple[outbound.OutgoingImage, ...]:
    rows = await db.exec(
        select(Attachment, Blob)
        .join(Blob, col(Blob.sha256) == col(Attachment.blob_sha256))
        .where(Attachment.letter_id == letter_id)
        .order_by(col(Attachment.position))
    )
    return tuple(outbound.OutgoingImage(one.name, one.content_type, blob.data) for one, blob in rows)


def _outgoing(
    row: Delivery,
    reader: SignIn,
    rendered: Rendered,
    *,
    name: str,
    address: str,
    at: Addresses,
    now: datetime,
    automatic: bool,
) -> outbound.Outgoing:
    return outbound.Outgoing(
        from_name=name,
        from_address=address,
        to_address=reader.email or "",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        language=row.language,
        date=now,
        message_id=row.message_id,
        in_reply_to=None,
        references=(),
        images=(),
        unsubscribe_url=None,
        auto_submitted=automatic,
        loop_mark=return_path.loop_mark(at.key, row.id),
    )
