"""What lies on the moderators' desks in the demo: matches to judge, a report, a question, mail that went wrong?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible, matching, reports, round_drafts, world
from penfriends.actions.addresses import Addresses, Policy
from penfriends.actions.blobs import keep
from penfriends.actions.round_drafts import Reading
from penfriends.demo.letters import held_letters, threads
from penfriends.demo.load_letters import Friendship, Friendships
from penfriends.errors import Refused
from penfriends.ids import alias_local_part
from penfriends.models.delivery import Delivery, DeliveryKind, DeliveryState, RawMail, RawMailState, TeamMessage
from penfriends.models.letters import Letter, LetterState
from penfriends.models.matching import Match, MatchRound, MatchState
from penfriends.models.moderation import Moderator
from penfriends.models.places import Association
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band

ASKED = {Band.ADULT: 3, Band.CHILD: 2}
"""So many proposals of each band have been approved already, and wait for the two people's answers."""

QUARANTINED = b"""From: "A friend" <somebody@elsewhere.example>\r
To: undisclosed-recipients:;\r
Subject: =?utf-8?q?Your_parcel?=\r
Message-ID: <parcel@elsewhere.example>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
\r
Your parcel is waiting. Please open the attached form.\r
"""


async def proposals(db: AsyncSession, *, at: Addresses, policy: Policy, now: datetime) -> None:
    """A real round of two days ago; a few of its matches have been approved by those who may."""
    await _batch(db, now=now - timedelta(days=2))
    for band, wanted in ASKED.items():
        found = await db.exec(
            select(Match.id)
            .where(Match.state == MatchState.PROPOSED, Match.band == band)
            .order_by(col(Match.score).desc(), col(Match.id))
        )
        asked = 0
        for match_id in found.all():
            asked += await _approved(db, match_id, at=at, policy=policy, now=now - timedelta(days=1))
            if asked == wanted:
                break


async def _batch(db: AsyncSession, *, now: datetime) -> None:
    """The weekly round of that day, over those who waited then; who joined later is left for a moderator to match."""
    there = set(await db.exec(select(Resident.id).where(col(Resident.waiting_since) <= now)))
    seen = await world.load(db, now=now)
    seen = replace(seen, seekers=tuple(one for one in seen.seekers if one.uid in there))
    reading = Reading(seen, seen, frozenset(), True, frozenset(), frozenset())
    row = MatchRound(started_at=now)
    db.add(row)
    await db.flush()
    await round_drafts.keep(db, row, reading, round_drafts.worked_out(reading, now.date()), now=now)


async def _approved(db: AsyncSession, match_id: UUID, *, at: Addresses, policy: Policy, now: datetime) -> bool:
    """Everybody who may judge it says yes until it is enough. False if those are too few: it stays on the desk."""
    sides = await matching.residents_of(db, match_id)
    for moderator in await _who_may(db, sides):
        try:
            match = await matching.approve(db, match_id, moderator, at=at, policy=policy, now=now)
        except Refused:
            continue
        if match.state is MatchState.APPROVED:
            return True
    return False


async def _who_may(db: AsyncSession, sides: Sequence[Resident]) -> list[Moderator]:
    """One of each association that has a part in it, then the others."""
    homes = await eligible.associations_with_children_readers(db, sides)
    found = await db.exec(
        select(Moderator)
        .where(col(Moderator.association_id).in_(homes))
        .order_by(col(Moderator.role), col(Moderator.id))
    )
    everybody = list(found)
    first = {one.association_id: one for one in reversed(everybody)}
    return [*first.values(), *(one for one in everybody if first[one.association_id] is not one)]


async def troubles(db: AsyncSession, known: Friendships, *, at: Addresses, now: datetime) -> None:
    """A report, a question to the team, a mail that nobody should open, a delivery that failed and one unsure."""
    busy = {one.by for one in held_letters()} | {
        letter.by for thread in threads() for letter in thread.letters if letter.state is LetterState.HELD
    }
    quiet = [known[frozenset(one.people)] for one in threads() if not busy & set(one.people)]
    await _report(db, quiet[0], now=now - timedelta(hours=7))
    await _failed(db, quiet[-1], DeliveryState.FAILED, at=at, now=now - timedelta(days=1))
    await _failed(db, quiet[-2], DeliveryState.UNSURE, at=at, now=now - timedelta(hours=20))
    await _question(db, now=now - timedelta(hours=26))
    await _quarantined(db, quiet[-1], now=now - timedelta(hours=3))


async def _last(db: AsyncSession, friends: Friendship) -> Letter:
    found = await db.exec(
        select(Letter)
        .where(Letter.correspondence_id == friends.correspondence.id, Letter.state == LetterState.DELIVERED)
        .order_by(col(Letter.created_at).desc())
    )
    return found.all()[0]


def _reader(friends: Friendship, letter: Letter) -> UUID:
    return next(one.id for one in friends.people.values() if one.id != letter.author_id)


async def _report(db: AsyncSession, friends: Friendship, *, now: datetime) -> None:
    letter = await _last(db, friends)
    await reports.report(
        db,
        _reader(friends, letter),
        letter_id=letter.id,
        kind="unsure",
        text="I am not sure whether this matters. The letters have become a little too personal for me.",
        now=now,
    )


async def _failed(db: AsyncSession, friends: Friendship, state: DeliveryState, *, at: Addresses, now: datetime) -> None:
    letter = await _last(db, friends)
    refused = state is DeliveryState.FAILED
    row = Delivery(
        kind=DeliveryKind.LETTER,
        letter_id=letter.id,
        participant_id=_reader(friends, letter),
        content_hash=letter.content_hash,
        state=state,
        due_at=now,
        attempt=1,
        message_id=at.message_id(f"l-{alias_local_part()}"),
        first_try_at=now,
        last_code=550 if refused else None,
        last_text="5.1.1 mailbox unknown" if refused else "",
        created_at=now,
    )
    if not refused:
        letter.state, letter.delivered_at = LetterState.UNSURE, None
        db.add(letter)
    db.add(row)
    await db.flush()


async def _question(db: AsyncSession, *, now: datetime) -> None:
    home = (await db.exec(select(Association).where(Association.slug == "thetford"))).one()
    db.add(
        TeamMessage(
            association_id=home.id,
            subject="A question about stamps",
            text="Dear team, my grandson would like to send a drawing with his letter. May he? Kind regards",
            created_at=now,
        )
    )
    await db.flush()


async def _quarantined(db: AsyncSession, friends: Friendship, *, now: datetime) -> None:
    writer = next(iter(friends.people.values()))
    db.add(
        RawMail(
            participant_id=writer.id,
            envelope_from="somebody@elsewhere.example",
            envelope_to="unknown@letters.penfriends.example",
            blob_sha256=await keep(db, QUARANTINED, now=now),
            state=RawMailState.QUARANTINED,
            reason="too_many_parts",
            received_at=now,
            handled_at=now,
        )
    )
    await db.flush()
