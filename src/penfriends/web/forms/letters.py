"""What may be typed in a letter, a report, a pause, a good-bye?"""

import unicodedata

from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from penfriends.actions.drafts import Typed
from penfriends.actions.letters import LONGEST_TEXT
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.policy import LONGEST_LETTER
from penfriends.rules.sign_up import WRITING_LANGUAGES
from penfriends.web.forms import Form
from penfriends.web.forms.residents import PauseForm
from penfriends.web.respond import language_name, number

UNSURE = "unsure"
KINDS = ("unkind", "contact", "meeting", "money", "not_true", UNSURE)
STOP_PAUSE_MAIL, STOP_MAIL_AGAIN, STOP_PAUSE, STOP_END = "mail", "mail_again", "pause", "end"


class LetterForm(Form):
    """The sheet. Saving takes nearly anything; sending asks for a text."""

    title = StringField(_("Title"), validators=[Length(max=150, message=_("Please make the title shorter."))])
    text = TextAreaField(_("Your letter"))
    language = SelectField(_("Language of the letter"), choices=[], validate_choice=False)
    pictures = MultipleFileField(_("Pictures"))
    key = HiddenField()
    version = HiddenField()

    def offer(self, first: list[str]) -> "LetterForm":
        """Languages to choose from: those of the two first, then the others."""
        codes = [*first, *(code for code in WRITING_LANGUAGES if code not in first)]
        self.language.choices = [SelectChoice(code, language_name(code)) for code in codes]
        return self

    def validate_text(self, field: TextAreaField) -> None:
        typed = len((field.data or "").replace("\r\n", "\n").strip())
        values = {"typed": number(typed), "most": number(LONGEST_LETTER), "kept": number(LONGEST_TEXT)}
        if typed > LONGEST_TEXT:
            sentence = gettext(
                "The letter is too long: %(typed)s characters, and %(most)s fit in one. Only the first %(kept)s can be "
                "kept: please copy the rest before you leave this page."
            )
            raise ValidationError(sentence % values)
        if typed > LONGEST_LETTER:
            sentence = gettext(
                "The letter is too long: %(typed)s characters, and %(most)s fit in one. Everything is kept; please "
                "send it as two letters."
            )
            raise ValidationError(sentence % values)

    @property
    def typed(self) -> Typed:
        """What stands on the sheet; a language that we do not know stays as it was."""
        language = self.language.data if self.language.data in WRITING_LANGUAGES else None
        text = unicodedata.normalize("NFC", self.text.data or "")
        return Typed(self.title.data or "", text, language)

    def must_have_text(self) -> bool:
        """Before sending: whether there is anything to read."""
        if (self.text.data or "").strip():
            return True
        self.text.errors = [*self.text.errors, gettext("The letter is empty. Please write something first.")]
        return False


class ReportForm(Form):
    """Everything is optional: one press is enough (rule R31)."""

    kind = RadioField(
        _("What is it?"),
        choices=[
            SelectChoice("unkind", _("It is unkind or frightening")),
            SelectChoice("contact", _("They ask for my address, number or name on an app")),
            SelectChoice("meeting", _("They want to meet me or to keep a secret")),
            SelectChoice("money", _("It is about money or presents")),
            SelectChoice("not_true", _("I think they are not who they say they are")),
            SelectChoice(UNSURE, _("Something else, or I am not sure")),
        ],
        default=UNSURE,
        validate_choice=False,
    )
    text = TextAreaField(_("Would you like to tell us more?"))
    block = BooleanField(_("I never want to hear from this person again"))

    @property
    def chosen(self) -> str:
        """The kind as one of our words; nothing chosen is fine."""
        return self.kind.data if self.kind.data in KINDS else UNSURE


class FriendPauseForm(PauseForm):
    """A pause from one friend: until a day, or until further notice."""


class StopForm(FriendPauseForm):
    """From a mail: pause the mails, pause the letters, or stop."""

    choice = RadioField(_("What would you like?"), choices=[], validate_choice=False)

    def offer(self, *, mail_paused: bool) -> "StopForm":
        self.choice.choices = [
            SelectChoice(STOP_MAIL_AGAIN, _("Send me e-mails again"))
            if mail_paused
            else SelectChoice(STOP_PAUSE_MAIL, _("No e-mails, I read on the website")),
            SelectChoice(STOP_PAUSE, _("A pause from letters")),
            SelectChoice(STOP_END, _("Stop writing with this pen friend")),
        ]
        return self
