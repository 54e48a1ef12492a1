"""How does a teacher answer another class, and where does a pairing stand? Also: one more class for a ring."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import class_fit_words
from penfriends.actions import class_asks, class_calendar, pairing_approvals, partner_search, teaching
from penfriends.actions.addresses import Addresses
from penfriends.actions.partner_search import Suggestion
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import PairingState
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import VetoForm
from penfriends.web.forms.partners import AskForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "pairings",
    show_pairing=Permission.TEACHER,
    accept_class=Permission.TEACHER,
    decline_class=Permission.TEACHER,
    take_ask_back=Permission.TEACHER,
    invite_class=Permission.TEACHER,
    desk_pairings=Permission.STAFF,
    desk_pairing=Permission.STAFF,
    approve_pairing=Permission.STAFF,
    refuse_pairing=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
BACK = "/desk/pairings"


@get("/pairings/{pairing_id:uuid}", include_in_schema=False)
async def show_pairing(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The other class, its teacher's words, the own answer, and what comes next."""
    return await _pairing_page(request, db, pairing_id, AskForm(), now=now)


@post("/pairings/{pairing_id:uuid}/acceptance", include_in_schema=False)
async def accept_class(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    await class_asks.answer(db, pairing_id, await moderator_of(request, db), yes=True, at=at, now=now)
    return go(f"/pairings/{pairing_id}", say=_("Thank you. You said yes."))


@post("/pairings/{pairing_id:uuid}/refusal", include_in_schema=False)
async def decline_class(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    teacher = await moderator_of(request, db)
    await class_asks.answer(db, pairing_id, teacher, yes=False, at=at, now=now)
    return go(await _onwards(db, pairing_id, teacher), say=_("You said no. Nobody is told why."))


@post("/pairings/{pairing_id:uuid}/withdrawal", include_in_schema=False)
async def take_ask_back(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    teacher = await moderator_of(request, db)
    await class_asks.take_back(db, pairing_id, teacher, at=at, now=now)
    return go(await _onwards(db, pairing_id, teacher), say=_("The ask is taken back."))


@post("/pairings/{pairing_id:uuid}/invitation", include_in_schema=False)
async def invite_class(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """One more class for a ring."""
    form = await filled(AskForm, request)
    sent = await request.form()
    third = str(sent.get("third", ""))
    seen = await class_asks.view(db, pairing_id, teacher := await moderator_of(request, db), now=now)
    chosen = next((one for one in await _thirds(db, seen, now=now) if str(one.card.of.id) == third), None)
    if not form.validate() or chosen is None:
        return await _pairing_page(request, db, pairing_id, form, now=now, status=422)
    await class_asks.invite(db, pairing_id, chosen.card.of.id, teacher, words=form.words.data, at=at, now=now)
    return go(f"/pairings/{pairing_id}", say=_("All classes of the ring are asked."))


# --- the desk --------------------------------------------------------------------------------------------------------


@get("/desk/pairings", include_in_schema=False)
async def desk_pairings(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """Pairings of classes of the own towns, and classes that nobody fits."""
    moderator = await moderator_of(request, db)
    return page(
        request,
        "pairings/desk.html",
        now=now,
        views=await pairing_approvals.pairings(db, moderator, now=now),
        alone=await partner_search.nobody_fits(db, moderator, now=now),
        words=class_fit_words,
    )


@get("/desk/pairings/{pairing_id:uuid}", include_in_schema=False)
async def desk_pairing(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    return await _desk_page(request, db, pairing_id, VetoForm(), now=now)


@post("/desk/pairings/{pairing_id:uuid}/approval", include_in_schema=False)
async def approve_pairing(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    pairing = await pairing_approvals.approve(db, pairing_id, await moderator_of(request, db), at=at, now=now)
    if pairing.state is PairingState.APPROVED:
        return go(BACK, say=_("All towns have said yes: the teachers are told and can begin."))
    return go(BACK, say=_("Your yes is noted. The other towns have to say yes, too."))


@post("/desk/pairings/{pairing_id:uuid}/veto", include_in_schema=False)
async def refuse_pairing(
    request: Asked,
    pairing_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    form = await filled(VetoForm, request)
    if not form.validate():
        return await _desk_page(request, db, pairing_id, form, now=now, status=422)
    moderator = await moderator_of(request, db)
    await pairing_approvals.refuse(db, pairing_id, moderator, reason=form.reason.data, at=at, now=now)
    return go(BACK, say=_("The teachers are told, with your reason."))


async def _onwards(db: AsyncSession, pairing_id: UUID, teacher: Moderator) -> str:
    """Where a teacher looks next who has said no: a class that was to come into a ring is out of the pairing."""
    try:
        await teaching.own_pairing(db, pairing_id, teacher)
    except NotFound:
        return "/classes"
    return f"/pairings/{pairing_id}"


async def _pairing_page(
    request: Asked, db: AsyncSession, pairing_id: UUID, form: AskForm, *, now: datetime, status: int = 200
) -> Template:
    seen = await class_asks.view(db, pairing_id, await moderator_of(request, db), now=now)
    return page(
        request,
        "pairings/pairing.html",
        status=status,
        seen=seen,
        form=form,
        thirds=await _thirds(db, seen, now=now),
        words=class_fit_words,
    )


async def _thirds(db: AsyncSession, seen: class_asks.AskView, *, now: datetime) -> Sequence[Suggestion]:
    if seen.pairing.state not in class_asks.BEFORE_START or len(seen.others) + 1 >= class_asks.RING_LARGEST:
        return []
    return await partner_search.third_ones(db, [one.card.of for one in (seen.mine, *seen.others)], now=now)


async def _desk_page(
    request: Asked, db: AsyncSession, pairing_id: UUID, form: VetoForm, *, now: datetime, status: int = 200
) -> Template:
    view = await pairing_approvals.view(db, pairing_id, await moderator_of(request, db), now=now)
    dates, all_agree = await class_calendar.agreed_dates(db, view.pairing)
    return page(
        request,
        "pairings/decide.html",
        status=status,
        view=view,
        form=form,
        words=class_fit_words,
        dates=dates,
        dates_agreed=all_agree,
    )


ROUTES = [
    show_pairing,
    accept_class,
    decline_class,
    take_ask_back,
    invite_class,
    desk_pairings,
    desk_pairing,
    approve_pairing,
    refuse_pairing,
]
