"""Who is signed in, and how do they get in and out?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible, queues, remit, threads
from penfriends.ids import fingerprint, token
from penfriends.models.moderation import Moderator, Role
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.schools import Pupil
from penfriends.models.signin import Session, SignIn

SESSION_DAYS = 30
STAFF_HOURS = 12


@dataclass(frozen=True, slots=True)
class Who:
    """What a session's cookie tells about a visitor. `is_vouched`: the school of a teacher still confirms them."""

    fingerprint: str
    sign_in_id: UUID
    locale: str
    theme: str
    shortcuts: bool
    resident_id: UUID | None
    resident_choices: tuple[UUID, ...]
    moderator_id: UUID | None
    association_id: UUID | None
    is_staff: bool
    is_operator: bool
    is_teacher: bool
    is_vouched: bool
    is_pupil: bool
    pupil_seen_at: datetime | None
    is_guardian: bool
    display_name: str
    avatar: str
    colour: str
    band: str
    counts: Mapping[str, int]


async def begin(
    db: AsyncSession,
    sign_in_id: UUID,
    *,
    now: datetime,
    staff: bool = False,
    replaces: str | None = None,
    lasts: timedelta = timedelta(days=SESSION_DAYS),
) -> str:
    """Open a session and return the cookie's secret. A new secret each time: a planted cookie opens nothing.

    `replaces` is the fingerprint of the session that this browser had; it ends.
    """
    if replaces:
        await end(db, replaces)
    secret = token()
    db.add(
        Session(
            fingerprint=fingerprint(secret),
            sign_in_id=sign_in_id,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
            staff_until=now + timedelta(hours=STAFF_HOURS) if staff else None,
        )
    )
    await db.flush()
    return secret


async def end(db: AsyncSession, session_fingerprint: str) -> None:
    """Sign this browser out."""
    await db.exec(delete(Session).where(col(Session.fingerprint) == session_fingerprint))


async def end_all(db: AsyncSession, sign_in_id: UUID) -> None:
    """Sign every browser of this person out."""
    await db.exec(delete(Session).where(col(Session.sign_in_id) == sign_in_id))


async def end_of_residents(db: AsyncSession, resident_ids: Sequence[UUID]) -> None:
    """Sign out every browser in which one of these writes."""
    await db.exec(delete(Session).where(col(Session.resident_id).in_(resident_ids)))


async def act_as(db: AsyncSession, session_fingerprint: str, resident_id: UUID) -> None:
    """From now on this browser writes as `resident_id`, which the door has checked to be one of its choices."""
    await db.exec(
        update(Session).where(col(Session.fingerprint) == session_fingerprint).values(resident_id=resident_id)
    )


async def prefer_shortcuts(db: AsyncSession, sign_in_id: UUID, wanted: bool) -> None:
    """Keys on the review page, on or off, for this person on every device."""
    await db.exec(update(SignIn).where(col(SignIn.id) == sign_in_id).values(shortcuts=wanted))


async def who_is(db: AsyncSession, secret: str, *, now: datetime) -> Who | None:
    """The visitor behind a cookie, or None if the session is unknown or over."""
    row = (
        await db.exec(
            select(Session, SignIn)
            .join(SignIn, col(SignIn.id) == col(Session.sign_in_id))
            .where(Session.fingerprint == fingerprint(secret), Session.expires_at > now)
        )
    ).first()
    if row is None:
        return None
    session, sign_in = row
    residents = await residents_of(db, sign_in.id)
    chosen = _chosen(session, residents)
    moderator = await _moderator(db, sign_in.id)
    proved = moderator is not None and session.staff_until is not None and session.staff_until > now
    teaches = moderator is not None and moderator.role is Role.TEACHER
    staff = proved and not teaches
    is_pupil = chosen is not None and await db.get(Pupil, chosen.id) is not None
    return Who(
        fingerprint=session.fingerprint,
        sign_in_id=sign_in.id,
        locale=sign_in.locale,
        theme=sign_in.theme,
        shortcuts=sign_in.shortcuts,
        resident_id=chosen.id if chosen else None,
        resident_choices=tuple(one.id for one in residents),
        moderator_id=moderator.id if moderator and proved else None,
        association_id=moderator.association_id if moderator and proved else None,
        is_staff=staff,
        is_operator=moderator is not None and staff and moderator.operates,
        is_teacher=proved and teaches,
        is_vouched=moderator is not None and teaches and await eligible.is_vetted(db, moderator, now=now),
        is_pupil=is_pupil,
        pupil_seen_at=session.seen_at if is_pupil else None,
        is_guardian=await _is_guardian(db, sign_in.id),
        display_name=moderator.name if moderator and proved else (chosen.first_name if chosen else ""),
        avatar="user" if proved or chosen is None else chosen.avatar,
        colour="teal" if proved or chosen is None else chosen.colour,
        band=chosen.band if chosen else "",
        counts=await _counts(db, moderator if proved else None, chosen, now=now),
    )


async def residents_of(db: AsyncSession, sign_in_id: UUID) -> list[Resident]:
    """Whom this sign-in may write as: the person, and the children who have no address of their own (rule R07)."""
    guardians = select(Guardian.id).where(Guardian.sign_in_id == sign_in_id)
    found = await db.exec(
        select(Resident)
        .where(
            or_(
                col(Resident.sign_in_id) == sign_in_id,
                col(Resident.guardian_id).in_(guardians) & col(Resident.sign_in_id).is_(None),
            ),
            col(Resident.state).in_([ResidentState.ACTIVE, ResidentState.PAUSED]),
        )
        .order_by(col(Resident.created_at), col(Resident.id))
    )
    return list(found.all())


def _chosen(session: Session, residents: list[Resident]) -> Resident | None:
    by_id = {one.id: one for one in residents}
    if session.resident_id in by_id:
        return by_id[session.resident_id]
    return residents[0] if len(residents) == 1 else None


async def _moderator(db: AsyncSession, sign_in_id: UUID) -> Moderator | None:
    found = await db.exec(
        select(Moderator).where(Moderator.sign_in_id == sign_in_id, Moderator.active).order_by(col(Moderator.id))
    )
    return found.first()


async def _is_guardian(db: AsyncSession, sign_in_id: UUID) -> bool:
    return (await db.exec(select(Guardian.id).where(Guardian.sign_in_id == sign_in_id))).first() is not None


async def _counts(
    db: AsyncSession, moderator: Moderator | None, resident: Resident | None, *, now: datetime
) -> Mapping[str, int]:
    """What the navigation counts: at the desk only what this moderator may judge (rule R18), else the new letters."""
    if moderator is None:
        return {"letters": await threads.count_new(db, resident.id)} if resident else {}
    return await queues.counts(db, await remit.desk_of(db, moderator, now=now), now=now)
