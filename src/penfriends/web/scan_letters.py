"""The scanned pages of one pupil's letter: looked at by a teacher, then sent for the pupil."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import scan_words
from penfriends.actions import audit, scanned_pages
from penfriends.actions.scanned_pages import Bundle, Pile, Snag
from penfriends.errors import Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.schools import SchoolClass
from penfriends.settings import settings
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.scans import LookedAtForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.words import refusal_sentence

table("scan_letters", look=Permission.TEACHER, send=Permission.TEACHER)
Asked = Request[Any, Any, Any]
STOPPED = (Snag.NO_CONSENT, Snag.TOO_MANY)


@get("/classes/{class_id:uuid}/paper/letters/{side_id:uuid}", include_in_schema=False)
async def look(
    request: Asked,
    class_id: FromPath[UUID],
    side_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """The pages of one letter, to be looked at before they are sent. Leaves a line (rule R41)."""
    teacher = await moderator_of(request, tracing_db)
    lying, found = await scanned_pages.bundle(tracing_db, class_id, side_id, teacher, now=now)
    await audit.note(
        tracing_db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="view_pages", subject="resident",
        subject_id=found.one.resident.id,
    )  # fmt: skip
    form = LookedAtForm()
    form.offer(_languages(lying.of))
    return _looking(request, lying, found, form)


@post("/classes/{class_id:uuid}/paper/letters/{side_id:uuid}", include_in_schema=False)
async def send(
    request: Asked,
    class_id: FromPath[UUID],
    side_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Send the letter for the pupil, then the next one. It waits for the teacher's own eyes as others do (rule R22)."""
    teacher = await moderator_of(request, db)
    lying, found = await scanned_pages.bundle(db, class_id, side_id, teacher, now=now)
    form = (await filled(LookedAtForm, request)).offer(_languages(lying.of))
    if not form.validate() or not await _sent(form, found, teacher, db, now=now):
        return _looking(request, lying, found, form, status=422)
    say = _("The letter of %(name)s is in. Read it and approve it under Letters.") % {
        "name": found.one.resident.first_name
    }
    return go(_next(lying, found), say=say)


async def _sent(form: LookedAtForm, found: Bundle, teacher: Moderator, db: AsyncSession, *, now: datetime) -> bool:
    """Sent, or refused with a sentence on the page, where the pages and the words still are."""
    try:
        await scanned_pages.send(
            db, found, teacher, seen=(form.seen.data or "").split(","), is_another=form.another.data,
            title=form.title.data or "", text=form.text.data or "", language=form.language.data, now=now,
        )  # fmt: skip
    except Refused as no:
        said = refusal_sentence(no.refusal)
        field = form.another if no.refusal is Refusal.SHEET_USED else form.text
        field.errors = [_("Is it another letter? Then say so here.") if field is form.another else said]
        return False
    return True


def _looking(request: Asked, lying: Pile, found: Bundle, form: LookedAtForm, *, status: int = 200) -> Template:
    form.seen.data = _mark(found)
    return page(
        request,
        "class_letters/look.html",
        status=status,
        of=lying.of,
        found=found,
        snag=scan_words.snag(found.snag) if found.snag else "",
        stopped=found.snag in STOPPED,
        asks=found.snag is Snag.USED,
        form=form,
        errors=form.summary,
    )


def _next(lying: Pile, done: Bundle) -> str:
    """The next letter that can be sent, else the pile."""
    for one in lying.bundles:
        if one is not done and one.snag not in STOPPED:
            return f"/classes/{lying.of.id}/paper/letters/{one.way.mine.id}"
    return f"/classes/{lying.of.id}/paper/scan"


def _mark(found: Bundle) -> str:
    """Which pages were shown, in which order, and how they were turned: only these are sent."""
    return ",".join(scanned_pages.mark(one) for one in found.pages)


def _languages(of: SchoolClass) -> list[str]:
    return list(dict.fromkeys([*of.languages, *settings().languages]))


ROUTES = [look, send]
