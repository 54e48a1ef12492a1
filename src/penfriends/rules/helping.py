"""Somebody got nobody. What would have to change for them, and for them alone, to be possible with somebody?

Tried out, not guessed: a code comes back only where at least one person waits who would then fit.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from penfriends.rules.matching import Medium, Seeker, World, broken_rules

TWINS_OF_TWINS = "twins_of_twins"
LANGUAGE = "language"
ON_PAPER = "on_paper"
BY_WIRE = "by_wire"
"""`language:pl` names the language in which most others would fit; the last two say how letters would have to come."""

AT_MOST = 300_000
"""Pairs that are tried out in one round; who comes later gets no hint. A few seconds of one processor."""


def helps(world: World, alone: Collection[UUID], today: date) -> dict[UUID, tuple[str, ...]]:
    """For each of `alone` for whom something would help, the codes of what would."""
    if not alone:
        return {}
    by_town: dict[str, list[Seeker]] = {}
    for seeker in world.seekers:
        by_town.setdefault(seeker.town, []).append(seeker)
    found: dict[UUID, tuple[str, ...]] = {}
    tried = 0
    for seeker in sorted((one for one in world.seekers if one.uid in alone), key=lambda one: one.uid):
        others = [other for town in _reach(world, seeker.town) for other in by_town.get(town, ())]
        tried += len(others)
        if tried > AT_MOST:
            break
        codes = tuple(_codes(seeker, others, world, today))
        if codes:
            found[seeker.uid] = codes
    return found


def _reach(world: World, town: str) -> list[str]:
    near = world.twins_of(town)
    return sorted((near | {far for between in near for far in world.twins_of(between)}) - {town})


def _codes(seeker: Seeker, others: list[Seeker], world: World, today: date) -> Iterator[str]:
    wider = replace(seeker, open_to_twin_of_twin=True)
    farther = False
    languages: Counter[str] = Counter()
    media: set[Medium] = set()
    for other in others:
        if other.band is not seeker.band:
            continue
        broken = broken_rules(seeker, other, world, today)
        if broken == ("linked_towns",):
            farther = farther or not broken_rules(wider, other, world, today)
        elif broken == ("common_language",):
            languages.update(other.languages.keys())
        elif broken == ("common_medium",):
            media |= other.media
    if farther:
        yield TWINS_OF_TWINS
    if languages:
        language, _ = min(languages.items(), key=lambda entry: (-entry[1], entry[0]))
        yield f"{LANGUAGE}:{language}"
    if media:
        yield ON_PAPER if Medium.PAPER in media else BY_WIRE
