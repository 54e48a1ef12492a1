"""Four classes and a school year: what their teachers would type in or import for 2026/27.

Skawina and Hürth follow the ministries' calendars (`rules.school_terms`). For Thetford and Nablus no published calendar
of this year was at hand, so theirs is an ordinary invented year in the shape of the years before.
"""

from datetime import date

from penfriends.rules.school_days import FRIDAY_SATURDAY, SATURDAY_SUNDAY, SchoolDays, SchoolYear, Span, school_days


def span(first: str, last: str = "") -> Span:
    """From ISO dates; one day if only one is given."""
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


THETFORD = SchoolYear(
    "GB",
    (span("2026-09-03", "2026-12-18"), span("2027-01-05", "2027-03-25"), span("2027-04-12", "2027-07-21")),
    (span("2026-10-26", "2026-10-30"), span("2027-02-15", "2027-02-19"), span("2027-05-31", "2027-06-04")),
    SATURDAY_SUNDAY,
    "ENG",
)
SKAWINA = SchoolYear(
    "PL",
    (span("2026-09-01", "2027-06-25"),),
    (span("2026-12-23", "2026-12-31"), span("2027-02-15", "2027-02-28"), span("2027-03-25", "2027-03-30")),
)
HUERTH = SchoolYear(
    "DE",
    (span("2026-09-02", "2027-07-16"),),
    (
        span("2026-10-17", "2026-10-31"),
        span("2026-12-23", "2027-01-06"),
        span("2027-03-22", "2027-04-03"),
        span("2027-05-18"),
    ),
    SATURDAY_SUNDAY,
    "NW",
)
NABLUS = SchoolYear(
    "PS",
    (span("2026-08-30", "2026-12-30"), span("2027-01-17", "2027-05-31")),
    weekend=FRIDAY_SATURDAY,
)
YEARS = {"thetford": THETFORD, "skawina": SKAWINA, "huerth": HUERTH, "nablus": NABLUS}


def classes(*names: str) -> dict[str, SchoolDays]:
    """The school days of some of the four, or of all."""
    return {name: school_days(YEARS[name]) for name in names or YEARS}
