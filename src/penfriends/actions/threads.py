"""What does a resident read: their correspondences, one thread of letters, one picture? Only their own (rule R18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions.friends import Friend, friend_for
from penfriends.errors import NotFound
from penfriends.models.letters import (
    Attachment,
    Blob,
    Channel,
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.moderation import Hold
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.journey import Journey, Travelling, journey
from penfriends.rules.threading import Placed, Turn, turn

WRITABLE = (CorrespondenceState.OPEN, CorrespondenceState.PAUSED)
TYPED_ON = (LetterState.DRAFT, LetterState.RETURNED)
NEVER_LEFT = (*TYPED_ON, LetterState.DISCARDED, LetterState.WITHDRAWN, LetterState.UNCONFIRMED)
SNIPPET = 140


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a letter: its number in the address, and its size in pixels."""

    number: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter as this reader sees it. `journey` is set for own letters only."""

    letter: Letter
    mine: bool
    text: str
    pictures: tuple[Picture, ...]
    is_new: bool
    journey: Journey | None

    @property
    def snippet(self) -> str:
        """The first words, on one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= SNIPPET else line[:SNIPPET].rsplit(" ", 1)[0] + "…"

    @property
    def written_at(self) -> datetime:
        return self.letter.sent_at or self.letter.created_at


@dataclass(frozen=True, slots=True)
class Thread:
    """A correspondence seen from one side. `sheets` are the letters that were sent, the newest first."""

    correspondence: Correspondence
    me: Participant
    resident: Resident
    home: Town
    partner: Participant
    friend: Friend
    sheets: tuple[Sheet, ...]
    draft: Sheet | None
    returned: tuple[Sheet, ...]
    turn: Turn

    @property
    def may_write(self) -> bool:
        return self.correspondence.state in WRITABLE and self.me.state is not ParticipantState.LEFT

    @property
    def ended(self) -> bool:
        return self.correspondence.state is CorrespondenceState.ENDED

    @property
    def frozen(self) -> bool:
        return self.correspondence.state is CorrespondenceState.FROZEN

    @property
    def newest(self) -> Sheet | None:
        return self.sheets[0] if self.sheets else None

    @property
    def last_received(self) -> Sheet | None:
        return next((one for one in self.sheets if not one.mine), None)

    @property
    def last_written(self) -> Sheet | None:
        return next((one for one in self.sheets if one.mine), None)

    @property
    def new(self) -> int:
        return sum(one.is_new for one in self.sheets)


async def my_threads(db: AsyncSession, resident_id: UUID | None, *, now: datetime) -> list[Thread]:
    """Every correspondence of a resident: open ones first, then by their newest letter."""
    found = await db.exec(select(Participant).where(Participant.resident_id == resident_id))
    threads = [await _thread(db, mine, now=now) for mine in found]
    return sorted(threads, key=lambda one: (not one.ended, _last_moment(one)), reverse=True)


async def my_thread(db: AsyncSession, resident_id: UUID | None, correspondence_id: UUID, *, now: datetime) -> Thread:
    """One correspondence of a resident. Raises NotFound for a foreign one as for a missing one."""
    return await _thread(db, await my_side(db, resident_id, correspondence_id), now=now)


async def my_side(db: AsyncSession, resident_id: UUID | None, correspondence_id: UUID) -> Participant:
    """The resident's own place in a correspondence. Raises NotFound."""
    found = await db.exec(
        select(Participant).where(
            Participant.correspondence_id == correspondence_id, Participant.resident_id == resident_id
        )
    )
    mine = found.first()
    if mine is None or resident_id is None:
        raise NotFound
    return mine


async def my_letter(db: AsyncSession, resident_id: UUID | None, letter_id: UUID) -> Letter:
    """A letter that this resident wrote. Raises NotFound."""
    letter = await db.get(Letter, letter_id)
    author = await db.get(Participant, letter.author_id) if letter else None
    if letter is None or author is None or resident_id is None or author.resident_id != resident_id:
        raise NotFound
    return letter


async def received_letter(db: AsyncSession, resident_id: UUID | None, letter_id: UUID) -> tuple[Letter, Participant]:
    """A letter that has reached this resident, and their own place. Raises NotFound."""
    letter = await db.get(Letter, letter_id)
    if letter is None or letter.state is not LetterState.DELIVERED:
        raise NotFound
    mine = await my_side(db, resident_id, letter.correspondence_id)
    if letter.author_id == mine.id:
        raise NotFound
    return letter, mine


