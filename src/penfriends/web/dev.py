"""How does a developer look around? Be anybody of the demo with one press, run the matching, sweep. Development only.

These pages are for developers and stay in English: they do not exist in production.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import people, sessions, teaching
from penfriends.actions.addresses import Addresses
from penfriends.actions.staff import one_time_secret
from penfriends.demo.load_places import ONE_TIME_SEED, PASSWORD
from penfriends.errors import NotFound
from penfriends.ids import fingerprint
from penfriends.jobs import Job, later
from penfriends.models.letters import Letter, Participant
from penfriends.models.moderation import MODERATING, Moderator
from penfriends.models.places import Association, Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.schools import ClassTeacher, Pupil, School, SchoolClass
from penfriends.models.signin import SignIn
from penfriends.rules.bands import Birth, age_on
from penfriends.settings import Settings
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of
from penfriends.web.state import database_of
from penfriends.web.visitor import session_cookie

table(
    "dev",
    start=Permission.DEVELOPMENT,
    become=Permission.DEVELOPMENT,
    match_now=Permission.DEVELOPMENT,
    sweep_now=Permission.DEVELOPMENT,
)


@get("/dev", include_in_schema=False)
async def start(
    request: Request[Any, Any, Any],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    one_time = one_time_secret(ONE_TIME_SEED, at.key)
    return page(
        request,
        "dev/start.html",
        moderators=await _moderators(db),
        classes=await _classes(db),
        writers=await _writers(db),
        residents=await _residents(db),
        guardians=await _guardians(db),
        ages=lambda one: age_on(Birth(one.birth_year, one.birth_on), now.date()),
        password=PASSWORD,
        secret=one_time,
        code=pyotp.TOTP(one_time).at(now),
    )


@post("/dev/sign-in", include_in_schema=False)
async def become(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Sign in as a moderator, teacher or guardian (`sign_in_id`), or as a resident or pupil (`resident_id`)."""
    form = await request.form()
    resident = await _found(db, Resident, form.get("resident_id"))
    sign_in = await _signs_in(db, resident) if resident else await _found(db, SignIn, form.get("sign_in_id"))
    if sign_in is None:
        raise NotFound
    staff = resident is None and await _moderates(db, sign_in.id)
    secret = await sessions.begin(db, sign_in.id, now=now, staff=staff, replaces=visitor_of(request).fingerprint)
    if resident is not None:
        await sessions.act_as(db, fingerprint(secret), resident.id)
    desk = "/classes" if await teaching.only_teaches(db, sign_in.id) else "/desk"
    start = "/pupil" if resident and await db.get(Pupil, resident.id) else "/me"
    return go(desk if staff else start, cookies=[_signed_in(secret, request.app.state.settings)])


@post("/dev/matching", include_in_schema=False)
async def match_now(db: NamedDependency[AsyncSession]) -> Redirect:
    later(db, Job.PROPOSE_MATCHES)
    return go("/dev", say="The matching was asked to run. The moderators find its proposals on their desks.")


@post("/dev/sweep", include_in_schema=False)
async def sweep_now(request: Request[Any, Any, Any]) -> Redirect:
    """All sweeps at once, here and not in a worker: the page comes back when they are done."""
    from workers import matching, sweeps
    from workers.tools import tools_for

    tools = tools_for(request.app.state.settings, database_of(request))
    await sweeps.sweep_letters(tools)
    await sweeps.sweep_people(tools)
    await matching.sweep_matches(tools)
    return go("/dev", say="Swept: whatever was forgotten has been asked for again.")


def _signed_in(secret: str, chosen: Settings) -> Cookie:
    return Cookie(
        key=session_cookie(chosen), value=secret, path="/", max_age=sessions.SESSION_DAYS * 86400,
        httponly=True, samesite="lax", secure=chosen.secure_cookies,
    )  # fmt: skip


async def _found(db: AsyncSession, kind: Any, value: object) -> Any:
    try:
        return await db.get(kind, UUID(str(value)))
    except ValueError:
        return None


