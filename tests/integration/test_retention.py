"""Is everything gone when its time is over, and not a day earlier? (rules R48, R49; which columns: R50)"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, blobs, class_endings, privacy, pupil_care, retention, threads
from penfriends.actions import residents as residents_actions
from penfriends.models.classified import ADDRESS, PERSON, RAW, SECRET, WORDS, Classified
from penfriends.models.delivery import (
    Alias,
    Delivery,
    DeliveryKind,
    DeliveryState,
    RawMail,
    RawMailState,
    TeamMessage,
)
from penfriends.models.groups import Group, GroupMatch, GroupState
from penfriends.models.letters import (
    Attachment,
    Blob,
    Letter,
    LetterMailId,
    LetterState,
)
from penfriends.models.matching import FitCheck, Match, MatchRound, RoundPair
from penfriends.models.moderation import AuditEntry, Decision, Hold, Report, ReportState, Verb
from penfriends.models.pairings import Pairing, PairingWish, ReserveLetter, VolunteerLetter, WishKind
from penfriends.models.paper import ScannedPage
from penfriends.models.places import Association
from penfriends.models.residents import Consent, Guardian, Resident, ResidentInterest, ResidentLanguage
from penfriends.models.schools import ClassTeacher, Pupil
from penfriends.models.signin import LinkPurpose, OneTimeLink, Session, SignIn
from penfriends.rules.group_kinds import GroupKind
from penfriends.rules.retention import months_before
from tests import builders as b
from tests.support import forgotten
from tests.support.desk import Twins, twins
from tests.support.forgotten import Kept
from tests.support.schools import Classes, classes

NOW = b.NOW
DAY = timedelta(days=1)
LEFT = NOW + 28 * DAY
RAW_GONE = NOW + 30 * DAY
QUARTER = datetime(2026, 8, 12, 10, 0, tzinfo=NOW.tzinfo)
YEAR = datetime(2027, 5, 12, 10, 0, tzinfo=NOW.tzinfo)
Rows = list[tuple[SQLModel, datetime, tuple[Classified, ...]]]

ELSEWHERE = {
    "attempt.key": "gone after a day (test_signin_actions)",
    "sign_up_draft.fingerprint": "gone after 30 days (test_signup_actions)",
    "sign_up_draft.answers": "gone after 30 days (test_signup_actions)",
    "match_round.unmatched": "gone 30 days after the round (test_rounds)",
    "match_round.helps": "gone 30 days after the round (test_rounds)",
    "match_round.one_more": "gone 30 days after the round (test_rounds)",
    "school_class.code": "opens nothing from the end of the class on, and is another one then (test_class_years)",
}


async def sweep(db: AsyncSession, now: datetime, *, limit: int = 2) -> dict[str, int]:
    """As the worker does it, in small batches."""
    removed = dict.fromkeys(retention.STEPS, 0)
    for name in retention.STEPS:
        for _ in range(200):
            gone = await retention.step(db, name, now=now, limit=limit)
            removed[name] += gone
            if gone < limit:
                break
        else:
            raise AssertionError(f"{name} never ends")
    await retention.keep(db, removed, now=now)
    return removed


async def picture(db: AsyncSession, letter: Letter, data: bytes) -> tuple[Attachment, Blob]:
    digest = await blobs.keep(db, data, now=NOW)
    row = Attachment(letter_id=letter.id, blob_sha256=digest, name="drawing.png", content_type="image/png", position=1)
    db.add(row)
    await db.flush()
    return row, await db.get_one(Blob, digest)


async def added(db: AsyncSession, *rows: SQLModel) -> None:
    db.add_all(rows)
    await db.flush()


async def friends(db: AsyncSession, twin: Twins) -> list[Kept]:
    """Henk leaves; what he and Arthur wrote, what lay around it, and a second pair that only falls silent."""
    henk, arthur = await b.adult(db, twin.there, "Henk"), await b.adult(db, twin.here, "Arthur")
    henk.wished_town_id = twin.here.id
    assert arthur.sign_in_id
    assert twin.here.association_id
    one, other = await b.correspondence(db, henk, arthur)
    match = await b.approved_match(db, henk, arthur)
    sent, got = await b.letter(db, one, "From Henk"), await b.letter(db, other, "From Arthur")
    draft = await b.letter(db, one, "Not finished", state=LetterState.DRAFT)
    drawing, bytes_of = await picture(db, sent, b"a drawing")
    raw = await blobs.keep(db, b"From: henk", now=NOW)
    round_ = MatchRound(started_at=NOW)
    await added(db, round_)
    low, high = sorted((henk.id, arthur.id))
    pair = RoundPair(round_id=round_.id, low_id=low, high_id=high, band=henk.band)
    fit = FitCheck(correspondence_id=one.correspondence_id, participant_id=one.id, after_days=30, asked_at=NOW)
    known = LetterMailId(letter_id=sent.id, participant_id=other.id, message_id="<1@mx>")
    mail = RawMail(
        participant_id=one.id, envelope_to="x@letters.test", blob_sha256=raw, state=RawMailState.TAKEN, received_at=NOW,
        handled_at=NOW, letter_id=sent.id,
    )  # fmt: skip
    words = TeamMessage(
        association_id=twin.here.association_id,
        sign_in_id=henk.sign_in_id,
        subject="Hello",
        created_at=NOW,
        closed_at=NOW,
    )
    out = Delivery(
        kind=DeliveryKind.LETTER, letter_id=sent.id, participant_id=other.id, state=DeliveryState.SENT, due_at=NOW,
        sent_at=NOW, created_at=NOW, message_id="<2@mx>",
    )  # fmt: skip
    told = Delivery(
        kind=DeliveryKind.NOTICE, sign_in_id=arthur.sign_in_id, notice="nudge", state=DeliveryState.SENT, due_at=NOW,
        sent_at=NOW, created_at=NOW, message_id="<3@mx>",
    )  # fmt: skip
    report = Report(
        correspondence_id=one.correspondence_id, letter_id=sent.id, reporter_id=other.id, reported_id=one.id,
        kind="money", text="He asked for money", state=ReportState.CLOSED, created_at=NOW, closed_at=NOW,
    )  # fmt: skip
    link = OneTimeLink(
        fingerprint="f1", purpose=LinkPurpose.SIGN_IN, sign_in_id=arthur.sign_in_id, created_at=NOW, used_at=NOW,
        expires_at=NOW + DAY,
    )  # fmt: skip
    seen = Session(fingerprint="f2", sign_in_id=arthur.sign_in_id, created_at=NOW, seen_at=NOW, expires_at=NOW)
    await added(db, pair, fit, known, mail, words, out, told, report, link, seen)
    await residents_actions.leave(db, henk, at=b.AT, now=NOW)
    aliases = {one.participant_id: one for one in await db.exec(select(Alias))}
    spoken = (await db.exec(select(ResidentLanguage).where(ResidentLanguage.resident_id == henk.id))).one()
    likes = (await db.exec(select(ResidentInterest).where(ResidentInterest.resident_id == henk.id))).all()
    who = await db.get_one(SignIn, henk.sign_in_id)
    rows: Rows = [
        *((one, LEFT, (PERSON,)) for one in (henk, spoken, *likes, fit, await db.get_one(Match, match.id), pair)),
        (who, LEFT, (ADDRESS, SECRET)), (aliases[one.id], LEFT, (ADDRESS,)), (aliases[other.id], QUARTER, (ADDRESS,)),
        (draft, LEFT, (WORDS, RAW)), (sent, RAW_GONE, (RAW,)), (got, RAW_GONE, (RAW,)), (known, RAW_GONE, (RAW,)),
        (sent, QUARTER, (WORDS,)), (got, QUARTER, (WORDS,)), (known, QUARTER, (WORDS,)), (drawing, QUARTER, (WORDS,)),
        (bytes_of, QUARTER, (RAW,)), (await db.get_one(Blob, raw), RAW_GONE, (RAW,)), (mail, RAW_GONE, (RAW,)),
        (words, RAW_GONE, (RAW,)), (out, RAW_GONE, (RAW,)), (told, RAW_GONE, (RAW,)), (report, QUARTER, (WORDS,)),
        (link, RAW_GONE, (SECRET,)), (seen, RAW_GONE, (SECRET,)),
    ]  # fmt: skip
    return [kept for row, gone, about in rows for kept in await forgotten.kept(db, row, gone, *about)]


async def silent(db: AsyncSession, twin: Twins) -> list[Kept]:
    """Two who stay friends, and have not written for a year: their letters go, they do not."""
    greta, ida = await b.adult(db, twin.here, "Greta"), await b.adult(db, twin.there, "Ida")
    one, other = await b.correspondence(db, greta, ida)
    rows = [await b.letter(db, one, at=NOW - 200 * DAY), await b.letter(db, other, at=NOW)]
    return [kept for row in rows for kept in await forgotten.kept(db, row, YEAR, WORDS)]


async def child(db: AsyncSession, twin: Twins) -> list[Kept]:
    """Maisie leaves, for whom her mother has said yes: the yes stays, the address goes."""
    maisie = await b.child(db, twin.here, "Maisie")
    mother = await db.get_one(Guardian, maisie.guardian_id)
    await residents_actions.leave(db, maisie, at=b.AT, now=NOW)
    address = await db.get_one(SignIn, mother.sign_in_id)
    return await forgotten.kept(db, address, LEFT, ADDRESS, SECRET)


async def groups(db: AsyncSession, twin: Twins) -> list[Kept]:
    made = []
    for town in (twin.here, twin.there):
        contact = await b.adult(db, town, "Choir")
        assert town.association_id
        made.append(
            Group(
                association_id=town.association_id, town_id=town.id, kind=GroupKind.CHOIR, name="Choir",
                contact_id=contact.id, size=20, youngest=20, oldest=70, state=GroupState.ENDED, waiting_since=NOW,
                changed_at=NOW, created_at=NOW,
            )
        )  # fmt: skip
    await added(db, *made)
    low, high = sorted(made, key=lambda one: one.id)
    match = GroupMatch(low_id=low.id, high_id=high.id, proposed_at=NOW)
    await added(db, match)
    return [kept for row in (*made, match) for kept in await forgotten.kept(db, row, LEFT, PERSON)]


async def school(db: AsyncSession, at: Classes) -> list[Kept]:
    """Two classes end their year; one pupil had left before. The teachers had a wish, a reserve letter, a calendar."""
    bea = await b.pupil(db, at.here, at.okafor, "Bea", now=NOW)
    letter = await b.letter(db, at.ava_writes, "Dear Anton")
    drawing, bytes_of = await picture(db, letter, b"a cat")
    started = await b.letter(db, at.anton_writes, "Dear", state=LetterState.DRAFT)
    low, high = sorted((at.ava.resident_id, bea.resident_id))
    wish = PairingWish(pairing_id=at.pairing.id, kind=WishKind.APART, low_id=low, high_id=high, wished_by=at.okafor.id)
    reserve = ReserveLetter(class_id=at.here.id, written_by=at.okafor.id, text="Dear pupil", created_at=NOW)
    assert at.towns.here.association_id
    offered = VolunteerLetter(
        association_id=at.towns.here.association_id, written_by=at.towns.ilse.id, text="Dear pupil", created_at=NOW
    )
    await added(db, wish, reserve, offered)
    await pupil_care.leave(db, bea.resident_id, at.okafor, now=NOW)
    for of in (at.here, at.there):
        await class_endings.end_class(db, of, by=at.okafor, at=b.AT, now=NOW)
    taught = (await db.exec(select(ClassTeacher).where(ClassTeacher.class_id == at.here.id))).one()
    ava, left = await db.get_one(Resident, at.ava.resident_id), await db.get_one(Resident, bea.resident_id)
    rows: Rows = [
        (at.ava, QUARTER, (PERSON, SECRET)), (bea, LEFT, (PERSON, SECRET)), (letter, QUARTER, (WORDS,)),
        (started, QUARTER, (WORDS, RAW)), (drawing, QUARTER, (WORDS,)), (bytes_of, QUARTER, (RAW,)),
        (reserve, QUARTER, (WORDS,)), (offered, YEAR, (WORDS,)), (at.here, QUARTER, (WORDS,)),
        (await db.get_one(Pairing, at.pairing.id), QUARTER, (WORDS,)), (taught, RAW_GONE, (SECRET,)),
    ]  # fmt: skip
    made = [kept for row, gone, about in rows for kept in await forgotten.kept(db, row, gone, *about)]
    for one, gone in ((ava, QUARTER), (left, LEFT)):
        stood = {"first_name": one.first_name, "birth_on": one.birth_on, "birth_year": one.birth_year}
        made.append(Kept(Resident, (one.id,), PERSON, gone, stood))
    return made


async def world(db: AsyncSession) -> list[Kept]:
    at = await classes(db)
    twin = at.towns
    made = [*await friends(db, twin), *await silent(db, twin), *await child(db, twin), *await groups(db, twin)]
    made += await school(db, at)
    db.expunge_all()
    return made


async def test_R48_R50_every_classified_column_is_gone_after_its_time_and_not_a_day_earlier(db: AsyncSession) -> None:
    everything = await world(db)
    assert forgotten.covered(everything) | set(ELSEWHERE) == forgotten.wanted(), "each such column stands in a row here"
    for moment in (LEFT, RAW_GONE, QUARTER, YEAR):
        due = [one for one in everything if one.gone_at == moment]
        await sweep(db, moment - timedelta(seconds=1))
        assert [str(one) for one in due if not await forgotten.still_there(db, one)] == [], f"before {moment}"
        await sweep(db, moment)
        assert [str(one) for one in due if not await forgotten.is_gone(db, one)] == [], f"at {moment}"
        db.expunge_all()
    for kind in (Letter, Attachment, LetterMailId, Pupil, PairingWish, ReserveLetter, VolunteerLetter):
        assert (await db.exec(select(func.count()).select_from(kind))).one() == 0, kind


async def test_R48_a_second_run_at_the_same_moment_finds_nothing(db: AsyncSession) -> None:
    await world(db)
    first = await sweep(db, YEAR)
    assert sum(first.values()) > 10
    assert not any((await sweep(db, YEAR)).values())
    assert await audit.first_broken(db) is None
    lines = [one for one in await db.exec(select(AuditEntry)) if one.action == "forget"]
    assert [one.details for one in lines] == [{name: number for name, number in first.items() if number}]
    last = await retention.latest(db)
    assert last is not None
    assert last.removed == {}, "of the last time"
    assert not await retention.is_due(db, now=YEAR + timedelta(hours=1))
    assert await retention.is_due(db, now=YEAR + DAY)


async def test_R49_the_friend_keeps_letters_of_a_former_friend_for_three_months(db: AsyncSession) -> None:
    twin = await twins(db)
    henk, arthur = await b.adult(db, twin.there, "Henk"), await b.adult(db, twin.here, "Arthur")
    one, other = await b.correspondence(db, henk, arthur)
    for side in (one, other):
        await b.letter(db, side)
    await residents_actions.leave(db, henk, at=b.AT, now=NOW)
    await sweep(db, LEFT)
    db.expunge_all()
    thread = (await threads.my_threads(db, arthur.id, now=LEFT))[0]
    assert thread.friend.first_name == ""
    assert len(thread.sheets) == 2
    held = await privacy.held_about(db, arthur.id, now=LEFT)
    assert held["correspondences"][0]["friends"] == [""]
    assert (await privacy.held_about(db, henk.id, now=LEFT))["resident"]["first_name"] == ""


async def test_R48_an_association_keeps_letters_shorter_and_the_stricter_of_two_counts(
    db: AsyncSession,
) -> None:
    twin = await twins(db)
    there = await db.get_one(Association, twin.there.association_id)
    await retention.keep_letters_for(db, association=there.slug, months=2, now=NOW)
    greta, ida = await b.adult(db, twin.here, "Greta"), await b.adult(db, twin.there, "Ida")
    one, _ = await b.correspondence(db, greta, ida)
    await b.letter(db, one)
    await sweep(db, datetime(2026, 7, 11, 10, 0, tzinfo=NOW.tzinfo))
    assert (await db.exec(select(Letter))).first() is not None
    await sweep(db, datetime(2026, 7, 12, 10, 0, tzinfo=NOW.tzinfo))
    assert (await db.exec(select(Letter))).first() is None


@dataclass(frozen=True, slots=True)
class Case:
    letter: Letter
    report: Report | None
    hold: Hold | None


async def case(db: AsyncSession, twin: Twins, kind: str) -> tuple[Resident, Case]:
    """Somebody leaves while their letter is in a case of this kind."""
    henk, arthur = await b.adult(db, twin.there, "Henk"), await b.adult(db, twin.here, "Arthur")
    one, other = await b.correspondence(db, henk, arthur)
    letter = await b.letter(db, one, state=LetterState.DELIVERED if kind == "report" else LetterState.HELD)
    report = hold = None
    if kind == "report":
        report = Report(
            correspondence_id=one.correspondence_id, letter_id=letter.id, reporter_id=other.id, reported_id=one.id,
            kind="money", text="Asked", created_at=NOW,
        )  # fmt: skip
        await added(db, report)
    else:
        hold = Hold(letter_id=letter.id, urgent=kind == "urgent", created_at=NOW, promised_at=NOW)
        await added(db, hold)
    if kind == "escalated":
        await added(
            db, Decision(moderator_id=twin.ilse.id, verb=Verb.ESCALATE, subject="letter", subject_id=letter.id, at=NOW)
        )
    await residents_actions.leave(db, henk, at=b.AT, now=NOW)
    return henk, Case(letter, report, hold)


@pytest.mark.parametrize("kind", ["report", "urgent", "escalated"])
async def test_R48_nothing_of_an_open_case_goes_however_old_it_is(db: AsyncSession, kind: str) -> None:
    twin = await twins(db)
    henk, found = await case(db, twin, kind)
    henk_id, letter_id = henk.id, found.letter.id
    rows = [*await forgotten.kept(db, henk, YEAR, PERSON), *await forgotten.kept(db, found.letter, YEAR, WORDS)]
    for row in (found.report, found.hold):
        rows += await forgotten.kept(db, row, YEAR, WORDS) if row else []
    db.expunge_all()
    await sweep(db, NOW + 365 * 5 * DAY)
    assert [str(one) for one in rows if not await forgotten.still_there(db, one)] == []
    await db.exec(update(Hold).values(closed_at=NOW))
    await db.exec(update(Report).values(closed_at=NOW, state=ReportState.CLOSED))
    await sweep(db, NOW + 365 * 5 * DAY)
    db.expunge_all()
    assert await db.get(Letter, letter_id) is None
    assert (await db.get_one(Resident, henk_id)).first_name == ""


async def test_R48_what_waits_for_a_person_is_not_forgotten(db: AsyncSession) -> None:
    """An ordinary held letter of a pair that is open, a mail nobody has looked at, a message nobody has answered."""
    twin = await twins(db)
    greta, ida = await b.adult(db, twin.here, "Greta"), await b.adult(db, twin.there, "Ida")
    one, _ = await b.correspondence(db, greta, ida)
    await b.letter(db, one, state=LetterState.HELD)
    raw = await blobs.keep(db, b"?", now=NOW)
    assert twin.here.association_id
    await added(
        db,
        RawMail(envelope_to="x", blob_sha256=raw, state=RawMailState.QUARANTINED, received_at=NOW),
        TeamMessage(association_id=twin.here.association_id, text="Help", created_at=NOW),
    )
    of, teacher = await b.school_class(db, twin.here, now=NOW)
    page = await blobs.keep(db, b"a scanned page", now=NOW)
    await added(
        db,
        ScannedPage(
            class_id=of.id, blob_sha256=page, width=1, height=1, position=1, brought_by=teacher.id, created_at=NOW
        ),
    )
    await sweep(db, NOW + 365 * 5 * DAY)
    for kind in (Letter, RawMail, TeamMessage, ScannedPage):
        assert (await db.exec(select(func.count()).select_from(kind))).one() == 1, kind
    assert set(await db.exec(select(Blob.sha256))) == {raw, page}


async def test_R48_a_child_that_is_forgotten_leaves_a_yes_for_six_years_and_an_adult_may_come_anew(
    db: AsyncSession,
) -> None:
    twin = await twins(db)
    maisie = await b.child(db, twin.here, "Maisie", guardian_email="mother@example.org")
    await residents_actions.leave(db, maisie, at=b.AT, now=NOW)
    await sweep(db, LEFT)
    db.expunge_all()
    assert (await db.exec(select(Consent).where(Consent.resident_id == maisie.id))).first() is not None
    assert (await db.exec(select(SignIn).where(SignIn.email_key == "mother@example.org"))).first() is None
    again = await b.guardian(db, "mother@example.org")
    before, at = NOW.replace(year=2032, month=6, day=8), NOW.replace(year=2032, month=6, day=9)
    await sweep(db, before)
    assert len((await db.exec(select(Consent))).all()) == 1
    await sweep(db, at)
    assert (await db.exec(select(Consent))).first() is None
    assert [one.id for one in await db.exec(select(Guardian))] == [again.id]


async def test_R48_the_log_is_shortened_after_six_years_and_its_chain_still_holds(db: AsyncSession) -> None:
    twin = await twins(db)
    await added(
        db, Decision(moderator_id=twin.ilse.id, verb=Verb.CLOSE, subject="report", subject_id=twin.ilse.id, at=NOW)
    )
    for days in (0, 1, 2, 365 * 6 + 10):
        await audit.note(
            db, now=NOW + days * DAY, actor=audit.Actor.SYSTEM, actor_id=None, action="seen", subject="letter",
            subject_id=None,
        )  # fmt: skip
    end = NOW.replace(year=2032)
    await sweep(db, end - timedelta(seconds=1))
    assert len(await _seen(db)) == 4
    assert (await db.exec(select(Decision))).first() is not None
    await sweep(db, end + 1.5 * DAY)
    assert len(await _seen(db)) == 2
    assert (await db.exec(select(Decision))).first() is None
    assert await audit.first_broken(db) is None
    first = (await _seen(db))[0]
    await db.delete(first)
    await db.flush()
    assert await audit.first_broken(db) is not None, "nobody else may shorten it"


async def _seen(db: AsyncSession) -> Sequence[AuditEntry]:
    found = await db.exec(select(AuditEntry).where(AuditEntry.action == "seen").order_by(col(AuditEntry.number)))
    return found.all()


@pytest.mark.parametrize(
    ("ended", "over"),
    [((2026, 5, 12), (2026, 8, 12)), ((2026, 11, 30), (2027, 3, 1)), ((2026, 1, 31), (2026, 5, 1))],
)
def test_R48_three_months_are_three_months_in_every_calendar(
    ended: tuple[int, int, int], over: tuple[int, int, int]
) -> None:
    end, first = datetime(*ended, tzinfo=NOW.tzinfo), datetime(*over, tzinfo=NOW.tzinfo)
    assert end <= months_before(first, 3)
    assert end > months_before(first - DAY, 3)
