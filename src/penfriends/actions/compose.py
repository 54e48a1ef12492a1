"""What exactly does a delivery say, from whom, to whom? Builds the finished bytes; actions/gate.py looks at them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from jinja2 import TemplateError
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, passage, people
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import unpacked
from penfriends.mail import notices, outbound, return_path
from penfriends.mail.notices import Notice, Rendered, ReplyTo
from penfriends.models.delivery import Delivery, DeliveryKind
from penfriends.models.letters import Attachment, Blob, Letter, LetterMailId, Participant
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.bands import Band
from penfriends.rules.masking import from_name
from penfriends.rules.matching import Medium

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


async def reader_of(db: AsyncSession, row: Delivery) -> SignIn | None:
    """Whose mailbox a delivery is for, looked up when it leaves; None for who has no address or paused its mail."""
    if row.kind is DeliveryKind.NOTICE:
        return await db.get(SignIn, row.sign_in_id) if row.sign_in_id else None
    side = await side_of(db, row.participant_id)
    return await people.mail_to(db, side.resident) if side and not side.participant.mail_paused else None


async def side_of(db: AsyncSession, participant_id: UUID | None) -> Side | None:
    """A participant with resident and town."""
    if participant_id is None:
        return None
    found = await db.exec(
        select(Participant, Resident, Town)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(Participant.id == participant_id)
    )
    row = found.first()
    return Side(*row) if row else None


async def build(db: AsyncSession, row: Delivery, reader: SignIn, *, at: Addresses, now: datetime) -> Built | None:
    """The finished mail of a delivery; None if it cannot be written: a person looks."""
    try:
        write = _notice if row.kind is DeliveryKind.NOTICE else _letter
        raw = outbound.build(await write(db, row, reader, at=at, now=now))
    except (ValueError, LookupError, TemplateError):  # tried again it would fail again, where nobody sees it
        return None
    return Built(return_path.sign(row.id, at.key, at.bounce_domain), raw)


async def _notice(
    db: AsyncSession, row: Delivery, reader: SignIn, *, at: Addresses, now: datetime
) -> outbound.Outgoing:
    notice = Notice(row.notice or "")
    rendered = notices.render(notice, language=row.language, values=unpacked(row.payload))
    name, address = await _sender(db, row, notice, at=at)
    automatic = notice is not Notice.TEAM_ANSWER  # a person wrote that one
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
    mine = aliased(Participant)
    found = await db.exec(
        select(Participant, Resident, Town)
        .select_from(mine)
        .join(Participant, col(Participant.correspondence_id) == col(mine.correspondence_id))
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(mine.id) == participant_id, col(Participant.id) != participant_id)
    )
    row = found.first()
    return Side(*row) if row else None


async def _letter(
    db: AsyncSession, row: Delivery, reader: SignIn, *, at: Addresses, now: datetime
) -> outbound.Outgoing:
    letter = await db.get_one(Letter, row.letter_id)
    author, mine = await side_of(db, letter.author_id), await side_of(db, row.participant_id)
    if author is None or mine is None:
        raise LookupError("a letter without its people")
    alias = await passage.alias_of(db, mine.participant.id)
    if alias is None:
        raise LookupError("a participant without an alias")
    language = mine.resident.locale
    pause = await links.make(
        db, LinkPurpose.STOP_LETTERS, now=now, lifetime=LINK_LIFETIME, sign_in_id=reader.id,
        subject_id=mine.participant.id,
    )  # fmt: skip
    rendered = await _letter_words(db, letter, author, mine, pause.secret, at=at, now=now)
    before = await _known_ids(db, letter, mine.participant.id)
    pictures = () if mine.resident.medium is Medium.WEB else await _pictures(db, letter.id)
    return outbound.Outgoing(
        from_name=from_name(author.resident.first_name),
        from_address=at.alias(alias.local_part),
        to_address=reader.email or "",
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        language=language,
        date=now,
        message_id=row.message_id,
        in_reply_to=before[-1] if before else None,
        references=tuple(before),
        images=pictures,
        unsubscribe_url=at.link(f"/p/{pause.secret}"),
        auto_submitted=False,
        loop_mark=return_path.loop_mark(at.key, row.id),
    )


async def _letter_words(
    db: AsyncSession,
    letter: Letter,
    author: Side,
    mine: Side,
    pause_secret: str,
    *,
    at: Addresses,
    now: datetime,
) -> Rendered:
    """The words around and in the letter. Who reads on the website only hears that a letter is there."""
    language, band = mine.resident.locale, mine.resident.band
    thread = at.link(f"/letters/with/{letter.correspondence_id}")
    common = {"band": band.value, "town": town_in(mine.town, language), "friend": author.resident.first_name}
    friend_town = town_in(author.town, language)
    if mine.resident.medium is Medium.WEB:
        values = {**common, "name": mine.resident.first_name, "friend_town": friend_town, "url": thread}
        return notices.render(Notice.LETTER_WAITING, language=language, values=values, territory=mine.town.country)
    wrong = await links.make(db, LinkPurpose.REPORT_LETTER, now=now, lifetime=LINK_LIFETIME, subject_id=letter.id)
    return notices.render(
        Notice.LETTER,
        language=language,
        territory=mine.town.country,
        values={
            **common,
            "friend_town": friend_town,
            "is_reply": await _is_reply(db, letter),
            "title": letter.title,
            "letter_text": letter.released_text,
            "letter_language": letter.language,
            "pictures": len(await _pictures(db, letter.id)),
            "left_out": len(letter.left_out),
            "all_read": band is Band.CHILD,
            "url": thread,
            "wrong_url": at.link(f"/w/{wrong.secret}"),
            "pause_url": at.link(f"/p/{pause_secret}"),
        },
    )


def town_in(town: Town, language: str) -> str:
    """A town's name in a language, else its own."""
    return str(town.names.get(language, town.name))


async def _is_reply(db: AsyncSession, letter: Letter) -> bool:
    earlier = await db.exec(
        select(Letter.id)
        .where(
            Letter.correspondence_id == letter.correspondence_id,
            Letter.id != letter.id,
            col(Letter.delivered_at).is_not(None),
        )
        .limit(1)
    )
    return earlier.first() is not None


async def _known_ids(db: AsyncSession, letter: Letter, participant_id: UUID) -> list[str]:
    """The ids under which earlier letters are known in this reader's mailbox, oldest first, the parent last."""
    found = await db.exec(
        select(LetterMailId.message_id)
        .join(Letter, col(Letter.id) == col(LetterMailId.letter_id))
        .where(
            Letter.correspondence_id == letter.correspondence_id,
            LetterMailId.participant_id == participant_id,
            LetterMailId.message_id != "",
            Letter.id != letter.id,
        )
        .order_by(col(Letter.created_at), col(Letter.id))
    )
    ids = list(found)[-REFERENCES:]
    parent = await db.get(LetterMailId, (letter.parent_id, participant_id)) if letter.parent_id else None
    if parent is not None and parent.message_id:
        ids = [one for one in ids if one != parent.message_id] + [parent.message_id]
    return ids


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
