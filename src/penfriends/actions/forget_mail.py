"""Which mails as they came, words that were cut off, links and sign-ins are gone after 30 days? (rule R48)

What still waits for a person is not over: a mail that was set aside and nobody has looked at, a message to the team, a
mail that could not be delivered.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, exists, func, or_, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.models.classified import RAW, SECRET
from penfriends.models.delivery import Delivery, DeliveryState, RawMail, RawMailState, TeamMessage
from penfriends.models.emptied import emptied
from penfriends.models.letters import Blob, Letter, LetterMailId, LetterState
from penfriends.models.schools import ClassTeacher, SchoolClass
from penfriends.models.signin import OneTimeLink, Session
from penfriends.rules.retention import cutoffs

DONE = (LetterState.DELIVERED, LetterState.DISCARDED, LetterState.WITHDRAWN)
"""Nobody works on these any more; what was cut from one that came back is still on its writer's table."""

_YOUNG = timedelta(days=1)
_LEFT = (DeliveryState.SENT, DeliveryState.WITHDRAWN)


async def links(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """One-time links, 30 days after they were used or ran out."""
    over = func.coalesce(OneTimeLink.used_at, OneTimeLink.expires_at) <= cutoffs(now).secrets
    return await _delete(db, OneTimeLink, OneTimeLink.id, over, limit=limit)


async def sign_ins(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Browsers that were signed in until 30 days ago."""
    over = col(Session.expires_at) <= cutoffs(now).secrets
    return await _delete(db, Session, Session.fingerprint, over, limit=limit)


async def feeds(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Addresses of calendars of a class that has ended, or that somebody teaches no more."""
    ended = select(SchoolClass.id).where(col(SchoolClass.ended_at) <= cutoffs(now).secrets)
    over = or_(col(ClassTeacher.until) <= cutoffs(now).secrets, col(ClassTeacher.class_id).in_(ended))
    found = await db.exec(
        select(ClassTeacher).where(over, col(ClassTeacher.feed_fingerprint).is_not(None)).limit(limit)
    )
    rows = found.all()
    for row in rows:
        for name, empty in emptied(ClassTeacher, SECRET).items():
            setattr(row, name, empty)
        db.add(row)
    await db.flush()
    return len(rows)


async def mails(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Mails as they came, once they are letters, dropped, or were looked at by a person."""
    under_way = exists(
        select(Letter.id).where(col(Letter.id) == col(RawMail.letter_id), col(Letter.state).not_in(DONE))
    ).correlate(RawMail)
    handled = sa.and_(
        col(RawMail.state).in_([RawMailState.TAKEN, RawMailState.DROPPED]),
        func.coalesce(RawMail.handled_at, RawMail.received_at) <= cutoffs(now).mail,
        ~under_way,
    )
    seen = sa.and_(col(RawMail.state) == RawMailState.QUARANTINED, col(RawMail.seen_at) <= cutoffs(now).mail)
    return await _delete(db, RawMail, RawMail.id, or_(handled, seen), limit=limit)


async def messages(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Words to the team that somebody has answered or put away."""
    return await _delete(db, TeamMessage, TeamMessage.id, col(TeamMessage.closed_at) <= cutoffs(now).mail, limit=limit)


async def cut_words(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """What a letter looked like before it was cut, and what its mail's header told of the writer."""
    over = func.coalesce(Letter.delivered_at, Letter.changed_at) <= cutoffs(now).mail
    header = select(LetterMailId.letter_id).where(_has_any(LetterMailId))
    done = col(Letter.state).in_(DONE)
    found = await db.exec(
        select(Letter.id).where(done, over, or_(_has_any(Letter), col(Letter.id).in_(header))).limit(limit)
    )
    due = list(found)
    await db.exec(update(Letter).where(col(Letter.id).in_(due)).values(**emptied(Letter, RAW)))
    told = emptied(LetterMailId, RAW)
    await db.exec(update(LetterMailId).where(col(LetterMailId.letter_id).in_(due)).values(**told))
    return len(due)


async def outbox(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """What a notice said, and what a mail server answered. That it went stays."""
    over = func.coalesce(Delivery.sent_at, Delivery.due_at) <= cutoffs(now).mail
    found = await db.exec(
        select(Delivery.id).where(col(Delivery.state).in_(_LEFT), over, _has_any(Delivery)).limit(limit)
    )
    due = list(found)
    await db.exec(update(Delivery).where(col(Delivery.id).in_(due)).values(**emptied(Delivery, RAW)))
    return len(due)


async def pictures(db: AsyncSession, *, now: datetime, limit: int) -> int:
    """Bytes that no letter, no mail and no scanned page names any more: they lie in the database, nowhere else."""
    named = [sa.exists(sa.select(one).where(one == col(Blob.sha256))).correlate(Blob) for one in _naming_bytes()]
    over = sa.and_(col(Blob.created_at) <= now - _YOUNG, *(~one for one in named))
    return await _delete(db, Blob, Blob.sha256, over, limit=limit)


def _naming_bytes() -> list[Any]:
    """Every column that names bytes: of letters, of mails, of whatever comes."""
    return [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "blob.sha256" for key in column.foreign_keys)
    ]


def _has_any(kind: type[SQLModel]) -> Any:
    """Whether one of the columns of this class still holds something. JSON is compared as the text that it is."""
    return or_(
        *(
            sa.cast(getattr(kind, name), sa.String) != ("{}" if empty == {} else empty)
            for name, empty in emptied(kind, RAW).items()
        )
    )


async def _delete(db: AsyncSession, kind: type[SQLModel], key: Any, over: Any, *, limit: int) -> int:
    found = await db.exec(select(key).where(over).order_by(key).limit(limit))
    due = list(found)
    await db.exec(delete(kind).where(col(key).in_(due)))
    return len(due)
