"""How does somebody come to read letters, and prove who they are? Invited by mail; then password and one-time code.

Rule R40. The answer to the visitor is the same whether or not an address is known.
"""

import asyncio
import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import keys, links, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.delivery import queue_notice
from penfriends.actions.newcomers import address_of
from penfriends.actions.people import email_key, sign_in_for
from penfriends.actions.signin import digits
from penfriends.actions.telling import called
from penfriends.errors import BadSettings, NotFound, Refusal, Refused
from penfriends.ids import fingerprint
from penfriends.mail.notices import Notice
from penfriends.models.moderation import Moderator, Role
from penfriends.models.places import Association, Town
from penfriends.models.signin import LinkPurpose, Session, SignIn

HOUR = timedelta(hours=1)
# An hour's tries of one address from one source, and of one source with any address (docs/decisions/0006).
PASSWORDS_AN_HOUR, PASSWORDS_FROM_A_SOURCE = 10, 30
ONE_TIME_CODES_AN_HOUR = 10
PASSWORD_SHORTEST, PASSWORD_LONGEST = 12, 200
INVITATION_LASTS = timedelta(days=7)
STEP_SECONDS = 30
SEED_LETTERS = 32
ISSUER = "penfriends"

_hasher = PasswordHasher()

# --- staff: password, then one-time code (rule R40) ------------------------------------------------------------------


@cache
def _nobody_s() -> str:
    """A hash to compare with where there is none, so that an unknown address takes as long. Made once, when needed."""
    return _hasher.hash("nobody has this password")


async def check_password(
    db: AsyncSession, email: str, password: str, *, pepper: str, source: str = "", now: datetime
) -> UUID | None:
    """Who has this address and password and is an active moderator; None else. Takes as long for nobody as for
    somebody, so that the time does not tell. Tries count by where they come from, so that nobody locks a moderator
    out by trying (docs/decisions/0006). Raises TOO_MANY_TRIES."""
    await throttle.check(db, f"password:{source}", limit=PASSWORDS_FROM_A_SOURCE, within=HOUR, now=now)
    await throttle.check(db, f"password:{email_key(email)}:{source}", limit=PASSWORDS_AN_HOUR, within=HOUR, now=now)
    found = await sign_in_for(db, email)
    nobody_s = _nobody_s()  # made for known and unknown alike
    kept = found.password_hash if found and found.password_hash else nobody_s
    right = await asyncio.to_thread(_matches, kept, password + pepper)
    if not right or found is None or not found.password_hash or not await _moderates(db, found.id):
        return None
    return found.id


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def _moderates(db: AsyncSession, sign_in_id: UUID) -> bool:
    found = await db.exec(select(Moderator.id).where(Moderator.sign_in_id == sign_in_id, Moderator.active))
    return found.first() is not None


async def check_one_time_code(db: AsyncSession, sign_in_id: UUID, typed: str, *, key: bytes, now: datetime) -> bool:
    """Whether the code of the authenticator fits, one step early or late; each step opens once (no replay)."""
    await throttle.check(db, f"totp:{sign_in_id}", limit=ONE_TIME_CODES_AN_HOUR, within=HOUR, now=now)
    sign_in = await db.get(SignIn, sign_in_id)
    if sign_in is None or not sign_in.totp_secret or not await _moderates(db, sign_in_id):
        return False
    made_with, _colon, seed = sign_in.totp_secret.partition(":")
    if made_with != keys.mark(key):
        raise BadSettings("PENFRIENDS_SECRET_KEY: not the one that the moderators’ one-time codes were set up with")
    step = fitting_step(_from_seed(seed, key), typed, now=now)
    if step is None:
        return False
    done = await db.exec(
        update(SignIn)
        .where(col(SignIn.id) == sign_in_id, col(SignIn.totp_last_step) < step)
        .values(totp_last_step=step)
    )
    return done.rowcount == 1


async def made_with_another_key(db: AsyncSession, key: bytes) -> int:
    """How many authenticators were set up with another secret key than this one; they fit no more."""
    kept = col(SignIn.totp_secret)
    found = await db.exec(
        select(func.count()).select_from(SignIn).where(kept.is_not(None), ~kept.startswith(f"{keys.mark(key)}:"))
    )
    return found.one()


