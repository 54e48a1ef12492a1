"""What may be answered in a sign-up, question by question, and what is said when it does not fit?"""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.models.places import Town
from penfriends.rules.bands import Band
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level, Medium
from penfriends.rules.sign_up import (
    LIKES_FEWEST,
    LIKES_MOST,
    WRITING_LANGUAGES,
    Who,
    Written,
)
from penfriends.web.forms import Form
from penfriends.web.forms.fields import AddressField, AvatarField, NameField, WordsField, composed
from penfriends.web.respond import interest_name, language_name, town_name


class StartForm(Form):
    who = RadioField(
        _("Who would you like to sign up?"),
        choices=[
            SelectChoice(Who.ME.value, _("Me")),
            SelectChoice(Who.CHILD.value, _("My child")),
            SelectChoice(Who.CLASS.value, _("My school class")),
        ],
    )
    town = HiddenField()


class TownForm(Form):
    town = RadioField(_("Where do you live?"), choices=[])

    def offer(self, towns: Sequence[Town]) -> "TownForm":
        """The towns where people can sign up."""
        self.town.choices = [SelectChoice(town.slug, town_name(town)) for town in towns]
        return self


# --- about -----------------------------------------------------------------------------------------------------------


class AdultAboutForm(Form):
    first_name = NameField(_("What is your first name?"), filters=[composed])
    email = AddressField(_("Your e-mail address"))
    avatar = AvatarField(_("Choose a picture for your card"))


class OwnYesAboutForm(Form):
    """16 or 17, where that is old enough: the own address is needed, and the guardian's to tell them (rule R11)."""

    first_name = NameField(_("What is your first name?"), filters=[composed])
    email = AddressField(_("Your e-mail address"))
    guardian_email = AddressField(_("E-mail address of your parent or guardian"))
    avatar = AvatarField(_("Choose a picture for your card"))

    def validate_guardian_email(self, field: StringField) -> None:
        _differs(self.email, field)


class TeenAboutForm(OwnYesAboutForm):
    """From 13 an address of one's own is possible, never needed (rule R07)."""

    email = AddressField(_("Your own e-mail address"), optional=True)


class ChildAboutForm(Form):
    """Below 13 only the guardian has an address here."""

    first_name = NameField(_("What is your first name?"), filters=[composed])
    guardian_email = AddressField(_("E-mail address of your parent or guardian"))
    avatar = AvatarField(_("Choose a picture for your card"))


def ask_parent(form: Any) -> None:
    """The same questions to a parent who signs up a child."""
    form.first_name.label.text = gettext("What is your child’s first name?")
    form.guardian_email.label.text = gettext("Your own e-mail address, as the parent or guardian")
    form.avatar.label.text = gettext("Choose a picture for your child’s card")
    if "email" in form:
        form.email.label.text = gettext("Your child’s e-mail address")


def _differs(own: StringField, guardian: StringField) -> None:
    if own.data and own.data.casefold() == (guardian.data or "").casefold():
        raise ValidationError(gettext("This is the same address twice. A parent or guardian needs their own."))


# --- languages -------------------------------------------------------------------------------------------------------

MAIN_LANGUAGES = WRITING_LANGUAGES[:6]
MORE_LANGUAGES = WRITING_LANGUAGES[6:]


class LanguagesForm(Form):
    """A level and a wish for each language. The fields are made from the list below."""

    def chosen(self) -> list[Written]:
        """The languages with a level; who only would like to practise writes it a little."""
        found = []
        for code in WRITING_LANGUAGES:
            level, practises = self[f"level_{code}"].data, bool(self[f"practise_{code}"].data)
            if level or practises:
                found.append(Written(code, Level(level or Level.LITTLE), practises))
        return found

    def judge(self) -> list[Written]:
        """The chosen languages; a sentence at the first field if there is none."""
        found = self.chosen()
        if not found:
            self[f"level_{WRITING_LANGUAGES[0]}"].errors = [gettext("Please choose at least one language.")]
        return found


