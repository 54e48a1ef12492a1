"""What does somebody type who wants to tell a team something?"""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from penfriends.i18n import lazy as _
from penfriends.web.forms import Form


class QuestionForm(Form):
    town = SelectField(_("Your town"), validators=[InputRequired(_("Choose a town."))])
    text = TextAreaField(
        _("What happened?"),
        validators=[InputRequired(_("Write a sentence or two.")), Length(max=5000, message=_("At most 5000 letters."))],
    )
    answer_to = StringField(
        _("Your e-mail address, if you want an answer"),
        validators=[Optional(), Regexp(r"[^\s@]{1,64}@[^\s@]{1,250}\Z", message=_("This is not an e-mail address."))],
    )
