"""What may one resident see of another? First name, age, town, languages, likes, the question: no more (R47)."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage
from penfriends.rules.bands import Birth, age_on
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level


@dataclass(frozen=True, slots=True)
class Like:
    """An interest of the curated list, its picture, and whether both like it."""

    code: str
    picture: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Friend:
    """A pen friend's card. An empty first name is somebody who has left and was forgotten."""

    first_name: str
    age: int
    town: Town
    avatar: str
    colour: str
    languages: tuple[tuple[str, Level], ...]
    likes: tuple[Like, ...]
    question: str

    @property
    def shared(self) -> tuple[Like, ...]:
        return tuple(one for one in self.likes if one.shared)


async def friend_for(db: AsyncSession, me: Resident, other: Resident, *, today: date) -> Friend:
    """The card of `other` for `me`: what both like comes first."""
    town = await db.get_one(Town, other.town_id)
    mine = set(await _likes(db, me))
    theirs = sorted(await _likes(db, other), key=lambda code: (code not in mine, code))
    languages = await db.exec(
        select(ResidentLanguage.code, ResidentLanguage.level)
        .where(ResidentLanguage.resident_id == other.id)
        .order_by(col(ResidentLanguage.code))
    )
    return Friend(
        first_name=other.first_name,
        age=age_on(Birth(other.birth_year, other.birth_on), today),
        town=town,
        avatar=other.avatar,
        colour=other.colour,
        languages=tuple(sorted(((code, Level(level)) for code, level in languages), key=lambda one: -one[1].rank)),
        likes=tuple(Like(code, INTERESTS[code].icon or "heart", code in mine) for code in theirs if code in INTERESTS),
        question=other.question,
    )


async def languages_of(db: AsyncSession, resident: Resident) -> list[str]:
    """The codes of the languages that somebody writes."""
    found = await db.exec(
        select(ResidentLanguage.code)
        .where(ResidentLanguage.resident_id == resident.id)
        .order_by(col(ResidentLanguage.code))
    )
    return list(found)


async def _likes(db: AsyncSession, resident: Resident) -> list[str]:
    found = await db.exec(select(ResidentInterest.code).where(ResidentInterest.resident_id == resident.id))
    return list(found)
