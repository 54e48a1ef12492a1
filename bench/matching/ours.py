"""How does an invented population become what the engine takes? The only module here that knows the engine."""

from datetime import date
from typing import Any

from bench.matching.files import liked, slug, uids, written
from bench.matching.population import KINDS, LEVELS, MEDIA, Instance
from penfriends.rules.assignment import propose
from penfriends.rules.bands import Birth, band_on
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Pair, Seeker, TownLink, World


def world_of(instance: Instance) -> World:
    """Everybody as a value of their own, which is fine up to some ten thousand people."""
    people = instance.people
    ids = uids(people)
    media = {bits: frozenset(m for n, m in enumerate(MEDIA) if bits >> n & 1) for bits in range(8)}
    plain = (people.town, people.year, people.month, people.day, people.media, people.wish, people.waiting,
             people.capacity, people.household, people.allows)  # fmt: skip
    seekers = []
    columns = zip(ids, written(people), liked(people), *(one.tolist() for one in plain), strict=True)
    for uid, langs, likes, town, year, month, day, medium, wish, waiting, capacity, home, allows in columns:
        birth = Birth(year, date(year, month, day) if month else None)
        seekers.append(
            Seeker(
                uid=uid,
                town=slug(town),
                band=band_on(birth, instance.today),
                birth=birth,
                languages={code: LEVELS[level] for code, level, _ in langs},
                practises=frozenset(code for code, _, practises in langs if practises),
                interests=frozenset(likes),
                media=media[medium],
                wished_town=slug(wish) if wish >= 0 else None,
                waiting_days=waiting,
                capacity_left=capacity,
                household=ids[home] if home >= 0 else None,
                open_to_twin_of_twin=allows,
            )
        )
    return World(
        seekers=tuple(seekers),
        links=tuple(
            TownLink(slug(a), slug(b), KINDS[kind], since)
            for (a, b), kind, since in zip(
                instance.towns.links.tolist(), instance.kind.tolist(), instance.since.tolist(), strict=True
            )
        ),
        blocked=frozenset(Pair((ids[a], ids[b])) for a, b in instance.blocks.tolist()),
        rarity={code: one.rarity for code, one in INTERESTS.items()},
    )


def whole_round(instance: Instance, world: World) -> dict[str, Any]:
    """A round of the engine as it runs in production, told by rows of the instance."""
    found = propose(world, instance.today)
    row = {uid: n for n, uid in enumerate(uids(instance.people))}
    return {
        "pairs": [[row[one.first], row[one.second], one.weight] for one in found.proposals],
        "turns": [one.turn for one in found.proposals],
        "proofs": [
            {
                "band": one.band.value,
                "turn": one.turn,
                "people": [row[uid] for uid in one.duals],
                "duals": list(one.duals.values()),
            }
            for one in found.certificates
        ],
    }
