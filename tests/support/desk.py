"""What do tests of the desk start from? Two towns with their moderators, a held letter, a proposed match."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import explained, holds, world
from penfriends.models.letters import Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchSide
from penfriends.models.moderation import Hold, Moderator, Role
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.proposals import Proposal
from penfriends.rules.score import explain
from penfriends.rules.screening import screen
from tests import builders as b


@dataclass(frozen=True, slots=True)
class Twins:
    """Thetford and Hürth: in each a lead and a deputy, so that children may take part (rule R46)."""

    here: Town
    there: Town
    ilse: Moderator
    marta: Moderator
    uli: Moderator
    ewa: Moderator


async def twins(db: AsyncSession, *, now: datetime = b.NOW) -> Twins:
    here = await b.town(db, "Thetford")
    there = await b.town(db, "Hürth", country="DE", language="de", zone="Europe/Berlin", twin=here)
    return Twins(
        here,
        there,
        await b.moderator(db, here.association_id, "Ilse", role=Role.LEAD, now=now),
        await b.moderator(db, here.association_id, "Marta", role=Role.DEPUTY, now=now),
        await b.moderator(db, there.association_id, "Uli", role=Role.LEAD, now=now),
        await b.moderator(db, there.association_id, "Ewa", role=Role.DEPUTY, now=now),
    )


async def children(db: AsyncSession, twin: Twins) -> tuple[Participant, Participant]:
    """Tom and Lotte, who write to each other."""
    tom = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    lotte = await b.child(db, twin.there, "Lotte", born=date(2013, 4, 1))
    return await b.correspondence(db, tom, lotte)


async def adults(db: AsyncSession, twin: Twins) -> tuple[Participant, Participant]:
    """Arthur and Henk, who write to each other."""
    arthur = await b.adult(db, twin.here, "Arthur")
    return await b.correspondence(db, arthur, await b.adult(db, twin.there, "Henk"))


async def held(
    db: AsyncSession,
    author: Participant,
    text: str = "Dear friend,\n\nhow are you?",
    *,
    urgent: bool = False,
    at: datetime = b.NOW,
) -> tuple[Hold, Letter]:
    """A letter that waits for a moderator, with what the screen finds in it."""
    letter = await b.letter(db, author, text, state=LetterState.HELD, at=at)
    letter.findings = [asdict(one) for one in screen(text, band=author.band, language="en")]
    reason = "child" if author.band is Band.CHILD else "first_letters"
    return await holds.hold(db, letter, [reason], urgent=urgent, now=at), letter


async def proposed(db: AsyncSession, one: Resident, other: Resident, *, now: datetime = b.NOW) -> Match:
    """A proposed match of two residents with its explanation, as a round stores it."""
    seen = await world.pair_world(db, one.id, other.id, now=now)
    people = {seeker.uid: seeker for seeker in seen.seekers}
    told = explain(people[one.id], people[other.id], seen, now.date())
    proposal = Proposal(one.id, other.id, one.band, 0, told.total, told, ())
    row = Match(
        band=one.band, proposed_at=now, score=told.total, explanation=explained.stored(proposal, waiting={})
    )  # fmt: skip
    db.add(row)
    await db.flush()
    for side in (one, other):
        db.add(MatchSide(match_id=row.id, resident_id=side.id, band=row.band, open_band=row.band))
    await db.flush()
    return row
