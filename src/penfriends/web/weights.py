"""How does an association tune what counts in matching? It types numbers, sees what they would do, and decides; and it
says whether friends may come from twin towns of its twin towns."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel.units import format_unit
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import viewing, weights
from penfriends.actions.queues import Face
from penfriends.actions.weights import Outlook
from penfriends.i18n import gettext as _
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.reasons import term_sentence
from penfriends.rules.weights import STANDARD, TWICE, WHOLE, Weights
from penfriends.web.desk import desk_of, moderator_of
from penfriends.web.forms import filled
from penfriends.web.forms.weights import WeightsForm, explained, limits
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import go, page, town_name
from penfriends.words import refusal_sentence

if TYPE_CHECKING:
    from penfriends.rules.tuning import Partner

table("weights", show_weights=Permission.STAFF, show_outlook=Permission.STAFF, change_weights=Permission.STAFF)
table("weights", open_further=Permission.STAFF, close_further=Permission.STAFF)
Asked = Request[Any, Any, Any]
TELLING = ("interests", "language", "age")


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody of whom only the town is said, why the two would fit, and how well (rule R18)."""

    who: str
    why: Sequence[str]
    points: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody of an own town, whom they would have now, and whom then."""

    face: Face
    before: Sequence[Told]
    after: Sequence[Told]


@get("/desk/weights", include_in_schema=False)
async def show_weights(request: Asked, db: NamedDependency[AsyncSession]) -> Template:
    """The seven numbers, as they are or as they were typed before."""
    moderator = await moderator_of(request, db)
    form = WeightsForm(request.query_params, data=asdict(await weights.table_of(db, moderator.association_id)))
    return await _form_page(request, db, moderator, form)


@get("/desk/weights/outlook", include_in_schema=False)
async def show_outlook(
    request: Asked,
    db: NamedDependency[AsyncSession],
    tracing_db: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
) -> Template:
    """What the typed numbers would change, before anything is kept. Children among the examples leave a line (R41)."""
    desk = await desk_of(request, db, now)
    now_valid = await weights.table_of(db, desk.moderator.association_id)
    form = WeightsForm(request.query_params, data=asdict(now_valid))
    if not form.validate():
        return await _form_page(request, db, desk.moderator, form, status=422)
    found = await weights.outlook(db, desk, form.weights, now=now)
    await viewing.note_list(tracing_db, desk.moderator, [one.face.resident for one in found.examples], now=now)
    return page(
        request,
        "weights/outlook.html",
        form=form,
        found=found,
        seen=found.comparison,
        same=form.weights == now_valid,
        changed=_changed(now_valid, form.weights, form),
        examples=await _shown(db, found),
        years=_years,
        may_change=weights.may_change(desk.moderator),
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@post("/desk/weights", include_in_schema=False)
async def change_weights(
    request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template | Redirect:
    moderator = await moderator_of(request, db)
    form = await filled(WeightsForm, request)
    if not form.validate():
        return await _form_page(request, db, moderator, form, status=422)
    await weights.change(db, moderator, form.weights, now=now)
    return go("/desk/weights", say=_("These numbers count from the next round on."))


@post("/desk/weights/further/opening", include_in_schema=False)
async def open_further(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    await weights.let_from_further_away(db, await moderator_of(request, db), True, now=now)
    return go("/desk/weights", say=_("From the next round on friends may come from twin towns of your twin towns."))


@post("/desk/weights/further/closing", include_in_schema=False)
async def close_further(request: Asked, db: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> Redirect:
    await weights.let_from_further_away(db, await moderator_of(request, db), False, now=now)
    return go("/desk/weights", say=_("From now on friends come from your twin towns only."))


async def _form_page(
    request: Asked, db: AsyncSession, moderator: Moderator, form: WeightsForm, *, status: int = 200
) -> Template:
    now_valid = await weights.table_of(db, moderator.association_id)
    return page(
        request,
        "weights/form.html",
        status=status,
        form=form,
        explained=explained(),
        limits=limits(),
        twice=TWICE,
        whole=WHOLE,
        is_standard=now_valid == STANDARD,
        standard=asdict(STANDARD),
        further=await weights.from_further_away(db, moderator.association_id),
        may_change=weights.may_change(moderator),
    )


def _changed(before: Weights, after: Weights, form: WeightsForm) -> list[tuple[str, int, int]]:
    """What was changed: the name of the number, what it is, what it would be."""
    old, new = asdict(before), asdict(after)
    return [(form[name].label.text, old[name], new[name]) for name in old if old[name] != new[name]]


async def _shown(db: AsyncSession, found: Outlook) -> list[Shown]:
    towns = {one.slug: town_name(one) for one in await db.exec(select(Town))}

    def told(partners: "Sequence[Partner]") -> list[Told]:
        return [
            Told(_("somebody in %(town)s") % {"town": towns[one.town]}, _why(one), one.explanation.total)
            for one in partners
        ]

    return [Shown(one.face, told(one.moved.before), told(one.moved.after)) for one in found.examples]


def _why(partner: "Partner") -> list[str]:
    """What an introduction would lean on."""
    return [
        term_sentence(term.name, term.detail, first="", second="", towns={})
        for term in partner.explanation.points
        if term.name in TELLING
    ]


def _years(months: int) -> str:
    """A length of time with a decimal, in the words of the reader’s language."""
    return str(format_unit(round(months / 12, 1), "duration-year", locale=i18n.locale_of(i18n.current.get())))


ROUTES = [show_weights, show_outlook, change_weights, open_further, close_further]
