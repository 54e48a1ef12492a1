"""Who is behind a typed address, and how does a newcomer become a row? For sign-ups only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import seeking
from penfriends.actions.people import email_key, sign_in_for
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentInterest, ResidentLanguage, ResidentState
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Band
from penfriends.rules.matching import Medium
from penfriends.rules.sign_up import Answers, Who


async def address_of(db: AsyncSession, email: str, *, locale: str, now: datetime) -> SignIn:
    """The sign-in of an address, made if it is new."""
    found = await sign_in_for(db, email)
    if found is None:
        typed = email.strip()
        found = SignIn(email=typed, email_key=email_key(typed), locale=locale, created_at=now)
        db.add(found)
        await db.flush()
    return found


async def guardian_for(db: AsyncSession, email: str, *, locale: str, now: datetime) -> Guardian:
    """The guardian with this address, made if new. One guardian may have several children (rule R07)."""
    adult = await address_of(db, email, locale=locale, now=now)
    found = (await db.exec(select(Guardian).where(Guardian.sign_in_id == adult.id))).first()
    if found is None:
        found = Guardian(sign_in_id=adult.id, created_at=now)
        db.add(found)
        await db.flush()
    return found


async def living_resident(db: AsyncSession, sign_in_id: UUID) -> Resident | None:
    """The resident who signs in so and has not left."""
    found = await db.exec(
        select(Resident).where(Resident.sign_in_id == sign_in_id, Resident.state != ResidentState.LEFT)
    )
    return found.first()


async def child_behind(db: AsyncSession, sign_in_id: UUID | None) -> Resident | None:
    """The child whose own address this is: such an address is nobody's guardian, and no second child's."""
    found = await living_resident(db, sign_in_id) if sign_in_id else None
    return found if found is not None and found.band is Band.CHILD else None


async def child_known(db: AsyncSession, guardian: Guardian, answers: Answers) -> Resident | None:
    """The same child of the same guardian, signed up before."""
    born = answers.birth.on if answers.birth else None
    found = await db.exec(
        select(Resident).where(
            Resident.guardian_id == guardian.id, Resident.birth_on == born, Resident.state != ResidentState.LEFT
        )
    )
    same = [one for one in found.all() if one.first_name.casefold() == answers.first_name.casefold()]
    return same[0] if same else None


async def own_address_for_child(db: AsyncSession, email: str, *, locale: str, now: datetime) -> SignIn | None:
    """A child's own address, if it is nobody else's. Else none, silently: mail then goes to the guardian (rule R07)."""
    if not email:
        return None
    found = await address_of(db, email, locale=locale, now=now)
    for query in (
        select(Resident.id).where(Resident.sign_in_id == found.id),
        select(Guardian.id).where(Guardian.sign_in_id == found.id),
        select(Moderator.id).where(Moderator.sign_in_id == found.id),
    ):
        if (await db.exec(query)).first() is not None:
            return None
    return found


async def add_resident(
    db: AsyncSession,
    answers: Answers,
    town: Town,
    *,
    locale: str,
    now: datetime,
    state: ResidentState,
    sign_in: SignIn | None,
    guardian: Guardian | None,
) -> Resident:
    """The newcomer's rows. The band is computed here (rule R01); a child has no free text (rule R47), and allows no
    friends from further away unless the guardian fills the form in."""
    birth, medium = answers.birth, answers.medium or Medium.WEB
    if birth is None:
        raise NotFound
    adult = answers.band(now.date()) is Band.ADULT
    wished = (await db.exec(select(Town).where(Town.slug == answers.wished_town))).first()
    made = Resident(
        sign_in_id=sign_in.id if sign_in else None,
        guardian_id=guardian.id if guardian else None,
        town_id=town.id,
        band=answers.band(now.date()),
        birth_year=birth.year,
        birth_on=birth.on,
        first_name=answers.first_name,
        locale=locale,
        avatar=answers.avatar,
        medium=medium,
        capacity=answers.capacity,
        wished_town_id=wished.id if wished else None,
        twin_of_twin=answers.twin_of_twin and (adult or answers.who is Who.CHILD),
        facts="\n".join(answers.facts) if adult else "",
        question=answers.question if adult else "",
        state=state,
        profile_changed_at=now,
        rules_agreed_at=now,
        created_at=now,
    )
    db.add(made)
    await db.flush()
    await write_lists(db, made.id, answers)
    return made


async def write_lists(db: AsyncSession, resident_id: UUID, answers: Answers) -> None:
    """The languages and likes of a resident, and their gist."""
    for spoken in answers.languages:
        row = ResidentLanguage(
            resident_id=resident_id, code=spoken.code, level=spoken.level, practises=spoken.practises
        )
        db.add(row)
    for like in answers.likes:
        db.add(ResidentInterest(resident_id=resident_id, code=like))
    await db.flush()
    gists = await seeking.packed(db, [resident_id])
    await db.exec(update(Resident).where(col(Resident.id) == resident_id).values(gist=gists[resident_id]))


async def towns_open(db: AsyncSession) -> list[Town]:
    """The towns where people can sign up: an association looks after them, and they are not paused."""
    found = await db.exec(select(Town).where(col(Town.association_id).is_not(None), col(Town.paused_reason).is_(None)))
    return list(found.all())
