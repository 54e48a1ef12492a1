"""What does a moderator type about a group?"""

from collections.abc import Sequence

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions.groups import GroupCard, GroupFacts
from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.models.places import Town
from penfriends.rules.group_kinds import GroupKind
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level
from penfriends.rules.sign_up import LIKES_MOST, WRITING_LANGUAGES, has_contact
from penfriends.web.forms import Form
from penfriends.web.forms.fields import tidy
from penfriends.web.respond import interest_name, language_name, town_name
from penfriends.words import GROUP_KINDS

NAME_LONGEST = 120
SMALLEST, LARGEST = 2, 2000
YOUNGEST, OLDEST = 6, 110


class GroupForm(Form):
    """The facts of a group. `contact` may stay empty where somebody speaks for it already."""

    name = StringField(_("Name of the group"), filters=[tidy])
    kind = SelectField(_("What is it?"), choices=[])
    town = SelectField(_("Town"), choices=[])
    contact = StringField(_("E-mail address of its contact"), filters=[tidy])
    size = IntegerField(_("How many members?"))
    youngest = IntegerField(_("Age of the youngest"))
    oldest = IntegerField(_("Age of the oldest"))
    own_language = SelectField(_("Own language of the group"), choices=[])
    languages = SelectMultipleField(_("Other languages that the contact writes well"), choices=[])
    likes = SelectMultipleField(_("What does the group like?"), choices=[])
    capacity = SelectField(_("How many partner groups at most?"), choices=[])
    twin_of_twin = BooleanField(_("Also with a group in the twin town of a twin town"))

    def offer(self, towns: Sequence[Town], *, has_contact: bool = False) -> "GroupForm":
        """The lists to choose from, in the reader's language."""
        self.kind.choices = [SelectChoice(code, gettext(name)) for code, name in GROUP_KINDS.items()]
        self.town.choices = [SelectChoice(one.slug, town_name(one)) for one in towns]
        names = sorted((language_name(code), code) for code in WRITING_LANGUAGES)
        self.own_language.choices = [SelectChoice(code, name) for name, code in names]
        self.languages.choices = [SelectChoice(code, name) for name, code in names]
        self.likes.choices = [SelectChoice(one.code, interest_name(one.code)) for one in INTERESTS.values() if one.icon]
        self.capacity.choices = [SelectChoice(str(number), str(number)) for number in (1, 2, 3)]
        self._has_contact = has_contact
        return self

    @property
    def facts(self) -> GroupFacts:
        """Of a form that was found right."""
        others = {code: Level.WELL for code in self.languages.data or []}
        return GroupFacts(
            name=self.name.data or "",
            kind=GroupKind(self.kind.data),
            town=str(self.town.data),
            contact=self.contact.data or "",
            languages={**others, str(self.own_language.data): Level.FIRST},
            interests=list(self.likes.data or []),
            size=self.size.data or 0,
            youngest=self.youngest.data or 0,
            oldest=self.oldest.data or 0,
            capacity=int(self.capacity.data or 1),
            twin_of_twin=bool(self.twin_of_twin.data),
        )

    def validate_name(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(gettext("Please type the name of the group."))
        if len(field.data) > NAME_LONGEST:
            raise ValidationError(gettext("Please type a shorter name."))
        if has_contact(field.data):
            raise ValidationError(gettext("Please type no address and no number into the name: the partner reads it."))

    def validate_contact(self, field: StringField) -> None:
        if not field.data and not self._has_contact:
            raise ValidationError(gettext("Please type the address with which the contact signs in."))

    def validate_size(self, field: IntegerField) -> None:
        if field.data is None or not SMALLEST <= field.data <= LARGEST:
            raise ValidationError(gettext("Please type a number from 2 to 2000."))

    def validate_youngest(self, field: IntegerField) -> None:
        if field.data is None or not YOUNGEST <= field.data <= OLDEST:
            raise ValidationError(gettext("Please type an age from 6 to 110."))

    def validate_oldest(self, field: IntegerField) -> None:
        if field.data is None or not YOUNGEST <= field.data <= OLDEST:
            raise ValidationError(gettext("Please type an age from 6 to 110."))
        if self.youngest.data is not None and field.data < self.youngest.data:
            raise ValidationError(gettext("The oldest cannot be younger than the youngest."))

    def validate_likes(self, field: SelectMultipleField) -> None:
        if len(field.data or []) > LIKES_MOST:
            raise ValidationError(gettext("Please choose at most twelve things."))


def typed_of(card: GroupCard) -> dict[str, object]:
    """A group as the form shows it."""
    group = card.group
    own = next((code for code, level in group.languages.items() if level == Level.FIRST.value), "")
    return {
        "name": group.name,
        "kind": group.kind.value,
        "town": card.town.slug,
        "size": group.size,
        "youngest": group.youngest,
        "oldest": group.oldest,
        "own_language": own,
        "languages": [code for code in group.languages if code != own],
        "likes": group.interests,
        "capacity": str(group.capacity),
        "twin_of_twin": group.twin_of_twin,
    }
