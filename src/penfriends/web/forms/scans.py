"""What does a teacher send when handwritten letters come in as pictures?"""

from wtforms import BooleanField, FileField, HiddenField, MultipleFileField, TextAreaField, ValidationError

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.policy import LONGEST_LETTER
from penfriends.web.forms import Form
from penfriends.web.forms.class_letters import WordsForm


class PagesForm(Form):
    """A PDF of the copier or photos; or one photo taken now."""

    files = MultipleFileField(_("A PDF of the copier, or photos"))
    camera = FileField(_("Or take a photo of one sheet"))


class LookedAtForm(WordsForm):
    """The teacher has looked at these pages. The words are typed only by whoever likes to."""

    text = TextAreaField(_("What stands there, typed"))
    seen = HiddenField()
    another = BooleanField(_("It is another letter, not the same sheet once more"))

    def validate_text(self, field: TextAreaField) -> None:
        if len(field.data or "") > LONGEST_LETTER:
            raise ValidationError(gettext("The letter is too long. Everything is kept: please make two letters of it."))
