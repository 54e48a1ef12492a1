"""Which fields stand in more than one form: a first name, an address, a picture, a sentence of a profile?"""

from typing import Any

from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.sign_up import TEXT_LONGEST, NameFault, clean_name, has_contact, is_address, name_fault
from penfriends.web.assets import AVATARS

NAME_FAULTS = {
    NameFault.MISSING: _("Please type a first name."),
    NameFault.TOO_LONG: _("Please type a shorter first name."),
    NameFault.CONTROL: _("There is a character in this name that we cannot show. Please type it again."),
    NameFault.EMAIL: _("This looks like an address. Please type only a first name."),
    NameFault.PHONE: _("This looks like a telephone number. Please type only a first name."),
    NameFault.HANDLE: _("Please type only a first name: no number, no user name, no app and no address."),
}
AVATAR_WORDS = {
    "cat": _("Cat"),
    "dog": _("Dog"),
    "rocket": _("Rocket"),
    "sailboat": _("Sailing boat"),
    "tree-pine": _("Tree"),
    "guitar": _("Guitar"),
    "book": _("Book"),
    "fish": _("Fish"),
    "sun": _("Sun"),
    "bike": _("Bicycle"),
    "anchor": _("Anchor"),
    "umbrella": _("Umbrella"),
    "bird": _("Bird"),
    "turtle": _("Turtle"),
    "rabbit": _("Rabbit"),
    "flower": _("Flower"),
    "mountain": _("Mountain"),
    "apple": _("Apple"),
    "train-front": _("Train"),
    "coffee": _("Cup"),
}


def tidy(value: str | None) -> str:
    """Typed text without spaces around it; empty if nothing was sent."""
    return (value or "").strip()


def composed(value: str | None) -> str:
    """A name as it was written, in NFC."""
    return clean_name(value or "")


class NameField(StringField):
    """A first name in any script, kept as it is written."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        fault = name_fault(self.data or "")
        if fault is not None:
            raise ValidationError(str(NAME_FAULTS[fault]))


class AddressField(StringField):
    """An e-mail address; whether it may be left out, the form says."""

    def __init__(self, label: Any = None, *, optional: bool = False, **options: Any) -> None:
        super().__init__(label, filters=[tidy], **options)
        self.may_be_empty = optional

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        if not self.data and self.may_be_empty:
            return
        if not is_address(self.data or ""):
            raise ValidationError(gettext("Please type an e-mail address in the form name@example.org."))


class AvatarField(RadioField):
    """A picture of the set; each has a word for those who do not see it."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, choices=[SelectChoice(one, AVATAR_WORDS[one]) for one in AVATARS], **options)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        if self.data not in AVATARS:
            raise ValidationError(gettext("Please choose a picture."))


class WordsField(TextAreaField):
    """A sentence of an adult's profile, without contact details."""

    def __init__(self, label: Any = None, *, missing: Any = None, **options: Any) -> None:
        super().__init__(label, filters=[tidy], **options)
        self.missing = missing

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        text = self.data or ""
        if not text:
            raise ValidationError(str(self.missing))
        if len(text) > TEXT_LONGEST:
            raise ValidationError(gettext("Please write at most 300 characters."))
        if has_contact(text):
            raise ValidationError(gettext("Please leave out addresses, links and telephone numbers."))
