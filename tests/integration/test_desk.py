"""Does a moderator get through the desk: read, decide, undo, look up, with nothing shown that is not theirs?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import digest, holds, reports
from penfriends.actions.blobs import keep
from penfriends.ids import uuid7
from penfriends.models.delivery import (
    Delivery,
    RawMail,
    RawMailState,
    Suppression,
    SuppressionReason,
    TeamMessage,
)
from penfriends.models.letters import Letter, LetterState
from penfriends.models.matching import Match, MatchState
from penfriends.models.moderation import AuditEntry, Conflict, Moderator, Role
from penfriends.models.residents import Consent, Resident
from penfriends.models.signin import SignIn
from tests import builders as b
from tests.support.desk import Twins, adults, children, held, proposed, twins
from tests.support.visits import Visit, visiting, words

TEXT = "Hey Lotte,\n\ntext me on 07700 900341 <b>now</b>.\n\nTom"


@pytest.fixture
async def visit(fresh_database: str) -> AsyncIterator[Visit]:
    async with visiting(fresh_database) as visit:
        await visit.get("/sign-in")
        yield visit


async def sit_down(visit: Visit, moderator: Moderator) -> None:
    async with visit.database.transaction() as db:
        visit.sign_in(await b.session(db, moderator.sign_in_id, staff=True))


async def tom_s_letter(visit: Visit, text: str = TEXT) -> tuple[Twins, UUID, UUID]:
    """Tom's letter to Lotte waits; Ilse sits at the desk. The ids of hold and letter."""
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        twin = await twins(db, now=now)
        tom, _lotte = await children(db, twin)
        hold, letter = await held(db, tom, text, at=now - timedelta(hours=2))
        await _consent_lasts(db, now)
    await sit_down(visit, twin.ilse)
    return twin, hold.id, letter.id


async def _consent_lasts(db: AsyncSession, now: datetime) -> None:
    for row in await db.exec(select(Consent)):
        row.expires_at = now + timedelta(days=300)


async def letter_of(visit: Visit, letter_id: UUID) -> Letter:
    async with visit.database.reading() as db:
        return await db.get_one(Letter, letter_id)


