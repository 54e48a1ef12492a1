"""What does a teacher type to join, and what does a moderator type who has found out about them?"""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.schools import Asked, TeacherCard
from penfriends.i18n import LANGUAGES, gettext
from penfriends.i18n import lazy as _
from penfriends.models.places import Town
from penfriends.rules.school_year import LONGEST
from penfriends.web.forms import Form
from penfriends.web.forms.fields import AddressField, tidy
from penfriends.web.respond import OWN_NAMES, town_name

NAME_LONGEST, SCHOOL_LONGEST, WEBSITE_LONGEST, HOW_LONGEST = 80, 120, 200, 1000


class JoinForm(Form):
    """Somebody says that they teach at a school."""

    teacher = StringField(_("Your name, as your pupils say it"), filters=[tidy])
    school = StringField(_("Name of the school"), filters=[tidy])
    town = SelectField(_("Town"), choices=[])
    website = StringField(_("Website of the school"), filters=[tidy])
    email = AddressField(_("Your e-mail address at the school"))
    language = SelectField(_("In which language do we write to you?"), choices=[])

    def offer(self, towns: Sequence[Town]) -> "JoinForm":
        """The towns that somebody looks after."""
        self.town.choices = [
            SelectChoice("", gettext("Choose a town")),
            *(SelectChoice(one.slug, town_name(one)) for one in towns),
        ]
        self.language.choices = [SelectChoice(code, OWN_NAMES[code]) for code in LANGUAGES]
        return self

    @property
    def said(self) -> Asked:
        """Of a form that was found right."""
        return Asked(
            teacher=self.teacher.data or "",
            email=self.email.data or "",
            school=self.school.data or "",
            town=str(self.town.data),
            website=self.website.data or "",
            language=str(self.language.data),
        )

    def validate_teacher(self, field: StringField) -> None:
        if not field.data or len(field.data) > NAME_LONGEST:
            raise ValidationError(gettext("Please type your name, at most 80 letters."))

    def validate_school(self, field: StringField) -> None:
        if not field.data or len(field.data) > SCHOOL_LONGEST:
            raise ValidationError(gettext("Please type the name of the school, at most 120 letters."))

    def validate_town(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please choose the town of the school."))

    def validate_website(self, field: StringField) -> None:
        """With or without https:// in front; only such an address is ever made a link."""
        typed = field.data or ""
        if typed and "://" not in typed:
            typed = field.data = f"https://{typed}"
        parts = urlsplit(typed) if len(typed) <= WEBSITE_LONGEST else None
        if parts is None or parts.scheme not in ("http", "https") or "." not in (parts.hostname or ""):
            raise ValidationError(gettext("Please type the address of the website, as in school.example.org."))


class ConfirmForm(Form):
    """How a moderator found out that somebody teaches there, and until when the school says so."""

    teacher_id = RadioField(_("Whom is it about?"), choices=[], validate_choice=False)
    how = TextAreaField(_("How did you find out that they teach there?"), filters=[tidy])
    until = DateField(_("Until when does it hold?"))
    today = date.min

    def offer(self, teachers: Sequence[TeacherCard], today: date) -> "ConfirmForm":
        """Those of the school; whoever waits is chosen already."""
        self.teacher_id.choices = [SelectChoice(str(one.row.id), one.row.name) for one in teachers]
        if not self.teacher_id.data and teachers:
            first = next((one for one in teachers if one.is_asked), teachers[0])
            self.teacher_id.data = str(first.row.id)
        self.today = today
        return self

    def validate_how(self, field: TextAreaField) -> None:
        if not field.data or len(field.data) > HOW_LONGEST:
            raise ValidationError(gettext("Please write how you found out, in a sentence or two."))

    def validate_until(self, field: DateField) -> None:
        if field.data is None or not self.today < field.data <= self.today + LONGEST:
            raise ValidationError(gettext("Please choose a day within the next 13 months."))
