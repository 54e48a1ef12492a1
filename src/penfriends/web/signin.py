"""How do residents and guardians sign in and out? By a link or six digits from a mail, without a password."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import structlog
from litestar import Request, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, sessions, signin, teaching
from penfriends.actions.addresses import Addresses
from penfriends.db import Database
from penfriends.i18n import gettext as _
from penfriends.models.signin import LinkPurpose
from penfriends.settings import settings
from penfriends.web.forms import filled
from penfriends.web.forms.signin import CodeForm, SignInForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import cookie_of, go, page, source_of, visitor_of
from penfriends.web.state import database_of
from penfriends.web.visitor import session_cookie

table(
    "signin",
    sign_in_page=Permission.ANYONE,
    ask_for_mail=Permission.ANYONE,
    code_page=Permission.ANYONE,
    enter_code=Permission.ANYONE,
    link_page=Permission.LINK,
    follow_link=Permission.LINK,
    sign_out=Permission.ANYONE,
)
WAITING_COOKIE = "signing_in"
log = structlog.get_logger()


@get("/sign-in", include_in_schema=False)
async def sign_in_page(request: Request[Any, Any, Any]) -> Template:
    back = request.query_params.get("next", "")
    return page(request, "signin/start.html", form=SignInForm(data={"next": back}))


@post("/sign-in", include_in_schema=False)
async def ask_for_mail(
    request: Request[Any, Any, Any],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """The same answer for every address, known or not."""
    form = await filled(SignInForm, request)
    if not form.validate():
        return page(request, "signin/start.html", status=422, form=form)
    await signin.may_ask(db, form.email.data, source=source_of(request), now=now)
    waiting = quote(json.dumps([form.email.data, form.next.data or ""]))
    answer = go("/sign-in/code", cookies=[_waiting(waiting, signin.MINUTES * 60)])
    answer.background = BackgroundTask(_mail_way_in, database_of(request), form.email.data, at, now)
    return answer


async def _mail_way_in(database: Database, email: str, at: Addresses, now: datetime) -> None:
    """What depends on whether the address is known happens after the answer, in a transaction of its own."""
    try:
        async with database.transaction() as db:
            await signin.ask(db, email, at=at, now=now)
    except Exception as error:  # noqa: BLE001 (nobody waits for it any more; the person asks again)
        log.error("sign_in_mail_not_queued", error=type(error).__name__)


@get("/sign-in/code", include_in_schema=False)
async def code_page(request: Request[Any, Any, Any]) -> Template | Redirect:
    email, _back = _who_waits(request)
    return page(request, "signin/code.html", form=CodeForm(), email=email) if email else go("/sign-in")


@post("/sign-in/code", include_in_schema=False)
async def enter_code(
    request: Request[Any, Any, Any],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """A wrong code, an old code and an unknown address look alike."""
    email, back = _who_waits(request)
    if not email:
        return go("/sign-in")
    form = await filled(CodeForm, request)
    if not form.validate():
        return page(request, "signin/code.html", status=422, form=form, email=email)
    found = await signin.by_code(db, email, form.code.data or "", key=at.key, source=source_of(request), now=now)
    if found is None:
        form.code.errors = [_("This code does not fit. Look for the newest e-mail, or ask for another.")]
        return page(request, "signin/code.html", status=422, form=form, email=email)
    return await signed_in(request, db, found, to=back, now=now)


@get("/s/{secret:str}", include_in_schema=False)
async def link_page(
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """A button only: programs that look at mails open links, too."""
    await links.find(db, secret, LinkPurpose.SIGN_IN, now=now)
    return page(request, "signin/link.html", secret=secret)


@post("/s/{secret:str}", include_in_schema=False)
async def follow_link(
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    found = await signin.by_link(db, secret, now=now)
    return await signed_in(request, db, found, to=_who_waits(request)[1], now=now)


@post("/sign-out", include_in_schema=False)
async def sign_out(request: Request[Any, Any, Any], db: NamedDependency[AsyncSession]) -> Redirect:
    visitor = visitor_of(request)
    if visitor.fingerprint:
        await sessions.end(db, visitor.fingerprint)
    answer = go("/class" if visitor.is_pupil else "/", say=_("You are signed out."), cookies=[browser_session("", 0)])
    if visitor.is_pupil:  # the next child at this device finds nothing that was typed on it
        answer.headers["clear-site-data"] = '"storage"'
    return answer


async def signed_in(
    request: Request[Any, Any, Any],
    db: AsyncSession,
    sign_in_id: UUID,
    *,
    to: str = "",
    staff: bool = False,
    now: datetime,
) -> Redirect:
    """Begin a new session in this browser and go on; the one that it had before ends."""
    before = visitor_of(request).fingerprint
    secret = await sessions.begin(db, sign_in_id, now=now, staff=staff, replaces=before)
    residents = await sessions.residents_of(db, sign_in_id)
    desk = "/classes" if await teaching.only_teaches(db, sign_in_id) else "/desk"
    start = desk if staff else "/me" if len(residents) == 1 else "/me/who"
    seconds = sessions.SESSION_DAYS * 86400
    target = to if to.startswith("/") and to != "/me" else start
    return go(target, cookies=[browser_session(secret, seconds), _waiting("", 0)])


def browser_session(secret: str, seconds: int) -> Cookie:
    chosen = settings()
    return Cookie(
        key=session_cookie(chosen),
        value=secret,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=chosen.secure_cookies,
    )


def _waiting(value: str, seconds: int) -> Cookie:
    """Who asked for a mail in this browser, so that nobody types the address twice."""
    return Cookie(
        key=WAITING_COOKIE,
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=settings().secure_cookies,
    )


def _who_waits(request: Request[Any, Any, Any]) -> tuple[str, str]:
    """(address, where to go afterwards) of this browser's last question for a mail."""
    try:
        email, back = json.loads(unquote(cookie_of(request, WAITING_COOKIE)))
        return str(email), str(back)
    except (ValueError, TypeError, RecursionError):  # anybody may plant a cookie
        return "", ""


ROUTES = [sign_in_page, ask_for_mail, code_page, enter_code, link_page, follow_link, sign_out]
