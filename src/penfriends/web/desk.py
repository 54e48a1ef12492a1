"""What needs a moderator now? The first page of the desk, and what its pages share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    desk_mail,
    fit_concerns,
    lookup,
    pairing_approvals,
    proofs_ending,
    queues,
    remit,
    retention,
    round_views,
    schools,
    sessions,
    silences,
    workload,
)
from penfriends.actions.holds import ADULT_PROMISE, CHILD_PROMISE
from penfriends.actions.remit import Desk
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.rules.bands import Band
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of
from penfriends.words import refusal_sentence

table("desk", start=Permission.STAFF, choose_shortcuts=Permission.READER)
MATCH_PROMISE = timedelta(days=7)
REPORT_PROMISE = timedelta(hours=1)
MAIL_PROMISE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Pile:
    """How many wait, since when the oldest does, and what was promised."""

    number: int
    oldest: datetime | None
    promise: timedelta

    def is_late(self, now: datetime) -> bool:
        return self.oldest is not None and now - self.oldest > self.promise


async def moderator_of(request: Request[Any, Any, Any], db: AsyncSession) -> Moderator:
    """Who sits at this desk."""
    moderator_id = visitor_of(request).moderator_id
    found = await db.get(Moderator, moderator_id) if moderator_id else None
    if found is None:
        raise NotFound
    return found


async def desk_of(request: Request[Any, Any, Any], db: AsyncSession, now: datetime) -> Desk:
    return await remit.desk_of(db, await moderator_of(request, db), now=now)


async def zone_of(db: AsyncSession, desk: Desk) -> str:
    """By which clock this moderator lives: times of day on the desk are theirs, not those of a writer far away."""
    towns = await lookup.own_towns(db, desk)
    return towns[0].timezone if towns else "UTC"


@get("/desk", include_in_schema=False)
async def start(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The piles, the oldest first; thanks when nothing waits."""
    desk = await desk_of(request, db, now)
    letters = await queues.letters(db, desk, now=now)
    mail = await desk_mail.load(db, desk.moderator, now=now)
    return page(
        request,
        "desk/start.html",
        moderator=desk.moderator,
        now=now,
        closed=refusal_sentence(desk.closed) if desk.closed else "",
        ends=() if desk.closed else await proofs_ending.of_moderator(db, desk.moderator, now=now),
        letters=_letters_pile(letters),
        matches=_pile([one.match.proposed_at for one in await queues.matches(db, desk, now=now)], MATCH_PROMISE),
        reports=_pile([one.report.created_at for one in await queues.reports(db, desk, now=now)], REPORT_PROMISE),
        mail=Pile(mail.items, await desk_mail.oldest(db, desk.moderator), MAIL_PROMISE),
        first=letters[0] if letters else None,
        silent=await silences.count(db, desk, now=now),
        pairings=await pairing_approvals.count(db, desk.moderator, now=now),
        doubts=await fit_concerns.count(db, desk),
        schools=await schools.waiting(db, desk.moderator),
        round=await round_views.open_one(db, desk),
        forgot=await retention.latest(db),
        taken=await workload.who_has_what(db, desk, now=now),
        read=await workload.read_since(db, desk.moderator, now.replace(day=1, hour=0, minute=0, second=0)),
    )


@post("/desk/shortcuts", include_in_schema=False)
async def choose_shortcuts(request: Request[Any, Any, Any], db: NamedDependency[AsyncSession]) -> Redirect:
    """Keys on or off, for this person on every device (WCAG 2.1.4)."""
    sent = await request.form()
    visitor = visitor_of(request)
    if visitor.sign_in_id is not None:
        await sessions.prefer_shortcuts(db, visitor.sign_in_id, sent.get("shortcuts") == "on")
    back = str(sent.get("back", ""))
    return go(back if back.startswith("/desk") else "/desk/letters", say=_("We will remember that."))


def _letters_pile(waiting: list[queues.WaitingLetter]) -> Pile:
    """The promise is that of the letter which has waited longest."""
    oldest = min(waiting, key=lambda one: one.hold.created_at, default=None)
    is_child = oldest is not None and oldest.band is Band.CHILD
    promise = CHILD_PROMISE if is_child else ADULT_PROMISE
    return Pile(len(waiting), oldest.hold.created_at if oldest else None, promise)


def _pile(since: list[datetime], promise: timedelta) -> Pile:
    return Pile(len(since), min(since, default=None), promise)


ROUTES = [start, choose_shortcuts]
