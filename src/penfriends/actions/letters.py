"""How does a letter come to be: written on the site, checked, held or sent on its way, taken back?"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, holds, passage, returned
from penfriends.actions.addresses import Addresses, Policy
from penfriends.errors import Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.models.letters import (
    Attachment,
    Channel,
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.moderation import Hold, HoldReason
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.policy import (
    LONGEST_LETTER,
    LetterFacts,
    reasons_to_hold,
    strictest_first_letters,
    strictest_sample,
)
from penfriends.rules.screening import Consequence, Finding, Kind, screen, strip_links

LONGEST_TEXT = 100_000  # of a sheet; a letter is shorter (rules/policy.py), so that what is too long is kept as well
READ_TOGETHER = 5
HOLDING = (Consequence.HOLD, Consequence.HOLD_URGENT)
OPEN_FOR_WRITING = (CorrespondenceState.OPEN, CorrespondenceState.PAUSED)
PASSED = (LetterState.RELEASED, LetterState.ON_ITS_WAY, LetterState.DELIVERED, LetterState.UNSURE)
TAKEN_BACK = (LetterState.WRITTEN, LetterState.HELD, LetterState.RELEASED)


async def start_draft(
    db: AsyncSession, author: Participant, *, parent_id: UUID | None, language: str | None, now: datetime
) -> Letter:
    """An empty sheet for `author`. Raises Refused(CORRESPONDENCE_CLOSED) where nobody may write."""
    await _must_be_open(db, author)
    letter = Letter(
        correspondence_id=author.correspondence_id,
        author_id=author.id,
        parent_id=parent_id,
        language=language,
        created_at=now,
        changed_at=now,
    )
    db.add(letter)
    await db.flush()
    return letter


async def save_draft(
    db: AsyncSession, letter: Letter, *, title: str, text: str, language: str | None, now: datetime
) -> None:
    """Keep what was typed so far. Only a draft or a returned letter can be typed on."""
    await _must_be_with_its_writer(db, letter, now=now)
    letter.title = " ".join(title.split())[:150]
    letter.original_text = text[:LONGEST_TEXT]
    letter.channel = Channel.WEB  # a letter that came by mail and back is changed here from now on
    letter.language = language
    letter.changed_at = now
    db.add(letter)
    await db.flush()


async def send(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """The writer is done: the letter is checked next. Raises Refused(EMPTY_LETTER) and others."""
    await _must_be_with_its_writer(db, letter, now=now)
    author = await db.get_one(Participant, letter.author_id)
    await _must_be_open(db, author)
    text = letter.original_text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused(Refusal.EMPTY_LETTER)
    if len(text) > LONGEST_LETTER:
        raise Refused(Refusal.LETTER_TOO_LONG)
    letter.kept_text = text
    letter.channel = Channel.WEB
    letter.state = LetterState.WRITTEN
    letter.sent_at = letter.changed_at = now
    letter.return_reasons, letter.return_note = [], ""
    db.add(letter)
    await db.flush()
    later(db, Job.SCREEN_LETTER, letter.id)


async def take_back(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """The writer changed their mind: a draft again, while nobody has claimed it. Raises Refused(TOO_LATE_TO_UNDO)."""
    if letter.state not in TAKEN_BACK or not await delivery.withdraw(db, letter.id, now=now):
        raise Refused(Refusal.TOO_LATE_TO_UNDO)
    waiting = await db.exec(select(Hold).where(Hold.letter_id == letter.id, col(Hold.closed_at).is_(None)))
    for hold in waiting:
        hold.closed_at = now
        db.add(hold)
    letter.original_text = letter.kept_text or letter.original_text
    letter.state, letter.content_hash, letter.due_at, letter.released_at = LetterState.DRAFT, None, None, None
    letter.changed_at = now
    db.add(letter)
    await db.flush()


async def screen_letter(
    db: AsyncSession, letter_id: UUID, *, drawn: Callable[[int], bool], at: Addresses, policy: Policy, now: datetime
) -> LetterState | None:
    """Check a letter that was written or received, then hold it or send it on its way. The second run does nothing.

    `drawn(n)` says whether chance picks it for the random sample of one letter in `n` (rule R23).
    """
    letter = (await db.exec(select(Letter).where(Letter.id == letter_id).with_for_update())).first()
    if letter is None or letter.state not in (LetterState.WRITTEN, LetterState.RECEIVED):
        return None
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)  # kept here, so that it is read once
    band = correspondence.band
    _title_into_text(letter, band)
    with db.no_autoflush:  # the row is written once, with all that became of the letter
        return await _judge(db, letter, correspondence, drawn=drawn, at=at, policy=policy, now=now)


async def _judge(
    db: AsyncSession,
    letter: Letter,
    correspondence: Correspondence,
    *,
    drawn: Callable[[int], bool],
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> LetterState:
    band = correspondence.band
    findings = await _findings(db, letter, band)
    letter.findings = [asdict(one) for one in findings]
    letter.screened_at = now
    db.add(letter)
    pictures = await _pictures(db, letter.id)
    if not letter.kept_text.strip() and not pictures:
        await holds.hold(db, letter, [HoldReason.EMPTY.value], urgent=False, now=now)
        await returned.tell_empty(db, letter, at=at, now=now)
        return letter.state
    reasons = reasons_to_hold(
        await _facts(db, letter, correspondence, findings, pictures=pictures, drawn=drawn, policy=policy)
    )
    if reasons:
        urgent = any(one.consequence is Consequence.HOLD_URGENT for one in findings)
        await holds.hold(db, letter, [one.value for one in reasons], urgent=urgent, now=now)
    else:
        await release(db, letter, at=at, policy=policy, now=now)
    return letter.state


async def hold_unscreened(db: AsyncSession, letter_id: UUID, *, now: datetime) -> None:
    """A letter that the screen could not read must not wait unseen: a person reads it."""
    letter = (await db.exec(select(Letter).where(Letter.id == letter_id).with_for_update())).first()
    if letter is not None and letter.state in (LetterState.WRITTEN, LetterState.RECEIVED):
        await holds.hold(db, letter, [HoldReason.FINDING.value], urgent=False, now=now)


async def release(db: AsyncSession, letter: Letter, *, at: Addresses, policy: Policy, now: datetime) -> None:
    """Let a letter go: its text is fixed, its hash is the approval (rule R24), and it leaves after the time to undo."""
    letter.released_text = await text_to_release(db, letter)
    letter.state = LetterState.RELEASED
    letter.released_at = now
    letter.due_at = now + timedelta(minutes=policy.undo_minutes)
    letter.content_hash = await passage.content_hash(db, letter)
    db.add(letter)
    await db.flush()
    await delivery.queue_letter(db, letter, at=at, now=now)


async def text_to_release(db: AsyncSession, letter: Letter) -> str:
    """What the friend would read: for children without links (rule R30), also where the screen stumbled at first."""
    correspondence = await db.get_one(Correspondence, letter.correspondence_id)
    if correspondence.band is Band.ADULT:
        return letter.kept_text
    looked_at = letter.screened_at is not None
    found = findings_of(letter) if looked_at else await _findings(db, letter, correspondence.band)
    return strip_links(letter.kept_text, found)


def findings_of(letter: Letter) -> tuple[Finding, ...]:
    """The findings of a letter as the values that the rules know."""
    return tuple(
        Finding(Kind(one["kind"]), Consequence(one["consequence"]), one["start"], one["end"], one["check"])
        for one in letter.findings
    )


async def released_before(db: AsyncSession, participant_id: UUID) -> int:
    """How many letters of this writer, in all correspondences, a person or the policy has let go."""
    writer = select(Participant.resident_id).where(Participant.id == participant_id)
    same = select(Participant.id).where(col(Participant.resident_id).in_(writer))
    counted = await db.exec(
        select(func.count()).select_from(Letter).where(col(Letter.author_id).in_(same), col(Letter.state).in_(PASSED))
    )
    return counted.one()


async def associations_of(db: AsyncSession, correspondence_id: UUID) -> list[Association]:
    """The associations that have a say in a correspondence: those of its people's towns."""
    found = await db.exec(
        select(Association)
        .distinct()
        .join(Town, col(Town.association_id) == col(Association.id))
        .join(Resident, col(Resident.town_id) == col(Town.id))
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Participant.correspondence_id == correspondence_id)
    )
    return list(found)


