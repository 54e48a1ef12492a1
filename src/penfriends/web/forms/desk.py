"""What do moderators type: reasons, notes, a birth date, a search?"""

from collections.abc import Sequence
from datetime import date

from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.models.moderation import ReportOutcome
from penfriends.web.forms import Form
from penfriends.words import OUTCOMES, RETURN_REASONS

NOTE_LONGEST = 2000
ANSWER_LONGEST = 10_000


def tidy(value: str | None) -> str:
    return (value or "").strip()[:NOTE_LONGEST]


class ReleaseForm(Form):
    """`seen_hash` says which letter the page showed (rule R24)."""

    seen_hash = HiddenField()


class ReturnForm(Form):
    """Ready sentences, and for adults a few own words. Children get ready sentences only (rule R43)."""

    reasons = SelectMultipleField(_("What should change?"), choices=[])
    note = TextAreaField(_("A few words of your own"), filters=[tidy])
    step = HiddenField()

    def offer(self, first: Sequence[str] = ()) -> "ReturnForm":
        """The ready sentences; `first` those that the marks suggest."""
        order = [*(one for one in first if one in RETURN_REASONS), *(one for one in RETURN_REASONS if one not in first)]
        self.reasons.choices = [SelectChoice(code, gettext(RETURN_REASONS[code])) for code in order]
        return self

    def validate_reasons(self, field: SelectMultipleField) -> None:
        if not field.data and not self.note.data:
            raise ValidationError(gettext("Please choose what should change."))


class NoteForm(Form):
    note = TextAreaField(_("What should the next person know?"), filters=[tidy])

    def validate_note(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write why."))


class AnswerForm(Form):
    text = TextAreaField(_("Your answer"), filters=[lambda value: (value or "").strip()])

    def validate_text(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write an answer."))
        if len(field.data) > ANSWER_LONGEST:
            raise ValidationError(gettext("The answer is too long for one mail."))


class WordsForm(Form):
    text = TextAreaField(_("Your message"), filters=[lambda value: (value or "").strip()])

    def validate_text(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write a message."))
        if len(field.data) > ANSWER_LONGEST:
            raise ValidationError(gettext("The message is too long for one mail."))


class VetoForm(Form):
    reason = TextAreaField(_("Why should these two not write to each other?"), filters=[tidy])

    def validate_reason(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write why."))


class CloseReportForm(Form):
    outcome = RadioField(_("What happens now?"), choices=[SelectChoice(one, _(OUTCOMES[one])) for one in ReportOutcome])
    note = TextAreaField(_("What did you look at, and why did you decide so?"), filters=[tidy])

    def validate_outcome(self, field: RadioField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please choose what happens now."))

    def validate_note(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write why."))


class SearchForm(Form):
    q = StringField(_("First name"))
    town = SelectField(_("Town"), choices=[], default="")
    state = SelectField(_("State"), choices=[], default="")


class BirthForm(Form):
    """Rule R05: a birth date changes only with a reason. Day and month may be left out for who is surely over 19."""

    day = IntegerField(_("Day"))
    month = IntegerField(_("Month"))
    year = IntegerField(_("Year"))
    reason = TextAreaField(_("How do you know?"), filters=[tidy])

    @property
    def on(self) -> date | None:
        """The full date, if there is one that exists."""
        try:
            return date(int(self.year.data or 0), int(self.month.data or 0), int(self.day.data or 0))
        except ValueError:
            return None

    def validate_year(self, field: IntegerField) -> None:
        if not field.data or not 1900 < field.data < 2200:
            raise ValidationError(gettext("Please write the year with four digits."))
        if (self.day.data or self.month.data) and self.on is None:
            raise ValidationError(gettext("There is no such day."))

    def validate_reason(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please write how you know."))
