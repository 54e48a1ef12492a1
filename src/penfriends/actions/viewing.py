"""What does a moderator get to see of a match or a person? Asks whether they may; leaves a line (rules R18, R41)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible, matching
from penfriends.actions.queues import Face, face_of
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide
from penfriends.models.moderation import Conflict, Decision, Moderator, Report
from penfriends.models.places import Town
from penfriends.models.residents import (
    BirthChange,
    Consent,
    Resident,
    ResidentInterest,
    ResidentLanguage,
)
from penfriends.models.schools import Pupil
from penfriends.rules.bands import Band

NEVER_SENT = (LetterState.DRAFT, LetterState.UNCONFIRMED, LetterState.WITHDRAWN, LetterState.DISCARDED)


@dataclass(frozen=True, slots=True)
class Card:
    """What the desk shows of one side: face, languages, interests, and the newest consent of a child."""

    face: Face
    languages: Sequence[ResidentLanguage]
    interests: Sequence[str]
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class MatchView:
    """A proposal with its two people. `yes_is_there` says that another moderator agreed, never who; `waits_for` are the
    towns whose own yes is still missing (rule R15)."""

    match: Match
    sides: tuple[Card, Card]
    mine: bool
    yes_is_there: bool
    needed: int
    waits_for: Sequence[Town]
    stale: Refusal | None

    def is_done_by(self, moderator: Moderator) -> bool:
        """Whether this moderator's association has said its yes, and the other town's is what is missing."""
        ours = {one.face.town.association_id for one in self.sides} - {one.association_id for one in self.waits_for}
        return self.yes_is_there and bool(self.waits_for) and moderator.association_id in ours


@dataclass(frozen=True, slots=True)
class Friend:
    """One correspondence of a person as the people's page shows it: with whom, how many letters, no text."""

    correspondence: Correspondence
    other: Face
    letters: int


@dataclass(frozen=True, slots=True)
class PersonView:
    card: Card
    friends: Sequence[Friend]
    decisions: Sequence[Decision]
    changes: Sequence[BirthChange]


async def must_see_match(db: AsyncSession, match_id: UUID, moderator: Moderator, *, now: datetime) -> Match:
    """The match, if this moderator may judge it. Raises NotFound for a foreign or unknown one alike (rule R18)."""
    match = await db.get(Match, match_id, populate_existing=True)
    if match is None:
        raise NotFound
    sides = await matching.residents_of(db, match_id)
    await eligible.must_judge_match(db, moderator, sides, match.band, now=now)
    return match


async def view_match(db: AsyncSession, match_id: UUID, moderator: Moderator, *, now: datetime) -> MatchView:
    """A match for this moderator's eyes. Raises as `must_see_match` does."""
    match = await must_see_match(db, match_id, moderator, now=now)
    sides = await matching.residents_of(db, match_id)
    for one in sides:
        await _note_profile(db, one, moderator, now=now)
    approvals = await matching.fresh_approvals(db, match_id, sides)
    cards = (await card_of(db, sides[0], now=now), await card_of(db, sides[1], now=now))
    missing = frozenset[UUID]()
    if match.band is Band.CHILD:
        wanted = await eligible.associations_with_children_readers(db, sides)
        missing = wanted - {one.association_id for one in approvals}
    return MatchView(
        match,
        cards,
        mine=any(one.moderator_id == moderator.id for one in approvals),
        yes_is_there=any(one.moderator_id != moderator.id for one in approvals),
        needed=matching.APPROVALS[match.band],
        stale=await _stale(db, match, sides, now=now),
        waits_for=[one.face.town for one in cards if one.face.town.association_id in missing],
    )


async def _stale(db: AsyncSession, match: Match, sides: Sequence[Resident], *, now: datetime) -> Refusal | None:
    """Why a yes would be refused now: somebody paused, left or changed since the proposal was made."""
    try:
        await matching.must_still_fit(db, match, sides, now=now)
    except Refused as refused:
        return refused.refusal
    return None


async def view_resident(db: AsyncSession, resident_id: UUID, moderator: Moderator, *, now: datetime) -> PersonView:
    """A person of an own town. A child's profile leaves a line in the audit log (rule R41)."""
    resident = await own_resident(db, resident_id, moderator, now=now)
    await _note_profile(db, resident, moderator, now=now)
    decisions = await db.exec(
        select(Decision)
        .where(Decision.subject == "resident", Decision.subject_id == resident.id)
        .order_by(col(Decision.at).desc())
        .limit(20)
    )
    changes = await db.exec(
        select(BirthChange).where(BirthChange.resident_id == resident.id).order_by(col(BirthChange.proposed_at).desc())
    )
    return PersonView(
        await card_of(db, resident, now=now),
        await friends_of(db, resident, now=now),
        list(decisions),
        list(changes),
    )