def hash_on(page: str) -> str:
    found = re.search(r'name="seen_hash" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


async def test_the_desk_counts_and_says_thanks_when_empty(visit: Visit) -> None:
    twin, _hold, _letter = await tom_s_letter(visit)
    assert "letter to read" in words(await visit.get("/desk"))
    await sit_down(visit, twin.ewa)
    assert "1 letter to read" in words(await visit.get("/desk"))
    async with visit.database.transaction() as db:
        stranger = await b.moderator(db, (await b.town(db, "Skawina")).association_id, "Ola")
    await sit_down(visit, stranger)
    seen = words(await visit.get("/desk"))
    assert "Nothing waits. Thank you" in seen
    assert "Children’s letters and matches are closed for you." in seen


@pytest.mark.parametrize(
    "path",
    ["/desk", "/desk/letters", "/desk/matches", "/desk/reports", "/desk/people", "/desk/mail"],
)
async def test_nobody_but_staff_sees_the_desk(visit: Visit, path: str) -> None:
    answer = await visit.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/sign-in?next={path}")


async def test_the_marks_stand_in_the_text_and_markup_is_only_text(visit: Visit) -> None:
    _twin, hold_id, _letter = await tom_s_letter(visit)
    page = (await visit.get(f"/desk/letters/{hold_id}")).text
    assert re.search(
        r'<mark class="hl hl--contact" id="m1"><span class="vh" lang="en" dir="ltr">\[Phone number\]', page
    )
    assert 'aria-label="1: Phone number. Children’s letters stay on penfriends."' in page, "a mark says why it is one"
    assert 'href="#m1"' in page
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    assert 'lang="en" dir="ltr"' in page
    assert not re.search(r'\sstyle="|<script(?![^>]*src=)|\son\w+="', page)


async def test_the_queue_opens_the_first_and_takes_it(visit: Visit) -> None:
    twin, hold_id, _letter = await tom_s_letter(visit)
    assert (await visit.get("/desk/letters")).headers["location"] == f"/desk/letters/{hold_id}"
    assert "You have this open until" in words(await visit.get(f"/desk/letters/{hold_id}"))
    await sit_down(visit, twin.marta)
    seen = await visit.get(f"/desk/letters/{hold_id}")
    assert "Ilse has this open until" in words(seen)
    assert "Your decision" not in words(seen)
    assert "seen_hash" not in seen.text
    assert "Others are reading the rest" in words(await visit.get("/desk/letters"))


async def test_R24_deliver_then_undo_in_the_page(visit: Visit) -> None:
    _twin, hold_id, letter_id = await tom_s_letter(visit, "A harmless letter.")
    page = (await visit.get(f"/desk/letters/{hold_id}")).text
    answer = await visit.post(f"/desk/letters/{hold_id}/release", seen_hash=hash_on(page))
    assert answer.headers["location"] == "/desk"
    assert (await letter_of(visit, letter_id)).state is LetterState.RELEASED
    undo = re.search(r'action="(/desk/decisions/[^"]+/undo)"', (await visit.get("/desk/letters")).text)
    assert undo
    assert (await visit.post(undo[1])).headers["location"] == f"/desk/letters/{hold_id}"
    assert (await letter_of(visit, letter_id)).state is LetterState.HELD


async def test_R24_a_letter_that_changed_is_shown_afresh_and_not_sent(visit: Visit) -> None:
    _twin, hold_id, letter_id = await tom_s_letter(visit, "A harmless letter.")
    old = hash_on((await visit.get(f"/desk/letters/{hold_id}")).text)
    async with visit.database.transaction() as db:
        (await db.get_one(Letter, letter_id)).kept_text = "Something quite different."
    answer = await visit.post(f"/desk/letters/{hold_id}/release", seen_hash=old)
    assert answer.status_code == 409
    assert "This letter has changed since you opened it" in words(answer)
    assert "Something quite different." in words(answer)
    assert hash_on(answer.text) != old
    assert (await letter_of(visit, letter_id)).state is LetterState.HELD


async def test_R22_one_request_decides_one_letter(visit: Visit) -> None:
    _twin, hold_id, _letter = await tom_s_letter(visit)
    page = (await visit.get(f"/desk/letters/{hold_id}")).text
    assert page.count("/release") == 1
    assert not re.search(r"approve all|release all|all letters at once", page, re.IGNORECASE)


async def test_R43_a_child_gets_ready_sentences_only(visit: Visit) -> None:
    _twin, hold_id, letter_id = await tom_s_letter(visit)
    page = await visit.get(f"/desk/letters/{hold_id}/return")
    assert "Children get ready sentences only." in words(page)
    assert re.search(r'value="phone" checked', page.text)
    assert 'name="note"' not in page.text
    shown = await visit.post(f"/desk/letters/{hold_id}/return", reasons=["phone"], note="Call me", step="preview")
    assert "Please take out the phone number." in words(shown)
    assert "Call me" not in words(shown)
    await visit.post(f"/desk/letters/{hold_id}/return", reasons=["phone"], note="Call me", step="send")
    letter = await letter_of(visit, letter_id)
    assert (letter.state, letter.return_reasons, letter.return_note) == (LetterState.RETURNED, ["phone"], "")


async def test_a_return_without_a_reason_is_asked_again(visit: Visit) -> None:
    _twin, hold_id, letter_id = await tom_s_letter(visit)
    answer = await visit.post(f"/desk/letters/{hold_id}/return", step="send")
    assert (answer.status_code, "Please choose what should change." in words(answer)) == (422, True)
    assert (await letter_of(visit, letter_id)).state is LetterState.HELD


async def test_a_letter_is_stopped_with_a_note(visit: Visit) -> None:
    twin, hold_id, _letter = await tom_s_letter(visit)
    assert (await visit.post(f"/desk/letters/{hold_id}/escalation", note=" ")).status_code == 422
    assert (await visit.post(f"/desk/letters/{hold_id}/escalation", note="Line two.")).status_code == 303
    await sit_down(visit, twin.marta)
    assert "Line two." in words(await visit.get(f"/desk/letters/{hold_id}"))


async def test_keys_can_be_switched_off_for_good(visit: Visit) -> None:
    twin, hold_id, _letter = await tom_s_letter(visit)
    assert 'data-keys="on"' in (await visit.get(f"/desk/letters/{hold_id}")).text
    answer = await visit.post("/desk/shortcuts", shortcuts="off", back="https://elsewhere.example")
    assert answer.headers["location"] == "/desk/letters"
    assert 'data-keys="off"' in (await visit.get(f"/desk/letters/{hold_id}")).text
    async with visit.database.reading() as db:
        assert not (await db.get_one(SignIn, twin.ilse.sign_in_id)).shortcuts


@pytest.mark.parametrize("what", ["letters", "matches", "reports", "people"])
async def test_R18_foreign_and_missing_answer_alike(visit: Visit, what: str) -> None:
    ids = await everything(visit)
    async with visit.database.transaction() as db:
        stranger = await b.moderator(db, (await b.town(db, "Skawina")).association_id, "Ola")
    await sit_down(visit, stranger)
    foreign, missing = await visit.get(f"/desk/{what}/{ids[what]}"), await visit.get(f"/desk/{what}/{uuid7()}")
    assert foreign.status_code == missing.status_code == 404
    assert words(foreign) == words(missing)


async def everything(visit: Visit) -> dict[str, UUID]:
    """A held letter, a match, a report and a person of Thetford."""
    now = datetime.now(UTC)
    async with visit.database.transaction() as db:
        twin = await twins(db, now=now)
        arthur, henk = await adults(db, twin)
        arthurs = await db.get_one(Resident, arthur.resident_id)
        hold, _ = await held(db, arthur)
        assert twin.here.association_id
        assert arthurs.sign_in_id
        match = await proposed(db, await b.adult(db, twin.here, "Joan"), await b.adult(db, twin.there, "Uwe"), now=now)
        row = await reports.report(db, henk.id, letter_id=None, kind="money", text="Money!", now=now)
        db.add(TeamMessage(association_id=twin.here.association_id, subject="Hi", text="I am away.", created_at=now))
        gone = Suppression(
            sign_in_id=arthurs.sign_in_id,
            reason=SuppressionReason.HARD_BOUNCE,
            since=now,
        )
        db.add(gone)
        for state, why in ((RawMailState.AWAITING_WRITER, None), (RawMailState.QUARANTINED, "reader_died")):
            db.add(
                RawMail(
                    participant_id=arthur.id, envelope_from="a@elsewhere.example", envelope_to="x@letters.test",
                    blob_sha256=await keep(db, b"a mail", now=now), state=state, reason=why, received_at=now,
                    handled_at=now - timedelta(days=2),
                )
            )  # fmt: skip
        await db.flush()
    await sit_down(visit, twin.ilse)
    return {
        "letters": hold.id, "matches": match.id, "reports": row.id, "people": arthur.resident_id, "gone": gone.id,
    }  # fmt: skip


async def test_a_match_is_explained_and_approved(visit: Visit) -> None:
    ids = await everything(visit)
    seen = words(await visit.get(f"/desk/matches/{ids['matches']}"))
    assert "Both like: Chess and Trains and trams" in seen
    assert "Their towns have been twins since 1980." in seen
    await visit.post(f"/desk/matches/{ids['matches']}/approval")
    async with visit.database.reading() as db:
        assert (await db.get_one(Match, ids["matches"])).state is MatchState.APPROVED


async def test_a_veto_asks_why(visit: Visit) -> None:
    ids = await everything(visit)
    assert (await visit.post(f"/desk/matches/{ids['matches']}/veto", reason="")).status_code == 422
    await visit.post(f"/desk/matches/{ids['matches']}/veto", reason="They are cousins.")
    async with visit.database.reading() as db:
        assert (await db.get_one(Match, ids["matches"])).state is MatchState.VETOED


async def test_a_report_is_taken_and_closed(visit: Visit) -> None:
    ids = await everything(visit)
    path = f"/desk/reports/{ids['reports']}"
    assert "Money!" in words(await visit.get(path))
    assert (await visit.post(f"{path}/claim")).status_code == 303
    assert (await visit.post(f"{path}/closing", outcome="ended", note="")).status_code == 422
    assert (await visit.post(f"{path}/closing", outcome="ended", note="Fraud.")).headers["location"] == "/desk/reports"
    assert "No report waits" in words(await visit.get("/desk/reports"))


async def test_mail_that_needs_a_person(visit: Visit) -> None:
    ids = await everything(visit)
    page = await visit.get("/desk/mail")
    assert "I am away." in words(page)
    assert "The mailbox does not exist." in words(page)
    assert "Perhaps a letter of Arthur" in words(page)
    assert "Have it read once more." in words(page)
    assert "@" not in words(page), "no address is shown"
    for action in re.findall(r'action="(/desk/mail/[^"]+)"', page.text):
        too_late = "/waiting/" in action and action.endswith("/end")  # the writer was asked once more just before
        assert (await visit.post(action)).status_code == (409 if too_late else 303), action
    assert "Nothing waits. Thank you" in words(await visit.get("/desk/mail"))
    async with visit.database.reading() as db:
        assert (await db.get_one(Suppression, ids["gone"])).lifted_at is not None


async def test_R41_a_child_s_page_leaves_a_line_and_knowing_somebody_hides_them(visit: Visit) -> None:
    twin, _hold, _letter = await tom_s_letter(visit)
    async with visit.database.reading() as db:
        tom = (await db.exec(select(Resident).where(Resident.first_name == "Tom"))).one()
    assert "Tom" in words(await visit.get("/desk/people?q=to"))
    assert "Lotte" not in words(await visit.get("/desk/people")), "only people of the own towns"
    page = await visit.get(f"/desk/people/{tom.id}")
    assert "Guardian said yes" in words(page)
    assert "900341" not in page.text, "no letter is shown here"
    await visit.post(f"/desk/people/{tom.id}/conflict")
    assert "Tom" not in words(await visit.get("/desk/people"))
    assert (await visit.get(f"/desk/people/{tom.id}")).status_code == 409
    async with visit.database.reading() as db:
        noted = [one.action for one in await db.exec(select(AuditEntry).where(AuditEntry.actor_id == twin.ilse.id))]
        assert noted == ["view_list", "view_list", "view_profile", "declare_conflict"]
        assert (await db.exec(select(Conflict))).one().moderator_id == twin.ilse.id


# --- The digest -------------------------------------------------------------------------------------------------------


async def digests(db: AsyncSession) -> list[Delivery]:
    return list(
        await db.exec(select(Delivery).where(Delivery.notice == "desk_digest").order_by(col(Delivery.created_at)))
    )


async def test_the_digest_comes_once_a_day_and_only_when_something_waits(db: AsyncSession) -> None:
    twin = await twins(db)
    assert await digest.send_due(db, b.AT, b.NOW) == 0
    await held(db, (await adults(db, twin))[0], at=b.NOW - timedelta(hours=28))
    assert await digest.send_due(db, b.AT, b.NOW) == 4, "Ilse, Marta, Uli and Ewa"
    assert await digest.send_due(db, b.AT, b.NOW + timedelta(hours=3)) == 0
    assert await digest.send_due(db, b.AT, b.NOW + timedelta(hours=24)) == 4
    sent = (await digests(db))[0].payload
    assert (sent["letters"], sent["oldest"]) == (1, {"seconds": 28 * 3600.0})
    assert "how are you" not in str(sent)


async def test_the_digest_waits_for_daytime_and_counts_only_what_one_may_decide(db: AsyncSession) -> None:
    twin = await twins(db)
    hold, _ = await held(db, (await children(db, twin))[0])
    night = b.NOW.replace(hour=3) + timedelta(days=1)
    assert await digest.send_due(db, b.AT, night) == 0
    twin.marta.role = Role.MODERATOR
    db.add(twin.marta)
    await db.flush()
    assert await digest.send_due(db, b.AT, b.NOW) == 2, "children are closed in Thetford, open in Hürth"
    assert hold.promised_at - hold.created_at == holds.CHILD_PROMISE


async def test_when_the_session_is_over_what_a_moderator_typed_can_be_sent_again(visit: Visit) -> None:
    twin, hold, _letter = await tom_s_letter(visit)
    url = f"/desk/letters/{hold}/escalation"
    await visit.get(url)
    visit.client.cookies.delete("session")
    lost = await visit.post(url, note="He sounds afraid of somebody.")
    assert lost.status_code == 403
    assert "He sounds afraid of somebody." in words(lost)
    assert 'href="/staff/sign-in?next=' in lost.text
    assert f'action="{url}"' in lost.text
    await sit_down(visit, twin.ilse)
    assert (await visit.post(url, note="He sounds afraid of somebody.")).status_code == 303
