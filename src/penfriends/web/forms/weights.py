"""What does a lead type who tunes what counts for how much in matching?"""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import IntegerField

from penfriends.i18n import gettext
from penfriends.i18n import lazy as _
from penfriends.rules.weights import LIMITS, STANDARD, TWICE, WHOLE, Weights, problems
from penfriends.web.forms import Form


class WeightsForm(Form):
    """The table in whole points. What cannot be read as numbers stays as it was typed."""

    interests = IntegerField(_("Common interests"))
    language = IntegerField(_("A common language"))
    practice = IntegerField(_("A language to practise"))
    age = IntegerField(_("Closeness in age"))
    town = IntegerField(_("The link of the towns"))
    wish = IntegerField(_("The town wished for"))
    medium = IntegerField(_("The same way of writing"))

    @property
    def weights(self) -> Weights:
        """The table that was typed; what is no number counts as none."""
        return Weights(**{name: self[name].data or 0 for name in LIMITS})

    @property
    def total(self) -> int:
        return self.weights.total

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Each within its limits, and all together as many points as everywhere."""
        if not super().validate(extra_validators):
            return False
        for name, code in problems(self.weights):
            if name == "total":
                self.form_errors.append(self._not_whole())
            else:
                self[name].errors = [self._outside(name, code)]
        return not self.errors

    def _outside(self, name: str, code: str) -> str:
        least, most = LIMITS[name]
        if code == "too_small":
            return gettext("%(what)s: at least %(num)s points.") % {"what": self[name].label.text, "num": least}
        return gettext("%(what)s: at most %(num)s points.") % {"what": self[name].label.text, "num": most}

    def _not_whole(self) -> str:
        over = self.total - WHOLE
        if over > 0:
            return gettext("Together that is too much by %(num)s. Please take it away somewhere.") % {"num": over}
        return gettext("Together that is too little by %(num)s. Please add it somewhere.") % {"num": -over}


def explained() -> dict[str, str]:
    """What each number means, as a plain sentence in the reader's language."""
    return {
        "interests": gettext("All of it for the same interests; rare ones count more. It is what two can write about."),
        "language": gettext(
            "All of it where both write it as their own, a third where one writes only a little of it."
        ),
        "practice": gettext("For somebody whose friend’s own language is one they would like to practise."),
        "age": gettext("All of it for the same age, nothing at the largest distance that the rules allow."),
        "town": gettext("All of it for an official twin town, less for a friendship, a third for the twin of a twin."),
        "wish": gettext("For somebody whose friend lives where they wished; half of it where there was no wish."),
        "medium": gettext("Where both write by mail or here, or both on paper."),
    }


def limits() -> dict[str, str]:
    """From where to where, and what is usual. Two of the numbers count for either of the two."""
    found = {}
    for name, (least, most) in LIMITS.items():
        numbers = {"least": least, "most": most, "usual": getattr(STANDARD, name)}
        if name in TWICE:
            found[name] = gettext("%(least)s to %(most)s, usually %(usual)s; counts twice, once for each.") % numbers
        else:
            found[name] = gettext("%(least)s to %(most)s, usually %(usual)s.") % numbers
    return found
