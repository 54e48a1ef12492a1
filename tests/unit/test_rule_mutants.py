"""Would a wrong comparison in a hard rule be seen? Every one of them is turned round, and the other look must object.

The rules are written twice (`matching`, `eligibility`) and laid out once more in columns. Here each module is changed
in one place at a time, in memory, and asked about pairs of which most lie a day, a month or a friend beside a limit.
"""

import ast
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from uuid import UUID

import numpy as np
import pytest

from penfriends.rules import bands, columns, eligibility, matching
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.matching import Level, Medium, Pair, Seeker, TownLink, World
from tests.support.seekers import TODAY, crowd_in, seeker

FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
LINKS = (TownLink("Aachen", "Brest"), TownLink("Brest", "Cork"), TownLink("Delft", "Delft"))
Look = Callable[[Seeker, Seeker, World, date], bool]
Case = tuple[Seeker, Seeker, World, date]


def day_before_years(years: int, off: int) -> date:
    return date(TODAY.year - years, TODAY.month, TODAY.day) + timedelta(days=off)


def births() -> Iterator[tuple[Birth, Birth]]:
    """Pairs of birthdays around every age at which something changes and every gap that is just allowed."""
    for years, off, months, days in itertools.product(
        (8, 12, 13, 17, 18, 19, 30), (-1, 0, 1), (0, 18, 24, 48, 54), (-1, 0, 1)
    ):
        young = day_before_years(years, off)
        back = young.year * 12 + young.month - 1 - months
        old = date(back // 12, back % 12 + 1, min(young.day, 28)) + timedelta(days=days)
        yield Birth(young.year, young), Birth(old.year, old)
    for year, gap in itertools.product((1930, 1950, 1962, 1963, 1980, 1990, 2003, 2006, 2007, 2008), range(23)):
        yield Birth(year), Birth(year - gap)
    yield Birth(2007, date(2007, 9, 1)), Birth(2003)
    yield Birth(2012), Birth(2012, date(2012, 3, 1))


def cases() -> list[Case]:
    a, b = seeker(1), seeker(2, "Brest")
    found: list[tuple[Seeker, Seeker, World]] = []

    def add(one: Seeker, other: Seeker, **more: object) -> None:
        found.append((one, other, World((one, other), LINKS, **more)))  # type: ignore[arg-type]

    for young, old in births():
        for mine, theirs in ((young, old), (old, young)):
            one, other = (replace(s, birth=birth, band=band_on(birth, TODAY)) for s, birth in ((a, mine), (b, theirs)))
            add(one, other)
    for band in itertools.product(Band, Band):
        add(replace(a, band=band[0]), replace(b, band=band[1]))
    for here, there, open_here, open_there in itertools.product(
        ("Aachen", "Brest", "Cork", "Delft", "Elsewhere"), ("Brest", "Cork", "Delft"), (False, True), (False, True)
    ):
        add(
            replace(a, town=here, open_to_twin_of_twin=open_here),
            replace(b, town=there, open_to_twin_of_twin=open_there),
        )
    media = [frozenset(some) for n in (1, 2, 3) for some in itertools.combinations(Medium, n)]
    for mine, theirs in itertools.product(media, media):
        add(replace(a, media=mine), replace(b, media=theirs))
    for codes in itertools.product(
        ({"en": Level.LITTLE}, {"de": Level.FIRST}, {}), ({"en": Level.WELL}, {"fr": Level.WELL})
    ):
        add(replace(a, languages=codes[0]), replace(b, languages=codes[1]))
    for homes in itertools.product((None, UUID(int=5)), (None, UUID(int=5), UUID(int=6))):
        add(replace(a, household=homes[0]), replace(b, household=homes[1]))
    born = (
        *(Birth(day.year, day) for day in (day_before_years(age, 0) for age in (8, 13, 18))),
        Birth(1980),
        Birth(2014, date(2014, 5, 1)),
        Birth(2010, date(2010, 5, 1)),
        Birth(2019, date(2019, 1, 1)),
    )
    for birth, left, friends in itertools.product(born, range(4), range(4)):
        full = [replace(s, birth=birth, band=band_on(birth, TODAY)) for s in (a, b)]
        add(replace(full[0], capacity_left=left, friends=friends), full[1])
        add(full[1], replace(full[0], capacity_left=left, friends=friends))
    add(a, b, blocked=frozenset({Pair((a.uid, b.uid))}))
    add(a, b, blocked=frozenset({Pair((a.uid, UUID(int=3)))}))
    add(a, a)
    return [(*case, TODAY) for case in found] + [(*case, date(2025, 12, 31)) for case in found[::7]]


CASES = cases()


def mutants(module: ModuleType, wanted: Callable[[str], bool]) -> Iterator[tuple[str, ast.Module]]:
    """The module with one comparison turned round, or one `and` for `or`; for each, a name that says which."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")

    def places(tree: ast.Module) -> list[tuple[str, ast.Compare | ast.BoolOp]]:
        return [
            (function.name, node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef) and wanted(function.name)
            for node in ast.walk(function)
            if isinstance(node, ast.Compare | ast.BoolOp)
        ]

    for number, (name, node) in enumerate(places(ast.parse(source))):
        if isinstance(node, ast.BoolOp):
            tree = ast.parse(source)
            changed = places(tree)[number][1]
            assert isinstance(changed, ast.BoolOp)
            changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"{name}:{node.lineno} and/or", tree
            continue
        for place, op in enumerate(node.ops):
            for flipped in FLIPS[type(op)]:
                tree = ast.parse(source)
                changed = places(tree)[number][1]
                assert isinstance(changed, ast.Compare)
                changed.ops[place] = flipped()
                yield f"{name}:{node.lineno} {type(op).__name__}→{flipped.__name__}", tree


def loaded(module: ModuleType, tree: ast.Module) -> ModuleType:
    changed = ModuleType(module.__name__)
    changed.__file__ = module.__file__
    before = sys.modules[module.__name__]
    sys.modules[module.__name__] = changed
    try:
        exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), changed.__dict__)  # noqa: S102
    finally:
        sys.modules[module.__name__] = before
    return changed


def differs(one: Look, other: Look) -> bool:
    for a, b, world, today in CASES:
        try:
            if one(a, b, world, today) is not other(a, b, world, today):
                return True
        except Exception:  # noqa: BLE001 (whatever breaks is seen)
            return True
    return False


def first_look(module: ModuleType) -> Look:
    return lambda a, b, world, today: not module.broken_rules(a, b, world, today)


@pytest.mark.parametrize("module", [matching, eligibility], ids=["matching", "eligibility"])
def test_R02_R03_R19_every_turned_comparison_in_a_hard_rule_is_seen(module: ModuleType) -> None:
    right = eligibility.may_be_matched if module is matching else first_look(matching)
    asked = {
        "matching": {*matching.RULES, "friends_allowed", "places", "age_gap", "age_window", "broken_rules"},
        "eligibility": {
            *("may_be_matched", "_ages_fit", "_months_allowed", "_age"),
            *("_room", "_has_room", "_towns_fit", "_letters_arrive"),
        },
    }[module.__name__.rsplit(".", 1)[-1]]
    assert not differs(first_look(matching), eligibility.may_be_matched)
    unseen = []
    for name, tree in mutants(module, asked.__contains__):
        changed = loaded(module, tree)
        look = first_look(changed) if module is matching else changed.may_be_matched
        if not differs(look, right):
            unseen.append(name)
    assert unseen == []


def test_R03_every_turned_comparison_in_the_columns_is_seen() -> None:
    rules = ("ages_fit", "languages_fit", "media_fit", "households_differ", "not_blocked", "gap_in_months")
    crowds = []
    for a, b, world, today in CASES:
        if a.uid != b.uid and a.town != b.town and a.band == b.band:
            crowd = crowd_in(world, a.band, today)
            if len(crowd) == 2:
                crowds.append((crowd, [matching.broken_rules(a, b, world, today)]))
    names = {
        "ages_fit": {"children_age_gap", "adults_age_gap"},
        "languages_fit": {"common_language"},
        "media_fit": {"common_medium"},
        "households_differ": {"not_same_household"},
        "not_blocked": {"not_blocked"},
    }
    zero, one = np.array([0]), np.array([1])

    def wrong(module: ModuleType) -> bool:
        for crowd, (broken,) in crowds:
            for rule, meant in names.items():
                try:
                    fits = bool(getattr(module, rule)(crowd, zero, one)[0])
                except Exception:  # noqa: BLE001 (whatever breaks is seen)
                    return True
                if fits is not meant.isdisjoint(broken):
                    return True
        return False

    assert not wrong(columns)
    unseen = [name for name, tree in mutants(columns, rules.__contains__) if not wrong(loaded(columns, tree))]
    assert unseen == []


def ages_are_wrong(module: ModuleType) -> bool:
    """`bands` is what both looks do not share: here the years are counted one by one."""
    days = [date(2007, 12, 31) + timedelta(days=n) for n in range(0, 800, 13)] + [date(2008, 2, 29)]
    for born, today in itertools.product(days, (date(2026, 3, 1), date(2026, 12, 31), date(2025, 9, 10))):
        for at in (today, born.replace(year=2026, day=1)):
            years = range(born.year + 1, at.year + 1)
            lived = sum((year, born.month, born.day) <= (at.year, at.month, at.day) for year in years)
            birth = module.Birth(born.year, born)
            if module.age_on(birth, at) != lived or (module.band_on(birth, at) == "adult") is not (lived >= 18):
                return True
            if module.age_on(module.Birth(born.year), at) != at.year - born.year - 1:
                return True
    return any(module.needs_full_date(year, date(2026, 3, 1)) is not (2026 - year < 20) for year in range(2000, 2012))


def gaps_are_wrong(module: ModuleType) -> bool:
    months = {(date(2020, 1, 31), date(2020, 2, 1)): 1, (date(2020, 1, 5), date(2020, 3, 5)): 2}
    months[date(2020, 1, 5), date(2020, 3, 6)] = 3
    return any(module.months_between(*two) != n != module.months_between(*two[::-1]) for two, n in months.items())


def test_R01_every_turned_comparison_about_ages_is_seen() -> None:
    def wrong(module: ModuleType) -> bool:
        try:
            return ages_are_wrong(module) or gaps_are_wrong(module)
        except Exception:  # noqa: BLE001 (whatever breaks is seen)
            return True

    assert not wrong(bands)
    told = mutants(bands, lambda name: name != "eighteenth_birthday")
    assert [name for name, tree in told if not wrong(loaded(bands, tree))] == []
