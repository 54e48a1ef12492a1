"""What is typed to sign in: an address, and the code from the mail."""

from wtforms import HiddenField, StringField, ValidationError

from penfriends.actions.signin import CODE_DIGITS, digits
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.fields import AddressField, tidy


class SignInForm(Form):
    email = AddressField(_("Your e-mail address"))
    next = HiddenField()


class CodeForm(Form):
    """Spaces and hyphens of a pasted code do not matter."""

    code = StringField(_("Code from the e-mail"), filters=[tidy])

    def validate_code(self, field: StringField) -> None:
        """What cannot be a code is no try: a slip of the finger does not use up one of the few."""
        if len(digits(field.data or "")) != CODE_DIGITS:
            raise ValidationError(gettext("Please type the six digits of the code."))
