"""What would a list of pupils change in a class, and how is it done without losing anything?

New ones come, known ones are brought up to date, who has left comes back. Nobody is deleted: who is missing from the
list stays and is named. A birth date stays too: it changes by a moderator only (rule R05).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_list, class_locks, pupil_care, pupils, teaching
from penfriends.actions.class_list import Member
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.schools import PaperYes, Pupil, SchoolClass
from penfriends.rules.matching import Level
from penfriends.rules.roster_changes import compare
from penfriends.rules.roster_values import (
    MOST_PUPILS,
    Change,
    Changes,
    Consent,
    Field,
    KnownPupil,
    RosterLine,
    RosterReading,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would change. `back` are pupils who had left and stand on the list again; `digest` names exactly this
    plan, so that nothing else is done than what was shown."""

    changes: Changes
    back: tuple[Change, ...]
    digest: str
    too_many: bool

    @property
    def does_anything(self) -> bool:
        return bool(
            self.changes.new or self.back or any(set(one.fields) - {Field.BIRTH} for one in self.changes.changed)
        )


async def plan(db: AsyncSession, of: SchoolClass, reading: RosterReading, *, now: datetime) -> Plan:
    """Of a complete list. Who has left is looked for only among those on it whom nobody in the class can be."""
    everybody = await class_list.members(db, of, language="en", now=now)
    found = compare(reading, [_known(one) for one in everybody if not one.left])
    again = compare(RosterReading(found.new, (), ()), [_known(one) for one in everybody if one.left])
    back = (*again.changed, *(Change(one, _line_of(again, found, one), ()) for one in again.same))
    changes = Changes(again.new, found.changed, found.same, found.missing)
    in_class = sum(not one.left for one in everybody) + len(changes.new) + len(back)
    return Plan(changes, back, _digest(changes, back), too_many=in_class > MOST_PUPILS)


async def save(
    db: AsyncSession, class_id: UUID, teacher: Moderator, reading: RosterReading, *, seen: str, now: datetime
) -> Plan:
    """Do what was shown, all of it or nothing.

    Raises NotFound for a foreign class, and Refused(CHANGED_SINCE) if it would be something else by now, or if the list
    has a fault.
    """
    of = await teaching.running_class(db, class_id, teacher)
    if not reading.complete:
        raise Refused(Refusal.CHANGED_SINCE)
    await class_locks.whole_class(db, class_id)  # also of whom a colleague is changing just now
    found = await plan(db, of, reading, now=now)
    if found.digest != seen or found.too_many:
        raise Refused(Refusal.CHANGED_SINCE)
    for line in found.changes.new:
        await _add(db, of, teacher, line, now=now)
    for change in found.back:
        pupil = await pupil_care.come_back(db, UUID(change.known.uid), teacher, now=now)
        await _apply(db, of, teacher, change, pupil, now=now)
        await pupil_care.set_paper(db, pupil.resident_id, teacher, _paper(change.line.consent), now=now)
    for change in found.changes.changed:
        await _apply(db, of, teacher, change, await pupil_care.here(db, UUID(change.known.uid), teacher), now=now)
    return found


async def _add(db: AsyncSession, of: SchoolClass, teacher: Moderator, line: RosterLine, *, now: datetime) -> None:
    await pupils.add(
        db,
        of,
        teacher,
        first_name=line.first_name,
        initial=line.initial,
        born=line.birth,
        languages=_levels(of, line.languages if line.languages is not None else dict.fromkeys(of.languages), {}),
        interests=sorted(line.interests or ()),
        paper=_paper(line.consent),
        volunteer=bool(line.volunteer),
        now=now,
    )


async def _apply(
    db: AsyncSession, of: SchoolClass, teacher: Moderator, change: Change, pupil: Pupil, *, now: datetime
) -> None:
    """What the list says otherwise, but for the birth date."""
    line, fields = change.line, set(change.fields) - {Field.BIRTH}
    if Field.NAME in fields:
        await pupil_care.name(db, pupil, line.first_name, line.initial or pupil.initial)
    if Field.LANGUAGES in fields:
        levels = _levels(of, line.languages or {}, change.known.languages)
        await pupils.set_languages(db, pupil.resident_id, levels)
    if Field.INTERESTS in fields:
        await pupils.set_interests(db, pupil.resident_id, sorted(line.interests or ()))
    if Field.VOLUNTEER in fields:
        await pupil_care.set_volunteer(db, pupil.resident_id, teacher, volunteer=bool(line.volunteer))
    if Field.CONSENT in fields:
        await pupil_care.set_paper(db, pupil.resident_id, teacher, _paper(line.consent), now=now)
    if fields:
        await pupil_care.changed(db, pupil, teacher, sorted(fields), now=now)


def _levels(of: SchoolClass, said: Mapping[str, Level | None], known: Mapping[str, Level | None]) -> dict[str, Level]:
    """A level that the list leaves out is the one that is known, else the whole class's, else “well”."""
    return {code: level or known.get(code) or Level(of.languages.get(code, Level.WELL)) for code, level in said.items()}


def _paper(consent: Consent | None) -> PaperYes:
    return PaperYes((consent or Consent.NONE).value)


def _known(one: Member) -> KnownPupil:
    return KnownPupil(
        str(one.resident.id),
        one.resident.first_name,
        one.pupil.initial,
        one.born,
        dict(one.languages),
        frozenset(one.interests),
        Consent(one.pupil.paper.value),
        one.pupil.volunteer,
    )


def _line_of(again: Changes, found: Changes, known: KnownPupil) -> RosterLine:
    """The line of somebody about whom the list says nothing else."""
    taken = {line.line for line in again.new} | {one.line.line for one in again.changed}
    free = (line for line in found.new if line.line not in taken)
    return next(line for line in free if compare(RosterReading((line,), (), ()), [known]).same)


# --- the name of a plan ---------------------------------------------------------------------------------------------


def _digest(changes: Changes, back: tuple[Change, ...]) -> str:
    told = [
        [_told(line) for line in changes.new],
        [[one.known.uid, list(one.fields), _told(one.line)] for one in changes.changed],
        [[one.known.uid, list(one.fields), _told(one.line)] for one in back],
        [one.uid for one in (*changes.same, *changes.missing)],
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _told(line: RosterLine) -> list[Any]:
    return [
        line.first_name,
        line.initial,
        line.birth.isoformat(),
        sorted(line.languages.items()) if line.languages is not None else None,
        sorted(line.interests) if line.interests is not None else None,
        line.consent,
        line.volunteer,
    ]
