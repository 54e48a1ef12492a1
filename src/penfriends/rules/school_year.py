"""Which school year is it, where nobody has said otherwise?"""

from datetime import date, timedelta

BEGINS, ENDS = (9, 1), (7, 15)
LONGEST = timedelta(days=400)
"""A class is entered for one school year, with what a guardian agreed to (rule R14)."""


def school_year(today: date) -> tuple[date, date]:
    """The first and last day of the school year that runs, or of the next one in the summer."""
    year = today.year if (today.month, today.day) > ENDS else today.year - 1
    return date(year, *BEGINS), date(year + 1, *ENDS)
