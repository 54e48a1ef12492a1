"""What does a moderator decide about a letter? Claimed, released, returned, escalated, undone; each with its row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, delivery, eligible, holds, letters, passage, returned
from penfriends.actions.addresses import Addresses, Policy
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState
from penfriends.models.moderation import Decision, Hold, Moderator, Verb
from penfriends.rules.bands import Band

CLAIM = timedelta(minutes=10)


async def view_hold(db: AsyncSession, hold_id: UUID, moderator: Moderator, *, now: datetime) -> tuple[Hold, Letter]:
    """A held letter for this moderator's eyes. A child's letter leaves a line in the audit log (rule R41).

    Raises NotFound for a foreign or unknown hold alike (R18), Refused where R17, R33, R38, R39 or R46 stand against it,
    and once it is decided or the writer has taken it back: from then on it is theirs alone.
    """
    hold, letter = await _hold(db, hold_id)
    await eligible.must_judge_letter(db, moderator, letter, hold, now=now)
    _must_wait(hold, letter)
    await _must_not_have_handed_on(db, hold, moderator)
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    if correspondence.band is Band.CHILD:
        await audit.note(
            db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="view_letter", subject="letter",
            subject_id=letter.id,
        )  # fmt: skip
    return hold, letter


async def claim_hold(db: AsyncSession, hold_id: UUID, moderator: Moderator, *, now: datetime) -> bool:
    """Take a letter for ten minutes, so that two never decide the same. False if another has it."""
    done = await db.exec(
        update(Hold)
        .where(
            col(Hold.id) == hold_id,
            col(Hold.closed_at).is_(None),
            or_(
                col(Hold.claimed_by).is_(None),
                col(Hold.claimed_by) == moderator.id,
                col(Hold.claimed_until) <= now,
            ),
        )
        .values(claimed_by=moderator.id, claimed_until=now + CLAIM)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


async def put_back(db: AsyncSession, moderator: Moderator, *, but: UUID) -> None:
    """Whoever opens one letter lets go of the others, so that paging through the queue takes them from nobody."""
    await db.exec(
        update(Hold)
        .where(col(Hold.claimed_by) == moderator.id, col(Hold.id) != but, col(Hold.closed_at).is_(None))
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def release(
    db: AsyncSession,
    hold_id: UUID,
    moderator: Moderator,
    *,
    seen_hash: str,
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Let the letter go, exactly as it was shown: `seen_hash` is that of the page (rule R24). A pupil's goes to the
    teacher of the class that gets it, who says the second yes.

    Raises Refused: taken by another, decided already, changed since, correspondence not open, checks missing.
    """
    hold, letter = await _mine_to_decide(db, hold_id, moderator, now=now)
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    if correspondence.state is not CorrespondenceState.OPEN:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    if await shown_hash(db, letter) != seen_hash:
        raise Refused(Refusal.CHANGED_SINCE)
    if correspondence.pairing_id is not None and not hold.arriving:
        done = await _decided(db, hold, moderator, Verb.RELEASE, content_hash=seen_hash, now=now)
        await holds.hand_over(db, letter, hold, now=now)
        return done
    await letters.release(db, letter, at=at, policy=policy, now=now)
    return await _decided(db, hold, moderator, Verb.RELEASE, content_hash=letter.content_hash, now=now)


async def return_letter(
    db: AsyncSession,
    hold_id: UUID,
    moderator: Moderator,
    *,
    reasons: Sequence[str],
    note: str,
    at: Addresses,
    now: datetime,
) -> Decision:
    """Give the letter back to its writer with reasons; what was refused never leaves, the rest is theirs to change."""
    if not reasons and not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    hold, letter = await _mine_to_decide(db, hold_id, moderator, now=now)
    letter.state = LetterState.RETURNED
    letter.return_reasons, letter.return_note = list(reasons), note.strip()
    letter.original_text = letter.kept_text
    letter.changed_at = now
    db.add(letter)
    await returned.tell_writer(db, letter, at=at, now=now)
    return await _decided(db, hold, moderator, Verb.RETURN, reasons=reasons, note=note, now=now)


async def escalate(db: AsyncSession, hold_id: UUID, moderator: Moderator, *, note: str, now: datetime) -> Decision:
    """Stop the letter and hand it to the safeguarding lead: it stays held, urgent, for somebody else."""
    hold, letter = await _mine_to_decide(db, hold_id, moderator, now=now)
    hold.urgent = True
    hold.claimed_by = hold.claimed_until = None
    db.add(hold)
    row = Decision(
        moderator_id=moderator.id, verb=Verb.ESCALATE, subject="letter", subject_id=letter.id, note=note.strip(), at=now
    )
    db.add(row)
    await db.flush()
    return row


