"""How is a letter written on the site: a sheet, kept while one types, sent to be read, taken back?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_calendar, classroom, drafts, friends, threads
from penfriends.actions.addresses import Addresses
from penfriends.errors import Refused
from penfriends.i18n import gettext as _
from penfriends.mail.images import MOST_PICTURES, SafeImage
from penfriends.models.letters import Letter, Participant
from penfriends.web import typed
from penfriends.web.forms import filled
from penfriends.web.forms.letters import LetterForm
from penfriends.web.ideas import ideas_for
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, visitor_of
from penfriends.words import refusal_sentence, return_reason
from workers.reading import shared

table(
    "letters_write",
    start=Permission.WRITER,
    edit=Permission.WRITER,
    keep=Permission.LINK,  # the key in the form opens this one sheet for writing: a session may be over meanwhile
    send=Permission.LINK,
    take_back=Permission.WRITER,
    throw_away=Permission.WRITER,
    remove_picture=Permission.WRITER,
)
MOST_OF_A_PUPIL = 1
LARGEST_OF_A_PUPIL = 10 * 1024 * 1024
Shown = Request[Any, Any, Any]


@post("/letters/with/{correspondence_id:uuid}/new", include_in_schema=False)
async def start(
    request: Shown,
    correspondence_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """The sheet that lies there, else a new one."""
    mine = await threads.my_side(db, visitor_of(request).resident_id, correspondence_id)
    letter = await drafts.sheet_for(db, mine, now=now)
    return go(f"/letters/{letter.id}/edit")


@get("/letters/{letter_id:uuid}/edit", include_in_schema=False)
async def edit(
    request: Shown,
    letter_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    letter = await threads.my_letter(db, visitor_of(request).resident_id, letter_id)
    if letter.state not in threads.TYPED_ON:
        return go(_thread_of(letter))
    form = LetterForm(data={"title": letter.title, "text": threads.typed_text(letter), "language": letter.language})
    return await _sheet(request, letter, form, db, at=at, now=now)


@post("/letters/{letter_id:uuid}/draft", include_in_schema=False)
async def keep(
    request: Shown,
    letter_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect | Response[Any]:
    """Keep the text: for the button “Save draft”, and every 20 seconds for autosave.js."""
    form, (pictures, wrong) = await filled(LetterForm, request), await _pictures(request)
    letter = await _opened(request, letter_id, form, db, at=at)
    if await drafts.is_overtaken(db, letter, form.typed, seen=form.version.data or ""):
        return await _elsewhere(request, letter, form, pictures, db, at=at, now=now)
    if letter.state not in threads.TYPED_ON:
        return go(_thread_of(letter))
    fits = form.validate()
    await drafts.keep_typed(db, letter, form.typed, now=now)
    if "x-autosave" in request.headers:
        return _autosaved(letter, form, fits=fits)
    if visitor_of(request).resident_id is None:
        return await _sign_in_again(letter, db)
    wrong += await drafts.add_pictures(db, letter, pictures, most=_most(request), now=now)
    if not fits or _said(request, form, wrong):
        return await _sheet(request, letter, form, db, at=at, now=now, status=422)
    return go(f"/letters/{letter.id}/edit", say=_("Saved. You can go on whenever you like."))


@post("/letters/{letter_id:uuid}/sending", include_in_schema=False)
async def send(
    request: Shown,
    letter_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect | Response[Any]:
    """The text is kept before anything can go wrong with the sending; a second press of the button changes nothing."""
    form, (pictures, wrong) = await filled(LetterForm, request), await _pictures(request)
    letter = await _opened(request, letter_id, form, db, at=at)
    if await drafts.is_overtaken(db, letter, form.typed, seen=form.version.data or ""):
        return await _elsewhere(request, letter, form, pictures, db, at=at, now=now)
    if letter.state not in threads.TYPED_ON:
        return go(_thread_of(letter))
    fits = form.validate()
    await drafts.keep_typed(db, letter, form.typed, now=now)
    if visitor_of(request).resident_id is None:
        return await _sign_in_again(letter, db)
    wrong += await drafts.add_pictures(db, letter, pictures, most=_most(request), now=now)
    if (
        not fits
        or not form.must_have_text()
        or _said(request, form, wrong)
        or not await _sent(form, letter, db, now=now)
    ):
        return await _sheet(request, letter, form, db, at=at, now=now, status=422)
    return go(_thread_of(letter), say=_("Sent. You can still take it back for a while."))


@post("/letters/{letter_id:uuid}/undo", include_in_schema=False)
async def take_back(
    request: Shown, letter_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    letter = await threads.my_letter(db, visitor_of(request).resident_id, letter_id)
    await drafts.take_back(db, letter, now=now)
    return go(f"/letters/{letter.id}/edit", say=_("You have your letter back. Nobody received it."))


@post("/letters/{letter_id:uuid}/removal", include_in_schema=False)
async def throw_away(request: Shown, letter_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    letter = await threads.my_letter(db, visitor_of(request).resident_id, letter_id)
    await drafts.throw_away(db, letter)
    return go(_thread_of(letter), say=_("The draft is gone."))


@post("/letters/{letter_id:uuid}/pictures/{number:int}/removal", include_in_schema=False)
async def remove_picture(
    request: Shown, letter_id: FromPath[UUID], number: FromPath[int], db: NamedDependency[AsyncSession]
) -> Redirect:
    letter = await threads.my_letter(db, visitor_of(request).resident_id, letter_id)
    await drafts.remove_picture(db, letter, number)
    return go(f"/letters/{letter.id}/edit", say=_("The picture is taken out."))


# --- what the handlers share ---------------------------------------------------------------------------------------


async def _opened(request: Shown, letter_id: UUID, form: LetterForm, db: AsyncSession, *, at: Addresses) -> Letter:
    """The writer's own sheet, or the one that the form's key opens when the session is over."""
    resident_id = visitor_of(request).resident_id
    if resident_id is None:
        return await drafts.draft_by_key(db, letter_id, form.key.data or "", at=at)
    return await threads.my_letter(db, resident_id, letter_id)


async def _sheet(
    request: Shown,
    letter: Letter,
    form: LetterForm,
    db: AsyncSession,
    *,
    at: Addresses,
    now: datetime,
    status: int = 200,
    other: drafts.Typed | None = None,
) -> Template:
    thread = await threads.my_thread(db, visitor_of(request).resident_id, letter.correspondence_id, now=now)
    of_class = thread.correspondence.pairing_id is not None
    theme = await class_calendar.theme_for(db, letter.correspondence_id, now.date()) if of_class else None
    sheet = next((one for one in (thread.draft, *thread.returned) if one and one.letter.id == letter.id), None)
    form.offer(
        [*(await friends.languages_of(db, thread.resident)), *(code for code, _level in thread.friend.languages)]
    )
    form.key.data, form.version.data = drafts.draft_key(letter.id, at), drafts.version_of(letter)
    return page(
        request, "letters/edit.html", status=status, form=form, letter=letter, thread=thread,
        ideas=ideas_for(thread, theme),
        other=other, pictures=sheet.pictures if sheet else (), most=_most(request), device=await _device(request, db),
        return_reason=return_reason, now=now,
    )  # fmt: skip


async def _elsewhere(
    request: Shown,
    letter: Letter,
    form: LetterForm,
    pictures: Sequence[SafeImage],
    db: AsyncSession,
    *,
    at: Addresses,
    now: datetime,
) -> Template | Response[Any]:
    """Another window was faster: nothing is overwritten, and both texts are shown to their writer, if signed in."""
    theirs = visitor_of(request).resident_id is not None
    if "x-autosave" in request.headers:
        return _autosave_stopped(letter, may_read=theirs)
    if not theirs:
        again, kept = request.url.path, typed.fields(request)
        door = await _door(letter, db)
        return page(
            request, "signed_out.html", status=403, door=door, words=typed.words(request), kept=kept, again=again
        )
    other = drafts.on_sheet(letter)
    if letter.state not in threads.TYPED_ON:
        return page(request, "letters/sent_elsewhere.html", status=409, letter=letter, mine=form.typed, other=other)
    await drafts.add_pictures(db, letter, pictures, most=_most(request), now=now)
    return await _sheet(request, letter, form, db, at=at, now=now, status=409, other=other)


def _autosaved(letter: Letter, form: LetterForm, *, fits: bool) -> Response[Any]:
    """A word for the script, and the mark of what is kept now."""
    said = _("Saved") if fits else str(next(iter(form.text.errors or form.title.errors), ""))
    headers = {"x-version": drafts.version_of(letter)}
    return Response(said, media_type="text/plain", status_code=200 if fits else 422, headers=headers)


def _autosave_stopped(letter: Letter, *, may_read: bool) -> Response[Any]:
    """What the script needs to offer both texts. A key without a session opens nothing to read."""
    other, on_table = drafts.on_sheet(letter), letter.state in threads.TYPED_ON
    answer = {"sent": not on_table, "version": drafts.version_of(letter)}
    if may_read and on_table:
        answer |= {"title": other.title, "text": other.text, "language": other.language or ""}
    return Response(answer, media_type="application/json", status_code=409)


async def _pictures(request: Shown) -> tuple[list[SafeImage], int]:
    """The uploaded pictures, each drawn anew in the process that also reads mail (rules R21, R29), and how many files
    were none. Before the database is touched, because it takes a while."""
    good: list[SafeImage] = []
    wrong = 0
    if visitor_of(request).resident_id is None:  # a key keeps the text only; nobody else may make us draw
        return good, wrong
    for part in (await request.form()).getall("pictures", []):
        data = await part.read() if isinstance(part, UploadFile) else b""
        if not data:
            continue
        too_large = visitor_of(request).is_pupil and len(data) > LARGEST_OF_A_PUPIL
        # each may take a second, and a form holds hundreds of small ones
        if too_large or len(good) + wrong >= _most(request):
            wrong += 1
            break
        try:
            drawn = await asyncio.to_thread(shared().picture, data)
        except OSError:  # no process can be started now: the text must not be lost with the picture
            drawn = None
        good += [drawn] if drawn else []
        wrong += drawn is None
    return good, wrong


def _said(request: Shown, form: LetterForm, wrong: int) -> bool:
    """Whether something has to be said of the pictures; the text is kept in any case."""
    if wrong:
        sentence = _("Not every picture could be taken. Five at most, as JPEG or PNG. Your text is kept.")
        if visitor_of(request).is_pupil:
            sentence = _(
                "This picture could not be taken. One drawing fits in a letter, as JPEG or PNG and up to 10 MB: try a "
                "smaller one, or ask your teacher. Your text is kept."
            )
        form.pictures.errors = [*form.pictures.errors, sentence]
    return bool(wrong)


def _most(request: Shown) -> int:
    """How many pictures fit in a letter."""
    return MOST_OF_A_PUPIL if visitor_of(request).is_pupil else MOST_PICTURES


async def _device(request: Shown, db: AsyncSession) -> str:
    """Whether a pupil's text may be kept on this device, too (js/draft.js): `own`, `shared`, or nothing for others."""
    of = await classroom.class_of(db, visitor_of(request).resident_id)
    return "" if of is None else "shared" if of.shared_devices else "own"


async def _sent(form: LetterForm, letter: Letter, db: AsyncSession, *, now: datetime) -> bool:
    """Sent, or refused with a sentence on the sheet, where the text still stands."""
    try:
        await drafts.send(db, letter, now=now)
    except Refused as no:
        form.form_errors.append(refusal_sentence(no.refusal))
        return False
    return True


async def _sign_in_again(letter: Letter, db: AsyncSession) -> Redirect:
    return go(await _door(letter, db), say=_("Please sign in again. Your text is kept."), kind="note")


async def _door(letter: Letter, db: AsyncSession) -> str:
    """Where the writer of a sheet signs in."""
    author = await db.get_one(Participant, letter.author_id)
    of = await classroom.class_of(db, author.resident_id)
    return f"/sign-in?next=/letters/{letter.id}/edit" if of is None else "/class"


def _thread_of(letter: Letter) -> str:
    return f"/letters/with/{letter.correspondence_id}"


ROUTES = [start, edit, keep, send, take_back, throw_away, remove_picture]
