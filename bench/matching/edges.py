"""What do all solvers get? One file of possible pairs, so that a stranger's solver needs neither Python nor our rules.

Line by line `u v w`: two rows of people.csv and the whole weight of the pair. The first line is `p people pairs`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
LINES_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Graph:
    """Possible pairs u < v among `people` rows, each once."""

    people: int
    u: Ints
    v: Ints
    w: Ints

    def __len__(self) -> int:
        return len(self.u)

    def only(self, rows: npt.NDArray[np.bool_]) -> "Graph":
        return Graph(self.people, self.u[rows], self.v[rows], self.w[rows])

    def weights_of(self, mate: Ints) -> Ints:
        """What each person's pair weighs, 0 for those alone."""
        now = np.zeros(self.people, dtype=np.int64)
        chosen = mate[self.u] == self.v
        now[self.u[chosen]] = self.w[chosen]
        now[self.v[chosen]] = self.w[chosen]
        return now


def graph_of(people: int, u: Ints, v: Ints, w: Ints) -> Graph:
    """The pairs in one order, the smaller row first."""
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((high, low))
    return Graph(people, low[order].astype(np.int64), high[order].astype(np.int64), w[order].astype(np.int64))


def digest(graph: Graph) -> str:
    """The same for the same pairs and weights."""
    return hashlib.sha256(np.stack((graph.u, graph.v, graph.w)).tobytes()).hexdigest()


def write(graph: Graph, folder: Path) -> None:
    with (folder / "edges.txt").open("w", encoding="ascii") as file:
        file.write(f"p {graph.people} {len(graph)}\n")
        for start in range(0, len(graph), LINES_AT_ONCE):
            rows = (column[start : start + LINES_AT_ONCE].tolist() for column in (graph.u, graph.v, graph.w))
            file.writelines(f"{u} {v} {w}\n" for u, v, w in zip(*rows, strict=True))
    np.save(folder / "edges.npy", np.stack((graph.u, graph.v, graph.w)))


def read(folder: Path, people: int) -> Graph:
    """From the packed copy, which a quick start needs; the text is for others."""
    u, v, w = np.load(folder / "edges.npy")
    return Graph(people, u, v, w)
