"""Through which address does a person hear from us, and which association is theirs?"""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.places import Association, Town
from penfriends.models.residents import Guardian, Resident, ResidentAddress
from penfriends.models.signin import SignIn


def email_key(address: str) -> str:
    """How an address is compared: trimmed, without regard to case."""
    return address.strip().casefold()


async def sign_in_for(db: AsyncSession, email: str) -> SignIn | None:
    """Who signs in with this address."""
    return (await db.exec(select(SignIn).where(SignIn.email_key == email_key(email)))).first()


async def guardian_of(db: AsyncSession, resident: Resident) -> SignIn | None:
    """The guardian's sign-in of a child."""
    if resident.guardian_id is None:
        return None
    found = await db.exec(
        select(SignIn)
        .join(Guardian, col(Guardian.sign_in_id) == col(SignIn.id))
        .where(Guardian.id == resident.guardian_id)
    )
    return found.first()


async def mail_to(db: AsyncSession, resident: Resident) -> SignIn | None:
    """Where a resident's mail goes: the own address, else the guardian's (rule R07), else nowhere."""
    if resident.sign_in_id is not None:
        own = await db.get(SignIn, resident.sign_in_id)
        if own is not None and own.email:
            return own
    guardian = await guardian_of(db, resident)
    return guardian if guardian is not None and guardian.email else None


async def addresses_known(db: AsyncSession, resident: Resident, *, unproved: bool = True) -> tuple[str, ...]:
    """Every address that we know of somebody, their guardian's included: none of them may reach the friend."""
    own = await db.get(SignIn, resident.sign_in_id) if resident.sign_in_id else None
    known = [own, await guardian_of(db, resident), *await _further(db, resident.id, unproved=unproved)]
    return tuple(one.email for one in known if one is not None and one.email)


async def writer_behind(db: AsyncSession, sender: SignIn | None) -> SignIn | None:
    """The sign-in of the resident whose further address this is, if it is one resident's; else itself."""
    found = await db.exec(
        select(Resident.sign_in_id)
        .join(ResidentAddress, col(ResidentAddress.resident_id) == col(Resident.id))
        .where(
            ResidentAddress.sign_in_id == (sender.id if sender else None), col(ResidentAddress.verified_at).is_not(None)
        )
    )
    writers = set(found.all())
    writer = writers.pop() if len(writers) == 1 else None
    return await db.get(SignIn, writer) if writer else sender


async def _further(db: AsyncSession, resident_id: UUID, *, unproved: bool) -> list[SignIn]:
    wanted = (
        select(SignIn)
        .join(ResidentAddress, col(ResidentAddress.sign_in_id) == col(SignIn.id))
        .where(ResidentAddress.resident_id == resident_id)
    )
    return list(await db.exec(wanted if unproved else wanted.where(col(ResidentAddress.verified_at).is_not(None))))


async def association_of(db: AsyncSession, town_id: UUID) -> Association | None:
    """The association that looks after a town."""
    found = await db.exec(
        select(Association).join(Town, col(Town.association_id) == col(Association.id)).where(Town.id == town_id)
    )
    return found.first()
