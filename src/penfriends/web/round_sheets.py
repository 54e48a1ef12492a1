"""Who got nobody in a round and why, and which people are lacking in which town? The second is made for paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import round_reasons
from penfriends.actions import round_views, viewing
from penfriends.i18n import gettext as _
from penfriends.models.places import Association, Town
from penfriends.reasons import joined
from penfriends.rules.shortage import AGES, FEW, Group, Lack
from penfriends.web.desk import desk_of, zone_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import language_name, number, page, town_name
from penfriends.words import refusal_sentence

table("round_sheets", unmatched=Permission.STAFF, lacking=Permission.STAFF)
Asked = Request[Any, Any, Any]
HEADLINES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: an age group, each language with how many, and where those wait who need them."""

    ages: str
    languages: str
    waiting_in: str = ""


@get("/desk/rounds/{round_id:uuid}/unmatched", include_in_schema=False)
async def unmatched(
    request: Asked, round_id: FromPath[UUID], tracing_db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """Everybody of the own towns who got nobody, why, and what would help; and who got no further friend."""
    desk = await desk_of(request, tracing_db, now)
    row = await round_views.must_see(tracing_db, round_id, desk)
    found = await round_views.alone(tracing_db, desk, row, now=now)
    more = await round_views.wish_for_more(tracing_db, desk, row, now=now)
    await viewing.note_list(tracing_db, desk.moderator, [one.face.resident for one in [*found, *more]], now=now)
    return page(
        request,
        "rounds/unmatched.html",
        row=row,
        found=found,
        more=more,
        words=round_reasons,
        now=now,
        closed=refusal_sentence(desk.closed) if desk.closed else "",
    )


@get("/desk/rounds/{round_id:uuid}/shortage", include_in_schema=False)
async def lacking(
    request: Asked, round_id: FromPath[UUID], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """The sheet: who waits in the own towns, whom the own towns lack, whom their twins lack. Numbers only."""
    desk = await desk_of(request, db, now)
    row = await round_views.must_see(db, round_id, desk)
    found, towns = await round_views.sheet(db, desk, row)
    return page(
        request,
        "rounds/shortage.html",
        row=row,
        association=await db.get_one(Association, desk.moderator.association_id),
        headlines=_headlines([*found.here, *found.there], towns),
        here=_lacks(found.here, towns),
        there=_lacks(found.there, towns),
        waiting=_waiting(found.waiting, towns),
        unlinked=[town_name(towns[slug]) for slug in found.unlinked],
        zone=await zone_of(db, desk),
    )


def _lacks(lacks: Sequence[Lack], towns: dict[str, Town]) -> list[tuple[str, list[Row]]]:
    """By town; the town that lacks most stands first, the youngest first in it."""
    found = []
    for slug, group in groupby(lacks, key=lambda one: one.missing.town):
        here = list(group)
        found.append((sum(_rank(one.missing) for one in here), slug, _by_age(here, towns)))
    return [(town_name(towns[slug]), rows) for _most, slug, rows in sorted(found, key=lambda one: (-one[0], one[1]))]


def _by_age(lacks: Sequence[Lack], towns: dict[str, Town]) -> list[Row]:
    rows = []
    for ages, group in groupby(sorted(lacks, key=lambda one: one.missing.ages), key=lambda one: one.missing.ages):
        here = list(group)
        places = sorted({town_name(towns[slug]) for one in here for slug in one.waiting_in})
        rows.append(Row(_ages(ages), _languages([one.missing for one in here]), joined(places)))
    return rows


def _waiting(groups: Sequence[Group], towns: dict[str, Town]) -> list[tuple[str, list[Row]]]:
    """By town, the youngest first."""
    found = []
    for slug, group in groupby(sorted(groups, key=lambda one: (one.town, one.ages)), key=lambda one: one.town):
        by_age = groupby(group, key=lambda one: one.ages)
        found.append((town_name(towns[slug]), [Row(_ages(ages), _languages(list(here))) for ages, here in by_age]))
    return found


def _rank(group: Group) -> int:
    """How large, for the order of the lines: two numbers that are not shown must not show in it either."""
    return FEW - 1 if group.is_few else group.number


def _languages(groups: Sequence[Group]) -> str:
    """Each language with its number, the largest first."""
    largest = sorted(groups, key=lambda one: (-_rank(one), one.language))
    return joined([f"{language_name(one.language)} ({_number(one)})" for one in largest])


def _headlines(lacks: Sequence[Lack], towns: dict[str, Town]) -> list[str]:
    """The largest gap of each town as a sentence; none about a group so small that it has no number."""
    largest: dict[str, Group] = {}
    for one in sorted((one.missing for one in lacks if not one.missing.is_few), key=lambda one: -one.number):
        largest.setdefault(one.town, one)
    return [
        _("%(town)s lacks %(number)s aged %(ages)s who write %(language)s.")
        % {
            "town": town_name(towns[one.town]), "number": _number(one), "ages": _ages(one.ages),
            "language": language_name(one.language),
        }
        for one in list(largest.values())[:HEADLINES]
    ]  # fmt: skip


def _ages(position: int) -> str:
    first, last = AGES[position]
    span = {"first": number(first), "last": number(last or 0)}
    return (_("%(first)s–%(last)s") if last else _("%(first)s and older")) % span


def _number(group: Group) -> str:
    return _("fewer than %(number)s") % {"number": number(FEW)} if group.is_few else number(group.number)


ROUTES = [unmatched, lacking]
