"""When does the own school have school? Typed as lines, from a file, or from the usual year of the region."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import calendar_words
from penfriends.actions import school_year
from penfriends.actions.school_year import Line, OwnSchool
from penfriends.i18n import gettext as _
from penfriends.rules.free_days import free_days
from penfriends.rules.school_days import SchoolYear, Span
from penfriends.rules.school_regions import parts_of, with_usual_year
from penfriends.rules.school_terms import usual_year
from penfriends.rules.term_files import MOST_CHARACTERS, Terms, Trouble, TroubleKind, read_terms
from penfriends.term_lines import as_lines, as_text
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.dates import TermsForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page

table("school_year", show=Permission.TEACHER, save=Permission.TEACHER)
Asked = Request[Any, Any, Any]
MOST_TROUBLES = 20
YEAR_TURNS = 6  # from June on, teachers plan the school year that begins this summer


@get("/schools/mine/days", include_in_schema=False)
async def show(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Template:
    school = await school_year.own_school(db, await moderator_of(request, db))
    form = TermsForm(data=_as_typed(school)).offer(list(parts_of(school.town.country).items()))
    return _shown(request, school, form, now)


@post("/schools/mine/days", include_in_schema=False)
async def save(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """Save, or put a file or the usual year into the text box to be looked at. What was typed is never lost."""
    teacher = await moderator_of(request, db)
    school = await school_year.own_school(db, teacher)
    form = (await filled(TermsForm, request)).offer(list(parts_of(school.town.country).items()))
    chosen = (await request.form()).get("do", "save")
    if chosen == "usual":
        return _usual(request, school, form, now)
    if chosen == "file":
        return await _from_file(request, school, form, now)
    if not form.validate() or not form.understood():
        return _shown(request, school, form, now, status=422)
    weekend = frozenset(int(day) for day in form.weekend.data)
    lines = as_lines(form.terms, form.lines.data or "")
    await school_year.save(db, teacher, lines, region=form.region.data, weekend=weekend)
    return go("/schools/mine/days", say=_("The school year is saved."))


def _usual(request: Asked, school: OwnSchool, form: TermsForm, now: datetime) -> Template:
    region = with_usual_year(school.town.country, form.region.data or "", _begins(school, now))
    year = usual_year(region, _begins(school, now)) if region else None
    if year is None:
        form.region.errors = [_("For this part of the country we have no usual school year. Please type it in.")]
        return _shown(request, school, form, now, status=422)
    lines = [*(Line(span, True) for span in year.terms), *(Line(span, False) for span in year.closed)]
    form.lines.data = as_text(lines)
    return _shown(request, school, form, now, said=calendar_words.source_sentence(region))


async def _from_file(request: Asked, school: OwnSchool, form: TermsForm, now: datetime) -> Template:
    """The file is shown in the text box before anything is saved; with a problem in it the box stays as it was."""
    text = await _text_of((await request.form()).get("file"))
    begins = _begins(school, now)
    within = Span(datetime(begins, 7, 1).date(), datetime(begins + 1, 9, 30).date())  # noqa: DTZ001 (a day, no moment)
    read = read_terms(text, within) if text else (Trouble(0, TroubleKind.EMPTY),)
    if not isinstance(read, Terms):
        form.troubles = read[:MOST_TROUBLES]
        return _shown(request, school, form, now, status=422)
    if not read.terms:  # a calendar of holidays alone: the terms that are there stay
        typed = read_terms(form.lines.data or "")
        read = Terms(typed.terms if isinstance(typed, Terms) else (), read.closed, read.left_out)
    form.lines.data = as_text(as_lines(read, text))
    left_out = [one.text for one in read.left_out]
    return _shown(request, school, form, now, said=_("Taken from the file. Please check it, then save."), left=left_out)


async def _text_of(part: object) -> str:
    """What is in a file, in UTF-8 or as older programs write; nothing for one that is far too large."""
    if not isinstance(part, UploadFile):
        return ""
    data = await part.read(MOST_CHARACTERS * 4)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _as_typed(school: OwnSchool) -> dict[str, Any]:
    return {
        "lines": as_text(school.lines),
        "region": school.row.region,
        "weekend": [str(day) for day in sorted(school.weekend)],
    }


def _begins(school: OwnSchool, now: datetime) -> int:
    """The calendar year in which the school year begins that teachers work on now."""
    today = now.astimezone(ZoneInfo(school.town.timezone))
    return today.year if today.month >= YEAR_TURNS else today.year - 1


def _shown(
    request: Asked, school: OwnSchool, form: TermsForm, now: datetime,
    *, status: int = 200, said: str = "", left: list[str] | None = None,
) -> Template:  # fmt: skip
    begins = _begins(school, now)
    year = SchoolYear(
        school.town.country,
        tuple(one.span for one in school.lines if one.is_term),
        tuple(one.span for one in school.lines if not one.is_term),
        school.weekend,
        school.row.region,
    )
    whole = Span(datetime(begins, 8, 1).date(), datetime(begins + 1, 7, 31).date())  # noqa: DTZ001 (a day, no moment)
    return page(
        request,
        "dates/school_year.html",
        status=status,
        school=school,
        form=form,
        errors=[*form.summary, *form.troubles],
        troubles=[calendar_words.trouble_sentence(one) for one in form.troubles],
        free=free_days(year, whole, request.scope["state"]["visitor"].language),
        said=said,
        left_out=left or [],
        usual=[
            name
            for code, name in parts_of(school.town.country).items()
            if with_usual_year(school.town.country, code, begins)
        ],
        words=calendar_words,
    )


ROUTES = [show, save]
