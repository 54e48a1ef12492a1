"""What stands on the pages of a round: pairs with their reasons in sentences, the way there and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar import Request
from litestar.response import Template
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import reasons, round_reasons
from penfriends.actions import round_views, viewing
from penfriends.actions.queues import Face
from penfriends.actions.remit import Desk
from penfriends.actions.round_views import Proposed, Wanted
from penfriends.models.matching import MatchRound, PairState, RoundState
from penfriends.models.places import Town
from penfriends.web.desk import zone_of
from penfriends.web.respond import page, town_name
from penfriends.web.why import Reason, RunnerUp, path, runners_up, why
from penfriends.words import refusal_sentence

Asked = Request[Any, Any, Any]
CHOICES = ("town", "band", "twins", "sort", "page")
BEST = 2
"""So many of the best reasons stand beside the pair; all of them are in the table below it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One pair as the page shows it. `way` are three towns where they are twins of a twin; `language` is what both
    write."""

    proposed: Proposed
    reasons: Sequence[Reason]
    best: Sequence[str]
    others: Sequence[RunnerUp]
    way: tuple[str, ...]
    language: str

    @property
    def faces(self) -> tuple[Face, Face]:
        return self.proposed.sides


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address says is to be shown. `query` is the same again, for the way back."""

    wanted: Wanted
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return urlencode(self.values)

    def at(self, number: int) -> str:
        """The same on another page."""
        return urlencode({**self.values, "page": number})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.values.keys() - {"sort", "page"})


def chosen(values: Mapping[str, str]) -> Chosen:
    """Read the choices of an address; what is not known is left out."""
    kept = {name: values[name] for name in CHOICES if values.get(name)}
    number = int(kept["page"]) if kept.get("page", "").isascii() and kept.get("page", "").isdigit() else 1
    wanted = Wanted(
        kept.get("town", ""), kept.get("band", ""), kept.get("twins") == "on", kept.get("sort") == "waiting", number
    )
    return Chosen(wanted, kept)


def back_to(round_id: UUID, sent: str, pair_id: UUID | None = None) -> str:
    """Where a moderator goes on after a decision: the same choices, at the same pair."""
    query = chosen(dict(parse_qsl(sent[:300]))).query
    place = f"#p-{pair_id}" if pair_id else ""
    return f"/desk/rounds/{round_id}{'?' if query else ''}{query}{place}"


async def draft_page(
    request: Asked, db: AsyncSession, desk: Desk, row: MatchRound, what: Chosen, *, now: datetime
) -> Template:
    """The pairs of a draft, or of a published round. A line in the log where children are among them (rule R41)."""
    found, total = await round_views.proposals(db, desk, row, what.wanted, now=now)
    forbidden = await round_views.set_aside(db, desk, row, PairState.FORBIDDEN, now=now)
    lapsed = await round_views.set_aside(db, desk, row, PairState.LAPSED, now=now)
    seen = [face.resident for one in (*found, *forbidden, *lapsed) for face in one.sides]
    await viewing.note_list(db, desk.moderator, seen, now=now)
    return page(
        request,
        "rounds/draft.html",
        row=row,
        pairs=await shown(db, desk, found),
        total=total,
        pages=-(-total // round_views.SHOWN),
        chosen=what,
        sums=await round_views.sums(db, desk, row),
        alone=len(await round_views.alone(db, desk, row, now=now)),
        forbidden=forbidden,
        lapsed=lapsed,
        towns=await round_views.towns_in(db, desk, row),
        is_draft=row.state is RoundState.DRAFT,
        zone=await zone_of(db, desk),
        closed=refusal_sentence(desk.closed) if desk.closed else "",
        words=round_reasons,
    )


async def shown(db: AsyncSession, desk: Desk, found: Sequence[Proposed]) -> list[Shown]:
    """Pairs with everything that is said about them."""
    towns = {one.slug: town_name(one) for one in await db.exec(select(Town))}
    others = await round_views.others_in(db, desk, found)
    return [_shown(one, towns, others) for one in found]


def _shown(one: Proposed, towns: Mapping[str, str], others: Mapping[str, tuple[str, Town]]) -> Shown:
    kept = one.pair.explanation
    names = {str(face.resident.id): face.resident.first_name for face in one.sides}
    terms = why(kept, names, towns)
    best = sorted((term for term in terms[1:] if term.is_good), key=lambda term: -term.points)[:BEST]
    shared = [term for term in terms[:1] if term.points]  # interests: what there is to write about stands first
    language = next((list(term["detail"])[:1] for term in kept.get("terms", []) if term["name"] == "language"), [])
    ends = (town_name(one.sides[0].town), town_name(one.sides[1].town))
    return Shown(
        one,
        terms,
        [term.sentence for term in (*shared, *best)],
        runners_up(kept, names, others),
        path(kept, ends, towns),
        reasons.language_names([str(code) for code in language])[0] if language else "",
    )
