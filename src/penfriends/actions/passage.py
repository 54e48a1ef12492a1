"""What are the facts of the way of a letter, or of a notice about a friend, right now? R25 decides on them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, inspect, or_
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import identity_key
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.ids import fingerprint
from penfriends.mail.notices import Notice
from penfriends.models.consents import CONSENT, HOLDS
from penfriends.models.delivery import Alias, Delivery, MailTrouble, Suppression
from penfriends.models.groups import GroupMatch
from penfriends.models.letters import (
    Attachment,
    Correspondence,
    CorrespondenceState,
    Letter,
    LetterMailId,
    LetterState,
    Participant,
    ParticipantState,
)
from penfriends.models.matching import Block, Match, MatchSide, MatchState
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import OneTimeLink, SignIn
from penfriends.rules.bands import Band, Birth, band_on
from penfriends.rules.relay import Obstacle, Passage, Person, obstacle

T = TypeVar("T")
PASSING = frozenset({LetterState.RELEASED, LetterState.ON_ITS_WAY, LetterState.DELIVERED, LetterState.UNSURE})


@dataclass(frozen=True, slots=True)
class Way:
    """All rows that the way of one letter to one reader hangs on. While somebody holds them, this session need not ask
    for any of them again."""

    letter: Letter
    correspondence: Correspondence
    author: Participant
    reader: Participant
    writer: Resident
    receiver: Resident
    writers_town: Town
    receivers_town: Town
    alias: Alias | None
    """Open, of the reader: where the answer goes."""
    block_id: UUID | None
    mailbox: SignIn | None
    """The reader's own; a child's guardian is not among these rows."""
    mail_id: str | None
    origin: dict[str, Any] | None
    """Of the writer's own mail, if the letter came by mail: its id, and what its header told (mail/origins.py)."""
    has_pictures: bool
    is_reply: bool
    may_be_suppressed: bool
    """Whether to look why the reader's own mailbox is not written to; so too `may_be_troubled`, of any place."""
    may_be_troubled: bool


async def obstacle_on(db: AsyncSession, way: Way, *, now: datetime) -> Obstacle | None:
    """What keeps the letter from its reader at this moment; None if it may pass."""
    letter, correspondence = way.letter, way.correspondence
    return obstacle(
        Passage(
            correspondence_open=correspondence.state is CorrespondenceState.OPEN
            and way.reader.correspondence_id == way.author.correspondence_id == letter.correspondence_id,
            correspondence_band=correspondence.band,
            released=letter.state in PASSING
            and (correspondence.band is Band.ADULT or await _read_by_a_person(db, letter, correspondence)),
            approved_hash=letter.content_hash,
            present_hash=await content_hash(db, letter, pictures=None if way.has_pictures else ()),
            author=await _person(db, way.author, way.writer, now=now),
            reader=await _person(db, way.reader, way.receiver, now=now),
            blocked=way.block_id is not None,
            has_alias=way.alias is not None,
        )
    )


def _either_way(one: Any, other: Any) -> ColumnElement[bool]:
    return or_(
        and_(col(Block.low_id) == one, col(Block.high_id) == other),
        and_(col(Block.low_id) == other, col(Block.high_id) == one),
    )


