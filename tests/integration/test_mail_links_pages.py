"""Do the links in a mail work without signing in, as often as they must, and does looking change nothing?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlmodel import select

from penfriends.actions import compose, inbox, links, mail_links, passage
from penfriends.actions.blobs import keep
from penfriends.clock import utc_now
from penfriends.models.delivery import Delivery, DeliveryKind, RawMail, RawMailState
from penfriends.models.letters import Correspondence, CorrespondenceState, Letter, LetterState, Participant
from penfriends.models.matching import Block
from penfriends.models.moderation import Report
from penfriends.models.signin import LinkPurpose
from penfriends.rules.relay import Obstacle
from tests import builders as b
from tests.support.friends import Friends, two_friends
from tests.support.visits import Visit, words


@pytest.fixture
async def friends(fresh_database: str) -> AsyncIterator[Friends]:
    async with two_friends(fresh_database) as made:
        made.arthur.client.cookies.delete("session")
        yield made


async def link(friends: Friends, purpose: LinkPurpose, subject: UUID, letter: str) -> str:
    """The address that stands in a mail."""
    async with friends.arthur.database.transaction() as db:
        now = datetime.now(UTC)
        made = await links.make(db, purpose, now=now, lifetime=timedelta(days=30), subject_id=subject)
    return f"/{letter}/{made.secret}"


async def correspondence(friends: Friends) -> Correspondence:
    async with friends.arthur.database.reading() as db:
        return await db.get_one(Correspondence, friends.mine.correspondence_id)


async def mine(friends: Friends) -> Participant:
    async with friends.arthur.database.reading() as db:
        return await db.get_one(Participant, friends.mine.id)


async def reports(friends: Friends) -> list[Report]:
    async with friends.arthur.database.reading() as db:
        return list(await db.exec(select(Report)))


async def one_click(visit: Visit, path: str) -> int:
    """What a mail program sends (RFC 8058): no cookie, no token."""
    answer = await visit.client.post(path, data={"List-Unsubscribe": "One-Click"})
    return answer.status_code


# --- something is not right ------------------------------------------------------------------------------------------


async def test_R31_looking_at_the_link_reports_nothing(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.REPORT_LETTER, (await friends.letter(friends.theirs)).id, "w")
    assert "Henk" in words(await friends.arthur.get(path))
    assert await reports(friends) == []
    assert (await correspondence(friends)).state is CorrespondenceState.OPEN


async def test_R31_one_press_from_the_mail_freezes_at_once_and_the_relay_refuses(friends: Friends) -> None:
    letter = await friends.letter(friends.theirs)
    waiting = await friends.letter(friends.theirs, "More.", state=LetterState.RELEASED)
    path = await link(friends, LinkPurpose.REPORT_LETTER, letter.id, "w")
    assert "Thank you for telling us" in words(await friends.arthur.post(path))
    [row] = await reports(friends)
    assert (row.reporter_id, row.reported_id, row.kind) == (friends.mine.id, friends.theirs.id, "unsure")
    assert (await correspondence(friends)).state is CorrespondenceState.FROZEN
    async with friends.arthur.database.transaction() as db:
        stopped = await db.get_one(Letter, waiting.id)
        stopped.content_hash = await passage.content_hash(db, stopped)
        await db.flush()
        way = await passage.way_of(db, stopped.id, friends.mine.id)
        assert way is not None
        found = await passage.obstacle_on(db, way, now=datetime.now(UTC))
    assert found is Obstacle.CLOSED
    assert (await friends.again(letter)).warned


async def test_R31_the_link_works_again_and_the_same_words_are_one_report(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.REPORT_LETTER, (await friends.letter(friends.theirs)).id, "w")
    for text in ("He is rude.", "He is rude.", "", "And he asks for money."):
        assert (await friends.arthur.post(path, kind="unkind", text=text)).status_code in (200, 201)
    assert [one.text for one in await reports(friends)] == ["He is rude.\n\nAnd he asks for money."]


async def test_R31_the_link_does_not_fill_the_desk_and_still_blocks(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.REPORT_LETTER, (await friends.letter(friends.theirs)).id, "w")
    for number in range(mail_links.MORE_A_DAY):
        assert (await friends.arthur.post(path, kind="unkind", text=f"Number {number}.")).status_code in (200, 201)
    assert (await friends.arthur.post(path, kind="unkind", text="Once more.")).status_code == 429
    assert (await friends.arthur.post(path, kind="unkind", text="Number 3.")).status_code in (200, 201)
    assert (await friends.arthur.post(path, kind="money", text="And.", block="y")).status_code in (200, 201)
    assert len(await reports(friends)) == 1
    assert (await correspondence(friends)).state is CorrespondenceState.ENDED


async def test_R31_report_and_block_from_the_mail(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.REPORT_LETTER, (await friends.letter(friends.theirs)).id, "w")
    await friends.arthur.post(path, kind="money", block="y")
    assert (await correspondence(friends)).state is CorrespondenceState.ENDED
    async with friends.arthur.database.reading() as db:
        [row] = list(await db.exec(select(Block)))
    assert row.stops_letters
    assert row.by_resident_id == friends.one.id
    assert "Thank you" in words(await friends.arthur.post(path, text="One more thing."))


async def test_R31_report_from_the_site_is_one_press_too(friends: Friends) -> None:
    letter = await friends.letter(friends.mine)
    page = await friends.henk.get(f"/letters/{letter.id}/report")
    assert "A trained volunteer reads" in words(page)
    assert (await friends.henk.post(f"/letters/{letter.id}/report")).status_code in (200, 201)
    [row] = await reports(friends)
    assert (row.reporter_id, row.letter_id) == (friends.theirs.id, letter.id)


async def test_a_link_that_has_run_out_says_so(friends: Friends) -> None:
    letter = await friends.letter(friends.theirs)
    for path in (f"/w/{letter.id}", "/p/nothing", "/k/nothing", "/m/nothing"):
        assert (await friends.arthur.get(path)).status_code == 409


# --- a rest ----------------------------------------------------------------------------------------------------------


async def test_one_click_of_a_mail_program_pauses_the_mails_and_never_ends_anything(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.STOP_LETTERS, friends.mine.id, "p")
    assert "A rest from letters with Henk" in words(await friends.arthur.get(path))
    assert not (await mine(friends)).mail_paused
    friends.arthur.client.cookies.clear()
    assert await one_click(friends.arthur, path) == 200
    assert await one_click(friends.arthur, path) == 200
    assert (await mine(friends)).mail_paused
    assert (await correspondence(friends)).state is CorrespondenceState.OPEN


async def test_a_letter_for_somebody_who_paused_mails_goes_to_no_mailbox(friends: Friends) -> None:
    row = Delivery(
        kind=DeliveryKind.LETTER, participant_id=friends.mine.id, message_id="<a@b>", due_at=b.NOW, created_at=b.NOW
    )
    async with friends.arthur.database.transaction() as db:
        assert await compose.reader_of(db, row) is not None
        participant = await db.get_one(Participant, friends.mine.id)
        participant.mail_paused = True
        db.add(participant)
        await db.flush()
        assert await compose.reader_of(db, row) is None


async def test_mails_can_be_taken_up_again(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.STOP_LETTERS, friends.mine.id, "p")
    await friends.arthur.post(path, choice="mail")
    assert "Send me e-mails again" in words(await friends.arthur.get(path))
    await friends.arthur.post(path, choice="mail_again")
    assert not (await mine(friends)).mail_paused


async def test_a_pause_waits_and_the_friend_sees_it_kindly(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.STOP_LETTERS, friends.mine.id, "p")
    assert (await friends.arthur.post(path, choice="pause", how="until", day="99")).status_code == 422
    await friends.arthur.post(path, choice="pause", how="open")
    assert "has not forgotten you" in words(await friends.henk.get(friends.thread))
    assert (await correspondence(friends)).state is CorrespondenceState.OPEN


async def test_nothing_chosen_changes_nothing(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.STOP_LETTERS, friends.mine.id, "p")
    assert (await friends.arthur.post(path)).status_code == 422
    assert not (await mine(friends)).mail_paused


async def test_a_kind_ending_tells_the_friend_and_lets_nobody_wait(friends: Friends) -> None:
    path = await link(friends, LinkPurpose.STOP_LETTERS, friends.mine.id, "p")
    await friends.arthur.post(path, choice="end")
    assert (await correspondence(friends)).state is CorrespondenceState.ENDED
    notice = await friends.henk.mail("partner_ended")
    assert (notice.payload["name"], notice.payload["friend"]) == ("Henk", "Arthur")
    assert "do not write to each other any more" in words(await friends.henk.get(friends.thread))
    assert (await friends.arthur.post(path, choice="end")).status_code == 409


# --- was this mail yours? --------------------------------------------------------------------------------------------


async def waiting(friends: Friends) -> tuple[UUID, str]:
    """A mail of Arthur's for which nobody vouched, and the link that his mailbox got."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "arthur@example.org", "The garden", "<1@example.org>"
    mail.set_content("The roses are out.\n")
    now = datetime.now(UTC)
    async with friends.arthur.database.transaction() as db:
        row = RawMail(
            participant_id=friends.mine.id, envelope_to="x@letters.test", received_at=now,
            state=RawMailState.AWAITING_WRITER, blob_sha256=await keep(db, bytes(mail), now=now),
        )  # fmt: skip
        db.add(row)
    return row.id, await link(friends, LinkPurpose.CONFIRM_MAIL, row.id, "k")


async def test_R27_looking_shows_the_subject_and_a_yes_gives_it_to_a_worker(friends: Friends) -> None:
    """What the worker makes of it: tests/integration/test_intake.py."""
    mail_id, path = await waiting(friends)
    assert "The garden" in words(await friends.arthur.get(path))
    await friends.arthur.post(path, answer="yes")
    async with friends.arthur.database.reading() as db:
        mail = await db.get_one(RawMail, mail_id)
        assert (mail.state, mail.confirmed_at is not None) == (RawMailState.RECEIVED, True)
        assert mail_id in await inbox.unread(db, now=utc_now() + timedelta(hours=1))
    assert (await friends.arthur.get(path)).status_code == 409, "the link works once"


async def test_R27_a_no_drops_the_mail(friends: Friends) -> None:
    mail_id, path = await waiting(friends)
    await friends.arthur.post(path, answer="no")
    async with friends.arthur.database.reading() as db:
        assert (await db.get_one(RawMail, mail_id)).state is RawMailState.DROPPED
        assert (await db.exec(select(Letter))).all() == []
