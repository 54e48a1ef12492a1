"""Can a moderator write to somebody of the own towns, never to a child, and give nobody's address away?"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import desk_words, dispatch
from penfriends.actions.held import more_about
from penfriends.clock import utc_now
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import AuditEntry, Conflict, Decision, Verb
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.support.desk import Twins, adults, twins
from tests.support.visits import Visit, faults, visiting, words

TEXT = "Dear Arthur,\n\nHenk’s letters wait for a reader of Polish.\n\nIt takes a week."


@pytest.fixture
async def twin(db: AsyncSession) -> Twins:
    return await twins(db)


async def sent(db: AsyncSession) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == "team_words")))


async def test_it_leaves_from_the_team_names_no_moderator_and_is_kept_once(db: AsyncSession, twin: Twins) -> None:
    arthur = await b.adult(db, twin.here, "Arthur")
    for _pressed in range(2):
        assert await desk_words.write(db, arthur.id, twin.ilse, text=TEXT, at=b.AT, now=b.NOW)
    [delivery] = await sent(db)
    claim = await dispatch.claim(db, delivery.id, at=b.AT, now=b.NOW)
    assert claim is not None
    mail = claim.raw.decode()
    assert (delivery.sign_in_id, "auto-generated" in mail, "Ilse" in mail) == (arthur.sign_in_id, False, False)
    assert "It takes a week." in mail
    [kept] = await db.exec(select(Decision).where(Decision.verb == Verb.WRITE))
    assert (kept.moderator_id, kept.subject_id, kept.note) == (twin.ilse.id, arthur.id, TEXT)
    [noted] = await db.exec(select(AuditEntry).where(AuditEntry.action == "write_to_resident"))
    assert (noted.subject_id, TEXT in str(noted.details)) == (arthur.id, False)
    own = await more_about(db, arthur, await db.get(SignIn, arthur.sign_in_id))
    assert own["written_by_the_team"] == [{"at": b.NOW.isoformat(), "text": TEXT}]
    later = b.NOW + timedelta(hours=1)
    assert await desk_words.write(db, arthur.id, twin.marta, text=TEXT, at=b.AT, now=later)
    assert len(await sent(db)) == 2


async def test_R43_words_about_a_child_go_to_the_guardian_alone(db: AsyncSession, twin: Twins) -> None:
    tom = await b.child(db, twin.here, "Tom", guardian_email="ann@example.org")
    tom.sign_in_id = (await b.sign_in(db, "tom@example.org")).id
    assert await desk_words.write(db, tom.id, twin.ilse, text="All is well.", at=b.AT, now=b.NOW)
    [delivery] = await sent(db)
    guardian = await db.get_one(Guardian, tom.guardian_id)
    assert (delivery.sign_in_id, delivery.payload["child"]) == (guardian.sign_in_id, "Tom")
    assert (await more_about(db, tom, await db.get(SignIn, tom.sign_in_id)))["written_by_the_team"] == []
    tom.guardian_id = None
    assert (await desk_words.addressee(db, tom.id, twin.ilse, now=b.NOW)).mailbox is None
    with pytest.raises(NotFound):
        await desk_words.write(db, tom.id, twin.ilse, text="Dear Tom", at=b.AT, now=b.NOW)


async def test_neither_the_own_address_nor_that_of_a_friend_leaves(db: AsyncSession, twin: Twins) -> None:
    mine, other = await adults(db, twin)
    henk = await db.get_one(Resident, other.resident_id)
    for who in (twin.ilse.sign_in_id, henk.sign_in_id):
        address = (await db.get_one(SignIn, who)).email or ""
        text = f"Write to {address.upper()}"
        assert not await desk_words.write(db, mine.resident_id, twin.ilse, text=text, at=b.AT, now=b.NOW)
    assert await sent(db) == []


async def test_R17_R18_R38_only_people_whom_one_may_judge(db: AsyncSession, twin: Twins) -> None:
    arthur, henk = await b.adult(db, twin.here, "Arthur"), await b.adult(db, twin.there, "Henk")
    with pytest.raises(NotFound):
        await desk_words.write(db, henk.id, twin.ilse, text=TEXT, at=b.AT, now=b.NOW)
    unchecked = await b.moderator(db, twin.here.association_id, "Sam", vetted=False)
    with pytest.raises(Refused) as refused:
        await desk_words.addressee(db, (await b.child(db, twin.here)).id, unchecked, now=b.NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING
    db.add(Conflict(moderator_id=twin.ilse.id, resident_id=arthur.id, declared_at=b.NOW))
    await db.flush()
    with pytest.raises(Refused):
        await desk_words.write(db, arthur.id, twin.ilse, text=TEXT, at=b.AT, now=b.NOW)
    assert await sent(db) == []


@pytest.fixture
async def desk(fresh_sqlite: str) -> AsyncIterator[tuple[Visit, Resident, Resident]]:
    """The desk of Ilse, with Arthur and Tom among her people."""
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            twin = await twins(db, now=utc_now())
            people = await b.adult(db, twin.here, "Arthur"), await b.child(db, twin.here, "Tom")
            visit.sign_in(await b.session(db, twin.ilse.sign_in_id, staff=True))
        await visit.greet()
        yield visit, *people


async def test_the_page_of_a_person_leads_to_a_message_and_shows_it_afterwards(
    desk: tuple[Visit, Resident, Resident],
) -> None:
    visit, arthur, tom = desk
    base = f"/desk/people/{arthur.id}"
    assert f'href="{base}/words"' in (await visit.get(base)).text
    assert "Write to Arthur" in words(await visit.get(f"{base}/words"))
    empty = await visit.post(f"{base}/words", text=" ")
    assert (empty.status_code, faults(empty)) == (422, ["Please write a message."])
    assert (await visit.post(f"{base}/words", text=TEXT)).headers["location"] == base
    assert "Wrote a message" in words(await visit.get(base))
    assert "It takes a week." in words(await visit.get(base))
    seen = words(await visit.get(f"/desk/people/{tom.id}/words"))
    assert "Only the guardian gets it" in seen
