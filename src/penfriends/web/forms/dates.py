"""What does a teacher type about dates: wishes, one day, the terms of the school?"""

from babel.dates import get_day_names
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import NumberRange

from penfriends import i18n
from penfriends.actions.class_dates import MOST_ROUNDS
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.term_files import Terms, Trouble, read_terms
from penfriends.web.forms import Form

MONDAY_FIRST = range(7)


def weekdays() -> list[tuple[int, str]]:
    """Their names in the reader's language, Monday 0."""
    names = get_day_names("wide", locale=i18n.locale_of(i18n.current.get()))
    return [(number, str(names[number])) for number in MONDAY_FIRST]


def _number(value: object) -> int | None:
    return int(str(value)) if str(value or "").isdigit() else None


class VersionForm(Form):
    """A button that is bound to the dates as they were shown."""

    version = HiddenField()

    @property
    def number(self) -> int:
        found = _number(self.version.data)
        return -1 if found is None else found


class WishForm(VersionForm):
    """How many letters in the year, every how many weeks, on which weekday."""

    rounds = IntegerField(
        _("How many letters in the year"),
        validators=[NumberRange(1, MOST_ROUNDS, message=_("Please type a number from 1 to 12."))],
    )
    weeks = IntegerField(
        _("A letter every … weeks"), validators=[NumberRange(2, 20, message=_("Please type a number from 2 to 20."))]
    )
    weekday = SelectField(_("On which weekday the letters leave"), coerce=str, choices=[])

    def offer(self) -> "WishForm":
        days = [SelectChoice(str(number), name) for number, name in weekdays()]
        self.weekday.choices = [SelectChoice("", gettext("Any")), *days]
        return self


class DayForm(VersionForm):
    """Another day for one date."""

    day = DateField(_("The letters leave on"))

    def validate_day(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError(gettext("Please choose a day."))


class TermsForm(Form):
    """The school year as lines, or a file in their place."""

    lines = TextAreaField(_("Terms and days off, one a line"))
    file = FileField(_("A file with them"))
    region = SelectField(_("Which part of the country"), coerce=str, choices=[])
    weekend = SelectMultipleField(_("Days of the week without school"), coerce=str, choices=[])

    terms: Terms | None = None
    troubles: tuple[Trouble, ...] = ()

    def offer(self, parts: list[tuple[str, str]]) -> "TermsForm":
        known = [SelectChoice(code, name) for code, name in parts]
        self.region.choices = [SelectChoice("", gettext("The whole country")), *known]
        self.weekend.choices = [SelectChoice(str(number), name) for number, name in weekdays()]
        return self

    def understood(self) -> bool:
        """Read the lines; every line that is not understood is in `troubles`."""
        found = read_terms(self.lines.data or "")
        if isinstance(found, Terms):
            self.terms = found
        elif (self.lines.data or "").strip():
            self.troubles = found
        else:
            self.terms = Terms((), ())
        return self.terms is not None
