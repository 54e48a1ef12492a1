"""What is typed to sign in: an address, and the code from the mail."""

from wtforms import HiddenField, StringField

from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.signup import AddressField, tidy


class SignInForm(Form):
    email = AddressField(_("Your e-mail address"))
    next = HiddenField()


class CodeForm(Form):
    """Spaces and hyphens of a pasted code do not matter."""

    code = StringField(_("Code from the e-mail"), filters=[tidy])
