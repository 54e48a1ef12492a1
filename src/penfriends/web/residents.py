"""What does a resident find on their own pages: what to do now, the card, a pause, the way out?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    fit_checks,
    group_matches,
    refusals,
    residents,
    sessions,
    still_waiting,
    unreachable,
    waiting,
)
from penfriends.actions.addresses import Addresses
from penfriends.actions.coming_of_age import awaits_agreement
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band, Birth, age_on
from penfriends.rules.sign_up import Answers, Step
from penfriends.web import signup_pages as pages
from penfriends.web.assets import AVATARS
from penfriends.web.forms import Form
from penfriends.web.forms.residents import NameForm, PauseForm
from penfriends.web.forms.signup import MAIN_LANGUAGES, MORE_LANGUAGES
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of
from penfriends.web.signup import PICTURES

table(
    "residents",
    home=Permission.RESIDENT,
    mailbox_works=Permission.RESIDENT,
    who=Permission.SIGNED_IN,
    choose=Permission.SIGNED_IN,
    profile=Permission.RESIDENT,
    edit=Permission.RESIDENT,
    change=Permission.RESIDENT,
    pause_page=Permission.RESIDENT,
    pause=Permission.RESIDENT,
    resume=Permission.RESIDENT,
    leave_page=Permission.RESIDENT,
    leave=Permission.RESIDENT,
)
Shown = Request[Any, Any, Any]
LINES = {"languages": Step.LANGUAGES, "likes": Step.LIKES, "how": Step.HOW}
CHANGES = {
    "languages": residents.change_languages,
    "likes": residents.change_likes,
    "how": residents.change_how,
}


async def _me(request: Shown, db: AsyncSession) -> tuple[Resident, Town]:
    return await residents.resident_of(db, visitor_of(request).resident_id)


@get("/me", include_in_schema=False)
async def home(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """One card with what to do now, then the rest."""
    found = await residents.home_of(db, visitor_of(request).resident_id, now=now)
    waits = awaits_agreement(found.resident)
    stopped = await unreachable.stopped_for(db, found.resident)
    queue = None if found.proposals else await waiting.waiting_of(db, found.resident, now=now)
    return page(
        request,
        "residents/home.html",
        home=found,
        waiting=queue,
        fits=await fit_checks.unanswered(db, found.resident.id, now=now),
        refusals=await refusals.open_refusals(db, found.resident.id, now=now),
        groups=await group_matches.open_for(db, found.resident.id, now=now),
        asked=still_waiting.is_asked(found.resident),
        awaits_agreement=waits,
        mail_stopped=stopped,
        now=now,
    )


@post("/me/mailbox/lifting", include_in_schema=False)
async def mailbox_works(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    """The mailbox takes mail again, says its owner."""
    resident, _town = await _me(request, db)
    await unreachable.works_again(db, resident, now=now)
    return go("/me", say=_("E-mails are sent to that mailbox again."))


@get("/me/who", include_in_schema=False)
async def who(request: Shown, db: NamedDependency[AsyncSession]) -> Template:
    """As whom somebody writes who has several cards, and the children for whom they decide."""
    sign_in_id = _sign_in(request)
    cards = await sessions.residents_of(db, sign_in_id)
    children = await residents.children_of(db, sign_in_id)
    return page(request, "residents/who.html", cards=cards, children=children)


@post("/me/who", include_in_schema=False)
async def choose(request: Shown, db: NamedDependency[AsyncSession]) -> Redirect:
    """From now on this browser writes as the chosen one, who has to be one of the visitor's own."""
    visitor = visitor_of(request)
    chosen = str((await request.form()).get("resident", ""))
    allowed = {str(one): one for one in visitor.resident_choices}
    if chosen not in allowed or visitor.fingerprint is None or visitor.is_pupil:
        raise NotFound
    await sessions.act_as(db, visitor.fingerprint, allowed[chosen])
    return go("/me")


def _sign_in(request: Shown) -> UUID:
    visitor = visitor_of(request)
    if visitor.sign_in_id is None or visitor.is_pupil:
        raise NotFound
    return visitor.sign_in_id


# --- the card --------------------------------------------------------------------------------------------------------


