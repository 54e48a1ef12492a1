"""Which terms, days off and weekends has a school, and so on which days does each of its classes have school?

The terms belong to the school, so that one teacher types them in for all of its classes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import teaching
from penfriends.errors import NotFound
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.schools import School, SchoolClass, SchoolDays
from penfriends.rules.school_days import SchoolYear, Span, usual_weekend

LONGEST_NAME = 80
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A term, or days without school, and what the school calls them."""

    span: Span
    is_term: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class OwnSchool:
    """The school of a teacher, where it is, and what it has entered, in order of days."""

    row: School
    town: Town
    lines: tuple[Line, ...]

    @property
    def weekend(self) -> frozenset[int]:
        return _weekend(self.row, self.town)


async def own_school(db: AsyncSession, teacher: Moderator) -> OwnSchool:
    """The school of this teacher. Raises NotFound for who teaches at none."""
    school = await teaching.school_of(db, teacher.id)
    if school is None or not teacher.active:
        raise NotFound
    rows = await _lines(db, [school.id])
    return OwnSchool(school, await db.get_one(Town, school.town_id), tuple(rows.get(school.id, ())))


async def save(
    db: AsyncSession, teacher: Moderator, lines: Iterable[Line], *, region: str, weekend: frozenset[int]
) -> None:
    """What the school says of its year, in place of what it said before. Agreed dates stay: where they no longer fit,
    that is shown on them."""
    known = await own_school(db, teacher)
    known.row.region = region
    known.row.weekend = [] if weekend == usual_weekend(known.town.country) else sorted(weekend)
    db.add(known.row)
    await db.exec(delete(SchoolDays).where(col(SchoolDays.school_id) == known.row.id))
    db.add_all(
        SchoolDays(
            school_id=known.row.id, first_on=one.span.first, last_on=one.span.last, is_term=one.is_term,
            name=one.name[:LONGEST_NAME],
        )
        for one in list(lines)[:MOST_LINES]
    )  # fmt: skip
    await db.flush()


async def years_of(db: AsyncSession, class_ids: Sequence[UUID]) -> Mapping[UUID, SchoolYear]:
    """What is known of the year of each class; without terms where its school has entered none."""
    found = await db.exec(
        select(SchoolClass.id, School, Town)
        .join(School, col(School.id) == col(SchoolClass.school_id))
        .join(Town, col(Town.id) == col(School.town_id))
        .where(col(SchoolClass.id).in_(class_ids))
    )
    places = {class_id: (school, town) for class_id, school, town in found}
    lines = await _lines(db, [school.id for school, _town in places.values()])
    return {
        class_id: SchoolYear(
            town.country,
            tuple(one.span for one in lines.get(school.id, ()) if one.is_term),
            tuple(one.span for one in lines.get(school.id, ()) if not one.is_term),
            _weekend(school, town),
            school.region,
        )
        for class_id, (school, town) in places.items()
    }


def _weekend(school: School, town: Town) -> frozenset[int]:
    return frozenset(school.weekend) or usual_weekend(town.country)


async def _lines(db: AsyncSession, school_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    found = await db.exec(
        select(SchoolDays)
        .where(col(SchoolDays.school_id).in_(school_ids))
        .order_by(col(SchoolDays.first_on), col(SchoolDays.last_on).desc(), col(SchoolDays.id))
    )
    lines: dict[UUID, list[Line]] = {}
    for row in found:
        lines.setdefault(row.school_id, []).append(Line(Span(row.first_on, row.last_on), row.is_term, row.name))
    return lines
