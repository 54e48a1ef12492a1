"""What may a resident change, and for how long may they pause?"""

from datetime import date, timedelta

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.web.forms import Form
from penfriends.web.forms.birth import month_in, number_in
from penfriends.web.forms.fields import AddressField, AvatarField, NameField, WordsField, composed, tidy

LONGEST_PAUSE = timedelta(days=366)


class NameForm(Form):
    first_name = NameField(_("First name"), filters=[composed])
    avatar = AvatarField(_("Picture"))


class OwnAddressForm(Form):
    """An address of one's own: for a new adult, or a further one to write from."""

    email = AddressField(_("Your own e-mail address"))


class WordsForm(Form):
    """For adults only: children choose from lists (rule R47)."""

    fact_one = WordsField(_("Something about you"), missing=_("Please write something about you."))
    fact_two = WordsField(_("Something else about you"), missing=_("Please write something else about you."))
    question = WordsField(_("A question to your pen friend"), missing=_("Please write a question to your pen friend."))


class PauseForm(Form):
    """Until a day, or until further notice."""

    how = RadioField(
        _("How long?"),
        choices=[
            SelectChoice("open", _("Until I come back")),
            SelectChoice("until", _("Until a day that I know")),
        ],
        default="open",
    )
    day = StringField(_("Day"), filters=[tidy])
    month = StringField(_("Month"), filters=[tidy])
    year = StringField(_("Year"), filters=[tidy])

    def judge(self, today: date) -> tuple[bool, date | None]:
        """Whether the form fits, and until when (None: until they come back)."""
        if self.how.data == "open":
            return True, None
        day, month, year = number_in(self.day.data), month_in(self.month.data), number_in(self.year.data)
        try:
            until = date(year or 0, month or 0, day or 0)
        except ValueError:
            self.day.errors = [gettext("Please type day, month and year, for example 27 3 2027.")]
            return False, None
        if not today < until <= today + LONGEST_PAUSE:
            self.day.errors = [gettext("Please type a day within the next year.")]
            return False, None
        return True, until
