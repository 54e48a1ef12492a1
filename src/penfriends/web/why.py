"""Why were these two proposed, and why nobody else? The coded explanation of a proposal as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from penfriends.i18n import gettext as _
from penfriends.models.places import Town
from penfriends.reasons import WHY_NOT, said, term_sentence
from penfriends.web.respond import number, town_name


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of the score as a sentence; good from half of its points on."""

    sentence: str
    points: int
    maximum: int

    @property
    def is_good(self) -> bool:
        return self.points * 2 >= self.maximum


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """Somebody else who was possible for one of the two, and why not."""

    of: str
    other: str
    why: str


def why(kept: Mapping[str, Any], names: Mapping[str, str], towns: Mapping[str, str]) -> list[Reason]:
    """The terms of a stored explanation. `names` are first names by number, `towns` names by short name."""
    return [
        Reason(
            term_sentence(
                str(term["name"]),
                [str(one) for one in term["detail"]],
                first=names.get(str(kept.get("first")), ""),
                second=names.get(str(kept.get("second")), ""),
                towns=towns,
            ),
            int(term["points"]),
            int(term["maximum"]),
        )
        for term in kept.get("terms", [])
    ]


def runners_up(
    kept: Mapping[str, Any], names: Mapping[str, str], others: Mapping[str, tuple[str, Town]]
) -> list[RunnerUp]:
    """Others who were possible: by first name where that may be known, else by town only (rule R18)."""
    listed: Sequence[Mapping[str, Any]] = kept.get("alternatives", [])
    found = []
    for one in listed:
        if str(one["other"]) in others and str(one["of"]) in names:
            name, town = others[str(one["other"])]
            shown = name or _("somebody in %(town)s") % {"town": town_name(town)}
            points = _("%(points)s points") % {"points": number(int(one["weight"]))}
            found.append(RunnerUp(names[str(one["of"])], shown, f"{said(WHY_NOT, str(one['reason']))} ({points})"))
    return found


def path(kept: Mapping[str, Any], ends: tuple[str, str], towns: Mapping[str, str]) -> tuple[str, ...]:
    """The towns from one to the other where they are twins of a twin, else nothing."""
    terms = {str(one["name"]): [str(part) for part in one["detail"]] for one in kept.get("terms", [])}
    detail = terms.get("town", [])
    if detail[:1] != ["twin_of_twin"] or len(detail) < 2:
        return ()
    return ends[0], towns.get(detail[1], detail[1]), ends[1]
