"""Classes of any size whose pupils are about to be partnered: who the tests of the pairing board are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import board, board_reading
from penfriends.actions.board_reading import Board
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple, Pairing, PairingState
from penfriends.models.places import Town
from penfriends.models.residents import (
    Consent,
    ConsentChannel,
    ConsentState,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.schools import PaperYes, Pupil, School, SchoolClass
from penfriends.rules.bands import Band
from penfriends.rules.matching import Level
from tests import builders as b
from tests.support.desk import twins

LIKES = ("cats", "dogs", "chess", "football", "drawing", "swimming", "cooking")


@dataclass(frozen=True, slots=True)
class Room:
    """One class with its teacher, its pupils in the order of their names."""

    of: SchoolClass
    teacher: Moderator
    pupils: tuple[Pupil, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Rooms of one pairing that both towns have approved."""

    pairing: Pairing
    rooms: tuple[Room, ...]
    home: Town

    @property
    def first(self) -> Room:
        return self.rooms[0]

    @property
    def second(self) -> Room:
        return self.rooms[1]


NAMES = (("6B", "Ms Okafor", "A"), ("5a", "Pan Nowak", "B"), ("7c", "Frau Weber", "C"))


async def scene(
    db: AsyncSession, *sizes: int, state: PairingState = PairingState.APPROVED, now: datetime = b.NOW
) -> Scene:
    """A pairing of classes of these sizes; pupils are called A01, A02… and B01, B02…"""
    towns = await twins(db, now=now)
    rooms = []
    for (name, teacher, letter), size, town in zip(NAMES, sizes, (towns.here, towns.there, towns.here), strict=False):
        of, who = await b.school_class(db, town, name, teacher=teacher, now=now)
        pupils = await fill(db, of, who, [f"{letter}{n:02}" for n in range(1, size + 1)], now=now)
        rooms.append(Room(of, who, tuple(pupils)))
    pairing = await b.pairing(db, *(one.of for one in rooms), state=state, now=now)
    return Scene(pairing, tuple(rooms), towns.here)


async def fill(
    db: AsyncSession, of: SchoolClass, teacher: Moderator, names: Sequence[str], *, now: datetime = b.NOW
) -> list[Pupil]:
    """Pupils with a guardian's yes on our form, all at once."""
    home = (await db.get_one(School, of.school_id)).town_id
    people = [_person(home, name, n, now) for n, name in enumerate(names)]
    db.add_all(people)
    await db.flush()
    rows = [
        Pupil(resident_id=one.id, class_id=of.id, initial="K", paper=PaperYes.FORM, created_at=now) for one in people
    ]
    for n, one in enumerate(people):
        db.add(ResidentLanguage(resident_id=one.id, code="en", level=Level.WELL))
        db.add_all(ResidentInterest(resident_id=one.id, code=LIKES[(n + k) % 7]) for k in (0, 2))
        db.add(
            Consent(
                resident_id=one.id, attested_by=teacher.id, channel=ConsentChannel.ATTESTATION,
                state=ConsentState.GIVEN, asked_at=now, answered_at=now, expires_at=now + timedelta(days=60),
            )
        )  # fmt: skip
    db.add_all(rows)
    await db.flush()
    return rows


def _person(home: UUID, name: str, n: int, now: datetime) -> Resident:
    born = date(now.year - 10, 1 + n % 12, 1 + n % 28)
    return Resident(
        town_id=home, band=Band.CHILD, birth_year=born.year, birth_on=born, first_name=name,
        state=ResidentState.ACTIVE, profile_changed_at=now, created_at=now,
    )  # fmt: skip


async def seen(db: AsyncSession, of: Scene, teacher: Moderator | None = None, *, now: datetime = b.NOW) -> Board:
    return await board_reading.read(db, of.pairing.id, teacher or of.first.teacher, today=now.date())


async def suggested(db: AsyncSession, of: Scene, *, now: datetime = b.NOW) -> board.Suggestion:
    """The next suggestion, by the first teacher, who looks at the newest version."""
    return await board.suggest(db, of.pairing.id, of.first.teacher, seen=of.pairing.board_version, now=now)


async def pairs(db: AsyncSession, of: Scene) -> set[frozenset[str]]:
    """Who is partnered with whom, by first name."""
    names = {one.id: one.first_name for one in (await db.exec(select(Resident))).all()}
    rows = await db.exec(select(Couple).where(Couple.pairing_id == of.pairing.id).order_by(col(Couple.id)))
    return {frozenset((names[one.low_id], names[one.high_id])) for one in rows}


async def partners_of(db: AsyncSession, of: Scene, name: str) -> set[str]:
    return {other for couple in await pairs(db, of) if name in couple for other in couple - {name}}
