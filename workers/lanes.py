"""How much does one worker send at once, in all and to one provider, and who is next when a place is free?

A slow provider fills its own lane only. Who waits here waits in the outbox too: if this process dies, a sweep asks
again.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID


@dataclass(slots=True, eq=False)
class Place:
    """One of the places of a worker, and the provider that it is used for once that is known."""

    lanes: "Lanes"
    domain: str = ""

    def has_room_to(self, domain: str) -> bool:
        """Take a place in the lane of `domain`; False: it is full."""
        if self.lanes.to[domain] >= self.lanes.at_once_domain:
            return False
        self.lanes.to[domain] += 1
        self.domain = domain
        return True


@dataclass(slots=True)
class Lanes:
    """Everything that a worker sends right now, and the line of those that wait for it."""

    at_once: int = 8
    at_once_domain: int = 4
    to: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    goes_on: Callable[[], bool] = lambda: True
    """False once this worker has been told to stop: nothing new is begun then."""
    _line: dict[str, list[tuple[int, int, UUID]]] = field(default_factory=dict)
    _waiting: set[UUID] = field(default_factory=set)
    _number: "count[int]" = field(default_factory=count)

    def enter(self) -> Place | None:
        """A place, None if all are taken."""
        if self.busy >= self.at_once:
            return None
        self.busy += 1
        return Place(self)

    def wait(self, delivery_id: UUID, precedence: int, domain: str = "") -> None:
        """Stand in line, for a lane or for any place; who is in line stays where they are."""
        if delivery_id not in self._waiting:
            self._waiting.add(delivery_id)
            heapq.heappush(self._line.setdefault(domain, []), (precedence, next(self._number), delivery_id))

    def leave(self, place: Place) -> tuple[UUID, int] | None:
        """Give a place back. The answer is who may try now, and its precedence: the first of all whose lane is open."""
        self.busy -= 1
        if place.domain:
            self.to[place.domain] -= 1
            if not self.to[place.domain]:
                del self.to[place.domain]
        open_lines = [one for one in self._line if self.to[one] < self.at_once_domain or not one]
        if not open_lines or not self.goes_on():
            return None
        first = min(open_lines, key=lambda one: self._line[one][0])
        precedence, _, delivery_id = heapq.heappop(self._line[first])
        if not self._line[first]:
            del self._line[first]
        self._waiting.discard(delivery_id)
        return delivery_id, precedence
