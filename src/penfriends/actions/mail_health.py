"""How is the mail of this installation? Numbers of all associations, for who keeps it running; nobody's address.

A provider is named only where at least three people have their mailbox: a domain of one's own is a name (rule R18).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.breaker import HOUSE, domain_of
from penfriends.models.delivery import (
    Bounce,
    Delivery,
    DeliveryState,
    MailTrouble,
    RawMail,
    RawMailState,
    Suppression,
    SuppressionReason,
)
from penfriends.models.letters import Participant
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn
from penfriends.rules.bounces import BounceReason

WEEK = timedelta(days=7)
FEWEST = 3  # people, for a provider to be named
SHOWN = 20
NEVER_LEFT = ("suppressed", "cannot be written")  # what dispatch says of a mail that was not even tried


@dataclass(frozen=True, slots=True)
class Pile:
    """How many wait, and since when the oldest does."""

    number: int
    oldest: datetime | None


@dataclass(slots=True)
class Provider:
    """What came of the mails to one provider; without a name: of all others together."""

    name: str
    people: set[UUID] = field(default_factory=set)
    delivered: int = 0
    deferred: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def mails(self) -> int:
        return self.delivered + self.deferred + self.bounced + self.complained

    @property
    def is_poor(self) -> bool:
        """So many come back, or are complained of, that the provider may soon take no more of ours."""
        ended = self.delivered + self.bounced
        return self.complained > 0 or (self.bounced >= FEWEST and self.bounced * 20 > ended)


@dataclass(frozen=True, slots=True)
class Closed:
    """A place that no mail is handed to until then. Our own mail server, a named provider, or a small one."""

    is_house: bool
    name: str
    until: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Health:
    last_in: datetime | None
    last_out: datetime | None
    unread: Pile
    waiting: Pile
    unsure: int
    failed: int
    set_aside: int
    week: Sequence[Provider]
    closed: Sequence[Closed]
    suppressed: Mapping[SuppressionReason, int]


async def load(db: AsyncSession, *, now: datetime) -> Health:
    """Everything that the page shows."""
    states = dict((await db.exec(select(Delivery.state, func.count()).group_by(col(Delivery.state)))).all())
    seen = await db.exec(
        select(func.count()).where(RawMail.state == RawMailState.QUARANTINED, col(RawMail.seen_at).is_(None))
    )
    return Health(
        last_in=(await db.exec(select(func.max(RawMail.received_at)))).one(),
        last_out=(await db.exec(select(func.max(Delivery.sent_at)))).one(),
        unread=await _pile(db, RawMail.received_at, col(RawMail.state) == RawMailState.RECEIVED),
        waiting=await _pile(db, func.coalesce(Delivery.first_try_at, Delivery.due_at), _is_waiting(now)),
        unsure=states.get(DeliveryState.UNSURE, 0),
        failed=states.get(DeliveryState.FAILED, 0),
        set_aside=seen.one(),
        week=await week(db, now=now),
        closed=await closed(db),
        suppressed=await _suppressed(db),
    )


async def week(db: AsyncSession, *, now: datetime) -> list[Provider]:
    """The last seven days by provider, the largest first, the small ones together at the end."""
    since = now - WEEK
    by_name: dict[str, Provider] = {}
    for what, condition in _outcomes(since).items():
        for sign_in_id, email, number in await _counted(db, condition):
            name = domain_of(email) if email else ""
            row = by_name.setdefault(name, Provider(name))
            row.people |= {sign_in_id} if sign_in_id else set()
            setattr(row, what, getattr(row, what) + number)
    named = [row for row in by_name.values() if row.name and len(row.people) >= FEWEST]
    shown = sorted(named, key=lambda row: (-row.mails, row.name))[:SHOWN]
    names = {row.name for row in shown}
    others = Provider("")
    for row in by_name.values():
        if row.name not in names:
            _add(others, row)
    return [*shown, others] if others.mails else shown


async def closed(db: AsyncSession) -> list[Closed]:
    """The places that are left alone at the moment, our own mail server first."""
    rows = (await db.exec(select(MailTrouble).where(col(MailTrouble.until).is_not(None)))).all()
    found = []
    for row in rows:
        is_house = row.place == HOUSE
        name = "" if is_house or await _people_at(db, row.place) < FEWEST else row.place
        if row.until is not None:
            found.append(Closed(is_house, name, row.until, row.failures))
    return sorted(found, key=lambda one: (not one.is_house, not one.name, one.name, one.until))


def _outcomes(since: datetime) -> Mapping[str, ColumnElement[bool]]:
    """What counts as what. A complaint is no bounce, and what was never tried did not come back."""
    complaint = col(Bounce.reason) == BounceReason.COMPLAINT.value
    came_back = select(Bounce.delivery_id).where(col(Bounce.at) >= since, ~complaint)
    complained = select(Bounce.delivery_id).where(col(Bounce.at) >= since, complaint)
    refused = and_(
        col(Delivery.state) == DeliveryState.FAILED,
        col(Delivery.first_try_at) >= since,
        col(Delivery.last_text).not_in(NEVER_LEFT),
    )
    bounced = or_(refused, col(Delivery.id).in_(came_back))
    return {
        "delivered": and_(col(Delivery.state) == DeliveryState.SENT, col(Delivery.sent_at) >= since, ~bounced),
        "deferred": and_(col(Delivery.state) == DeliveryState.DEFERRED, ~bounced),
        "bounced": bounced,
        "complained": col(Delivery.id).in_(complained),
    }


async def _counted(db: AsyncSession, condition: ColumnElement[bool]) -> Sequence[tuple[UUID | None, str | None, int]]:
    """How many deliveries of each mailbox: of a notice its own, of a letter the reader's, a child's the guardian's.
    Who reads on the website only has none."""
    owner = func.coalesce(Delivery.sign_in_id, Resident.sign_in_id, Guardian.sign_in_id)
    found = await db.exec(
        select(SignIn.id, SignIn.email, func.count())
        .select_from(Delivery)
        .outerjoin(Participant, col(Participant.id) == col(Delivery.participant_id))
        .outerjoin(Resident, col(Resident.id) == col(Participant.resident_id))
        .outerjoin(Guardian, col(Guardian.id) == col(Resident.guardian_id))
        .join(SignIn, col(SignIn.id) == owner)
        .where(condition, col(SignIn.email).is_not(None))
        .group_by(col(SignIn.id), col(SignIn.email))
    )
    return list(found.all())


def _add(others: Provider, row: Provider) -> None:
    others.people |= row.people
    others.delivered += row.delivered
    others.deferred += row.deferred
    others.bounced += row.bounced
    others.complained += row.complained


async def _people_at(db: AsyncSession, domain: str) -> int:
    at = func.lower(SignIn.email).endswith(f"@{domain}", autoescape=True)
    return (await db.exec(select(func.count()).select_from(SignIn).where(at))).one()


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    """Should have left: its time has come, or a first try did not succeed. A letter that may be taken back does not."""
    is_due = and_(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.due_at) <= now)
    return or_(is_due, col(Delivery.state).in_([DeliveryState.DEFERRED, DeliveryState.SENDING]))


async def _pile(db: AsyncSession, since: Any, condition: ColumnElement[bool]) -> Pile:
    number, oldest = (await db.exec(select(func.count(), func.min(since)).where(condition))).one()
    return Pile(number, oldest)


async def _suppressed(db: AsyncSession) -> Mapping[SuppressionReason, int]:
    found = await db.exec(
        select(Suppression.reason, func.count())
        .where(col(Suppression.lifted_at).is_(None))
        .group_by(col(Suppression.reason))
    )
    return {SuppressionReason(reason): number for reason, number in found.all()}
