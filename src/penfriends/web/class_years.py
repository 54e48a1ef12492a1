"""How does a teacher let a class live on: another lead, the next school year, an end with thanks, a summary?"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    class_asks,
    class_endings,
    class_summaries,
    class_teachers,
    class_years,
    pairing_steps,
    teaching,
)
from penfriends.actions.addresses import Addresses
from penfriends.actions.class_list import name_of
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.schools import ClassState, SchoolClass
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.class_years import NextYearForm, ThanksForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "class_years",
    year=Permission.TEACHER,
    next_year_page=Permission.TEACHER,
    next_year=Permission.TEACHER,
    keep_partner=Permission.TEACHER,
    thank=Permission.TEACHER,
    end_class=Permission.TEACHER,
    summary=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]
AUDIENCES = ("parents", "funder")


@get("/classes/{class_id:uuid}/year", include_in_schema=False)
async def year(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Who leads the class, what comes after this year, and how it ends."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    return await _year_page(request, db, of, ThanksForm(), now=now)


@get("/classes/{class_id:uuid}/year/next", include_in_schema=False)
async def next_year_page(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    """The same pupils or some of them, with new dates."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    known = await _pupils(db, of)
    form = NextYearForm(
        data={
            "name": of.name, "starts_on": _a_year_on(of.starts_on), "ends_on": _a_year_on(of.ends_on),
            "staying": [code for code, _name in known],
        }
    ).offer(known)  # fmt: skip
    return page(request, "class_years/next.html", of=of, form=form)


@post("/classes/{class_id:uuid}/year/next", include_in_schema=False)
async def next_year(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    form: NextYearForm = (await filled(NextYearForm, request)).offer(await _pupils(db, of))
    if not form.validate() or form.starts_on.data is None or form.ends_on.data is None:
        return page(request, "class_years/next.html", status=422, of=of, form=form)
    new = await class_years.begin_next(
        db, class_id, teacher, name=str(form.name.data), starts_on=form.starts_on.data, ends_on=form.ends_on.data,
        staying={UUID(one) for one in form.staying.data or []}, at=at, now=now,
    )  # fmt: skip
    return go(f"/classes/{new.id}/year", say=_("The new school year has begun. The guardians have to say yes anew."))


@post("/classes/{class_id:uuid}/year/partner", include_in_schema=False)
async def keep_partner(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    sent = await request.form()
    teacher, other = await moderator_of(request, db), _id(str(sent.get("other", "")))
    pairing = await class_years.keep_partner(db, class_id, other, teacher, words="", at=at, now=now)
    return go(f"/pairings/{pairing.id}", say=_("The teachers of the other class are asked."))


@post("/classes/{class_id:uuid}/year/thanks", include_in_schema=False)
async def thank(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """End the exchange with a few words."""
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    form = await filled(ThanksForm, request)
    if not form.validate():
        return await _year_page(request, db, of, form, now=now, status=422)
    standing = await class_asks.standing_of(db, class_id)
    if not standing:
        raise NotFound
    await class_endings.thank(db, standing[0].id, teacher, thanks=form.thanks.data, at=at, now=now)
    return go(f"/classes/{class_id}/year", say=_("The exchange has ended. All letters stay readable."))


@post("/classes/{class_id:uuid}/year/ending", include_in_schema=False)
async def end_class(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    """The class is over; its letters stay readable for its teachers."""
    teacher = await moderator_of(request, db)
    of = await teaching.own_class(db, class_id, teacher)
    if of.state is ClassState.ACTIVE:
        await class_endings.end_class(db, of, by=teacher, at=at, now=now)
    return go(f"/classes/{class_id}/year", say=_("The class has ended. Its letters stay readable for you."))


@get("/classes/{class_id:uuid}/year/{audience:str}", include_in_schema=False)
async def summary(
    request: Asked,
    class_id: FromPath[UUID],
    audience: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """Numbers for paper: no name, no small group."""
    if audience not in AUDIENCES:
        raise NotFound
    told = await class_summaries.summary(db, class_id, await moderator_of(request, db), now=now)
    return page(request, "class_years/summary.html", told=told, audience=audience, now=now)


async def _year_page(
    request: Asked, db: AsyncSession, of: SchoolClass, form: ThanksForm, *, now: datetime, status: int = 200
) -> Template:
    standing = await class_asks.standing_of(db, of.id)
    return page(
        request,
        "class_years/year.html",
        status=status,
        of=of,
        now=now,
        form=form,
        adults=await class_teachers.adults(db, of),
        following=await class_years.next_of(db, of.id),
        standing=[(one, await pairing_steps.places_of(db, one)) for one in standing],
        former=[] if standing else await class_years.former_partners(db, of),
    )


async def _pupils(db: AsyncSession, of: SchoolClass) -> list[tuple[str, str]]:
    return [
        (str(pupil.resident_id), name_of(pupil, resident)) for pupil, resident in await class_years.may_stay(db, of)
    ]


def _a_year_on(day: date) -> date:
    """The same day of the next year; for a 29 February the day before."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise NotFound from None


ROUTES = [year, next_year_page, next_year, keep_partner, thank, end_class, summary]
