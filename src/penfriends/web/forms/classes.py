"""What does a teacher type about a class, and about its other adult?"""

from datetime import date

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.class_facts import ClassFacts
from penfriends.i18n import gettext, ngettext
from penfriends.i18n import lazy as _
from penfriends.models.schools import SchoolClass
from penfriends.rules.bands import JOINING_AGE
from penfriends.rules.matching import Level
from penfriends.rules.school_year import LONGEST
from penfriends.rules.sign_up import WRITING_LANGUAGES, has_contact
from penfriends.rules.subjects import LANGUAGES, OTHERS, SUBJECTS, known
from penfriends.subject_words import subject_name
from penfriends.web.forms import Form
from penfriends.web.forms.fields import AddressField, tidy
from penfriends.web.respond import language_name, number

OLDEST, LARGEST = 17, 60
OTHER = "other"
NAME_LONGEST, SUBJECT_LONGEST, WISH_LONGEST = 40, 40, 600
WEEKS = range(2, 9)


def _known(value: str | None) -> str:
    return known(value or "")


class ClassForm(Form):
    """The facts of a class. Another teacher reads the name, the ages, the languages and the wish."""

    name = StringField(_("Name of the class"), filters=[tidy])
    size = IntegerField(_("How many pupils?"))
    youngest = IntegerField(_("Age of the youngest"))
    oldest = IntegerField(_("Age of the oldest"))
    own_language = SelectField(_("Language that they write best"), choices=[])
    second_language = SelectField(_("Second language"), choices=[])
    second_level = SelectField(_("How well?"), choices=[])
    third_language = SelectField(_("Third language"), choices=[])
    third_level = SelectField(_("How well do they write the third one?"), choices=[])
    subject = SelectField(_("School subject"), choices=[], filters=[_known])
    subject_other = StringField(_("Which other subject?"), filters=[tidy])
    rhythm_weeks = SelectField(_("How often would you like to write?"), choices=[])
    starts_on = DateField(_("First day of the school year"))
    ends_on = DateField(_("Last day of the school year"))
    wish = TextAreaField(_("What should another class know of yours?"), filters=[tidy])
    twin_of_twin = BooleanField(_("A class in the twin town of a twin town is welcome, too"))

    def offer(self) -> "ClassForm":
        """The lists to choose from, in the reader's language."""
        names = sorted((language_name(code), code) for code in WRITING_LANGUAGES)
        languages = [SelectChoice(code, name) for name, code in names]
        none = SelectChoice("", gettext("None"))
        self.own_language.choices = languages
        self.second_language.choices = self.third_language.choices = [none, *languages]
        levels = [
            SelectChoice(Level.WELL.value, gettext("Well: whole sentences of their own")),
            SelectChoice(Level.LITTLE.value, gettext("A little: they have just begun")),
        ]
        self.second_level.choices = self.third_level.choices = levels
        languages_first = [sorted((subject_name(one), one) for one in part) for part in (LANGUAGES, OTHERS)]
        self.subject.choices = [
            none,
            *(SelectChoice(code, name) for part in languages_first for name, code in part),
            SelectChoice(OTHER, gettext("Another subject")),
        ]
        self.rhythm_weeks.choices = [
            SelectChoice(
                str(weeks), ngettext("every %(num)s week", "every %(num)s weeks", weeks) % {"num": number(weeks)}
            )
            for weeks in WEEKS
        ]
        return self

    @property
    def facts(self) -> ClassFacts:
        """Of a form that was found right."""
        spoken = {
            str(code.data): Level(level.data)
            for code, level in (
                (self.third_language, self.third_level), (self.second_language, self.second_level),
            )
            if code.data
        }  # fmt: skip
        spoken[str(self.own_language.data)] = Level.FIRST
        return ClassFacts(
            name=self.name.data or "",
            size=self.size.data or 0,
            youngest=self.youngest.data or 0,
            oldest=self.oldest.data or 0,
            languages=dict(reversed(spoken.items())),
            subject=known(self.subject_other.data or "") if self.subject.data == OTHER else self.subject.data or "",
            rhythm_weeks=int(self.rhythm_weeks.data),
            starts_on=self.starts_on.data or date.min,
            ends_on=self.ends_on.data or date.min,
            wish=self.wish.data or "",
            twin_of_twin=bool(self.twin_of_twin.data),
        )

    def validate_name(self, field: StringField) -> None:
        if not field.data or len(field.data) > NAME_LONGEST:
            raise ValidationError(gettext("Please type the name of the class, at most 40 letters."))
        _without_contact(field)

    def validate_size(self, field: IntegerField) -> None:
        if field.data is None or not 1 <= field.data <= LARGEST:
            raise ValidationError(gettext("Please type a number from 1 to 60."))

    def validate_youngest(self, field: IntegerField) -> None:
        if field.data is None or not JOINING_AGE <= field.data <= OLDEST:
            raise ValidationError(gettext("Please type an age from 8 to 17."))

    def validate_oldest(self, field: IntegerField) -> None:
        if field.data is None or not JOINING_AGE <= field.data <= OLDEST:
            raise ValidationError(gettext("Please type an age from 8 to 17."))
        if self.youngest.data is not None and field.data < self.youngest.data:
            raise ValidationError(gettext("The oldest cannot be younger than the youngest."))

    def validate_subject_other(self, field: StringField) -> None:
        if len(field.data or "") > SUBJECT_LONGEST:
            raise ValidationError(gettext("Please make it shorter."))
        if self.subject.data == OTHER and not field.data:
            raise ValidationError(gettext("Please type the name of the subject."))

    def validate_starts_on(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError(gettext("Please choose a day."))

    def validate_ends_on(self, field: DateField) -> None:
        starts = self.starts_on.data
        if field.data is None or (starts is not None and not starts < field.data <= starts + LONGEST):
            raise ValidationError(gettext("Please choose a day after the first one, at most 13 months later."))

    def validate_wish(self, field: TextAreaField) -> None:
        if len(field.data or "") > WISH_LONGEST:
            raise ValidationError(gettext("Please make it shorter."))
        _without_contact(field)


class SecondForm(Form):
    """The other adult of a class."""

    name = StringField(_("Name, as the pupils say it"), filters=[tidy])
    email = AddressField(_("E-mail address at the school"))

    def validate_name(self, field: StringField) -> None:
        if not field.data or len(field.data) > 2 * NAME_LONGEST:
            raise ValidationError(gettext("Please type the name, at most 80 letters."))


def _without_contact(field: StringField) -> None:
    if has_contact(field.data or ""):
        raise ValidationError(gettext("Please type no address and no number here: another class reads it."))


def typed_of(row: SchoolClass) -> dict[str, object]:
    """A class as the form shows it."""
    first, subject = Level.FIRST.value, known(row.subject)
    own = next((code for code, level in row.languages.items() if level == first), "")
    others = [(code, level) for code, level in row.languages.items() if code != own]
    (second, second_level), (third, third_level) = [*others, ("", Level.LITTLE.value), ("", Level.LITTLE.value)][:2]
    return {
        "name": row.name,
        "size": row.size,
        "youngest": row.youngest,
        "oldest": row.oldest,
        "own_language": own,
        "second_language": second,
        "second_level": second_level,
        "third_language": third,
        "third_level": third_level,
        "subject": subject if not subject or subject in SUBJECTS else OTHER,
        "subject_other": "" if subject in SUBJECTS else row.subject,
        "rhythm_weeks": str(row.rhythm_weeks),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "wish": row.wish,
        "twin_of_twin": row.twin_of_twin,
    }
