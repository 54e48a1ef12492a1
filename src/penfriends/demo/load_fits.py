"""How is it going with the invented friendships? Most answered that it fits; some are asked now, one has changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.demo.load_letters import Friendship, Friendships
from penfriends.ids import uuid7
from penfriends.models.matching import FitCheck
from penfriends.rules.bands import Band
from penfriends.rules.fit import OPEN_FOR, STEPS, Fit

ASKED_NOW = ("maisie", "joanne", "amira", "jeroen")
"""They find the question on their page, if it is due for them."""
DOES_NOT_FIT = "ben"
"""He would rather stop, and his friend in Les Ulis is content: a moderator looks."""


async def fits(db: AsyncSession, known: Friendships, *, now: datetime) -> None:
    """A row for everybody who has been asked by now, so that the first sweep asks nobody twice."""
    in_order = sorted(known.values(), key=lambda one: (one.correspondence.opened_at, one.correspondence.id))
    grown = [one for one in in_order if one.correspondence.band is Band.ADULT and _age(one, now) >= 90]
    changed = next(iter(grown[0].people)) if grown else ""
    for friends in in_order:
        db.add_all(_checks(friends, changed, now=now))
    await db.flush()


def _checks(friends: Friendship, changed: str, *, now: datetime) -> Iterator[FitCheck]:
    for place, (key, mine) in enumerate(sorted(friends.people.items())):
        for step in STEPS:
            asked_at = friends.correspondence.opened_at + timedelta(days=step)
            if asked_at > now:
                continue
            answer = _answer(key, step, place, changed, due=asked_at + OPEN_FOR > now)
            yield FitCheck(
                id=uuid7(),
                correspondence_id=friends.correspondence.id,
                participant_id=mine.id,
                after_days=step,
                asked_at=asked_at,
                answer=answer,
                answered_at=min(now, asked_at + timedelta(hours=20 + 3 * place)) if answer else None,
            )


def _answer(key: str, step: int, place: int, changed: str, *, due: bool) -> Fit | None:
    if key in ASKED_NOW and due:
        return None
    if key == DOES_NOT_FIT or (key == changed and step == STEPS[-1]):
        return Fit.NOT
    return Fit.DECIDING if step == STEPS[0] and place and key > "t" else Fit.GOOD


def _age(friends: Friendship, now: datetime) -> int:
    return (now - friends.correspondence.opened_at).days
