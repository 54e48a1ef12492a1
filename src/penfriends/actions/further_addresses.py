"""From which other addresses does somebody write? Each is proved by a link to it, and never shown to anybody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, newcomers, people, telling, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.privacy import forget_address
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice, Value
from penfriends.models.residents import Resident, ResidentAddress, ResidentState
from penfriends.models.signin import LinkPurpose, OneTimeLink, SignIn
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.consent import OWN_ADDRESS_AGE

CONFIRM_LASTS = timedelta(days=3)
MOST = 3
MAILS_A_DAY = 5
MAILS_TO_ONE_A_DAY = 3
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Further:
    """One address as its owner sees it on their own page."""

    id: UUID
    email: str
    verified_at: datetime | None


async def further_of(db: AsyncSession, resident_id: UUID) -> list[Further]:
    """A resident's own further addresses, the oldest first."""
    found = await db.exec(
        select(ResidentAddress, SignIn)
        .join(SignIn, col(SignIn.id) == col(ResidentAddress.sign_in_id))
        .where(ResidentAddress.resident_id == resident_id)
        .order_by(col(ResidentAddress.created_at), col(ResidentAddress.id))
    )
    return [Further(row.id, sign_in.email or "", row.verified_at) for row, sign_in in found.all()]


def may_have(resident: Resident, now: datetime) -> bool:
    """Adults, and children from 13 with an address of their own (rule R07)."""
    if resident.sign_in_id is None:
        return False
    age = age_on(Birth(resident.birth_year, resident.birth_on), now.date())
    return resident.band is Band.ADULT or age >= OWN_ADDRESS_AGE


async def ask(db: AsyncSession, resident: Resident, email: str, *, at: Addresses, now: datetime) -> None:
    """Mail a link to the new address. Until it is pressed there, nothing is taken from it.

    Whatever the address is, it looks the same from here. Raises Refused(TOO_MANY_TRIES), NotFound for whom it is not.
    """
    if not may_have(resident, now):
        raise NotFound
    key = people.email_key(email)
    await throttle.check(db, f"further:{resident.id}", limit=MAILS_A_DAY, within=DAY, now=now)
    await throttle.check(db, f"further_to:{key}", limit=MAILS_TO_ONE_A_DAY, within=DAY, now=now)
    if key in [people.email_key(one) for one in await people.addresses_known(db, resident, unproved=False)]:
        return
    found = await _address(db, resident, email, now=now)
    if found is None:
        return
    row = await _row(db, resident, found, now=now)
    if row is None:
        return
    made = await links.make(
        db, LinkPurpose.CONFIRM_ADDRESS, now=now, lifetime=CONFIRM_LASTS, sign_in_id=found.id, subject_id=row.id
    )
    values: dict[str, Value] = {"url": at.link(f"/e/{made.secret}"), "days": CONFIRM_LASTS.days}
    await telling.tell_resident(db, Notice.CONFIRM_ADDRESS, resident, found, values, at=at, now=now)


async def to_confirm(db: AsyncSession, secret: str, *, now: datetime) -> tuple[OneTimeLink, ResidentAddress, SignIn]:
    """What a link would confirm. Looks only. Raises Refused(LINK_USED) for a link that is good no more."""
    link = await links.find(db, secret, LinkPurpose.CONFIRM_ADDRESS, now=now)
    row = await db.get(ResidentAddress, link.subject_id) if link.subject_id else None
    sign_in = await db.get(SignIn, row.sign_in_id) if row else None
    resident = await db.get(Resident, row.resident_id) if row else None
    if row is None or sign_in is None or resident is None or resident.state is ResidentState.LEFT:
        raise Refused(Refusal.LINK_USED)
    return link, row, sign_in


async def confirm(db: AsyncSession, secret: str, *, at: Addresses, now: datetime) -> None:
    """The address is theirs: letters are taken from it. Its owner hears of it at the registered address, and so does
    the guardian of a child."""
    link, row, sign_in = await to_confirm(db, secret, now=now)
    await links.use(db, link, now=now)
    row.verified_at = now
    sign_in.verified_at = sign_in.verified_at or now
    db.add_all([row, sign_in])
    resident = await db.get_one(Resident, row.resident_id)
    guardian = await people.guardian_of(db, resident) if resident.band is Band.CHILD else None
    told = {one.id: one for one in (await people.mail_to(db, resident), guardian) if one is not None}
    values = {"name": resident.first_name, "url": at.link("/me/addresses")}
    for one in told.values():
        await telling.tell_resident(db, Notice.ADDRESS_ADDED, resident, one, values, at=at, now=now)
    await _log(db, resident.id, "address_added", now=now)


async def remove(db: AsyncSession, resident_id: UUID, address_id: UUID, *, now: datetime) -> None:
    """From now on a mail from it is a stranger's. Raises NotFound for a foreign one as for a missing one."""
    row = await db.get(ResidentAddress, address_id)
    if row is None or row.resident_id != resident_id:
        raise NotFound
    await _forget(db, row)
    await _log(db, resident_id, "address_removed", now=now)


async def remove_all(db: AsyncSession, resident_id: UUID) -> None:
    """Somebody has left."""
    for row in (await db.exec(select(ResidentAddress).where(ResidentAddress.resident_id == resident_id))).all():
        await _forget(db, row)


async def _forget(db: AsyncSession, row: ResidentAddress) -> None:
    sign_in_id = row.sign_in_id
    await db.delete(row)
    await db.flush()
    await forget_address(db, sign_in_id)


async def _address(db: AsyncSession, resident: Resident, email: str, *, now: datetime) -> SignIn | None:
    """For a child only an address that is nobody else's here: not a guardian's, not a moderator's (rule R07)."""
    if resident.band is Band.CHILD:
        return await newcomers.own_address_for_child(db, email, locale=resident.locale, now=now)
    return await newcomers.address_of(db, email, locale=resident.locale, now=now)


async def _row(db: AsyncSession, resident: Resident, address: SignIn, *, now: datetime) -> ResidentAddress | None:
    """The row that waits for this address, a new one if there is room."""
    rows = (await db.exec(select(ResidentAddress).where(ResidentAddress.resident_id == resident.id))).all()
    found = next((one for one in rows if one.sign_in_id == address.id), None)
    if found is None and len(rows) < MOST:
        found = ResidentAddress(resident_id=resident.id, sign_in_id=address.id, created_at=now)
        db.add(found)
        await db.flush()
    return found


async def _log(db: AsyncSession, resident_id: UUID, action: str, *, now: datetime) -> None:
    await note(
        db, now=now, actor=Actor.RESIDENT, actor_id=resident_id, action=action, subject="resident",
        subject_id=resident_id,
    )  # fmt: skip
