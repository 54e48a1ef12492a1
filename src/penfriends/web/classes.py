"""What does a teacher see first: the own classes, and what is next for each?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import calendar_words
from penfriends.actions import (
    class_alarms,
    class_calendar,
    class_doors,
    class_teachers,
    class_years,
    classes,
    running_out,
    teaching,
)
from penfriends.actions.class_list import name_of
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page

table("classes", own_classes=Permission.TEACHER, show_class=Permission.TEACHER)
Asked = Request[Any, Any, Any]


@get("/classes", include_in_schema=False)
async def own_classes(request: Asked, db: NamedDependency[AsyncSession]) -> Template:
    teacher = await moderator_of(request, db)
    return page(
        request,
        "classes/list.html",
        teacher=teacher,
        school=await teaching.school_of(db, teacher.id),
        cards=await classes.cards(db, teacher),
    )


@get("/classes/{class_id:uuid}", include_in_schema=False)
async def show_class(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """One class, and the ways to everything of it."""
    teacher = await moderator_of(request, db)
    card = await classes.card(db, class_id, teacher)
    dates = None
    if card.pairing and card.pairing.state in class_calendar.OPEN:
        dates = await class_calendar.of_pairing(db, card.pairing.id, teacher, now=now, lights=True)
    return page(
        request,
        "classes/class.html",
        card=card,
        grown=[name_of(*one) for one in await class_years.grown_up(db, card.row)],
        locked=len(await class_doors.locked(db, card.row)),
        adults=len(await class_teachers.adults(db, card.row)),
        dates=dates,
        ends=await running_out.of_class(db, card.row, teacher, now=now),
        reports=await class_alarms.count_open(db, class_id),
        date_words=calendar_words,
    )


ROUTES = [own_classes, show_class]
