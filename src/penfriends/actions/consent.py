"""How is a guardian asked, and how do they say yes, say no and take it back? (rules R07 to R11, R46)"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, proposals
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.people import association_of
from penfriends.actions.privacy import forget_drafted
from penfriends.actions.telling import end_correspondences, friend_towns, tell
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import ConsentAge, Town
from penfriends.models.residents import Consent, ConsentState, ConsentText, Guardian, Resident, ResidentState
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules import consent as rules
from penfriends.rules.bands import Band

LINK_LASTS = timedelta(hours=72)
WITHDRAWAL_LASTS = rules.LASTS + timedelta(days=35)
CONFIRM_LASTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class AgreedText:
    """The exact sentences that somebody agreed to, as the page showed them."""

    version: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guardian's page is about: the child, the guardian, and who answers questions."""

    child: Resident
    guardian: SignIn
    consent: Consent | None
    town: Town
    lead: Moderator | None
    friend_towns: list[str]


# --- who must be asked, and whether children can take part at all ----------------------------------------------------


async def own_age(db: AsyncSession, country: str) -> int:
    """From which age one's own yes counts in a country (rule R11): the stored row, else our list, never below 16."""
    row = await db.get(ConsentAge, country)
    return rules.own_age(country, {country: row.age} if row else None)


async def children_open(db: AsyncSession, town_id: UUID) -> bool:
    """Rule R46: children take part only where the association has named both a safeguarding lead and a deputy."""
    association = await association_of(db, town_id)
    if association is None:
        return False
    found = await db.exec(
        select(Moderator.role).where(Moderator.association_id == association.id, Moderator.active).distinct()
    )
    return {Role.LEAD, Role.DEPUTY} <= set(found.all())


async def lead_of(db: AsyncSession, town_id: UUID) -> Moderator | None:
    """The safeguarding lead who answers a guardian's questions."""
    association = await association_of(db, town_id)
    if association is None:
        return None
    found = await db.exec(
        select(Moderator)
        .where(Moderator.association_id == association.id, Moderator.role == Role.LEAD, Moderator.active)
        .order_by(col(Moderator.created_at))
    )
    return found.first()


# --- asking ----------------------------------------------------------------------------------------------------------


async def ask(
    db: AsyncSession, child: Resident, *, at: Addresses, now: datetime, notice: Notice = Notice.GUARDIAN_CONSENT
) -> None:
    """Mail the guardian a fresh link to decide with: single use, 160 random bits, 72 hours (rule R07)."""
    guardian = await _guardian(db, child)
    made = await links.make(
        db, LinkPurpose.GUARDIAN_CONSENT, now=now, lifetime=LINK_LASTS, sign_in_id=guardian.id, subject_id=child.id
    )
    values: dict[str, str | list[str]] = {"child": child.first_name, "reader": await _reader(db, child)}
    if notice is Notice.GUARDIAN_CONSENT:
        values["friend_towns"] = await friend_towns(db, child.town_id, guardian.locale)
    url = at.link(f"/g/{made.secret}")
    await tell(db, notice, to=guardian, about=child, band=Band.ADULT, at=at, now=now, url=url, **values)


async def _reader(db: AsyncSession, child: Resident) -> str:
    """Who answers the guardian: the lead by name, else the association."""
    lead = await lead_of(db, child.town_id)
    association = await association_of(db, child.town_id)
    return lead.name if lead else (association.name if association else "")


async def _guardian(db: AsyncSession, child: Resident) -> SignIn:
    guardian = await db.get(Guardian, child.guardian_id) if child.guardian_id else None
    found = await db.get(SignIn, guardian.sign_in_id) if guardian else None
    if found is None:
        raise NotFound
    return found


# --- looking ---------------------------------------------------------------------------------------------------------


