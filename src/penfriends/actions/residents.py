"""What can a resident change, pause and end, and what is there to do for them now?"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import further_addresses, proposals, turns
from penfriends.actions.addresses import Addresses
from penfriends.actions.audit import Actor, note
from penfriends.actions.coming_of_age import awaits_agreement
from penfriends.actions.newcomers import write_lists
from penfriends.actions.passage import consent_holds
from penfriends.actions.telling import end_correspondences
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.places import Town
from penfriends.models.residents import (
    Guardian,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.rules import threading
from penfriends.rules.bands import Band, Birth
from penfriends.rules.sign_up import Answers, Written, answers_of


class Turn(enum.StrEnum):
    """What one correspondence waits for: my first letter, my answer, my change, or the friend."""

    BEGIN = "begin"
    ANSWER = "answer"
    CHANGE = "change"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Friend:
    """One correspondence on the home page."""

    correspondence_id: UUID
    name: str
    avatar: str
    town: Town
    turn: Turn
    since: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A match that waits for this resident's yes or no."""

    match_id: UUID
    name: str
    town: Town
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the home page; the first thing that waits is the one card."""

    resident: Resident
    town: Town
    proposals: list[Proposal]
    friends: list[Friend]

    @property
    def to_write(self) -> list[Friend]:
        return [one for one in self.friends if one.turn is not Turn.THEIRS]

    @property
    def is_alone(self) -> bool:
        return self.resident.state is ResidentState.ACTIVE and not self.friends and not self.proposals


async def resident_of(db: AsyncSession, resident_id: UUID | None) -> tuple[Resident, Town]:
    """The resident and their town. Raises NotFound."""
    resident = await db.get(Resident, resident_id) if resident_id else None
    town = await db.get(Town, resident.town_id) if resident else None
    if resident is None or town is None:
        raise NotFound
    return resident, town


async def home_of(db: AsyncSession, resident_id: UUID | None, *, now: datetime) -> Home:
    """What a resident sees first. The order is: proposals, letters that wait for them, everything else."""
    resident, town = await resident_of(db, resident_id)
    return Home(resident, town, await _proposals(db, resident.id, now=now), await _friends(db, resident.id))


async def _proposals(db: AsyncSession, resident_id: UUID, *, now: datetime) -> list[Proposal]:
    mine = select(MatchSide.match_id).where(MatchSide.resident_id == resident_id, col(MatchSide.answer).is_(None))
    found = await db.exec(
        select(Match, Resident, Town)
        .join(MatchSide, col(MatchSide.match_id) == col(Match.id))
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(
            col(Match.id).in_(mine),
            Match.state == MatchState.APPROVED,
            MatchSide.resident_id != resident_id,
        )
        .order_by(col(Match.approved_at))
    )
    return [
        Proposal(match.id, friend.first_name, town, match.expires_at)
        for match, friend, town in found.all()
        if match.expires_at is None or match.expires_at > now
    ]


async def _friends(db: AsyncSession, resident_id: UUID) -> list[Friend]:
    found = await db.exec(
        select(Correspondence, Participant)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .where(Participant.resident_id == resident_id, Correspondence.state != CorrespondenceState.ENDED)
    )
    friends = [await _friend(db, correspondence, mine) for correspondence, mine in found.all()]
    waiting_first = {Turn.ANSWER: 0, Turn.CHANGE: 1, Turn.BEGIN: 2, Turn.THEIRS: 3}
    return sorted((one for one in friends if one), key=lambda one: (waiting_first[one.turn], one.since))


async def _friend(db: AsyncSession, correspondence: Correspondence, mine: Participant) -> Friend | None:
    partner = await db.exec(
        select(Resident, Town)
        .join(Participant, col(Participant.resident_id) == col(Resident.id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(Participant.correspondence_id == correspondence.id, Participant.id != mine.id)
    )
    row = partner.first()
    if row is None:
        return None
    resident, town = row
    turn, since = await _turn(db, correspondence, mine)
    return Friend(correspondence.id, resident.first_name, resident.avatar, town, turn, since)


async def _turn(db: AsyncSession, correspondence: Correspondence, mine: Participant) -> tuple[Turn, datetime]:
    """What there is to do, and since when. A letter that came back comes first, until a newer one was sent instead;
    letters that crossed ask for nothing once the friend's has been opened."""
    returned = await db.exec(
        select(Letter.changed_at)
        .where(Letter.author_id == mine.id, Letter.state == LetterState.RETURNED)
        .order_by(col(Letter.changed_at).desc())
    )
    came_back = returned.first()
    standing = await turns.standing_of(db, mine)
    received, written = standing.received_at, standing.written_at
    if came_back is not None and (written is None or came_back > written):
        return Turn.CHANGE, came_back
    if standing.turn is threading.Turn.MINE or (standing.is_unread and standing.turn is threading.Turn.ANYBODY):
        return Turn.ANSWER, received or correspondence.opened_at
    if not standing.has_begun:
        return Turn.BEGIN, correspondence.opened_at
    return Turn.THEIRS, written or correspondence.opened_at


# --- the profile -----------------------------------------------------------------------------------------------------