async def _signs_in(db: AsyncSession, resident: Resident) -> SignIn | None:
    """A pupil by their own sign-in, which has no address; else whoever reads the mail."""
    if await db.get(Pupil, resident.id):
        return await db.get(SignIn, resident.sign_in_id)
    return await people.mail_to(db, resident)


async def _moderates(db: AsyncSession, sign_in_id: UUID) -> bool:
    return (await db.exec(select(Moderator.id).where(Moderator.sign_in_id == sign_in_id))).first() is not None


async def _moderators(db: AsyncSession) -> dict[str, list[Moderator]]:
    """By the names of their associations."""
    found = await db.exec(
        select(Association.name, Moderator)
        .join(Moderator, col(Moderator.association_id) == col(Association.id))
        .where(col(Moderator.role).in_(MODERATING))
        .order_by(col(Association.id), col(Moderator.id))
    )
    return _grouped(found.all())


async def _classes(db: AsyncSession) -> dict[str, list[tuple[SchoolClass, list[Moderator], list[Resident]]]]:
    """By the names of their schools, each with its teachers and pupils."""
    found = await db.exec(
        select(School.name, SchoolClass)
        .join(SchoolClass, col(SchoolClass.school_id) == col(School.id))
        .order_by(col(School.id), col(SchoolClass.name))
    )
    teachers = await db.exec(
        select(ClassTeacher.class_id, Moderator)
        .join(Moderator, col(Moderator.id) == col(ClassTeacher.moderator_id))
        .where(col(ClassTeacher.until).is_(None))
        .order_by(col(Moderator.id))
    )
    pupils = await db.exec(
        select(Pupil.class_id, Resident)
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(col(Pupil.left_at).is_(None))
        .order_by(col(Resident.first_name), col(Resident.id))
    )
    by, of = _grouped(teachers), _grouped(pupils)
    return _grouped((school, (one, by.get(one.id, []), of.get(one.id, []))) for school, one in found)


async def _residents(db: AsyncSession) -> dict[str, list[tuple[Resident, bool]]]:
    """By the English names of their towns, each with whether anybody can sign in as them (paper has no sign-in)."""
    found = await db.exec(
        select(Town, Resident)
        .join(Resident, col(Resident.town_id) == col(Town.id))
        .outerjoin(Pupil, col(Pupil.resident_id) == col(Resident.id))
        .where(Resident.state != ResidentState.LEFT, col(Pupil.resident_id).is_(None))
        .order_by(col(Town.id), col(Resident.first_name), col(Resident.id))
    )
    return _grouped(
        (town.names.get("en", town.name), (one, bool(one.sign_in_id or one.guardian_id))) for town, one in found.all()
    )


async def _writers(db: AsyncSession) -> list[tuple[Resident, Town, int]]:
    """Who has written most."""
    found = await db.exec(
        select(Resident, Town, func.count(col(Letter.id)))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .join(Letter, col(Letter.author_id) == col(Participant.id))
        .outerjoin(Pupil, col(Pupil.resident_id) == col(Resident.id))
        .where(col(Pupil.resident_id).is_(None))
        .group_by(col(Resident.id), col(Town.id))
        .order_by(func.count(col(Letter.id)).desc(), col(Resident.id))
        .limit(36)
    )
    return [row for row in found.all() if row[0].sign_in_id or row[0].guardian_id]


async def _guardians(db: AsyncSession) -> list[tuple[SignIn, list[Resident]]]:
    found = await db.exec(
        select(SignIn, Resident)
        .join(Guardian, col(Guardian.sign_in_id) == col(SignIn.id))
        .join(Resident, col(Resident.guardian_id) == col(Guardian.id))
        .order_by(col(SignIn.id), col(Resident.first_name))
    )
    rows = found.all()
    adults = {adult.id: adult for adult, _child in rows}
    return [(adults[key], children) for key, children in _grouped((adult.id, child) for adult, child in rows).items()]


def _grouped(pairs: Any) -> dict[Any, list[Any]]:
    made: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        made[key].append(value)
    return dict(made)


ROUTES = [start, become, match_now, sweep_now]
