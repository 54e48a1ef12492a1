"""How do two groups come together? Proposed, approved in both towns, both contacts say yes, then they write.

A contact is an adult resident; what they open is a correspondence like any other: masked, screened, read (R23). Groups
with children are judged like children's matches (two people, their checks: R15, R38, R39), and no child writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import delivery, eligible, group_closing, group_notices, introductions, world
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.group_rounds import far_allowed, seeking_as
from penfriends.actions.groups import GroupCard, card_of, must_judge
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.groups import Group, GroupApproval, GroupMatch, GroupState
from penfriends.models.letters import Correspondence, Participant
from penfriends.models.matching import Answer, MatchState
from penfriends.models.moderation import Decision, Moderator, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import CLUBS
from penfriends.rules.groups import broken_rules
from penfriends.rules.matching import World

SHOWN = 200


@dataclass(frozen=True, slots=True)
class GroupPair:
    """A match with its two groups. `can_decide`: this moderator's yes or no is wanted; `waits_for` are the towns whose
    yes is missing, `needs_another` says that a second person has to agree besides."""

    match: GroupMatch
    cards: tuple[GroupCard, GroupCard]
    can_decide: bool
    waits_for: Sequence[Town]
    needs_another: bool


async def pairs(db: AsyncSession, moderator: Moderator, *, now: datetime) -> list[GroupPair]:
    """What stands or is proposed between groups of which one is the own association's, what can be decided first."""
    ours = select(Group.id).where(Group.association_id == moderator.association_id)
    shown = (MatchState.PROPOSED, MatchState.APPROVED, MatchState.ACCEPTED)
    found = await db.exec(
        select(GroupMatch.id)
        .where(
            col(GroupMatch.state).in_(shown),
            or_(col(GroupMatch.low_id).in_(ours), col(GroupMatch.high_id).in_(ours)),
        )
        .order_by(col(GroupMatch.proposed_at), col(GroupMatch.id))
        .limit(SHOWN)
    )
    seen = []
    for match_id in found.all():
        try:
            seen.append(await view(db, match_id, moderator, now=now))
        except Refused:
            continue  # somebody they know, or children without the checks
    return sorted(seen, key=lambda one: (not one.can_decide, shown.index(one.match.state)))


async def view(db: AsyncSession, match_id: UUID, moderator: Moderator, *, now: datetime) -> GroupPair:
    """Raises NotFound for unknown and foreign ones alike, Refused for who knows a contact or lacks the checks."""
    match = await db.get(GroupMatch, match_id)
    if match is None:
        raise NotFound
    cards = await _cards(db, match)
    if moderator.association_id not in {one.group.association_id for one in cards}:
        raise NotFound
    await must_judge(db, moderator, cards, now=now)
    approvals = await _fresh(db, match, cards)
    ours = {one.association_id for one in approvals}
    missing = await eligible.associations_with_children_readers(db, [one.contact for one in cards]) - ours
    few = await _people(db, approvals) < _needed(cards)
    mine = any(one.moderator_id == moderator.id for one in approvals)
    return GroupPair(
        match,
        cards,
        can_decide=match.state is MatchState.PROPOSED
        and not mine
        and (moderator.association_id in missing or (few and not missing)),
        waits_for=[one.town for one in cards if one.group.association_id in missing],
        needs_another=few,
    )


async def approve(
    db: AsyncSession, match_id: UUID, moderator: Moderator, *, at: Addresses, policy: Policy, now: datetime
) -> GroupMatch:
    """One moderator's yes. With the last one that is needed, both contacts are asked."""
    match = await _locked(db, match_id, MatchState.PROPOSED)
    cards = (await view(db, match_id, moderator, now=now)).cards
    await _must_still_fit(db, cards, now=now)
    approvals = await _fresh(db, match, cards)
    if any(one.moderator_id == moderator.id for one in approvals):
        raise Refused(Refusal.NEEDS_SECOND_PERSON)
    stale = await db.exec(
        select(GroupApproval).where(GroupApproval.match_id == match_id, GroupApproval.moderator_id == moderator.id)
    )
    for one in stale:
        await db.delete(one)
    await db.flush()
    mine = GroupApproval(match_id=match_id, moderator_id=moderator.id, association_id=moderator.association_id, at=now)
    db.add(mine)
    _decide(db, moderator, Verb.APPROVE, match_id, now=now)
    await db.flush()
    if await _enough(db, cards, [*approvals, mine]):
        match.state, match.approved_at = MatchState.APPROVED, now
        match.expires_at = now + timedelta(days=policy.answer_days)
        db.add(match)
        await group_notices.ask_both(db, match, cards, at=at, now=now)
    await db.flush()
    return match


