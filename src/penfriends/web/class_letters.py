"""Which pupils still owe a letter, what has arrived, and how does a whole class's post come onto paper?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import whereabouts_words
from penfriends.actions import audit, class_progress, teaching
from penfriends.actions.class_progress import Standing
from penfriends.models.letters import Letter, LetterState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.schools import School
from penfriends.rules.whereabouts import READY, Whereabouts
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page

table("class_letters", progress=Permission.TEACHER, class_set=Permission.TEACHER)
Asked = Request[Any, Any, Any]
ARRIVED, OURS = "arrived", "ours"
SETTLED = (LetterState.RELEASED, LetterState.ON_ITS_WAY, LetterState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Printed:
    """One letter of the class set: from whom, to whom (the own pupil with the initial), whose town the stamp is of."""

    letter: Letter
    writer: str
    reader: str
    town: Town


@get("/classes/{class_id:uuid}/letters", include_in_schema=False)
async def progress(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    """Each pupil with each friend: where the own letter is, and what has come."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    known = await class_progress.of_class(db, of)
    ways = [way for one in known for way in one.ways]
    return page(
        request,
        "class_letters/progress.html",
        of=of,
        known=known,
        said=whereabouts_words.said,
        looks=whereabouts_words.LOOKS,
        ready=sum(way.where in READY for way in ways),
        waiting=sum(way.where is Whereabouts.WITH_US for way in ways) + sum(way.waits for way in ways),
        writing=len(ways),
        arrived=sum(way.arrived is not None for way in ways),
        without=[one for one in known if not one.ways],
    )


@get("/classes/{class_id:uuid}/letters/set", include_in_schema=False)
async def class_set(
    request: Asked,
    class_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    what: FromQuery[str] = ARRIVED,
    size: FromQuery[str] = "",
) -> Template:
    """The newest letter of each friend (or the newest own ones that were approved), one on each sheet. Each that is
    shown leaves a line (rule R41)."""
    teacher = await moderator_of(request, tracing_db)
    of = await teaching.own_class(tracing_db, class_id, teacher)
    school = await tracing_db.get_one(School, of.school_id)
    home = await tracing_db.get_one(Town, school.town_id)
    known = await class_progress.of_class(tracing_db, of)
    chosen = OURS if what == OURS else ARRIVED
    printed = _ours(known, home) if chosen == OURS else _arrived(known)
    await _note(tracing_db, [one.letter for one in printed], teacher, now=now)
    return page(
        request, "class_letters/set.html", of=of, school=school, printed=printed, what=chosen, large=size == "large"
    )


def _arrived(known: Sequence[Standing]) -> list[Printed]:
    return [
        Printed(way.arrived, way.friend.first_name, one.name, way.town)
        for one in known
        for way in one.ways
        if way.arrived
    ]


def _ours(known: Sequence[Standing], home: Town) -> list[Printed]:
    """What both teachers have approved: only its words are settled."""
    return [
        Printed(way.newest, one.name, way.friend.first_name, home)
        for one in known
        for way in one.ways
        if way.newest is not None and way.newest.state in SETTLED
    ]


async def _note(db: AsyncSession, letters: Sequence[Letter], teacher: Moderator, *, now: datetime) -> None:
    for one in letters:
        await audit.note(
            db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="view_letter", subject="letter",
            subject_id=one.id,
        )  # fmt: skip


ROUTES = [progress, class_set]