async def _must_be_with_its_writer(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """A draft or a returned letter, asked of the row itself: of two presses at once the second waits and is refused."""
    done = await db.exec(
        update(Letter)
        .where(col(Letter.id) == letter.id, col(Letter.state).in_([LetterState.DRAFT, LetterState.RETURNED]))
        .values(changed_at=now)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.CHANGED_SINCE)


async def _must_be_open(db: AsyncSession, author: Participant) -> None:
    correspondence = await db.get_one(Correspondence, author.correspondence_id)
    open_here = correspondence.state in OPEN_FOR_WRITING and author.state is not ParticipantState.LEFT
    if not open_here or author.open_band is not correspondence.band:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)


def _title_into_text(letter: Letter, band: Band) -> None:
    """A title in which something is found moves into the text, where a moderator sees it marked."""
    if letter.title and screen(letter.title, band=band, language=letter.language):
        letter.kept_text = f"{letter.title}\n\n{letter.kept_text}"
        letter.title = ""


async def _findings(db: AsyncSession, letter: Letter, band: Band) -> tuple[Finding, ...]:
    earlier = await db.exec(
        select(Letter.kept_text)
        .where(Letter.author_id == letter.author_id, Letter.id != letter.id, col(Letter.screened_at).is_not(None))
        .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
        .limit(READ_TOGETHER)
    )
    before = list(reversed(list(earlier)))
    return screen(letter.kept_text, band=band, language=letter.language, before=before)


async def _facts(
    db: AsyncSession,
    letter: Letter,
    correspondence: Correspondence,
    findings: Sequence[Finding],
    *,
    pictures: int,
    drawn: Callable[[int], bool],
    policy: Policy,
) -> LetterFacts:
    sides = await associations_of(db, letter.correspondence_id)
    return LetterFacts(
        band=correspondence.band,
        released_before=await released_before(db, letter.author_id),
        read_first=strictest_first_letters(policy.read_first_letters, *(one.read_first_letters for one in sides)),
        drawn_for_sample=drawn(strictest_sample(policy.sample_one_in, *(one.sample_one_in for one in sides))),
        has_holding_finding=any(one.consequence in HOLDING for one in findings),
        cut_is_sure=letter.cut_is_sure,
        pictures=pictures,
        characters=len(letter.kept_text),
        correspondence_frozen=correspondence.state is CorrespondenceState.FROZEN,
    )


async def _pictures(db: AsyncSession, letter_id: UUID) -> int:
    return (await db.exec(select(func.count()).select_from(Attachment).where(Attachment.letter_id == letter_id))).one()