async def veto(db: AsyncSession, match_id: UUID, moderator: Moderator, *, reason: str, now: datetime) -> None:
    """A moderator's no, with a reason: the two groups are never proposed to each other again."""
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    match = await _locked(db, match_id, MatchState.PROPOSED)
    await view(db, match_id, moderator, now=now)
    match.state, match.closed_at = MatchState.VETOED, now
    db.add(match)
    _decide(db, moderator, Verb.VETO, match_id, note=reason.strip(), now=now)
    await db.flush()


async def asked(db: AsyncSession, match_id: UUID, resident_id: UUID | None) -> tuple[GroupMatch, GroupCard, GroupCard]:
    """An approved match with the own group first. Raises NotFound for everybody but the two contacts."""
    match = await db.get(GroupMatch, match_id)
    if match is None or match.state in (MatchState.PROPOSED, MatchState.VETOED):
        raise NotFound
    cards = await _cards(db, match)
    mine = next((one for one in cards if one.contact.id == resident_id), None)
    if mine is None:
        raise NotFound
    return match, mine, next(one for one in cards if one is not mine)


async def open_for(db: AsyncSession, resident_id: UUID, *, now: datetime) -> list[tuple[UUID, Group, Group]]:
    """What a contact is asked now: the match, the own group, the other."""
    mine = select(Group.id).where(Group.contact_id == resident_id)
    found = await db.exec(
        select(GroupMatch)
        .where(
            GroupMatch.state == MatchState.APPROVED,
            col(GroupMatch.expires_at) > now,
            or_(
                and_(col(GroupMatch.low_id).in_(mine), col(GroupMatch.low_answer).is_(None)),
                and_(col(GroupMatch.high_id).in_(mine), col(GroupMatch.high_answer).is_(None)),
            ),
        )
        .order_by(col(GroupMatch.approved_at), col(GroupMatch.id))
    )
    asked_now = []
    for match in found.all():
        _match, own, other = await asked(db, match.id, resident_id)
        asked_now.append((match.id, own.group, other.group))
    return asked_now


async def answer(
    db: AsyncSession, match_id: UUID, resident_id: UUID, *, yes: bool, at: Addresses, policy: Policy, now: datetime
) -> GroupMatch:
    """A contact's yes or no; two times yes opens a correspondence of the two contacts."""
    _match, mine, theirs = await asked(db, match_id, resident_id)
    match = await _locked(db, match_id, MatchState.APPROVED)
    if match.expires_at is not None and match.expires_at <= now:
        raise Refused(Refusal.OUT_OF_TIME)
    side = "low_answer" if mine.group.id == match.low_id else "high_answer"
    if getattr(match, side) is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    setattr(match, side, Answer.YES if yes else Answer.NO)
    if not yes:
        await group_closing.close(db, match, (mine, theirs), MatchState.DECLINED, at=at, now=now)
    elif match.low_answer is match.high_answer is Answer.YES:
        cards = await _cards(db, match)
        await _must_still_fit(db, cards, now=now)
        match.state = MatchState.ACCEPTED
        match.correspondence_id = await _open(db, cards, at=at, policy=policy, now=now)
    db.add(match)
    await db.flush()
    return match


async def _open(db: AsyncSession, cards: Sequence[GroupCard], *, at: Addresses, policy: Policy, now: datetime) -> UUID:
    """A masked address for each contact, and the introduction to both. It is no pen friendship of the two (R19)."""
    correspondence = Correspondence(band=Band.ADULT, opened_at=now, state_changed_at=now)
    db.add(correspondence)
    await db.flush()
    contacts, participants = [one.contact for one in cards], []
    for one in contacts:
        participant = Participant(
            correspondence_id=correspondence.id, resident_id=one.id, band=Band.ADULT, open_band=Band.ADULT,
            joined_at=now,
        )  # fmt: skip
        db.add(participant)
        await db.flush()
        await delivery.open_alias(db, participant, now=now)
        participants.append(participant)
    await introductions.introduce(db, correspondence, participants, contacts, at=at, policy=policy, now=now)
    return correspondence.id


