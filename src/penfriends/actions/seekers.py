"""What do the rules know of a few people, whether they wait or not?

Read plainly, one object a person. Everybody who waits is read in another way, into columns (gathering.py); tests hold
both equal.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage
from penfriends.rules.bands import Birth, age_on
from penfriends.rules.matching import Level, Medium, Seeker, friends_allowed

DIGITAL, ON_PAPER = frozenset({Medium.WEB, Medium.EMAIL}), frozenset({Medium.PAPER})


def seeker_of(
    row: Resident,
    towns: Mapping[UUID, Town],
    writes: tuple[Mapping[str, Level], frozenset[str], frozenset[str]],
    count: tuple[int, int],
    far: frozenset[UUID | None],
    today: date,
) -> Seeker:
    """What the rules know of a resident. `writes`: levels, what is to be practised, interests; `count`: friends, and
    proposals that are still open."""
    birth = Birth(row.birth_year, row.birth_on)
    friends, pending = count
    since = row.waiting_since.date() if row.waiting_since else today
    return Seeker(
        uid=row.id,
        town=towns[row.town_id].slug,
        band=row.band,
        birth=birth,
        languages=writes[0],
        practises=writes[1],
        interests=writes[2],
        media=ON_PAPER if row.medium is Medium.PAPER else DIGITAL,
        wished_town=towns[row.wished_town_id].slug if row.wished_town_id else None,
        waiting_days=max(0, (today - since).days),
        capacity_left=max(0, min(row.capacity, friends_allowed(age_on(birth, today))) - friends - pending),
        household=row.household_id,
        open_to_twin_of_twin=row.twin_of_twin and towns[row.town_id].association_id in far,
        friends=friends,
    )


async def lists_of(
    db: AsyncSession, ids: list[UUID]
) -> tuple[Mapping[UUID, tuple[Mapping[str, Level], frozenset[str]]], Mapping[UUID, frozenset[str]]]:
    """Languages and interests of a few people, whether they wait or not."""
    levels: dict[UUID, dict[str, Level]] = defaultdict(dict)
    practises: dict[UUID, set[str]] = defaultdict(set)
    spoken = select(ResidentLanguage).where(col(ResidentLanguage.resident_id).in_(ids))
    for row in await db.exec(spoken.order_by(col(ResidentLanguage.code))):
        levels[row.resident_id][row.code] = row.level
        if row.practises:
            practises[row.resident_id].add(row.code)
    likes: dict[UUID, list[str]] = defaultdict(list)
    found = await db.exec(
        select(ResidentInterest.resident_id, ResidentInterest.code).where(col(ResidentInterest.resident_id).in_(ids))
    )
    for resident_id, code in found.all():
        likes[resident_id].append(code)
    return {one: (levels[one], frozenset(practises[one])) for one in ids}, {one: frozenset(likes[one]) for one in ids}
