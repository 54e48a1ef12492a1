"""What can a resident do when something is not right, or when it is enough: report, block, pause, end? (rule R31)"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, correspondences, mail_links, nudges, reports, threads
from penfriends.actions.addresses import Addresses
from penfriends.i18n import gettext as _
from penfriends.web.forms import filled
from penfriends.web.forms.letters import FriendPauseForm, ReportForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "letters_care",
    report_page=Permission.WRITER,
    report=Permission.WRITER,  # stopping for good is for the teachers of a pupil
    block=Permission.RESIDENT,
    pause_page=Permission.RESIDENT,
    pause=Permission.RESIDENT,
    come_back=Permission.RESIDENT,
    late_page=Permission.RESIDENT,
    late=Permission.RESIDENT,
    ending_page=Permission.RESIDENT,
    end=Permission.RESIDENT,
)
Shown = Request[Any, Any, Any]


@get("/letters/{letter_id:uuid}/report", include_in_schema=False)
async def report_page(request: Shown, letter_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    letter, _mine = await threads.received_letter(db, visitor_of(request).resident_id, letter_id)
    writer = await compose.side_of(db, letter.author_id)
    return page(request, "letters/report.html", form=ReportForm(), letter=letter, writer=writer)


@post("/letters/{letter_id:uuid}/report", include_in_schema=False)
async def report(
    request: Shown, letter_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """One press is enough; both sides stop in this transaction."""
    letter, mine = await threads.received_letter(db, visitor_of(request).resident_id, letter_id)
    form = await filled(ReportForm, request)
    block = bool(form.block.data) and not visitor_of(request).is_pupil
    await mail_links.report(db, mine, letter.id, kind=form.chosen, text=form.text.data or "", block=block, now=now)
    return page(request, "letters/reported.html", blocked=block, signed_in=True)


@post("/letters/with/{correspondence_id:uuid}/block", include_in_schema=False)
async def block(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    mine = await threads.my_side(db, visitor_of(request).resident_id, correspondence_id)
    await reports.block(db, mine.id, now=now)
    return go("/letters", say=_("It has stopped. You will not hear from this person again."))


@get("/letters/with/{correspondence_id:uuid}/pause", include_in_schema=False)
async def pause_page(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    thread = await threads.my_thread(db, visitor_of(request).resident_id, correspondence_id, now=now)
    return page(request, "friends/pause.html", form=FriendPauseForm(), thread=thread)


@post("/letters/with/{correspondence_id:uuid}/pause", include_in_schema=False)
async def pause(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    thread = await threads.my_thread(db, visitor_of(request).resident_id, correspondence_id, now=now)
    form = await filled(FriendPauseForm, request)
    fits, until = form.judge(now.date())
    if not fits:
        return page(request, "friends/pause.html", status=422, form=form, thread=thread)
    await correspondences.pause(db, thread.me, until=until)
    return go("/friends", say=_("You have a pause. Letters wait until you are back."))


@post("/letters/with/{correspondence_id:uuid}/return", include_in_schema=False)
async def come_back(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    mine = await threads.my_side(db, visitor_of(request).resident_id, correspondence_id)
    await correspondences.come_back(db, mine, now=now)
    await correspondences.set_mail(db, mine, paused=False)
    return go(f"/letters/with/{correspondence_id}", say=_("Welcome back. Letters pass again."))


@get("/letters/with/{correspondence_id:uuid}/late", include_in_schema=False)
async def late_page(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    thread = await threads.my_thread(db, visitor_of(request).resident_id, correspondence_id, now=now)
    base = f"/letters/with/{correspondence_id}"
    name, me = thread.friend.first_name, thread.resident.first_name
    return page(request, "friends/late.html", action=f"{base}/late", back=base, name=name, me=me)


@post("/letters/with/{correspondence_id:uuid}/late", include_in_schema=False)
async def late(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    mine = await threads.my_side(db, visitor_of(request).resident_id, correspondence_id)
    await nudges.say_late(db, mine, at=at, now=now)
    return go(f"/letters/with/{correspondence_id}", say=_("Your friend knows that a letter is coming. Take your time."))


@get("/letters/with/{correspondence_id:uuid}/ending", include_in_schema=False)
async def ending_page(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    thread = await threads.my_thread(db, visitor_of(request).resident_id, correspondence_id, now=now)
    return page(request, "friends/ending.html", thread=thread)


@post("/letters/with/{correspondence_id:uuid}/ending", include_in_schema=False)
async def end(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Redirect:
    mine = await threads.my_side(db, visitor_of(request).resident_id, correspondence_id)
    await correspondences.end_kindly(db, mine, at=at, now=now)
    return go("/friends", say=_("It has ended. Your friend is thanked, and told kindly. Your letters stay here."))


ROUTES = [report_page, report, block, pause_page, pause, come_back, late_page, late, ending_page, end]
