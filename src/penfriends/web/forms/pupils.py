"""What does a teacher type about pupils: a list of all, and one of them?"""

import hashlib
from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.class_list import Member
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.roster_words import roster_sentence
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.roster_names import Name, two_cells
from penfriends.rules.roster_values import Column, Problem
from penfriends.rules.sign_up import LIKES_MOST, WRITING_LANGUAGES
from penfriends.web.forms import Form
from penfriends.web.respond import interest_name, language_name


class RosterForm(Form):
    """`was` names the text that the page had put into the box, `seen` the changes that it has shown."""

    text = TextAreaField(_("Paste the list here"))
    file = FileField(_("Or send a file"))
    was = HiddenField()
    seen = HiddenField()

    @property
    def is_typed(self) -> bool:
        """Whether somebody wrote into the box: a file must not take its place."""
        text = self.text.data or ""
        return bool(text.strip()) and mark_of(text) != self.was.data

    def fill(self, text: str) -> None:
        self.text.data, self.was.data = text, mark_of(text)


def mark_of(text: str) -> str:
    """A name for a text, whatever ends its lines."""
    return hashlib.sha256("\n".join(text.strip().splitlines()).encode("utf-8", "replace")).hexdigest()


class PupilForm(Form):
    """One pupil. The birth date is not here (rule R05); languages are added below, one field each. `seen` names what
    was known when the page was made: what a colleague has changed since is not written over unseen."""

    first_name = StringField(_("First name"))
    initial = StringField(_("First letter of the surname"))
    pictures = SelectMultipleField(_("Likes"), choices=[])
    more = SelectMultipleField(_("More to choose from"), choices=[])
    volunteer = BooleanField(_("Would like two partners if the classes are not of the same size"))
    seen = HiddenField()
    away = BooleanField(_("Away at the moment: does not get a partner yet"))

    @classmethod
    def of(cls, one: Member) -> "PupilForm":
        """What is known."""
        form = cls(
            data={
                "first_name": one.resident.first_name,
                "initial": one.pupil.initial,
                "pictures": list(one.interests),
                "more": list(one.interests),
                "volunteer": one.pupil.volunteer,
                "away": not one.pupil.present,
                "seen": mark_of_member(one),
                **{f"level_{code}": level.value for code, level in one.languages},
            }
        )
        return form.offer()

    def offer(self) -> "PupilForm":
        """What children choose from (rule R47)."""
        for field, pictured in ((self.pictures, True), (self.more, False)):
            offered = [one.code for one in INTERESTS.values() if one.for_children and bool(one.icon) is pictured]
            field.choices = [SelectChoice(code, interest_name(code)) for code in offered]
            field.data = [code for code in field.data or [] if code in offered]
        return self

    @property
    def name(self) -> Name:
        """Of a whole surname only the first letter is taken (rule R14)."""
        return two_cells(self.first_name.data or "", self.initial.data or "")

    @property
    def likes(self) -> list[str]:
        return [*(self.pictures.data or []), *(self.more.data or [])]

    @property
    def languages(self) -> dict[str, Level]:
        levels = {code: self[f"level_{code}"].data for code in WRITING_LANGUAGES}
        return {code: Level(level) for code, level in levels.items() if level}

    def validate_first_name(self, field: StringField) -> None:
        trouble = self.name.trouble
        if trouble is not None:
            raise ValidationError(roster_sentence(Problem(trouble, 0, Column.FIRST_NAME, (field.data or "")[:60])))

    def validate_pictures(self, field: SelectMultipleField) -> None:  # noqa: ARG002
        if len(self.likes) > LIKES_MOST:
            raise ValidationError(gettext("Please choose at most twelve things."))

    def must_write(self) -> bool:
        """Whether a language is chosen; else the first field says so."""
        if not self.languages:
            self[f"level_{WRITING_LANGUAGES[0]}"].errors = [gettext("Please choose at least one language.")]
        return bool(self.languages)


def mark_of_member(one: Member) -> str:
    """A name for all that the page of a pupil can change."""
    known = (one.name, one.languages, one.interests, one.pupil.volunteer, one.pupil.present)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


class _LanguageName:
    """The name of a language, said when it is shown."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __str__(self) -> str:
        name = language_name(self.code)
        return name[:1].upper() + name[1:]


_LEVELS = [
    SelectChoice("", _("not at all")),
    SelectChoice(Level.FIRST.value, _("own language")),
    SelectChoice(Level.WELL.value, _("well")),
    SelectChoice(Level.LITTLE.value, _("a little")),
]
for _code in WRITING_LANGUAGES:
    _label: Any = _LanguageName(_code)
    setattr(PupilForm, f"level_{_code}", SelectField(_label, choices=_LEVELS, default=""))
