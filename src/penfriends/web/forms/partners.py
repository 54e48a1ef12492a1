"""What does a teacher type to another one before they know each other?"""

from wtforms import TextAreaField, ValidationError

from penfriends.actions.class_asks import WORDS_LONGEST, names_contact
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.web.forms import Form


class AskForm(Form):
    words = TextAreaField(_("A few words to the other teacher"), filters=[lambda value: (value or "").strip()])

    def validate_words(self, field: TextAreaField) -> None:
        if len(field.data or "") > WORDS_LONGEST:
            raise ValidationError(gettext("Please write less: at most 1,000 characters."))
        if names_contact(field.data or ""):
            raise ValidationError(
                gettext("Please take out addresses, numbers and links: you write to each other here.")
            )