_READER, _WRITER, _RECEIVER = aliased(Participant), aliased(Resident), aliased(Resident)
_WRITERS_TOWN, _RECEIVERS_TOWN, _EARLIER = aliased(Town), aliased(Town), aliased(Letter)
# Put together once: making it costs as much as asking it. The newest alias is the open one.
_WAY: Any = (
    sa.select(
        Letter, Correspondence, Participant, _READER, _WRITER, _RECEIVER, _WRITERS_TOWN, _RECEIVERS_TOWN, Alias,
        col(Block.id), SignIn, col(LetterMailId.message_id), col(LetterMailId.origin),
        sa.exists().where(col(Attachment.letter_id) == col(Letter.id)).correlate(Letter),
        sa.exists()
        .where(
            col(_EARLIER.correspondence_id) == col(Letter.correspondence_id),
            col(_EARLIER.id) != col(Letter.id),
            col(_EARLIER.delivered_at).is_not(None),
        )
        .correlate(Letter),
        sa.exists()
        .where(col(Suppression.sign_in_id) == col(_RECEIVER.sign_in_id), col(Suppression.lifted_at).is_(None))
        .correlate(_RECEIVER),
        sa.exists().where(col(MailTrouble.place) >= ""),
    )
    .select_from(Letter)
    .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
    .join(Participant, col(Participant.id) == col(Letter.author_id))
    .join(_READER, col(_READER.id) == sa.bindparam("reader_id", type_=sa.Uuid()))
    .join(_WRITER, col(_WRITER.id) == col(Participant.resident_id))
    .join(_RECEIVER, col(_RECEIVER.id) == col(_READER.resident_id))
    .join(_WRITERS_TOWN, col(_WRITERS_TOWN.id) == col(_WRITER.town_id))
    .join(_RECEIVERS_TOWN, col(_RECEIVERS_TOWN.id) == col(_RECEIVER.town_id))
    .outerjoin(Alias, and_(col(Alias.participant_id) == col(_READER.id), col(Alias.closed_at).is_(None)))
    .outerjoin(Block, and_(_either_way(_WRITER.id, _RECEIVER.id), col(Block.stops_letters)))
    .outerjoin(SignIn, col(SignIn.id) == col(_RECEIVER.sign_in_id))
    .outerjoin(
        LetterMailId,
        and_(col(LetterMailId.letter_id) == col(Letter.id), col(LetterMailId.participant_id) == col(Participant.id)),
    )
    .where(col(Letter.id) == sa.bindparam("letter_id", type_=sa.Uuid()))
    .order_by(col(Alias.created_at).desc(), col(Alias.id).desc())
    .limit(1)
    .execution_options(populate_existing=True)
)  # fmt: skip


async def way_of(db: AsyncSession, letter_id: UUID | None, reader_id: UUID | None) -> Way | None:
    """Everything in one question and afresh: the last check must not trust what this session saw earlier. None where
    a row is missing."""
    row = (await db.exec(_WAY, params={"letter_id": letter_id, "reader_id": reader_id})).first()
    return None if row is None else Way(*row)


def at_hand(db: AsyncSession, kind: type[T], key: UUID) -> T | None:
    """A row that this session has read and somebody still holds: nobody needs to ask for it again."""
    found: T | None = db.sync_session.identity_map.get(identity_key(kind, key))
    return None if found is None or inspect(found).expired else found


async def still_stands(db: AsyncSession, row: Delivery, *, now: datetime) -> bool:
    """Whether a notice may still show one resident to another. One that waited while a guardian took the yes back, a
    correspondence stopped or a proposal was closed says too much (rules R08, R10)."""
    if row.notice == Notice.MATCH_PROPOSED:
        secret = str(row.payload.get("url", "")).rpartition("/")[2]
        found = await db.exec(
            select(Match.state)
            .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
            .join(OneTimeLink, col(OneTimeLink.subject_id) == col(MatchSide.id))
            .where(OneTimeLink.fingerprint == fingerprint(secret))
        )
        return found.first() is MatchState.APPROVED
    if row.notice == Notice.GROUP_PROPOSED:
        match_id = str(row.payload.get("url", "")).rpartition("/")[2]
        asked = await db.exec(select(GroupMatch.state).where(GroupMatch.id == UUID(match_id)))
        return asked.first() is MatchState.APPROVED
    if row.notice not in (Notice.INTRODUCTION, Notice.NUDGE, Notice.FRIEND_LATE) or row.participant_id is None:
        return True
    mine = await _must(db, Participant, row.participant_id)
    correspondence = await _must(db, Correspondence, mine.correspondence_id)
    sides = await db.exec(
        select(Resident)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .where(Participant.correspondence_id == mine.correspondence_id)
    )
    stopped = correspondence.state in (CorrespondenceState.ENDED, CorrespondenceState.FROZEN)
    return not stopped and all([await consent_holds(db, one, now=now) for one in sides.all()])


