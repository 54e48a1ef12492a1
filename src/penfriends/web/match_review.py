"""How does a moderator look at a proposed match and say yes or no? With the reasons in sentences (rules R15–R19)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import matching, queues, viewing
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.remit import Desk, person_for
from penfriends.actions.viewing import MatchView
from penfriends.i18n import gettext as _
from penfriends.models.matching import MatchState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.web.desk import desk_of, zone_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import VetoForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name
from penfriends.web.why import Reason, RunnerUp, path, runners_up, why
from penfriends.words import refusal_sentence

table(
    "match_review",
    matches=Permission.STAFF,
    show_match=Permission.STAFF,
    approve=Permission.STAFF,
    veto_page=Permission.STAFF,
    veto=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
BIG_GAP_YEARS = 15


@get("/desk/matches", include_in_schema=False)
async def matches(
    request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The proposals that wait, and whom the last round left without anybody."""
    desk = await desk_of(request, tracing_db, now)
    waiting = await queues.matches(tracing_db, desk, now=now)
    last_round, left = await queues.left_over(tracing_db, desk)
    shown = [face.resident for one in waiting for face in one.sides] + [one.resident for one in left]
    await viewing.note_list(tracing_db, desk.moderator, shown, now=now)
    return page(
        request,
        "match_review/list.html",
        now=now,
        waiting=waiting,
        last_round=last_round,
        left=left,
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/matches/{match_id:uuid}", include_in_schema=False)
async def show_match(
    request: Asked, match_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Two cards side by side, and why. Opening takes it for ten minutes; children's profiles leave a line (R41)."""
    desk = await desk_of(request, tracing_db, now)
    view = await viewing.view_match(tracing_db, match_id, desk.moderator, now=now)
    return await _match_page(request, tracing_db, desk, view, "match_review/match.html", now=now, form=VetoForm())


@post("/desk/matches/{match_id:uuid}/approval", include_in_schema=False)
async def approve(
    request: Asked,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    """Yes. With the last one that is needed, both residents are asked."""
    desk = await desk_of(request, db, now)
    await viewing.must_see_match(db, match_id, desk.moderator, now=now)
    match = await matching.approve(db, match_id, desk.moderator, at=at, policy=policy, now=now)
    if match.state is MatchState.APPROVED:
        said_then = _("Both are asked now whether they would like to write.")
    else:
        said_then = _("Your yes is noted. A second moderator looks before anybody is asked.")
    return await _next(db, desk, now=now, say=said_then)


@get("/desk/matches/{match_id:uuid}/veto", include_in_schema=False)
async def veto_page(
    request: Asked, match_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Say why not."""
    desk = await desk_of(request, tracing_db, now)
    view = await viewing.view_match(tracing_db, match_id, desk.moderator, now=now)
    return await _match_page(request, tracing_db, desk, view, "match_review/veto.html", now=now, form=VetoForm())


@post("/desk/matches/{match_id:uuid}/veto", include_in_schema=False)
async def veto(
    request: Asked, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """No, with a reason: the two are never proposed to each other again."""
    desk = await desk_of(request, db, now)
    form = await filled(VetoForm, request)
    if not form.validate():
        view = await viewing.view_match(db, match_id, desk.moderator, now=now)
        return await _match_page(request, db, desk, view, "match_review/veto.html", now=now, form=form, status=422)
    await viewing.must_see_match(db, match_id, desk.moderator, now=now)
    await matching.veto(db, match_id, desk.moderator, reason=form.reason.data, now=now)
    return await _next(db, desk, now=now, say=_("The two are not proposed to each other again."))


async def _match_page(
    request: Asked,
    db: AsyncSession,
    desk: Desk,
    view: MatchView,
    template: str,
    *,
    now: datetime,
    form: VetoForm,
    status: int = 200,
) -> Template:
    is_open = view.match.state is MatchState.PROPOSED
    done = view.mine or view.is_done_by(desk.moderator)
    mine = is_open and not done and await matching.claim_match(db, view.match.id, desk.moderator, now=now)
    await db.refresh(view.match)
    other = view.match.claimed_by if is_open and not mine and view.match.claimed_by != desk.moderator.id else None
    is_held = view.match.claimed_until is not None and view.match.claimed_until > now
    holder = await db.get(Moderator, other) if other and is_held else None
    return page(
        request,
        template,
        status=status,
        view=view,
        form=form,
        now=now,
        is_open=is_open,
        is_done=done,
        stale=refusal_sentence(view.stale) if is_open and view.stale else "",
        zone=await zone_of(db, desk),
        taken_by=holder.name if holder else None,
        why=await _why(db, view),
        runners_up=await _runners_up(db, desk, view),
        twin_of_twin=_twin_of_twin(view),
        big_gap=view.match.band is Band.ADULT and _gap(view) >= BIG_GAP_YEARS,
        gap=_gap(view),
    )


async def _why(db: AsyncSession, view: MatchView) -> list[Reason]:
    towns = {one.slug: town_name(one) for one in await db.exec(select(Town))}
    return why(view.match.explanation, _names(view), towns)


async def _runners_up(db: AsyncSession, desk: Desk, view: MatchView) -> list[RunnerUp]:
    """Others who were possible. A first name only for people of the own towns; of others only the town (rule R18)."""
    listed = view.match.explanation.get("alternatives", [])
    found = await db.exec(
        select(Resident.id, Town, Resident.first_name, person_for(desk))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.id).in_([UUID(str(one["other"])) for one in listed]))
    )
    others = {str(uid): (name if may_know else "", town) for uid, town, name, may_know in found.all()}
    return runners_up(view.match.explanation, _names(view), others)


def _names(view: MatchView) -> dict[str, str]:
    return {str(one.face.resident.id): one.face.resident.first_name for one in view.sides}


def _twin_of_twin(view: MatchView) -> bool:
    return bool(path(view.match.explanation, ("", ""), {}))


def _gap(view: MatchView) -> int:
    return abs(view.sides[0].face.age - view.sides[1].face.age)


async def _next(db: AsyncSession, desk: Desk, *, now: datetime, say: str) -> Redirect:
    free = [one for one in await queues.matches(db, desk, now=now) if one.taken_by is None]
    return go(f"/desk/matches/{free[0].match.id}" if free else "/desk/matches", say=say)


ROUTES = [matches, show_match, approve, veto_page, veto]
