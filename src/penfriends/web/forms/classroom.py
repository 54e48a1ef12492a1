"""What is typed to sign in with a class, and what does a teacher set for it?"""

from datetime import time

from babel.dates import get_day_names
from wtforms import SelectField, StringField, TimeField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends import i18n
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.class_codes import plain
from penfriends.rules.lessons import WEEKDAYS, Lesson
from penfriends.web.forms import Form
from penfriends.web.forms.fields import tidy

PICTURE_WORDS = {
    "star": _("Star"),
    "snail": _("Snail"),
    "cake": _("Cake"),
    "castle": _("Castle"),
    "pizza": _("Pizza"),
    "plane": _("Plane"),
    "football": _("Ball"),
    "horse": _("Horse"),
    "heart": _("Heart"),
    "bell": _("Bell"),
    "ice-cream-cone": _("Ice cream"),
    "tractor": _("Tractor"),
}


class ClassCodeForm(Form):
    """Capitals, spaces and hyphens do not matter."""

    code = StringField(_("Class code"), filters=[tidy])

    def validate_code(self, field: StringField) -> None:
        """What cannot be a code is no try."""
        if not plain(field.data or ""):
            raise ValidationError(gettext("Please type the code that stands on your card."))


class LessonForm(Form):
    """One lesson of the week, by the clock of the school's town."""

    weekday = SelectField(_("Day"), choices=[], coerce=int, validate_choice=False)
    start = TimeField(_("Starts at"))
    end = TimeField(_("Ends at"))

    def offer(self) -> "LessonForm":
        self.weekday.choices = [SelectChoice(day, name) for day, name in self.weekday_names()]
        return self

    def weekday_names(self) -> list[tuple[int, str]]:
        """The days of the week in the visitor's language, Monday (0) first."""
        names = get_day_names("wide", locale=i18n.locale_of(i18n.current.get()))
        return [(day, names[day]) for day in range(WEEKDAYS)]

    def validate_end(self, field: TimeField) -> None:
        if self.start.data is None or field.data is None or field.data <= self.start.data:
            raise ValidationError(gettext("Please give a start and a later end, such as 09:00 and 09:45."))

    @property
    def lesson(self) -> Lesson:
        return Lesson(self.weekday.data % WEEKDAYS, self.start.data or time(), self.end.data or time())
