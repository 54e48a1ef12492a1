"""How do volunteers sign in, and how do they accept an invitation? Password first, then a one-time code (rule R40)."""

import hmac
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import segno
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import staff
from penfriends.actions.addresses import Addresses
from penfriends.i18n import gettext as _
from penfriends.settings import settings
from penfriends.web.forms import filled
from penfriends.web.forms.staff import InvitationForm, OneTimeCodeForm, StaffSignInForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import cookie_of, go, page, source_of
from penfriends.web.signin import signed_in

table(
    "staff",
    password_page=Permission.ANYONE,
    enter_password=Permission.ANYONE,
    code_page=Permission.ANYONE,
    enter_code=Permission.ANYONE,
    invitation_page=Permission.LINK,
    accept_invitation=Permission.LINK,
)
HALFWAY_COOKIE = "halfway"
HALFWAY_SECONDS = 600
Shown = Request[Any, Any, Any]


@get("/staff/sign-in", include_in_schema=False)
async def password_page(request: Shown) -> Template:
    return page(
        request, "staff/sign_in.html", form=StaffSignInForm(data={"next": request.query_params.get("next", "")})
    )


@post("/staff/sign-in", include_in_schema=False)
async def enter_password(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """The first of two proofs. A wrong password and an unknown address look alike."""
    form = await filled(StaffSignInForm, request)
    if not form.validate():
        return page(request, "staff/sign_in.html", status=422, form=form)
    pepper = settings().password_pepper
    found = await staff.check_password(
        db, form.email.data, form.password.data or "", pepper=pepper, source=source_of(request), now=now
    )
    if found is None:
        form.password.errors = [_("Address and password do not fit together.")]
        return page(request, "staff/sign_in.html", status=422, form=form)
    halfway = _sealed(found, form.next.data or "", at.key, now)
    return go("/staff/code", cookies=[_halfway(halfway, HALFWAY_SECONDS)])


@get("/staff/code", include_in_schema=False)
async def code_page(
    request: Shown, at: NamedDependency[Addresses], now: NamedDependency[datetime]
) -> Template | Redirect:
    if _opened(cookie_of(request, HALFWAY_COOKIE), at.key, now) is None:
        return go(
            "/staff/sign-in", say=_("Please begin with your password. The code is asked for after it."), kind="note"
        )
    return page(request, "staff/code.html", form=OneTimeCodeForm())


@post("/staff/code", include_in_schema=False)
async def enter_code(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """The second proof. Each code opens once."""
    halfway = _opened(cookie_of(request, HALFWAY_COOKIE), at.key, now)
    if halfway is None:
        return go("/staff/sign-in", say=_("That took more than ten minutes. Please begin again."), kind="note")
    form = await filled(OneTimeCodeForm, request)
    if not await staff.check_one_time_code(db, halfway[0], form.code.data or "", key=at.key, now=now):
        form.code.errors = [_("This code does not fit. Wait for the next one and type it here.")]
        return page(request, "staff/code.html", status=422, form=form)
    answer = await signed_in(request, db, halfway[0], to=halfway[1], staff=True, now=now)
    answer.cookies.append(_halfway("", 0))
    return answer


@get("/staff/invitation/{secret:str}", include_in_schema=False)
async def invitation_page(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    return await _invitation(request, InvitationForm(), secret, db, at, now)


@post("/staff/invitation/{secret:str}", include_in_schema=False)
async def accept_invitation(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Password and authenticator are set together; afterwards the volunteer is signed in."""
    form = await filled(InvitationForm, request)
    moderator, sign_in = await staff.invited(db, secret, now=now)
    password, pepper = form.password.data or "", settings().password_pepper
    if staff.weak_password(password, email=sign_in.email or "", name=moderator.name):
        form.password.errors = [_("Please choose at least 12 characters, and not your name or address.")]
        return await _invitation(request, form, secret, db, at, now, status=422)
    typed = form.code.data or ""
    found = await staff.accept_invitation(db, secret, password=password, typed=typed, at=at, pepper=pepper, now=now)
    if found is None:
        form.password.errors = [_("Please type your password once more.")]
        form.code.errors = [_("This code does not fit. Wait for the next one and type it here.")]
        return await _invitation(request, form, secret, db, at, now, status=422)
    return await signed_in(request, db, found, staff=True, now=now)


async def _invitation(
    request: Shown,
    form: InvitationForm,
    secret: str,
    db: AsyncSession,
    at: Addresses,
    now: datetime,
    *,
    status: int = 200,
) -> Template:
    moderator, sign_in = await staff.invited(db, secret, now=now)
    one_time = staff.one_time_secret(secret, at.key)
    address = staff.one_time_address(one_time, sign_in)
    spaced = " ".join(one_time[start : start + 4] for start in range(0, len(one_time), 4))
    drawing = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#ffffff", dark="#000000")
    return page(
        request,
        "staff/invitation.html",
        status=status,
        form=form,
        secret=secret,
        moderator=moderator,
        address=address,
        spaced=spaced,
        drawing=Markup(drawing),  # noqa: S704 (made here, of our own text)
    )


# --- between the two proofs ------------------------------------------------------------------------------------------


def _sealed(sign_in_id: UUID, back: str, key: bytes, now: datetime) -> str:
    """Who has shown the password, until when; signed, so that the browser cannot say it by itself."""
    value = f"{sign_in_id}|{int(now.timestamp()) + HALFWAY_SECONDS}|{back}"
    return quote(f"{_signature(value, key)}|{value}", safe="")


def _opened(cookie: str, key: bytes, now: datetime) -> tuple[UUID, str] | None:
    signature, _bar, value = unquote(cookie).partition("|")
    if not value or not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(value, key).encode()):
        return None
    sign_in_id, until, back = value.split("|", 2)
    return (UUID(sign_in_id), back) if int(until) > now.timestamp() else None


def _signature(value: str, key: bytes) -> str:
    return hmac.digest(key, f"halfway:{value}".encode("utf-8", "replace"), "sha256").hex()


def _halfway(value: str, seconds: int) -> Cookie:
    return Cookie(
        key=HALFWAY_COOKIE,
        value=value,
        path="/staff",
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=settings().secure_cookies,
    )


ROUTES = [password_page, enter_password, code_page, enter_code, invitation_page, accept_invitation]
