"""What does somebody get who wants more than they may have? Each test is one attempt, with everything else in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pyotp
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    births,
    consent,
    dispatch,
    introductions,
    links,
    privacy,
    proposals,
    reports,
    staff,
)
from penfriends.actions.proposals import Standing
from penfriends.backup import backup
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.errors import Refusal, Refused
from penfriends.ids import fingerprint
from penfriends.jobs import nobody
from penfriends.mail import images
from penfriends.models.delivery import Delivery, DeliveryState, TeamMessage
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.matching import Match, MatchState
from penfriends.models.residents import Guardian, Resident
from penfriends.models.signin import LinkPurpose, OneTimeLink, Session
from penfriends.settings import Settings
from tests import builders as b
from tests.support.desk import adults, children, twins
from tests.support.friends import Friends, drawing, two_friends
from tests.support.smtp_sink import smtp_sink
from tests.support.story import ANNA_MAIL, house_on
from tests.support.visits import Visit, visiting
from workers.delivery import deliver
from workers.reading import Reader

NOW = b.NOW
HOUR = timedelta(hours=1)


# --- an adult who wants to reach a child -----------------------------------------------------------------------------


async def test_R02_R25_who_turned_18_passes_nothing_to_a_child(fresh_sqlite: str) -> None:
    """The row still says child, as it does from the birthday until somebody changes it."""
    async with smtp_sink() as sink, house_on(fresh_sqlite, sink.port, children=True) as house:
        letter = await house.release()
        async with house.database.transaction() as db:
            grown = utc_now().date() - timedelta(days=18 * 366)
            row = await db.get_one(Resident, house.anna.resident_id)
            row.birth_year, row.birth_on = grown.year, grown
            db.add(row)
        await deliver(house.tools, (await house.delivery(letter.id)).id)
        assert sink.mails == []
        assert await house.hold_reasons(letter.id) == ["frozen"]


async def _asked(db: AsyncSession) -> tuple[Resident, Resident, Match]:
    """Tom and Lotte, who are asked whether they would like to write; the mails still lie in the outbox."""
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    lotte = await b.child(db, twin.there, "Lotte", born=date(2013, 4, 1))
    match = await b.approved_match(db, tom, lotte)
    await introductions.ask_both(db, match, [tom, lotte], at=b.AT, now=NOW)
    return tom, lotte, match


async def test_R10_a_proposal_shows_no_child_whose_guardian_took_the_yes_back(db: AsyncSession) -> None:
    tom, lotte, match = await _asked(db)
    await consent.withdraw(db, tom, at=b.AT, now=NOW)
    await db.refresh(match)
    assert match.state is MatchState.EXPIRED
    seen = await proposals.my_proposal(db, lotte.id, match.id, now=NOW)
    assert (seen.standing, seen.friend) == (Standing.NOT_WORKED_OUT, None)


async def test_R10_a_proposal_that_waits_in_the_outbox_does_not_leave_after_that(db: AsyncSession) -> None:
    tom, _lotte, _match = await _asked(db)
    await consent.withdraw(db, tom, at=b.AT, now=NOW)
    waiting = (await db.exec(select(Delivery).where(Delivery.notice == "match_proposed"))).all()
    assert len(waiting) == 2
    for one in waiting:
        assert await dispatch.claim(db, one.id, at=b.AT, now=NOW + HOUR) is None
        await db.refresh(one)
        assert (one.state, one.payload) == (DeliveryState.WITHDRAWN, {})


async def test_a_proposal_that_still_stands_leaves(db: AsyncSession) -> None:
    await _asked(db)
    one = (await db.exec(select(Delivery).where(Delivery.notice == "match_proposed"))).all()[0]
    assert await dispatch.claim(db, one.id, at=b.AT, now=NOW + HOUR) is not None


@pytest.mark.parametrize("stops", [True, False])
async def test_R10_an_introduction_leaves_only_while_both_may_write(db: AsyncSession, stops: bool) -> None:
    tom, lotte = await children(db, await twins(db))
    sides = [await db.get_one(Resident, one.resident_id) for one in (tom, lotte)]
    correspondence = await db.get_one(Correspondence, tom.correspondence_id)
    await introductions.introduce(db, correspondence, [tom, lotte], sides, at=b.AT, policy=b.POLICY, now=NOW)
    if stops:
        await consent.withdraw(db, sides[0], at=b.AT, now=NOW)
    rows = (await db.exec(select(Delivery).where(Delivery.notice == "introduction"))).all()
    left = [await dispatch.claim(db, one.id, at=b.AT, now=NOW + HOUR) for one in rows]
    assert [one is None for one in left] == [stops, stops]


async def test_R04_closing_a_report_does_not_open_what_a_birthday_has_stopped(db: AsyncSession) -> None:
    twin = await twins(db)
    tom, lotte = await children(db, twin)
    await births.leave_band(db, tom.resident_id, now=NOW)
    alarm = await reports.report(db, lotte.id, letter_id=None, kind="unsure", text="", now=NOW)
    row = await db.get_one(Correspondence, tom.correspondence_id, populate_existing=True)
    assert (row.state, row.state_reason) == (CorrespondenceState.FROZEN, "band")
    assert alarm.state == "open"


async def test_R31_whoever_was_stopped_sees_no_new_likes_of_the_other(fresh_sqlite: str) -> None:
    async with two_friends(fresh_sqlite) as friends:
        before = (await friends.arthur.get(friends.thread)).text
        await friends.henk.post(f"{friends.thread}/block")
        after = (await friends.arthur.get("/friends")).text + (await friends.arthur.get(friends.thread)).text
    assert friends.other.question in before or "chess" in before.lower()
    assert friends.other.question not in after


# --- a moderator who looks where they must not -----------------------------------------------------------------------


async def test_R18_other_friends_of_a_reported_stranger_are_not_told(db: AsyncSession) -> None:
    twin = await twins(db)
    arthur, henk = await adults(db, twin)
    far = await b.town(db, "Far")
    await b.correspondence(db, await db.get_one(Resident, henk.resident_id), await b.adult(db, far, "Gerda"))
    assert await reports.other_friends(db, henk.id, twin.ilse) == []
    assert [one.resident.first_name for one in await reports.other_friends(db, henk.id, twin.uli)] == ["Gerda"]
    assert arthur.correspondence_id == henk.correspondence_id


async def test_R38_a_second_yes_to_a_child_s_birth_date_needs_the_checks_too(db: AsyncSession) -> None:
    twin = await twins(db)
    tom = await b.child(db, twin.here, "Tom", born=date(2013, 3, 2))
    change = await births.propose(db, tom.id, twin.ilse, year=2006, on=date(2006, 3, 2), reason="Passport", now=NOW)
    unvetted = await b.moderator(db, twin.here.association_id, "New", vetted=False)
    with pytest.raises(Refused) as refused:
        await births.agree(db, change.id, unvetted, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING


async def test_who_sets_a_new_password_ends_every_old_way_in(db: AsyncSession) -> None:
    """Other invitations in old mails, and browsers that are signed in with the old password."""
    twin = await twins(db)
    await b.session(db, twin.ilse.sign_in_id, staff=True, now=NOW)
    kept = [await _invitation(db, twin.ilse.id, twin.ilse.sign_in_id) for _ in range(2)]
    typed = pyotp.TOTP(staff.one_time_secret(kept[1], b.AT.key)).at(NOW)
    done = await staff.accept_invitation(
        db, kept[1], password="plum orchard in may", typed=typed, at=b.AT, pepper="", now=NOW
    )
    assert done == twin.ilse.sign_in_id
    with pytest.raises(Refused):
        await staff.invited(db, kept[0], now=NOW)
    assert (await db.exec(select(Session).where(Session.sign_in_id == twin.ilse.sign_in_id))).all() == []


async def _invitation(db: AsyncSession, moderator_id: UUID, sign_in_id: UUID) -> str:
    made = await links.make(
        db, LinkPurpose.STAFF_INVITATION, now=NOW, lifetime=HOUR, sign_in_id=sign_in_id, subject_id=moderator_id,
    )  # fmt: skip
    return made.secret


# --- a friend who wants to know more ---------------------------------------------------------------------------------


async def test_R52_R31_the_download_tells_nothing_of_the_friend_s_side(db: AsyncSession) -> None:
    arthur, henk = await adults(db, await twins(db))
    sent, got = await b.letter(db, arthur), await b.letter(db, henk)
    sent.read_at, sent.warned = NOW, True
    got.left_out, got.removed_text, got.original_text = ["henk.devries.vcf"], "Tel. 0151 23456789", "Tel. 0151 23456789"
    db.add_all([sent, got])
    await db.flush()
    text = json.dumps(await privacy.held_about(db, arthur.resident_id, now=NOW))
    mine = json.loads(text)["correspondences"][0]["letters_written"][0]
    assert "devries" not in text
    assert "23456789" not in text
    assert not {"read_at", "warned"} & mine.keys()


# --- a mail sender who forges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("vouched", "known"), [("dmarc=pass header.from=mail.example", True), ("dmarc=none", False)])
async def test_R27_a_message_to_the_team_is_a_resident_s_only_if_vouched_for(
    fresh_sqlite: str, vouched: str, known: bool
) -> None:
    raw = (
        f"Authentication-Results: mx.test; {vouched}\r\nFrom: Anna <{ANNA_MAIL}>\r\nTo: team\r\nSubject: Hello\r\n"
        "Message-ID: <9@mail.example>\r\n\r\nPlease make me older.\r\n"
    ).encode()
    async with house_on(fresh_sqlite) as house:
        async with house.database.transaction() as db:
            await b.association(db, "thetford-friends")
        await house.post(raw, b.AT.team("thetford-friends"))
        async with house.database.reading() as db:
            row = (await db.exec(select(TeamMessage))).one()
    assert row.sign_in_id == (house.anna.sign_in_id if known else None)


# --- somebody with a planted cookie, a scanner, a guesser ------------------------------------------------------------


@pytest.fixture
async def visit(fresh_sqlite: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_sqlite) as visit:
        await visit.get("/sign-in")
        yield visit


PLANTED = ("%5B" * 1500, "%22", quote('{"a":1}'), quote("é|é|é"), quote('["ok",["x"]]'), "|")


@pytest.mark.parametrize("name", ["flash", "signing_in", "halfway", "sign_up", "session"])
async def test_a_planted_cookie_breaks_no_page(visit: Visit, name: str) -> None:
    for value in PLANTED:
        visit.client.cookies.set(name, value)
        for path in ("/safety", "/sign-in/code", "/staff/code", "/join/town"):
            assert (await visit.get(path)).status_code in (200, 303), (path, value[:20])


async def test_a_planted_session_is_not_taken_over(visit: Visit) -> None:
    async with visit.database.transaction() as db:
        person = await b.adult(db, await b.town(db, "Thetford"))
        assert person.sign_in_id is not None
        made = await links.make(db, LinkPurpose.SIGN_IN, now=utc_now(), lifetime=HOUR, sign_in_id=person.sign_in_id)
    visit.client.cookies.set("session", "planted")
    await visit.post(f"/s/{made.secret}")
    async with visit.database.reading() as db:
        kept = [one.fingerprint for one in (await db.exec(select(Session))).all()]
    assert len(kept) == 1
    assert fingerprint("planted") not in kept


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:1",
    ],
)
async def test_signing_in_leads_nowhere_else(visit: Visit, back: str) -> None:
    async with visit.database.transaction() as db:
        person = await b.adult(db, await b.town(db, "Thetford"))
        assert person.sign_in_id is not None
        made = await links.make(db, LinkPurpose.SIGN_IN, now=utc_now(), lifetime=HOUR, sign_in_id=person.sign_in_id)
    visit.client.cookies.set("signing_in", quote(json.dumps(["x@example.org", back])))
    answer = await visit.post(f"/s/{made.secret}")
    target = answer.headers["location"]
    assert answer.status_code == 303
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\", "/\t", "/\n"))


@pytest.mark.parametrize("path", ["s", "c", "g", "m", "w", "p", "k", "staff/invitation"])
async def test_a_link_opens_nothing_but_what_it_was_made_for(visit: Visit, path: str) -> None:
    async with visit.database.transaction() as db:
        child = await b.child(db, await b.town(db, "Thetford"))
        guardian = await db.get_one(Guardian, child.guardian_id)
        made = {
            one: (
                await links.make(
                    db, one, now=utc_now(), lifetime=HOUR, sign_in_id=guardian.sign_in_id, subject_id=child.id
                )
            ).secret
            for one in LinkPurpose
        }
    own = {
        "s": LinkPurpose.SIGN_IN, "c": LinkPurpose.CONFIRM_SIGN_UP, "g": LinkPurpose.GUARDIAN_CONSENT,
        "m": LinkPurpose.ANSWER_MATCH, "w": LinkPurpose.REPORT_LETTER, "p": LinkPurpose.STOP_LETTERS,
        "k": LinkPurpose.CONFIRM_MAIL, "staff/invitation": LinkPurpose.STAFF_INVITATION,
    }  # fmt: skip
    answers = {
        purpose: (await visit.get(f"/{path}/{secret}")).status_code
        for purpose, secret in made.items()
        if purpose is not own[path]
    }
    assert set(answers.values()) == {409}


async def test_every_form_without_its_token_is_refused(fresh_sqlite: str) -> None:
    async with two_friends(fresh_sqlite) as friends:
        for path in ("/me/leave", "/me/pause", f"{friends.thread}/block", f"{friends.thread}/ending", "/sign-out"):
            assert (await friends.arthur.client.post(path, data={})).status_code == 403, path


async def test_of_many_guesses_at_once_five_are_looked_at(fresh_postgres: str) -> None:
    """Each guess in a transaction of its own, all at the same moment."""
    database = Database(make_engine(fresh_postgres, pool_size=20), nobody)
    async with database.transaction() as db:
        person = await b.sign_in(db)
        await links.make(db, LinkPurpose.SIGN_IN, now=NOW, lifetime=HOUR, sign_in_id=person.id, code_key=b.AT.key)

    async def guess(number: int) -> bool:
        async with database.transaction() as db:
            return await links.enter_code(db, person.id, LinkPurpose.SIGN_IN, f"wrong{number}", key=b.AT.key, now=NOW)

    assert not any(await asyncio.gather(*(guess(number) for number in range(20))))
    async with database.reading() as db:
        assert (await db.exec(select(OneTimeLink.tries))).one() == links.CODE_TRIES
    await database.close()


async def test_without_a_session_no_picture_is_drawn(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(Reader, "picture", lambda _reader, data: drawn.append(len(data)))
    async with two_friends(fresh_sqlite) as friends:
        friends.stranger.client.cookies.delete("session")
        await _send_pictures(friends, friends.stranger, 30)
    assert drawn == []


async def test_of_a_form_full_of_pictures_five_are_drawn(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them in this process, where the keys are."""
    drawn: list[int] = []
    draw = Reader.picture

    def counted(reader: Reader, data: bytes) -> images.SafeImage | None:
        drawn.append(len(data))
        return draw(reader, data)

    monkeypatch.setattr(Reader, "picture", counted)
    monkeypatch.setattr(images, "reencode", None)
    async with two_friends(fresh_sqlite) as friends:
        answer = await _send_pictures(friends, friends.arthur, 30)
    assert len(drawn) == 5
    assert answer == 422


async def _send_pictures(friends: Friends, visit: Visit, number: int) -> int:
    made = await friends.arthur.post(f"{friends.thread}/new")
    path = made.headers["location"].removesuffix("/edit")
    token = visit.client.cookies.get("csrf") or ""
    files = [("pictures", (f"{one}.jpg", drawing(), "image/jpeg")) for one in range(number)]
    form = {"_csrf_token": token, "text": "Dear Henk", "title": "", "key": "é"}
    return (await visit.client.post(f"{path}/draft", data=form, files=files)).status_code


# --- a copy of everything --------------------------------------------------------------------------------------------


def test_a_backup_is_for_its_owner_alone(fresh_sqlite: str, tmp_path: Path) -> None:
    chosen = Settings(database_url=fresh_sqlite, var_dir=tmp_path)
    backup(chosen, tmp_path / "kept.backup")
    assert (tmp_path / "kept.backup").stat().st_mode & 0o077 == 0
