"""Does the sign-up work without a script, keep what was typed, and look the same for known and unknown addresses?"""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from penfriends.models.moderation import Role
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from tests import builders as b
from tests.support.visits import Visit, faults, visiting, words

TODAY_IS_AFTER = 2026


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            home = await b.town(db, "Thetford")
            await b.town(db, "Skawina", country="PL", twin=home)
            await b.moderator(db, home.association_id, "Ilse", role=Role.LEAD)
            await b.moderator(db, home.association_id, "Marta", role=Role.DEPUTY)
        await visit.get("/join?town=thetford")
        yield visit


async def resident(visit: Visit) -> Resident:
    async with visit.database.reading() as db:
        return (await db.exec(select(Resident))).one()


async def walk_as_adult(visit: Visit, email: str = "lucja@example.org") -> str:
    """Answer everything and send; the address of the last page."""
    await visit.post("/join", who="me", town="thetford")
    await visit.post("/join/age", year="١٩٥٨")
    await visit.post("/join/about", first_name="  Łucja O’Neill ", email=email, avatar="cat")
    await visit.post("/join/languages", level_en="first", practise_pl="y")
    facts = {"fact_one": "I keep bees.", "fact_two": "I sing.", "question": "What do you eat on Sundays?"}
    await visit.post("/join/likes", pictures=["dogs", "cats"], more=["horses"], **facts)
    await visit.post("/join/how", medium="email", wished_town="skawina", capacity="2")
    return (await visit.post("/join/check", rules="y", privacy="y")).headers["location"]


async def walk_as_child(visit: Visit, **changed: str) -> str:
    await visit.post("/join", who="child", town="thetford")
    born = {"day": "27", "month": "March", "year": "2016", **changed}
    await visit.post("/join/birthday", **born)
    about = {"first_name": "ليان", "guardian_email": "rania@example.org", "avatar": "cat"}
    await visit.post("/join/about", **about)
    await visit.post("/join/languages", level_ar="first")
    await visit.post("/join/likes", pictures=["dogs", "cats", "drawing"])
    await visit.post("/join/how", medium="web", capacity="1")
    return (await visit.post("/join/check", rules="y", privacy="y")).headers["location"]


async def test_an_adult_signs_up_confirms_and_is_at_home(visit: Visit) -> None:
    assert await walk_as_adult(visit) == "/join/done?by=own"
    made = await resident(visit)
    assert (made.first_name, made.birth_year, made.birth_on, made.capacity) == ("Łucja O’Neill", 1958, None, 2)
    path = await visit.path_in("confirm_sign_up")
    for _scan in range(3):
        assert (await visit.get(path)).status_code == 200
    assert (await resident(visit)).state is ResidentState.UNCONFIRMED
    done = await visit.post(f"{path}/confirmation")
    assert done.headers["location"] == "/me"
    assert "We are looking for your pen friend" in words(await visit.get("/me"))


async def test_a_known_and_an_unknown_address_see_the_same_page(visit: Visit) -> None:
    first = await visit.get(await walk_as_adult(visit, "known@example.org"))
    await visit.post(f"{await visit.path_in('confirm_sign_up')}/confirmation")
    visit.client.cookies.clear()
    await visit.get("/join")
    again = await visit.get(await walk_as_adult(visit, "known@example.org"))
    assert words(first) == words(again)
    assert (await visit.mail("sign_up_again")).payload["name"] == "Łucja O’Neill"


async def test_R07_a_guardian_decides_and_looking_changes_nothing(visit: Visit) -> None:
    assert await walk_as_child(visit) == "/join/done?by=guardian"
    path = await visit.path_in("guardian_consent")
    for _scan in range(3):
        page = await visit.get(path)
    assert "ليان" in words(page)
    assert "Ilse looks after children’s letters" in words(page)
    assert (await resident(visit)).state is ResidentState.AWAITING_CONSENT
    assert (await visit.client.post(f"{path}/consent")).status_code == 403
    assert (await visit.post(f"{path}/consent")).status_code == 200
    assert (await resident(visit)).state is ResidentState.ACTIVE
    assert (await visit.post(f"{path}/consent")).status_code == 409


