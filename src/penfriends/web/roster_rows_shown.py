"""What does the preview of a list say on each line: who it is, and what becomes of them?"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from penfriends.actions.roster_import import Plan
from penfriends.i18n import N_, gettext
from penfriends.roster_words import roster_sentence
from penfriends.rules.bands import Birth, age_on
from penfriends.rules.roster_values import Change, Consent, Field, Problem, RosterLine, RosterReading

MOST_OF_A_LINE = 5


class Fate(enum.StrEnum):
    """What becomes of a line. `READ`: nothing yet, because another line is wrong."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BACK = "back"
    READ = "read"
    WRONG = "wrong"


FIELDS: Mapping[Field, str] = {
    Field.NAME: N_("name"),
    Field.BIRTH: N_("birth date"),
    Field.LANGUAGES: N_("languages"),
    Field.INTERESTS: N_("likes"),
    Field.CONSENT: N_("guardian’s yes"),
    Field.VOLUNTEER: N_("two partners"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list. A wrong one has sentences instead of a pupil."""

    number: int
    fate: Fate
    line: RosterLine | None = None
    age: int = 0
    fields: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def lines_shown(reading: RosterReading, plan: Plan | None, today: date) -> list[Shown]:
    """In the order of the file."""
    fates = _fates(plan)
    shown = [_pupil(line, fates, plan is not None, today) for line in reading.lines]
    wrong: dict[int, list[Problem]] = {}
    for problem in reading.problems:
        if problem.line:
            wrong.setdefault(problem.line, []).append(problem)
    by_number = {one.number: one for one in shown}
    for number, problems in wrong.items():
        good = by_number.get(number)
        said = tuple(_without_line(one) for one in problems[:MOST_OF_A_LINE])
        by_number[number] = Shown(number, Fate.WRONG, good.line if good else None, good.age if good else 0, (), said)
    return [by_number[number] for number in sorted(by_number)]


def withdrawn(plan: Plan | None) -> list[str]:
    """Whose yes the list takes back."""
    return [_name(one) for one in _changed(plan, Field.CONSENT) if one.line.consent is Consent.NONE]


def other_births(plan: Plan | None) -> list[str]:
    """Of whom the list says another birth date: it stays, and this is told (rule R05)."""
    return [_name(one) for one in _changed(plan, Field.BIRTH)]


def _changed(plan: Plan | None, field: Field) -> Sequence[Change]:
    return [one for one in (*plan.changes.changed, *plan.back) if field in one.fields] if plan else []


def _name(change: Change) -> str:
    return f"{change.known.first_name} {change.known.initial}".rstrip()


def _fates(plan: Plan | None) -> dict[int, tuple[Fate, tuple[str, ...]]]:
    if plan is None:
        return {}
    found: dict[int, tuple[Fate, tuple[str, ...]]] = {line.line: (Fate.NEW, ()) for line in plan.changes.new}
    for fate, changes in ((Fate.CHANGED, plan.changes.changed), (Fate.BACK, plan.back)):
        for one in changes:
            fields = tuple(gettext(FIELDS[field]) for field in one.fields if field is not Field.BIRTH)
            found[one.line.line] = (fate if fields or fate is Fate.BACK else Fate.SAME, fields)
    return found


def _pupil(line: RosterLine, fates: dict[int, tuple[Fate, tuple[str, ...]]], planned: bool, today: date) -> Shown:
    fate, fields = fates.get(line.line, (Fate.SAME if planned else Fate.READ, ()))
    return Shown(line.line, fate, line, age_on(Birth(line.birth.year, line.birth), today), fields)


def _without_line(problem: Problem) -> str:
    """The sentence alone: the line stands in front of it already."""
    return roster_sentence(Problem(problem.trouble, 0, problem.column, problem.value))
