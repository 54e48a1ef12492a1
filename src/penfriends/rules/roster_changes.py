"""What would a new roster change in a class, if nothing that is known may be lost?

Nobody is deleted here: who is missing from the list is only named. What the list does not say stays as it is.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from penfriends.rules.roster_folding import fold
from penfriends.rules.roster_values import Change, Changes, Field, KnownPupil, RosterLine, RosterReading

_T = TypeVar("_T", RosterLine, KnownPupil)
_Key = Callable[[RosterLine | KnownPupil], Hashable]


def compare(reading: RosterReading, known: Sequence[KnownPupil]) -> Changes:
    """Pupils are found again by name, initial and birth date; else by name and initial, by first name and birth date,
    each only where exactly one on either side is left that could be meant. New ones in the order of the list, the
    others in the order in which they are known. Of a reading with problems this is
    only what it would be so far: pupils whose line could not be read seem to be missing."""
    lines = list(reading.lines)
    left = list(known)
    found: dict[str, RosterLine] = {}
    for key in _KEYS:
        for pupil, line in list(_only_ones(left, lines, key)):
            found[pupil.uid] = line
            left.remove(pupil)
            lines.remove(line)
    compared = [(pupil, found[pupil.uid], _fields(pupil, found[pupil.uid])) for pupil in known if pupil.uid in found]
    return Changes(
        new=tuple(lines),
        changed=tuple(Change(pupil, line, fields) for pupil, line, fields in compared if fields),
        same=tuple(pupil for pupil, _, fields in compared if not fields),
        missing=tuple(left),
    )


def _only_ones(
    known: Iterable[KnownPupil], lines: Iterable[RosterLine], key: _Key
) -> Iterator[tuple[KnownPupil, RosterLine]]:
    pupils, listed = _by(known, key), _by(lines, key)
    for value, group in pupils.items():
        if len(group) == 1 and len(listed.get(value, ())) == 1:
            yield group[0], listed[value][0]


def _by(people: Iterable[_T], key: _Key) -> dict[Hashable, list[_T]]:
    groups: dict[Hashable, list[_T]] = {}
    for one in people:
        groups.setdefault(key(one), []).append(one)
    return groups


def _whole(one: RosterLine | KnownPupil) -> Hashable:
    return fold(one.first_name), fold(one.initial), one.birth


def _name(one: RosterLine | KnownPupil) -> Hashable:
    return fold(one.first_name), fold(one.initial)


def _first_and_birth(one: RosterLine | KnownPupil) -> Hashable:
    return fold(one.first_name), one.birth


_KEYS: tuple[_Key, ...] = (_whole, _name, _first_and_birth)


def _fields(pupil: KnownPupil, line: RosterLine) -> tuple[Field, ...]:
    """What the list says otherwise. A level that it leaves out is no change."""
    named = line.initial or pupil.initial  # a list without initials takes none away
    differs = {
        Field.NAME: (line.first_name, named) != (pupil.first_name, pupil.initial),
        Field.BIRTH: line.birth != pupil.birth,
        Field.LANGUAGES: line.languages is not None and not _same_languages(pupil, line),
        Field.INTERESTS: line.interests is not None and line.interests != pupil.interests,
        Field.CONSENT: line.consent is not None and line.consent != pupil.consent,
        Field.VOLUNTEER: line.volunteer is not None and line.volunteer != pupil.volunteer,
    }
    return tuple(name for name in Field if differs[name])


def _same_languages(pupil: KnownPupil, line: RosterLine) -> bool:
    listed = line.languages or {}
    return listed.keys() == pupil.languages.keys() and all(
        level is None or level == pupil.languages[code] for code, level in listed.items()
    )
