"""From which age may somebody agree for themselves, and who has to be asked? (rule R11)

The house asks a guardian below 16 everywhere; a country's row can only make that stricter, never looser.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from penfriends.rules.bands import ADULT_AGE, JOINING_AGE, Birth, age_on

HOUSE_AGE = 16
OWN_ADDRESS_AGE = 13
LASTS = timedelta(days=365)
ASK_AGAIN_AFTER = timedelta(days=7)
PURGE_AFTER = timedelta(days=14)
REMIND_BEFORE = (timedelta(days=30), timedelta(days=14), timedelta(days=3))
REVIEWED_ON = date(2026, 11, 21)
_GDPR = "GDPR article 8(1)"


class Agreement(enum.StrEnum):
    """too_young: refused; guardian: nothing before a guardian's yes; informed: own yes, the guardian is told."""

    TOO_YOUNG = "too_young"
    GUARDIAN = "guardian"
    INFORMED = "informed"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class CountryAge:
    """The age from which a child's own consent counts in a country, why, where that is written, when we looked."""

    country: str
    age: int
    basis: str
    source: str
    reviewed_on: date = REVIEWED_ON


COUNTRY_AGES = (
    CountryAge("BE", 13, _GDPR, "Wet van 30 juli 2018, art. 7"),
    CountryAge("DE", 16, _GDPR, "GDPR article 8(1), no national rule"),
    CountryAge("ES", 14, _GDPR, "Ley Orgánica 3/2018, art. 7"),
    CountryAge("FR", 15, _GDPR, "Loi 78-17, art. 45"),
    CountryAge("GB", 13, "UK GDPR article 8(1)", "Data Protection Act 2018, s. 9"),
    CountryAge("IE", 16, _GDPR, "Data Protection Act 2018, s. 31"),
    CountryAge("IT", 14, _GDPR, "D.Lgs. 101/2018, art. 2-quinquies"),
    CountryAge("NL", 16, _GDPR, "GDPR article 8(1), UAVG art. 5"),
    CountryAge("PL", 16, _GDPR, "GDPR article 8(1), no national rule"),
    CountryAge("PS", 18, "age of majority", "no rule of its own, so the strictest"),
    CountryAge("US", 13, "COPPA", "15 U.S.C. 6501"),
)
"""What an installation starts from; not read by a lawyer. An administrator’s row for the
same country takes its place."""

_DEFAULT_AGES = {row.country: row.age for row in COUNTRY_AGES}


def own_age(country: str, stored: Mapping[str, int] | None = None) -> int:
    """The age from which somebody in `country` agrees for themselves. A country without a row: only adults."""
    row = (stored or {}).get(country, _DEFAULT_AGES.get(country, ADULT_AGE))
    return max(HOUSE_AGE, row)


def agreement(birth: Birth, today: date, own_from: int) -> Agreement:
    """Whose yes somebody born then needs today."""
    age = age_on(birth, today)
    if age < JOINING_AGE:
        return Agreement.TOO_YOUNG
    if age >= ADULT_AGE:
        return Agreement.OWN
    return Agreement.INFORMED if age >= own_from else Agreement.GUARDIAN


def reminders_due(expires_on: date, today: date) -> int:
    """How many of the three reminders before the end should have gone out by `today`."""
    return sum(today >= expires_on - before for before in REMIND_BEFORE)


def loosened(earlier: Agreement, later: Agreement) -> bool:
    """Whether a changed birthday needs less consent than the one typed before: somebody made themselves older."""
    order = list(Agreement)
    return order.index(later) > order.index(earlier)
