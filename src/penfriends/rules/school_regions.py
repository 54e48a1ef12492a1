"""Which parts of a country have holidays of their own, and what are they called?

A school says which part it is in, so that its public holidays are the right ones and, where it is known, the usual
school year of the part can be proposed.
"""

from collections.abc import Mapping
from functools import lru_cache

import holidays

from penfriends.rules.school_terms import NAMES, known_regions


@lru_cache(maxsize=64)
def parts_of(country: str) -> Mapping[str, str]:
    """The parts of a country and their own names, by name; the codes are those of ISO 3166-2 without the country. Parts
    that the library knows by nothing but a made-up word (zones of holidays, towns) are left out."""
    if country not in holidays.list_supported_countries():
        return {}
    calendar = holidays.country_holidays(country)
    names: dict[str, str] = {}
    for name, code in getattr(calendar, "subdivisions_aliases", {}).items():
        if len(name) > len(names.get(code, name[:-1])):
            names[code] = name
    names |= {code.partition("-")[2]: name for code, name in NAMES.items() if code.startswith(f"{country}-")}
    return dict(sorted(((code, name) for code, name in names.items() if len(code) <= 3), key=lambda one: one[1]))


def with_usual_year(country: str, part: str, begins: int) -> str:
    """The region whose school year of a calendar year is known, for a school of this part; empty where it is not."""
    region = f"{country}-{part}"
    return region if region in known_regions(country, begins) else ""
