"""Which pupils still owe a letter, what has arrived, and how does a whole class's post come onto paper?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import calendar_words, whereabouts_words
from penfriends.actions import audit, class_asks, class_calendar, class_progress, teaching
from penfriends.actions.class_progress import Standing
from penfriends.models.letters import Attachment, Letter, LetterState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.schools import School
from penfriends.rules.whereabouts import READY, Whereabouts
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page

table("class_letters", progress=Permission.TEACHER, class_set=Permission.TEACHER, set_picture=Permission.TEACHER)
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
    pictures: tuple[Attachment, ...] = ()


@get("/classes/{class_id:uuid}/letters", include_in_schema=False)
async def progress(
    request: Asked, class_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Each pupil with each friend: where the letter of this round is, and what has come."""
    teacher = await moderator_of(request, tracing_db)
    of = await teaching.own_class(tracing_db, class_id, teacher)
    standing = await class_asks.standing_of(tracing_db, of.id)
    at_now = await class_calendar.round_of(tracing_db, standing[0], of, now=now) if standing else None
    begin = at_now.begin if at_now else None
    known = await class_progress.shown(tracing_db, of, teacher, now=now, round_begin=begin)
    ways = [way for one in known for way in one.ways]
    return page(
        request,
        "class_letters/progress.html",
        of=of,
        known=known,
        at_now=at_now,
        calendar_words=calendar_words,
        not_begun=[one for one in known if any(way.where is Whereabouts.NOT_BEGUN for way in one.ways)],
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
    printed = await _with_pictures(tracing_db, _ours(known, home) if chosen == OURS else _arrived(known))
    await _note(tracing_db, [one.letter for one in printed], teacher, now=now)
    return page(
        request, "class_letters/set.html", of=of, school=school, printed=printed, what=chosen, large=size == "large",
        reported=sum(way.arrived is not None and way.arrived.warned for one in known for way in one.ways)
    )  # fmt: skip


@get("/classes/{class_id:uuid}/letters/{letter_id:uuid}/pictures/{position:int}", include_in_schema=False)
async def set_picture(
    request: Asked,
    class_id: FromPath[UUID],
    letter_id: FromPath[UUID],
    position: FromPath[int],
    db: NamedDependency[AsyncSession],
) -> Response[bytes]:
    """A picture of a letter that may be printed: the page that shows it has left the line."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    known = await class_progress.of_class(db, of)
    may = {one.letter.id for one in [*_arrived(known), *_ours(known, None)]}
    data, content_type = await class_progress.picture(db, letter_id if letter_id in may else None, position)
    return Response(data, media_type=content_type, headers={"cache-control": "private, no-store"})


async def _with_pictures(db: AsyncSession, printed: Sequence[Printed]) -> list[Printed]:
    pictures = await class_progress.pictures(db, [one.letter.id for one in printed])
    return [replace(one, pictures=tuple(pictures.get(one.letter.id, ()))) for one in printed]


def _arrived(known: Sequence[Standing]) -> list[Printed]:
    """Without letters of a pupil who was reported: their warning cannot be printed along (rule R31)."""
    return [
        Printed(way.arrived, way.friend.first_name, one.name, way.town)
        for one in known
        for way in one.ways
        if way.arrived and not way.arrived.warned
    ]


def _ours(known: Sequence[Standing], home: Town | None) -> list[Printed]:
    """What both teachers have approved: only its words are settled."""
    return [
        Printed(way.newest, one.name, way.friend.first_name, home or way.town)
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


ROUTES = [progress, class_set, set_picture]
