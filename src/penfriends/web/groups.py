"""Which groups does an association look after? Entered, changed, resting; and partners are proposed to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import group_reasons
from penfriends.actions import group_matches, group_rounds, groups, lookup
from penfriends.actions.groups import GroupCard
from penfriends.actions.remit import Desk
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.models.groups import GroupState
from penfriends.rules.bands import Band
from penfriends.rules.interests import INTERESTS
from penfriends.web.desk import desk_of
from penfriends.web.forms import filled
from penfriends.web.forms.groups import GroupForm, typed_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number, page
from penfriends.words import refusal_sentence

table(
    "groups",
    own_groups=Permission.STAFF,
    new_group=Permission.STAFF,
    enter_group=Permission.STAFF,
    show_group=Permission.STAFF,
    change_group=Permission.STAFF,
    rest_group=Permission.STAFF,
    propose_partners=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
BACK = "/desk/groups"
PICTURES = {code: one.icon for code, one in INTERESTS.items() if one.icon}
STEPS = {"pause": GroupState.PAUSED, "return": GroupState.SEEKING, "ending": GroupState.ENDED}


@get("/desk/groups", include_in_schema=False)
async def own_groups(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """The groups of the own towns, and the pairs that wait for a yes."""
    desk = await desk_of(request, db, now)
    cards = [one for one in await groups.cards(db, desk.moderator) if desk.closed is None or one.band is Band.ADULT]
    return page(
        request,
        "groups/list.html",
        cards=cards,
        pairs=await group_matches.pairs(db, desk.moderator, now=now),
        words=group_reasons,
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/groups/new", include_in_schema=False)
async def new_group(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    desk = await desk_of(request, db, now)
    form = GroupForm(data={"capacity": "1"}).offer(await lookup.own_towns(db, desk))
    return _form_page(request, form, None)


@post("/desk/groups", include_in_schema=False)
async def enter_group(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    desk = await desk_of(request, db, now)
    form = await _typed(request, db, desk, has_contact=False)
    if not form.validate() or not await _contact_known(db, desk, form):
        return _form_page(request, form, None, status=422)
    await groups.enter(db, desk.moderator, form.facts, now=now)
    return go(BACK, say=_("The group is entered and looks for a partner from now on."))


@get("/desk/groups/{group_id:uuid}", include_in_schema=False)
async def show_group(
    request: Asked, group_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    desk = await desk_of(request, db, now)
    card = await groups.own_card(db, group_id, desk.moderator, now=now)
    form = GroupForm(data=typed_of(card)).offer(await lookup.own_towns(db, desk), has_contact=True)
    return _form_page(request, form, card)


@post("/desk/groups/{group_id:uuid}", include_in_schema=False)
async def change_group(
    request: Asked, group_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    desk = await desk_of(request, db, now)
    card = await groups.own_card(db, group_id, desk.moderator, now=now)
    form = await _typed(request, db, desk, has_contact=True)
    if not form.validate() or not await _contact_known(db, desk, form):
        return _form_page(request, form, card, status=422)
    await groups.change(db, group_id, desk.moderator, form.facts, now=now)
    return go(BACK, say=_("The group is changed. A yes that was given before has to be given anew."))


@post("/desk/groups/{group_id:uuid}/{step:str}", include_in_schema=False)
async def rest_group(
    request: Asked,
    group_id: FromPath[UUID],
    step: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """Rest, look again, or end for good."""
    desk = await desk_of(request, db, now)
    if step not in STEPS:
        raise NotFound
    await groups.rest(db, group_id, desk.moderator, STEPS[step], now=now)
    return go(BACK, say=_("We will remember that."))


@post("/desk/groups/round", include_in_schema=False)
async def propose_partners(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """All groups of all towns at once; what comes out waits for a yes in both towns."""
    await desk_of(request, db, now)
    found = await group_rounds.propose(db, now=now)
    n = len(found.proposals)
    said = ngettext("%(num)s pair of groups is proposed.", "%(num)s pairs of groups are proposed.", n)
    return go(BACK, say=said % {"num": number(n)})


async def _typed(request: Asked, db: AsyncSession, desk: Desk, *, has_contact: bool) -> GroupForm:
    form: GroupForm = await filled(GroupForm, request)
    return form.offer(await lookup.own_towns(db, desk), has_contact=has_contact)


async def _contact_known(db: AsyncSession, desk: Desk, form: GroupForm) -> bool:
    """Whether the address is that of an adult of the own towns; else the form says so."""
    if not form.contact.data or await groups.contact_called(db, desk.moderator, form.contact.data):
        return True
    form.contact.errors = [_("No adult of your towns takes part with this address. A contact has to sign up first.")]
    return False


def _form_page(request: Asked, form: GroupForm, card: GroupCard | None, *, status: int = 200) -> Template:
    return page(request, "groups/form.html", status=status, form=form, card=card, pictures=PICTURES)


ROUTES = [own_groups, new_group, enter_group, show_group, change_group, propose_partners, rest_group]
