"""Do the pages of a round show what is there, to whom it belongs, and no child in a number?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from penfriends.actions import round_runs
from penfriends.models.matching import MatchRound, RoundState, RoundStep
from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.residents import Consent
from tests import builders as b
from tests.support.desk import Twins, twins
from tests.support.rounds import befriended, draft
from tests.support.visits import Visit, visiting, words


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, moderator: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, moderator.sign_in_id, staff=True))


async def a_draft(visit: Visit) -> tuple[Twins, UUID]:
    """Tom and Lotte, Arthur and Henk are proposed; Beryl writes French only, four children nobody fits."""
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        twin = await twins(db, now=now)
        ten = date(now.year - 10, 1, 2)
        sixteen = date(now.year - 16, 1, 2)
        await b.child(db, twin.here, "Tom", born=ten)
        await b.child(db, twin.there, "Lotte", born=ten)
        await b.adult(db, twin.here, "Arthur")
        await b.adult(db, twin.there, "Henk")
        await b.adult(db, twin.here, "Beryl", languages=("fr",))
        for name in ("Una", "Vic"):
            await b.child(db, twin.here, name, born=sixteen)
        for name in ("Ina", "Jan", "Kai"):
            await b.child(db, twin.there, name, born=date(now.year - 13, 1, 2), languages=("de",))
        for row in await db.exec(select(Consent)):
            row.expires_at = now + timedelta(days=300)
            db.add(row)
        made = await draft(db, twin.ilse, now=now)
    await sit_down(visit, twin.ilse)
    return twin, made.id


async def test_the_draft_shows_pairs_with_reasons_and_leaves_a_line_that_names_the_children(visit: Visit) -> None:
    _twin, round_id = await a_draft(visit)
    shown = words(await visit.get(f"/desk/rounds/{round_id}"))
    for said in ("Tom", "Lotte", "Arthur", "Henk", "Both like: ", "points"):
        assert said in shown
    async with visit.database.reading() as db:
        lists = await db.exec(select(AuditEntry).where(AuditEntry.action == "view_list"))
        assert [len(one.details["children"]) for one in lists] == [2]
    only = words(await visit.get(f"/desk/rounds/{round_id}?band=child&sort=waiting&town=thetford&page=1"))
    assert "Tom" in only
    assert "Arthur" not in only
    none = await visit.get(f"/desk/rounds/{round_id}?twins=on&page=banana&band=%27")
    assert none.status_code == 200


async def test_R18_R38_others_find_no_such_round_and_who_is_not_vetted_no_child(visit: Visit) -> None:
    twin, round_id = await a_draft(visit)
    async with visit.database.transaction() as db:
        nora = await b.moderator(db, twin.here.association_id, "Nora", vetted=False)
    await sit_down(visit, twin.uli)
    for path in ("", "/progress", "/publication", "/unmatched", "/shortage"):
        assert (await visit.get(f"/desk/rounds/{round_id}{path}")).status_code == 404
    for path in ("/again", "/drop", "/publication"):
        assert (await visit.post(f"/desk/rounds/{round_id}{path}")).status_code == 404
    await sit_down(visit, nora)
    for path in ("", "/unmatched"):
        shown = words(await visit.get(f"/desk/rounds/{round_id}{path}"))
        assert not re.search(r"\b(Tom|Lotte|Una|Vic)\b", shown)
    assert "Beryl" in shown


async def test_who_got_nobody_stands_with_the_reason_and_what_would_help(visit: Visit) -> None:
    _twin, round_id = await a_draft(visit)
    shown = words(await visit.get(f"/desk/rounds/{round_id}/unmatched"))
    assert "Beryl" in shown
    assert "Nobody who waits writes the same language." in shown
    assert "Would be possible if they wrote some English." in shown
    assert "Ina" not in shown, "of another town"


async def test_who_has_a_friend_and_got_no_further_one_stands_in_a_section_of_its_own(visit: Visit) -> None:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        twin = await twins(db, now=now)
        arthur, henk = await b.adult(db, twin.here, "Arthur"), await b.adult(db, twin.there, "Henk")
        await b.adult(db, twin.here, "Beryl", languages=("fr",))
        arthur.capacity = 2
        await befriended(db, arthur, henk)
        made = await draft(db, twin.ilse, now=now)
    await sit_down(visit, twin.ilse)
    first, _, second = words(await visit.get(f"/desk/rounds/{made.id}/unmatched")).partition("one more friend")
    assert "Beryl" in first
    assert "Arthur" not in first
    assert "Arthur" in second
    assert "Beryl" not in second


async def test_R18_on_the_sheet_are_numbers_only_and_none_below_three_children(visit: Visit) -> None:
    _twin, round_id = await a_draft(visit)
    page = await visit.get(f"/desk/rounds/{round_id}/shortage")
    shown = words(page)
    assert not re.search(r"\b(Beryl|Una|Vic|Ina|Jan|Kai)\b", shown)
    assert "Thetford lacks 3 aged 13–14 who write German." in shown
    assert "English (fewer than 3)" in shown
    assert "English (2)" not in shown
    assert "French (1)" in shown
    assert shown.count("Thetford") > 0


async def test_a_running_round_tells_how_far_it_is_and_the_page_looks_again(visit: Visit) -> None:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        twin = await twins(db, now=now)
    await sit_down(visit, twin.ilse)
    started = await visit.post("/desk/rounds")
    address = started.headers["location"]
    page = await visit.get(address)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.text
    assert "It begins in a moment." in words(page)
    round_id = UUID(address.rpartition("/")[2])
    progress = round_runs.Progress(RoundStep.SOLVING, people=400, possible=1234)
    async with visit.database.transaction() as db:
        await round_runs.beat(db, round_id, progress, now=now)
    part = await visit.get(f"{address}/progress?seen=asked")
    assert "400 people wait. 1,234 possible pairs." in words(part)
    assert (await visit.get(f"{address}/progress?seen=solving")).status_code == 204
    assert (await visit.post("/desk/rounds")).status_code == 409
    async with visit.database.transaction() as db:
        await round_runs.fail(db, round_id, "died", now=now)
    assert (await visit.get(f"{address}/progress?seen=solving")).headers["hx-refresh"] == "true"
    failed = words(await visit.get(address))
    assert "Nothing was lost and nobody was told" in failed
    assert (await visit.post(f"{address}/again")).status_code == 303
    async with visit.database.reading() as db:
        assert (await db.get_one(MatchRound, round_id)).state is RoundState.RUNNING


async def test_a_never_without_a_reason_asks_for_one(visit: Visit) -> None:
    _twin, round_id = await a_draft(visit)
    page = await visit.get(f"/desk/rounds/{round_id}")
    found = re.search(r"/desk/rounds/[0-9a-f-]+/pairs/[0-9a-f-]+/never", page.text)
    assert found is not None
    assert (await visit.post(found[0], reason=" ")).status_code == 422
    assert (await visit.post(found[0], reason="Neighbours.")).status_code == 303
    assert "Neighbours." in words(await visit.get(f"/desk/rounds/{round_id}"))
