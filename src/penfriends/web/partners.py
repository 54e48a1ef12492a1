"""How does a teacher find a partner class: look at those that fit, ask one, wait on the list?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import class_fit_words
from penfriends.actions import class_asks, pairing_steps, partner_search, teaching
from penfriends.actions.addresses import Addresses
from penfriends.errors import NotFound
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Pairing
from penfriends.models.places import Town
from penfriends.rules.score import Explanation
from penfriends.web.desk import moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.partners import AskForm
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name
from penfriends.web.why import Reason

table(
    "partners",
    find_partner=Permission.TEACHER,
    look_for_partner=Permission.TEACHER,
    rest_search=Permission.TEACHER,
    open_to_far=Permission.TEACHER,
    show_suggestion=Permission.TEACHER,
    ask_class=Permission.TEACHER,
)
Asked = Request[Any, Any, Any]


@get("/classes/{class_id:uuid}/partner", include_in_schema=False)
async def find_partner(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Who fits, best first; who was asked and who asks; and what there is to do if nobody fits."""
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    fitting = await partner_search.suggestions(db, of, now=now)
    return page(
        request,
        "partners/find.html",
        of=of,
        now=now,
        fitting=fitting,
        sent=await _with_places(db, await class_asks.open_asks(db, class_id, by_us=True)),
        received=await _with_places(db, await class_asks.open_asks(db, class_id, by_us=False)),
        standing=await _with_places(db, await class_asks.standing_of(db, class_id)),
        outlook=None if fitting else await partner_search.outlook(db, of, now=now),
        far_allowed=(await partner_search.card_of(db, class_id)).far_allowed,
        words=class_fit_words,
    )


@post("/classes/{class_id:uuid}/partner/search", include_in_schema=False)
async def look_for_partner(
    request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Redirect:
    await partner_search.look(db, class_id, await moderator_of(request, db), now=now)
    return go(f"/classes/{class_id}/partner", say=_("Your class is on the list now."))


@post("/classes/{class_id:uuid}/partner/rest", include_in_schema=False)
async def rest_search(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    await partner_search.stop_looking(db, class_id, await moderator_of(request, db))
    return go(f"/classes/{class_id}/partner", say=_("Your class is not on the list any more."))


@post("/classes/{class_id:uuid}/partner/far", include_in_schema=False)
async def open_to_far(request: Asked, class_id: FromPath[UUID], db: NamedDependency[AsyncSession]) -> Redirect:
    """Twins of twins, too, or not any more."""
    sent = await request.form()
    far = sent.get("far") == "yes"
    await partner_search.open_to_far(db, class_id, await moderator_of(request, db), far=far)
    return go(f"/classes/{class_id}/partner", say=_("We will remember that."))


@get("/classes/{class_id:uuid}/partner/{other_id:uuid}", include_in_schema=False)
async def show_suggestion(
    request: Asked,
    class_id: FromPath[UUID],
    other_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """One class, why it fits, and a few words to its teacher."""
    return await _ask_page(request, db, class_id, other_id, AskForm(), now=now)


@post("/classes/{class_id:uuid}/partner/{other_id:uuid}", include_in_schema=False)
async def ask_class(
    request: Asked,
    class_id: FromPath[UUID],
    other_id: FromPath[UUID],
    db: NamedDependency[AsyncSession],
    at: NamedDependency[Addresses],
    now: NamedDependency[datetime],
) -> Template | Redirect:
    form = await filled(AskForm, request)
    if not form.validate():
        return await _ask_page(request, db, class_id, other_id, form, now=now, status=422)
    teacher: Moderator = await moderator_of(request, db)
    await class_asks.ask(db, class_id, other_id, teacher, words=form.words.data, at=at, now=now)
    return go(f"/classes/{class_id}/partner", say=_("The teachers of the other class are asked."))


async def _ask_page(
    request: Asked, db: AsyncSession, class_id: UUID, other_id: UUID, form: AskForm, *, now: datetime, status: int = 200
) -> Template:
    of = await teaching.own_class(db, class_id, await moderator_of(request, db))
    fitting = await partner_search.suggestions(db, of, now=now)
    one = next((found for found in fitting if found.card.of.id == other_id), None)
    if one is None:
        raise NotFound
    return page(
        request,
        "partners/ask.html",
        status=status,
        of=of,
        one=one,
        form=form,
        why=await why(db, one.why),
        asks_left=class_asks.ASKS_AT_ONCE - len(await class_asks.open_asks(db, class_id, by_us=True)),
    )


async def why(db: AsyncSession, explanation: Explanation) -> list[Reason]:
    """The reasons for two classes in the reader's language."""
    towns = {one.slug: town_name(one) for one in await db.exec(select(Town))}
    return [
        Reason(class_fit_words.fit_sentence(term.name, term.detail, towns), term.points, term.maximum)
        for term in explanation.points
    ]


async def _with_places(db: AsyncSession, rows: Sequence[Pairing]) -> list[tuple[Pairing, list[pairing_steps.Place]]]:
    return [(one, await pairing_steps.places_of(db, one)) for one in rows]


ROUTES = [find_partner, look_for_partner, rest_search, open_to_far, show_suggestion, ask_class]
