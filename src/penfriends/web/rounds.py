"""How does a moderator run a round, follow it, and let what it proposes into the queue? Nothing is sent before that."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import round_reasons
from penfriends.actions import round_publishing, round_runs, round_views
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.models.matching import RoundState, RoundStep
from penfriends.web.desk import desk_of, moderator_of, zone_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number, page
from penfriends.web.round_pages import chosen, draft_page

table(
    "rounds",
    rounds=Permission.STAFF,
    start=Permission.STAFF,
    show_round=Permission.STAFF,
    progress=Permission.STAFF,
    again=Permission.STAFF,
    drop=Permission.STAFF,
    publish_page=Permission.STAFF,
    publish=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
STEPS = tuple(one.value for one in RoundStep if one is not RoundStep.ASKED)


@get("/desk/rounds", include_in_schema=False)
async def rounds(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """What has been run, and the button that runs one now."""
    desk = await desk_of(request, db, now)
    lines = await round_views.lines(db, desk)
    mine = [one.row for one in lines if one.row.association_id is not None]
    return page(
        request,
        "rounds/list.html",
        lines=lines,
        runs=await round_views.somebody_runs_one(db),
        mine=next((one for one in mine if one.state is RoundState.RUNNING), None),
        draft=next((one for one in mine if one.state is RoundState.DRAFT), None),
        zone=await zone_of(db, desk),
        words=round_reasons,
    )


@post("/desk/rounds", include_in_schema=False)
async def start(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    """Match now: a draft for this association, over everybody who waits."""
    row = await round_runs.start(db, await moderator_of(request, db), now=now)
    return go(f"/desk/rounds/{row.id}")


@get("/desk/rounds/{round_id:uuid}", include_in_schema=False)
async def show_round(
    request: Asked, round_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """How far it is, or what it proposes."""
    desk = await desk_of(request, tracing_db, now)
    row = await round_views.must_see(tracing_db, round_id, desk)
    if row.state in (RoundState.DRAFT, RoundState.PUBLISHED):
        return await draft_page(request, tracing_db, desk, row, chosen(request.query_params), now=now)
    is_dead = round_runs.is_dead(row, now=now)
    sums = await round_views.sums(tracing_db, desk, row)
    return page(request, "rounds/progress.html", row=row, is_dead=is_dead, sums=sums, words=round_reasons, steps=STEPS)


@get("/desk/rounds/{round_id:uuid}/progress", include_in_schema=False)
async def progress(
    request: Asked,
    round_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    seen: FromQuery[str] = "",
) -> Template | Response[str]:
    """How far it is, alone, for the page that shows it: no content while nothing has changed since `seen`; the whole
    page anew once it is over."""
    row = await round_views.must_see(db, round_id, await desk_of(request, db, now))
    if row.state is not RoundState.RUNNING or round_runs.is_dead(row, now=now):
        return Response("", media_type="text/html", headers={"HX-Refresh": "true"})
    if seen == (row.step or ""):
        return Response("", status_code=204)
    return page(request, "rounds/_progress.html", row=row, words=round_reasons, steps=STEPS)


@post("/desk/rounds/{round_id:uuid}/again", include_in_schema=False)
async def again(
    request: Asked, round_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Run the rest anew: the pinned stay, the forbidden do not come back."""
    await round_runs.start_again(db, round_id, await moderator_of(request, db), now=now)
    return go(f"/desk/rounds/{round_id}")


@post("/desk/rounds/{round_id:uuid}/drop", include_in_schema=False)
async def drop(
    request: Asked, round_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Throw it away."""
    await round_runs.drop(db, round_id, await moderator_of(request, db), now=now)
    return go("/desk/rounds", say=_("The draft is dropped. Nobody was told anything."))


@get("/desk/rounds/{round_id:uuid}/publication", include_in_schema=False)
async def publish_page(
    request: Asked, round_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """How many go into the queue? Asked once more."""
    desk = await desk_of(request, db, now)
    row = await round_views.must_see(db, round_id, desk)
    return page(request, "rounds/publish.html", row=row, sums=await round_views.sums(db, desk, row))


@post("/desk/rounds/{round_id:uuid}/publication", include_in_schema=False)
async def publish(
    request: Asked, round_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Into the queue of matches, each looked at once more. Who no longer fits is named on the page of the round."""
    done = await round_publishing.publish(db, round_id, await desk_of(request, db, now), now=now)
    said = ngettext(
        "%(num)s proposal waits in the queue now.", "%(num)s proposals wait in the queue now.", done.matches
    ) % {"num": number(done.matches)}
    return go(f"/desk/rounds/{round_id}", say=said)


ROUTES = [rounds, start, show_round, progress, again, drop, publish_page, publish]
