"""How does the invented world get into an empty database? The chapters in their order; each has a module of its own.

The content is the same for the same seed and day; only ids and secrets differ. The matching, the screening, the holds
and the report go through the real actions, so the demo shows nothing that the service would not do.
"""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.addresses import Addresses, Policy
from penfriends.demo import (
    load_class_letters,
    load_desk,
    load_fits,
    load_groups,
    load_letters,
    load_people,
    load_places,
    load_schools,
)
from penfriends.demo.people import people
from penfriends.doorkeys import addresses_of, policy_of
from penfriends.errors import BadSettings
from penfriends.models.places import Town
from penfriends.settings import settings

SEED = 7
Progress = Callable[[int, int, str], None]


def _silent(_done: int, _total: int, _what: str) -> None:
    """Nobody looks on."""


async def is_empty(db: AsyncSession) -> bool:
    """Whether no town is known here."""
    return (await db.exec(select(Town.id).order_by(col(Town.id)).limit(1))).first() is None


async def load(
    db: AsyncSession,
    *,
    now: datetime,
    progress: Progress = _silent,
    at: Addresses | None = None,
    policy: Policy | None = None,
) -> None:
    """Fill an empty database with towns, people and letters. Raises BadSettings in production.

    `progress` is told how many of how many chapters are done, and which one comes next.
    """
    chosen = settings()
    if not chosen.development:
        raise BadSettings("PENFRIENDS_ENVIRONMENT: the demo is for development only")
    at, policy = at or addresses_of(chosen), policy or policy_of(chosen)
    progress(0, 8, "Towns and associations")
    places = await load_places.places(db)
    progress(1, 8, "Moderators")
    await load_places.staff_of(db, places, pepper=chosen.password_pepper, key=chosen.secret_key.encode(), now=now)
    progress(2, 8, "Residents and guardians")
    drawn = people(SEED, now.date())
    residents = await load_people.residents(db, places, drawn, now=now)
    progress(3, 8, "Friendships")
    friendships = await load_letters.friendships(db, drawn, residents, now=now)
    progress(4, 8, "Letters")
    await load_letters.threads_of(db, friendships, at=at, policy=policy, now=now)
    progress(5, 8, "Matches for the desk")
    await load_desk.proposals(db, at=at, policy=policy, now=now)
    await load_groups.groups_of(db, residents, at=at, policy=policy, now=now)
    progress(6, 8, "What went wrong")
    await load_fits.fits(db, friendships, now=now)
    await load_desk.troubles(db, friendships, at=at, now=now)
    progress(7, 8, "Schools and classes")
    classes = await load_schools.schools_of(db, now=now)
    await load_class_letters.exchange(db, classes["6b"], classes["5a"], at=at, policy=policy, now=now)
    await load_class_letters.volunteers(db, now=now)
    progress(8, 8, "Done")
