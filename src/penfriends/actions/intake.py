"""What becomes of a mail that was kept (actions/inbox.py), when a worker has read it?

Whose it is decides the envelope's alias and an aligned authentication by our own border, nothing else (rules R26, R27).
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import bounces, compose, links, people, throttle, writing
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.telling import tell_resident
from penfriends.actions.writers import Sender, Writer, writer_at
from penfriends.errors import Refused
from penfriends.jobs import Job, later
from penfriends.mail import origins, return_path
from penfriends.mail.authentication import AuthVerdict, judge
from penfriends.mail.images import Drawn
from penfriends.mail.inbound import MailClass, ParsedMail
from penfriends.mail.letter_parts import AttachmentKind
from penfriends.mail.notices import Notice, Value
from penfriends.models.delivery import RawMail, RawMailState, TeamMessage
from penfriends.models.signin import LinkPurpose, SignIn

CONFIRM_LIFETIME = timedelta(days=7)
DENIED, PUT_AWAY = "denied_by_writer", "put_away"  # why a mail was dropped that nobody vouched for


def may_have_pictures(parsed: ParsedMail) -> bool:
    """Whether it is worth asking whose pictures these are: there are none in most mails, and machines' are not kept."""
    return parsed.mail_class is MailClass.HUMAN and any(one.kind is AttachmentKind.IMAGE for one in parsed.attachments)


async def is_from_its_writer(db: AsyncSession, raw_mail_id: UUID, parsed: ParsedMail) -> bool:
    """Whether it is worth drawing the pictures of this mail: not for strangers."""
    row = await db.get(RawMail, raw_mail_id)
    writer = await writer_at(db, row.participant_id) if row else None
    return writer is not None and any(_is_from(parsed, one) for one in writer.senders)


_RAW_MAIL_ID: Any = sa.bindparam("raw_mail_id", type_=sa.Uuid())
# Put together once: making them costs as much as asking them.
_LOCKED: Any = sa.select(RawMail).where(col(RawMail.id) == _RAW_MAIL_ID).with_for_update()
_SAME: Any = sa.select(col(RawMail.id)).where(
    col(RawMail.inbound_key) == sa.bindparam("key", type_=sa.String()), col(RawMail.id) != _RAW_MAIL_ID
)


