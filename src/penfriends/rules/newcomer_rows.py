"""What does the preview know of a newcomer and of those who wait? Rows of a database, as columns.

Apart from `newcomer`, so that the site loads the numbers with the first question, not at its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from penfriends.rules.bands import Band, Birth
from penfriends.rules.matching import LinkKind, age_window
from penfriends.rules.weights import Weights

Key = UUID | str
"""An id as a database writes it: text on SQLite."""


@dataclass(frozen=True, slots=True)
class Me:
    """The person for whom somebody is sought. Towns and homes are whatever the database calls them."""

    birth: Birth
    band: Band
    town: Key
    wish: Key | None
    gist: bytes


@dataclass(frozen=True, slots=True)
class Reached:
    """A town where somebody may be found: the kind of the link (None for a twin of a twin) and the weights that count
    between the two towns."""

    kind: LinkKind | None
    weights: Weights


@dataclass(frozen=True, slots=True)
class Others:
    """Those who wait, one place in each column a person. `wish`: how many halves of the points their own wish for a
    town is worth: 1 if they have none, 2 if it is the newcomer's town."""

    year: Sequence[int]
    born: Sequence[date | None]
    town: Sequence[Key]
    wish: Sequence[int]
    gist: Sequence[bytes]


def years_around(birth: Birth, today: date) -> tuple[int, int]:
    """The first and the last year in which somebody close enough in age can be born. The window of the younger counts,
    and one's own is never smaller."""
    window = age_window(birth, birth, today) // 100
    if birth.on is None:
        return birth.year - window // 12, birth.year + window // 12
    month = birth.on.year * 12 + birth.on.month - 1
    return (month - window) // 12, (month + window) // 12
