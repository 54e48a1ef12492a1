"""Is it a good fit? Each of two pen friends is asked after a month and after three, and may say no gracefully.

The friend never sees an answer, and a guardian is not asked: a child without an own address finds the question on the
page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import correspondences, links, passage
from penfriends.actions.addresses import Addresses
from penfriends.actions.compose import Side, friend_of, side_of
from penfriends.actions.telling import tell_resident
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice, Value
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant, ParticipantState
from penfriends.models.matching import FitCheck
from penfriends.models.residents import ResidentState
from penfriends.models.signin import LinkPurpose, SignIn
from penfriends.rules.fit import OPEN_FOR, STEPS, Fit
from penfriends.rules.silence import is_quiet

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Question:
    """A check as the one who is asked sees it; the newest of this correspondence."""

    check: FitCheck
    me: Side
    friend: Side
    ended: bool


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Ask everybody whose month or three months are over, for workers; by day only. Returns how many."""
    asked = 0
    for step in STEPS:
        for mine in await _due(db, step, now=now):
            me, friend = await side_of(db, mine.id), await friend_of(db, mine.id)
            if me is not None and friend is not None and not is_quiet(now, me.town.timezone):
                asked += await _ask(db, me, friend, step, at=at, now=now)
    return asked


async def question(db: AsyncSession, participant_id: UUID) -> Question:
    """The newest check of a participant. Raises NotFound where nobody has been asked yet."""
    found = await db.exec(
        select(FitCheck)
        .where(FitCheck.participant_id == participant_id)
        .order_by(col(FitCheck.after_days).desc())
        .limit(1)
    )
    check = found.first()
    me, friend = await side_of(db, participant_id), await friend_of(db, participant_id)
    if check is None or me is None or friend is None:
        raise NotFound
    correspondence = await db.get_one(Correspondence, check.correspondence_id)
    return Question(check, me, friend, correspondence.state is CorrespondenceState.ENDED)


async def by_link(db: AsyncSession, secret: str, *, now: datetime) -> Question:
    """The question behind a link in a mail. It works as long as it lives, so that an answer can be changed."""
    link = await links.find(db, secret, LinkPurpose.FIT_CHECK, now=now)
    check = await db.get(FitCheck, link.subject_id) if link.subject_id else None
    if check is None:
        raise NotFound
    return await question(db, check.participant_id)


async def unanswered(db: AsyncSession, resident_id: UUID, *, now: datetime) -> list[Question]:
    """What this resident has been asked and not yet answered: for the home page."""
    found = await db.exec(
        select(FitCheck.participant_id)
        .join(Participant, col(Participant.id) == col(FitCheck.participant_id))
        .join(Correspondence, col(Correspondence.id) == col(FitCheck.correspondence_id))
        .where(
            Participant.resident_id == resident_id,
            Correspondence.state == CorrespondenceState.OPEN,
            col(FitCheck.answer).is_(None),
            FitCheck.asked_at > now - OPEN_FOR,
        )
        .order_by(col(FitCheck.asked_at))
    )
    return [await question(db, participant_id) for participant_id in dict.fromkeys(found)]


async def answer(db: AsyncSession, asked: Question, fit: Fit, *, now: datetime) -> None:
    """Say how it fits, or change one's mind. A new “not” is looked at anew. Raises Refused where all is over."""
    if asked.ended:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    check = asked.check
    if fit is Fit.NOT and check.answer is not Fit.NOT:
        check.seen_by = check.seen_at = None
    check.answer, check.answered_at = fit, now
    db.add(check)
    await db.flush()


async def end(db: AsyncSession, asked: Question, *, again: bool, at: Addresses, now: datetime) -> None:
    """Stop kindly, and with `again` wait for somebody new. Only for who said that it does not fit."""
    if asked.check.answer is not Fit.NOT:
        raise Refused(Refusal.CHANGED_SINCE)
    await correspondences.end_kindly(db, asked.me.participant, at=at, now=now)
    resident_id = asked.me.resident.id
    if again and await correspondences.may_wait_again(db, resident_id):
        await correspondences.wait_again(db, resident_id, now=now)


async def _due(db: AsyncSession, step: int, *, now: datetime) -> list[Participant]:
    """Who takes part in a correspondence of this age and has not been asked yet."""
    since = now - timedelta(days=step)
    asked = select(FitCheck.id).where(
        col(FitCheck.participant_id) == col(Participant.id), col(FitCheck.after_days) == step
    )
    found = await db.exec(
        select(Participant)
        .join(Correspondence, col(Correspondence.id) == col(Participant.correspondence_id))
        .where(
            Correspondence.state == CorrespondenceState.OPEN,
            col(Correspondence.match_id).is_not(None),
            Correspondence.opened_at <= since,
            Correspondence.opened_at > since - OPEN_FOR,
            Participant.state == ParticipantState.ACTIVE,
            ~exists(asked.correlate(Participant)),
        )
        .order_by(col(Correspondence.opened_at), col(Participant.id))
        .limit(AT_ONCE)
    )
    return list(found)


async def _ask(db: AsyncSession, me: Side, friend: Side, step: int, *, at: Addresses, now: datetime) -> bool:
    """Put the question on the page, and into the own mailbox where there is one."""
    resident = me.resident
    if resident.state is not ResidentState.ACTIVE or not await passage.consent_holds(db, resident, now=now):
        return False
    check = FitCheck(
        correspondence_id=me.participant.correspondence_id, participant_id=me.participant.id, after_days=step,
        asked_at=now,
    )  # fmt: skip
    db.add(check)
    await db.flush()
    mailbox = await db.get(SignIn, resident.sign_in_id) if resident.sign_in_id else None
    if mailbox is not None and mailbox.email and not me.participant.mail_paused:
        await _write(db, me, friend, check, mailbox, at=at, now=now)
    return True


async def _write(
    db: AsyncSession, me: Side, friend: Side, check: FitCheck, mailbox: SignIn, *, at: Addresses, now: datetime
) -> None:
    made = await links.make(
        db, LinkPurpose.FIT_CHECK, now=now, lifetime=OPEN_FOR, sign_in_id=mailbox.id, subject_id=check.id
    )
    values: dict[str, Value] = {"name": me.resident.first_name, "friend": friend.resident.first_name}
    values |= {f"{fit.value}_url": at.link(f"/f/{made.secret}?a={fit.value}") for fit in Fit}
    await tell_resident(db, Notice.FIT_CHECK, me.resident, mailbox, values, at=at, now=now)
