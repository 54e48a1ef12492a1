"""Does a resident find, read, write, send and take back letters, and only their own?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from penfriends.models.letters import Attachment, Correspondence, CorrespondenceState, Letter, LetterState
from tests.support.friends import Friends, drawing, two_friends
from tests.support.visits import Visit, words


@pytest.fixture
async def friends(fresh_database: str) -> AsyncIterator[Friends]:
    async with two_friends(fresh_database) as made:
        yield made


async def new_sheet(friends: Friends) -> str:
    """Arthur takes a new sheet; where it lies."""
    answer = await friends.arthur.post(f"{friends.thread}/new")
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/edit")


async def only_letter(friends: Friends) -> Letter:
    async with friends.arthur.database.reading() as db:
        return (await db.exec(select(Letter).where(Letter.author_id == friends.mine.id))).one()


async def with_picture(visit: Visit, path: str, data: bytes, **fields: str) -> httpx.Response:
    token = visit.client.cookies.get("csrf") or ""
    files = {"pictures": ("holiday.jpg", data, "image/jpeg")}
    return await visit.client.post(path, data={"_csrf_token": token, **fields}, files=files)


# --- reading ---------------------------------------------------------------------------------------------------------


async def test_a_letter_is_seen_by_its_reader_once_it_has_arrived(friends: Friends) -> None:
    await friends.letter(friends.theirs, "The canal is frozen.", state=LetterState.HELD)
    assert "canal" not in words(await friends.arthur.get(friends.thread))
    assert "canal" in words(await friends.henk.get(friends.thread))
    await friends.letter(friends.theirs, "The tulips are out.")
    page = words(await friends.arthur.get(friends.thread))
    assert "tulips" in page
    assert "canal" not in page


async def test_its_writer_sees_a_letter_in_every_state_and_the_reader_only_what_arrived(friends: Friends) -> None:
    for state in LetterState:
        await friends.letter(friends.mine, f"Words {state.value}.", state=state)
    mine = (await friends.arthur.get(friends.thread)).text
    theirs = (await friends.henk.get(friends.thread)).text
    sent = [state for state in LetterState if state is not LetterState.DRAFT]
    assert [state for state in sent if f"Words {state.value}." not in mine] == []
    assert [state for state in LetterState if f"Words {state.value}." in theirs] == [LetterState.DELIVERED]


async def test_what_is_new_is_marked_until_it_was_opened(friends: Friends) -> None:
    await friends.letter(friends.theirs)
    assert "New" in words(await friends.arthur.get("/letters"))
    assert "New" in words(await friends.arthur.get(friends.thread))
    assert "New" not in words(await friends.arthur.get(friends.thread))


async def test_the_number_beside_letters_counts_what_was_not_opened_yet(friends: Friends) -> None:
    counted = '<span class="count num">2</span>'
    await friends.letter(friends.theirs, "The tulips are out.")
    await friends.letter(friends.theirs, "And the storks are back.")
    await friends.letter(friends.theirs, "Not yet.", state=LetterState.HELD)
    assert counted in (await friends.arthur.get("/me")).text
    assert 'class="count' not in (await friends.henk.get("/me")).text
    await friends.arthur.get(friends.thread)
    assert 'class="count' not in (await friends.arthur.get("/me")).text


async def test_a_letter_that_never_left_is_not_on_its_way_once_all_has_ended(friends: Friends) -> None:
    await friends.letter(friends.mine, "Too late.", state=LetterState.HELD)
    assert "Undo sending" in words(await friends.arthur.get(friends.thread))
    assert (await friends.arthur.post(f"{friends.thread}/ending")).status_code == 303
    page = words(await friends.arthur.get(friends.thread))
    assert "do not write to each other any more" in page
    assert "Undo sending" not in page


async def test_R52_the_writer_never_learns_that_it_was_read(friends: Friends) -> None:
    await friends.letter(friends.theirs)
    before = words(await friends.henk.get(friends.thread)), words(await friends.henk.get("/friends"))
    await friends.arthur.get(friends.thread)
    after = words(await friends.henk.get(friends.thread)), words(await friends.henk.get("/friends"))
    assert [one.split("It is")[0] for one in before] == [one.split("It is")[0] for one in after]


@pytest.mark.parametrize("end", ["", "/pause", "/ending"])
async def test_R18_a_foreign_correspondence_and_a_missing_one_answer_alike(friends: Friends, end: str) -> None:
    foreign = await friends.stranger.get(friends.thread + end)
    missing = await friends.stranger.get(f"/letters/with/{uuid4()}{end}")
    assert foreign.status_code == missing.status_code == 404
    assert words(foreign) == words(missing)


@pytest.mark.parametrize("end", ["new", "pause", "ending", "block", "return"])
async def test_R18_nobody_acts_in_a_foreign_correspondence(friends: Friends, end: str) -> None:
    assert (await friends.stranger.post(f"{friends.thread}/{end}", how="open")).status_code == 404
    async with friends.arthur.database.reading() as db:
        row = await db.get_one(Correspondence, friends.mine.correspondence_id)
    assert row.state is CorrespondenceState.OPEN


@pytest.mark.parametrize("end", ["draft", "sending", "undo", "removal", "report"])
async def test_R18_nobody_touches_a_foreign_letter(friends: Friends, end: str) -> None:
    letter = await friends.letter(friends.mine, state=LetterState.DRAFT)
    assert (await friends.stranger.post(f"/letters/{letter.id}/{end}", text="x")).status_code == 404
    assert (await friends.henk.post(f"/letters/{letter.id}/{end}", text="x")).status_code == 404
    assert (await friends.again(letter)).original_text == letter.original_text


async def test_R20_a_resident_sees_the_own_friends_and_nobody_else(friends: Friends) -> None:
    for path in ("/friends", "/letters"):
        assert "Henk" in words(await friends.arthur.get(path))
        seen = words(await friends.stranger.get(path))
        assert "Henk" not in seen
        assert "Arthur" not in seen


async def test_a_letter_by_somebody_reported_carries_a_warning(friends: Friends) -> None:
    letter = await friends.letter(friends.theirs)
    async with friends.arthur.database.transaction() as db:
        row = await db.get_one(Letter, letter.id)
        row.warned = True
        db.add(row)
    assert "Be careful" in words(await friends.arthur.get(friends.thread))


# --- writing ---------------------------------------------------------------------------------------------------------


async def test_a_letter_is_written_saved_and_sent(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    saved = await friends.arthur.post(f"{sheet}/draft", title="Spring", text="The first words", language="en")
    assert saved.status_code == 303
    assert "The first words" in (await friends.arthur.get(f"{sheet}/edit")).text
    assert await new_sheet(friends) == sheet, "the sheet that lies there is taken again"
    sent = await friends.arthur.post(f"{sheet}/sending", title="Spring", text="All the words", language="en")
    assert sent.headers["location"] == friends.thread
    page = words(await friends.arthur.get(friends.thread))
    assert "Sent." in page
    assert "All the words" in page
    assert "Undo sending" in page
    again = await friends.arthur.post(f"{sheet}/sending", title="Spring", text="All the words", language="en")
    assert again.headers["location"] == friends.thread


async def test_an_empty_letter_is_not_sent_and_the_rest_is_kept(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    answer = await friends.arthur.post(f"{sheet}/sending", title="A title", text="  ", language="fr")
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert "A title" in answer.text
    assert "A title" in (await friends.arthur.get(f"{sheet}/edit")).text


@pytest.mark.parametrize(("length", "kept"), [(4_001, True), (20_001, False)])
async def test_a_letter_that_is_too_long_stays_on_the_page(friends: Friends, length: int, kept: bool) -> None:
    sheet = await new_sheet(friends)
    answer = await friends.arthur.post(f"{sheet}/sending", text="word " * length + "THE-END")
    assert answer.status_code == 422
    assert "too long" in words(answer)
    assert "THE-END" in answer.text
    assert ("THE-END" in (await friends.arthur.get(f"{sheet}/edit")).text) is kept
    assert ("Everything is kept" in words(answer)) is kept
    assert friends.thread not in answer.headers.get("location", "")


# --- two windows on one sheet ----------------------------------------------------------------------------------------


def seen_in(answer: httpx.Response) -> str:
    """The mark of what a window has seen."""
    return answer.text.split('name="version"')[1].split('value="')[1].split('"')[0]


@pytest.mark.parametrize("door", ["draft", "sending"])
async def test_what_another_window_kept_is_not_overwritten_and_both_texts_are_shown(
    friends: Friends, door: str
) -> None:
    sheet = await new_sheet(friends)
    seen = seen_in(await friends.arthur.get(f"{sheet}/edit"))
    await friends.arthur.post(f"{sheet}/draft", text="From the telephone", language="en", version=seen)
    late = await friends.arthur.post(f"{sheet}/{door}", text="From the old tab", language="en", version=seen)
    assert late.status_code == 409
    assert "From the telephone" in words(late)
    assert "From the old tab" in late.text
    assert "From the telephone" in (await friends.arthur.get(f"{sheet}/edit")).text
    again = await friends.arthur.post(f"{sheet}/{door}", text="From the old tab", language="en", version=seen_in(late))
    assert again.status_code == 303, "now it is meant"


async def test_the_same_words_twice_are_no_quarrel(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    seen = seen_in(await friends.arthur.get(f"{sheet}/edit"))
    for line_end in ("\n", "\r\n"):
        text = f"Dear Henk,{line_end}it rains."
        kept = await friends.arthur.post(f"{sheet}/draft", text=text, language="en", version=seen)
        assert kept.status_code == 303


async def test_autosave_says_what_it_keeps_and_stops_where_another_window_wrote(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    page = await friends.arthur.get(f"{sheet}/edit")
    fields = {"_csrf_token": friends.arthur.client.cookies.get("csrf") or "", "language": "en", "title": ""}
    kept = await friends.arthur.client.post(
        f"{sheet}/draft", data={**fields, "text": "One", "version": seen_in(page)}, headers={"X-Autosave": "1"}
    )
    mark = kept.headers["x-version"]
    assert mark == seen_in(await friends.arthur.get(f"{sheet}/edit"))
    late = {**fields, "text": "Two", "version": seen_in(page)}
    stopped = await friends.arthur.client.post(f"{sheet}/draft", data=late, headers={"X-Autosave": "1"})
    assert stopped.status_code == 409
    assert stopped.json() == {"sent": False, "version": mark, "title": "", "text": "One", "language": "en"}
    key = page.text.split('name="key"')[1].split('value="')[1].split('"')[0]
    friends.arthur.client.cookies.delete("session")
    for headers in ({"X-Autosave": "1"}, {}):
        blind = await friends.arthur.client.post(f"{sheet}/draft", data={**late, "key": key}, headers=headers)
        assert blind.status_code in (403, 409)
        assert "One" not in blind.text, "a key alone opens nothing"


async def test_what_is_typed_after_another_window_has_sent_the_letter_is_shown(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    await friends.arthur.post(f"{sheet}/sending", text="All the words", language="en")
    late = await friends.arthur.post(f"{sheet}/sending", text="All the words and a P.S.", language="en")
    assert late.status_code == 409
    assert "has been sent already" in words(late)
    assert "and a P.S." in words(late)
    assert "P.S." not in (await friends.again(await only_letter(friends))).original_text


async def test_autosave_keeps_the_text_and_answers_a_word(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    token = friends.arthur.client.cookies.get("csrf") or ""
    fields = {"_csrf_token": token, "text": "half a sent", "title": "", "language": "en"}
    answer = await friends.arthur.client.post(f"{sheet}/draft", data=fields, headers={"X-Autosave": "1"})
    assert (answer.status_code, answer.text) == (200, "Saved")
    assert "half a sent" in (await friends.arthur.get(f"{sheet}/edit")).text


async def test_when_the_session_is_over_the_text_is_kept_all_the_same(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    page = (await friends.arthur.get(f"{sheet}/edit")).text
    key = page.split('name="key"')[1].split('value="')[1].split('"')[0]
    session = friends.arthur.client.cookies.get("session") or ""
    friends.arthur.client.cookies.delete("session")
    answer = await friends.arthur.post(f"{sheet}/sending", text="A long evening of words", key=key, language="en")
    assert answer.headers["location"] == f"/sign-in?next={sheet}/edit"
    friends.arthur.sign_in(session)
    assert "A long evening of words" in (await friends.arthur.get(f"{sheet}/edit")).text


async def test_without_the_key_nobody_writes_on_a_foreign_sheet(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    friends.stranger.client.cookies.delete("session")
    assert (await friends.stranger.post(f"{sheet}/draft", text="mischief", key="0" * 40)).status_code == 404


async def test_undo_gives_the_letter_back_and_too_late_says_so(friends: Friends) -> None:
    waiting = await friends.letter(friends.mine, "Too quick.", state=LetterState.HELD)
    assert (await friends.arthur.post(f"/letters/{waiting.id}/undo")).headers["location"].endswith("/edit")
    assert (await friends.again(waiting)).state is LetterState.DRAFT
    gone = await friends.letter(friends.mine, state=LetterState.DELIVERED)
    late = await friends.arthur.post(f"/letters/{gone.id}/undo")
    assert late.status_code == 409
    assert "too late" in words(late)


async def test_a_letter_that_came_back_says_why_and_can_be_sent_again(friends: Friends) -> None:
    letter = await friends.letter(friends.mine, "Call me on 01632 960000.", state=LetterState.RETURNED)
    async with friends.arthur.database.transaction() as db:
        row = await db.get_one(Letter, letter.id)
        row.return_reasons, row.return_note = ["phone"], "A lovely letter otherwise."
        db.add(row)
    for path in (friends.thread, f"/letters/{letter.id}/edit"):
        page = words(await friends.arthur.get(path))
        assert "Please take out the phone number." in page
        assert "A lovely letter otherwise." in page
    await friends.arthur.post(f"/letters/{letter.id}/sending", text="Write to me.", language="en")
    now = await friends.again(letter)
    assert (now.state, now.kept_text, now.return_reasons) == (LetterState.WRITTEN, "Write to me.", [])


async def test_a_closed_correspondence_refuses_the_letter_and_keeps_the_text(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    await friends.henk.post(f"{friends.thread}/ending")
    answer = await friends.arthur.post(f"{sheet}/sending", text="A word that came too late", language="en")
    assert answer.status_code == 422
    assert "not open" in words(answer)
    assert "A word that came too late" in (await friends.arthur.get(f"{sheet}/edit")).text


# --- pictures --------------------------------------------------------------------------------------------------------


async def test_R21_a_picture_is_drawn_anew_and_only_the_two_see_it(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    data = drawing()
    await with_picture(friends.arthur, f"{sheet}/draft", data, text="Look", language="en")
    path = f"{sheet}/pictures/1"
    mine = await friends.arthur.get(path)
    assert mine.headers["content-type"] == "image/jpeg"
    assert mine.content != data
    assert (await friends.henk.get(path)).status_code == 404, "not before it has arrived"
    assert (await friends.stranger.get(path)).status_code == 404
    async with friends.arthur.database.transaction() as db:
        row = (await db.exec(select(Letter).where(Letter.author_id == friends.mine.id))).one()
        row.state, row.delivered_at = LetterState.DELIVERED, datetime.now(UTC)
        db.add(row)
    assert (await friends.henk.get(path)).status_code == 200
    assert (await friends.stranger.get(path)).status_code == 404


async def test_what_is_no_picture_is_said_and_the_text_is_kept(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    answer = await with_picture(friends.arthur, f"{sheet}/sending", b"<svg/>", text="Look at this", language="en")
    assert answer.status_code == 422
    assert "Your text is kept" in words(answer)
    assert "Look at this" in (await friends.arthur.get(f"{sheet}/edit")).text
    async with friends.arthur.database.reading() as db:
        assert (await db.exec(select(Attachment))).all() == []


async def test_a_picture_can_be_taken_out(friends: Friends) -> None:
    sheet = await new_sheet(friends)
    await with_picture(friends.arthur, f"{sheet}/draft", drawing(), text="Look", language="en")
    assert (await friends.arthur.post(f"{sheet}/pictures/1/removal")).status_code == 303
    assert (await friends.arthur.get(f"{sheet}/pictures/1")).status_code == 404


# --- the journey refreshes itself ------------------------------------------------------------------------------------


async def test_the_journey_of_a_letter_can_be_asked_for_alone_until_it_has_arrived(friends: Friends) -> None:
    letter = await friends.letter(friends.mine, "On the road.", state=LetterState.ON_ITS_WAY)
    page = (await friends.arthur.get(friends.thread)).text
    asked = unescape(page.split('hx-get="')[1].split('"')[0])
    assert "htmx.min.js" in page
    assert (await friends.arthur.get(asked)).status_code == 204, "it still looks the same"
    async with friends.arthur.database.transaction() as db:
        row = await db.get_one(Letter, letter.id)
        row.state, row.delivered_at = LetterState.DELIVERED, datetime.now(UTC)
        db.add(row)
    told = await friends.arthur.get(asked)
    assert "Henk has it" in words(told)
    assert "<html" not in told.text
    assert "hx-get" not in told.text, "it has arrived: nothing more to ask"
    assert "htmx" not in (await friends.arthur.get(friends.thread)).text
    assert (await friends.henk.get(asked)).status_code == (await friends.stranger.get(asked)).status_code == 404
    friends.arthur.client.cookies.delete("session")
    over = await friends.arthur.client.get(asked, headers={"HX-Request": "true"})
    assert (over.status_code, over.text) == (401, "")
