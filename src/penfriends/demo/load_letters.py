"""How do the invented friendships and their letters become rows?

Letters that arrived are written as the past left them; those that wait go through the real screening.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import letters as actions
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.passage import content_hash
from penfriends.demo.letters import DemoLetter, DemoThread, HeldLetter, held_letters, threads
from penfriends.demo.residents import DemoResident
from penfriends.ids import alias_local_part, uuid7
from penfriends.models.delivery import Alias
from penfriends.models.letters import Channel, Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Answer, Block, BlockReason, Match, MatchSide, MatchState
from penfriends.models.residents import Resident
from penfriends.rules.matching import Medium

RECENT = timedelta(hours=5)
"""A letter that waits came in this long ago for each of its days: within what moderators promise."""


@dataclass(frozen=True, slots=True)
class Friendship:
    """One correspondence; `people` maps the key of each of the two to their part in it."""

    correspondence: Correspondence
    people: Mapping[str, Participant]


Friendships = dict[frozenset[str], Friendship]


async def friendships(
    db: AsyncSession, drawn: Sequence[DemoResident], residents: Mapping[str, Resident], *, now: datetime
) -> Friendships:
    """An accepted match and an open correspondence for each pair; stage by stage, because each refers to the last."""
    days = {frozenset(thread.people): thread.opened_days_ago for thread in threads()}
    pairs = sorted({frozenset((one.key, other)) for one in drawn for other in one.partners}, key=sorted)
    since = {one.key: one.created_days_ago for one in drawn}
    found: Friendships = {}
    rows: list[list[object]] = [[], [], [], []]
    for pair in pairs:
        sides = [residents[key] for key in sorted(pair)]
        opened = now - timedelta(days=days.get(pair, max(1, min(since[key] for key in pair) * 2 // 3)))
        match = _match(sides, opened)
        correspondence = Correspondence(
            id=uuid7(), band=match.band, match_id=match.id, opened_at=opened, state_changed_at=opened
        )
        people = {key: _participant(correspondence, residents[key], opened) for key in sorted(pair)}
        found[pair] = Friendship(correspondence, people)
        rows[0].append(match)
        rows[1] += [correspondence, *(_side(match, one, opened) for one in sides), _never_again(sides, opened)]
        rows[2] += people.values()
        rows[3] += [
            Alias(local_part=alias_local_part(), participant_id=one.id, created_at=opened) for one in people.values()
        ]
    for stage in rows:
        db.add_all(stage)
        await db.flush()
    return found


def _match(sides: Sequence[Resident], opened: datetime) -> Match:
    return Match(
        id=uuid7(),
        band=sides[0].band,
        state=MatchState.ACCEPTED,
        proposed_at=opened - timedelta(days=6),
        approved_at=opened - timedelta(days=4),
        expires_at=opened + timedelta(days=10),
    )


def _side(match: Match, one: Resident, opened: datetime) -> MatchSide:
    return MatchSide(
        match_id=match.id,
        resident_id=one.id,
        band=match.band,
        open_band=match.band,
        answer=Answer.YES,
        answered_at=opened,
        waited_days=9 + 5 * (opened.toordinal() % 5),
    )


def _never_again(sides: Sequence[Resident], opened: datetime) -> Block:
    low, high = sorted(one.id for one in sides)
    return Block(low_id=low, high_id=high, reason=BlockReason.MATCHED_BEFORE, created_at=opened)


def _participant(correspondence: Correspondence, one: Resident, opened: datetime) -> Participant:
    return Participant(
        id=uuid7(),
        correspondence_id=correspondence.id,
        resident_id=one.id,
        band=correspondence.band,
        open_band=correspondence.band,
        joined_at=opened,
    )


async def threads_of(db: AsyncSession, known: Friendships, *, at: Addresses, policy: Policy, now: datetime) -> None:
    """The letters of every thread, oldest first, then the ones that must never arrive."""
    for thread in threads():
        await _thread(db, thread, known[frozenset(thread.people)], at=at, policy=policy, now=now)
    for number, one in enumerate(held_letters()):
        written = now - timedelta(hours=1, minutes=40 * number)
        await _wait(db, _held(one, _writer(known, one.by), written), at=at, policy=policy, drawn=True)


async def _thread(
    db: AsyncSession, thread: DemoThread, friends: Friendship, *, at: Addresses, policy: Policy, now: datetime
) -> None:
    parent: Letter | None = None
    for number, one in enumerate(thread.letters):
        author = friends.people[one.by]
        if one.state is LetterState.DELIVERED:
            written = now - timedelta(days=one.days_ago, hours=number % 5, minutes=11 * number % 60)
            letter = _delivered(one, author, parent, written, await _channel(db, author))
            letter.content_hash = await content_hash(db, letter)
            db.add(letter)
            await db.flush()
        else:
            letter = _written(one, author, parent, now - RECENT * one.days_ago)
            await _wait(db, letter, at=at, policy=policy, drawn=True)
        parent = letter


async def _channel(db: AsyncSession, author: Participant) -> Channel:
    writer = await db.get_one(Resident, author.resident_id)
    return {Medium.EMAIL: Channel.EMAIL, Medium.PAPER: Channel.PAPER}.get(writer.medium, Channel.WEB)


def _written(one: DemoLetter | HeldLetter, author: Participant, parent: Letter | None, written: datetime) -> Letter:
    return Letter(
        id=uuid7(),
        correspondence_id=author.correspondence_id,
        author_id=author.id,
        parent_id=parent.id if parent else None,
        state=LetterState.WRITTEN,
        title=one.title,
        language=one.language,
        original_text=one.text,
        kept_text=one.text,
        created_at=written - timedelta(minutes=35),
        changed_at=written,
        sent_at=written,
    )


def _delivered(
    one: DemoLetter, author: Participant, parent: Letter | None, written: datetime, channel: Channel
) -> Letter:
    """As it stands after a volunteer let it go the same evening and it arrived a little later."""
    letter = _written(one, author, parent, written)
    released = written + timedelta(hours=5)
    letter.state, letter.channel, letter.released_text = LetterState.DELIVERED, channel, one.text
    letter.screened_at = written + timedelta(seconds=4)
    letter.released_at, letter.due_at = released, released + timedelta(minutes=10)
    letter.delivered_at, letter.read_at = released + timedelta(minutes=11), released + timedelta(hours=9)
    letter.changed_at = letter.delivered_at
    return letter


def _held(one: HeldLetter, author: Participant, written: datetime) -> Letter:
    return _written(one, author, None, written)


def _writer(known: Friendships, key: str) -> Participant:
    return next(friends.people[key] for pair, friends in known.items() if key in pair)


async def _wait(db: AsyncSession, letter: Letter, *, at: Addresses, policy: Policy, drawn: bool) -> None:
    """The real screening, at the moment when the letter came in; `drawn` has a person look where nothing else does."""
    db.add(letter)
    await db.flush()
    await actions.screen_letter(
        db, letter.id, drawn=lambda _: drawn, at=at, policy=policy, now=letter.changed_at + timedelta(seconds=4)
    )
