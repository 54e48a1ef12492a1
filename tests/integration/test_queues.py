"""Does a desk show only what its moderator may judge? (rules R17, R18)"""

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import holds, queues, remit
from penfriends.models.letters import LetterState
from penfriends.models.matching import Match, MatchSide
from penfriends.models.moderation import Moderator
from penfriends.rules.bands import Band
from tests import builders
from tests.builders import NOW


async def two_pairs(db: AsyncSession) -> tuple[Moderator, dict[str, object]]:
    """Two correspondences of four towns, a letter held in each, a match proposed in each; a moderator of the first."""
    made: dict[str, object] = {}
    first = await builders.town(db)
    for which, home in (("own", first), ("foreign", await builders.town(db))):
        abroad = await builders.town(db, twin=home)
        one, other = await builders.adult(db, home), await builders.adult(db, abroad)
        author, _ = await builders.correspondence(db, one, other)
        letter = await builders.letter(db, author, state=LetterState.WRITTEN)
        made[f"{which} hold"] = (await holds.hold(db, letter, ["first_letters"], urgent=False, now=NOW)).id
        match = Match(band=Band.ADULT, proposed_at=NOW)
        db.add(match)
        await db.flush()
        for person in (await builders.adult(db, home), await builders.adult(db, abroad)):
            db.add(MatchSide(match_id=match.id, resident_id=person.id, band=Band.ADULT, open_band=Band.ADULT))
        made[f"{which} match"] = match.id
    await db.flush()
    return await builders.moderator(db, first.association_id), made


async def test_R18_a_queue_holds_nothing_of_another_association(db: AsyncSession) -> None:
    moderator, made = await two_pairs(db)
    desk = await remit.desk_of(db, moderator, now=NOW)
    assert [one.hold.id for one in await queues.letters(db, desk, now=NOW)] == [made["own hold"]]
    assert [one.match.id for one in await queues.matches(db, desk, now=NOW)] == [made["own match"]]
    assert await queues.counts(db, desk, now=NOW) == {"letters": 1, "matches": 1, "reports": 0}