async def answers_from(db: AsyncSession, resident: Resident, town: Town) -> Answers:
    """A resident's rows as the answers they once gave, for the same forms."""
    languages = await db.exec(select(ResidentLanguage).where(ResidentLanguage.resident_id == resident.id))
    likes = await db.exec(select(ResidentInterest.code).where(ResidentInterest.resident_id == resident.id))
    wished = await db.get(Town, resident.wished_town_id) if resident.wished_town_id else None
    spoken = sorted(languages.all(), key=lambda one: (-one.level.rank, one.code))
    return Answers(
        town=town.slug,
        birth=Birth(resident.birth_year, resident.birth_on),
        first_name=resident.first_name,
        avatar=resident.avatar,
        languages=tuple(Written(one.code, one.level, one.practises) for one in spoken),
        likes=tuple(sorted(likes.all())),
        facts=tuple(line for line in resident.facts.split("\n") if line),
        question=resident.question,
        medium=resident.medium,
        wished_town=wished.slug if wished else "",
        capacity=resident.capacity,
        twin_of_twin=resident.twin_of_twin,
    )


async def change_card(db: AsyncSession, resident: Resident, *, first_name: str, avatar: str, now: datetime) -> None:
    """Another name to be called, another picture."""
    resident.first_name, resident.avatar = first_name, avatar
    await _changed(db, resident, now=now)


async def change_languages(db: AsyncSession, resident: Resident, values: Mapping[str, Any], *, now: datetime) -> None:
    await db.exec(delete(ResidentLanguage).where(col(ResidentLanguage.resident_id) == resident.id))
    await write_lists(db, resident.id, Answers(languages=answers_of(values).languages))
    await _changed(db, resident, now=now)


async def change_likes(db: AsyncSession, resident: Resident, values: Mapping[str, Any], *, now: datetime) -> None:
    """Likes, and an adult's own words; a child's row takes none (rule R47)."""
    answers = answers_of(values)
    await db.exec(delete(ResidentInterest).where(col(ResidentInterest.resident_id) == resident.id))
    await write_lists(db, resident.id, Answers(likes=answers.likes))
    if resident.band is Band.ADULT:
        resident.facts, resident.question = "\n".join(answers.facts), answers.question
    await _changed(db, resident, now=now)


async def change_how(db: AsyncSession, resident: Resident, values: Mapping[str, Any], *, now: datetime) -> None:
    """How letters come, and with whom and how many one would like to write. Friends from further away a child may only
    forgo: the guardian allows them (actions/waiting.py)."""
    answers = answers_of(values)
    far = answers.twin_of_twin and (resident.band is Band.ADULT or resident.twin_of_twin)
    wished = (await db.exec(select(Town).where(Town.slug == answers.wished_town))).first()
    resident.medium = answers.medium or resident.medium
    resident.wished_town_id = wished.id if wished else None
    resident.capacity, resident.twin_of_twin = answers.capacity, far
    await _changed(db, resident, now=now)


async def _changed(db: AsyncSession, resident: Resident, *, now: datetime) -> None:
    """An approval of a match counts only if it is younger than this moment (rule R15)."""
    resident.profile_changed_at = now
    db.add(resident)
    await db.flush()


# --- pausing and leaving ---------------------------------------------------------------------------------------------


async def pause(db: AsyncSession, resident: Resident, *, until: date | None) -> None:
    """Rest, until a day or until further notice. Nothing is relayed and nobody is proposed meanwhile."""
    resident.state, resident.paused_until = ResidentState.PAUSED, until
    db.add(resident)
    await db.flush()


async def resume(db: AsyncSession, resident: Resident, *, now: datetime) -> None:
    """Come back. Raises Refused(CONSENT_MISSING) for a child whose guardian's yes is not valid (rules R09, R10)."""
    if not await consent_holds(db, resident, now=now):
        raise Refused(Refusal.CONSENT_MISSING)
    if awaits_agreement(resident):
        raise Refused(Refusal.CHANGED_SINCE)
    resident.state, resident.paused_until = ResidentState.ACTIVE, None
    resident.waiting_since = resident.waiting_since or now
    db.add(resident)
    await db.flush()


async def wake(db: AsyncSession, *, now: datetime) -> int:
    """Everybody whose pause is over comes back, for workers. Returns how many."""
    found = await db.exec(
        select(Resident).where(Resident.state == ResidentState.PAUSED, col(Resident.paused_until) <= now.date())
    )
    back = 0
    for resident in found.all():
        if not awaits_agreement(resident) and await consent_holds(db, resident, now=now):
            await resume(db, resident, now=now)
            back += 1
    return back


async def leave(db: AsyncSession, resident: Resident, *, at: Addresses, now: datetime) -> None:
    """Stop for good. Partners are thanked and told; open proposals lapse; what is kept is forgotten by the sweeps."""
    await end_correspondences(db, resident, notice=Notice.PARTNER_ENDED, reason="left", at=at, now=now)
    await proposals.lapse(db, resident.id, now=now)
    await further_addresses.remove_all(db, resident.id)
    resident.state, resident.waiting_since, resident.paused_until = ResidentState.LEFT, None, None
    resident.left_at = now
    db.add(resident)
    me = resident.id
    await note(
        db, now=now, actor=Actor.RESIDENT, actor_id=me, action="left", subject="resident", subject_id=me
    )  # fmt: skip


async def children_of(db: AsyncSession, sign_in_id: UUID) -> list[Resident]:
    """The children for whom somebody decides."""
    found = await db.exec(
        select(Resident)
        .join(Guardian, col(Guardian.id) == col(Resident.guardian_id))
        .where(Guardian.sign_in_id == sign_in_id, Resident.state != ResidentState.LEFT, Resident.band == Band.CHILD)
        .order_by(col(Resident.created_at))
    )
    return list(found.all())
