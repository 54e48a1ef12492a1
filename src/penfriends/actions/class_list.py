"""Who is in a class, for the eyes of its teachers: what is known of each pupil, and who writes with them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import BoardChange, Couple
from penfriends.models.residents import Resident, ResidentInterest, ResidentLanguage
from penfriends.models.schools import PaperYes, Pupil, School, SchoolClass
from penfriends.rules.bands import Birth, age_on
from penfriends.rules.matching import Level
from penfriends.rules.name_order import key


@dataclass(frozen=True, slots=True)
class Partner:
    """Whom a pupil is partnered with, or was until that pupil left the other class (`gone`)."""

    name: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil with all that the class's teachers may know. Languages by code, both lists in an order of their own."""

    pupil: Pupil
    resident: Resident
    age: int
    languages: tuple[tuple[str, Level], ...]
    interests: tuple[str, ...]
    partners: tuple[Partner, ...] = ()

    @property
    def name(self) -> str:
        """As it stands on cards and lists: “Ava B”."""
        return name_of(self.pupil, self.resident)

    @property
    def left(self) -> bool:
        return self.pupil.left_at is not None

    @property
    def born(self) -> date:
        return self.resident.birth_on or date(self.resident.birth_year, 1, 1)  # a child's row always has the day

    @property
    def has_gap(self) -> bool:
        """Whether the guardian's yes is missing."""
        return self.pupil.paper is PaperYes.NONE

    @property
    def is_alone(self) -> bool:
        """Had a partner, and every one of them has left."""
        return bool(self.partners) and all(one.gone for one in self.partners)


def name_of(pupil: Pupil, resident: Resident) -> str:
    """First name and initial, all that is known."""
    return f"{resident.first_name} {pupil.initial}".rstrip()


async def members(db: AsyncSession, of: SchoolClass, *, language: str, now: datetime) -> list[Member]:
    """Everybody who was ever in the class, as the reader's language sorts names; who has left comes last."""
    found = await db.exec(
        select(Pupil, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(Pupil.class_id == of.id)
        .order_by(col(Resident.id))
    )
    made = await _described(db, list(found), now=now)
    return sorted(made, key=lambda one: (one.left, key(one.name, language), one.resident.id))


async def one(db: AsyncSession, pupil: Pupil, *, now: datetime) -> Member:
    """One pupil, whom `teaching.own_pupil` has found."""
    resident = await db.get_one(Resident, pupil.resident_id)
    return (await _described(db, [(pupil, resident)], now=now))[0]


async def school_of(db: AsyncSession, of: SchoolClass) -> School:
    return await db.get_one(School, of.school_id)


async def note_seen(db: AsyncSession, teacher: Moderator, shown: Sequence[Member], *, now: datetime) -> None:
    """One line in the log names the children whose profiles were on the screen (rule R41)."""
    if shown:
        await audit.note(
            db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="view_list", subject="resident",
            subject_id=None, details={"children": sorted(str(one.resident.id) for one in shown)},
        )  # fmt: skip


async def _described(db: AsyncSession, rows: list[tuple[Pupil, Resident]], *, now: datetime) -> list[Member]:
    ids = [resident.id for _pupil, resident in rows]
    languages: dict[UUID, list[tuple[str, Level]]] = {one: [] for one in ids}
    for said in await db.exec(
        select(ResidentLanguage).where(col(ResidentLanguage.resident_id).in_(ids)).order_by(col(ResidentLanguage.code))
    ):
        languages[said.resident_id].append((said.code, said.level))
    likes: dict[UUID, list[str]] = {one: [] for one in ids}
    for liked in await db.exec(
        select(ResidentInterest).where(col(ResidentInterest.resident_id).in_(ids)).order_by(col(ResidentInterest.code))
    ):
        likes[liked.resident_id].append(liked.code)
    partners = await _partners(db, ids)
    return [
        Member(
            pupil,
            resident,
            age_on(Birth(resident.birth_year, resident.birth_on), now.date()),
            tuple(languages[resident.id]),
            tuple(likes[resident.id]),
            tuple(partners[resident.id]),
        )
        for pupil, resident in rows
    ]


async def _partners(db: AsyncSession, ids: list[UUID]) -> dict[UUID, list[Partner]]:
    """Those of now; who has none now is told of the one who left the other class."""
    found: dict[UUID, list[Partner]] = {one: [] for one in ids}
    for mine, name, _gone in await _beside(db, Couple, ids):
        found[mine].append(Partner(name, gone=False))
    alone = [one for one in ids if not found[one]]
    for mine, name, gone in await _beside(db, BoardChange, alone):
        if gone and Partner(name, gone=True) not in found[mine]:
            found[mine].append(Partner(name, gone=True))
    return found


async def _beside(
    db: AsyncSession, table: type[Couple] | type[BoardChange], ids: list[UUID]
) -> list[tuple[UUID, str, bool]]:
    """Each pupil of `ids` with the other one of the row, and whether that one has left the class."""
    rows = await db.exec(
        select(table.low_id, table.high_id)
        .where(or_(col(table.low_id).in_(ids), col(table.high_id).in_(ids)))
        .order_by(col(table.id))
    )
    sides = [side for low, high in rows for side in ((low, high), (high, low)) if side[0] in set(ids)]
    others = await db.exec(
        select(Pupil, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(col(Pupil.resident_id).in_({other for _mine, other in sides}))
    )
    known = {resident.id: (name_of(pupil, resident), pupil.left_at is not None) for pupil, resident in others}
    return [(mine, *known[other]) for mine, other in sides]