async def picture(db: AsyncSession, resident_id: UUID | None, letter_id: UUID, number: int) -> tuple[bytes, str]:
    """The bytes of a picture and what they are: to its writer always, to the reader once the letter has arrived."""
    letter = await db.get(Letter, letter_id)
    if letter is None:
        raise NotFound
    mine = await my_side(db, resident_id, letter.correspondence_id)
    if letter.author_id != mine.id and letter.state is not LetterState.DELIVERED:
        raise NotFound
    found = await db.exec(
        select(Blob.data, Attachment.content_type)
        .join(Attachment, col(Attachment.blob_sha256) == col(Blob.sha256))
        .where(Attachment.letter_id == letter_id, Attachment.position == number)
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def count_new(db: AsyncSession, resident_id: UUID) -> int:
    """How many letters have arrived and were not opened yet: the number beside “Letters”."""
    found = await db.exec(
        select(func.count())
        .select_from(Letter)
        .join(Participant, col(Participant.correspondence_id) == col(Letter.correspondence_id))
        .where(
            Participant.resident_id == resident_id,
            col(Letter.author_id) != col(Participant.id),
            Letter.state == LetterState.DELIVERED,
            col(Letter.read_at).is_(None),
        )
    )
    return found.one()


async def note_opened(db: AsyncSession, letter_ids: Sequence[UUID], *, now: datetime) -> None:
    """The reader has opened these: they are not marked as new again. Nobody else ever learns of it (rule R52)."""
    await db.exec(
        update(Letter).where(col(Letter.id).in_(letter_ids), col(Letter.read_at).is_(None)).values(read_at=now)
    )


def typed_text(letter: Letter) -> str:
    """What stands on the sheet that its writer works on: for a letter that came by mail, without the quoted tail."""
    return letter.kept_text if letter.channel is Channel.EMAIL else letter.original_text


async def partner_of(db: AsyncSession, mine: Participant) -> Participant:
    """The other place of a correspondence. Raises NotFound."""
    found = await db.exec(
        select(Participant).where(Participant.correspondence_id == mine.correspondence_id, Participant.id != mine.id)
    )
    partner = found.first()
    if partner is None:
        raise NotFound
    return partner


async def _thread(db: AsyncSession, mine: Participant, *, now: datetime) -> Thread:
    partner = await partner_of(db, mine)
    me, other = await db.get_one(Resident, mine.resident_id), await db.get_one(Resident, partner.resident_id)
    letters = await _letters(db, mine)
    paused = ParticipantState.PAUSED in (mine.state, partner.state) or other.state is ResidentState.PAUSED
    sheets = [await _sheet(db, one, mine, paused=paused, now=now) for one in letters]
    drafts = [one for one in sheets if one.letter.state is LetterState.DRAFT]
    correspondence = await db.get_one(Correspondence, mine.correspondence_id)
    friend = await friend_for(db, me, other, today=now.date())
    if correspondence.state is CorrespondenceState.ENDED:  # what they change afterwards is not for this reader
        friend = replace(friend, languages=(), likes=(), question="")
    return Thread(
        correspondence=correspondence,
        me=mine,
        resident=me,
        home=await db.get_one(Town, me.town_id),
        partner=partner,
        friend=friend,
        sheets=tuple(one for one in sheets if one.letter.state not in TYPED_ON),
        draft=drafts[0] if drafts else None,
        returned=tuple(one for one in sheets if one.letter.state is LetterState.RETURNED),
        turn=turn([_placed(one) for one in letters if one.state not in NEVER_LEFT], mine.id),
    )


async def _letters(db: AsyncSession, mine: Participant) -> list[Letter]:
    """What this side may see: own letters in every state, the friend's once they have arrived."""
    found = await db.exec(
        select(Letter).where(
            Letter.correspondence_id == mine.correspondence_id,
            (col(Letter.author_id) == mine.id) | (col(Letter.state) == LetterState.DELIVERED),
        )
    )
    return sorted(found, key=lambda one: (_moment(one, mine), one.id), reverse=True)


def _moment(letter: Letter, mine: Participant) -> datetime:
    """Where a letter stands on this side's pile: own letters by when they were sent, others by when they arrived."""
    if letter.author_id == mine.id:
        return letter.sent_at or letter.created_at
    return letter.delivered_at or letter.created_at


async def _sheet(db: AsyncSession, letter: Letter, mine: Participant, *, paused: bool, now: datetime) -> Sheet:
    own = letter.author_id == mine.id
    found = await db.exec(
        select(Attachment).where(Attachment.letter_id == letter.id).order_by(col(Attachment.position))
    )
    on_sheet = typed_text(letter) if letter.state in TYPED_ON else letter.kept_text
    return Sheet(
        letter=letter,
        mine=own,
        text=on_sheet if own else letter.released_text,
        pictures=tuple(Picture(one.position, one.width, one.height) for one in found),
        is_new=not own and letter.read_at is None,
        journey=await journey_of(db, letter, paused=paused, now=now) if own else None,
    )


async def journey_of(db: AsyncSession, letter: Letter, *, now: datetime, paused: bool = False) -> Journey | None:
    """How far an own letter has come."""
    holds = list(await db.exec(select(Hold).where(Hold.letter_id == letter.id)))
    open_holds = [one for one in holds if one.closed_at is None]
    taken = any(one.urgent or (one.claimed_until is not None and one.claimed_until > now) for one in open_holds)
    return journey(
        Travelling(
            state=letter.state.value,
            held_before=bool(holds),
            left_before=letter.released_at is not None,
            paused=paused,
            taken=taken,
            in_class=(await db.get_one(Correspondence, letter.correspondence_id)).pairing_id is not None,
            arriving=any(one.arriving for one in open_holds),
        )
    )


def _placed(letter: Letter) -> Placed:
    return Placed(letter.id, letter.author_id, letter.sent_at or letter.created_at, letter.parent_id)


def _last_moment(thread: Thread) -> datetime:
    return _moment(thread.sheets[0].letter, thread.me) if thread.sheets else thread.correspondence.opened_at
