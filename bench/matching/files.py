"""How does an instance lie in a folder? Text that any program can read, and the same columns packed for ourselves.

people.csv, towns.csv, links.csv, blocks.csv, interests.csv, about.json; columns.npz holds the same for a quick start.
A person's number is the row of people.csv; edge files and answers use these numbers.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.matching.population import BY_BOTH, BY_MAIL, BY_POST, KINDS, LANGUAGES, LEVELS, LIKED, Instance, People
from bench.matching.towns import COUNTRIES, Towns
from penfriends.rules.interests import INTERESTS

MEDIA_WORDS = {BY_MAIL: "web email", BY_POST: "paper", BY_BOTH: "web email paper"}
TEXTS = ("people.csv", "towns.csv", "links.csv", "blocks.csv", "interests.csv", "about.json")
PEOPLE_COLUMNS = (
    "person", "uid", "town", "year", "month", "day", "languages", "practises", "interests", "media", "wish", "waiting",
    "capacity", "household", "allows",
)  # fmt: skip


def write(instance: Instance, folder: Path, about: dict[str, Any]) -> dict[str, str]:
    """The sha256 of each text."""
    folder.mkdir(parents=True, exist_ok=True)
    towns, people = instance.towns, instance.people
    _csv(folder / "people.csv", PEOPLE_COLUMNS, _rows(people))
    _csv(folder / "towns.csv", ("town", "name", "country", "language", "population"), (
        (slug(n), name, *_country(int(towns.country[n])), round(float(towns.population[n])))
        for n, name in enumerate(towns.names)
    ))  # fmt: skip
    kinds, since = instance.kind.tolist(), instance.since.tolist()
    links = zip(towns.links.tolist(), kinds, since, strict=True)
    _csv(folder / "links.csv", ("a", "b", "kind", "since"), (
        (slug(a), slug(b), KINDS[kind].value, year) for (a, b), kind, year in links
    ))  # fmt: skip
    _csv(folder / "blocks.csv", ("a", "b"), instance.blocks.tolist())
    _csv(folder / "interests.csv", ("code", "rarity"), ((code, INTERESTS[code].rarity) for code in LIKED))
    facts = {**about, "today": instance.today.isoformat(), "people": len(people), "towns": len(towns.names),
             "links": len(towns.links), "graph": towns.source, "synthetic": True}  # fmt: skip
    (folder / "about.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    columns = {one.name: getattr(people, one.name) for one in fields(people)}
    np.savez(
        folder / "columns.npz", names=np.array(towns.names), country=towns.country, population=towns.population,
        links=towns.links, kind=instance.kind, since=instance.since, blocks=instance.blocks, **columns,
    )  # fmt: skip
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TEXTS}


def read(folder: Path) -> Instance:
    """From the packed columns."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    with np.load(folder / "columns.npz") as found:
        towns = Towns(
            tuple(found["names"].tolist()), found["country"], found["population"], found["links"], about["graph"]
        )
        people = People(*(found[one.name] for one in fields(People)))
        return Instance(
            date.fromisoformat(about["today"]), towns, found["kind"], found["since"], people, found["blocks"]
        )


def slug(town: int) -> str:
    return f"town-{town:05}"


def uids(people: People) -> list[UUID]:
    both = zip(people.uid_high.tolist(), people.uid_low.tolist(), strict=True)
    return [UUID(int=high << 64 | low) for high, low in both]


def liked(people: People) -> Iterator[list[str]]:
    """The codes of each person's interests."""
    width = people.interests.shape[1]
    packed = np.ascontiguousarray(people.interests).view(np.uint8).reshape(len(people), width * 8)
    for start in range(0, len(people), 10_000):
        bits = np.unpackbits(packed[start : start + 10_000], axis=1, bitorder="little", count=len(LIKED))
        row, code = np.nonzero(bits)
        edges = np.searchsorted(row, np.arange(len(bits) + 1))
        codes = [LIKED[n] for n in code.tolist()]
        yield from (codes[edges[n] : edges[n + 1]] for n in range(len(bits)))


def written(people: People) -> Iterator[list[tuple[str, int, bool]]]:
    """The languages of each person: code, level (a position in `LEVELS`), and whether they practise it."""
    row, language = np.nonzero(people.levels)
    found = zip(
        language.tolist(), people.levels[row, language].tolist(), people.practises[row, language].tolist(), strict=True
    )
    whole = [(LANGUAGES[code], level, practises) for code, level, practises in found]
    edges = np.searchsorted(row, np.arange(len(people) + 1)).tolist()
    return (whole[edges[n] : edges[n + 1]] for n in range(len(people)))


def _rows(people: People) -> Iterator[Sequence[Any]]:
    plain = (people.town, people.year, people.month, people.day, people.media, people.wish, people.waiting,
             people.capacity, people.household, people.allows)  # fmt: skip
    columns = zip(uids(people), written(people), liked(people), *(one.tolist() for one in plain), strict=True)
    for n, (uid, langs, likes, town, year, month, day, media, wish, waiting, capacity, home, allows) in enumerate(
        columns
    ):
        yield (
            n, uid, slug(town), year, month or "", day or "",
            " ".join(f"{code}:{LEVELS[level].value}" for code, level, _ in langs),
            " ".join(code for code, _, practises in langs if practises),
            " ".join(likes), MEDIA_WORDS[media], slug(wish) if wish >= 0 else "", waiting, capacity,
            home if home >= 0 else "", int(allows),
        )  # fmt: skip


def _country(at: int) -> tuple[str, str]:
    code, _, language, _ = COUNTRIES[at]
    return code, language


def _csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