async def read_mail(
    db: AsyncSession,
    raw_mail_id: UUID,
    parsed: ParsedMail,
    headers: tuple[tuple[str, str], ...],
    *,
    drawn: Drawn,
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> None:
    """Decide what a mail is and do it. The second run does nothing; two copies of one mail give one letter."""
    row: RawMail | None = (await db.exec(_LOCKED, params={"raw_mail_id": raw_mail_id})).scalar()
    if row is None or row.state is not RawMailState.RECEIVED:
        return
    row.handled_at = now
    db.add(row)
    delivery_id = return_path.verify(row.envelope_to, at.key)
    if delivery_id is not None:
        await bounces.note_report(db, row, delivery_id, parsed, at=at, now=now)
    elif parsed.mail_class is not MailClass.HUMAN:
        _set_aside(row, parsed)
    elif not row.envelope_from:
        _drop(row, "null_sender")
    elif row.association_id is not None:
        await _team_message(db, row, row.association_id, parsed, headers, policy=policy, now=now)
    else:
        with db.no_autoflush:  # the row is written once, with all that became of it
            await _from_writer(db, row, parsed, headers, drawn=drawn, at=at, policy=policy, now=now)


def _set_aside(row: RawMail, parsed: ParsedMail) -> None:
    """Automatic mail is dropped and counted; what cannot be read, or complains, waits for a person to see."""
    if parsed.mail_class in (MailClass.QUARANTINED, MailClass.COMPLAINT):
        row.state = RawMailState.QUARANTINED
        row.reason = (parsed.quarantine_reason or parsed.mail_class.value)[:60]
    else:
        _drop(row, parsed.mail_class.value)


async def quarantine(db: AsyncSession, raw_mail_id: UUID, reason: str, *, now: datetime) -> None:
    """Put a mail that nothing can be done with where a person sees it."""
    row: RawMail | None = (await db.exec(_LOCKED, params={"raw_mail_id": raw_mail_id})).scalar()
    if row is not None and row.state is RawMailState.RECEIVED:
        row.state, row.reason, row.handled_at = RawMailState.QUARANTINED, reason[:60], now
        db.add(row)


def _drop(row: RawMail, reason: str) -> None:
    row.state, row.reason = RawMailState.DROPPED, reason


async def _is_copy(db: AsyncSession, row: RawMail, parsed: ParsedMail) -> bool:
    """Whether this very mail was taken before: same address, Message-ID, and From, Subject and body.

    Asked only of mail whose sender is proved: whoever forges a mail must not make the genuine one look like a copy.
    """
    return await _seen(db, row, row.envelope_to, parsed.message_id or "", parsed.body_digest)


async def _is_unproved_copy(db: AsyncSession, row: RawMail) -> bool:
    """Whether the same bytes wait already, unproved: a mail server that tries twice must not ask the writer twice."""
    return await _seen(db, row, "unproved", row.envelope_to, row.blob_sha256)


async def _seen(db: AsyncSession, row: RawMail, *marks: str) -> bool:
    key = hashlib.sha256("\0".join(marks).encode("utf-8", "replace")).hexdigest()
    known = await db.exec(_SAME, params={"key": key, "raw_mail_id": row.id})
    if known.first() is not None:
        return True
    row.inbound_key = key  # of two copies read in the same moment the database refuses one, which is read again
    return False


async def _team_message(
    db: AsyncSession,
    row: RawMail,
    association_id: UUID,
    parsed: ParsedMail,
    headers: tuple[tuple[str, str], ...],
    *,
    policy: Policy,
    now: datetime,
) -> None:
    """Words for the desk. They count as a resident's only where our own border vouches for the sender (rule R27)."""
    sender = await people.sign_in_for(db, parsed.from_addresses[0]) if len(parsed.from_addresses) == 1 else None
    if sender is not None and not (_is_from(parsed, sender) and _vouched_for(parsed, headers, policy)):
        sender = None
    if await (_is_unproved_copy(db, row) if sender is None else _is_copy(db, row, parsed)):
        _drop(row, "duplicate")
        return
    writer = await people.writer_behind(db, sender)
    db.add(
        TeamMessage(
            association_id=association_id,
            sign_in_id=writer.id if writer else None,
            raw_mail_id=row.id,
            subject=parsed.subject[:200],
            text=parsed.kept_text or parsed.text,
            created_at=now,
        )
    )
    row.state = RawMailState.TAKEN


async def _from_writer(
    db: AsyncSession,
    row: RawMail,
    parsed: ParsedMail,
    headers: tuple[tuple[str, str], ...],
    *,
    drawn: Drawn,
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> None:
    writer = await writer_at(db, row.participant_id)
    if writer is None or not writer.senders:
        _drop(row, "no_address")
        return
    if row.confirmed_at is None and not any(_is_from(parsed, one) for one in writer.senders):
        _drop(row, "stranger")
        await _tell_registered(db, writer, at=at, now=now)
        return
    proved = row.confirmed_at is not None or _vouched_for(parsed, headers, policy)
    if not proved and _verdict(parsed, headers, policy) is AuthVerdict.FAIL:
        _drop(row, "failed_authentication")
    elif await (_is_copy(db, row, parsed) if proved else _is_unproved_copy(db, row)):
        _drop(row, "duplicate")
    elif proved:
        origin = origins.identity_in(headers)
        await writing.letter_from_mail(db, row, writer, parsed, drawn, origin=origin, now=now)
    else:
        row.state = RawMailState.AWAITING_WRITER
        await _ask_writer(db, row, parsed, at=at, now=now)


def _is_from(parsed: ParsedMail, registered: Sender | SignIn) -> bool:
    """Exactly one sender counts, and it is the registered one."""
    sender = parsed.from_addresses[0] if len(parsed.from_addresses) == 1 else ""
    if not sender.isascii() and sender != (registered.email or "").lower():
        return False  # ß and ss are two addresses, although they are compared without regard to case
    return people.email_key(sender) == registered.email_key


def _verdict(parsed: ParsedMail, headers: tuple[tuple[str, str], ...], policy: Policy) -> AuthVerdict:
    return judge(headers, parsed.from_addresses[0].rpartition("@")[2], policy.authserv_id)


def _vouched_for(parsed: ParsedMail, headers: tuple[tuple[str, str], ...], policy: Policy) -> bool:
    verdict = _verdict(parsed, headers, policy)
    return verdict is AuthVerdict.ALIGNED_PASS or (verdict is AuthVerdict.UNKNOWN and policy.accept_unauthenticated)


async def _ask_writer(db: AsyncSession, row: RawMail, parsed: ParsedMail, *, at: Addresses, now: datetime) -> None:
    """Nobody vouched for the sender: the registered address gets a one-time link, and the mail waits for it (R27)."""
    side, registered = await _registered(db, row.participant_id)
    made = await links.make(
        db, LinkPurpose.CONFIRM_MAIL, now=now, lifetime=CONFIRM_LIFETIME, sign_in_id=registered.id, subject_id=row.id
    )
    values: dict[str, Value] = {
        "name": side.resident.first_name,
        "mail_subject": parsed.subject[:150],
        "received_on": row.received_at.date(),
        "received_at": row.received_at,
        "url": at.link(f"/k/{made.secret}"),
    }
    await tell_resident(db, Notice.CONFIRM_MAIL, side.resident, registered, values, at=at, now=now)


async def confirm(db: AsyncSession, secret: str, *, yes: bool, now: datetime) -> None:
    """The writer says whether the waiting mail was theirs. The link works once; a no drops the mail.

    After a yes a worker reads the mail again, now as proved: pictures are not drawn while a page waits. A yes counts
    for a mail, too, that was dropped because there was none.
    """
    link = await links.find(db, secret, LinkPurpose.CONFIRM_MAIL, now=now)
    row = await db.get(RawMail, link.subject_id, with_for_update=True)
    await links.use(db, link, now=now)
    if row is None or not (row.state is RawMailState.AWAITING_WRITER or row.reason in (DENIED, PUT_AWAY)):
        return
    row.inbound_key = None
    if yes:
        row.state, row.reason, row.confirmed_at = RawMailState.RECEIVED, None, now
        later(db, Job.READ_MAIL, row.id)
    else:
        _drop(row, DENIED)
    db.add(row)


async def _tell_registered(db: AsyncSession, writer: Writer, *, at: Addresses, now: datetime) -> None:
    """A mail from a stranger's address came to somebody's alias: the stranger hears nothing, the owner once a day."""
    try:
        await throttle.check(db, f"stranger:{writer.participant_id}", limit=1, within=timedelta(days=1), now=now)
    except Refused:
        return
    side, registered = await _registered(db, writer.participant_id)
    values: dict[str, Value] = {
        "name": side.resident.first_name,
        "friend": writer.friend or "",
        "received_on": now.date(),
        "url": at.link("/me/profile"),
    }
    await tell_resident(db, Notice.MAIL_NOT_TAKEN, side.resident, registered, values, at=at, now=now)


async def _registered(db: AsyncSession, participant_id: UUID | None) -> tuple[compose.Side, SignIn]:
    """The rows of a writer who has an address."""
    side = await compose.side_of(db, participant_id)
    registered = await people.mail_to(db, side.resident) if side else None
    if side is None or registered is None:
        raise LookupError("a writer without an address")
    return side, registered
