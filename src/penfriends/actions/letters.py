"""How does a letter come to be: written on the site, checked, held or sent on its way, taken back?"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, holds, passage, returned
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.surroundings import Surroundings, earlier_texts, surroundings_of
from penfriends.errors import Refusal, Refused
from penfriends.jobs import Job, later
from penfriends.models.letters import (
    Channel,
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.moderation import Hold, HoldReason
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
HOLDING = (Consequence.HOLD, Consequence.HOLD_URGENT)
OPEN_FOR_WRITING = (CorrespondenceState.OPEN, CorrespondenceState.PAUSED)
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


async def send(db: AsyncSession, letter: Letter, *, now: datetime, channel: Channel = Channel.WEB) -> None:
    """The writer is done: the letter is checked next. Raises Refused(EMPTY_LETTER) and others; one on paper may be
    pictures alone."""
    await _must_be_with_its_writer(db, letter, now=now)
    author = await db.get_one(Participant, letter.author_id)
    await _must_be_open(db, author)
    text = letter.original_text.replace("\r\n", "\n").strip()
    if not text and not (channel is Channel.PAPER and (await surroundings_of(db, letter)).pictures):
        raise Refused(Refusal.EMPTY_LETTER)
    if len(text) > LONGEST_LETTER:
        raise Refused(Refusal.LETTER_TOO_LONG)
    letter.kept_text = text
    letter.channel = channel
    letter.state = LetterState.WRITTEN
    letter.sent_at = letter.changed_at = now
    letter.return_reasons, letter.return_note = [], ""
    db.add(letter)
    await db.flush()
    later(db, Job.SCREEN_LETTER, letter.id)


async def hold_all(db: AsyncSession, letter: Letter) -> None:
    """Nobody else decides on this letter until the transaction ends; it is read anew. Deliveries first and the letter
    last, as the others do: else each waits for the other."""
    await delivery.lock(db, letter.id)
    await db.exec(
        select(Hold)
        .where(Hold.letter_id == letter.id)
        .order_by(col(Hold.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    await db.refresh(letter, with_for_update=True)


async def take_back(db: AsyncSession, letter: Letter, *, now: datetime) -> None:
    """The writer changed their mind: a draft again, while nobody has claimed it. Raises Refused(TOO_LATE_TO_UNDO)."""
    await hold_all(db, letter)
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
    letter: Letter | None = (await db.exec(_LOCKED, params={"letter_id": letter_id})).scalar()
    if letter is None or letter.state not in (LetterState.WRITTEN, LetterState.RECEIVED):
        return None
    around = await surroundings_of(db, letter)
    _title_into_text(letter, around.correspondence.band)
    with db.no_autoflush:  # the row is written once, with all that became of the letter
        return await _judge(db, letter, around, drawn=drawn, at=at, policy=policy, now=now)


_LOCKED: Any = sa.select(Letter).where(col(Letter.id) == sa.bindparam("letter_id", type_=sa.Uuid())).with_for_update()


async def _judge(
    db: AsyncSession,
    letter: Letter,
    around: Surroundings,
    *,
    drawn: Callable[[int], bool],
    at: Addresses,
    policy: Policy,
    now: datetime,
) -> LetterState:
    findings = await _findings(db, letter, around.correspondence.band)
    letter.findings = [asdict(one) for one in findings]
    letter.screened_at = now
    db.add(letter)
    if not letter.kept_text.strip() and not around.pictures:
        await holds.hold(db, letter, [HoldReason.EMPTY.value], urgent=False, now=now)
        await returned.tell_empty(db, letter, at=at, now=now)
        return letter.state
    reasons = reasons_to_hold(_facts(letter, around, findings, drawn=drawn, policy=policy))
    if reasons:
        urgent = any(one.consequence is Consequence.HOLD_URGENT for one in findings)
        await holds.hold(db, letter, [one.value for one in reasons], urgent=urgent, now=now)
    else:
        await release(db, letter, at=at, policy=policy, now=now, pictures=None if around.pictures else ())
    return letter.state


async def hold_unscreened(db: AsyncSession, letter_id: UUID, *, now: datetime) -> None:
    """A letter that the screen could not read must not wait unseen: a person reads it."""
    letter: Letter | None = (await db.exec(_LOCKED, params={"letter_id": letter_id})).scalar()
    if letter is not None and letter.state in (LetterState.WRITTEN, LetterState.RECEIVED):
        await holds.hold(db, letter, [HoldReason.FINDING.value], urgent=False, now=now)


async def release(
    db: AsyncSession,
    letter: Letter,
    *,
    at: Addresses,
    policy: Policy,
    now: datetime,
    pictures: Sequence[str] | None = None,
) -> None:
    """Let a letter go: its text is fixed, its hash is the approval (rule R24), and it leaves after the time to undo.
    Who knows its pictures names them."""
    letter.released_text = await text_to_release(db, letter)
    letter.state = LetterState.RELEASED
    letter.released_at = now
    letter.due_at = now + timedelta(minutes=policy.undo_minutes)
    letter.content_hash = await passage.content_hash(db, letter, pictures=pictures)
    db.add(letter)
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
    before = await earlier_texts(db, letter)
    return screen(letter.kept_text, band=band, language=letter.language, before=before)


def _facts(
    letter: Letter,
    around: Surroundings,
    findings: Sequence[Finding],
    *,
    drawn: Callable[[int], bool],
    policy: Policy,
) -> LetterFacts:
    return LetterFacts(
        band=around.correspondence.band,
        released_before=around.released_before,
        read_first=strictest_first_letters(policy.read_first_letters, *around.read_first),
        drawn_for_sample=drawn(strictest_sample(policy.sample_one_in, *around.sample_one_in)),
        has_holding_finding=any(one.consequence in HOLDING for one in findings),
        cut_is_sure=letter.cut_is_sure,
        pictures=around.pictures,
        characters=len(letter.kept_text),
        correspondence_frozen=around.correspondence.state is CorrespondenceState.FROZEN,
    )
