"""What is a moderator's to judge? Conditions for queries: own towns, nobody they know, children after checks
(rules R15, R17, R18, R38)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible, teaching
from penfriends.errors import Refusal, Refused
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.matching import Match, MatchApproval, MatchSide, RoundPair
from penfriends.models.moderation import MODERATING, Conflict, Moderator, Role
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.models.schools import Pupil
from penfriends.rules.bands import Band


@dataclass(frozen=True, slots=True)
class Desk:
    """A moderator at this moment. `closed` says why children’s letters and matches are not theirs to see."""

    moderator: Moderator
    closed: Refusal | None


async def desk_of(db: AsyncSession, moderator: Moderator, *, now: datetime) -> Desk:
    """The moderator with the reason, if any, that closes the children's queues now (rules R38, R39, R46)."""
    try:
        await eligible.must_be_vetted(db, moderator, now=now)
    except Refused as refused:
        return Desk(moderator, refused.refusal)
    return Desk(moderator, None)


def letters_for(desk: Desk) -> ColumnElement[bool]:
    """The condition on a query that has `Correspondence` in it: this moderator may judge what is in it."""
    here = col(Participant.correspondence_id) == col(Correspondence.id)
    # said aloud: by itself a subquery correlates with the query right around it only, and this one stands two deeper
    sides = select(Participant.resident_id).where(here).correlate(Correspondence)
    return and_(_side(desk, sides), _band_open(desk, col(Correspondence.band)))


def matches_for(desk: Desk) -> ColumnElement[bool]:
    """The same for a query that has `Match` in it, without those in which this moderator has nothing to decide now."""
    sides = select(MatchSide.resident_id).where(col(MatchSide.match_id) == col(Match.id)).correlate(Match)
    own_yes = _said_yes(col(MatchApproval.moderator_id) == desk.moderator.id)
    nothing = or_(own_yes, _waits_for_another_town(desk.moderator), _is_away())
    return and_(_side(desk, sides), _band_open(desk, col(Match.band)), ~nothing)


def pairs_for(desk: Desk) -> ColumnElement[bool]:
    """The same for a query that has `RoundPair` in it: what a draft proposes, before anybody is asked."""
    sides = [col(RoundPair.low_id), col(RoundPair.high_id)]
    return and_(_side(desk, sides), _band_open(desk, col(RoundPair.band)))


def person_for(desk: Desk) -> ColumnElement[bool]:
    """The same for a query that has `Resident` and `Town` in it: own towns, nobody they know, no child without a yes
    (rule R08). Pupils are their teachers’, and nobody else's to look up."""
    ours = col(Town.association_id) == desk.moderator.association_id
    drafted = and_(col(Resident.band) == Band.CHILD, col(Resident.state).in_(eligible.DRAFTED))
    taught = exists(select(Pupil.resident_id).where(col(Pupil.resident_id) == col(Resident.id)))
    if desk.moderator.role is Role.TEACHER:
        ours = and_(ours, col(Resident.id).in_(teaching.pupils_of(desk.moderator.id)))
    else:
        ours = and_(ours, ~taught)
    return and_(ours, ~_known(desk.moderator), ~drafted, _band_open(desk, col(Resident.band)))


def not_from(desk: Desk, sender: Mapped[UUID | None]) -> ColumnElement[bool]:
    """The condition that a message is not by somebody whom this moderator knows, or a child who is not theirs."""
    closed = or_(_known(desk.moderator), ~_band_open(desk, col(Resident.band)))
    hidden = select(Resident.id).where(col(Resident.sign_in_id) == sender, closed)
    return ~exists(hidden)


def _side(desk: Desk, sides: object) -> ColumnElement[bool]:
    in_it = col(Resident.id).in_(sides)  # type: ignore[arg-type]
    ours = (
        select(Resident.id)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(in_it, Town.association_id == desk.moderator.association_id)
    )
    if desk.moderator.role is Role.TEACHER:
        ours = ours.where(col(Resident.id).in_(teaching.pupils_of(desk.moderator.id)))
    known = select(Resident.id).where(in_it, _known(desk.moderator))
    return and_(exists(ours), ~exists(known))


def _known(moderator: Moderator) -> ColumnElement[bool]:
    """Own person, household, child, or a declared conflict: the same question as eligible.knows, for a whole queue."""
    guardians = select(Guardian.id).where(Guardian.sign_in_id == moderator.sign_in_id)
    declared = select(Conflict.resident_id).where(Conflict.moderator_id == moderator.id)
    household = false() if moderator.household_id is None else col(Resident.household_id) == moderator.household_id
    return or_(
        func.coalesce(household, false()),
        func.coalesce(col(Resident.sign_in_id) == moderator.sign_in_id, false()),
        func.coalesce(col(Resident.guardian_id).in_(guardians), false()),
        col(Resident.id).in_(declared),
    )


def _said_yes(*who: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a yes of `who` still counts: given after the last change of either profile (rule R15)."""
    changed_since = (
        select(MatchSide.id)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .where(
            col(MatchSide.match_id) == col(MatchApproval.match_id),
            col(Resident.profile_changed_at) > col(MatchApproval.at),
        )
    )
    given = select(MatchApproval.id).where(col(MatchApproval.match_id) == col(Match.id), *who, ~exists(changed_since))
    return exists(given.correlate(Match, Town))  # said aloud, as in letters_for


def _waits_for_another_town(moderator: Moderator) -> ColumnElement[bool]:
    """A child's match to which the own association has said yes, and the other town's moderators not yet (rule R15)."""
    ours = col(MatchApproval.association_id) == moderator.association_id
    readers = select(Moderator.id).where(
        col(Moderator.association_id) == col(Town.association_id),
        Moderator.active,
        col(Moderator.role).in_(MODERATING),
    )
    elsewhere = (
        select(MatchSide.id)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(
            col(MatchSide.match_id) == col(Match.id),
            col(Town.association_id) != moderator.association_id,
            exists(readers),
            ~_said_yes(col(MatchApproval.association_id) == col(Town.association_id)),
        )
    )
    return and_(col(Match.band) == Band.CHILD, _said_yes(ours), exists(elsewhere))


def _is_away() -> ColumnElement[bool]:
    """One of the two does not take part at the moment: the proposal waits for them, not for us."""
    away = (
        select(MatchSide.id)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .where(col(MatchSide.match_id) == col(Match.id), col(Resident.state) != ResidentState.ACTIVE)
    )
    return exists(away)


def _band_open(desk: Desk, band: Mapped[Band]) -> ColumnElement[bool]:
    return true() if desk.closed is None else band == Band.ADULT
