"""How do moderators look at two groups and say yes or no, and how do the contacts answer?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import group_reasons
from penfriends.actions import group_matches
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.group_matches import GroupPair
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.groups import GroupMatch
from penfriends.models.matching import Answer, MatchState
from penfriends.models.places import Town
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import VetoForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name, visitor_of
from penfriends.web.why import Reason

table(
    "group_matches",
    show_pair=Permission.STAFF,
    approve_pair=Permission.STAFF,
    veto_pair=Permission.STAFF,
    asked_pair=Permission.RESIDENT,
    accept_pair=Permission.RESIDENT,
    refuse_pair=Permission.RESIDENT,
)
Asked = Request[Any, Any, Any]
BACK = "/desk/groups"


@get("/desk/groups/matches/{match_id:uuid}", include_in_schema=False)
async def show_pair(
    request: Asked, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Two groups side by side, and why."""
    pair = await group_matches.view(db, match_id, await moderator_of(request, db), now=now)
    return await _pair_page(request, db, pair, VetoForm())


@post("/desk/groups/matches/{match_id:uuid}/approval", include_in_schema=False)
async def approve_pair(
    request: Asked,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    moderator = await moderator_of(request, db)
    match = await group_matches.approve(db, match_id, moderator, at=at, policy=policy, now=now)
    if match.state is MatchState.APPROVED:
        return go(BACK, say=_("Both contacts are asked now."))
    return go(BACK, say=_("Thank you. The other town or a second person has to say yes, too."))


@post("/desk/groups/matches/{match_id:uuid}/veto", include_in_schema=False)
async def veto_pair(
    request: Asked, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    moderator = await moderator_of(request, db)
    form = await filled(VetoForm, request)
    if not form.validate():
        return await _pair_page(
            request, db, await group_matches.view(db, match_id, moderator, now=now), form, status=422
        )
    await group_matches.veto(db, match_id, moderator, reason=form.reason.data, now=now)
    return go(BACK, say=_("These two groups are never proposed to each other again."))


# --- the contacts ----------------------------------------------------------------------------------------------------


@get("/groups/{match_id:uuid}", include_in_schema=False)
async def asked_pair(
    request: Asked, match_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    match, mine, theirs = await group_matches.asked(db, match_id, visitor_of(request).resident_id)
    own_answer = match.low_answer if mine.group.id == match.low_id else match.high_answer
    return page(
        request,
        "groups/asked.html",
        match=match,
        mine=mine,
        theirs=theirs,
        standing=_standing(match, own_answer, now),
        words=group_reasons,
    )


@post("/groups/{match_id:uuid}/acceptance", include_in_schema=False)
async def accept_pair(
    request: Asked,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    await group_matches.answer(db, match_id, _me(request), yes=True, at=at, policy=policy, now=now)
    return go(f"/groups/{match_id}")


@post("/groups/{match_id:uuid}/refusal", include_in_schema=False)
async def refuse_pair(
    request: Asked,
    match_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    await group_matches.answer(db, match_id, _me(request), yes=False, at=at, policy=policy, now=now)
    return go(f"/groups/{match_id}")


def _me(request: Asked) -> UUID:
    found = visitor_of(request).resident_id
    if found is None:
        raise NotFound
    return found


def _standing(match: GroupMatch, own: Answer | None, now: datetime) -> str:
    """Where it stands, as a contact may know it: never who said no."""
    if own is Answer.NO:
        return "said_no"
    if match.state in (MatchState.ACCEPTED, MatchState.ENDED):
        return "both_said_yes"
    if match.state is not MatchState.APPROVED or (match.expires_at is not None and match.expires_at <= now):
        return "not_worked_out"
    return "asked" if own is None else "said_yes"


async def _pair_page(
    request: Asked, db: AsyncSession, pair: GroupPair, form: VetoForm, *, status: int = 200
) -> Template:
    return page(
        request,
        "groups/pair.html",
        status=status,
        pair=pair,
        form=form,
        why=await _why(db, pair.match),
        words=group_reasons,
    )


async def _why(db: AsyncSession, match: GroupMatch) -> Sequence[Reason]:
    towns = {one.slug: town_name(one) for one in await db.exec(select(Town))}
    return [
        Reason(
            group_reasons.group_sentence(str(term["name"]), [str(one) for one in term["detail"]], towns),
            int(term["points"]),
            int(term["maximum"]),
        )
        for term in match.explanation
    ]


ROUTES = [show_pair, approve_pair, veto_pair, asked_pair, accept_pair, refuse_pair]
