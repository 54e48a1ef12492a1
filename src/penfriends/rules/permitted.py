"""All permitted pairs of a crowd with their weights, looked at once and then gone through again and again.

There are two engines, compiled loops and numpy blocks, with the same result, bit for bit. The pairs of a hundred
thousand people take some hundred megabytes; where there are too many they are found anew for each walk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from penfriends.rules.columns import Counting
from penfriends.rules.crowd import Bools, Column, Crowd, Ints

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of towns of a crowd by number, a < b, and what counts between them: row `of` of `counting`."""

    a: Ints
    b: Ints
    of: Ints
    counting: Counting

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a walk keeps: for each row the best `size` others by weight − price[other], if that passes gain[row]."""

    price: Ints
    gain: Ints
    size: int

    @classmethod
    def best(cls, people: int, size: int) -> "Aim":
        """Anybody is a gain and nothing is paid."""
        return cls(np.zeros(people, dtype=np.int64), np.zeros(people, dtype=np.int64), size)


@dataclass(frozen=True, slots=True)
class Kept:
    """Pairs i < j in order, each once, with their weights; and for every row its best weight − price, at least its
    gain."""

    i: Column
    j: Column
    weight: Column
    best: Ints


class Remembered(Generic[P]):
    """Pieces of pairs that were found, as long as there is room for so many pairs; `pieces` is None where there is
    none, and they are found anew for each walk."""

    def __init__(self, room: int) -> None:
        self.pieces: list[P] | None = []
        self._room = room

    def add(self, piece: P, pairs: int) -> None:
        self._room -= pairs
        if self._room < 0:
            self.forget()
        elif self.pieces is not None:
            self.pieces.append(piece)

    def forget(self) -> None:
        self.pieces = None


class Permitted(Protocol):
    """`degree` counts the permitted pairs of every row."""

    degree: Ints

    def add(self, links: Links, opened: Bools | None) -> None:
        """The pairs over these links; `opened` are those who may go two links, where that is what these are."""

    def best(self, aim: Aim) -> Kept:
        """One walk over all of them."""

    def settled(self, price: Ints, gain: Ints, aim: Aim) -> tuple[Ints, Kept]:
        """One walk for both: the best weight − price of every row, at least its gain; and what this aim keeps."""

    def only(self, crowd: Crowd, rows: Ints) -> "Permitted":
        """Those among some rows, as the rows of a smaller crowd, without what is blocked there."""

    def forget(self) -> None:
        """Give the memory back. What is asked later is found anew."""

    def all(self) -> Iterator[tuple[Column, Column, Column]]:
        """Every pair once as columns i < j and weight, many at a time, in no particular order."""


def counted(lengths: Ints) -> Ints:
    """0, 1, 2… anew for each length."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(starts, lengths)


def offsets_of(crowd: Crowd) -> Ints:
    """Rows of town t: offsets[t] to offsets[t + 1]."""
    found: Ints = np.searchsorted(crowd.people.town, np.arange(len(crowd.around.towns) + 1)).astype(np.int64)
    return found
