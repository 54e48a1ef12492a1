"""What does somebody find who is curious: a teacher whose time is over, a classmate, another town, a class that has
ended? Each test is an attempt, at the layer that has to say no by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import (
    blobs,
    board_reading,
    calendar_feeds,
    class_asks,
    class_calendar,
    class_doors,
    class_endings,
    class_facts,
    class_teachers,
    class_years,
    consent_sweep,
    holds,
    letters,
    moderation,
    partner_search,
    pupil_care,
    pupils,
    reserve_letters,
    roster_import,
    school_words,
    schools,
    sessions,
)
from penfriends.actions.class_facts import ClassFacts
from penfriends.actions.pupils import end_of_year
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.models.letters import Attachment, LetterState
from penfriends.models.moderation import Decision, Moderator, Role, Verb, Vetting, VettingKind
from penfriends.models.residents import Consent, ConsentState, Resident, ResidentState
from penfriends.models.schools import ClassTeacher, PaperYes
from penfriends.rules.matching import Level
from penfriends.rules.relay import Obstacle
from penfriends.rules.roster_values import RosterReading
from tests import builders as b
from tests.support.pupil_letters import obstacle, queue, release, waiting_for, written
from tests.support.schools import Classes, classes

NOW = b.NOW
LATER = NOW + timedelta(minutes=1)


async def word_runs_out(db: AsyncSession, teacher: Moderator) -> None:
    for proof in await db.exec(select(Vetting).where(Vetting.moderator_id == teacher.id)):
        proof.expires_on = NOW.date()
        db.add(proof)
    await db.flush()


async def same_human(db: AsyncSession, at: Classes) -> Moderator:
    """Ms Okafor once more, as somebody who teaches 5a in Hürth, too."""
    row = Moderator(
        sign_in_id=at.okafor.sign_in_id, association_id=at.weber.association_id, name="Ms Okafor", role=Role.TEACHER,
        created_at=NOW,
    )  # fmt: skip
    db.add(row)
    await db.flush()
    day = NOW.date()
    db.add(
        Vetting(
            moderator_id=row.id, kind=VettingKind.SCHOOL, seen_by="Uli", seen_on=day, expires_on=day + timedelta(90)
        )
    )
    db.add(ClassTeacher(class_id=at.there.id, moderator_id=row.id, since=NOW))
    await db.flush()
    return row


# --- two readers are two humans --------------------------------------------------------------------------------------


async def test_R22_one_human_who_teaches_both_classes_is_not_asked_for_both_yeses(db: AsyncSession) -> None:
    at = await classes(db)
    twice = await same_human(db, at)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    assert await queue(db, twice) == []
    with pytest.raises(NotFound):
        await release(db, await waiting_for(db, letter), twice)
    assert await queue(db, at.weber) == [letter]


async def test_R22_the_relay_counts_people_and_not_roles(db: AsyncSession) -> None:
    at = await classes(db)
    twice = await same_human(db, at)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    await letters.release(db, letter, at=b.AT, policy=b.POLICY, now=NOW)
    db.add(
        Decision(
            moderator_id=twice.id, verb=Verb.RELEASE, subject="letter", subject_id=letter.id,
            content_hash=letter.content_hash, at=NOW,
        )
    )  # fmt: skip
    await db.flush()
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.NOT_RELEASED


async def test_R22_a_moderator_who_read_for_one_class_does_not_read_for_the_other(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    hold.urgent = True
    db.add(hold)
    await release(db, hold, at.towns.ilse)
    arriving = await waiting_for(db, letter)
    assert arriving.urgent
    assert await queue(db, at.towns.ilse) == []
    with pytest.raises(NotFound):
        await moderation.view_hold(db, arriving.id, at.towns.ilse, now=NOW)
    await release(db, arriving, at.towns.uli)
    assert await obstacle(db, letter, at.anton_writes) is None


async def test_R22_a_letter_that_came_round_again_is_read_by_both_teachers_again(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    await release(db, await waiting_for(db, letter), at.weber)
    again = await holds.hold(db, letter, ["leak"], urgent=False, now=LATER)
    _, seen = await moderation.view_hold(db, again.id, at.okafor, now=LATER)
    await moderation.release(
        db, again.id, at.okafor, seen_hash=await moderation.shown_hash(db, seen), at=b.AT, policy=b.POLICY, now=LATER
    )
    assert await queue(db, at.weber) == [letter]


# --- who may no longer -----------------------------------------------------------------------------------------------


async def test_R18_who_teaches_the_class_no_more_takes_no_yes_back(db: AsyncSession) -> None:
    at = await classes(db)
    second = await b.moderator(db, at.okafor.association_id, "Mr Hill", role=Role.TEACHER)
    db.add(ClassTeacher(class_id=at.here.id, moderator_id=second.id, since=NOW))
    await db.flush()
    hold, letter = await written(db, at.ava_writes)
    done = await release(db, hold, second)
    await class_teachers.remove(db, at.here.id, at.okafor, second.id, now=NOW)
    with pytest.raises(NotFound):
        await moderation.undo(db, done.id, second, now=NOW)
    assert await queue(db, at.weber) == [letter]


async def test_R38_the_word_of_the_school_closes_the_calendar_too(db: AsyncSession) -> None:
    at = await classes(db)
    secret = await calendar_feeds.make(db, at.here.id, at.okafor)
    assert (await calendar_feeds.find(db, secret, now=NOW)).row.id == at.here.id
    await word_runs_out(db, at.okafor)
    with pytest.raises(NotFound):
        await calendar_feeds.find(db, secret, now=NOW)


async def test_R38_a_yes_is_not_taken_back_by_who_is_no_longer_confirmed(db: AsyncSession) -> None:
    at = await classes(db)
    hold, _ = await written(db, at.ava_writes)
    done = await release(db, hold, at.okafor)
    await word_runs_out(db, at.okafor)
    with pytest.raises(Refused) as refused:
        await moderation.undo(db, done.id, at.okafor, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING


async def test_R38_a_school_takes_its_word_back_and_the_teacher_is_out_at_once(db: AsyncSession) -> None:
    at = await classes(db)
    school_id = at.here.school_id
    secret = await b.session(db, at.okafor.sign_in_id, staff=True)
    for who, error in ((at.towns.uli, NotFound), (at.okafor, NotFound), (at.weber, NotFound)):
        with pytest.raises(error):
            await school_words.take_back(db, school_id, at.okafor.id, who, now=NOW)
    with pytest.raises(NotFound):
        await school_words.take_back(db, school_id, at.weber.id, at.towns.ilse, now=NOW)
    await school_words.take_back(db, school_id, at.okafor.id, at.towns.ilse, now=NOW)
    assert await sessions.who_is(db, secret, now=NOW) is None
    hold, _ = await written(db, at.ava_writes)
    with pytest.raises(NotFound):
        await moderation.view_hold(db, hold.id, at.okafor, now=NOW)
    with pytest.raises(Refused):
        await school_words.take_back(db, school_id, at.okafor.id, at.towns.ilse, now=NOW)

    until = NOW.date() + timedelta(days=30)
    unchecked = await b.moderator(db, at.okafor.association_id, "Bob", vetted=False)
    with pytest.raises(Refused) as refused:
        await schools.confirm(db, school_id, at.okafor.id, unchecked, how="He told me.", until=until, at=b.AT, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING
    await schools.confirm(
        db, school_id, at.okafor.id, at.towns.ilse, how="I telephoned.", until=until, at=b.AT, now=NOW
    )
    assert (await moderation.view_hold(db, hold.id, at.okafor, now=NOW))[0].id == hold.id


# --- whose guardian says no, or no more ------------------------------------------------------------------------------


async def test_R10_the_other_class_is_not_shown_the_letter_of_a_pupil_without_a_yes(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    arriving = await waiting_for(db, letter)
    assert await queue(db, at.weber) == [letter]
    await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.NONE, now=NOW)
    assert await queue(db, at.weber) == []
    assert await queue(db, at.towns.uli, days=8) == []
    with pytest.raises(NotFound):
        await moderation.view_hold(db, arriving.id, at.weber, now=NOW)
    await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.FORM, now=NOW)
    assert await queue(db, at.weber) == [letter]


async def test_R33_what_is_urgent_is_seen_even_without_a_yes(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes, "I want to kill myself.")
    assert hold.urgent
    await pupils.attest(db, at.ava, at.here, at.okafor, PaperYes.NONE, now=NOW)
    for reader in (at.okafor, at.towns.ilse, at.towns.uli):
        assert await queue(db, reader) == [letter]
    assert await queue(db, at.weber) == []


async def test_R14_a_letter_of_who_has_left_waits_for_nobody(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    await release(db, hold, at.okafor)
    theirs, _ = await written(db, at.anton_writes, "Ich habe einen Hund.")
    await pupil_care.leave(db, at.ava.resident_id, at.okafor, now=NOW)
    for reader in (at.okafor, at.weber):
        assert await queue(db, reader) == []
    assert await queue(db, at.towns.uli, days=8) == []
    with pytest.raises(NotFound):
        await moderation.view_hold(db, theirs.id, at.weber, now=NOW)
    assert letter.state is LetterState.HELD


FACTS = ClassFacts(
    name="6B", size=25, youngest=9, oldest=11, languages={"en": Level.WELL}, subject="", rhythm_weeks=5,
    starts_on=NOW.date() - timedelta(days=200), ends_on=NOW.date() + timedelta(days=60), wish="", twin_of_twin=False,
)  # fmt: skip


async def test_R14_a_longer_school_year_makes_no_guardian_s_yes_longer(db: AsyncSession) -> None:
    at = await classes(db)
    before = end_of_year(at.here)
    longer = replace(FACTS, ends_on=FACTS.ends_on + timedelta(days=90))
    await class_facts.change(db, at.here.id, at.okafor, longer, now=NOW)
    mine = (await db.exec(select(Consent).where(Consent.resident_id == at.ava.resident_id))).one()
    await db.refresh(mine)
    assert mine.expires_at == before < end_of_year(at.here)

    await pupil_care.set_paper(db, at.ava.resident_id, at.okafor, PaperYes.FORM, now=NOW)
    given = select(Consent).where(Consent.resident_id == at.ava.resident_id, Consent.state == ConsentState.GIVEN)
    assert (await db.exec(given)).one().expires_at == end_of_year(at.here)


async def test_R14_a_yes_that_has_run_out_is_missing_on_the_list_again(db: AsyncSession) -> None:
    at = await classes(db)
    over = end_of_year(at.here) + timedelta(days=1)
    await class_facts.change(
        db, at.here.id, at.okafor, replace(FACTS, ends_on=FACTS.ends_on + timedelta(days=90)), now=NOW
    )
    await consent_sweep.sweep(db, at=b.AT, now=over)
    await db.refresh(at.ava)
    assert at.ava.paper is PaperYes.NONE
    assert (await db.get_one(Resident, at.ava.resident_id)).state is ResidentState.PAUSED


# --- a class that has ended ------------------------------------------------------------------------------------------


async def test_a_class_that_has_ended_takes_no_list_no_pupils_no_letters_and_no_partner(db: AsyncSession) -> None:
    at = await classes(db)
    gone = await b.pupil(db, at.here, at.okafor, "Ben")
    await pupil_care.leave(db, gone.resident_id, at.okafor, now=NOW)
    bank = await reserve_letters.add(db, at.here.id, at.okafor, title="", text="Storks.", language="en", now=NOW)
    await class_endings.end_class(db, at.here, by=at.okafor, at=b.AT, now=NOW)
    mine, who = at.here.id, at.okafor
    for attempt in (
        b.pupil(db, at.here, who, "Cleo"),
        roster_import.save(db, mine, who, RosterReading((), (), ()), seen="", now=NOW),
        pupil_care.come_back(db, gone.resident_id, who, now=NOW),
        pupil_care.set_paper(db, at.ava.resident_id, who, PaperYes.PAPER, now=NOW),
        class_doors.new_code(db, at.here, who, now=NOW),
        class_doors.new_cards(db, at.here, who, key=b.AT.key, now=NOW),
        reserve_letters.add(db, mine, who, title="", text="Storks.", language="en", now=NOW),
        reserve_letters.give(db, bank.id, at.ava.resident_id, who, now=NOW),
        class_facts.change(db, mine, who, FACTS, now=NOW),
        partner_search.look(db, mine, who, now=NOW),
        class_asks.ask(db, mine, at.there.id, who, words="", at=b.AT, now=NOW),
        class_years.keep_partner(db, mine, at.there.id, who, words="", at=b.AT, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.refusal is Refusal.CLASS_ENDED
    with pytest.raises(Refused):
        await letters.start_draft(db, at.ava_writes, parent_id=None, language="en", now=NOW)


async def test_R18_a_ring_that_goes_on_is_closed_to_the_class_that_has_ended(db: AsyncSession) -> None:
    at = await classes(db)
    third, teacher = await b.school_class(db, at.towns.there, "5c", teacher="Herr Roth")
    ring = await b.pairing(db, at.here, at.there, third)
    await class_endings.end_class(db, third, by=teacher, at=b.AT, now=NOW)
    for attempt in (
        board_reading.read(db, ring.id, teacher, today=NOW.date()),
        class_calendar.of_pairing(db, ring.id, teacher, now=NOW),
        class_endings.thank(db, ring.id, teacher, thanks="Bye.", at=b.AT, now=NOW),
        class_asks.view(db, ring.id, teacher, now=NOW),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await board_reading.read(db, ring.id, at.okafor, today=NOW.date())).sides


async def test_R18_after_the_exchange_another_class_s_new_pupils_are_not_on_the_board(db: AsyncSession) -> None:
    at = await classes(db)
    await class_endings.thank(db, at.pairing.id, at.weber, thanks="Goodbye.", at=b.AT, now=NOW)
    await b.pupil(db, at.here, at.okafor, "Ben")
    theirs = await board_reading.read(db, at.pairing.id, at.weber, today=NOW.date())
    ours = await board_reading.read(db, at.pairing.id, at.okafor, today=NOW.date())
    assert {one.resident.first_name for one in theirs.members.values()} == {"Ava", "Anton"}
    assert {one.resident.first_name for one in ours.members.values()} == {"Ava", "Anton", "Ben"}


async def test_R24_another_drawing_after_the_first_yes_voids_it(db: AsyncSession) -> None:
    at = await classes(db)
    hold, letter = await written(db, at.ava_writes)
    picture = Attachment(
        letter_id=letter.id, blob_sha256=await blobs.keep(db, b"one", now=NOW), name="picture-1.png",
        content_type="image/png", width=1, height=1, position=1,
    )  # fmt: skip
    db.add(picture)
    await db.flush()
    await release(db, hold, at.okafor)
    picture.blob_sha256 = await blobs.keep(db, b"two", now=NOW)
    db.add(picture)
    await db.flush()
    await release(db, await waiting_for(db, letter), at.weber)
    assert await obstacle(db, letter, at.anton_writes) is Obstacle.NOT_RELEASED


async def test_R46_without_lead_and_deputy_teachers_read_nothing_either(db: AsyncSession) -> None:
    at = await classes(db)
    hold, _ = await written(db, at.ava_writes)
    at.towns.marta.active = False
    db.add(at.towns.marta)
    await db.flush()
    assert await queue(db, at.okafor) == []
    with pytest.raises(Refused) as refused:
        await moderation.view_hold(db, hold.id, at.okafor, now=NOW)
    assert refused.value.refusal is Refusal.CHILDREN_MODULE_OFF
