"""Which schools, teachers, classes and pupils are there in the demo?"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from penfriends.demo.cast import birth_of
from penfriends.demo.files import read_json
from penfriends.demo.places import towns
from penfriends.demo.residents import AVATARS, COLOURS
from penfriends.rules.bands import Birth
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Level

SEED = 11
LIKES = tuple(code for code, one in INTERESTS.items() if one.icon and one.for_children)
ELSEWHERE = frozenset({"Maisie"})  # of the threads: whoever looks for her finds one


@dataclass(frozen=True, slots=True)
class DemoTeacher:
    key: str
    name: str
    address: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPupil:
    """`key` is the same in every run. `volunteer`: would write with two."""

    key: str
    first_name: str
    initial: str
    birth: Birth
    languages: Mapping[str, Level]
    interests: tuple[str, ...]
    avatar: str
    colour: str
    volunteer: bool
    has_yes: bool


@dataclass(frozen=True, slots=True)
class DemoClass:
    """`lead` and `second` are keys of teachers; `seeking`: looks for a partner class since so many days."""

    key: str
    name: str
    code: str
    size: int
    youngest: int
    oldest: int
    languages: Mapping[str, Level]
    subject: str
    wish: str
    lead: str
    second: str
    seeking: int | None
    twin_of_twin: bool
    pupils: tuple[DemoPupil, ...]


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """`asked`: somebody says that they teach there; nobody has found out yet."""

    town: str
    name: str
    region: str
    website: str
    asked: bool
    teachers: tuple[DemoTeacher, ...]
    classes: tuple[DemoClass, ...]


def schools(today: date) -> tuple[DemoSchool, ...]:
    """Every school with its classes; the same every time, ages as of `today`."""
    return tuple(
        DemoSchool(
            row["town"], row["name"], row["region"], row["website"], row.get("asked", False),
            tuple(DemoTeacher(**{**one, "languages": tuple(one["languages"])}) for one in row["teachers"]),
            tuple(_class(one, row["town"], today) for one in row["classes"]),
        )
        for row in read_json("schools")
    )  # fmt: skip


@cache
def class_letters() -> Mapping[str, tuple[str, ...]]:
    """What pupils write: `first` of the round that is over, `answer`; `now`, `now_answer` of the one that runs."""
    return {name: tuple(texts) for name, texts in read_json("class_letters").items()}


def _class(row: Mapping[str, Any], town: str, today: date) -> DemoClass:
    levels = {code: Level(level) for code, level in row["languages"].items()}
    return DemoClass(
        row["key"], row["name"], row["code"], row["size"], row["youngest"], row["oldest"], levels, row["subject"],
        row["wish"], row["lead"], row.get("second", ""), row.get("seeking"), row.get("twin_of_twin", False),
        _pupils(row, levels, town, today),
    )  # fmt: skip


def _pupils(row: Mapping[str, Any], levels: Mapping[str, Level], town: str, today: date) -> tuple[DemoPupil, ...]:
    """As many as the class has, of names of their country; none twice in one class."""
    chance = random.Random(f"{SEED} {row['key']}")  # noqa: S311 (an invented world, no secret)
    number = row.get("pupils", row["size"])
    names = [one for one in read_json("names")[towns()[town].country]["child"] if one not in ELSEWHERE]
    chance.shuffle(names)
    letters = "ABCDEFGHKLMNPRSTW" if towns()[town].country != "PS" else "ابتجحخدرسشعفقكلمن"
    without = set(chance.sample(range(number), row.get("without_yes", 0)))
    return tuple(
        DemoPupil(
            key=f"{row['key']}-{place:02}",
            first_name=names[place].partition("|")[0],
            initial=chance.choice(letters),
            birth=birth_of(chance.randint(row["youngest"], row["oldest"]), chance.randrange(1, 300), today),
            languages={code: _level(chance, level) for code, level in levels.items()},
            interests=tuple(chance.sample(LIKES, chance.randrange(3, 6))),
            avatar=chance.choice(AVATARS),
            colour=chance.choice(COLOURS),
            volunteer=chance.random() < 0.12,
            has_yes=place not in without,
        )
        for place in range(number)
    )


def _level(chance: random.Random, of_the_class: Level) -> Level:
    """The language of the class is everybody's first; a foreign one is harder for some."""
    if of_the_class is Level.WELL and chance.random() < 0.4:
        return Level.LITTLE
    return of_the_class