@get("/me/profile", include_in_schema=False)
async def profile(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """The card as a friend sees it, and a link to change each line."""
    resident, town = await _me(request, db)
    answers = await residents.answers_from(db, resident, town)
    age = age_on(Birth(resident.birth_year, resident.birth_on), now.date())
    likes = [(PICTURES.get(code, "heart"), code) for code in answers.likes]
    return page(request, "residents/profile.html", resident=resident, town=town, answers=answers, age=age, likes=likes)


@get("/me/profile/{line:str}", include_in_schema=False)
async def edit(
    request: Shown, line: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    resident, town = await _me(request, db)
    answers = await residents.answers_from(db, resident, town)
    place = await pages.place_of(db, answers, now=now)
    return _edited(request, line, _form(line, answers, place), answers, town)


@post("/me/profile/{line:str}", include_in_schema=False)
async def change(
    request: Shown, line: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Save one line of the card."""
    resident, town = await _me(request, db)
    answers = await residents.answers_from(db, resident, town)
    place = await pages.place_of(db, answers, now=now)
    form = _form(line, answers, place, await request.form())
    if line == "card" and form.validate():
        name, avatar = form.first_name.data, form.avatar.data
        await residents.change_card(db, resident, first_name=name, avatar=avatar, now=now)
        return go("/me/profile", say=_("Saved."))
    values = pages.values_of(LINES[line], form, place) if line in LINES else None
    if values is None:
        return _edited(request, line, form, answers, town, status=422)
    await CHANGES[line](db, resident, values, now=now)
    return go("/me/profile", say=_("Saved."))


def _form(line: str, answers: Answers, place: pages.Place, sent: Any = None) -> Any:
    if line == "card":
        return NameForm(sent, data={"first_name": answers.first_name, "avatar": answers.avatar})
    if line not in LINES:
        raise NotFound
    return pages.form_for(LINES[line], answers, place, sent)


def _edited(request: Shown, line: str, form: Form, answers: Answers, town: Town, *, status: int = 200) -> Template:
    template = "residents/card.html" if line == "card" else f"signup/{line}.html"
    return page(
        request,
        template,
        status=status,
        layout="residents/_edit.html",
        form=form,
        answers=answers,
        town=town,
        for_child=False,
        is_child=visitor_of(request).band == Band.CHILD,
        avatars={picture: picture for picture in AVATARS},
        pictures=PICTURES,
        languages_first=MAIN_LANGUAGES,
        languages_more=MORE_LANGUAGES,
        groups=pages.groups_of(form) if line == "likes" else [],
    )


# --- a pause, and the way out ----------------------------------------------------------------------------------------


@get("/me/pause", include_in_schema=False)
async def pause_page(request: Shown, db: NamedDependency[AsyncSession]) -> Template:
    resident, _town = await _me(request, db)
    return page(request, "residents/pause.html", resident=resident, form=PauseForm())


@post("/me/pause", include_in_schema=False)
async def pause(
    request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    resident, _town = await _me(request, db)
    form = PauseForm(await request.form())
    fits, until = form.judge(now.date())
    if not fits:
        return page(request, "residents/pause.html", status=422, resident=resident, form=form)
    await residents.pause(db, resident, until=until)
    return go("/me", say=_("You are pausing. Nobody minds."))


@post("/me/pause/end", include_in_schema=False)
async def resume(request: Shown, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    resident, _town = await _me(request, db)
    await residents.resume(db, resident, now=now)
    return go("/me", say=_("Welcome back."))


@get("/me/leave", include_in_schema=False)
async def leave_page(request: Shown, db: NamedDependency[AsyncSession]) -> Template:
    resident, _town = await _me(request, db)
    return page(request, "residents/leave.html", resident=resident)


@post("/me/leave", include_in_schema=False)
async def leave(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    """Say goodbye. Who has nothing else here is signed out everywhere."""
    resident, _town = await _me(request, db)
    await residents.leave(db, resident, at=at, now=now)
    visitor = visitor_of(request)
    if visitor.sign_in_id and len(visitor.resident_choices) <= 1 and not (visitor.is_guardian or visitor.is_staff):
        await sessions.end_all(db, visitor.sign_in_id)
    return go("/", say=_("Thank you for your letters. You have left, and your pen friends have been told kindly."))


ROUTES = [home, mailbox_works, who, choose, profile, edit, change, pause_page, pause, resume, leave_page, leave]
