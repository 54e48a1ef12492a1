"""What of the mail needs a person? Messages to the team, mails set aside, deliveries that failed or are unsure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import desk_mail, viewing
from penfriends.i18n import gettext as _
from penfriends.web.desk import moderator_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "mail_desk",
    mail=Permission.STAFF,
    close_message=Permission.STAFF,
    mark_seen=Permission.STAFF,
    settle_arrived=Permission.STAFF,
    settle_not_arrived=Permission.STAFF,
    retry=Permission.STAFF,
    let_go=Permission.STAFF,
    write_again=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
BACK = "/desk/mail"


@get("/desk/mail", include_in_schema=False)
async def mail(request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """What waits, with the first names of whom it is for; a line in the log where they are children (rule R41)."""
    moderator = await moderator_of(request, tracing_db)
    found = await desk_mail.load(tracing_db, moderator, now=now)
    await viewing.note_list(tracing_db, moderator, found.people, now=now)
    return page(request, "mail_desk/list.html", now=now, mail=found)


@post("/desk/mail/messages/{message_id:uuid}/closing", include_in_schema=False)
async def close_message(
    request: Asked, message_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.close_message(db, message_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("The message is done."))


@post("/desk/mail/quarantine/{raw_mail_id:uuid}/seen", include_in_schema=False)
async def mark_seen(
    request: Asked, raw_mail_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.mark_seen(db, raw_mail_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("Marked as seen. It is deleted after 30 days."))


@post("/desk/mail/deliveries/{delivery_id:uuid}/arrived", include_in_schema=False)
async def settle_arrived(
    request: Asked, delivery_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.settle(db, delivery_id, await moderator_of(request, db), arrived=True, now=now)
    return go(BACK, say=_("Noted: it has arrived."))


@post("/desk/mail/deliveries/{delivery_id:uuid}/missing", include_in_schema=False)
async def settle_not_arrived(
    request: Asked, delivery_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.settle(db, delivery_id, await moderator_of(request, db), arrived=False, now=now)
    return go(BACK, say=_("It is sent again."))


@post("/desk/mail/deliveries/{delivery_id:uuid}/retry", include_in_schema=False)
async def retry(
    request: Asked, delivery_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.retry(db, delivery_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("It is sent again."))


@post("/desk/mail/deliveries/{delivery_id:uuid}/end", include_in_schema=False)
async def let_go(
    request: Asked, delivery_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.let_go(db, delivery_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("Done. A letter stays readable on the website."))


@post("/desk/mail/suppressions/{suppression_id:uuid}/lifting", include_in_schema=False)
async def write_again(
    request: Asked, suppression_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await desk_mail.lift(db, suppression_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_("We write to this address again."))


ROUTES = [
    mail,
    close_message,
    mark_seen,
    settle_arrived,
    settle_not_arrived,
    retry,
    let_go,
    write_again,
]
