"""What is typed about the letters of a class: one from paper, one for the bank by a teacher or a volunteer?"""

from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from penfriends.actions.class_asks import names_contact
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.policy import LONGEST_LETTER
from penfriends.web.forms import Form
from penfriends.web.respond import language_name


class WordsForm(Form):
    """A letter with its language."""

    title = StringField(_("Title"), validators=[Length(max=150, message=_("At most 150 characters."))])
    text = TextAreaField(_("The letter"))
    language = SelectField(_("Language of the letter"), choices=[])

    def offer(self, languages: list[str]) -> "WordsForm":
        self.language.choices = [SelectChoice(code, language_name(code)) for code in languages]
        return self

    def validate_text(self, field: TextAreaField) -> None:
        if not (field.data or "").strip():
            raise ValidationError(gettext("The letter is empty."))
        if len(field.data or "") > LONGEST_LETTER:
            raise ValidationError(gettext("The letter is too long. Everything is kept: please make two letters of it."))


class VolunteerForm(WordsForm):
    """A letter by somebody whom the pupils do not know: nothing in it leads out of here."""

    def validate_title(self, field: StringField) -> None:
        _leads_nowhere(field.data or "")

    def validate_text(self, field: TextAreaField) -> None:
        super().validate_text(field)
        _leads_nowhere(field.data or "")


def _leads_nowhere(words: str) -> None:
    if names_contact(words):
        raise ValidationError(gettext("Please take out addresses, numbers and links: children read this."))


class CodeForm(Form):
    """The code at the top of a writing sheet."""

    code = StringField(_("Code on the sheet"), validators=[DataRequired(message=_("Please type the code."))])
