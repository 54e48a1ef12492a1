"""What happens behind a link in a mail, without signing in? GET shows a page and changes nothing; POST acts."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, correspondences, intake, mail_links, matching, nudges, proposals, refusals
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.compose import Side
from penfriends.i18n import gettext as _
from penfriends.web.forms import filled
from penfriends.web.forms.letters import (
    STOP_END,
    STOP_MAIL_AGAIN,
    STOP_PAUSE,
    STOP_PAUSE_MAIL,
    ReportForm,
    StopForm,
)
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table(
    "mail_links",
    proposal=Permission.LINK,
    answer=Permission.LINK,
    worry=Permission.LINK,
    report=Permission.LINK,
    late_page=Permission.LINK,
    late=Permission.LINK,
    stop_page=Permission.LINK,
    stop=Permission.LINK,
    confirm_page=Permission.LINK,
    confirm=Permission.LINK,
)
Shown = Request[Any, Any, Any]
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058 section 3.1


# --- a proposal ------------------------------------------------------------------------------------------------------


@get("/m/{secret:str}", include_in_schema=False)
async def proposal(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    side = await mail_links.match_side(db, secret, now=now)
    found = await proposals.my_proposal(db, side.resident_id, side.match_id, now=now)
    return page(request, "matching/proposal.html", proposal=found, base=f"/m/{secret}", signed_in=False, now=now)


@post("/m/{secret:str}", include_in_schema=False)
async def answer(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    policy: NamedDependency[Policy],
    now: NamedDependency[datetime],
) -> Redirect:
    side = await mail_links.match_side(db, secret, now=now)
    said = (await request.form()).get("answer")
    if said in ("yes", "no"):
        await matching.answer(db, side.match_id, side.resident_id, yes=said == "yes", at=at, policy=policy, now=now)
    elif said == "undo":
        await refusals.take_back(db, side.match_id, side.resident_id, now=now)
    return go(f"/m/{secret}")


# --- something is not right ------------------------------------------------------------------------------------------


@get("/w/{secret:str}", include_in_schema=False)
async def worry(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    found = await mail_links.received(db, secret, now=now)
    return page(request, "mail_links/worry.html", form=ReportForm(), found=found, action=f"/w/{secret}")


@post("/w/{secret:str}", include_in_schema=False)
async def report(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """One press stops both sides (rule R31). The link stays good: somebody may want to say more."""
    found = await mail_links.received(db, secret, now=now)
    form = await filled(ReportForm, request)
    block = bool(form.block.data)
    reader = found.reader.participant
    text = form.text.data or ""
    await mail_links.report(db, reader, found.letter.id, kind=form.chosen, text=text, block=block, now=now)
    return page(request, "letters/reported.html", blocked=block, signed_in=False)


# --- a rest ----------------------------------------------------------------------------------------------------------


@get("/p/{secret:str}", include_in_schema=False)
async def stop_page(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    side = await mail_links.stopping(db, secret, now=now)
    friend = await compose.friend_of(db, side.participant.id)
    form = StopForm().offer(mail_paused=side.participant.mail_paused)
    return page(request, "mail_links/stop.html", form=form, side=side, friend=friend, action=f"/p/{secret}")


@post("/p/{secret:str}", include_in_schema=False, opt={"one_click": True})
async def stop(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Response[str]:
    """A mail program's one click pauses the mails and never ends anything (RFC 8058); a person chooses."""
    side = await mail_links.stopping(db, secret, now=now)
    typed = await request.form()
    if typed.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        await correspondences.set_mail(db, side.participant, paused=True)
        return Response("", media_type="text/plain", status_code=200)
    form = (await filled(StopForm, request)).offer(mail_paused=side.participant.mail_paused)
    done = await _stop(db, side, form, at=at, now=now)
    friend = await compose.friend_of(db, side.participant.id)
    if not done:
        return page(
            request, "mail_links/stop.html", status=422, form=form, side=side, friend=friend, action=f"/p/{secret}"
        )
    return page(request, "mail_links/stopped.html", done=done, friend=friend, action=f"/p/{secret}")


async def _stop(db: AsyncSession, side: Side, form: StopForm, *, at: Addresses, now: datetime) -> str:
    """Do what was chosen and say which; empty if something has to be typed again."""
    choice = form.choice.data or ""
    if choice in (STOP_PAUSE_MAIL, STOP_MAIL_AGAIN):
        await correspondences.set_mail(db, side.participant, paused=choice == STOP_PAUSE_MAIL)
    elif choice == STOP_PAUSE:
        fits, until = form.judge(now.date())
        if not fits:
            return ""
        await correspondences.pause(db, side.participant, until=until)
    elif choice == STOP_END:
        await correspondences.end_kindly(db, side.participant, at=at, now=now)
    else:
        form.choice.errors = [_("Please choose one of these.")]
        return ""
    return choice


@get("/b/{secret:str}", include_in_schema=False)
async def late_page(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """“I need more time”, from a reminder."""
    side = await mail_links.stopping(db, secret, now=now)
    friend = await compose.friend_of(db, side.participant.id)
    name = friend.resident.first_name if friend else ""
    me = side.resident.first_name
    return page(request, "friends/late.html", name=name, me=me, action=f"/b/{secret}", back="")


@post("/b/{secret:str}", include_in_schema=False)
async def late(
    request: Shown,
    secret: FromPath[str],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template:
    side = await mail_links.stopping(db, secret, now=now)
    await nudges.say_late(db, side.participant, at=at, now=now)
    friend = await compose.friend_of(db, side.participant.id)
    return page(request, "mail_links/stopped.html", done="late", friend=friend, action=f"/p/{secret}")


# --- was this mail yours? --------------------------------------------------------------------------------------------


@get("/k/{secret:str}", include_in_schema=False)
async def confirm_page(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    waiting = await mail_links.waiting_mail(db, secret, now=now)
    return page(request, "mail_links/confirm.html", waiting=waiting, action=f"/k/{secret}")


@post("/k/{secret:str}", include_in_schema=False)
async def confirm(
    request: Shown, secret: FromPath[str], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    said = (await request.form()).get("answer")
    if said not in ("yes", "no"):
        return go(f"/k/{secret}")
    await intake.confirm(db, secret, yes=said == "yes", now=now)
    return page(request, "mail_links/confirmed.html", yes=said == "yes")


ROUTES = [proposal, answer, worry, report, stop_page, stop, late_page, late, confirm_page, confirm]
