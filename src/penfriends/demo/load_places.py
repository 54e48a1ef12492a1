"""How do the demo's towns, associations and moderators become rows?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.people import email_key
from penfriends.actions.staff import kept_one_time
from penfriends.demo.places import associations, links, towns
from penfriends.demo.staff import DemoModerator, staff
from penfriends.ids import uuid7
from penfriends.models.moderation import Moderator, Role, Vetting, VettingKind
from penfriends.models.places import Association, ConsentAge, Town, TwinLink
from penfriends.models.signin import SignIn
from penfriends.rules.consent import COUNTRY_AGES

PASSWORD = "penfriends-demo"  # noqa: S105 (of invented people, shown on /dev)
ONE_TIME_SEED = "demo"  # with the key of the house it gives the secret of every authenticator of the demo


@dataclass(frozen=True, slots=True)
class Places:
    """The rows by their slugs."""

    associations: Mapping[str, UUID]
    towns: Mapping[str, UUID]


async def places(db: AsyncSession) -> Places:
    """Associations, towns, twin links and the ages of consent."""
    homes = {
        one.slug: Association(
            id=uuid7(),
            slug=one.slug,
            name=one.name,
            contact_name=one.contact_name,
            about=one.about,
            locale=one.locale,
        )
        for one in associations()
    }
    db.add_all(homes.values())
    await db.flush()
    owner = {slug: homes[one.slug].id for one in associations() for slug in one.towns}
    made = {
        one.slug: Town(
            id=uuid7(),
            slug=one.slug,
            kind=one.kind,
            name=one.name,
            language=one.language,
            names=dict(one.names),
            country=one.country,
            timezone=one.timezone,
            latitude=one.latitude,
            longitude=one.longitude,
            association_id=owner.get(one.slug),
        )
        for one in towns().values()
    }
    db.add_all(made.values())
    await db.flush()
    for link in links():
        low, high = sorted(made[slug].id for slug in link.towns)
        db.add(TwinLink(low_id=low, high_id=high, kind=link.kind, since=link.since, state=link.state))
    for age in COUNTRY_AGES:
        db.add(
            ConsentAge(
                country=age.country, age=age.age, basis=age.basis, source=age.source, reviewed_on=age.reviewed_on
            )
        )
    await db.flush()
    return Places({slug: one.id for slug, one in homes.items()}, {slug: one.id for slug, one in made.items()})


async def staff_of(db: AsyncSession, known: Places, *, pepper: str, key: bytes, now: datetime) -> None:
    """Every moderator with a way to sign in and the checks that were seen. One hash for all: it is one password."""
    hashed = PasswordHasher().hash(PASSWORD + pepper)
    people = {
        one.address: SignIn(
            id=uuid7(),
            email=one.address,
            email_key=email_key(one.address),
            verified_at=now,
            locale=one.languages[0],
            password_hash=hashed,
            totp_secret=kept_one_time(ONE_TIME_SEED, key),
            created_at=now,
        )
        for one in staff(now.date())
    }
    db.add_all(people.values())
    await db.flush()
    for one in staff(now.date()):
        row = Moderator(
            id=uuid7(),
            sign_in_id=people[one.address].id,
            association_id=known.associations[one.association],
            name=one.name,
            role=Role(one.role.value),
            languages=list(one.languages),
            operates=one.operates,
            created_at=now,
        )
        db.add(row)
        await db.flush()
        db.add_all(_vettings(row.id, one))
    await db.flush()


def _vettings(moderator_id: UUID, one: DemoModerator) -> list[Vetting]:
    seen = ((VettingKind.CHECK, one.check), (VettingKind.TRAINING, one.training))
    return [
        Vetting(
            moderator_id=moderator_id,
            kind=kind,
            seen_by=proof.seen_by,
            seen_on=proof.seen_on,
            expires_on=proof.expires_on,
        )
        for kind, proof in seen
        if proof is not None
    ]
