"""What does the checker know of the people in a folder? From the texts alone; nothing of penfriends is imported."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LEVEL = {"little": 1, "well": 2, "first": 3}
MEDIUM = {"web": 1, "email": 1, "paper": 2}
PLAIN = ("year", "month", "day", "waiting", "capacity", "household", "allows", "town", "wish")


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns, a row a person. `media` tells what reaches: 1 mail or web, 2 post; `words` are the words themselves."""

    today: date
    number: dict[str, Ints]
    age: Ints
    levels: Ints
    practises: Ints
    likes: Ints
    rarity: Ints
    media: Ints
    words: Ints
    links: dict[tuple[int, int], str]
    near: list[set[int]]
    blocked: Ints
    by_town: Ints

    def __len__(self) -> int:
        return len(self.age)

    def members(self, town: int) -> Ints:
        """The people of a town, in the order of their rows."""
        first, end = np.searchsorted(self.number["town"], (town, town + 1), sorter=self.by_town)
        return self.by_town[first:end]


def read(folder: Path) -> Facts:
    with (folder / "about.json").open(encoding="utf-8") as file:
        today = date.fromisoformat(json.load(file)["today"])
    towns = {row["town"]: n for n, row in enumerate(_rows(folder / "towns.csv"))}
    rarities = {row["code"]: int(row["rarity"]) for row in _rows(folder / "interests.csv")}
    number, languages, likes, media = _people(folder / "people.csv", towns)
    levels, practises = _languages(languages)
    links: dict[tuple[int, int], str] = {}
    near: list[set[int]] = [set() for _ in towns]
    for row in _rows(folder / "links.csv"):
        a, b = towns[row["a"]], towns[row["b"]]
        links[a, b] = links[b, a] = row["kind"]
        near[a].add(b)
        near[b].add(a)
    blocks = [sorted((int(row["a"]), int(row["b"]))) for row in _rows(folder / "blocks.csv")]
    size = len(media)
    return Facts(
        today, number, _ages(number, today), levels, practises, _marks(likes, list(rarities)),
        np.array(list(rarities.values())), np.array([sum({MEDIUM[word] for word in words}) for words in media]),
        _marks(media, list(MEDIUM)), links, near, np.array(sorted(a * size + b for a, b in blocks), dtype=np.int64),
        np.argsort(number["town"], kind="stable"),
    )  # fmt: skip


def _people(
    path: Path, towns: dict[str, int]
) -> tuple[dict[str, Ints], list[tuple[str, str]], list[list[str]], list[list[str]]]:
    plain: dict[str, list[int]] = {name: [] for name in PLAIN}
    languages, likes, media = [], [], []
    for row in _rows(path):
        row["town"], row["wish"] = str(towns[row["town"]]), str(towns[row["wish"]]) if row["wish"] else ""
        for name, values in plain.items():
            values.append(int(row[name] or -1))
        languages.append((row["languages"], row["practises"]))
        likes.append(row["interests"].split())
        media.append(row["media"].split())
    return {name: np.array(values, dtype=np.int64) for name, values in plain.items()}, languages, likes, media


def _ages(number: dict[str, Ints], today: date) -> Ints:
    """Whole years that have surely passed."""
    to_come = (number["month"] * 100 + number["day"]) > (today.month * 100 + today.day)
    not_sure: Ints = today.year - number["year"] - ((number["month"] < 0) | to_come)
    return not_sure


def _languages(said: list[tuple[str, str]]) -> tuple[Ints, Ints]:
    codes = sorted({pair.split(":")[0] for levels, _ in said for pair in levels.split()})
    at = {code: n for n, code in enumerate(codes)}
    levels = np.zeros((len(said), len(codes)), dtype=np.int8)
    practises = np.zeros((len(said), len(codes)), dtype=np.int8)
    for n, (writes, wants) in enumerate(said):
        for pair in writes.split():
            code, level = pair.split(":")
            levels[n, at[code]] = LEVEL[level]
        for code in wants.split():
            practises[n, at[code]] = 1
    return levels, practises


def _marks(said: list[list[str]], words: list[str]) -> Ints:
    at = {word: n for n, word in enumerate(words)}
    marks = np.zeros((len(said), len(words)), dtype=np.int8)
    for n, some in enumerate(said):
        for word in some:
            marks[n, at[word]] = 1
    return marks


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
