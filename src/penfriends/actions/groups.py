"""Which groups does an association look after, who speaks for each, and may this moderator touch it? (rule R18)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, eligible
from penfriends.actions.people import sign_in_for
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.groups import Group, GroupMatch, GroupState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import GroupKind
from penfriends.rules.groups import OF_AGE
from penfriends.rules.matching import Level

OF_GROUPS = select(GroupMatch.correspondence_id).where(col(GroupMatch.correspondence_id).is_not(None))
"""Where contacts write for their groups: no pen friendships, so they take no place of one (rule R19)."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What an association says of a group. `contact` is an address with which an adult of the own towns signs in."""

    name: str
    kind: GroupKind
    town: str
    contact: str
    languages: Mapping[str, Level]
    interests: Sequence[str]
    size: int
    youngest: int
    oldest: int
    capacity: int
    twin_of_twin: bool


@dataclass(frozen=True, slots=True)
class GroupCard:
    """What the desk shows of a group: of its contact the first name only."""

    group: Group
    town: Town
    contact: Resident

    @property
    def has_minors(self) -> bool:
        return self.group.youngest < OF_AGE

    @property
    def band(self) -> Band:
        """Whose rules hold for those who judge it: with children among the members those for children’s matches."""
        return Band.CHILD if self.has_minors else Band.ADULT


async def enter(db: AsyncSession, moderator: Moderator, facts: GroupFacts, *, now: datetime) -> Group:
    """A new group that looks for partners from now on. Raises NotFound for a town or contact that is not theirs."""
    group = Group(
        association_id=moderator.association_id, town_id=UUID(int=0), kind=facts.kind, name="", contact_id=UUID(int=0),
        size=2, youngest=OF_AGE, oldest=OF_AGE, waiting_since=now, changed_at=now, created_at=now,
    )  # fmt: skip
    await _tell(db, group, moderator, facts, now=now)
    await _note(db, group, moderator, "enter_group", now=now)
    return group


async def change(db: AsyncSession, group_id: UUID, moderator: Moderator, facts: GroupFacts, *, now: datetime) -> Group:
    """Other facts about a group; an empty contact leaves who speaks for it."""
    group = (await own_card(db, group_id, moderator, now=now)).group
    await _tell(db, group, moderator, facts, now=now)
    await _note(db, group, moderator, "change_group", now=now)
    return group


async def rest(db: AsyncSession, group_id: UUID, moderator: Moderator, state: GroupState, *, now: datetime) -> Group:
    """Look for partners, rest, or end; who waits anew waits from now on. What stands between two groups stays."""
    group = (await own_card(db, group_id, moderator, now=now)).group
    if group.state is GroupState.ENDED or (state is GroupState.SEEKING and group.contact_band is None):
        raise Refused(Refusal.ALREADY_DECIDED)
    if state is GroupState.SEEKING and group.state is not state:
        group.waiting_since = now
    group.state, group.changed_at = state, now
    db.add(group)
    await _note(db, group, moderator, f"group_{state.value}", now=now)
    return group


async def own_card(db: AsyncSession, group_id: UUID, moderator: Moderator, *, now: datetime) -> GroupCard:
    """A group of the own association. Raises NotFound for unknown and foreign ones alike (rule R18)."""
    card = await card_of(db, group_id)
    if card is None or card.group.association_id != moderator.association_id:
        raise NotFound
    await must_judge(db, moderator, [card], now=now)
    return card


async def must_judge(db: AsyncSession, moderator: Moderator, cards: Sequence[GroupCard], *, now: datetime) -> None:
    """The same questions as for a match of people: own association, nobody they know, checks for children’s groups."""
    band = Band.CHILD if any(one.has_minors for one in cards) else Band.ADULT
    await eligible.must_judge_match(db, moderator, [one.contact for one in cards], band, now=now)


async def cards(db: AsyncSession, moderator: Moderator) -> list[GroupCard]:
    """The groups of the own association that have not ended, by name."""
    found = await db.exec(
        select(Group, Town, Resident)
        .join(Town, col(Town.id) == col(Group.town_id))
        .join(Resident, col(Resident.id) == col(Group.contact_id))
        .where(Group.association_id == moderator.association_id, Group.state != GroupState.ENDED)
        .order_by(col(Group.name), col(Group.id))
    )
    return [GroupCard(*row) for row in found.all()]


async def card_of(db: AsyncSession, group_id: UUID) -> GroupCard | None:
    found = await db.exec(
        select(Group, Town, Resident)
        .join(Town, col(Town.id) == col(Group.town_id))
        .join(Resident, col(Resident.id) == col(Group.contact_id))
        .where(Group.id == group_id)
    )
    row = found.first()
    return GroupCard(*row) if row else None


async def contact_called(db: AsyncSession, moderator: Moderator, email: str) -> Resident | None:
    """The adult of the own towns who signs in with this address and takes part; nothing is said about others."""
    sign_in = await sign_in_for(db, email)
    found = await db.exec(
        select(Resident)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(
            Town.association_id == moderator.association_id,
            Resident.sign_in_id == (sign_in.id if sign_in else None),
            Resident.band == Band.ADULT,
            Resident.state == ResidentState.ACTIVE,
        )
        .order_by(col(Resident.id))
    )
    return found.first() if sign_in else None


async def _tell(db: AsyncSession, group: Group, moderator: Moderator, facts: GroupFacts, *, now: datetime) -> None:
    home = await db.exec(select(Town).where(Town.slug == facts.town, Town.association_id == moderator.association_id))
    town = home.first()
    if town is None:
        raise NotFound
    if facts.contact:
        contact = await contact_called(db, moderator, facts.contact)
        if contact is None:
            raise NotFound
        group.contact_id, group.contact_band = contact.id, Band.ADULT
    group.town_id, group.kind, group.name = town.id, facts.kind, facts.name
    group.languages = {code: level.value for code, level in facts.languages.items()}
    group.interests = sorted(facts.interests)
    group.size, group.youngest, group.oldest = facts.size, facts.youngest, facts.oldest
    group.capacity, group.twin_of_twin, group.changed_at = facts.capacity, facts.twin_of_twin, now
    db.add(group)
    await db.flush()
    card = await card_of(db, group.id)
    if card is None:
        raise NotFound
    await must_judge(db, moderator, [card], now=now)


async def _note(db: AsyncSession, group: Group, moderator: Moderator, action: str, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=moderator.id, action=action, subject="group",
        subject_id=group.id,
    )  # fmt: skip
