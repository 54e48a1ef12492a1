"""Whose guardian has said yes, and on which paper? The tracker, taking a yes back, and forms to print (rule R14)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_list, consent_years, pupil_care, teaching
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.models.places import Town
from penfriends.models.schools import PaperYes
from penfriends.web.board import ids_in
from penfriends.web.class_pupils import class_and_members
from penfriends.web.desk import moderator_of
from penfriends.web.guardian_form import languages_of, sheet
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number, page

table(
    "pupil_consents",
    track_consents=Permission.TEACHER,
    set_paper=Permission.TEACHER,
    attest_anew=Permission.TEACHER,
    before_withdrawal=Permission.TEACHER,
    print_forms=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]
FOR_WHOM = ("gaps", "all", "blank")


@get("/classes/{class_id:uuid}/pupils/consents", include_in_schema=False)
async def track_consents(
    request: Asked, class_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Who is still missing comes first; `only=gaps` leaves the others out."""
    of, found = await class_and_members(request, tracing_db, class_id, now=now)
    here = [one for one in found if not one.left]
    gaps = [one for one in here if one.has_gap]
    only = request.query_params.get("only") == "gaps"
    shown = gaps if only else [*gaps, *(one for one in here if not one.has_gap)]
    early = await consent_years.ending_early(tracing_db, of, now=now)
    names = {one.resident.id: one.name for one in here}
    return page(
        request, "pupils/consents.html", of=of, here=here, gaps=gaps, shown=shown, only=only, early=early, names=names
    )


@post("/classes/{class_id:uuid}/pupils/consents/anew", include_in_schema=False)
async def attest_anew(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """The year has become longer: for each pupil who is ticked, the guardian has agreed to its new last day."""
    teacher, sent = await moderator_of(request, db), await request.form()
    done = await consent_years.attest_anew(
        db, class_id, teacher, ids_in(sent, "pupil"), until=_day(str(sent.get("until", ""))), now=now
    )
    said = ngettext("Attested anew for %(num)s pupil.", "Attested anew for %(num)s pupils.", done)
    return go(f"/classes/{class_id}/pupils/consents", say=said % {"num": number(done)})


@post("/pupils/{resident_id:uuid}/paper", include_in_schema=False)
async def set_paper(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    """One press. Taking a yes back comes from a page that has said what it stops."""
    teacher, sent = await moderator_of(request, db), await request.form()
    paper = PaperYes(str(sent.get("paper"))) if sent.get("paper") in list(PaperYes) else PaperYes.NONE
    pupil = await pupil_care.set_paper(db, resident_id, teacher, paper, now=now)
    only = "?only=gaps" if sent.get("only") == "gaps" else ""
    said = _("The yes is taken back. Nothing passes any more.") if paper is PaperYes.NONE else ""
    return go(f"/classes/{pupil.class_id}/pupils/consents{only}#p-{resident_id}", say=said)


@get("/pupils/{resident_id:uuid}/withdrawal", include_in_schema=False)
async def before_withdrawal(
    request: Asked, resident_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What taking the yes back stops, before it is done."""
    pupil = await teaching.own_pupil(db, resident_id, await moderator_of(request, db))
    return page(request, "pupils/withdrawal.html", one=await class_list.one(db, pupil, now=now))


@get("/classes/{class_id:uuid}/pupils/forms", include_in_schema=False)
async def print_forms(
    request: Asked, class_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """A sheet for each guardian whose yes is missing, for each of the class, or one without a name for copying."""
    of, found = await class_and_members(request, tracing_db, class_id, now=now)
    school = await class_list.school_of(tracing_db, of)
    town = await tracing_db.get_one(Town, school.town_id)
    asked, chosen = request.query_params.get("for", ""), request.query_params.get("with", "")
    whom = asked if asked in FOR_WHOM else "gaps"
    here = [one for one in found if not one.left and (whom == "all" or one.has_gap)]
    names = [""] if whom == "blank" else [one.name for one in here]
    sheets = [sheet(of, school, language) for language in languages_of(town, chosen)]
    return page(
        request,
        "pupils/forms.html",
        of=of,
        school=school,
        town=town,
        names=names,
        sheets=sheets,
        whom=whom,
        chosen=chosen,
    )


def _day(sent: str) -> date:
    """The day that the page has shown; one that cannot be read is none of any school year."""
    try:
        return date.fromisoformat(sent)
    except ValueError:
        return date.min


ROUTES = [track_consents, attest_anew, set_paper, before_withdrawal, print_forms]
