"""What does a pupil see first: the pen friend, what to write, and where the own letter is?"""

from datetime import datetime
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import reserve_letters, threads
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page, visitor_of

table("pupil", pupil_home=Permission.PUPIL)


@get("/pupil", include_in_schema=False)
async def pupil_home(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """One card for each pen friend, with what to do now; those with whom it has ended stand in “My letters”. Below:
    what the teacher gave out of the class's bank."""
    resident_id = visitor_of(request).resident_id
    found = await threads.my_threads(db, resident_id, now=now)
    return page(
        request,
        "pupil/home.html",
        threads=[one for one in found if not one.ended],
        past=len(found),
        gifts=await reserve_letters.of_pupil(db, resident_id) if resident_id else (),
        now=now,
    )


ROUTES = [pupil_home]