async def undo(db: AsyncSession, decision_id: UUID, moderator: Moderator, *, now: datetime) -> Hold:
    """Take a release back while no worker has claimed the letter: it is held again, claimed by who undid.

    Raises Refused(TOO_LATE_TO_UNDO) once it has left.
    """
    row = (await db.exec(select(Decision).where(Decision.id == decision_id).with_for_update())).first()
    if row is None or row.moderator_id != moderator.id or row.verb is not Verb.RELEASE:
        raise NotFound
    letter = await db.get_one(Letter, row.subject_id)
    await letters.hold_all(db, letter)
    await _must_still_judge(db, letter, moderator, now=now)
    held = (
        await db.exec(
            select(Hold)
            .where(Hold.letter_id == letter.id)
            .order_by(col(Hold.created_at).desc(), col(Hold.arriving).desc())
        )
    ).first()
    if held is None or row.undone_at is not None:
        raise Refused(Refusal.TOO_LATE_TO_UNDO)
    if letter.state is LetterState.HELD:
        held = await _taken_from_the_other_class(db, held, now=now)
    elif not await _is_still_mine(db, held, letter, moderator, now=now):
        raise Refused(Refusal.TOO_LATE_TO_UNDO)
    row.undone_at = now
    letter.state, letter.content_hash, letter.released_at, letter.due_at = LetterState.HELD, None, None, None
    held.closed_at = held.closed_by = None
    held.claimed_by, held.claimed_until = moderator.id, now + CLAIM
    db.add_all([row, letter, held])
    db.add(Decision(moderator_id=moderator.id, verb=Verb.UNDO, subject="letter", subject_id=letter.id, at=now))
    await db.flush()
    return held


async def _must_still_judge(db: AsyncSession, letter: Letter, moderator: Moderator, *, now: datetime) -> None:
    """Of pupils' letters: who has left the class, or whose checks have run out, decides nothing any more, and their own
    yes is others' now. A yes to anybody else's letter its moderator may always take back: that only stops it."""
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    if correspondence.pairing_id is None:
        return
    sides = await eligible.residents_in(db, correspondence.id)
    await eligible.must_judge_match(db, moderator, sides, correspondence.band, now=now)


async def _is_still_mine(db: AsyncSession, held: Hold, letter: Letter, moderator: Moderator, *, now: datetime) -> bool:
    """Take back what the last yes has set on its way, if nobody else has said yes after this one."""
    if held.closed_by != moderator.id or letter.state is not LetterState.RELEASED:
        return False
    return await delivery.withdraw(db, letter.id, now=now)


async def _taken_from_the_other_class(db: AsyncSession, arriving: Hold, *, now: datetime) -> Hold:
    """The own hold of a pupil's letter whose first yes is taken back, while nobody of the other class has opened it."""
    done = await db.exec(
        update(Hold)
        .where(
            col(Hold.id) == arriving.id,
            col(Hold.arriving).is_(True),
            col(Hold.closed_at).is_(None),
            or_(col(Hold.claimed_by).is_(None), col(Hold.claimed_until) <= now),
        )
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.TOO_LATE_TO_UNDO)
    own = select(Hold).where(Hold.letter_id == arriving.letter_id, col(Hold.arriving).is_(False))
    return (await db.exec(own.order_by(col(Hold.created_at).desc()))).one()


async def shown_hash(db: AsyncSession, letter: Letter) -> str:
    """The hash of the letter as it would be read, if released now: what a moderator's yes is bound to."""
    return await passage.content_hash(db, letter, text=await letters.text_to_release(db, letter))


async def _hold(db: AsyncSession, hold_id: UUID, *, lock: bool = False) -> tuple[Hold, Letter]:
    hold = await db.get(Hold, hold_id, with_for_update=lock, populate_existing=True)
    if hold is None:
        raise NotFound
    return hold, await db.get_one(Letter, hold.letter_id, with_for_update=lock, populate_existing=True)


async def _must_not_have_handed_on(db: AsyncSession, hold: Hold, moderator: Moderator) -> None:
    """Who handed an open letter on has asked for other eyes, and these decide (rule R33)."""
    handed_on = await db.exec(
        select(Decision.id).where(
            Decision.moderator_id == moderator.id,
            Decision.verb == Verb.ESCALATE,
            Decision.subject_id == hold.letter_id,
            Decision.at >= hold.created_at,
        )
    )
    if hold.closed_at is None and handed_on.first() is not None:
        raise Refused(Refusal.NEEDS_SECOND_PERSON)


async def _mine_to_decide(
    db: AsyncSession, hold_id: UUID, moderator: Moderator, *, now: datetime
) -> tuple[Hold, Letter]:
    """The hold, open, claimed by this moderator, who may judge it at this very moment."""
    hold, letter = await _hold(db, hold_id, lock=True)
    await eligible.must_judge_letter(db, moderator, letter, hold, now=now)
    await _must_not_have_handed_on(db, hold, moderator)
    _must_wait(hold, letter)
    if not await claim_hold(db, hold_id, moderator, now=now):
        raise Refused(Refusal.TAKEN_BY_ANOTHER)
    await db.refresh(hold)  # the claim went past the row in hand; who lets go of it must know that it was taken
    return hold, letter


def _must_wait(hold: Hold, letter: Letter) -> None:
    if hold.closed_at is not None or letter.state is not LetterState.HELD:
        raise Refused(Refusal.ALREADY_DECIDED)


async def _decided(
    db: AsyncSession,
    hold: Hold,
    moderator: Moderator,
    verb: Verb,
    *,
    now: datetime,
    reasons: Sequence[str] = (),
    note: str = "",
    content_hash: str | None = None,
) -> Decision:
    hold.closed_at, hold.closed_by = now, moderator.id
    hold.claimed_by = hold.claimed_until = None
    db.add(hold)
    row = Decision(
        moderator_id=moderator.id,
        verb=verb,
        subject="letter",
        subject_id=hold.letter_id,
        reasons=list(reasons),
        note=note.strip(),
        content_hash=content_hash,
        at=now,
    )
    db.add(row)
    await db.flush()
    return row
