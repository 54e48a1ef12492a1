"""When was somebody born, as people type it: in digits of any script, with months as words?"""

import itertools
import unicodedata
from datetime import date
from typing import Literal

from babel.dates import get_month_names
from wtforms import StringField

from penfriends.i18n import current, gettext, locale_of
from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.fields import tidy

OLDEST = 120
MONTH_FORMS: tuple[tuple[Literal["wide", "abbreviated"], Literal["format", "stand-alone"]], ...] = (
    ("wide", "format"),
    ("wide", "stand-alone"),
    ("abbreviated", "format"),
    ("abbreviated", "stand-alone"),
)


def number_in(typed: str | None) -> int | None:
    """A whole number in any script's digits; None if it is none."""
    letters = [unicodedata.decimal(letter, None) for letter in tidy(typed)]
    if not letters or len(letters) > 4 or any(one is None for one in letters):
        return None
    return int("".join(str(one) for one in letters))


def month_in(typed: str | None) -> int | None:
    """A month as a number or by its name, in the reader's language or in English.

    `marca` as well as `marzec`; May is مايو in Cairo and أيار in Nablus.
    """
    number, word = number_in(typed), tidy(typed).casefold().rstrip(".")
    if number is not None or not word:
        return number
    spoken = (locale_of(current.get()), locale_of("ar", "PS"), locale_of("en"))
    for locale, (width, context) in itertools.product(spoken, MONTH_FORMS):
        for month, name in get_month_names(width, context, locale).items():
            if name.casefold().rstrip(".") == word:
                return int(month)
    return None


class AgeForm(Form):
    """Only the year: enough for everybody who is surely an adult (rule R01)."""

    year = StringField(_("In which year were you born?"), filters=[tidy])

    def judge(self, today: date) -> int | None:
        """The year, or None with a sentence at the field."""
        year = number_in(self.year.data)
        if year is None or not today.year - OLDEST <= year <= today.year:
            self.year.errors = [gettext("Please type the year of birth with four digits, for example 1958.")]
            return None
        return year


class BirthdayForm(Form):
    """Three text fields, no picker; months may be typed as words."""

    day = StringField(_("Day"), filters=[tidy])
    month = StringField(_("Month"), filters=[tidy])
    year = StringField(_("Year"), filters=[tidy])

    def judge(self, today: date) -> date | None:
        """The date, or None with a sentence at the day."""
        day, month, year = number_in(self.day.data), month_in(self.month.data), number_in(self.year.data)
        if day is None or month is None or year is None:
            self.day.errors = [gettext("Please type day, month and year, for example 27 3 2015.")]
            return None
        try:
            born = date(year, month, day)
        except ValueError:
            self.day.errors = [gettext("There is no such date. Please look at it again.")]
            return None
        if not today.year - OLDEST <= born.year or born > today:
            self.day.errors = [gettext("Please type a date in the past.")]
            return None
        return born
