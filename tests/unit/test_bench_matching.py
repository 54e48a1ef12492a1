"""Does the benchmark of matching measure what it says: same seed, same people; valid people; a checker that sees?"""

import ast
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.matching import check, facts, files, house, ours, population
from bench.matching.fill import fill
from bench.matching.population import Instance
from bench.matching.towns import towns_for
from penfriends.actions import world
from penfriends.clock import utc_now
from penfriends.db import make_engine
from penfriends.models.matching import Match

Answer = dict[str, Any]
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn() -> Instance:
    return population.make(260, 30, seed=4, degree=2)


@pytest.fixture(scope="module")
def folder(drawn: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("instance")
    files.write(drawn, where, {})
    return where


@pytest.fixture(scope="module")
def answer(drawn: Instance) -> Answer:
    return ours.whole_round(drawn, ours.world_of(drawn))


def test_the_same_seed_draws_the_same_people(drawn: Instance, tmp_path: Path) -> None:
    first, second, other = (
        files.write(population.make(120, 30, seed, 2), tmp_path / str(n), {}) for n, seed in enumerate((1, 1, 2))
    )
    assert first == second
    assert first["people.csv"] != other["people.csv"]


def test_what_is_written_is_read_again(drawn: Instance, folder: Path) -> None:
    assert ours.world_of(files.read(folder)) == ours.world_of(drawn)


def test_invented_towns_have_as_many_twins_as_real_ones() -> None:
    towns = towns_for(99_999, None)
    twins = np.bincount(towns.links.ravel(), minlength=len(towns.names))
    assert 2.4 < twins.mean() < 2.9
    assert 0.5 < (twins == 1).mean() < 0.6
    assert 4 <= np.quantile(twins, 0.9) <= 6


def test_nobody_finds_fault_with_an_honest_round(folder: Path, answer: Answer) -> None:
    wrong, looked_at = check.complaints(folder, answer)
    assert wrong == {}
    assert looked_at["pairs"] == len(answer["pairs"]) > 80


def _heavier(answer: Answer) -> None:
    answer["pairs"][0][2] += 1


def _somebody_else(answer: Answer) -> None:
    answer["pairs"][0][0] = answer["pairs"][1][0]


def _again(answer: Answer) -> None:
    answer["pairs"].append(answer["pairs"][0])
    answer["turns"].append(1)


def _lower_bound(answer: Answer) -> None:
    answer["proofs"][0]["duals"] = [value // 2 for value in answer["proofs"][0]["duals"]]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [(_heavier, "weight"), (_somebody_else, "weight"), (_again, "twice"), (_lower_bound, "bound_not_proved")],
)
def test_the_checker_sees_a_spoilt_answer(
    folder: Path, answer: Answer, spoil: Callable[[Answer], None], complaint: str
) -> None:
    spoilt = json.loads(json.dumps(answer))
    spoil(spoilt)
    assert complaint in check.complaints(folder, spoilt)[0]


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("household", 7, "household"),
        ("capacity", 0, "capacity"),
        ("media", 0, "medium"),
        ("town", 0, "towns"),
        ("age", 7, "band"),
        ("levels", 0, "language"),
        ("month", -1, "age"),
    ],
)
def test_the_checker_sees_every_broken_rule(
    folder: Path, answer: Answer, column: str, value: int, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = facts.read(folder)
    child = next(pair for pair in answer["pairs"] if known.age[pair[0]] < 18)
    values = known.number[column] if column in known.number else getattr(known, column)
    values[child[:2]] = value
    monkeypatch.setattr(check, "read", lambda _folder: known)
    wrong, _ = check.complaints(folder, {**answer, "proofs": []})
    assert complaint in wrong


def test_the_checker_knows_nothing_of_the_engine() -> None:
    for module in (check, facts):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert {name for name in names if name.startswith("penfriends")} == set()


async def test_a_filled_database_holds_the_same_world(drawn: Instance, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'filled.sqlite3'}")
    await fill(engine, drawn, now=NOW)
    async with AsyncSession(engine) as db:
        loaded = await world.load(db, now=NOW)
    await engine.dispose()
    known = ours.world_of(drawn)
    assert loaded.blocked == known.blocked
    assert set(loaded.links) == set(known.links)
    assert [_told(one) for one in sorted(loaded.seekers, key=lambda one: one.uid)] == [
        _told(one) for one in sorted(known.seekers, key=lambda one: one.uid)
    ]


async def test_a_house_is_measured_and_left_as_it_was(tmp_path: Path) -> None:
    url, now = f"sqlite+aiosqlite:///{tmp_path / 'house.sqlite3'}", utc_now()
    engine = make_engine(url)
    await fill(engine, population.make(200, 20, 1, 2, today=now.date()), now=now)
    found = await house.measured(url, 1)
    assert found["first"]["waiting"] > found["first"]["proposals"] > 0
    assert house.told("sqlite", found).count("|") == house.HEAD.splitlines()[0].count("|")
    async with AsyncSession(engine) as db:
        assert (await db.exec(select(Match))).all() == []
    await engine.dispose()


def _told(one: Any) -> tuple[object, ...]:
    """All that the database keeps as it was drawn: media and households are told in other words there."""
    return (
        one.uid, one.town, one.band, one.birth, one.languages, one.practises, one.interests, one.wished_town,
        one.waiting_days, one.capacity_left, one.open_to_twin_of_twin, one.household is None,
    )  # fmt: skip
