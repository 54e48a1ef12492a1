"""How good is a permitted pair, and which facts say so?

Integers only (0 to 1000), so that every platform and every later engine gives the same number. Terms add up; each
carries coded facts from which a template makes a sentence. The score promises something to write about, no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isqrt
from types import MappingProxyType

from penfriends.rules.matching import Level, LinkKind, Medium, Pair, Seeker, World, age_gap, age_window
from penfriends.rules.weights import STANDARD

MAXIMA: Mapping[str, int] = MappingProxyType(dict(STANDARD.by_term))
"""The terms and what they count for unless an association has tuned them."""

LANGUAGE_PARTS, LANGUAGE_WHOLE = MappingProxyType({Level.FIRST: 180, Level.WELL: 160, Level.LITTLE: 60}), 180
LINK_PARTS, LINK_WHOLE = MappingProxyType({LinkKind.FORMAL: 100, LinkKind.FRIENDSHIP: 80, LinkKind.INFORMAL: 60}), 100
TWIN_OF_TWIN_PART = 30
"""Which part of the term's maximum a level, a link or a twin of a twin gives."""

BASE_WEIGHT = 1000
WAITING_WEIGHT = 2
PENDING_WEIGHT = 50
"""A day of waiting counts two points on either side: that bounds for how long anybody can be overtaken."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand. `detail` holds codes and numbers, never a sentence; its shape is told at each function below."""

    name: str
    points: int
    maximum: int
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The terms of `MAXIMA` in that order, and their sum. `first` and `second` are the order of the arguments."""

    points: tuple[Term, ...]
    total: int


def explain(first: Seeker, second: Seeker, world: World, today: date) -> Explanation:
    """Why this pair has its score. Meant for a pair that breaks no rule; symmetric in its total."""
    counts = world.weights_between(first.town, second.town)
    terms = (
        common_interests(first.interests, second.interests, world.rarity, counts.interests),
        common_language(first.languages, second.languages, counts.language),
        _practice("first_practises", first, second, counts.practice),
        _practice("second_practises", second, first, counts.practice),
        _age(first, second, today, counts.age),
        link_of_towns(first.town, second.town, world, counts.town),
        _wish("first_wish", first, second, counts.wish),
        _wish("second_wish", second, first, counts.wish),
        _medium(first, second, counts.medium),
    )
    return Explanation(terms, sum(term.points for term in terms))


def score(a: Seeker, b: Seeker, world: World, today: date) -> int:
    return explain(a, b, world, today).total


def weight(a: Seeker, b: Seeker, world: World, today: date) -> int:
    """What the pair is worth to a round: its score, the days that both have waited, and calm for what is pending."""
    waited = WAITING_WEIGHT * (a.waiting_days + b.waiting_days)
    pending = PENDING_WEIGHT if Pair((a.uid, b.uid)) in world.pending else 0
    return BASE_WEIGHT + score(a, b, world, today) + waited + pending


def language_points(level: Level, maximum: int) -> int:
    return maximum * LANGUAGE_PARTS[level] // LANGUAGE_WHOLE


def town_points(kind: LinkKind | None, maximum: int) -> int:
    """For a link of this kind; None is a twin of a twin."""
    return maximum * (TWIN_OF_TWIN_PART if kind is None else LINK_PARTS[kind]) // LINK_WHOLE


def rarity_sum(interests: Iterable[str], rarity: Mapping[str, int]) -> int:
    return sum(rarity.get(code, 1) for code in interests)


def common_interests(a: frozenset[str], b: frozenset[str], rarity: Mapping[str, int], maximum: int) -> Term:
    common = sorted(a & b, key=lambda code: (-rarity.get(code, 1), code))
    return interests_term(common, rarity_sum(a, rarity) * rarity_sum(b, rarity), rarity, maximum)


def interests_term(common: Sequence[str], product: int, rarity: Mapping[str, int], maximum: int) -> Term:
    """Cosine of the rarity-weighted interests; `product` is that of the sums of both. Detail: common codes, the rarest
    first."""
    points = isqrt((maximum * rarity_sum(common, rarity)) ** 2 // product) if common else 0
    return Term("interests", points, maximum, tuple(common))


def common_language(a: Mapping[str, Level], b: Mapping[str, Level], maximum: int) -> Term:
    """The best language of both, at the level of the weaker writer."""
    common = [(min(level, b[code], key=lambda x: x.rank), code) for code, level in a.items() if code in b]
    level, code = min(common, key=lambda entry: (-entry[0].rank, entry[1])) if common else (None, "")
    return language_term(level, code, maximum)


def language_term(level: Level | None, code: str, maximum: int) -> Term:
    """Detail: code, level; empty without a common language."""
    if level is None:
        return Term("language", 0, maximum)
    return Term("language", language_points(level, maximum), maximum, (code, level.value))


def link_of_towns(a: str, b: str, world: World, maximum: int) -> Term:
    """Detail: link kind and, if known, the year; or `twin_of_twin` and the town between."""
    link = world.link(a, b)
    if link is not None:
        since = () if link.since is None else (str(link.since),)
        return Term("town", town_points(link.kind, maximum), maximum, (link.kind.value, *since))
    between = world.town_between(a, b)
    if between is None:
        return Term("town", 0, maximum)
    return Term("town", town_points(None, maximum), maximum, ("twin_of_twin", between))


def _practice(name: str, learner: Seeker, other: Seeker, maximum: int) -> Term:
    """Whether the other's first language is one that the learner wants to practise."""
    taught = {code for code, level in other.languages.items() if level is Level.FIRST}
    return practice_term(name, learner.practises & taught, maximum)


def practice_term(name: str, taught: Iterable[str], maximum: int) -> Term:
    """Detail: the codes of the languages that the other can teach."""
    codes = tuple(sorted(taught))
    return Term(name, maximum if codes else 0, maximum, codes)


def _age(a: Seeker, b: Seeker, today: date, maximum: int) -> Term:
    by_year = a.birth.on is None or b.birth.on is None
    return age_term(age_gap(a.birth, b.birth), age_window(a.birth, b.birth, today), maximum, by_year=by_year)


def age_term(gap: int, window: int, maximum: int, *, by_year: bool) -> Term:
    """Closeness in age within what the younger allows. Detail: `months` or `years`, and how many."""
    points = max(0, maximum * (window - gap) // window)
    months = gap // 100
    detail = ("years", str(months // 12)) if by_year or months >= 24 else ("months", str(months))
    return Term("age", points, maximum, detail)


def _wish(name: str, wisher: Seeker, other: Seeker, maximum: int) -> Term:
    return wish_term(name, wisher.wished_town, other.town, maximum)


def wish_term(name: str, wish: str | None, town: str, maximum: int) -> Term:
    """Detail: `met` or `unmet` and the town; `none` if there was no wish."""
    if wish is None:
        return Term(name, maximum // 2, maximum, ("none",))
    if wish == town:
        return Term(name, maximum, maximum, ("met", town))
    return Term(name, 0, maximum, ("unmet", wish))


def _medium(a: Seeker, b: Seeker, maximum: int) -> Term:
    return medium_term(a.media & b.media, maximum)


def medium_term(common: Iterable[Medium], maximum: int) -> Term:
    """Whether both want the same way of writing. Detail: the media of both."""
    media = tuple(sorted(medium.value for medium in common))
    return Term("medium", maximum if media else 0, maximum, media)
