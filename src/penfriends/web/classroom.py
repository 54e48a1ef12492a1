"""How does a pupil come in: the code of the class, the own name, three pictures? Without an address or a password.

Between the steps a signed cookie of ten minutes says which class, who and which pictures so far; nothing else is
remembered, because the next child may sit down at the same device.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import classroom
from penfriends.actions.addresses import Addresses
from penfriends.actions.classroom import Outcome, Seat
from penfriends.actions.keys import derived
from penfriends.errors import NotFound, Refused
from penfriends.i18n import gettext as _
from penfriends.models.schools import SchoolClass
from penfriends.rules import name_order
from penfriends.settings import settings
from penfriends.web.forms import filled
from penfriends.web.forms.classroom import PICTURE_WORDS, ClassCodeForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import cookie_of, go, page, source_of, visitor_of
from penfriends.web.signin import browser_session

table(
    "classroom",
    start=Permission.ANYONE,
    from_card=Permission.ANYONE,
    enter_code=Permission.ANYONE,
    names_page=Permission.ANYONE,
    choose_name=Permission.ANYONE,
    pictures_page=Permission.ANYONE,
    choose_picture=Permission.ANYONE,
)
SEAT_COOKIE = "seat"
SEAT_SECONDS = 600
LONGEST_CODE = 40
Shown = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """How far somebody is: the class, then who, then the pictures chosen so far."""

    class_id: UUID
    resident_id: UUID | None = None
    pictures: tuple[str, ...] = ()


@get("/class", include_in_schema=False)
async def start(request: Shown) -> Template | Redirect:
    if visitor_of(request).is_pupil:
        return go("/pupil")
    return page(request, "classroom/code.html", form=ClassCodeForm())


@get("/class/{code:str}", include_in_schema=False)
async def from_card(request: Shown, code: FromPath[str]) -> Template:
    """The address on the card fills the code in. It asks no database: looking tells a guesser nothing."""
    return page(request, "classroom/code.html", form=ClassCodeForm(data={"code": code[:LONGEST_CODE]}))


@post("/class", include_in_schema=False)
async def enter_code(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """The same answer to a code that does not exist and to one whose lesson is not now."""
    form = await filled(ClassCodeForm, request)
    if not form.validate():
        return page(request, "classroom/code.html", status=422, form=form)
    try:
        found = await classroom.by_code(db, form.code.data or "", source=source_of(request), now=now)
    except Refused:
        form.code.errors = [_("There were too many wrong tries. Please ask your teacher.")]
        return page(request, "classroom/code.html", status=429, form=form)
    if found is None:
        form.code.errors = [_("This code opens nothing now. Look at your card again, or ask your teacher.")]
        return page(request, "classroom/code.html", status=422, form=form)
    return _on(Step(found.id), "/class/names", at=at, now=now)


@get("/class/names", include_in_schema=False)
async def names_page(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    here = await _here(request, db, at=at, now=now)
    if here is None:
        return go("/class")
    found = await classroom.names(db, here[1])
    language = visitor_of(request).language
    names = sorted(found, key=lambda one: name_order.key(f"{one[1].first_name} {one[0].initial}", language))
    return page(request, "classroom/names.html", names=names)


@post("/class/names", include_in_schema=False)
async def choose_name(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    here = await _here(request, db, at=at, now=now)
    who = _as_id((await request.form()).get("who"))
    if here is None or who is None:
        return go("/class")
    seat = await classroom.seat(db, here[1], who)
    return _on(Step(seat.of.id, seat.resident.id), "/class/pictures", at=at, now=now)


@get("/class/pictures", include_in_schema=False)
async def pictures_page(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    here = await _here(request, db, at=at, now=now)
    if here is None or here[0].resident_id is None:
        return go("/class")
    step, seat = here[0], await classroom.seat(db, here[1], here[0].resident_id)
    kind = "locked" if seat.pupil.locked_at else "no_card" if seat.pupil.pictures is None else "pictures"
    return page(
        request, "classroom/pictures.html", kind=kind, seat=seat, chosen=len(step.pictures), length=classroom.LENGTH,
        pictures=[(one, PICTURE_WORDS[one]) for one in classroom.PICTURES],
    )  # fmt: skip


@post("/class/pictures", include_in_schema=False)
async def choose_picture(
    request: Shown,
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    """One tap: a picture more, or the last one taken back. The third one is judged."""
    here = await _here(request, db, at=at, now=now)
    if here is None or here[0].resident_id is None:
        return go("/class")
    step, seat = here[0], await classroom.seat(db, here[1], here[0].resident_id)
    tapped = str((await request.form()).get("picture", ""))
    if tapped not in classroom.PICTURES:
        return _on(replace(step, pictures=step.pictures[:-1]), "/class/pictures", at=at, now=now)
    chosen = (*step.pictures, tapped)
    if len(chosen) < classroom.LENGTH:
        return _on(replace(step, pictures=chosen), "/class/pictures", at=at, now=now)
    try:
        outcome = await classroom.try_pictures(db, seat, chosen, key=at.key, source=source_of(request), now=now)
    except Refused:
        return go("/class", say=_("There were too many wrong tries. Please ask your teacher."), kind="warn")
    if outcome is Outcome.RIGHT:
        return await _come_in(request, db, seat, now=now)
    say = _("Those were not your pictures. Try again.") if outcome is Outcome.WRONG else ""
    return _on(replace(step, pictures=()), "/class/pictures", say=say, at=at, now=now)


# --- what the handlers share ---------------------------------------------------------------------------------------


async def _come_in(request: Shown, db: AsyncSession, seat: Seat, *, now: datetime) -> Redirect:
    """A new session in this browser; the one that it had before ends, and the steps are forgotten."""
    secret, lasts = await classroom.sign_in(db, seat, replaces=visitor_of(request).fingerprint, now=now)
    return go("/pupil", cookies=[browser_session(secret, int(lasts.total_seconds())), _cookie("", 0)])


async def _here(request: Shown, db: AsyncSession, *, at: Addresses, now: datetime) -> tuple[Step, SchoolClass] | None:
    """How far this browser is, and its class; None where it has not begun, or the lesson is over meanwhile."""
    step = _step(request, at=at, now=now)
    try:
        return (step, await classroom.still_open(db, step.class_id, now=now)) if step else None
    except NotFound:
        return None


def _on(step: Step, path: str, *, say: str = "", at: Addresses, now: datetime) -> Redirect:
    return go(path, say=say, kind="note", cookies=[_cookie(sealed(step, at.key, now), SEAT_SECONDS)])


def _step(request: Shown, *, at: Addresses, now: datetime) -> Step | None:
    """How far this browser is; None where it has not begun, or began more than ten minutes ago."""
    signature, _bar, value = unquote(cookie_of(request, SEAT_COOKIE)).partition("|")
    if not value or not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(value, at.key).encode()):
        return None
    until, class_id, resident_id, pictures = value.split("|")
    if int(until) <= now.timestamp():
        return None
    return Step(UUID(class_id), _as_id(resident_id), tuple(filter(None, pictures.split(","))))


def sealed(step: Step, key: bytes, now: datetime) -> str:
    until = int(now.timestamp()) + SEAT_SECONDS
    value = f"{until}|{step.class_id}|{step.resident_id or ''}|{','.join(step.pictures)}"
    return quote(f"{_signature(value, key)}|{value}", safe="")


def _signature(value: str, key: bytes) -> str:
    return hmac.digest(derived(key, "seat"), value.encode("utf-8", "replace"), "sha256").hex()


def _as_id(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(
        key=SEAT_COOKIE, value=value, path="/class", max_age=seconds, httponly=True, samesite="strict",
        secure=settings().secure_cookies,
    )  # fmt: skip


ROUTES = [start, from_card, enter_code, names_page, choose_name, pictures_page, choose_picture]
