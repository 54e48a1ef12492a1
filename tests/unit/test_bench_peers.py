"""Are the peers of the matching treated fairly: same pairs, the best of what they give, honest words about it?"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from bench.matching import edges, files, measures, ours, peers, population, runs, simulate, sql, telling
from bench.matching.edges import Graph, graph_of
from penfriends.rules import solver

TRIANGLE = graph_of(4, np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3]), np.array([1200, 1500, 1100, 1000]))


@pytest.fixture(scope="module")
def possible() -> Graph:
    return ours.possible_pairs(population.make(260, 30, seed=4, degree=2))


def test_greedy_takes_the_heaviest_pair_that_is_left() -> None:
    assert peers.greedy(TRIANGLE).mate.tolist() == [-1, 2, 1, -1]


def test_the_best_pairs_of_an_odd_cycle_and_of_an_even_one() -> None:
    assert peers._rounded(TRIANGLE, np.array([1, 2, 0, -1])).mate.tolist() == [-1, 2, 1, -1]
    square = graph_of(4, np.array([0, 1, 2, 3]), np.array([1, 2, 3, 0]), np.array([1100, 1400, 1100, 1400]))
    rounded = peers._rounded(square, np.array([1, 2, 3, 0]))
    assert rounded.mate.tolist() == [3, 2, 1, 0]
    assert rounded.bound == 2500


def test_a_path_gives_its_best_pairs() -> None:
    path = graph_of(4, np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([1100, 1900, 1200]))
    assert peers._rounded(path, np.array([1, 2, 3, -1])).mate.tolist() == [1, 0, 3, 2]


def test_ours_is_the_optimum_and_proves_it(possible: Graph) -> None:
    own, exact = ours.solved(possible), peers.rustworkx_exact(possible)
    assert own.duals is not None
    weights = [possible.weights_of(answer.mate).sum() for answer in (own, exact, peers.greedy(possible))]
    assert weights[0] == weights[1] > weights[2]
    assert weights[0] / 2 <= measures.proven(possible, own.duals)


def test_large_and_small_components_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "EXACT_UP_TO", 30)
    apart = ours.possible_pairs(population.make(400, 10, seed=2, degree=1))
    good = measures.quality(apart, ours.solved(apart).mate, np.zeros(400, dtype=np.int64))
    assert good.not_pairs == 0


def test_duals_that_prove_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="prove nothing"):
        measures.proven(TRIANGLE, np.array([1200, 1200, 1500, 0]))


def test_quality_counts_those_alone_and_pairs_that_would_rather_have_each_other() -> None:
    good = measures.quality(TRIANGLE, np.array([1, 0, 3, 2]), np.array([10, 20, 0, 0]))
    assert (good.weight, good.pairs, good.alone, good.with_choice) == (2200, 2, 0, 4)
    assert (good.blocking_pairs, good.blocking_people, good.worst_score, good.not_pairs) == (1, 2, 0, 0)


def test_a_partner_who_is_no_partner_is_seen() -> None:
    assert measures.quality(TRIANGLE, np.array([1, 2, 1, -1]), np.zeros(4, dtype=np.int64)).not_pairs > 0


def test_points_for_calm_keep_pairs(possible: Graph) -> None:
    calm, without = (measures.kept(possible, lambda graph: ours.solved(graph).mate, calm=points) for points in (50, 0))
    assert without <= calm
    assert calm > 0.9


def test_sql_finds_as_many_permitted_pairs_as_we_do() -> None:
    instance = population.make(260, 30, seed=4, degree=1)
    assert sql.Sqlite(instance).run()[0] == ours.Prepared(instance).permitted()[0] > 1000


def test_the_edge_file_reads_as_told(possible: Graph, tmp_path: Path) -> None:
    edges.write(possible, tmp_path)
    lines = (tmp_path / "edges.txt").read_text(encoding="ascii").splitlines()
    assert lines[0] == f"p {possible.people} {len(possible)}"
    assert lines[1] == f"{possible.u[0]} {possible.v[0]} {possible.w[0]}"
    again = edges.read(tmp_path, possible.people)
    assert all(np.array_equal(getattr(again, side), getattr(possible, side)) for side in "uvw")


def test_weeks_of_rounds_break_no_bound() -> None:
    found = simulate.simulate(simulate.Policy(2), weeks=4, at_first=120, coming=20, towns=5)
    assert found["broken"] == 0
    assert found["taken_up"] > 20
    assert found["overtaken"]["worst"] <= found["bound"]


def test_a_time_out_is_told_as_one() -> None:
    over = {"name": "slow", "solver": "slow", "over": 60.0}
    case = {"case": "few", "graph": "invented", "towns": 3, "possible": 9, "rows": [over]}
    assert "| slow | > 60 |" in telling.markdown(case)
    assert "Synthetic" in telling.markdown(case)


def test_a_solver_runs_in_a_process_of_its_own(possible: Graph, tmp_path: Path) -> None:
    instance = population.make(260, 30, seed=4, degree=2)
    files.write(instance, tmp_path, {})
    edges.write(possible, tmp_path)
    found = runs.run(tmp_path, runs.Wanted("greedy", repeat=1))
    assert found["pairs"] > 0
    assert found["peak_mb"] > 1
    assert {field.name for field in dataclasses.fields(measures.Quality)} <= found.keys()
