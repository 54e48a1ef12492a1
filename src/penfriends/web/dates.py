"""On which days do the letters of a pairing go? Suggested, changed, moved, agreed to, and printed for the wall."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import calendar_words, date_words
from penfriends.actions import class_calendar, class_dates, date_reminders
from penfriends.actions.class_calendar import Calendar, Dated
from penfriends.actions.class_dates import Wish
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.rules.free_days import Free, between, free_days
from penfriends.rules.school_days import DAY, Span
from penfriends.rules.themes import Theme
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.dates import DayForm, VersionForm, WishForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of

table(
    "dates",
    show=Permission.TEACHER,
    suggest=Permission.TEACHER,
    agree=Permission.TEACHER,
    day_page=Permission.TEACHER,
    change_day=Permission.TEACHER,
    move_page=Permission.TEACHER,
    move=Permission.TEACHER,
    themes=Permission.TEACHER,
    reminders=Permission.TEACHER,
    poster=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/pairings/{pairing_id:uuid}/dates", include_in_schema=False)
async def show(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """All dates of the year with the days without school between them, and how each class gets on."""
    return await _shown(request, db, pairing_id, now)


@post("/pairings/{pairing_id:uuid}/dates/suggestion", include_in_schema=False)
async def suggest(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    form = (await filled(WishForm, request)).offer()
    if not form.validate():
        return await _shown(request, db, pairing_id, now, form=form, status=422)
    wish = Wish(form.rounds.data, form.weeks.data, int(form.weekday.data) if form.weekday.data else None)
    teacher = await moderator_of(request, db)
    found = await class_dates.suggest(db, pairing_id, teacher, wish, version=form.number, now=now)
    if not found.rounds:
        form.form_errors = [calendar_words.remark_sentence(one) for one in found.remarks]
        return await _shown(request, db, pairing_id, now, form=form, status=422)
    return go(f"/pairings/{pairing_id}/dates", say=_("These are suggested dates. Change what you like, then agree."))


@post("/pairings/{pairing_id:uuid}/dates/agreement", include_in_schema=False)
async def agree(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    form = await filled(VersionForm, request)
    whole = await class_dates.agree(db, pairing_id, await moderator_of(request, db), version=form.number, now=now)
    say = _("Everybody has agreed to the dates.") if whole else _("You have agreed. Now the other teacher is asked.")
    return go(f"/pairings/{pairing_id}/dates", say=say)


@get("/pairings/{pairing_id:uuid}/dates/{number:int}/day", include_in_schema=False)
async def day_page(
    request: Asked, pairing_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:  # fmt: skip
    seen, one = await _one(request, db, pairing_id, number, now)
    form = DayForm(data={"day": one.row.send_on, "version": seen.pairing.calendar_version})
    return page(request, "dates/day.html", seen=seen, one=one, form=form, words=calendar_words, against=[])


@post("/pairings/{pairing_id:uuid}/dates/{number:int}/day", include_in_schema=False)
async def change_day(
    request: Asked, pairing_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template | Redirect:  # fmt: skip
    """Changed, with what speaks against it said; or refused with every reason, the typed day kept."""
    seen, one = await _one(request, db, pairing_id, number, now)
    form, against = await filled(DayForm, request), []
    if form.validate():
        teacher = await moderator_of(request, db)
        chosen = await class_dates.change_day(
            db, pairing_id, teacher, number, form.day.data, version=form.number, now=now
        )  # fmt: skip
        if chosen.round is not None:
            return go(f"/pairings/{pairing_id}/dates", say=_("The date is changed. The other teacher is asked again."))
        against = date_words.clash_sentences(chosen.clashes, _names(seen))
        form.day.errors = against[:1]
    return page(
        request, "dates/day.html", status=422, seen=seen, one=one, form=form, errors=form.summary,
        words=calendar_words, against=against[1:],
    )  # fmt: skip


@get("/pairings/{pairing_id:uuid}/dates/{number:int}/move", include_in_schema=False)
async def move_page(
    request: Asked, pairing_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:  # fmt: skip
    """What moves and what falls out, before anything does."""
    seen, one = await _one(request, db, pairing_id, number, now)
    plan = class_dates.moves(seen, number)
    before = {row.row.number: row for row in seen.rounds}
    return page(request, "dates/move.html", seen=seen, one=one, plan=plan, before=before, words=calendar_words)


@post("/pairings/{pairing_id:uuid}/dates/{number:int}/move", include_in_schema=False)
async def move(
    request: Asked, pairing_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:  # fmt: skip
    form, teacher = await filled(VersionForm, request), await moderator_of(request, db)
    await class_dates.move_rest(db, pairing_id, teacher, number, version=form.number, now=now)
    return go(f"/pairings/{pairing_id}/dates", say=_("The dates have moved. The other teacher is asked again."))


@post("/pairings/{pairing_id:uuid}/dates/themes", include_in_schema=False)
async def themes(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    sent = {str(name): str(value) for name, value in (await request.form()).items()}
    chosen = {
        int(name.removeprefix("theme-")): Theme(value)
        for name, value in sent.items()
        if name.removeprefix("theme-").isdecimal() and value in set(Theme)
    }
    await class_dates.choose_themes(db, pairing_id, await moderator_of(request, db), chosen, now=now)
    return go(f"/pairings/{pairing_id}/dates", say=_("The themes are saved."))


@post("/pairings/{pairing_id:uuid}/dates/reminders", include_in_schema=False)
async def reminders(request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    wanted = (await request.form()).get("wanted") == "yes"
    await date_reminders.want(db, await moderator_of(request, db), wanted=wanted)
    say = _("You get a mail a week before writing begins.") if wanted else _("You get no reminders any more.")
    return go(f"/pairings/{pairing_id}/dates", say=say)


@get("/pairings/{pairing_id:uuid}/dates/poster", include_in_schema=False)
async def poster(
    request: Asked, pairing_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime],
    paper: FromQuery[str] = "a4",
) -> Template:  # fmt: skip
    """The dates for the wall of the classroom, in large letters, on A4 or A3."""
    seen = await class_calendar.of_pairing(db, pairing_id, await moderator_of(request, db), now=now)
    paper = "a3" if paper == "a3" else "a4"
    return page(request, "dates/poster.html", seen=seen, paper=paper, words=calendar_words)


async def _one(
    request: Asked, db: AsyncSession, pairing_id: UUID, number: int, now: datetime
) -> tuple[Calendar, Dated]:  # fmt: skip
    """A date that can still be moved. Raises NotFound."""
    seen = await class_calendar.of_pairing(db, pairing_id, await moderator_of(request, db), now=now)
    found = next((one for one in seen.rounds if one.row.number == number), None)
    if found is None or not seen.may_move(number):
        raise NotFound
    return seen, found


async def _shown(
    request: Asked, db: AsyncSession, pairing_id: UUID, now: datetime, *, form: WishForm | None = None,
    status: int = 200,
) -> Template:  # fmt: skip
    teacher = await moderator_of(request, db)
    seen = await class_calendar.of_pairing(db, pairing_id, teacher, now=now, lights=True)
    wishes, version = seen.wishes, seen.pairing.calendar_version
    asked = form or WishForm(
        data={
            "rounds": wishes.rounds, "weeks": wishes.rhythm_weeks, "version": version,
            "weekday": "" if wishes.weekday is None else str(wishes.weekday),
        }
    ).offer()  # fmt: skip
    names = _names(seen)
    return page(
        request,
        "dates/dates.html",
        status=status,
        seen=seen,
        form=asked,
        errors=asked.summary or [("rounds", sentence) for sentence in asked.form_errors],
        free=_free(seen, visitor_of(request).language),
        clashes={one.row.number: date_words.clash_sentences(one.clashes, names) for one in seen.rounds},
        reminded=await date_reminders.wanted(db, teacher),
        themes=list(Theme),
        words=calendar_words,
    )


def _names(seen: Calendar) -> dict[str, str]:
    return {one.uid: one.row.name for one in seen.classes}


def _free(seen: Calendar, language: str) -> dict[int, tuple[tuple[str, Free], ...]]:
    """Before each date what begins since the one before; the last entry, 0, is what comes after all of them."""
    first = min([seen.today, *(one.row.write_on for one in seen.rounds)])
    whole = Span(first, max(one.row.ends_on for one in seen.classes))
    found = {one.uid: free_days(one.year, whole, language) for one in seen.classes}
    told, since = {}, first
    for one in seen.rounds:
        told[one.row.number] = between(found, since, one.row.send_on)
        since = one.row.send_on + DAY
    told[0] = between(found, since, max(whole.last, date.min))
    return told


ROUTES = [show, suggest, agree, day_page, change_day, move_page, move, themes, reminders, poster]
