"""How far is a class with its letters: for each pupil and friend, where is the newest letter, and what has arrived?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import pupils, viewing
from penfriends.errors import NotFound
from penfriends.models.letters import (
    Attachment,
    Blob,
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
)
from penfriends.models.moderation import Hold, Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil, SchoolClass
from penfriends.rules.whereabouts import READY, Whereabouts, whereabouts

NOT_A_LETTER = (LetterState.DISCARDED, LetterState.WITHDRAWN, LetterState.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Way:
    """One friend of a pupil. `newest`: the pupil's own newest letter; `arrived`: the friend's newest that was handed
    over; `waits`: how many of the friend's the teacher of this class has still to read."""

    mine: Participant
    friend: Resident
    town: Town
    where: Whereabouts
    newest: Letter | None
    arrived: Letter | None
    waits: int

    @property
    def heard_at(self) -> datetime | None:
        return self.arrived.delivered_at if self.arrived else None

    def heard_in(self, begin: datetime | None) -> bool:
        """Whether the friend's newest that has arrived is one of the round which began then."""
        return self.arrived is not None and (begin is None or self.arrived.created_at >= begin)


@dataclass(frozen=True, slots=True)
class Standing:
    """A pupil with every friend of theirs; none: not partnered, or without a guardian's yes."""

    pupil: Pupil
    resident: Resident
    ways: tuple[Way, ...]

    @property
    def name(self) -> str:
        return f"{self.resident.first_name} {self.pupil.initial}".rstrip()

    @property
    def ready(self) -> bool:
        """The teacher has let a letter go for each friend."""
        return bool(self.ways) and all(way.where in READY for way in self.ways)

    @property
    def silent(self) -> bool:
        """No letter of any friend has arrived or is about to."""
        return bool(self.ways) and not any(way.arrived or way.waits for way in self.ways)


@dataclass(frozen=True, slots=True)
class _Side:
    mine: Participant
    theirs: Participant
    friend: Resident
    town: Town


async def of_class(
    db: AsyncSession, of: SchoolClass, *, since: datetime | None = None, round_begin: datetime | None = None
) -> list[Standing]:
    """Every pupil of a class who has not left, by name. Letters begun before `since` are of an earlier round and count
    as none; of an own letter begun before `round_begin` that holds once it has left the class, so that none which still
    waits is forgotten. The caller has asked whether the class may be seen."""
    known = await pupils.in_class(db, of.id)
    sides = await _sides(db, [pupil.resident_id for pupil, _ in known])
    letters = await _letters(db, [side.mine.correspondence_id for one in sides.values() for side in one], since)
    holds = await _holds(db, [one.id for row in letters.values() for one in row])
    ways = {
        resident_id: tuple(
            _way(side, letters.get(side.mine.correspondence_id, []), holds, round_begin) for side in of_one
        )
        for resident_id, of_one in sides.items()
    }
    return [Standing(pupil, resident, ways.get(resident.id, ())) for pupil, resident in known]


async def pictures(db: AsyncSession, letters: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """The pictures of letters, in their order."""
    rows = await db.exec(
        select(Attachment).where(col(Attachment.letter_id).in_(letters)).order_by(col(Attachment.position))
    )
    found: dict[UUID, list[Attachment]] = {}
    for one in rows:
        found.setdefault(one.letter_id, []).append(one)
    return found


async def picture(db: AsyncSession, letter_id: UUID | None, position: int) -> tuple[bytes, str]:
    """The bytes and the type of one picture. Raises NotFound."""
    found = await db.exec(
        select(Blob.data, Attachment.content_type)
        .join(Attachment, col(Attachment.blob_sha256) == col(Blob.sha256))
        .where(Attachment.letter_id == letter_id, Attachment.position == position)
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def shown(
    db: AsyncSession, of: SchoolClass, teacher: Moderator, *, now: datetime, round_begin: datetime | None = None
) -> list[Standing]:  # fmt: skip
    """The same for a teacher's eyes or printer: the pupils of both classes were named, and a line says so (R41)."""
    known = await of_class(db, of, round_begin=round_begin)
    named = [one.resident for one in known] + [way.friend for one in known for way in one.ways]
    await viewing.note_list(db, teacher, named, now=now)
    return known


def _way(
    side: _Side, letters: Sequence[Letter], holds: Mapping[UUID, Hold], round_begin: datetime | None
) -> Way:  # fmt: skip
    """`letters` are those of the two, the newest first."""
    newest = next((one for one in letters if one.author_id == side.mine.id), None)
    hold = holds.get(newest.id) if newest else None
    where = whereabouts(
        newest.state.value if newest else None,
        arriving=hold is not None and hold.arriving,
        urgent=hold is not None and hold.urgent,
    )
    if newest and round_begin and newest.created_at < round_begin and where in READY:
        newest, where = None, Whereabouts.NOT_BEGUN
    theirs = [one for one in letters if one.author_id == side.theirs.id]
    waiting = [holds[one.id] for one in theirs if one.id in holds]
    return Way(
        side.mine,
        side.friend,
        side.town,
        where,
        newest,
        next((one for one in theirs if one.state is LetterState.DELIVERED), None),
        sum(one.arriving for one in waiting),
    )


async def _sides(db: AsyncSession, residents: Sequence[UUID]) -> dict[UUID, list[_Side]]:
    """With whom each of these pupils writes in a correspondence of classes that has not ended."""
    mine, theirs = aliased(Participant), aliased(Participant)
    found = await db.exec(
        select(mine, theirs, Resident, Town)
        .join(Correspondence, col(Correspondence.id) == col(mine.correspondence_id))
        .join(theirs, col(theirs.correspondence_id) == col(mine.correspondence_id))
        .join(Resident, col(Resident.id) == col(theirs.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(
            col(mine.resident_id).in_(residents),
            col(theirs.id) != col(mine.id),
            col(Correspondence.pairing_id).is_not(None),
            col(Correspondence.state) != CorrespondenceState.ENDED,
        )
        .order_by(col(Resident.first_name), col(Resident.id))
    )
    sides: dict[UUID, list[_Side]] = {}
    for own, other, friend, town in found.all():
        sides.setdefault(own.resident_id, []).append(_Side(own, other, friend, town))
    return sides


async def _letters(
    db: AsyncSession, correspondences: Sequence[UUID], since: datetime | None
) -> dict[UUID, list[Letter]]:
    wanted = select(Letter).where(
        col(Letter.correspondence_id).in_(correspondences), col(Letter.state).not_in(NOT_A_LETTER)
    )
    if since is not None:
        wanted = wanted.where(Letter.created_at >= since)
    found = await db.exec(wanted.order_by(col(Letter.created_at).desc(), col(Letter.id).desc()))
    letters: dict[UUID, list[Letter]] = {}
    for one in found:
        letters.setdefault(one.correspondence_id, []).append(one)
    return letters


async def _holds(db: AsyncSession, letters: Sequence[UUID]) -> dict[UUID, Hold]:
    found = await db.exec(select(Hold).where(col(Hold.letter_id).in_(letters), col(Hold.closed_at).is_(None)))
    return {one.letter_id: one for one in found}