async def decision_by_link(db: AsyncSession, secret: str, *purposes: LinkPurpose, now: datetime) -> Decision:
    """What a link of a mail is about. Looks only; raises Refused(LINK_USED) for every link that is no longer good."""
    link = await links.find(db, secret, *purposes, now=now)
    child = await db.get(Resident, link.subject_id) if link.subject_id else None
    if child is None or child.state is ResidentState.LEFT:
        raise Refused(Refusal.LINK_USED)
    return await _decision(db, child)


async def decision_of_guardian(db: AsyncSession, sign_in_id: UUID, child_id: UUID) -> Decision:
    """The same for a guardian who is signed in. Raises NotFound for anybody else's child."""
    child = await db.get(Resident, child_id)
    guardian = await db.get(Guardian, child.guardian_id) if child and child.guardian_id else None
    if child is None or guardian is None or guardian.sign_in_id != sign_in_id or child.state is ResidentState.LEFT:
        raise NotFound
    return await _decision(db, child)


async def _decision(db: AsyncSession, child: Resident) -> Decision:
    guardian, town = await _guardian(db, child), await db.get(Town, child.town_id)
    if town is None:
        raise NotFound
    lead = await lead_of(db, child.town_id)
    towns = await friend_towns(db, child.town_id, guardian.locale)
    return Decision(child, guardian, await newest(db, child.id), town, lead, towns)


async def newest(db: AsyncSession, child_id: UUID) -> Consent | None:
    """The consent that counts: the last that was asked for."""
    found = await db.exec(
        select(Consent)
        .where(Consent.resident_id == child_id)
        .order_by(col(Consent.asked_at).desc(), col(Consent.id).desc())
    )
    return found.first()


# --- deciding --------------------------------------------------------------------------------------------------------


async def give_by_link(db: AsyncSession, secret: str, agreed: AgreedText, *, at: Addresses, now: datetime) -> Resident:
    """A guardian's yes from the mail: the link is used up, and proves the address."""
    link = await links.find(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=now)
    decision = await decision_by_link(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=now)
    await links.use(db, link, now=now)
    decision.guardian.verified_at = decision.guardian.verified_at or now
    db.add(decision.guardian)
    await give(db, decision.child, agreed, at=at, now=now)
    return decision.child


async def give(db: AsyncSession, child: Resident, agreed: AgreedText, *, at: Addresses, now: datetime) -> None:
    """The child may write for a year. A lasting way to take the yes back goes to the guardian at once."""
    if not await children_open(db, child.town_id):
        raise Refused(Refusal.CHILDREN_MODULE_OFF)
    before = await newest(db, child.id)
    stopped = before is not None and before.state in (ConsentState.EXPIRED, ConsentState.WITHDRAWN)
    await record(db, child, agreed, now=now)
    if child.state is ResidentState.AWAITING_CONSENT or (child.state is ResidentState.PAUSED and stopped):
        child.state = ResidentState.ACTIVE
        child.paused_until = None
        child.waiting_since = now
        await _confirm_own_address(db, child, at=at, now=now)
    db.add(child)
    await _log(db, child, "consent_given", now=now)
    await tell_guardian(db, child, Notice.CONSENT_GIVEN, at=at, now=now)


async def record(db: AsyncSession, child: Resident, agreed: AgreedText, *, now: datetime) -> Consent:
    """Keep who agreed to which text, when; it lasts 365 days (rule R09). An earlier yes is superseded."""
    if child.guardian_id is None:
        raise NotFound
    digest = hashlib.sha256(agreed.text.encode()).hexdigest()
    if await db.get(ConsentText, digest) is None:
        db.add(ConsentText(sha256=digest, version=agreed.version, language=agreed.language, text=agreed.text))
        await db.flush()
    row = await newest(db, child.id)
    if row is None or row.state is not ConsentState.ASKED:
        if row is not None and row.state is ConsentState.GIVEN:
            row.state = ConsentState.EXPIRED
            db.add(row)
        row = Consent(resident_id=child.id, guardian_id=child.guardian_id, asked_at=now)
    row.state, row.answered_at, row.text_sha256 = ConsentState.GIVEN, now, digest
    row.expires_at, row.reminders, row.reminded_at = now + rules.LASTS, 0, None
    db.add(row)
    await db.flush()
    return row


