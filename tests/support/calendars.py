"""A pairing of classes with a school year: what the tests of the letter calendar are about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import school_year
from penfriends.actions.school_year import Line
from penfriends.models.moderation import Moderator, Role
from penfriends.models.pairings import Pairing
from penfriends.models.schools import SchoolClass
from penfriends.rules.school_days import SchoolYear
from tests import builders as b
from tests.support.school_years import YEARS

AUGUST = datetime(2026, 8, 24, 9, tzinfo=UTC)
PLACES = {
    "thetford": ("Thetford", "GB", "en", "Europe/London", "ENG"),
    "skawina": ("Skawina", "PL", "pl", "Europe/Warsaw", "12"),
    "huerth": ("Hürth", "DE", "de", "Europe/Berlin", "NW"),
    "nablus": ("Nablus", "PS", "ar", "Asia/Hebron", ""),
}


@dataclass(frozen=True, slots=True)
class Ring:
    """Classes of the given towns that write to each other from August 2026 on, by town."""

    pairing: Pairing
    rows: dict[str, SchoolClass]
    teachers: dict[str, Moderator]


def lines_of(year: SchoolYear) -> list[Line]:
    return [*(Line(span, True) for span in year.terms), *(Line(span, False) for span in year.closed)]


async def ring(db: AsyncSession, *towns: str, terms: bool = True, now: datetime = AUGUST) -> Ring:
    """Their schools have typed in their terms, unless `terms` says otherwise."""
    rows, teachers = {}, {}
    for slug in towns or YEARS:
        name, country, language, zone, region = PLACES[slug]
        town = await b.town(db, name, country=country, language=language, zone=zone)
        for who, role in (("Lead", Role.LEAD), ("Deputy", Role.DEPUTY)):
            await b.moderator(db, town.association_id, f"{who} of {name}", role=role, now=now)
        row, teacher = await b.school_class(db, town, f"Class of {name}", teacher=f"Teacher of {name}", now=now)
        row.starts_on, row.ends_on = date(2026, 8, 20), date(2027, 7, 20)
        rows[slug], teachers[slug] = row, teacher
        db.add(row)
        await db.flush()
        if terms:
            year = YEARS[slug]
            await school_year.save(db, teacher, lines_of(year), region=region, weekend=year.weekend)
    return Ring(await b.pairing(db, *rows.values(), now=now), rows, teachers)