async def content_hash(
    db: AsyncSession, letter: Letter, *, text: str | None = None, pictures: Sequence[str] | None = None
) -> str:
    """The sha256 of all that the friend will read of a letter: title, text, language, pictures (rule R24).

    The frame around it (greeting line, links with fresh secrets) is ours and the same for every letter. The `pictures`
    (their sha256, in order) are asked for where nobody names them.
    """
    if pictures is None:
        pictures = (await db.exec(_PICTURES, params={"letter_id": letter.id})).scalars().all()
    seen = {
        "title": letter.title,
        "text": letter.released_text if text is None else text,
        "language": letter.language,
        "pictures": list(pictures),
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


_PICTURES: Any = (
    sa.select(col(Attachment.blob_sha256))
    .where(col(Attachment.letter_id) == sa.bindparam("letter_id", type_=sa.Uuid()))
    .order_by(col(Attachment.position))
)


async def _read_by_a_person(db: AsyncSession, letter: Letter, correspondence: Correspondence) -> bool:
    """Whether a moderator said yes to exactly these words and did not take it back. Without such a row no child's
    letter leaves, whatever the layers above the relay did (rules R22, R24). A pupil's has two readers, of the class
    that writes and of the class that gets it."""
    found = await db.exec(_YES, params={"letter_id": letter.id, "hash": letter.content_hash})
    needed = 1 if correspondence.pairing_id is None else 2
    return letter.content_hash is not None and len(set(found.scalars())) >= needed


# people are counted, not roles: one human may be here in two
_YES: Any = (
    sa.select(col(Moderator.sign_in_id))
    .join(Decision, col(Decision.moderator_id) == col(Moderator.id))
    .where(
        col(Decision.subject_id) == sa.bindparam("letter_id", type_=sa.Uuid()),
        col(Decision.verb) == Verb.RELEASE,
        col(Decision.content_hash) == sa.bindparam("hash", type_=sa.String()),
        col(Decision.undone_at).is_(None),
    )
)
_CONSENT: Any = sa.select(CONSENT.id).where(CONSENT.resident_id == sa.bindparam("resident_id", type_=sa.Uuid()), *HOLDS)


async def alias_of(db: AsyncSession, participant_id: UUID) -> Alias | None:
    """The masked address at which this participant's answers are taken, while it is open."""
    found = await db.exec(
        select(Alias)
        .where(Alias.participant_id == participant_id, col(Alias.closed_at).is_(None))
        .order_by(col(Alias.created_at).desc(), col(Alias.id).desc())
    )
    return found.first()


async def consent_holds(db: AsyncSession, resident: Resident, *, now: datetime) -> bool:
    """Whether a child may write: a yes that has neither run out nor been taken back. Adults need none.

    Also at 16 and 17 the own yes is a row of its own, with the guardian who was told (rule R11): an adult whose birth
    date is put right to 17 has none, and waits for it.
    """
    if resident.band is Band.ADULT:
        return True
    found = await db.exec(_CONSENT, params={"resident_id": resident.id, "now": now})
    return found.first() is not None


async def _person(db: AsyncSession, participant: Participant, resident: Resident, *, now: datetime) -> Person:
    paused = resident.state is ResidentState.PAUSED or participant.state is ParticipantState.PAUSED
    gone = participant.state is ParticipantState.LEFT or resident.state not in (
        ResidentState.ACTIVE,
        ResidentState.PAUSED,
    )
    return Person(
        band=_band_today(resident, now=now),
        open_band=participant.open_band,
        active=not gone and not paused,
        paused=not gone and paused,
        consent_valid=await consent_holds(db, resident, now=now),
    )


def _band_today(resident: Resident, *, now: datetime) -> Band:
    """The band by the birth date or year alone, whatever the row says: who has turned 18 passes nothing to a child."""
    return band_on(Birth(resident.birth_year, resident.birth_on), now.date())


async def _must(db: AsyncSession, kind: type[T], key: UUID) -> T:
    """The row, read afresh: the last check must not trust what this session saw earlier."""
    found = await db.get(kind, key, populate_existing=True)
    if found is None:
        raise LookupError(kind.__name__)
    return found
