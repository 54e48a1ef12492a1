"""What happens when somebody turns 18? Told a month before; on the day nothing passes between child and adult any more;
the guardian's part ends; they go on as an adult once they say so themselves (rule R04)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import births, links, newcomers, people, telling, throttle
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.errors import Refusal, Refused
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.matching import Block, BlockReason, Match, MatchSide, MatchState
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import Pupil
from penfriends.models.signin import LinkPurpose
from penfriends.rules.bands import ADULT_AGE, Band, Birth, band_on, eighteenth_birthday

TOLD_BEFORE = timedelta(days=30)
LINK_LASTS = timedelta(days=365)
CONFIRM_LASTS = timedelta(days=3)
MAILS_A_DAY = 5
REASON = "came_of_age"
TAKES_PART = (ResidentState.ACTIVE, ResidentState.PAUSED)


@dataclass(frozen=True, slots=True)
class Grown:
    """What one sweep did."""

    told_ahead: int
    came_of_age: int


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> Grown:
    """Everybody who turns 18 today or did while nobody looked, and who will soon. A second run does nothing."""
    grown = [one for one in await _nearly(db, now.date()) if _band(one, now.date()) is Band.ADULT]
    for one in grown:
        await come_of_age(db, one, at=at, now=now)
    soon = [one for one in await _nearly(db, (now + TOLD_BEFORE).date()) if one.age_told_at is None]
    for one in soon:
        await _tell_ahead(db, one, at=at, now=now)
    return Grown(len(soon), len(grown))


async def come_of_age(db: AsyncSession, one: Resident, *, at: Addresses, now: datetime) -> None:
    """One transaction: every door that hangs on the band closes, the band changes, correspondences with children end
    kindly, the guardian's part is over, and everything rests until the new adult agrees."""
    mailbox, guardian = await people.mail_to(db, one), await people.guardian_of(db, one)
    await births.leave_band(db, one.id, now=now)
    one.band = Band.ADULT
    one.state, one.paused_until, one.waiting_since = ResidentState.PAUSED, None, None
    one.came_of_age_at = one.profile_changed_at = now
    one.guardian_id = None
    db.add(one)
    await db.exec(
        update(Consent)
        .where(col(Consent.resident_id) == one.id, col(Consent.state).in_([ConsentState.ASKED, ConsentState.GIVEN]))
        .values(state=ConsentState.EXPIRED)
    )
    if await db.get(Pupil, one.id) is None:  # a pupil's stay frozen: the teachers see it, and partner the friend anew
        await telling.end_correspondences(db, one, notice=Notice.FRIEND_CAME_OF_AGE, reason=REASON, at=at, now=now)
    if mailbox is not None:
        made = await links.make(db, LinkPurpose.COME_OF_AGE, now=now, lifetime=LINK_LASTS, subject_id=one.id)
        values = {"name": one.first_name, "url": at.link(f"/a/{made.secret}")}
        await telling.tell_resident(db, Notice.CAME_OF_AGE, one, mailbox, values, at=at, now=now)
    if guardian is not None:
        name = one.first_name
        await telling.tell(
            db, Notice.GUARDIAN_DONE, to=guardian, about=one, band=Band.ADULT, at=at, now=now, child=name
        )
    await _log(db, one, "came_of_age", Actor.SYSTEM, now=now)


def awaits_agreement(one: Resident) -> bool:
    """Whether somebody came of age and has not yet said that they go on as an adult."""
    return one.came_of_age_at is not None and (one.rules_agreed_at is None or one.rules_agreed_at <= one.came_of_age_at)


async def asked(db: AsyncSession, secret: str, *, now: datetime) -> Resident:
    """Who is asked behind a link of a mail. Looks only. Raises Refused(LINK_USED)."""
    link = await links.find(db, secret, LinkPurpose.COME_OF_AGE, now=now)
    one = await db.get(Resident, link.subject_id) if link.subject_id else None
    if one is None or not awaits_agreement(one) or one.state not in TAKES_PART:
        raise Refused(Refusal.LINK_USED)
    return one


async def agree_by_link(db: AsyncSession, secret: str, *, email: str, at: Addresses, now: datetime) -> bool:
    """“I go on as an adult”, from the mail: whether that is done now.

    Who had no address of their own names one and agrees when it is confirmed: until then the mail that this link was
    in was a guardian's, and a guardian decides nothing any more.
    """
    one = await asked(db, secret, now=now)
    if one.sign_in_id is not None:
        await links.use(db, await links.find(db, secret, LinkPurpose.COME_OF_AGE, now=now), now=now)
        await agree(db, one, now=now)
        return True
    await throttle.check(db, f"came_of_age:{one.id}", limit=MAILS_A_DAY, within=timedelta(days=1), now=now)
    await _confirm_address(db, one, email, at=at, now=now)
    return False