def fitting_step(secret: str, typed: str, *, now: datetime) -> int | None:
    """The time step (RFC 6238, 30 seconds) whose code this is, among the last, this and the next one."""
    totp, this, code = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS, digits(typed)
    for step in (this, this - 1, this + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


# --- inviting staff --------------------------------------------------------------------------------------------------


async def add_moderator(
    db: AsyncSession,
    *,
    association: str,
    email: str,
    name: str,
    role: Role = Role.MODERATOR,
    languages: tuple[str, ...] = (),
    inviter: str = "",
    locale: str = "",
    school: str = "",
    at: Addresses,
    now: datetime,
) -> tuple[Moderator, str]:
    """Name a moderator of the association with this slug and invite them by mail; returns the row and the address of
    the invitation. A second call for the same person changes name, role and languages, and invites again.
    `school`: of a teacher, named in the mail."""
    house = (await db.exec(select(Association).where(Association.slug == association))).first()
    if house is None:
        raise NotFound
    sign_in = await address_of(db, email, locale=locale or house.locale, now=now)
    found = await db.exec(
        select(Moderator).where(Moderator.sign_in_id == sign_in.id, Moderator.association_id == house.id)
    )
    moderator = found.first() or Moderator(sign_in_id=sign_in.id, association_id=house.id, name=name, created_at=now)
    moderator.name, moderator.role, moderator.active = name, role, True
    moderator.languages = list(languages) or moderator.languages or [house.locale]
    db.add(moderator)
    await db.flush()
    await note(
        db,
        now=now,
        actor=Actor.SYSTEM,
        actor_id=None,
        action="moderator_invited",
        subject="moderator",
        subject_id=moderator.id,
        details={"role": role.value},
    )
    return moderator, await _invite(db, moderator, sign_in, house, inviter=inviter, school=school, at=at, now=now)


async def _invite(
    db: AsyncSession,
    moderator: Moderator,
    sign_in: SignIn,
    house: Association,
    *,
    inviter: str,
    school: str,
    at: Addresses,
    now: datetime,
) -> str:
    made = await links.make(
        db,
        LinkPurpose.STAFF_INVITATION,
        now=now,
        lifetime=INVITATION_LASTS,
        sign_in_id=sign_in.id,
        subject_id=moderator.id,
    )
    url = at.link(f"/staff/invitation/{made.secret}")
    town = (await db.exec(select(Town).where(Town.association_id == house.id).order_by(col(Town.name)))).first()
    await queue_notice(
        db,
        Notice.STAFF_INVITATION,
        to=sign_in.id,
        language=sign_in.locale,
        values={
            "name": moderator.name,
            "inviter": inviter or house.name,
            "url": url,
            "days": INVITATION_LASTS.days,
            "school": school,
            "band": "adult",
            "town": called(town, sign_in.locale) or house.name,
        },
        association_id=house.id,
        at=at,
        now=now,
    )
    return url


async def invited(db: AsyncSession, secret: str, *, now: datetime) -> tuple[Moderator, SignIn]:
    """Who is invited by a link. Looks only. Raises Refused(LINK_USED)."""
    link = await links.find(db, secret, LinkPurpose.STAFF_INVITATION, now=now)
    moderator = await db.get(Moderator, link.subject_id) if link.subject_id else None
    sign_in = await db.get(SignIn, link.sign_in_id) if link.sign_in_id else None
    if moderator is None or sign_in is None or not moderator.active:
        raise Refused(Refusal.LINK_USED)
    return moderator, sign_in


def one_time_secret(secret: str, key: bytes) -> str:
    """The authenticator's secret that an invitation sets up: derived from the link, so that looking stores nothing."""
    return _from_seed(fingerprint(secret)[:SEED_LETTERS], key)


def kept_one_time(secret: str, key: bytes) -> str:
    """What the database keeps of it: no secret at all, only which key and which seed it follows from."""
    return f"{keys.mark(key)}:{fingerprint(secret)[:SEED_LETTERS]}"


def _from_seed(seed: str, key: bytes) -> str:
    return base64.b32encode(hmac.digest(keys.derived(key, "totp"), seed.encode(), hashlib.sha1)).decode()


def one_time_address(secret: str, sign_in: SignIn) -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in.email or ISSUER, issuer_name=ISSUER)


async def accept_invitation(
    db: AsyncSession, secret: str, *, password: str, typed: str, at: Addresses, pepper: str, now: datetime
) -> UUID | None:
    """Set password and authenticator, and use the link up; None if the code does not fit. Who is to be signed in."""
    moderator, sign_in = await invited(db, secret, now=now)
    await throttle.check(db, f"totp:{sign_in.id}", limit=ONE_TIME_CODES_AN_HOUR, within=HOUR, now=now)
    one_time = one_time_secret(secret, at.key)
    step = fitting_step(one_time, typed, now=now)
    if step is None:
        return None
    await links.use(db, await links.find(db, secret, LinkPurpose.STAFF_INVITATION, now=now), now=now)
    await links.use_others(db, LinkPurpose.STAFF_INVITATION, sign_in.id, now=now)
    await db.exec(delete(Session).where(col(Session.sign_in_id) == sign_in.id))  # whoever was in with the old password
    sign_in.password_hash = await asyncio.to_thread(_hasher.hash, password + pepper)
    sign_in.totp_secret, sign_in.totp_last_step = kept_one_time(secret, at.key), step
    sign_in.verified_at = sign_in.verified_at or now
    db.add(sign_in)
    await note(
        db,
        now=now,
        actor=Actor.MODERATOR,
        actor_id=moderator.id,
        action="invitation_accepted",
        subject="moderator",
        subject_id=moderator.id,
    )
    return sign_in.id


def weak_password(password: str, *, email: str, name: str) -> bool:
    """Whether a password is too short or made of the address or the name."""
    folded = password.casefold()
    parts = [email.casefold(), email.casefold().partition("@")[0], name.casefold()]
    made_of = any(len(part) >= 3 and folded.replace(part, "") in ("", *map(str, range(10))) for part in parts)
    few = len(set(folded)) < 5
    return len(password) < PASSWORD_SHORTEST or len(password) > PASSWORD_LONGEST or made_of or few
