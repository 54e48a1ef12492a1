"""How does a resident or guardian prove who they are? By a link or a code from one mail.

The answer to the visitor is the same whether or not an address is known.
"""

import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import links, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.delivery import queue_notice
from penfriends.actions.people import email_key, sign_in_for
from penfriends.actions.telling import called
from penfriends.errors import NotFound
from penfriends.mail.notices import Notice
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.signin import LinkPurpose, SignIn

MINUTES = 15
HOUR = timedelta(hours=1)
# An hour's tries: of one address from one source, of one address from anywhere, from one source with any address. A
# school or a library is one source, and nobody can use up the tries that somebody else has at their own computer.
MAILS_AN_HOUR, MAILS_FROM_ANYWHERE, MAILS_FROM_A_SOURCE = 5, 10, 60
CODES_AN_HOUR, CODES_FROM_A_SOURCE = 10, 60
CODE_DIGITS = 6

# --- residents and guardians: a link and six digits in one mail ------------------------------------------------------


async def may_ask(db: AsyncSession, email: str, *, source: str, now: datetime) -> None:
    """Count a wish for a mail. It asks nothing about the address, so known and unknown cost the same. Raises
    TOO_MANY_TRIES."""
    address = email_key(email)
    await throttle.check(db, f"sign_in_mail:{source}", limit=MAILS_FROM_A_SOURCE, within=HOUR, now=now)
    await throttle.check(db, f"sign_in_mail:{address}:{source}", limit=MAILS_AN_HOUR, within=HOUR, now=now)
    await throttle.check(db, f"sign_in_mail:{address}", limit=MAILS_FROM_ANYWHERE, within=HOUR, now=now)


async def ask(db: AsyncSession, email: str, *, at: Addresses, now: datetime) -> None:
    """Mail a way in to whoever has this address; nothing happens for an unknown one. The door does this after it has
    answered, so that the time of the answer does not tell."""
    found = await sign_in_for(db, email)
    if found is None:
        return
    made = await links.make(
        db,
        LinkPurpose.SIGN_IN,
        now=now,
        lifetime=timedelta(minutes=MINUTES),
        sign_in_id=found.id,
        code_key=at.key,
    )
    town, association_id, band = await _place_of(db, found)
    await queue_notice(
        db,
        Notice.SIGN_IN,
        to=found.id,
        language=found.locale,
        values={
            "url": at.link(f"/s/{made.secret}"),
            "code": made.code,
            "minutes": MINUTES,
            "band": band,
            "town": called(town, found.locale) or "penfriends",
        },
        association_id=association_id,
        at=at,
        now=now,
    )


async def _place_of(db: AsyncSession, sign_in: SignIn) -> tuple[Town | None, UUID | None, str]:
    """Whose volunteers write the mail, and in which register."""
    guardians = select(Guardian.id).where(Guardian.sign_in_id == sign_in.id)
    found = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(
            or_(Resident.sign_in_id == sign_in.id, col(Resident.guardian_id).in_(guardians)),
            Resident.state != ResidentState.LEFT,
        )
        .order_by(col(Resident.created_at))
    )
    row = found.first()
    if row is not None:
        resident, town = row
        own = resident.sign_in_id == sign_in.id
        return town, town.association_id, resident.band.value if own else "adult"
    moderator = (await db.exec(select(Moderator).where(Moderator.sign_in_id == sign_in.id))).first()
    if moderator is None:
        return None, None, "adult"
    first = select(Town).where(Town.association_id == moderator.association_id).order_by(col(Town.name))
    return (await db.exec(first)).first(), moderator.association_id, "adult"


async def by_link(db: AsyncSession, secret: str, *, now: datetime) -> UUID:
    """Who is behind a link from the mail; it is used up. Raises Refused(LINK_USED)."""
    link = await links.find(db, secret, LinkPurpose.SIGN_IN, now=now)
    await links.use(db, link, now=now)
    if link.sign_in_id is None:
        raise NotFound
    return await _proved(db, link.sign_in_id, now=now)


async def by_code(
    db: AsyncSession, email: str, typed: str, *, key: bytes, source: str = "", now: datetime
) -> UUID | None:
    """Who typed the right six digits; None for a wrong code and for an unknown address alike."""
    await throttle.check(db, f"sign_in_code:{source}", limit=CODES_FROM_A_SOURCE, within=HOUR, now=now)
    await throttle.check(db, f"sign_in_code:{email_key(email)}:{source}", limit=CODES_AN_HOUR, within=HOUR, now=now)
    found = await sign_in_for(db, email)
    code = digits(typed)
    who = found.id if found else links.NOBODY
    fits = await links.enter_code(db, who, LinkPurpose.SIGN_IN, code[: CODE_DIGITS + 1], key=key, now=now)
    if found is None or not fits:
        return None
    return await _proved(db, found.id, now=now)


async def _proved(db: AsyncSession, sign_in_id: UUID, *, now: datetime) -> UUID:
    """Who opens a mail has shown that the address is theirs."""
    await db.exec(
        update(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.verified_at).is_(None)).values(verified_at=now)
    )
    return sign_in_id


def digits(typed: str) -> str:
    """The digits of a pasted code: spaces and hyphens do not matter, and ٤٨٢ are digits too."""
    return "".join(
        str(unicodedata.decimal(letter)) for letter in typed if unicodedata.decimal(letter, None) is not None
    )
