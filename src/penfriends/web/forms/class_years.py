"""What does a teacher type at the end of a school year: the next one, words of thanks?"""

from collections.abc import Sequence

from wtforms import DateField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.class_asks import WORDS_LONGEST, names_contact
from penfriends.actions.class_years import LONGEST
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.fields import tidy

NAME_LONGEST = 40


class NextYearForm(Form):
    name = StringField(_("Name of the class in the next year"), filters=[tidy])
    starts_on = DateField(_("First day of the school year"))
    ends_on = DateField(_("Last day of the school year"))
    staying = SelectMultipleField(_("Who comes along?"), choices=[])

    def offer(self, pupils: Sequence[tuple[str, str]]) -> "NextYearForm":
        """The pupils by id and name."""
        self.staying.choices = [SelectChoice(code, name) for code, name in pupils]
        return self

    def validate_name(self, field: StringField) -> None:
        if not field.data or len(field.data) > NAME_LONGEST:
            raise ValidationError(gettext("Please type a name of at most 40 characters."))

    def validate_ends_on(self, field: DateField) -> None:
        if field.data is None or self.starts_on.data is None:
            return
        if not self.starts_on.data < field.data <= self.starts_on.data + LONGEST:
            raise ValidationError(gettext("The last day has to be after the first, and at most a year later."))


class ThanksForm(Form):
    thanks = TextAreaField(
        _("A few words of thanks to the other teacher"), filters=[lambda value: (value or "").strip()]
    )

    def validate_thanks(self, field: TextAreaField) -> None:
        if len(field.data or "") > WORDS_LONGEST:
            raise ValidationError(gettext("Please write less: at most 1,000 characters."))
        if names_contact(field.data or ""):
            raise ValidationError(
                gettext("Please take out addresses, numbers and links: you write to each other here.")
            )
