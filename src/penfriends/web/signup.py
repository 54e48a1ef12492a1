"""How does somebody sign up? One question a page, kept at each step, sent at the end."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import signup
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.models.residents import SignUpDraft
from penfriends.rules.consent import Agreement
from penfriends.rules.interests import INTERESTS
from penfriends.rules.sign_up import Answers, Step, Who, answers_of, first_missing
from penfriends.settings import settings
from penfriends.web import signup_pages as pages
from penfriends.web.assets import AVATARS
from penfriends.web.consent_text import OWN, agreed, sentences
from penfriends.web.forms import filled
from penfriends.web.forms.signup import MAIN_LANGUAGES, MORE_LANGUAGES, StartForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import cookie_of, go, page, visitor_of
from penfriends.web.signin import signed_in

table(
    "signup",
    begin=Permission.ANYONE,
    choose_who=Permission.ANYONE,
    done=Permission.ANYONE,
    question=Permission.ANYONE,
    answer=Permission.ANYONE,
    confirm_page=Permission.LINK,
    confirm=Permission.LINK,
)
COOKIE = "sign_up"
PICTURES = {code: one.icon for code, one in INTERESTS.items() if one.icon}


@get("/join", include_in_schema=False)
async def begin(
    request: Request[Any, Any, Any],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    town: FromQuery[str] = "",
) -> Template:
    """Who is signing up whom? A link from a town's page brings the town along."""
    draft = await _draft(request, db, now)
    known = answers_of(draft.answers) if draft else Answers()
    form = StartForm(data={"who": known.who.value if known.who else None, "town": town})
    return page(request, "signup/start.html", form=form, going_on=bool(known.who))


@post("/join", include_in_schema=False)
async def choose_who(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    form = await filled(StartForm, request)
    if not form.validate():
        return page(request, "signup/start.html", status=422, form=form, going_on=False)
    if form.who.data == Who.CLASS:
        return page(request, "signup/class.html")
    draft, cookies = await _draft(request, db, now), []
    if draft is None:
        draft, secret = await signup.open_draft(db, now=now)
        cookies = [_cookie(secret)]
    values = {"who": form.who.data, **({"town": form.town.data} if form.town.data else {})}
    answers = await signup.save(db, draft, values, now=now)
    place = await pages.place_of(db, answers, now=now)
    if answers.town and place.town is None:
        answers = await signup.save(db, draft, {"town": ""}, now=now)
    return go(_next(answers, place), cookies=cookies)


@get("/join/done", include_in_schema=False)
async def done(request: Request[Any, Any, Any], by: FromQuery[str] = "") -> Template:
    """What happens now. The page knows who has to answer, and nothing about any address."""
    kind = by if by in set(Agreement) else Agreement.OWN.value
    return page(request, "signup/done.html", by=kind)


@get("/join/{name:str}", include_in_schema=False)
async def question(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """One question, if its turn has come."""
    step, draft = _step(name), await _draft(request, db, now)
    if draft is None:
        return go("/join")
    answers = answers_of(draft.answers)
    place = await pages.place_of(db, answers, now=now)
    stopped = pages.stop(answers, place)
    if stopped and step not in (Step.TOWN, Step.AGE, Step.BIRTHDAY):
        return page(request, stopped, town=place.town)
    missing = first_missing(answers, place.today, place.own_from)
    if pages.ORDER.index(step) > pages.ORDER.index(missing):
        return go(_path(missing))
    if step is Step.AGE and answers.who is Who.CHILD:
        return go("/join/birthday")
    return _shown(request, step, answers, place, pages.form_for(step, answers, place))


@post("/join/{name:str}", include_in_schema=False)
async def answer(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Keep an answer and ask what is missing; after the last, send."""
    step, draft = _step(name), await _draft(request, db, now)
    if draft is None:
        return go("/join")
    answers = answers_of(draft.answers)
    place = await pages.place_of(db, answers, now=now)
    form = pages.form_for(step, answers, place, await request.form())
    values = pages.values_of(step, form, place)
    if values is None:
        return _shown(request, step, answers, place, form, status=422)
    if step is Step.CHECK:
        asked = await signup.submit(db, draft, locale=visitor_of(request).language, at=at, now=now)
        return go(f"/join/done?by={asked.value}", cookies=[_cookie("", seconds=0)])
    answers = await signup.save(db, draft, values, now=now)
    return _after(request, answers, await pages.place_of(db, answers, now=now))


def _after(request: Request[Any, Any, Any], answers: Answers, place: pages.Place) -> Template | Redirect:
    stopped = pages.stop(answers, place)
    return page(request, stopped, town=place.town) if stopped else go(_next(answers, place))


def _step(name: str) -> Step:
    if name not in set(Step) or name == Step.START:
        raise NotFound
    return Step(name)


def _next(answers: Answers, place: pages.Place) -> str:
    return _path(first_missing(answers, place.today, place.own_from))


def _path(step: Step) -> str:
    return "/join" if step is Step.START else f"/join/{step.value}"


def _shown(
    request: Request[Any, Any, Any], step: Step, answers: Answers, place: pages.Place, form: Any, *, status: int = 200
) -> Template:
    return page(
        request,
        f"signup/{step.value}.html",
        status=status,
        form=form,
        pictures=PICTURES,
        avatars={picture: picture for picture in AVATARS},
        languages_first=MAIN_LANGUAGES,
        languages_more=MORE_LANGUAGES,
        groups=pages.groups_of(form) if step is Step.LIKES else [],
        **pages.shown(step, answers, place),
    )


async def _draft(request: Request[Any, Any, Any], db: AsyncSession, now: datetime) -> SignUpDraft | None:
    return await signup.draft_of(db, cookie_of(request, COOKIE), now=now)


def _cookie(secret: str, *, seconds: int = int(signup.DRAFT_LASTS.total_seconds())) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=secret,
        path="/join",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=settings().secure_cookies,
    )


# --- the link from the mail ------------------------------------------------------------------------------------------


@get("/c/{secret:str}", include_in_schema=False)
async def confirm_page(
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """A button only: programs that look at mails open links, too."""
    resident = await signup.to_confirm(db, secret, now=now)
    lines = sentences(OWN) if resident.band == "child" and resident.sign_in_id else []
    return page(request, "signup/confirm.html", secret=secret, resident=resident, lines=lines)


@post("/c/{secret:str}/confirmation", include_in_schema=False)
async def confirm(
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    """The address is theirs: they take part, and are signed in."""
    sign_in_id, _resident = await signup.confirm(db, secret, agreed(OWN), at=at, now=now)
    return await signed_in(request, db, sign_in_id, to="/me", now=now)


ROUTES = [begin, choose_who, done, question, answer, confirm_page, confirm]
