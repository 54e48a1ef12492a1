"""Which jobs are there, and how is a worker asked, after the commit?

The row is the truth and a job is a nudge: it carries an id, the second run does nothing, and a sweep finds what was
forgotten.
"""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

_KEY = "penfriends.wishes"


class Job(enum.StrEnum):
    """The names under which workers know their jobs."""

    READ_MAIL = "read_mail"
    SCREEN_LETTER = "screen_letter"
    DELIVER = "deliver"
    RUN_ROUND = "run_round"
    PROPOSE_MATCHES = "propose_matches"


Nudge = Callable[[Job, UUID | None], Awaitable[None]]


@dataclass(slots=True)
class Wishes:
    """Jobs that were asked for in a transaction and wait for its commit."""

    waiting: list[tuple[Job, UUID | None]] = field(default_factory=list)

    def take(self) -> list[tuple[Job, UUID | None]]:
        taken, self.waiting = self.waiting, []
        return taken

    def keep_back(self, job: Job) -> list[UUID]:
        """The subjects of `job`, which nobody else is asked to do: whoever calls this does it after the commit."""
        kept = [subject for name, subject in self.waiting if name is job and subject is not None]
        self.waiting = [wish for wish in self.waiting if wish[0] is not job]
        return kept


def wishes_of(info: dict[Any, Any]) -> Wishes:
    """The wishes that a session carries (in its `info`)."""
    found: Wishes = info.setdefault(_KEY, Wishes())
    return found


def later(db: AsyncSession, job: Job, subject: UUID | None = None) -> None:
    """Ask a worker to do `job` for the row `subject` once this transaction has been committed."""
    wishes_of(db.sync_session.info).waiting.append((job, subject))


async def nobody(_job: Job, _subject: UUID | None) -> None:
    """A nudge into the void: for tools and tests that run without workers."""
