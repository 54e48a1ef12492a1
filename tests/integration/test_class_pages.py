"""What does a teacher see after signing in, and what does nobody else?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import classes
from penfriends.errors import NotFound
from penfriends.models.schools import PaperYes
from tests import builders as b
from tests.support.schools import classes as two_classes
from tests.support.site import Site, running


@pytest.fixture
async def site(fresh_database: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with running(fresh_database, "", tmp_path) as opened:
        yield opened


async def test_a_teacher_s_own_classes_and_what_is_next_for_each(db: AsyncSession) -> None:
    at = await two_classes(db)
    (card,) = await classes.cards(db, at.okafor)
    assert (card.row.id, card.pupils, card.missing, card.waiting) == (at.here.id, 1, 0, 0)
    assert [one.row.id for one in card.friends] == [at.there.id]
    assert card.next_step is classes.NextStep.NOTHING

    await b.pupil(db, at.here, at.okafor, "Leo", paper=PaperYes.NONE)
    assert (await classes.card(db, at.here.id, at.okafor)).next_step is classes.NextStep.CONSENTS

    empty, carver = await b.school_class(db, at.towns.here, "Year 6", teacher="Mrs Carver")
    assert (await classes.card(db, empty.id, carver)).next_step is classes.NextStep.PUPILS
    await b.pupil(db, empty, carver, "Mia")
    assert (await classes.card(db, empty.id, carver)).next_step is classes.NextStep.PARTNER


async def test_R18_another_s_class_is_not_there(db: AsyncSession) -> None:
    at = await two_classes(db)
    with pytest.raises(NotFound):
        await classes.card(db, at.there.id, at.okafor)


async def test_the_pages_of_a_class_are_its_teacher_s(site: Site) -> None:
    async with site.database.transaction() as db:
        at = await two_classes(db)
        await b.pupil(db, at.here, at.okafor, "Leo", paper=PaperYes.NONE)
        okafor = await b.session(db, at.okafor.sign_in_id, staff=True)
        weber = await b.session(db, at.weber.sign_in_id, staff=True)
        ilse = await b.moderator(db, at.okafor.association_id, "Ilse", now=datetime.now(UTC))
        moderator = await b.session(db, ilse.sign_in_id, staff=True)
    async with httpx.AsyncClient(base_url=site.url) as client:
        mine = {"cookie": f"session={okafor}"}
        assert "6B" in (await client.get("/classes", headers=mine)).text
        shown = await client.get(f"/classes/{at.here.id}", headers=mine)
        assert shown.status_code == 200
        assert "5a" in shown.text
        assert f"/classes/{at.here.id}/pupils/consents" in shown.text
        for other in (weber, moderator):
            answer = await client.get(f"/classes/{at.here.id}", headers={"cookie": f"session={other}"})
            assert answer.status_code == 404
        assert (await client.get("/classes")).headers["location"].startswith("/staff/sign-in")
