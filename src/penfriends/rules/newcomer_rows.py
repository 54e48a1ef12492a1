"""What does the preview know of a newcomer and of those who wait? Rows of a database, as columns.

Apart from `newcomer`, so that the site loads the numbers with the first question, not at its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from penfriends.rules.bands import Band, Birth
from penfriends.rules.matching import LinkKind
from penfriends.rules.weights import Weights

Key = UUID | str
"""An id as a database writes it: text on SQLite."""


@dataclass(frozen=True, slots=True)
class Me:
    """The person for whom somebody is sought. Towns and homes are whatever the database calls them."""

    birth: Birth
    band: Band
    paper: bool
    town: Key
    wish: Key | None
    household: Key | None
    gist: bytes


@dataclass(frozen=True, slots=True)
class Reached:
    """A town where somebody may be found: the kind of the link (None for a twin of a twin) and the weights that count
    between the two towns."""

    kind: LinkKind | None
    weights: Weights


@dataclass(frozen=True, slots=True)
class Others:
    """Those who wait, one place in each column a person."""

    year: Sequence[int]
    born: Sequence[date | None]
    paper: Sequence[bool]
    town: Sequence[Key]
    wish: Sequence[Key | None]
    household: Sequence[Key | None]
    gist: Sequence[bytes]
