"""Does a resident answer a proposal with a yes or a no, signed in or from the mail, and learn nothing else?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from penfriends.actions import links, refusals
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.signin import LinkPurpose
from tests import builders as b
from tests.support.friends import Friends, two_friends
from tests.support.visits import words


@pytest.fixture
async def friends(fresh_database: str) -> AsyncIterator[Friends]:
    async with two_friends(fresh_database) as made:
        yield made


async def proposed(friends: Friends) -> tuple[UUID, str]:
    """A proposal of Stranger and a newcomer: its id, and the newcomer's secret of the mail."""
    now = datetime.now(UTC)
    async with friends.arthur.database.transaction() as db:
        sign_in = await b.sign_in(db)
        away = friends.other.town_id
        newcomer = await b.adult(db, await db.get_one(Town, away), "Willem", likes=("chess", "cooking"))
        stranger = (await db.exec(select(Resident).where(Resident.first_name == "Stranger"))).one()
        match = await b.approved_match(db, stranger, newcomer, now=now)
        side = (await db.exec(select(MatchSide).where(MatchSide.resident_id == newcomer.id))).one()
        made = await links.make(
            db,
            LinkPurpose.ANSWER_MATCH,
            now=now,
            lifetime=timedelta(days=15),
            sign_in_id=sign_in.id,
            subject_id=side.id,
        )
    return match.id, f"/m/{made.secret}"


async def state_of(friends: Friends, match_id: UUID) -> MatchState:
    async with friends.arthur.database.reading() as db:
        return (await db.get_one(Match, match_id)).state


async def test_R47_the_card_shows_what_may_be_shown_and_nothing_else(friends: Friends) -> None:
    match_id, _mail = await proposed(friends)
    page = await friends.stranger.get(f"/matches/{match_id}")
    seen = words(page)
    for part in ("Willem", "Spijkenisse", "Chess", "Cooking", "What did your street look like in 1960?"):
        assert part in seen
    assert seen.index("Chess") < seen.index("Cooking"), "what both like comes first"
    assert "radios" not in seen, "facts are not part of the card"
    assert "@" not in seen


async def test_R18_a_foreign_proposal_is_not_there(friends: Friends) -> None:
    match_id, _mail = await proposed(friends)
    for path in ("", "/acceptance", "/refusal"):
        visit = friends.arthur
        answer = await (visit.post(f"/matches/{match_id}{path}") if path else visit.get(f"/matches/{match_id}"))
        assert answer.status_code == 404
    assert await state_of(friends, match_id) is MatchState.APPROVED


async def test_looking_at_the_link_of_a_mail_answers_nothing(friends: Friends) -> None:
    match_id, mail = await proposed(friends)
    friends.henk.client.cookies.delete("session")
    for _look in range(3):
        assert "Would you like to write with Stranger?" in words(await friends.henk.get(mail))
    assert await state_of(friends, match_id) is MatchState.APPROVED


async def test_two_times_yes_is_an_introduction(friends: Friends) -> None:
    match_id, mail = await proposed(friends)
    await friends.stranger.post(f"/matches/{match_id}/acceptance")
    assert "You said yes" in words(await friends.stranger.get(f"/matches/{match_id}"))
    friends.henk.client.cookies.delete("session")
    await friends.henk.post(mail, answer="yes")
    assert "introduction is on its way" in words(await friends.henk.get(mail))
    assert "introduction is on its way" in words(await friends.stranger.get(f"/matches/{match_id}"))
    assert "Willem" in words(await friends.stranger.get("/letters"))


async def test_a_no_is_private(friends: Friends) -> None:
    match_id, mail = await proposed(friends)
    await friends.stranger.post(f"/matches/{match_id}/acceptance")
    await friends.henk.post(mail, answer="no")
    assert "You said yes" in words(await friends.stranger.get(f"/matches/{match_id}"))
    async with friends.arthur.database.transaction() as db:
        assert await refusals.settle(db, at=b.AT, now=datetime.now(UTC) + refusals.RESTS) == 1
    seen = words(await friends.stranger.get(f"/matches/{match_id}"))
    assert "This did not work out" in seen
    assert "Willem" not in seen
    assert "You said no" in words(await friends.henk.get(mail))
    again = await friends.henk.post(mail, answer="yes")
    assert again.status_code == 409


async def test_a_no_is_taken_back_where_it_was_said(friends: Friends) -> None:
    match_id, mail = await proposed(friends)
    await friends.stranger.post(f"/matches/{match_id}/refusal")
    assert "You said no to a proposal." in words(await friends.stranger.get("/me"))
    assert "Take my no back" in words(await friends.stranger.get(f"/matches/{match_id}"))
    await friends.stranger.post(f"/matches/{match_id}/undo")
    assert "Would you like to write with Willem?" in words(await friends.stranger.get(f"/matches/{match_id}"))
    friends.henk.client.cookies.delete("session")
    await friends.henk.post(mail, answer="no")
    assert "Take my no back" in words(await friends.henk.get(mail))
    await friends.henk.post(mail, answer="undo")
    assert "Would you like to write with Stranger?" in words(await friends.henk.get(mail))
    assert (await friends.henk.post(mail, answer="undo")).status_code == 409


async def test_after_the_last_day_it_has_not_worked_out(friends: Friends) -> None:
    match_id, mail = await proposed(friends)
    async with friends.arthur.database.transaction() as db:
        row = await db.get_one(Match, match_id)
        row.expires_at = datetime.now(UTC) - timedelta(minutes=1)
        db.add(row)
    assert "This did not work out" in words(await friends.henk.get(mail))
    assert (await friends.henk.post(mail, answer="yes")).status_code == 409


async def test_what_no_moderator_has_approved_is_not_there(friends: Friends) -> None:
    match_id, _mail = await proposed(friends)
    async with friends.arthur.database.transaction() as db:
        row = await db.get_one(Match, match_id)
        row.state = MatchState.PROPOSED
        db.add(row)
    assert (await friends.stranger.get(f"/matches/{match_id}")).status_code == 404
