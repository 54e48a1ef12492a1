"""Do the matches of a round stand in the database as any other, with their reasons?"""

import json
from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import explained, rounds, storing, world
from penfriends.models.matching import Match, MatchRound, MatchSide, MatchState
from penfriends.rules.bands import Band
from tests import builders as b
from tests.support.desk import twins


async def test_what_is_put_in_as_plain_rows_is_read_as_objects(db: AsyncSession) -> None:
    twin = await twins(db)
    for town in (twin.here, twin.there):
        await b.adult(db, town, likes=("chess", "bees"))
        await b.child(db, town, born=date(2013, 3, 2))
    seen = await world.load(db, now=b.NOW)
    found = rounds.worked_out(seen, b.NOW.date())
    assert {one.band for one in found.proposals} == set(Band)
    row = MatchRound(started_at=b.NOW)
    db.add(row)
    await db.flush()
    await storing.put(db, row.id, storing.made_ready(seen, found), now=b.NOW)
    waited = {str(one.uid): one.waiting_days for one in seen.seekers}
    for one in found.proposals:
        sides = {side.resident_id: side for side in await db.exec(select(MatchSide).where(MatchSide.band == one.band))}
        assert sides.keys() == {one.first, one.second}
        first, second = sides[one.first], sides[one.second]
        assert (first.open_band, first.answer, first.match_id) == (one.band, None, second.match_id)
        match = await db.get_one(Match, first.match_id)
        assert (match.round_id, match.band, match.state) == (row.id, one.band, MatchState.PROPOSED)
        assert (match.score, match.proposed_at, match.approved_at) == (one.explanation.total, b.NOW, None)
        of_two = {str(uid): waited[str(uid)] for uid in (one.first, one.second)}
        assert match.explanation == json.loads(json.dumps(explained.stored(one, waiting=of_two)))
