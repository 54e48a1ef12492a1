"""Remember: the tables of this house. Importing this package registers every one of them."""

from penfriends.models import (
    delivery,
    groups,
    letters,
    matching,
    moderation,
    pairings,
    paper,
    places,
    residents,
    schools,
    signin,
)

__all__ = [
    "delivery",
    "groups",
    "letters",
    "matching",
    "moderation",
    "pairings",
    "paper",
    "places",
    "residents",
    "schools",
    "signin",
]
