"""How are the reasons of a proposal kept with the match? As codes and points; sentences are made when shown."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from penfriends.rules.proposals import Proposal


def stored(proposal: Proposal, *, waiting: Mapping[str, int]) -> dict[str, Any]:
    """The explanation of a proposal as JSON: the terms with points and details, days waited, the two runners-up."""
    return {
        "first": str(proposal.first),
        "second": str(proposal.second),
        "total": proposal.explanation.total,
        "weight": proposal.weight,
        "terms": [
            {"name": one.name, "points": one.points, "maximum": one.maximum, "detail": list(one.detail)}
            for one in proposal.explanation.points
        ],
        "waiting": dict(waiting),
        "alternatives": [
            {"of": str(one.of), "other": str(one.other), "weight": one.weight, "reason": one.reason}
            for one in proposal.alternatives
        ],
    }


def as_json(proposal: Proposal, waiting: Mapping[UUID, int]) -> str:
    """The same as text, made in a fifth of the time: for the tens of thousands of a round."""
    told = {
        "first": proposal.first,
        "second": proposal.second,
        "total": proposal.explanation.total,
        "weight": proposal.weight,
        "terms": proposal.explanation.points,
        "waiting": waiting,
        "alternatives": proposal.alternatives,
    }
    return _JSON.encode(told).decode()


_JSON = msgspec.json.Encoder()
