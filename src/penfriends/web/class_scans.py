"""Handwritten letters as pictures: a teacher sends a PDF or photos, and says whose a page is if no code does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import scan_words
from penfriends.actions import scanned_pages, teaching
from penfriends.actions.addresses import Addresses
from penfriends.actions.scanned_pages import Pile
from penfriends.errors import Refused
from penfriends.i18n import gettext as _
from penfriends.i18n import ngettext
from penfriends.mail.images import MOST_BYTES, SafeImage
from penfriends.models.paper import ScannedPage
from penfriends.models.schools import ClassState
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.scans import PagesForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, number, page
from penfriends.web.state import database_of
from penfriends.words import refusal_sentence
from workers import paper

table("class_scans", show=Permission.TEACHER, bring=Permission.TEACHER)
Asked = Request[Any, Any, Any]
MOST_FILES = 40
MOST_SENT = 100 * 1024 * 1024


@dataclass(slots=True)
class Read:
    """What came of the files: pages with their codes, empty and unread ones, and a sentence for each trouble."""

    pages: list[tuple[SafeImage, tuple[str, ...]]] = field(default_factory=list)
    empty: int = 0
    unread: int = 0
    said: list[str] = field(default_factory=list)


@get("/classes/{class_id:uuid}/paper/scan", include_in_schema=False)
async def show(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What waits, and room for more."""
    lying = await scanned_pages.pile(db, class_id, await moderator_of(request, db), now=now)
    return pile_page(request, lying, PagesForm())


@post("/classes/{class_id:uuid}/paper/scan", include_in_schema=False, request_max_body_size=MOST_SENT)
async def bring(
    request: Asked,
    class_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Each page is read and lies on the pile. The database waits for nobody meanwhile."""
    form = await filled(PagesForm, request)
    read = await _read_if_taken(request, class_id)
    teacher = await moderator_of(request, db)
    brought: list[ScannedPage] = []
    if read.pages:
        try:
            brought = await scanned_pages.bring(db, class_id, teacher, read.pages, key=at.key, now=now)
        except Refused as no:
            read.said = [refusal_sentence(no.refusal)]
    if not brought:
        form.files.errors = read.said[:1] or [_nothing(read)]
        lying = await scanned_pages.pile(db, class_id, teacher, now=now)
        return pile_page(request, lying, form, status=422)
    return go(f"/classes/{class_id}/paper/scan", say=_came(brought, read), kind="warn" if read.said else "ok")


def pile_page(
    request: Asked, lying: Pile, form: PagesForm, *, wrong: tuple[UUID, str] | None = None, status: int = 200
) -> Template:
    """The pile. `wrong`: the page beside which a sentence has to stand."""
    return page(
        request,
        "class_letters/scan.html",
        status=status,
        of=lying.of,
        lying=lying,
        ended=lying.of.state is ClassState.ENDED,
        snags={one.way.mine.id: scan_words.snag(one.snag) for one in lying.bundles if one.snag},
        before=scanned_pages.before(lying),
        days=scanned_pages.KEPT_FOR.days,
        form=form,
        amiss=wrong,
        errors=form.summary or ([(f"code-{wrong[0]}", wrong[1])] if wrong else None),
    )


async def _read_if_taken(request: Asked, class_id: UUID) -> Read:
    """Nothing is read for somebody whose class it is not, and nothing for a class whose year is over."""
    async with database_of(request).reading() as db:
        try:
            await teaching.running_class(db, class_id, await moderator_of(request, db))
        except Refused as no:
            return Read(said=[refusal_sentence(no.refusal)])
    return await _read(request)


async def _read(request: Asked) -> Read:
    """Every file in the order in which it was chosen. A file that cannot be read keeps no other one out."""
    sent = await request.form()
    parts = [one for name in ("files", "camera") for one in sent.getall(name, []) if isinstance(one, UploadFile)]
    files = [(part.filename, await part.read(MOST_BYTES + 1)) for part in parts[:MOST_FILES]]
    files = [(name, data) for name, data in files if data]
    read = Read()
    try:
        piles = await asyncio.to_thread(paper.piles_in, [data for _name, data in files])
    except OSError:  # no process can be started now
        piles = [paper.Pile(problem="reader_died")] * len(files)
    for (name, _data), pile in zip(files, piles, strict=True):
        read.pages += [(one.picture, one.codes) for one in pile.pages]
        read.empty, read.unread = read.empty + pile.empty, read.unread + pile.unread
        if pile.problem or pile.unread:
            sentence = scan_words.trouble(pile.problem)
            read.said.append(f"{name}: {sentence}" if len(files) > 1 else sentence)
    return read


def _nothing(read: Read) -> str:
    if read.empty:
        return _("All pages are empty.")
    return _("Please choose a PDF or photos, or take a photo.")


def _came(brought: Sequence[ScannedPage], read: Read) -> str:
    """How many pages came in, and what is to be done or known of them."""
    strays = sum(one.participant_id is None for one in brought)
    said = [_count(ngettext("%(num)s page has come in.", "%(num)s pages have come in.", len(brought)), len(brought))]
    if strays:
        more = ngettext("Of %(num)s you have to say whose it is.", "Of %(num)s you have to say whose they are.", strays)
        said.append(_count(more, strays))
    if read.empty:
        more = ngettext("%(num)s empty page is left out.", "%(num)s empty pages are left out.", read.empty)
        said.append(_count(more, read.empty))
    if read.unread:
        more = ngettext(
            "%(num)s page could not be read.", "%(num)s pages could not be read.", read.unread
        )  # fmt: skip
        said.append(_count(more, read.unread))
    return " ".join([*said, *read.said[:3]])


def _count(sentence: str, num: int) -> str:
    return sentence % {"num": number(num)}


ROUTES = [show, bring]
