"""How does a moderator look into an alarm and close it? Every view leaves a line (rules R31, R41)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, queues, viewing
from penfriends.actions import reports as alarms
from penfriends.actions.addresses import Addresses
from penfriends.errors import Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.models.letters import Correspondence
from penfriends.models.moderation import Moderator, ReportOutcome, ReportState
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import CloseReportForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.words import refusal_sentence

table(
    "reports",
    report_list=Permission.STAFF,
    show_report=Permission.STAFF,
    take_report=Permission.STAFF,
    close_report=Permission.STAFF,
)
Asked = Request[Any, Any, Any]


@get("/desk/reports", include_in_schema=False)
async def report_list(
    request: Asked, tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Open alarms, children's first; below them the last that were closed."""
    desk = await desk_of(request, tracing_db, now)
    waiting = await queues.reports(tracing_db, desk, now=now)
    closed_ones = await queues.reports(tracing_db, desk, now=now, closed=True)
    shown = [face.resident for one in (*waiting, *closed_ones) for face in (one.reporter, one.reported)]
    await viewing.note_list(tracing_db, desk.moderator, shown, now=now)
    return page(
        request,
        "reports/list.html",
        now=now,
        waiting=waiting,
        closed_ones=closed_ones,
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/reports/{report_id:uuid}", include_in_schema=False)
async def show_report(
    request: Asked, report_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Who says what about whom, and the letters of the two as they are."""
    moderator = await moderator_of(request, tracing_db)
    return await _report_page(request, tracing_db, moderator, report_id, CloseReportForm(), now=now)


@post("/desk/reports/{report_id:uuid}/claim", include_in_schema=False)
async def take_report(
    request: Asked, report_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """Take it, so that two never decide the same."""
    if not await alarms.take(db, report_id, await moderator_of(request, db), now=now):
        raise Refused(Refusal.TAKEN_BY_ANOTHER)
    return go(f"/desk/reports/{report_id}", say=_("This report is yours for half an hour."))


@post("/desk/reports/{report_id:uuid}/closing", include_in_schema=False)
async def close_report(
    request: Asked,
    report_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Close it with an outcome and a note; the reporter hears the outcome."""
    moderator = await moderator_of(request, db)
    form = await filled(CloseReportForm, request)
    if not form.validate():
        return await _report_page(request, db, moderator, report_id, form, now=now, status=422)
    outcome = ReportOutcome(form.outcome.data)
    told = await alarms.close(db, report_id, moderator, outcome=outcome, note=form.note.data, at=at, now=now)
    said = _("The report is closed, and the reporter hears what came of it.") if told else _("The report is closed.")
    return go("/desk/reports", say=said)


async def _report_page(
    request: Asked,
    db: AsyncSession,
    moderator: Moderator,
    report_id: UUID,
    form: CloseReportForm,
    *,
    now: datetime,
    status: int = 200,
) -> Template:
    row = await alarms.view_report(db, report_id, moderator, now=now)
    holder = await db.get(Moderator, row.claimed_by) if row.claimed_by else None
    is_held = holder is not None and row.claimed_until is not None and row.claimed_until > now
    return page(
        request,
        "reports/report.html",
        status=status,
        report=row,
        form=form,
        now=now,
        correspondence=await db.get_one(Correspondence, row.correspondence_id),
        reporter=await compose.side_of(db, row.reporter_id),
        reported=await compose.side_of(db, row.reported_id),
        letters=await viewing.letters_in(db, row.correspondence_id),
        others=await alarms.other_friends(db, row.reported_id, moderator),
        is_open=row.state is not ReportState.CLOSED,
        mine=is_held and row.claimed_by == moderator.id,
        taken_by=holder.name if holder and is_held and row.claimed_by != moderator.id else None,
    )


ROUTES = [report_list, show_report, take_report, close_report]
