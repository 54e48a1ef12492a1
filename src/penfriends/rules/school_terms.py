"""Which terms can a teacher start from, before checking them?

Every year here is to be checked by the teacher: schools move days, and only the school knows its training days and
bridges. A region without a published calendar at hand is left out, not guessed; its teachers type their terms in or
import them (`term_files`). Regions are ISO 3166-2.

Sources, in words:

- Germany, all sixteen Länder: the Conference of Ministers of Education (Kultusministerkonferenz), as the `holidays`
  library has it.
- Małopolska: Ministry of National Education, winter holidays 2027 by voivodeship. First and last day, Christmas and
  spring break follow from its regulation on the organisation of the school year: from 1 September; 23 to 31 December;
  from the Thursday before Easter to the Tuesday after; until the Friday after 20 June.
- Île-de-France (zone C: Créteil, Paris, Versailles), so also Essonne: Ministry of National Education, school calendar
  2026-2027. Whether the Friday after Ascension is free is for the teacher to say.
- Zuid-Holland: Ministry of Education, Culture and Science, holidays of the region Midden 2026-2027; in May two weeks,
  as the primary schools there have it, where the ministry fixes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from penfriends.rules.school_days import DAY, SchoolYear, Span, usual_weekend

MINISTRIES: Mapping[str, str] = {
    "DE": "Kultusministerkonferenz",
    "FR": "Ministère de l’Éducation nationale",
    "NL": "Ministerie van Onderwijs, Cultuur en Wetenschap",
    "PL": "Ministerstwo Edukacji Narodowej",
}
"""Whose calendar it is, by country, as they call themselves."""

NAMES: Mapping[str, str] = {
    "DE-BB": "Brandenburg",
    "DE-BE": "Berlin",
    "DE-BW": "Baden-Württemberg",
    "DE-BY": "Bayern",
    "DE-HB": "Bremen",
    "DE-HE": "Hessen",
    "DE-HH": "Hamburg",
    "DE-MV": "Mecklenburg-Vorpommern",
    "DE-NI": "Niedersachsen",
    "DE-NW": "Nordrhein-Westfalen",
    "DE-RP": "Rheinland-Pfalz",
    "DE-SH": "Schleswig-Holstein",
    "DE-SL": "Saarland",
    "DE-SN": "Sachsen",
    "DE-ST": "Sachsen-Anhalt",
    "DE-TH": "Thüringen",
    "FR-IDF": "Île-de-France",
    "NL-ZH": "Zuid-Holland",
    "PL-12": "Małopolskie",
}
"""The regions, as they call themselves."""

MONTH_OF_SUMMER = (6, 7, 8)
LAENDER = frozenset(code.removeprefix("DE-") for code in NAMES if code.startswith("DE-"))


@dataclass(frozen=True, slots=True)
class _Year:
    """The first and last day of a school year, and what is free in between, public holidays apart."""

    whole: Span
    free: tuple[Span, ...]


KNOWN: Mapping[tuple[str, int], _Year] = {
    ("PL-12", 2026): _Year(
        Span(date(2026, 9, 1), date(2027, 6, 25)),
        (
            Span(date(2026, 12, 23), date(2026, 12, 31)),
            Span(date(2027, 2, 15), date(2027, 2, 28)),
            Span(date(2027, 3, 25), date(2027, 3, 30)),
        ),
    ),
    ("FR-IDF", 2026): _Year(
        Span(date(2026, 9, 1), date(2027, 7, 2)),
        (
            Span(date(2026, 10, 17), date(2026, 11, 1)),
            Span(date(2026, 12, 19), date(2027, 1, 3)),
            Span(date(2027, 2, 6), date(2027, 2, 21)),
            Span(date(2027, 4, 3), date(2027, 4, 18)),
        ),
    ),
    ("NL-ZH", 2026): _Year(
        Span(date(2026, 8, 31), date(2027, 7, 16)),
        (
            Span(date(2026, 10, 17), date(2026, 10, 25)),
            Span(date(2026, 12, 19), date(2027, 1, 3)),
            Span(date(2027, 2, 20), date(2027, 2, 28)),
            Span(date(2027, 4, 24), date(2027, 5, 9)),
        ),
    ),
}


def known_regions(country: str, begins: int) -> tuple[str, ...]:
    """The regions of a country for which the school year that begins in a calendar year is known."""
    german = [f"DE-{land}" for land in LAENDER if country == "DE" and _german(land, begins)]
    return tuple(
        sorted([*german, *(code for code, year in KNOWN if year == begins and code.startswith(f"{country}-"))])
    )


def usual_year(region: str, begins: int) -> SchoolYear | None:
    """The school year of a region, to be checked by the teacher; None where it is not known."""
    country, _, part = region.partition("-")
    known = _german(part, begins) if country == "DE" else KNOWN.get((region, begins))
    if known is None:
        return None
    subdivision = part if country == "DE" else ""
    return SchoolYear(country, (known.whole,), known.free, usual_weekend(country), subdivision)


@lru_cache(maxsize=128)
def _german(land: str, begins: int) -> _Year | None:
    """From the summer holidays of one year to those of the next."""
    if land not in LAENDER:
        return None
    breaks = _runs(holidays.country_holidays("DE", subdiv=land, years=(begins, begins + 1), categories=("school",)))
    summers = [one for one in breaks if one.length > 28 and one.first.month in MONTH_OF_SUMMER]
    here = [one for one in summers if one.first.year == begins], [one for one in summers if one.first.year > begins]
    if not (here[0] and here[1]):
        return None
    whole = Span(here[0][0].last + DAY, here[1][0].first - DAY)
    return _Year(whole, tuple(one for one in breaks if one.first in whole and one.last in whole))


def _runs(days: Mapping[date, str]) -> list[Span]:
    """Days in a row, each row as one."""
    runs: list[Span] = []
    for day in sorted(days):
        if runs and day - runs[-1].last == DAY:
            runs[-1] = Span(runs[-1].first, day)
        else:
            runs.append(Span(day, day))
    return runs