async def test_R10_the_lasting_link_takes_the_yes_back_without_signing_in(visit: Visit) -> None:
    await walk_as_child(visit)
    await visit.post(f"{await visit.path_in('guardian_consent')}/consent")
    path = await visit.path_in("consent_given")
    visit.client.cookies.clear()
    assert (await visit.get(path)).status_code == 200
    assert "have stopped" in words(await visit.post(path))
    assert "have stopped" in words(await visit.get(path)), "the link lasts, and says that it is done"
    async with visit.database.reading() as db:
        assert (await db.exec(select(Consent))).one().state is ConsentState.WITHDRAWN


async def test_R08_a_no_deletes_everything(visit: Visit) -> None:
    await walk_as_child(visit)
    path = await visit.path_in("guardian_consent")
    assert "Nothing is kept" in words(await visit.post(f"{path}/refusal"))
    async with visit.database.reading() as db:
        assert (await db.exec(select(Resident))).all() == []


async def test_what_was_typed_is_never_lost(visit: Visit) -> None:
    await visit.post("/join", who="me", town="thetford")
    await visit.post("/join/age", year="1958")
    wrong = await visit.post("/join/about", first_name="Zoë", email="zoe at example", avatar="cat")
    assert wrong.status_code == 422
    assert faults(wrong) == ["Please type an e-mail address in the form name@example.org."]
    assert 'value="Zoë"' in wrong.text
    assert 'value="zoe at example"' in wrong.text
    assert "<title>Error:" in wrong.text


async def test_nothing_chosen_is_said_in_words(visit: Visit) -> None:
    assert faults(await visit.post("/join")) == ["Please choose one of the answers."]


@pytest.mark.parametrize(
    ("born", "sentence"),
    [
        ({"day": "31", "month": "2", "year": "2015"}, "There is no such date. Please look at it again."),
        ({"day": "x", "month": "2", "year": "2015"}, "Please type day, month and year, for example 27 3 2015."),
        ({"day": "1", "month": "2", "year": "2999"}, "Please type a date in the past."),
    ],
)
async def test_dates_that_are_none(visit: Visit, born: dict[str, str], sentence: str) -> None:
    await visit.post("/join", who="child", town="thetford")
    assert faults(await visit.post("/join/birthday", **born)) == [sentence]


async def test_R01_under_eight_is_refused_kindly(visit: Visit) -> None:
    await visit.post("/join", who="child", town="thetford")
    page = await visit.post("/join/birthday", day="27", month="3", year=str(TODAY_IS_AFTER - 5))
    assert "at least 8 years old" in words(page)
    assert "at least 8 years old" in words(await visit.get("/join/about"))


async def test_R01_a_year_that_may_be_under_19_asks_for_the_day(visit: Visit) -> None:
    await visit.post("/join", who="me", town="thetford")
    asked = await visit.post("/join/age", year=str(TODAY_IS_AFTER - 19))
    assert asked.headers["location"] == "/join/birthday"
    assert (await visit.get("/join/languages")).headers["location"] == "/join/birthday"


async def test_R46_children_cannot_join_where_nobody_looks_after_them(visit: Visit) -> None:
    await visit.post("/join", who="child", town="skawina")
    page = await visit.post("/join/birthday", day="27", month="3", year="2016")
    assert "Children cannot join here yet" in words(page)


async def test_R47_a_child_is_asked_for_no_free_text(visit: Visit) -> None:
    await visit.post("/join", who="child", town="thetford")
    await visit.post("/join/birthday", day="27", month="3", year="2016")
    await visit.post("/join/about", first_name="Tom", guardian_email="a@example.org", avatar="cat")
    await visit.post("/join/languages", level_en="first")
    page = await visit.get("/join/likes")
    assert "<textarea" not in page.text
    assert 'value="retirement"' not in page.text
    refused = await visit.post("/join/likes", pictures=["dogs", "cats"], more=["retirement"])
    assert refused.status_code == 422


async def test_a_class_is_shown_the_way_for_schools(visit: Visit) -> None:
    shown = await visit.post("/join", who="class")
    assert "Start with a class" in words(shown)
    assert 'href="/schools/join"' in shown.text


async def test_nobody_jumps_ahead_or_sends_half(visit: Visit) -> None:
    assert (await visit.get("/join/check")).headers["location"] == "/join"
    await visit.post("/join", who="me", town="thetford")
    assert (await visit.get("/join/check")).headers["location"] == "/join/age"
    assert (await visit.post("/join/check", rules="y", privacy="y")).status_code == 409
    assert (await visit.get("/join/nonsense")).status_code == 404
