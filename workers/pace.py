"""How much mail may one source hand in? Counted in this process for an hour; what is too much is asked to come later.

Nothing is lost by it: the answer is a temporary one, and a mail server tries again. Kept in memory, so that a flood
costs no write; the number of sources that are remembered is bounded.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
MOST_SOURCES = 10_000


@dataclass(slots=True)
class Pace:
    """At most `most` mails of one source within an hour; 0 takes any number."""

    most: int
    _counted: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)

    def allows(self, source: str, *, now: datetime) -> bool:
        """Count one mail of this source; False where it was one too many."""
        since, count = self._counted.pop(source, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        self._counted[source] = (since, count + 1)
        while len(self._counted) > MOST_SOURCES:
            self._counted.popitem(last=False)
        return not self.most or count < self.most
