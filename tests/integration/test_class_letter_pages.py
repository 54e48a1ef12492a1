"""Does a teacher see where every letter is, print the class's post, type in what was written by hand, and help whose
friend is silent?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_progress, paper_letters, reserve_letters
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Channel, Letter, LetterState
from penfriends.models.moderation import AuditEntry, Moderator
from penfriends.models.residents import Resident
from penfriends.models.schools import PaperYes
from penfriends.rules.whereabouts import Whereabouts, whereabouts
from tests import builders as b
from tests.support.desk import held
from tests.support.schools import Classes, classes
from tests.support.visits import Visit, visiting, words

NOW = b.NOW


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, who: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, who.sign_in_id, staff=True))


async def begun(visit: Visit) -> Classes:
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        at = await classes(db, now=now)
        await b.pupil(db, at.here, at.okafor, "Ben", initial="T", paper=PaperYes.NONE, now=now)
        await held(db, at.ava_writes, "I have a cat.", at=now - timedelta(hours=1))
        await b.letter(db, at.anton_writes, "Ich habe einen Hund.", at=now - timedelta(days=2), language="de")
    await sit_down(visit, at.okafor)
    return at


def test_every_state_of_a_letter_is_somewhere() -> None:
    for state in LetterState:
        found = whereabouts(state.value)
        left = {LetterState.DISCARDED, LetterState.WITHDRAWN, LetterState.UNCONFIRMED}
        assert (found is Whereabouts.NOT_BEGUN) == (state in left), state


async def test_the_list_says_where_each_letter_is(db: AsyncSession) -> None:
    at = await classes(db)
    (ava,) = await class_progress.of_class(db, at.here)
    assert (ava.ways[0].where, ava.silent, ava.ready) == (Whereabouts.NOT_BEGUN, True, False)
    hold, letter = await held(db, at.ava_writes)
    (ava,), (anton,) = await class_progress.of_class(db, at.here), await class_progress.of_class(db, at.there)
    assert ava.ways[0].where is Whereabouts.WITH_US
    assert (anton.ways[0].waits, anton.silent) == (0, True)
    hold.arriving = True
    db.add(hold)
    await db.flush()
    (ava,), (anton,) = await class_progress.of_class(db, at.here), await class_progress.of_class(db, at.there)
    assert (ava.ways[0].where, ava.ready) == (Whereabouts.WITH_THEM, True)
    assert (anton.ways[0].waits, anton.silent) == (1, False)
    (ava,) = await class_progress.of_class(db, at.here, since=NOW + timedelta(days=1))
    assert ava.ways[0].where is Whereabouts.NOT_BEGUN
    assert letter.state is LetterState.HELD


async def test_a_teacher_sees_the_own_class_and_nobody_else_s(visit: Visit) -> None:
    at = await begun(visit)
    said = words(await visit.get(f"/classes/{at.here.id}/letters"))
    assert "0 of 1 letter has left the class." in said
    assert "Waits for you" in said
    assert "Without a pen friend at the moment Ben T" in said
    for path in ("letters", "letters/set", "paper", "paper/sheets", "reserve"):
        assert (await visit.get(f"/classes/{at.here.id}/{path}")).status_code == 200, path
        assert (await visit.get(f"/classes/{at.there.id}/{path}")).status_code == 404, path
    await sit_down(visit, at.towns.ilse)
    assert (await visit.get(f"/classes/{at.here.id}/letters")).status_code == 404


async def test_R41_each_letter_on_a_printed_sheet_leaves_a_line(visit: Visit) -> None:
    at = await begun(visit)
    shown = await visit.get(f"/classes/{at.here.id}/letters/set?size=large")
    assert "Ich habe einen Hund." in words(shown)
    assert "p-set--large" in shown.text
    assert "I have a cat." not in words(await visit.get(f"/classes/{at.here.id}/letters/set?what=ours"))
    async with visit.database.reading() as db:
        seen = await db.exec(select(AuditEntry).where(AuditEntry.action == "view_letter"))
        assert [one.actor_id for one in seen] == [at.okafor.id]


async def test_a_letter_written_by_hand_comes_in_by_its_code(visit: Visit) -> None:
    at = await begun(visit)
    sheets = await visit.get(f"/classes/{at.here.id}/paper/sheets")
    code = re.search(r'class="strong num">([A-Z2-7]{6})<', sheets.text)
    assert code
    typed = f"{code[1][:3].lower()} {code[1][3:]}"
    found = await visit.post(f"/classes/{at.here.id}/paper", code=typed)
    assert found.headers["location"] == f"/classes/{at.here.id}/paper/{code[1]}"

    empty = await visit.post(found.headers["location"], title="Hi", text=" ", language="en")
    assert empty.status_code == 422
    assert 'value="Hi"' in empty.text
    done = await visit.post(found.headers["location"], title="", text="Dear Anton, by hand.", language="en")
    assert done.status_code == 303
    async with visit.database.reading() as db:
        letter = (await db.exec(select(Letter).where(Letter.channel == Channel.PAPER))).one()
    assert (letter.state, letter.author_id) == (LetterState.WRITTEN, at.ava_writes.id)


async def test_a_code_of_nobody_and_of_another_class_is_said_kindly(visit: Visit) -> None:
    at = await begun(visit)
    for code in ("AAAAAA", paper_letters.code_of(at.anton_writes.id, visit.settings.secret_key.encode())):
        answer = await visit.post(f"/classes/{at.here.id}/paper", code=code)
        assert answer.status_code == 422
        assert "No pupil of this class has a sheet with this code." in words(answer)


async def test_a_returned_paper_letter_is_typed_anew(db: AsyncSession) -> None:
    at = await classes(db)
    first = await paper_letters.type_in(db, at.ava_writes, title="", text="Hello.", language="en", now=NOW)
    first.state = LetterState.RETURNED
    db.add(first)
    await db.flush()
    again = await paper_letters.type_in(db, at.ava_writes, title="", text="Hello, friend.", language="en", now=NOW)
    assert (again.id, again.state, again.kept_text) == (first.id, LetterState.WRITTEN, "Hello, friend.")


async def test_a_reserve_letter_goes_to_one_pupil_of_the_class(visit: Visit) -> None:
    at = await begun(visit)
    url = f"/classes/{at.there.id}/reserve"
    await sit_down(visit, at.weber)
    await visit.post(url, title="Storks", text="On our roof lives a stork.", language="de")
    shown = await visit.get(url)
    assert "Storks" in shown.text
    give = re.search(r'action="([^"]+/gift)"', shown.text)
    assert give
    assert (await visit.post(give[1], pupil=str(at.ava.resident_id))).status_code == 404
    await visit.post(give[1], pupil=str(at.anton.resident_id))
    assert "Given to Anton K" in words(await visit.get(url))
    async with visit.database.reading() as db:
        assert [one.title for one in await reserve_letters.of_pupil(db, at.anton.resident_id)] == ["Storks"]
        pupil = await db.get_one(Resident, at.anton.resident_id)
    async with visit.database.transaction() as db:
        assert pupil.sign_in_id
        visit.sign_in(await b.session(db, pupil.sign_in_id))
    assert "A letter from your teacher’s drawer. It is not from your pen friend" in words(await visit.get("/pupil"))


async def test_a_reserve_letter_is_given_once_and_only_by_teachers_of_the_class(db: AsyncSession) -> None:
    at = await classes(db)
    ben = await b.pupil(db, at.here, at.okafor, "Ben")
    row = await reserve_letters.add(db, at.here.id, at.okafor, title="", text="A story.", language="en", now=NOW)
    with pytest.raises(NotFound):
        await reserve_letters.give(db, row.id, ben.resident_id, at.weber, now=NOW)
    await reserve_letters.give(db, row.id, ben.resident_id, at.okafor, now=NOW)
    for again in (
        reserve_letters.give(db, row.id, at.ava.resident_id, at.okafor, now=NOW),
        reserve_letters.drop(db, row.id, at.okafor),
    ):
        with pytest.raises(Refused) as refused:
            await again
        assert refused.value.refusal is Refusal.ALREADY_DECIDED
