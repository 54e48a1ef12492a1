"""How does a list of pupils come into a class: pasted or as a file, looked at line by line, then saved as a whole?

Nothing is kept between the pages: what was sent goes back into the box, and the file's lines with it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import roster_import, teaching
from penfriends.actions.roster_import import Plan
from penfriends.errors import Refusal, Refused
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.models.schools import SchoolClass
from penfriends.roster_vocabulary import vocabulary
from penfriends.roster_words import roster_sentence
from penfriends.rules.roster import read_roster
from penfriends.rules.roster_rows import rows_of_text
from penfriends.rules.roster_text import text_of
from penfriends.rules.roster_values import MOST_PUPILS, Problem, RosterReading, Told, Trouble
from penfriends.sheets import MOST_BYTES, read_sheet
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.pupils import RosterForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number, page
from penfriends.web.roster_rows_shown import lines_shown, other_births, withdrawn

table(
    "roster_pages", ask_list=Permission.TEACHER, preview_list=Permission.TEACHER, save_list=Permission.TEACHER
)  # fmt: skip
Asked = Request[Any, Any, Any]
MOST_SAID = 60


@dataclass(frozen=True, slots=True)
class Read:
    """A list, and the text of it that goes back into the box."""

    reading: RosterReading
    text: str


@get("/classes/{class_id:uuid}/pupils/add", include_in_schema=False)
async def ask_list(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Template:
    of = await teaching.running_class(db, class_id, await moderator_of(request, db))
    return page(request, "pupils/add.html", of=of, form=RosterForm(), most=MOST_PUPILS)


@post("/classes/{class_id:uuid}/pupils/add", include_in_schema=False)
async def preview_list(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What was understood, line by line. Nothing is saved; the database waits until a file is read."""
    form = await filled(RosterForm, request)
    raw = await _file(request)
    if not raw and not (form.text.data or "").strip():
        form.text.errors = [_("Please paste a list, or choose a file.")]
    elif raw and form.is_typed:
        form.file.errors = [_("Please send either the text or the file. Your text is kept.")]
    found = await asyncio.to_thread(_read, form.text.data or "", b"" if form.errors else raw, now.date())
    of = await teaching.running_class(db, class_id, await moderator_of(request, db))
    if form.errors:
        return page(request, "pupils/add.html", status=422, of=of, form=form, most=MOST_PUPILS)
    return await _preview(request, db, of, found, now=now)


@post("/classes/{class_id:uuid}/pupils/roster", include_in_schema=False)
async def save_list(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    """All of what was shown, or nothing: if the class is another one meanwhile, it is shown anew."""
    form = await filled(RosterForm, request)
    found = await asyncio.to_thread(_read, form.text.data or "", b"", now.date())
    teacher = await moderator_of(request, db)
    of = await teaching.running_class(db, class_id, teacher)
    try:
        plan = await roster_import.save(db, class_id, teacher, found.reading, seen=form.seen.data or "", now=now)
    except Refused as no:
        if no.refusal is not Refusal.CHANGED_SINCE:
            raise
        return await _preview(request, db, of, found, now=now, moved=True)
    done = len(plan.changes.new) + len(plan.changes.changed) + len(plan.back)
    said = ngettext("Saved: %(num)s pupil.", "Saved: %(num)s pupils.", done) % {"num": number(done)}
    return go(f"/classes/{class_id}/pupils", say=said)


async def _file(request: Asked) -> bytes:
    """The bytes of the file, one more than are read at most."""
    sent = (await request.form()).get("file")
    return await sent.read(MOST_BYTES + 1) if isinstance(sent, UploadFile) else b""


def _read(text: str, raw: bytes, today: date) -> Read:
    """A file's rows go through the box like a paste, so that what is saved later is what was shown."""
    if not raw:
        return Read(read_roster(rows_of_text(text), today, vocabulary()), text)
    sheet = read_sheet(raw, prefers=i18n.current.get())
    direct, boxed = read_roster(sheet, today, vocabulary()), text_of(sheet)
    if sheet.problems:
        return Read(direct, text)
    again = read_roster(rows_of_text(boxed, sheet.notes), today, vocabulary())
    return Read(direct if direct.lines == again.lines and not again.problems else again, boxed)


async def _preview(
    request: Asked, db: AsyncSession, of: SchoolClass, found: Read, *, now: datetime, moved: bool = False
) -> Template:
    reading = found.reading
    plan = await roster_import.plan(db, of, reading, now=now) if reading.complete else None
    problems = [*reading.problems, *_too_many(plan)]
    form = RosterForm()
    form.fill(found.text)
    form.seen.data = plan.digest if plan else ""
    return page(
        request,
        "pupils/preview.html",
        status=409 if moved else 422 if problems else 200,
        of=of,
        form=form,
        plan=plan,
        moved=moved,
        rows=lines_shown(reading, plan, now.date()),
        mistakes=len(problems),
        problems=_said(problems),
        notes=_said(reading.notes),
        withdrawn=withdrawn(plan),
        births=other_births(plan),
    )


def _said(told: Sequence[Problem | Told]) -> list[str]:
    """The first of them as sentences, and how many more there are: a page of thousands helps nobody."""
    more = len(told) - MOST_SAID
    rest = [ngettext("And %(num)s more.", "And %(num)s more.", more) % {"num": number(more)}] if more > 0 else []
    return [*(roster_sentence(one) for one in told[:MOST_SAID]), *rest]


def _too_many(plan: Plan | None) -> list[Problem]:
    return [Problem(Trouble.TOO_MANY_PUPILS, value=str(MOST_PUPILS))] if plan and plan.too_many else []


ROUTES = [ask_list, preview_list, save_list]
