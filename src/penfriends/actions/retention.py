"""What has been kept for long enough, and how much of it was removed when? (rules R48, R49)

Each step removes so many things at most and can be repeated; a worker gives each call a transaction of its own. Numbers
are kept of it and nothing else.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, forget_letters, forget_mail, forget_people, forget_proofs
from penfriends.errors import NotFound
from penfriends.models.moderation import RetentionRun
from penfriends.models.places import Association

AT_ONCE = 50
OFTEN = timedelta(hours=20)
_ROW = "retention"

STEPS: Mapping[str, Callable[..., Awaitable[int]]] = {
    "people": forget_people.people,
    "letters": forget_letters.of_pairs,
    "classes": forget_people.classes,
    "volunteers": forget_people.volunteers,
    "pairings": forget_people.pairings,
    "groups": forget_people.groups,
    "cut_words": forget_mail.cut_words,
    "mails": forget_mail.mails,
    "messages": forget_mail.messages,
    "outbox": forget_mail.outbox,
    "links": forget_mail.links,
    "sign_ins": forget_mail.sign_ins,
    "feeds": forget_mail.feeds,
    "decisions": forget_proofs.decisions,
    "consents": forget_proofs.consents,
    "log": forget_proofs.log,
    "pictures": forget_mail.pictures,
}
"""In this order; the bytes of pictures and mails last, when nothing names them any more."""


async def step(db: AsyncSession, name: str, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Remove at most so many of one kind. Returns how many; a second run at the same moment finds the next ones."""
    return await STEPS[name](db, now=now, limit=limit)


async def is_due(db: AsyncSession, *, now: datetime) -> bool:
    """Whether it has not been looked for today."""
    last = await latest(db)
    return last is None or last.at <= now - OFTEN


async def keep(db: AsyncSession, removed: Mapping[str, int], *, now: datetime) -> None:
    """It was looked everywhere: note when, and what was removed. The log gets a line if it was anything."""
    numbers: dict[str, Any] = {name: number for name, number in removed.items() if number}
    row = await latest(db) or RetentionRun(name=_ROW, at=now)
    row.at, row.removed = now, numbers
    db.add(row)
    if numbers:
        await audit.note(
            db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="forget", subject="retention",
            subject_id=None, details=numbers,
        )  # fmt: skip
    await db.flush()


async def keep_letters_for(db: AsyncSession, *, association: str, months: int, now: datetime) -> None:
    """An association wants letters to be kept for so many months, of 1 to 12. Raises NotFound."""
    row = (await db.exec(select(Association).where(Association.slug == association))).first()
    if row is None:
        raise NotFound
    row.letters_kept_months = months
    db.add(row)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="keep_letters_for", subject="association",
        subject_id=row.id, details={"months": months},
    )  # fmt: skip


async def latest(db: AsyncSession) -> RetentionRun | None:
    """The last time that it was looked for everything."""
    return await db.get(RetentionRun, _ROW)
