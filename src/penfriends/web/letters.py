"""What does a resident see of their letters? All correspondences, one thread, a picture. Only their own (rule R18)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import group_matches, threads
from penfriends.web.ideas import ideas_for
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page, visitor_of
from penfriends.web.state import database_of
from penfriends.words import return_reason

table(
    "letters",
    my_letters=Permission.WRITER,
    thread=Permission.WRITER,
    journey=Permission.WRITER,
    picture=Permission.WRITER,
)
Shown = Request[Any, Any, Any]


@get("/letters", include_in_schema=False)
async def my_letters(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """Every correspondence with what is new, whose turn it is, what lies half written and what came back."""
    found = await threads.my_threads(db, visitor_of(request).resident_id, now=now)
    return page(request, "letters/overview.html", threads=found, now=now)


@get("/letters/with/{correspondence_id:uuid}", include_in_schema=False)
async def thread(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """The newest letter open on its sheet, older ones as closed envelopes."""
    found = await threads.my_thread(db, visitor_of(request).resident_id, correspondence_id, now=now)
    opened = [one.letter.id for one in found.sheets if one.is_new]
    after = BackgroundTask(_note_opened, request, opened, now) if opened else None
    return page(
        request,
        "letters/thread.html",
        after=after,
        thread=found,
        groups=await group_matches.groups_behind(db, found.correspondence, found.resident),
        ideas=ideas_for(found),
        return_reason=return_reason,
        now=now,
    )


@get("/letters/{letter_id:uuid}/journey", include_in_schema=False)
async def journey(
    request: Shown,
    letter_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    seen: FromQuery[str] = "",
) -> Template | Response[None]:
    """The journey of an own letter alone, for the page that shows it; no content while it still looks as `seen`."""
    letter = await threads.my_letter(db, visitor_of(request).resident_id, letter_id)
    found = await threads.my_thread(db, visitor_of(request).resident_id, letter.correspondence_id, now=now)
    sheet = next((one for one in found.sheets if one.letter.id == letter.id), None)
    if sheet is None or sheet.journey is None or sheet.journey.mark == seen:
        return Response(None, status_code=204)
    return page(request, "letters/_journey.html", thread=found, sheet=sheet, now=now)


@get("/letters/{letter_id:uuid}/pictures/{number:int}", include_in_schema=False)
async def picture(
    request: Shown, letter_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession]
) -> Response[bytes]:
    data, content_type = await threads.picture(db, visitor_of(request).resident_id, letter_id, number)
    return Response(data, media_type=content_type, headers={"cache-control": "private, no-store"})


async def _note_opened(request: Shown, letter_ids: Sequence[UUID], now: datetime) -> None:
    """After the page is out, so that reading a letter never waits for the database's writer."""
    async with database_of(request).transaction() as db:
        await threads.note_opened(db, letter_ids, now=now)


ROUTES = [my_letters, thread, journey, picture]