async def tell_guardian(db: AsyncSession, child: Resident, notice: Notice, *, at: Addresses, now: datetime) -> None:
    """Mail the guardian the link that takes the yes back, in one click and without signing in (rule R10)."""
    guardian = await _guardian(db, child)
    made = await links.make(
        db,
        LinkPurpose.WITHDRAW_CONSENT,
        now=now,
        lifetime=WITHDRAWAL_LASTS,
        sign_in_id=guardian.id,
        subject_id=child.id,
    )
    await tell(
        db,
        notice,
        to=guardian,
        about=child,
        band=Band.ADULT,
        at=at,
        now=now,
        child=child.first_name,
        reader=await _reader(db, child),
        url=at.link(f"/g/{made.secret}/withdrawal"),
    )


async def _confirm_own_address(db: AsyncSession, child: Resident, *, at: Addresses, now: datetime) -> None:
    """A child's own address gets nothing before it is confirmed: until then mail goes to the guardian (rule R07)."""
    own = await db.get(SignIn, child.sign_in_id) if child.sign_in_id else None
    if own is None or own.verified_at is not None:
        return
    child.sign_in_id = None
    made = await links.make(
        db, LinkPurpose.CONFIRM_SIGN_UP, now=now, lifetime=CONFIRM_LASTS, sign_in_id=own.id, subject_id=child.id
    )
    url = at.link(f"/c/{made.secret}")
    days, name = CONFIRM_LASTS.days, child.first_name
    await tell(
        db, Notice.CONFIRM_SIGN_UP, to=own, about=child, band=child.band, at=at, now=now, name=name, url=url, days=days
    )


async def refuse(db: AsyncSession, secret: str, *, now: datetime) -> None:
    """A guardian's no: nothing of the child is kept (rule R08). Raises ALREADY_DECIDED for a renewal."""
    link = await links.find(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=now)
    decision = await decision_by_link(db, secret, LinkPurpose.GUARDIAN_CONSENT, now=now)
    if decision.child.state is not ResidentState.AWAITING_CONSENT:
        raise Refused(Refusal.ALREADY_DECIDED)
    await links.use(db, link, now=now)
    await _log(db, decision.child, "consent_refused", now=now)
    await forget_drafted(db, decision.child)


async def withdraw_by_link(db: AsyncSession, secret: str, *, at: Addresses, now: datetime) -> Resident:
    """Take the yes back from the mail (rule R10). A second click finds it done already and is not an error."""
    decision = await decision_by_link(db, secret, LinkPurpose.WITHDRAW_CONSENT, now=now)
    await withdraw(db, decision.child, at=at, now=now)
    return decision.child


async def withdraw(db: AsyncSession, child: Resident, *, at: Addresses, now: datetime) -> None:
    """From this commit on nothing is relayed. The partners are told kindly, without a reason."""
    found = await db.exec(select(Consent).where(Consent.resident_id == child.id))
    open_rows = [one for one in found.all() if one.state in (ConsentState.ASKED, ConsentState.GIVEN)]
    if not open_rows:
        return
    for row in open_rows:
        row.state, row.answered_at = ConsentState.WITHDRAWN, now
        db.add(row)
    child.state, child.paused_until, child.waiting_since = ResidentState.PAUSED, None, None
    db.add(child)
    await _log(db, child, "consent_withdrawn", now=now)
    await proposals.lapse(db, child.id, now=now)
    await end_correspondences(db, child, notice=Notice.CONSENT_WITHDRAWN, reason="consent_withdrawn", at=at, now=now)


async def _log(db: AsyncSession, child: Resident, action: str, *, now: datetime) -> None:
    await note(
        db,
        now=now,
        actor=Actor.GUARDIAN,
        actor_id=child.guardian_id,
        action=action,
        subject="resident",
        subject_id=child.id,
    )