async def own_resident(db: AsyncSession, resident_id: UUID, moderator: Moderator, *, now: datetime) -> Resident:
    """Raises NotFound for unknown and foreign people alike, Refused for who is known too well, for missing checks."""
    resident = await db.get(Resident, resident_id)
    if resident is None or eligible.is_drafted(resident):
        raise NotFound
    await eligible.must_judge_match(db, moderator, [resident], resident.band, now=now)
    return resident


async def declare_conflict(db: AsyncSession, resident_id: UUID, moderator: Moderator, *, now: datetime) -> None:
    """“I know this person”: from now on everything about them is for other moderators (rule R17). Also somebody of
    another town whose match or letters this moderator would judge."""
    resident = await db.get(Resident, resident_id)
    if resident is None or eligible.is_drafted(resident):
        raise NotFound
    await eligible.must_belong(db, moderator, [resident, *await _others_beside(db, resident)])
    await db.merge(Conflict(moderator_id=moderator.id, resident_id=resident.id, declared_at=now))
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="declare_conflict", subject="resident",
        subject_id=resident.id,
    )  # fmt: skip


async def note_list(db: AsyncSession, moderator: Moderator, shown: Iterable[Resident], *, now: datetime) -> None:
    """A list with children in it was on the screen: one line names them all (rule R41)."""
    children = sorted({str(one.id) for one in shown if one.band is Band.CHILD})
    if children:
        await audit.note(
            db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="view_list", subject="resident",
            subject_id=None, details={"children": children},
        )  # fmt: skip


async def _others_beside(db: AsyncSession, resident: Resident) -> list[Resident]:
    """Whom somebody writes with or was proposed to."""
    matches = select(MatchSide.match_id).where(MatchSide.resident_id == resident.id)
    letters = select(Participant.correspondence_id).where(Participant.resident_id == resident.id)
    proposed = select(MatchSide.resident_id).where(col(MatchSide.match_id).in_(matches))
    writing = select(Participant.resident_id).where(col(Participant.correspondence_id).in_(letters))
    found = await db.exec(select(Resident).where(or_(col(Resident.id).in_(proposed), col(Resident.id).in_(writing))))
    return list(found)


async def card_of(db: AsyncSession, resident: Resident, *, now: datetime) -> Card:
    town = await db.get_one(Town, resident.town_id)
    languages = await db.exec(
        select(ResidentLanguage).where(ResidentLanguage.resident_id == resident.id).order_by(col(ResidentLanguage.code))
    )
    interests = await db.exec(
        select(ResidentInterest.code)
        .where(ResidentInterest.resident_id == resident.id)
        .order_by(col(ResidentInterest.code))
    )
    consent = await db.exec(
        select(Consent)
        .where(Consent.resident_id == resident.id)
        .order_by(col(Consent.asked_at).desc(), col(Consent.id).desc())
    )
    newest = consent.first() if resident.band is Band.CHILD else None
    pupil = await db.get(Pupil, resident.id) if resident.band is Band.CHILD else None
    face = face_of(resident, town, now.date(), pupil.initial if pupil else "")
    return Card(face, list(languages), list(interests), newest)


async def friends_of(db: AsyncSession, resident: Resident, *, now: datetime) -> list[Friend]:
    """With whom somebody writes, and how many letters there are; never what they say."""
    mine = select(Participant.correspondence_id).where(Participant.resident_id == resident.id)
    found = await db.exec(
        select(Correspondence, Resident, Town)
        .join(Participant, col(Participant.correspondence_id) == col(Correspondence.id))
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Correspondence.id).in_(mine), Participant.resident_id != resident.id)
        .order_by(col(Correspondence.opened_at).desc())
    )
    friends = []
    for correspondence, other, town in found.all():
        letters = list(await letters_in(db, correspondence.id))
        friends.append(Friend(correspondence, face_of(other, town, now.date()), len(letters)))
    return friends


async def letters_in(db: AsyncSession, correspondence_id: UUID) -> Sequence[Letter]:
    """The letters of a correspondence that were sent, the oldest first."""
    found = await db.exec(
        select(Letter)
        .where(Letter.correspondence_id == correspondence_id, col(Letter.state).not_in(NEVER_SENT))
        .order_by(col(Letter.created_at), col(Letter.id))
    )
    return found.all()


async def reports_in(db: AsyncSession, correspondence_id: UUID) -> int:
    return len((await db.exec(select(Report.id).where(Report.correspondence_id == correspondence_id))).all())


async def _note_profile(db: AsyncSession, resident: Resident, moderator: Moderator, *, now: datetime) -> None:
    if resident.band is Band.CHILD:
        await audit.note(
            db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action="view_profile", subject="resident",
            subject_id=resident.id,
        )  # fmt: skip
