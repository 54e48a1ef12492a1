"""Attempts at the doors of the pages of classes: ids of others in forms, a classmate's letters, a stranger with a class
code, another town, a school's word that has run out. What do pages, forms and the log give away?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from penfriends.actions import mail_links, moderation
from penfriends.models.letters import LetterState
from penfriends.models.moderation import AuditEntry, Hold, Moderator, Report, Role, Vetting
from penfriends.models.pairings import Couple, PairingState, PairingWish
from penfriends.models.residents import Resident
from penfriends.models.schools import ClassTeacher, PaperYes, Pupil, School, SchoolClass
from penfriends.web.permissions import TABLE, Permission, key_of
from tests import builders as b
from tests.integration.test_permissions import filled_in, handlers_of
from tests.support.desk import held
from tests.support.pupils import School as Opened
from tests.support.pupils import school
from tests.support.visits import Visit, words


@pytest.fixture
async def at(fresh_sqlite: str) -> AsyncIterator[Opened]:
    async with school(fresh_sqlite) as opened:
        yield opened


async def sits_down(visit: Visit, who: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, who.sign_in_id, staff=True))


async def signed_in(at: Opened) -> None:
    assert (await at.taps(*await at.pictures())).headers["location"] == "/pupil"


# --- a teacher whose time is over -------------------------------------------------------------------------------------


async def test_R38_every_page_of_a_teacher_closes_with_the_word_of_the_school(at: Opened) -> None:
    async with at.okafor.database.transaction() as db:
        for proof in await db.exec(select(Vetting).where(Vetting.moderator_id == at.at.okafor.id)):
            proof.expires_on = datetime.now(UTC).date()
            db.add(proof)
    closed = {
        (method, filled_in(path))
        for path, handlers in handlers_of(at.okafor.settings).items()
        for handler in handlers
        if TABLE[key_of(handler)] in (Permission.TEACHER, Permission.READER)
        for method in handler.http_methods & {"GET", "POST"}
    }
    assert {("GET", "/classes"), ("GET", "/desk/letters"), ("GET", "/classes/new")} <= closed
    assert len(closed) > 60
    token = at.okafor.client.cookies.get("csrf") or ""
    for method, path in sorted(closed):
        data = {"_csrf_token": token} if method == "POST" else None
        answer = await at.okafor.client.request(method, path, data=data)
        assert answer.status_code == 409, (method, path)
        assert "What your school said about you has run out." in words(answer), path
    own = at.class_path
    for path in (own, f"{own}/pupils", f"{own}/letters/set", f"{own}/paper/sheets", f"{own}/reports"):
        answer = await at.okafor.get(path)
        assert (answer.status_code, "Ava" in answer.text) == (409, False), path
    cards = await at.okafor.post(f"{own}/cards", who="all")
    assert (cards.status_code, "Ava" in cards.text) == (409, False)


@pytest.mark.parametrize("how", ["suspended", "left"])
async def test_R18_who_is_suspended_or_has_left_the_class_finds_nothing(at: Opened, how: str) -> None:
    async with at.okafor.database.transaction() as db:
        if how == "suspended":
            row: Moderator | ClassTeacher = await db.get_one(Moderator, at.at.okafor.id)
            assert isinstance(row, Moderator)
            row.active = False
        else:
            row = await db.get_one(ClassTeacher, (at.at.here.id, at.at.okafor.id))
            row.until = datetime.now(UTC)
        db.add(row)
    for path in ("", "/pupils", "/pupils/list", "/letters/set", "/paper/sheets", "/cards", "/signing-in", "/year"):
        answer = await at.okafor.get(f"{at.class_path}{path}")
        assert answer.status_code in (303, 404), path
        assert "Ava" not in answer.text
    for path in ("board", "board/print", "dates"):
        assert (await at.okafor.get(f"/pairings/{at.at.pairing.id}/{path}")).status_code in (303, 404), path


# --- ids of other classes in forms ------------------------------------------------------------------------------------


async def test_R18_ids_of_other_classes_in_forms_do_nothing(at: Opened) -> None:
    now = datetime.now(UTC)
    async with at.okafor.database.transaction() as db:
        second, _ = await b.school_class(db, at.at.towns.there, "5c", teacher="Herr Roth", now=now)
        third, _ = await b.school_class(db, at.at.towns.here, "7A", teacher="Mr Hill", now=now)
        foreign = await b.pupil(db, second, at.at.weber, "Mia", now=now)
        other = await b.pupil(db, third, at.at.weber, "Tim", now=now)
        theirs = await b.pairing(db, second, third, now=now)
        await b.partnered(db, theirs, foreign, other)
        couple = (await db.exec(select(Couple).where(Couple.pairing_id == theirs.id))).one()
        foreign.locked_at = now
        db.add(foreign)
    mine, pair = at.class_path, f"/pairings/{at.at.pairing.id}"
    anton, mia = str(at.at.anton.resident_id), str(foreign.resident_id)
    post = at.okafor.post
    assert (await post(f"{mine}/signing-in/unlock", pupil=mia)).status_code == 404
    for who in (anton, mia):
        cards = await post(f"{mine}/cards", pupil=who)
        assert (cards.status_code, "Anton K" in cards.text) == (303, False)
        assert (await post(f"{pair}/board/wishes", kind="apart", one=who, other=mia)).status_code in (404, 422)
        assert (await post(f"{pair}/board/language", pupil=who, language="de")).status_code in (303, 404)
        for page in ("", "/leaving", "/withdrawal"):
            assert (await at.okafor.get(f"/pupils/{who}{page}")).status_code == 404
        for step in ("", "/paper", "/presence", "/volunteering", "/leaving", "/return"):
            assert (await post(f"/pupils/{who}{step}", paper="none", first_name="X")).status_code == 404, step
    await post(f"{pair}/board/lock", couple=str(couple.id), locked="on", version="0")
    await post(f"{pair}/board/pupils", volunteer=anton, away=[anton, mia])
    assert (await post(f"{pair}/board/0/{at.at.ava.resident_id}", to=mia, version="0")).status_code in (404, 409)
    assert (await post(f"{mine}/year/partner", other=str(second.id))).status_code == 404
    assert (await post(f"{mine}/partner/{third.id}", words="Hello")).status_code == 404
    assert (await post(f"{mine}/teachers/{at.at.weber.id}/leaving")).status_code == 404
    await post(f"{mine}/year/next", name="6B", starts_on="2027-09-01", ends_on="2028-07-01", staying=[anton, mia])
    async with at.okafor.database.reading() as db:
        kept = await db.get_one(Pupil, foreign.resident_id)
        assert (kept.class_id, kept.locked_at is not None, kept.present, kept.left_at) == (second.id, True, True, None)
        same = await db.get_one(Pupil, at.at.anton.resident_id)
        assert (same.class_id, same.volunteer, same.present) == (at.at.there.id, False, True)
        assert not (await db.get_one(Couple, couple.id)).locked
        assert not (await db.exec(select(PairingWish))).all()
        assert (await db.get_one(ClassTeacher, (at.at.there.id, at.at.weber.id))).until is None


# --- pupils -----------------------------------------------------------------------------------------------------------


async def test_R18_a_pupil_finds_nothing_of_a_classmate_s_letters(at: Opened) -> None:
    await signed_in(at)
    now = datetime.now(UTC)
    async with at.ava.database.transaction() as db:
        ben = await b.pupil(db, at.at.here, at.at.okafor, "Ben", now=now)
        mia = await b.pupil(db, at.at.there, at.at.weber, "Mia", now=now)
        ben_writes, mia_writes = await b.partnered(db, at.at.pairing, ben, mia)
        draft = await b.letter(db, ben_writes, "My secret.", state=LetterState.DRAFT, at=now)
        _, waiting = await held(db, ben_writes, "My secret.", at=now)
        got = await b.letter(db, mia_writes, "Mein Geheimnis.", state=LetterState.DELIVERED, at=now)
        coming = await b.letter(db, at.at.anton_writes, "Not yet.", state=LetterState.RELEASED, at=now)
    for one in (draft, waiting, got):
        for path in ("edit", "journey", "report", "pictures/1"):
            answer = await at.ava.get(f"/letters/{one.id}/{path}")
            assert (answer.status_code, "ecret" in answer.text) == (404, False), path
        for path in ("draft", "sending", "undo", "removal", "report", "pictures/1/removal"):
            answer = await at.ava.post(f"/letters/{one.id}/{path}", text="Mine now.", kind="unkind")
            assert answer.status_code == 404, path
    theirs = f"/letters/with/{ben_writes.correspondence_id}"
    assert (await at.ava.get(theirs)).status_code == 404
    assert (await at.ava.post(f"{theirs}/new")).status_code == 404
    assert (await at.ava.get(f"/letters/{coming.id}/report")).status_code == 404
    assert "Not yet." not in (await at.ava.get(at.thread)).text
    async with at.ava.database.reading() as db:
        assert not (await db.exec(select(Report))).all()


async def test_R14_the_card_of_one_pupil_opens_no_classmate_s_page(at: Opened) -> None:
    async with at.okafor.database.transaction() as db:
        ben = await b.pupil(db, at.at.here, at.at.okafor, "Ben", now=datetime.now(UTC))
        none = await b.pupil(db, at.at.here, at.at.okafor, "Cleo", paper=PaperYes.NONE, now=datetime.now(UTC))
    pictures = await at.pictures()
    await at.at_the_names()
    for stranger in (at.at.anton.resident_id, none.resident_id, uuid4()):
        assert (await at.ava.post("/class/names", who=str(stranger))).status_code == 404
    assert "Cleo" not in (await at.ava.get("/class/names")).text
    await at.ava.post("/class/names", who=str(ben.resident_id))
    for one in pictures:
        answer = await at.ava.post("/class/pictures", picture=one)
    assert answer.headers["location"] == "/class/pictures"
    assert (await at.ava.get("/pupil")).status_code == 303


async def test_R14_the_steps_of_signing_in_cannot_be_forged(at: Opened) -> None:
    await at.pictures()
    await at.at_the_names()
    sealed = at.ava.client.cookies.get("seat") or ""
    forged = sealed.replace(str(at.at.here.id), str(at.at.there.id))
    assert forged != sealed
    signature = sealed.partition("%7C")[0]
    later = int(datetime.now(UTC).timestamp()) + 500
    own = quote(f"{signature}|{later}|{at.at.here.id}|{at.at.ava.resident_id}|", safe="")
    for value in (forged, own, "x", "%7C%7C", quote(f"|{later}|{at.at.here.id}||", safe="")):
        at.ava.client.cookies.clear()
        await at.ava.get("/class")
        at.ava.client.cookies.set("seat", value)
        for path in ("/class/names", "/class/pictures"):
            answer = await at.ava.get(path)
            assert (answer.status_code, "Anton" in answer.text, "Ava" in answer.text) == (303, False, False), value


async def test_R14_ending_and_leaving_sign_a_pupil_out(at: Opened) -> None:
    await signed_in(at)
    await at.okafor.post(f"/pupils/{at.at.ava.resident_id}/leaving")
    assert (await at.ava.get("/pupil")).status_code == 303
    assert (await at.anton.get("/pupil")).status_code == 200
    async with at.okafor.database.transaction() as db:
        weber = await b.session(db, at.at.weber.sign_in_id, staff=True)
    at.okafor.sign_in(weber)
    await at.okafor.get("/classes")
    ended = await at.okafor.post(f"/classes/{at.at.there.id}/year/ending")
    assert ended.status_code == 303
    assert (await at.anton.get("/pupil")).status_code == 303
    for path in ("pupils/add", "edit"):
        answer = await at.okafor.get(f"/classes/{at.at.there.id}/{path}")
        assert answer.status_code == 409
        assert "This class has ended. It takes no pupils, no letters and no partner class any more." in words(answer)


async def test_R47_a_pupil_s_page_tells_of_the_friend_neither_surname_nor_school_nor_class(at: Opened) -> None:
    await signed_in(at)
    async with at.ava.database.transaction() as db:
        there = await db.get_one(SchoolClass, at.at.there.id)
        place = await db.get_one(School, there.school_id)
        place.name, there.name = "Clara-Schumann-Gymnasium", "Delfinklasse"
        theirs = await db.get_one(Pupil, at.at.anton.resident_id)
        theirs.initial = "Qz"
        db.add_all([place, there, theirs])
        await b.letter(db, at.at.anton_writes, "Hallo Ava.", state=LetterState.DELIVERED, at=datetime.now(UTC))
    sheet = str((await at.ava.post(f"{at.thread}/new")).headers["location"])
    born = (await _resident(at, at.at.anton.resident_id)).birth_on
    for path in ("/pupil", "/letters", at.thread, sheet, "/help"):
        shown = (await at.ava.get(path)).text
        for secret in ("Clara-Schumann", "Delfinklasse", "Qz", there.code, str(born), "Frau Weber"):
            assert secret not in shown, (path, secret)


async def test_R33_a_pupil_finds_whom_to_call(at: Opened) -> None:
    await signed_in(at)
    for path in ("/pupil", "/help"):
        assert "116 111" in words(await at.ava.get(path)), path


async def _resident(at: Opened, resident_id: UUID) -> Resident:
    async with at.ava.database.reading() as db:
        return await db.get_one(Resident, resident_id)


# --- moderators -------------------------------------------------------------------------------------------------------


async def test_R18_R38_another_town_and_a_moderator_without_checks_see_nothing_of_pupils(at: Opened) -> None:
    now = datetime.now(UTC)
    async with at.okafor.database.transaction() as db:
        far = await b.town(db, "Skawina", country="PL", language="pl", zone="Europe/Warsaw")
        zofia = await b.moderator(db, far.association_id, "Zofia", role=Role.LEAD, now=now)
        await b.moderator(db, far.association_id, "Jan", role=Role.DEPUTY, now=now)
        unchecked = await b.moderator(db, at.at.towns.here.association_id, "Bob", vetted=False, now=now)
        hold, _ = await held(db, at.at.ava_writes, "I want to kill myself.", urgent=True, at=now)
        got = await b.letter(db, at.at.anton_writes, "Du bist doof.", state=LetterState.DELIVERED, at=now)
        await mail_links.report(db, at.at.ava_writes, got.id, kind="unkind", text="Bad.", block=False, now=now)
        alarm = (await db.exec(select(Report))).one()
        agreed = await b.pairing(db, at.at.here, at.at.there, state=PairingState.AGREED, now=now)
    wanted = (
        f"/desk/letters/{hold.id}", f"/desk/letters/{hold.id}/return", f"/desk/reports/{alarm.id}",
        f"/desk/people/{at.at.ava.resident_id}", f"/desk/pairings/{agreed.id}",
        f"/desk/pairings/{at.at.pairing.id}", f"/classes/{at.at.here.id}/reports",
    )  # fmt: skip
    for who, answers in ((zofia, (404,)), (unchecked, (404, 409))):
        await sits_down(at.okafor, who)
        for path in wanted:
            answer = await at.okafor.get(path)
            assert answer.status_code in answers, (who.name, path, answer.status_code)
            assert not any(one in answer.text for one in ("kill", "doof", "Ava", "Anton")), (who.name, path)
        for path in ("/desk", "/desk/letters", "/desk/reports", "/desk/pairings", "/desk/people?q=Ava"):
            shown = words(await at.okafor.get(path))
            assert not any(one in shown for one in ("Anton", "doof", "6B", "Ava ")), (who.name, path)
        for path in (f"/desk/reports/{alarm.id}/claim", f"/desk/pairings/{agreed.id}/approval"):
            assert (await at.okafor.post(path)).status_code in answers, (who.name, path)


async def test_R43_no_moderator_and_no_guardian_s_mailbox_is_between_the_team_and_a_pupil(at: Opened) -> None:
    await sits_down(at.okafor, at.at.towns.ilse)
    pupil = at.at.ava.resident_id
    await at.okafor.get("/desk")
    sent = await at.okafor.post(f"/desk/people/{pupil}/words", text="Hello Ava, write to me.")
    assert sent.status_code == 404
    found = await at.okafor.get("/desk/people?q=Ava")
    assert str(pupil) not in found.text


async def test_R41_every_eye_on_a_pupil_s_letter_leaves_a_line_and_none_holds_a_name_or_a_word(at: Opened) -> None:
    now = datetime.now(UTC)
    async with at.okafor.database.transaction() as db:
        hold, letter = await held(db, at.at.ava_writes, "I have a purple axolotl.", urgent=True, at=now)
        await b.letter(db, at.at.anton_writes, "Meine Katze.", state=LetterState.DELIVERED, at=now)
    for path in (f"/desk/letters/{hold.id}", f"/desk/letters/{hold.id}/return", f"/desk/letters/{hold.id}/escalation"):
        assert (await at.okafor.get(path)).status_code == 200
    for path in ("/letters/set", "/letters/set?what=ours", "/pupils", "/pupils/list", "/pupils/forms?for=all"):
        assert (await at.okafor.get(f"{at.class_path}{path}")).status_code == 200
    for path in ("/letters", "/paper/sheets"):
        await at.okafor.get(f"{at.class_path}{path}")
        async with at.okafor.database.reading() as db:
            newest = (await db.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()))).first()
            both = {str(at.at.ava.resident_id), str(at.at.anton.resident_id)}
            assert newest is not None
            assert set(newest.details.get("children", ())) == both, path
    async with at.okafor.database.transaction() as db:
        await moderation.view_hold(db, hold.id, at.at.towns.ilse, now=now)
    async with at.okafor.database.reading() as db:
        lines = (await db.exec(select(AuditEntry).order_by(col(AuditEntry.number)))).all()
    seen = [(one.actor_id, one.subject_id == letter.id) for one in lines if one.action == "view_letter"]
    assert seen == [*[(at.at.okafor.id, True)] * 3, (at.at.okafor.id, False), (at.at.towns.ilse.id, True)]
    assert sum(str(at.at.ava.resident_id) in str(one.details) for one in lines if one.action == "view_list") >= 3
    for one in lines:
        assert not any(told in str(one.details) for told in ("Ava", "Anton", "axolotl", "Katze")), one.action


async def test_R31_a_letter_of_who_was_reported_is_not_printed_with_the_others(at: Opened) -> None:
    now = datetime.now(UTC)
    async with at.okafor.database.transaction() as db:
        got = await b.letter(db, at.at.anton_writes, "Du bist doof.", state=LetterState.DELIVERED, at=now)
    assert "Du bist doof." in words(await at.okafor.get(f"{at.class_path}/letters/set"))
    async with at.okafor.database.transaction() as db:
        await mail_links.report(db, at.at.ava_writes, got.id, kind="unkind", text="", block=False, now=now)
    shown = words(await at.okafor.get(f"{at.class_path}/letters/set"))
    assert "Du bist doof." not in shown
    assert "1 letter is not among them: a grown-up is looking at it." in shown


async def test_R33_an_urgent_letter_of_a_pupil_is_on_top_for_the_moderators_of_both_towns(at: Opened) -> None:
    now = datetime.now(UTC)
    async with at.okafor.database.transaction() as db:
        hold, _ = await held(db, at.at.ava_writes, "I want to kill myself.", urgent=True, at=now)
        await held(db, at.at.anton_writes, "Ich habe einen Hund.", at=now - timedelta(days=1))
    for who in (at.at.towns.ilse, at.at.towns.uli):
        await sits_down(at.okafor, who)
        assert (await at.okafor.get("/desk/letters")).headers["location"] == f"/desk/letters/{hold.id}"
    async with at.okafor.database.reading() as db:
        assert (await db.get_one(Hold, hold.id)).closed_at is None
