"""What can a moderator say to one pair of a draft? Keep it, let it go, never, or never no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import round_pairs, round_views, viewing
from penfriends.i18n import gettext as _
from penfriends.models.matching import RoundPair
from penfriends.models.moderation import Moderator
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.desk import VetoForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page
from penfriends.web.round_pages import back_to, shown

table(
    "round_decisions",
    pin=Permission.STAFF,
    unpin=Permission.STAFF,
    never_page=Permission.STAFF,
    never=Permission.STAFF,
    allow_again=Permission.STAFF,
)
Asked = Request[Any, Any, Any]


@post("/desk/rounds/{round_id:uuid}/pairs/{pair_id:uuid}/pin", include_in_schema=False)
async def pin(
    request: Asked,
    round_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """Kept when the rest is run again."""
    await round_pairs.pin(db, pair_id, await moderator_of(request, db), now=now)
    return go(back_to(round_id, await _choices(request), pair_id), say=_("The pair stays, whatever comes."))


@post("/desk/rounds/{round_id:uuid}/pairs/{pair_id:uuid}/unpin", include_in_schema=False)
async def unpin(
    request: Asked,
    round_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """The next run decides anew."""
    await round_pairs.unpin(db, pair_id, await moderator_of(request, db), now=now)
    return go(back_to(round_id, await _choices(request), pair_id), say=_("The next run decides anew about this pair."))


@get("/desk/rounds/{round_id:uuid}/pairs/{pair_id:uuid}/never", include_in_schema=False)
async def never_page(
    request: Asked,
    round_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """Say why these two should never write to each other."""
    return await _never_page(request, tracing_db, round_id, pair_id, VetoForm(), now=now)


@post("/desk/rounds/{round_id:uuid}/pairs/{pair_id:uuid}/never", include_in_schema=False)
async def never(
    request: Asked,
    round_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    """Never proposed again, while nobody takes it back."""
    form = await filled(VetoForm, request)
    if not form.validate():
        return await _never_page(request, db, round_id, pair_id, form, now=now, status=422)
    await round_pairs.forbid(db, pair_id, await moderator_of(request, db), reason=form.reason.data, now=now)
    return go(f"/desk/rounds/{round_id}", say=_("The two are not proposed to each other again. Run the rest again."))


@post("/desk/rounds/{round_id:uuid}/pairs/{pair_id:uuid}/allowed", include_in_schema=False)
async def allow_again(
    request: Asked,
    round_id: FromPath[UUID],
    pair_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Redirect:
    """On second thoughts."""
    await round_pairs.allow_again(db, pair_id, await moderator_of(request, db), now=now)
    return go(back_to(round_id, "", pair_id), say=_("The two may be proposed to each other again."))


async def _never_page(
    request: Asked,
    db: AsyncSession,
    round_id: UUID,
    pair_id: UUID,
    form: VetoForm,
    *,
    now: datetime,
    status: int = 200,
) -> Template:
    desk = await desk_of(request, db, now)
    pair = await _pair(db, pair_id, desk.moderator, now=now)
    found = await round_views.with_faces(db, [pair], now=now)
    await viewing.note_list(db, desk.moderator, [face.resident for face in found[0].sides], now=now)
    one = (await shown(db, desk, found))[0]
    return page(request, "rounds/never.html", status=status, form=form, one=one, round_id=round_id)


async def _pair(db: AsyncSession, pair_id: UUID, moderator: Moderator, *, now: datetime) -> RoundPair:
    return await round_pairs.must_see(db, pair_id, moderator, now=now)


async def _choices(request: Asked) -> str:
    return str((await request.form()).get("choices", ""))


ROUTES = [pin, unpin, never_page, never, allow_again]
