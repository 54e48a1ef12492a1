"""What of the mail needs a person? Messages to the team, mails set aside, deliveries that failed or are unsure."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import mail_advice, mail_reasons
from penfriends.actions import desk_mail, mail_care, viewing
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import N_
from penfriends.i18n import gettext as _
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import AnswerForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "mail_desk",
    mail=Permission.STAFF,
    do=Permission.STAFF,
    answer_page=Permission.STAFF,
    answer=Permission.STAFF,
)
Asked = Request[Any, Any, Any]
BACK = "/desk/mail"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a button of the page does to one row, and what is said then."""

    act: Callable[..., Awaitable[None]]
    said: str


DEEDS: Mapping[tuple[str, str], Deed] = {
    ("messages", "closing"): Deed(mail_care.close_message, N_("The message is done.")),
    ("quarantine", "seen"): Deed(mail_care.mark_seen, N_("Marked as seen. It is deleted after 30 days.")),
    ("quarantine", "again"): Deed(mail_care.read_again, N_("It is read once more.")),
    ("waiting", "again"): Deed(mail_care.read_again, N_("The writer is asked once more, by mail.")),
    ("waiting", "end"): Deed(mail_care.put_away, N_("Done. If the writer says yes after all, it becomes a letter.")),
    ("deliveries", "arrived"): Deed(partial(mail_care.settle, arrived=True), N_("Noted: it has arrived.")),
    ("deliveries", "missing"): Deed(partial(mail_care.settle, arrived=False), N_("It is sent again.")),
    ("deliveries", "retry"): Deed(mail_care.retry, N_("It is sent again.")),
    ("deliveries", "end"): Deed(mail_care.let_go, N_("Done. A letter stays readable on the website.")),
    ("suppressions", "lifting"): Deed(mail_care.lift, N_("We write to this address again.")),
}


@get("/desk/mail", include_in_schema=False)
async def mail(request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    """What waits, with the first names of whom it is for; a line in the log where they are children (rule R41)."""
    moderator = await moderator_of(request, tracing_db)
    found = await desk_mail.load(tracing_db, moderator, now=now)
    await viewing.note_list(tracing_db, moderator, found.people, now=now)
    return page(request, "mail_desk/list.html", now=now, mail=found, words=mail_reasons, advice=mail_advice)


@post("/desk/mail/{kind:str}/{row_id:uuid}/{deed:str}", include_in_schema=False)
async def do(
    request: Asked,
    kind: FromPath[str],
    row_id: FromPath[UUID],
    deed: FromPath[str],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """Any button of the page: each row of DEEDS is one."""
    if (kind, deed) not in DEEDS:
        raise NotFound
    chosen = DEEDS[kind, deed]
    await chosen.act(db, row_id, await moderator_of(request, db), now=now)
    return go(BACK, say=_(chosen.said))


@get("/desk/mail/answer/{message_id:uuid}", include_in_schema=False)
async def answer_page(
    request: Asked,
    message_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """Write back to somebody who wrote to the team."""
    return await _answer_page(request, tracing_db, message_id, AnswerForm(), now=now)


@post("/desk/mail/answer/{message_id:uuid}", include_in_schema=False)
async def answer(
    request: Asked,
    message_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """It leaves from the team's address."""
    form = await filled(AnswerForm, request)
    if not form.validate():
        return await _answer_page(request, db, message_id, form, now=now, status=422)
    moderator = await moderator_of(request, db)
    if not await mail_care.answer(db, message_id, moderator, text=form.text.data, at=at, now=now):
        form.text.errors = [_("Your own address stands in the text. Please take it out: answers come from the team.")]
        return await _answer_page(request, db, message_id, form, now=now, status=422)
    return go(BACK, say=_("The answer is on its way, from the team’s address."))


async def _answer_page(
    request: Asked, db: AsyncSession, message_id: UUID, form: AnswerForm, *, now: datetime, status: int = 200
) -> Template:
    moderator = await moderator_of(request, db)
    message = await desk_mail.message_for(db, message_id, moderator, now=now)
    if message.row.sign_in_id is None:
        raise NotFound
    await viewing.note_list(db, moderator, [message.writer.resident] if message.writer else [], now=now)
    return page(request, "mail_desk/answer.html", status=status, message=message, form=form)


ROUTES = [mail, do, answer_page, answer]
