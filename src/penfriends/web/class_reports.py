"""What has been reported by or about the pupils of a class, as far as their teachers are told? (rule R31)"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import reasons
from penfriends.actions import class_alarms, classroom, teaching
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page

table("class_reports", class_reports=Permission.TEACHER)


@get("/classes/{class_id:uuid}/reports", include_in_schema=False)
async def class_reports(
    request: Request[Any, Any, Any],
    class_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """That there is a report, its kind and outcome: no words, and not who reported an own pupil."""
    teacher = await moderator_of(request, tracing_db)
    of = await teaching.own_class(tracing_db, class_id, teacher)
    alarms = await class_alarms.of_class(tracing_db, class_id, teacher, now=now)
    zone = await classroom.zone_of(tracing_db, of)
    return page(request, "classes/reports.html", of=of, alarms=alarms, reasons=reasons, zone=zone)


ROUTES = [class_reports]
