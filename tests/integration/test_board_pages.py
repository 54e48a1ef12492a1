"""Does the page of a pairing board let two teachers do it all without a script, and tell whoever comes too late?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from penfriends.actions import pupils
from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.pairings import Couple, Pairing, PairingState
from penfriends.models.schools import PaperYes
from tests import builders as b
from tests.support.boards import Scene, scene
from tests.support.visits import Visit, visiting, words


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, teacher: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, teacher.sign_in_id, staff=True))


async def a_board(visit: Visit, *sizes: int) -> tuple[Scene, str]:
    async with visit.database.transaction() as db:
        at = await scene(db, *sizes, now=datetime.now(UTC))
    await sit_down(visit, at.first.teacher)
    return at, f"/pairings/{at.pairing.id}/board"


async def test_two_teachers_partner_change_and_agree(visit: Visit) -> None:
    at, base = await a_board(visit, 4, 3)
    empty = words(await visit.get(base))
    assert "1 pupil of 5a has more than one partner. 0 have volunteered. 1 is to be appointed." in empty
    assert "Pan Nowak says who." in empty
    assert (await visit.post(f"{base}/suggestion", version="0")).status_code == 303
    shown = words(await visit.get(base))
    assert "Group of three" in shown
    assert "A01 K" in shown
    assert "Send to Pan Nowak" in shown

    assert (await visit.post(f"{base}/agreement", version="1")).status_code == 303
    await sit_down(visit, at.second.teacher)
    assert "Agree to these pairs" in words(await visit.get(base))
    await visit.post(f"{base}/agreement", version="1")
    async with visit.database.reading() as db:
        assert (await db.get_one(Pairing, at.pairing.id)).state is PairingState.RUNNING
        assert all(one.correspondence_id for one in await db.exec(select(Couple)))
    printed = words(await visit.get(f"{base}/print"))
    for said in ("6B , Thetford – 5a", "A01 K", "B03 K"):
        assert said in printed


async def test_another_partner_is_chosen_from_a_list_and_what_becomes_of_the_others_is_said(visit: Visit) -> None:
    at, base = await a_board(visit, 3, 3)
    await visit.post(f"{base}/suggestion", version="0")
    pupil = at.first.pupils[0].resident_id
    page = await visit.get(f"{base}/0/{pupil}")
    to = re.findall(r'<option value="([0-9a-f-]{36})"', page.text)[0]
    shown = words(await visit.get(f"{base}/0/{pupil}?to={to}"))
    for said in ("They swap", "They share", "then waits for a pen friend", "now:", "no longer:"):
        assert said in shown
    old = {"version": "0", "to": to, "instead_of": _instead(page.text), "how": "swap"}
    late = await visit.post(f"{base}/0/{pupil}", **old)
    assert late.status_code == 409
    assert "nothing was done" in words(late)
    assert f'<option value="{to}" selected' in late.text
    assert (await visit.post(f"{base}/0/{pupil}", **{**old, "version": "1"})).status_code == 303

    stale = await visit.post(f"{base}/agreement", version="1")
    assert stale.status_code == 409
    assert "You have changed 2 pairs." in words(stale)
    await sit_down(visit, at.second.teacher)
    other = await visit.post(f"{base}/suggestion", version="1")
    assert "Ms Okafor has changed 2 pairs." in words(other)


def _instead(text: str) -> str:
    found = re.search(r'name="instead_of" value="([0-9a-f-]{36})"', text)
    assert found
    return found.group(1)


async def test_wishes_are_said_to_the_own_teacher_and_only_counted_for_the_other(visit: Visit) -> None:
    at, base = await a_board(visit, 2, 2)
    one = at.first.pupils[0].resident_id
    for other in at.second.pupils:
        sent = {"kind": "apart", "one": str(one), "other": str(other.resident_id)}
        assert (await visit.post(f"{base}/wishes", **sent)).status_code == 303
    assert "A01 K and B01 K not in one group" in words(await visit.get(f"{base}/wishes"))
    assert (await visit.post(f"{base}/wishes", kind="apart", one=str(one), other="")).status_code == 422
    refused = await visit.post(f"{base}/suggestion", version="0")
    assert refused.status_code == 409
    assert "These wishes cannot all be kept" in words(refused)
    async with visit.database.reading() as db:
        lines = await db.exec(select(AuditEntry).where(AuditEntry.action == "view_list"))
        assert lines.all()[0].details["children"] == sorted(str(one.resident_id) for one in at.second.pupils)

    await sit_down(visit, at.second.teacher)
    seen = words(await visit.get(f"{base}/wishes"))
    assert "2 wishes of other teachers’" in seen
    assert "not in one group" not in seen.replace("Not in one group", "")
    blamed = words(await visit.post(f"{base}/suggestion", version="0"))
    assert "A wish of Ms Okafor cannot be kept together with the others." in blamed


async def test_R08_the_other_teacher_sees_initials_until_a_guardian_has_said_yes(visit: Visit) -> None:
    at, base = await a_board(visit, 2, 2)
    async with visit.database.transaction() as db:
        pupil = await db.merge(at.first.pupils[0])
        of, teacher = await db.merge(at.first.of), await db.merge(at.first.teacher)
        await pupils.attest(db, pupil, of, teacher, PaperYes.NONE, now=datetime.now(UTC))
    await visit.post(f"{base}/suggestion", version="0")
    mine = words(await visit.get(base))
    assert "A01 K" in mine
    assert "a guardian’s yes is missing" in mine
    await sit_down(visit, at.second.teacher)
    theirs = words(await visit.get(base))
    assert "A01" not in theirs
    assert "A. K" in theirs


async def test_R18_a_foreign_teacher_finds_none_of_these_pages(visit: Visit) -> None:
    at, base = await a_board(visit, 2, 2)
    async with visit.database.transaction() as db:
        _, stranger = await b.school_class(db, await db.merge(at.home), "8d", teacher="Mr Reed", now=datetime.now(UTC))
    await sit_down(visit, stranger)
    for path in ("", "/wishes", "/print", f"/0/{at.first.pupils[0].resident_id}"):
        assert (await visit.get(f"{base}{path}")).status_code == 404
    for path in ("/suggestion", "/agreement", "/lock", "/pupils", "/wishes/circles"):
        assert (await visit.post(f"{base}{path}", version="0")).status_code == 404
