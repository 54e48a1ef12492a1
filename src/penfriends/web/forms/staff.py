"""What do volunteers type to sign in and to accept an invitation?"""

from wtforms import HiddenField, PasswordField, StringField

from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.fields import AddressField, tidy


class StaffSignInForm(Form):
    email = AddressField(_("Your e-mail address"))
    password = PasswordField(_("Your password"))
    next = HiddenField()


class OneTimeCodeForm(Form):
    code = StringField(_("The six digits from your authenticator app"), filters=[tidy])


class InvitationForm(Form):
    password = PasswordField(_("Choose a password"))
    code = StringField(_("The six digits from your authenticator app"), filters=[tidy])
