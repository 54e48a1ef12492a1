"""How is a one-time link made, looked at and used up?

A GET only looks (mail scanners open links); a POST uses. The database keeps fingerprints, never the secret.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import keys
from penfriends.errors import Refusal, Refused
from penfriends.ids import fingerprint, six_digits, token, uuid7
from penfriends.models.signin import LinkPurpose, OneTimeLink

CODE_TRIES = 5
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Made:
    """What goes into the mail: the secret of the address, and the six digits where asked for."""

    secret: str
    code: str
    link_id: UUID


async def make(
    db: AsyncSession,
    purpose: LinkPurpose,
    *,
    now: datetime,
    lifetime: timedelta,
    sign_in_id: UUID | None = None,
    subject_id: UUID | None = None,
    code_key: bytes | None = None,
) -> Made:
    """A fresh link of 160 random bits for one purpose; with `code_key`, the house’s secret, also six digits."""
    secret, code = token(), six_digits() if code_key is not None else ""
    row = OneTimeLink(
        fingerprint=fingerprint(secret),
        code_fingerprint=keys.code_fingerprint(code_key, sign_in_id, code) if code_key is not None else None,
        purpose=purpose,
        sign_in_id=sign_in_id,
        subject_id=subject_id,
        created_at=now,
        expires_at=now + lifetime,
    )
    db.add(row)  # not flushed: two links of one mail are one statement
    return Made(secret, code, row.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link without a code: what for, whose, about what."""

    purpose: LinkPurpose
    sign_in_id: UUID | None
    subject_id: UUID


async def make_for_mail(db: AsyncSession, *wanted: Wanted, now: datetime, lifetime: timedelta) -> list[str]:
    """The secrets of the links of one mail, written together: no object is made for what nobody looks at again."""
    secrets = [token() for _ in wanted]
    rows = [
        {
            "id": uuid7(), "fingerprint": fingerprint(secret), "purpose": one.purpose, "sign_in_id": one.sign_in_id,
            "subject_id": one.subject_id, "created_at": now, "expires_at": now + lifetime, "tries": 0,
        }
        for one, secret in zip(wanted, secrets, strict=True)
    ]  # fmt: skip
    await db.exec(_WRITTEN, params=rows)
    return secrets


_WRITTEN: Any = sa.insert(sa.inspect(OneTimeLink).local_table)  # type: ignore[arg-type]


async def find(db: AsyncSession, secret: str, *purposes: LinkPurpose, now: datetime) -> OneTimeLink:
    """The link behind a secret, still good. Raises Refused(LINK_USED) for unknown, used and expired alike."""
    row = (await db.exec(select(OneTimeLink).where(OneTimeLink.fingerprint == fingerprint(secret)))).first()
    if row is None or row.purpose not in purposes or row.used_at is not None or row.expires_at <= now:
        raise Refused(Refusal.LINK_USED)
    return row


async def use(db: AsyncSession, link: OneTimeLink, *, now: datetime) -> None:
    """Use a link up. Two at the same time: one wins, the other is refused."""
    done = await db.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.id) == link.id, col(OneTimeLink.used_at).is_(None))
        .values(used_at=now)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.LINK_USED)


async def use_others(db: AsyncSession, purpose: LinkPurpose, sign_in_id: UUID, *, now: datetime) -> None:
    """Use up whatever other links of one purpose this person has lying in old mails."""
    await db.exec(
        update(OneTimeLink)
        .where(
            col(OneTimeLink.purpose) == purpose,
            col(OneTimeLink.sign_in_id) == sign_in_id,
            col(OneTimeLink.used_at).is_(None),
        )
        .values(used_at=now)
    )


async def enter_code(
    db: AsyncSession, sign_in_id: UUID, purpose: LinkPurpose, code: str, *, key: bytes, now: datetime
) -> bool:
    """Whether `code` is the newest good one of this person; used up if so, a try counted if not.

    After five wrong tries a link's code is dead; its address still works. A person without a code costs as many
    statements as one with.
    """
    row = (
        await db.exec(
            select(OneTimeLink)
            .where(
                OneTimeLink.sign_in_id == sign_in_id,
                OneTimeLink.purpose == purpose,
                OneTimeLink.expires_at > now,
                col(OneTimeLink.used_at).is_(None),
                OneTimeLink.tries < CODE_TRIES,
            )
            .order_by(col(OneTimeLink.created_at).desc())
            .limit(1)
        )
    ).first()
    # counted before it is compared: of many tries at the same moment only five are looked at
    counted = await db.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.id) == (row.id if row else NOBODY), col(OneTimeLink.tries) < CODE_TRIES)
        .values(tries=OneTimeLink.tries + 1)
        .execution_options(synchronize_session=False)
    )
    given = keys.code_fingerprint(key, sign_in_id, code)
    if row is None or counted.rowcount != 1 or not hmac.compare_digest(row.code_fingerprint or "", given):
        return False
    await use(db, row, now=now)
    return True