class LevelField(SelectField):
    """How well; the label is the language in the reader's own."""

    def __init__(self, code: str, **options: Any) -> None:
        label: Any = _LanguageName(code)
        super().__init__(label, choices=LEVELS, validate_choice=True, default="", **options)


class _LanguageName:
    """The name of a language, said when it is shown."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        name = language_name(self.code)
        return name[:1].upper() + name[1:]


LEVELS = [
    SelectChoice("", _("not at all")),
    SelectChoice(Level.FIRST.value, _("my own language")),
    SelectChoice(Level.WELL.value, _("well")),
    SelectChoice(Level.LITTLE.value, _("a little")),
]
for _code in WRITING_LANGUAGES:
    setattr(LanguagesForm, f"level_{_code}", LevelField(_code))
    setattr(LanguagesForm, f"practise_{_code}", BooleanField(_("I would like to practise it")))


# --- likes -----------------------------------------------------------------------------------------------------------


class LikesForm(Form):
    """Things from a list, those with pictures first. Children choose only from what is meant for them (rule R47)."""

    pictures = SelectMultipleField(_("What do you like?"), choices=[])
    more = SelectMultipleField(_("More to choose from"), choices=[])

    def offer(self, band: Band) -> "LikesForm":
        """The lists for a child or an adult."""
        fitting = [one for one in INTERESTS.values() if band is Band.ADULT or one.for_children]
        self.pictures.choices = [SelectChoice(one.code, interest_name(one.code)) for one in fitting if one.icon]
        self.more.choices = [SelectChoice(one.code, interest_name(one.code)) for one in fitting if not one.icon]
        return self

    @property
    def likes(self) -> list[str]:
        return [*(self.pictures.data or []), *(self.more.data or [])]

    def validate_pictures(self, field: SelectMultipleField) -> None:  # noqa: ARG002
        if len(self.likes) < LIKES_FEWEST:
            raise ValidationError(gettext("Please choose at least three things."))
        if len(self.likes) > LIKES_MOST:
            raise ValidationError(gettext("Please choose at most twelve things."))


class AdultLikesForm(LikesForm):
    """Two facts and a question, so that a friend has something to begin with."""

    fact_one = WordsField(_("Something about you"), missing=_("Please write something about you."))
    fact_two = WordsField(_("Something else about you"), missing=_("Please write something else about you."))
    question = WordsField(_("A question to your pen friend"), missing=_("Please write a question to your pen friend."))


# --- how, and check --------------------------------------------------------------------------------------------------


class HowForm(Form):
    medium = RadioField(
        _("How would you like to write?"),
        choices=[
            SelectChoice(Medium.WEB.value, _("On this website")),
            SelectChoice(Medium.EMAIL.value, _("By e-mail")),
        ],
    )
    wished_town = SelectField(_("Is there a town you would like most?"), choices=[], default="")
    capacity = RadioField(_("How many pen friends would you like?"), choices=[], default="1")
    twin_of_twin = BooleanField(_("A friend in a twin town of our twin towns would be fine, too"))

    def offer(self, wishes: Iterable[Town], most: int) -> "HowForm":
        """The twin towns, and as many friends as the age allows (rule R19)."""
        self.wished_town.choices = [
            SelectChoice("", gettext("Any of them")),
            *(SelectChoice(one.slug, town_name(one)) for one in wishes),
        ]
        self.capacity.choices = [
            SelectChoice("1", gettext("One")),
            SelectChoice("2", gettext("Up to two")),
            SelectChoice("3", gettext("Up to three")),
        ][:most]
        return self


class CheckForm(Form):
    rules = BooleanField(_("I will keep to these rules"))
    privacy = BooleanField(_("I have read what is kept and who reads it"))

    def validate_rules(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please say that you will keep to the rules."))

    def validate_privacy(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please say that you have read what is kept and who reads it."))