async def _must_still_fit(db: AsyncSession, cards: Sequence[GroupCard], *, now: datetime) -> None:
    """The rules once more, with the groups and their contacts as they are at this moment."""
    groups = [one.group for one in cards]
    if any(one.state is not GroupState.SEEKING or one.contact_band is not Band.ADULT for one in groups):
        raise Refused(Refusal.NOT_ACTIVE)
    await eligible.must_take_part(db, [one.contact for one in cards], now=now)
    if any(one.has_minors for one in cards) and not {
        one.association_id for one in groups
    } <= await world.children_allowed(db):
        raise Refused(Refusal.CHILDREN_MODULE_OFF)
    towns = {town.id: town for town in await db.exec(select(Town))}
    around = World((), await world.links_of(db, towns))
    far = await far_allowed(db)
    low, high = (seeking_as(one.group, one.town, far, now=now) for one in cards)
    if broken_rules(low, high, around, CLUBS) or cards[0].contact.id == cards[1].contact.id:
        raise Refused(Refusal.HARD_RULE)


async def _enough(db: AsyncSession, cards: Sequence[GroupCard], approvals: Sequence[GroupApproval]) -> bool:
    """Each association that has moderators agrees; with children among the members two different people do."""
    if await _people(db, approvals) < _needed(cards):
        return False
    wanted = await eligible.associations_with_children_readers(db, [one.contact for one in cards])
    return wanted <= {one.association_id for one in approvals}


def _needed(cards: Sequence[GroupCard]) -> int:
    return 2 if any(one.has_minors for one in cards) else 1


async def _people(db: AsyncSession, approvals: Sequence[GroupApproval]) -> int:
    """People are counted, not roles: one human may moderate for two associations."""
    found = await db.exec(
        select(Moderator.sign_in_id).where(col(Moderator.id).in_([one.moderator_id for one in approvals]))
    )
    return len(set(found))


async def _fresh(db: AsyncSession, match: GroupMatch, cards: Sequence[GroupCard]) -> list[GroupApproval]:
    """The approvals given after the last change of either group; older ones have lost their ground."""
    changed = max(one.group.changed_at for one in cards)
    found = await db.exec(select(GroupApproval).where(GroupApproval.match_id == match.id, GroupApproval.at >= changed))
    return list(found)


async def _cards(db: AsyncSession, match: GroupMatch) -> tuple[GroupCard, GroupCard]:
    low, high = await card_of(db, match.low_id), await card_of(db, match.high_id)
    if low is None or high is None:
        raise NotFound
    return low, high


async def _locked(db: AsyncSession, match_id: UUID, wanted: MatchState) -> GroupMatch:
    match = (await db.exec(select(GroupMatch).where(GroupMatch.id == match_id).with_for_update())).first()
    if match is None:
        raise NotFound
    if match.state is not wanted:
        raise Refused(Refusal.ALREADY_DECIDED)
    return match


def _decide(
    db: AsyncSession, moderator: Moderator, verb: Verb, match_id: UUID, *, now: datetime, note: str = ""
) -> None:
    db.add(
        Decision(moderator_id=moderator.id, verb=verb, subject="group_match", subject_id=match_id, note=note, at=now)
    )


async def groups_behind(
    db: AsyncSession, correspondence: Correspondence, resident: Resident
) -> tuple[Group, Group] | None:
    """The own group and the partner's, if a correspondence is one of groups; those of two people have a match."""
    if correspondence.match_id is not None:
        return None
    match = (await db.exec(select(GroupMatch).where(GroupMatch.correspondence_id == correspondence.id))).first()
    if match is None:
        return None
    low, high = await _cards(db, match)
    return (low.group, high.group) if low.contact.id == resident.id else (high.group, low.group)
