"""What may a moderator look up about people of their own towns, and put right? (rules R05, R17, R18, R20, R41)"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from penfriends.actions import births, desk_mail, lookup, mail_care, queues, still_waiting, viewing, waiting
from penfriends.actions.remit import Desk
from penfriends.i18n import gettext as _
from penfriends.models.residents import ChangeState
from penfriends.reasons import RESIDENT_STATES, said
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import BirthForm, SearchForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name
from penfriends.words import refusal_sentence

table(
    "people",
    search=Permission.STAFF,
    show_person=Permission.STAFF,
    change_birth=Permission.STAFF,
    agree_birth=Permission.STAFF,
    know_person=Permission.STAFF,
    lift=Permission.STAFF,
)
Asked = Request[Any, Any, Any]


@get("/desk/people", include_in_schema=False)
async def search(request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """People of the own towns by first name, town and state. There is no such page for residents (rule R20). One line
    in the log names the children that were listed (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    towns = await lookup.own_towns(tracing_db, desk)
    form = SearchForm(data={name: request.query_params.get(name, "") for name in ("q", "town", "state")})
    form.town.choices = [
        SelectChoice("", _("All our towns")),
        *(SelectChoice(one.slug, town_name(one)) for one in towns),
    ]
    form.state.choices = [
        SelectChoice("", _("Any")),
        *(SelectChoice(code, said(RESIDENT_STATES, code)) for code in RESIDENT_STATES if code != "awaiting_consent"),
    ]
    found = await lookup.people(
        tracing_db, desk, first_name=form.q.data or "", town=form.town.data or "", state=form.state.data or "", now=now
    )
    await viewing.note_list(tracing_db, desk.moderator, [one.resident for one in found], now=now)
    closed = refusal_sentence(desk.closed) if desk.closed else ""
    return page(request, "people/search.html", form=form, found=found, most=queues.SHOWN, closed=closed)


@get("/desk/people/{resident_id:uuid}", include_in_schema=False)
async def show_person(
    request: Asked,
    resident_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """The facts about one person; of letters only how many. A child's page leaves a line (rule R41)."""
    desk = await desk_of(request, tracing_db, now)
    return await _person_page(request, tracing_db, desk, resident_id, None, now=now)


@post("/desk/people/{resident_id:uuid}/birth-date", include_in_schema=False)
async def change_birth(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Put a birth date right, or ask for a second moderator where it crosses 18 (rule R05)."""
    desk = await desk_of(request, db, now)
    form = await filled(BirthForm, request)
    if not form.validate():
        return await _person_page(request, db, desk, resident_id, form, now=now, status=422)
    await viewing.own_resident(db, resident_id, desk.moderator, now=now)
    change = await births.propose(
        db, resident_id, desk.moderator, year=form.year.data, on=form.on, reason=form.reason.data, now=now
    )
    done = change.state is ChangeState.DONE
    sentence = _("The date of birth is changed.") if done else _("A second moderator has to agree to this.")
    return go(f"/desk/people/{resident_id}", say=sentence)


@post("/desk/people/{resident_id:uuid}/birth-date/{change_id:uuid}/agreement", include_in_schema=False)
async def agree_birth(
    request: Asked,
    resident_id: FromPath[UUID],
    change_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """The second moderator's yes to a change that crosses 18."""
    moderator = await moderator_of(request, db)
    await viewing.own_resident(db, resident_id, moderator, now=now)
    await births.agree(db, change_id, moderator, now=now)
    return go("/desk/people", say=_("The date of birth is changed. Everything open that hung on it has stopped."))


@post("/desk/people/{resident_id:uuid}/conflict", include_in_schema=False)
async def know_person(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """“I know this person”: everything about them is for other moderators from now on (rule R17)."""
    await viewing.declare_conflict(db, resident_id, await moderator_of(request, db), now=now)
    return go("/desk/people", say=_("Thank you. Other moderators will decide about this person."))


@post("/desk/people/{resident_id:uuid}/suppression/{suppression_id:uuid}/lifting", include_in_schema=False)
async def lift(
    request: Asked,
    resident_id: FromPath[UUID],
    suppression_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """Write to this address again."""
    await mail_care.lift(db, suppression_id, await moderator_of(request, db), now=now)
    return go(f"/desk/people/{resident_id}", say=_("We write to this address again."))


async def _person_page(
    request: Asked,
    db: AsyncSession,
    desk: Desk,
    resident_id: UUID,
    form: BirthForm | None,
    *,
    now: datetime,
    status: int = 200,
) -> Template:
    view = await viewing.view_resident(db, resident_id, desk.moderator, now=now)
    resident = view.card.face.resident
    known = {"year": resident.birth_year}
    if resident.birth_on:
        known |= {"month": resident.birth_on.month, "day": resident.birth_on.day}
    return page(
        request,
        "people/person.html",
        status=status,
        view=view,
        waiting=await waiting.waiting_of(db, resident, now=now),
        asked=still_waiting.is_asked(resident),
        form=form or BirthForm(data=known),
        moderator=desk.moderator,
        changes=[one for one in view.changes if one.state is ChangeState.PROPOSED],
        unreachable=await desk_mail.unreachable(db, desk.moderator, now=now, only=resident.id),
    )


ROUTES = [search, show_person, change_birth, agree_birth, know_person, lift]