async def agree(db: AsyncSession, one: Resident, *, now: datetime) -> None:
    """The rules are agreed to anew; from now on they take part, and friends who are adults too may be found again."""
    if not awaits_agreement(one):
        raise Refused(Refusal.ALREADY_DECIDED)
    one.rules_agreed_at = now
    one.state, one.waiting_since = ResidentState.ACTIVE, now
    db.add(one)
    await db.flush()
    await _log(db, one, "agreed_as_adult", Actor.RESIDENT, now=now)
    for friend in await _friends_of_before(db, one):
        await _propose_again(db, one, friend, now=now)


async def _confirm_address(db: AsyncSession, one: Resident, email: str, *, at: Addresses, now: datetime) -> None:
    """Nothing happens for an address that is somebody else's here, and the page looks the same."""
    own = await newcomers.own_address_for_child(db, email, locale=one.locale, now=now)
    if own is None:
        return
    made = await links.make(
        db, LinkPurpose.CONFIRM_SIGN_UP, now=now, lifetime=CONFIRM_LASTS, sign_in_id=own.id, subject_id=one.id
    )
    values: dict[str, Value] = {"name": one.first_name, "url": at.link(f"/c/{made.secret}"), "days": CONFIRM_LASTS.days}
    await telling.tell_resident(db, Notice.CONFIRM_SIGN_UP, one, own, values, at=at, now=now)


async def _nearly(db: AsyncSession, day: date) -> list[Resident]:
    """The children who are 18 on `day`, by the birth date alone."""
    found = await db.exec(
        select(Resident)
        .where(
            Resident.band == Band.CHILD,
            col(Resident.state).in_(TAKES_PART),
            col(Resident.birth_year) <= day.year - ADULT_AGE,
        )
        .order_by(col(Resident.id))
    )
    return [one for one in found if _band(one, day) is Band.ADULT]


def _band(one: Resident, day: date) -> Band:
    return band_on(Birth(one.birth_year, one.birth_on), day)


async def _tell_ahead(db: AsyncSession, one: Resident, *, at: Addresses, now: datetime) -> None:
    one.age_told_at = now
    db.add(one)
    mailbox = await people.mail_to(db, one)
    if mailbox is not None and one.birth_on is not None:
        birthday, url = eighteenth_birthday(one.birth_on), at.link("/letters")
        values: dict[str, Value] = {"name": one.first_name, "birthday": birthday, "url": url}
        await telling.tell_resident(db, Notice.COMING_OF_AGE, one, mailbox, values, at=at, now=now)


async def _friends_of_before(db: AsyncSession, one: Resident) -> list[Resident]:
    """Those whose letters ended because of a birthday, and who are adults by their own word now."""
    mine = (
        select(Participant.correspondence_id)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(Participant.resident_id == one.id, Correspondence.state_reason == REASON)
    )
    found = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(
            col(Participant.correspondence_id).in_(mine),
            Resident.id != one.id,
            Resident.band == Band.ADULT,
            Resident.state == ResidentState.ACTIVE,
        )
        .distinct()
    )
    return [friend for friend in found if not awaits_agreement(friend)]


async def _propose_again(db: AsyncSession, one: Resident, friend: Resident, *, now: datetime) -> None:
    """Two old friends are both adults: a moderator says yes (rule R16), then both are asked. A block stays a block."""
    low, high = sorted((one.id, friend.id))
    pair = (col(Block.low_id) == low, col(Block.high_id) == high)
    other = await db.exec(select(Block.id).where(*pair, col(Block.reason) != BlockReason.MATCHED_BEFORE))
    if other.first() is not None or await _is_proposed(db, one.id, friend.id):
        return
    await db.exec(delete(Block).where(*pair))
    match = Match(band=Band.ADULT, state=MatchState.PROPOSED, proposed_at=now)
    db.add(match)
    await db.flush()
    for side in (one, friend):
        db.add(MatchSide(match_id=match.id, resident_id=side.id, band=Band.ADULT, open_band=Band.ADULT))
    await db.flush()


async def _is_proposed(db: AsyncSession, one: UUID, friend: UUID) -> bool:
    hers = select(MatchSide.match_id).where(MatchSide.resident_id == one)
    found = await db.exec(
        select(Match.id)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .where(
            MatchSide.resident_id == friend,
            col(Match.id).in_(hers),
            col(Match.state).in_([MatchState.PROPOSED, MatchState.APPROVED]),
        )
    )
    return found.first() is not None


async def _log(db: AsyncSession, one: Resident, action: str, actor: Actor, *, now: datetime) -> None:
    actor_id = one.id if actor is Actor.RESIDENT else None
    await note(db, now=now, actor=actor, actor_id=actor_id, action=action, subject="resident", subject_id=one.id)
