"""How do two classes find each other: suggested, asked, agreed, approved by both towns; or on the wait list?"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_asks, pairing_approvals, pairing_steps, partner_search
from penfriends.clock import utc_now
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.moderation import Conflict, Decision, Moderator, Role
from penfriends.models.pairings import Pairing, PairingClass, PairingState
from penfriends.models.places import Town, TwinLink
from penfriends.models.schools import ClassTeacher, SchoolClass, SchoolDays
from tests import builders as b
from tests.support.desk import Twins, twins
from tests.support.visits import visiting, words

NOW, AT = b.NOW, b.AT
WORDS = "We would love to hear about your forest."


@dataclass(frozen=True, slots=True)
class Seeking:
    """6B in Thetford and 5a in Hürth, who both look for a partner class."""

    towns: Twins
    here: SchoolClass
    there: SchoolClass
    okafor: Moderator
    weber: Moderator


async def looking(db: AsyncSession, home: Town, name: str, teacher: str) -> tuple[SchoolClass, Moderator]:
    row, who = await b.school_class(db, home, name, teacher=teacher)
    await partner_search.look(db, row.id, who, now=NOW)
    return row, who


async def seeking(db: AsyncSession) -> Seeking:
    towns = await twins(db)
    here, okafor = await looking(db, towns.here, "6B", "Ms Okafor")
    there, weber = await looking(db, towns.there, "5a", "Frau Weber")
    return Seeking(towns, here, there, okafor, weber)


async def asked(db: AsyncSession, at: Seeking, words: str = WORDS) -> Pairing:
    return await class_asks.ask(db, at.here.id, at.there.id, at.okafor, words=words, at=AT, now=NOW)


async def agreed(db: AsyncSession, at: Seeking) -> Pairing:
    pairing = await asked(db, at)
    return await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW)


async def told(db: AsyncSession, notice: Notice) -> dict[object, Delivery]:
    rows = await db.exec(select(Delivery).where(Delivery.notice == notice.value))
    return {one.sign_in_id: one for one in rows}


async def test_two_classes_agree_and_both_towns_say_yes(db: AsyncSession) -> None:
    at = await seeking(db)
    (best,) = await partner_search.suggestions(db, at.here, now=NOW)
    assert best.card.of.id == at.there.id
    pairing = await asked(db, at)
    assert set(await told(db, Notice.CLASS_ASKED)) == {at.weber.sign_in_id}
    seen = await class_asks.view(db, pairing.id, at.weber, now=NOW)
    assert (seen.may_answer, seen.mine.card.of.id, seen.others[0].card.of.id) == (True, at.there.id, at.here.id)

    pairing = await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW)
    assert pairing.state is PairingState.AGREED
    assert set(await told(db, Notice.CLASS_ANSWERED)) == {at.okafor.sign_in_id}
    assert (at.here.seeking_since, at.there.seeking_since) == (None, None)

    for moderator in (at.towns.ilse, at.towns.uli):
        assert await pairing_approvals.count(db, moderator, now=NOW) == 1
        pairing = await pairing_approvals.approve(db, pairing.id, moderator, at=AT, now=NOW)
    assert (pairing.state, pairing.approved_at) == (PairingState.APPROVED, NOW)
    assert set(await told(db, Notice.PAIRING_DECIDED)) == {at.okafor.sign_in_id, at.weber.sign_in_id}
    assert len((await db.exec(select(Decision).where(Decision.subject == "pairing"))).all()) == 2
    assert await pairing_approvals.count(db, at.towns.marta, now=NOW) == 0


async def test_one_yes_of_a_town_is_enough_and_the_other_town_s_is_needed(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await agreed(db, at)
    pairing = await pairing_approvals.approve(db, pairing.id, at.towns.ilse, at=AT, now=NOW)
    assert pairing.state is PairingState.AGREED
    with pytest.raises(Refused):
        await pairing_approvals.approve(db, pairing.id, at.towns.marta, at=AT, now=NOW)
    seen = await pairing_approvals.view(db, pairing.id, at.towns.uli, now=NOW)
    assert [one.id for one in seen.waits_for] == [at.towns.there.id]


async def test_one_human_does_not_say_yes_for_two_towns(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await agreed(db, at)
    at.towns.uli.sign_in_id = at.towns.ilse.sign_in_id
    db.add(at.towns.uli)
    await db.flush()
    await pairing_approvals.approve(db, pairing.id, at.towns.ilse, at=AT, now=NOW)
    with pytest.raises(Refused) as refused:
        await pairing_approvals.approve(db, pairing.id, at.towns.uli, at=AT, now=NOW)
    assert refused.value.refusal is Refusal.NEEDS_SECOND_PERSON


async def test_a_moderator_s_no_tells_both_teachers_why_and_the_classes_look_on(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await agreed(db, at)
    with pytest.raises(Refused):
        await pairing_approvals.refuse(db, pairing.id, at.towns.ilse, reason=" ", at=AT, now=NOW)
    await pairing_approvals.refuse(db, pairing.id, at.towns.ilse, reason="The school closes.", at=AT, now=NOW)
    mails = await told(db, Notice.PAIRING_DECIDED)
    assert {one.payload["reason"] for one in mails.values()} == {"The school closes."}
    assert set(mails) == {at.okafor.sign_in_id, at.weber.sign_in_id}
    assert at.here.seeking_since == NOW
    assert await partner_search.suggestions(db, at.here, now=NOW) == []


async def test_R17_who_teaches_a_class_or_knows_a_pupil_does_not_decide(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await agreed(db, at)
    also = await b.moderator(db, at.towns.here.association_id, "Ms Okafor too")
    db.add(ClassTeacher(class_id=at.here.id, moderator_id=also.id, since=NOW))
    ava = await b.pupil(db, at.here, at.okafor, "Ava")
    db.add(Conflict(moderator_id=at.towns.ilse.id, resident_id=ava.resident_id, declared_at=NOW))
    await db.flush()
    for moderator in (also, at.towns.ilse):
        with pytest.raises(Refused) as refused:
            await pairing_approvals.approve(db, pairing.id, moderator, at=AT, now=NOW)
        assert refused.value.refusal is Refusal.CONFLICT_OF_INTEREST
        assert await pairing_approvals.pairings(db, moderator, now=NOW) == []


async def test_R18_nobody_else_sees_a_pairing(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await asked(db, at)
    far = await b.town(db, "Nablus")
    stranger = await b.moderator(db, far.association_id, "Rania")
    _, teacher = await b.school_class(db, at.towns.here, "7A", teacher="Mr Hill")
    with pytest.raises(NotFound):
        await class_asks.view(db, pairing.id, teacher, now=NOW)
    with pytest.raises(NotFound):
        await class_asks.answer(db, pairing.id, teacher, yes=True, at=AT, now=NOW)
    with pytest.raises(NotFound):
        await pairing_approvals.view(db, pairing.id, at.towns.ilse, now=NOW)
    await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW)
    for one in (stranger, at.okafor):
        with pytest.raises(NotFound):
            await pairing_approvals.view(db, pairing.id, one, now=NOW)


async def test_R38_without_checks_a_moderator_decides_nothing(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await agreed(db, at)
    unchecked = await b.moderator(db, at.towns.here.association_id, "Tom", vetted=False)
    with pytest.raises(Refused) as refused:
        await pairing_approvals.approve(db, pairing.id, unchecked, at=AT, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING


async def test_a_no_is_free_and_can_become_a_yes_until_they_ask_elsewhere(db: AsyncSession) -> None:
    at = await seeking(db)
    other, _ = await looking(db, at.towns.there, "5b", "Herr Kern")
    pairing = await asked(db, at)
    pairing = await class_asks.answer(db, pairing.id, at.weber, yes=False, at=AT, now=NOW)
    assert (pairing.state, at.there.seeking_since) == (PairingState.REFUSED, NOW)
    mail = (await told(db, Notice.CLASS_ANSWERED))[at.okafor.sign_in_id]
    assert mail.payload["yes"] is False
    assert (await class_asks.view(db, pairing.id, at.weber, now=NOW)).may_change
    assert not (await class_asks.view(db, pairing.id, at.okafor, now=NOW)).may_change
    assert [one.card.of.id for one in await partner_search.suggestions(db, at.here, now=NOW)] == [other.id]

    later = NOW + timedelta(days=1)
    await class_asks.ask(db, at.here.id, other.id, at.okafor, words="", at=AT, now=later)
    assert not (await class_asks.view(db, pairing.id, at.weber, now=later)).may_change
    with pytest.raises(Refused):
        await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=later)


async def test_a_no_that_became_a_yes_counts(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await asked(db, at)
    await class_asks.answer(db, pairing.id, at.weber, yes=False, at=AT, now=NOW)
    pairing = await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW + timedelta(days=1))
    assert (pairing.state, pairing.closed_because) == (PairingState.AGREED, "")


async def test_a_class_asks_each_once_and_three_at_most(db: AsyncSession) -> None:
    at = await seeking(db)
    await asked(db, at)
    with pytest.raises(NotFound):
        await asked(db, at)
    for name in ("5b", "5c"):
        other, _ = await looking(db, at.towns.there, name, name)
        await class_asks.ask(db, at.here.id, other.id, at.okafor, words="", at=AT, now=NOW)
    fourth, _ = await looking(db, at.towns.there, "5d", "5d")
    with pytest.raises(Refused) as refused:
        await class_asks.ask(db, at.here.id, fourth.id, at.okafor, words="", at=AT, now=NOW)
    assert refused.value.refusal is Refusal.TOO_MANY_ASKS
    first = (await class_asks.open_asks(db, at.here.id, by_us=True))[0]
    await class_asks.take_back(db, first.id, at.okafor, at=AT, now=NOW)
    await class_asks.ask(db, at.here.id, fourth.id, at.okafor, words="", at=AT, now=NOW)


async def test_who_found_somebody_is_asked_no_more_and_asks_nobody(db: AsyncSession) -> None:
    at = await seeking(db)
    other, kern = await looking(db, at.towns.there, "5b", "Herr Kern")
    third, _ = await looking(db, at.towns.here, "6C", "Mr Hill")
    ours = await class_asks.ask(db, at.here.id, other.id, at.okafor, words="", at=AT, now=NOW)
    theirs = await class_asks.ask(db, other.id, third.id, kern, words="", at=AT, now=NOW)
    await agreed(db, at)
    await db.refresh(ours)
    await db.refresh(theirs)
    assert (ours.state, ours.closed_because) == (PairingState.REFUSED, "taken_back")
    assert theirs.state is PairingState.ASKED
    assert await partner_search.suggestions(db, other, now=NOW) == []


@pytest.mark.parametrize("words", ["Write to weber@example.org", "Call 07700 900123", "see www.example.org/us"])
async def test_words_to_another_teacher_carry_no_contact(db: AsyncSession, words: str) -> None:
    at = await seeking(db)
    with pytest.raises(Refused) as refused:
        await asked(db, at, words)
    assert refused.value.refusal is Refusal.CONTACT_IN_WORDS


async def test_an_ask_runs_out_after_two_weeks_of_school(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing = await asked(db, at)
    later = NOW + timedelta(days=15)
    db.add(SchoolDays(
        school_id=at.there.school_id, first_on=NOW.date() + timedelta(days=1), last_on=NOW.date() + timedelta(days=7),
        is_term=False,
    ))  # fmt: skip
    await db.flush()
    assert await pairing_steps.expire(db, at=AT, now=later) == 0
    later += timedelta(days=7)
    with pytest.raises(Refused) as refused:
        await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=later)
    assert refused.value.refusal is Refusal.OUT_OF_TIME
    assert await pairing_steps.expire(db, at=AT, now=later) == 1
    assert (pairing.state, pairing.closed_because) == (PairingState.REFUSED, "time_over")
    assert set(await told(db, Notice.CLASS_ANSWERED)) == {at.okafor.sign_in_id}


async def test_nobody_fits_then_towns_are_told_and_the_desk_sees_it(db: AsyncSession) -> None:
    at = await seeking(db)
    at.there.youngest, at.there.oldest = 15, 16
    skawina = await b.town(db, "Skawina", twin=at.towns.there)
    for role in (Role.LEAD, Role.DEPUTY):
        await b.moderator(db, skawina.association_id, role.value, role=role)
    far, _ = await looking(db, skawina, "4c", "Pani Nowak")
    far.twin_of_twin = True
    db.add_all([at.there, far])
    await db.flush()
    assert await partner_search.suggestions(db, at.here, now=NOW) == []
    seen = await partner_search.outlook(db, at.here, now=NOW)
    assert [(town.slug, number) for town, number in seen.looking] == [("hürth", 1)]
    assert [(town.slug, number) for town, number in seen.further] == [("skawina", 1)]
    assert [one.of.id for one in await partner_search.nobody_fits(db, at.towns.ilse, now=NOW)] == [at.here.id]

    await partner_search.open_to_far(db, at.here.id, at.okafor, far=True)
    assert [one.card.of.id for one in await partner_search.suggestions(db, at.here, now=NOW)] == [far.id]
    assert await partner_search.nobody_fits(db, at.towns.ilse, now=NOW) == []


async def test_R46_no_class_of_a_town_where_children_may_not_take_part(db: AsyncSession) -> None:
    at = await seeking(db)
    at.towns.ewa.active = False
    db.add(at.towns.ewa)
    await db.flush()
    assert await partner_search.suggestions(db, at.here, now=NOW) == []


async def ring(db: AsyncSession, at: Seeking) -> tuple[Pairing, SchoolClass, Moderator]:
    """4c of a third town, linked with both, is invited into an approved pairing."""
    third_town = await b.town(db, "Skawina", twin=at.towns.there)
    low, high = sorted((third_town.id, at.towns.here.id))
    db.add(TwinLink(low_id=low, high_id=high))
    for role in (Role.LEAD, Role.DEPUTY):
        await b.moderator(db, third_town.association_id, role.value, role=role)
    third, nowak = await looking(db, third_town, "4c", "Pani Nowak")
    pairing = await agreed(db, at)
    for moderator in (at.towns.ilse, at.towns.uli):
        await pairing_approvals.approve(db, pairing.id, moderator, at=AT, now=NOW)
    pairing = await class_asks.invite(db, pairing.id, third.id, at.okafor, words=WORDS, at=AT, now=NOW)
    return pairing, third, nowak


async def test_a_third_class_comes_into_a_ring_when_all_agree_and_the_towns_look_anew(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing, third, nowak = await ring(db, at)
    assert pairing.state is PairingState.ASKED
    seen = await class_asks.view(db, pairing.id, nowak, now=NOW)
    assert (seen.is_ring, seen.asked_by_us, seen.newest.card.of.id) == (True, False, third.id)
    pairing = await class_asks.answer(db, pairing.id, nowak, yes=True, at=AT, now=NOW)
    assert pairing.state is PairingState.ASKED
    pairing = await class_asks.answer(db, pairing.id, at.weber, yes=True, at=AT, now=NOW)
    assert pairing.state is PairingState.AGREED
    places = await pairing_steps.places_of(db, pairing)
    assert [one.seat.class_id for one in places] == [at.here.id, at.there.id, third.id]
    assert len((await pairing_approvals.view(db, pairing.id, at.towns.ilse, now=NOW)).waits_for) == 3
    assert at.okafor.sign_in_id in await told(db, Notice.CLASS_ANSWERED)


@pytest.mark.parametrize("who", ["third", "inside", "inviter"])
async def test_without_the_third_class_the_two_go_on(db: AsyncSession, who: str) -> None:
    at = await seeking(db)
    pairing, third, nowak = await ring(db, at)
    if who == "inviter":
        await class_asks.take_back(db, pairing.id, at.okafor, at=AT, now=NOW)
    else:
        teacher = nowak if who == "third" else at.weber
        await class_asks.answer(db, pairing.id, teacher, yes=False, at=AT, now=NOW)
    await db.refresh(pairing)
    seats = (await db.exec(select(PairingClass).where(col(PairingClass.pairing_id) == pairing.id))).all()
    assert pairing.state is PairingState.APPROVED, "what the towns said yes to stands"
    assert {one.class_id: one.answer for one in seats} == {at.here.id: True, at.there.id: True}
    assert third.seeking_since == NOW
    again = await partner_search.third_ones(db, [at.here, at.there], now=NOW)
    assert [one.card.of.id for one in again] == ([third.id] if who == "inviter" else []), "a no is remembered"
    heard = await told(db, Notice.CLASS_ANSWERED)
    assert (at.weber.sign_in_id in heard, nowak.sign_in_id in heard) == (who == "third", who == "inside")


async def test_a_moderator_s_no_to_a_ring_keeps_the_third_class_out_only(db: AsyncSession) -> None:
    at = await seeking(db)
    pairing, third, nowak = await ring(db, at)
    for teacher in (nowak, at.weber):
        await class_asks.answer(db, pairing.id, teacher, yes=True, at=AT, now=NOW)
    await pairing_approvals.approve(db, pairing.id, at.towns.ilse, at=AT, now=NOW)
    await pairing_approvals.refuse(db, pairing.id, at.towns.uli, reason="Three are too many.", at=AT, now=NOW)
    await db.refresh(pairing)
    places = await pairing_steps.places_of(db, pairing)
    assert [one.seat.class_id for one in places] == [at.here.id, at.there.id]
    assert pairing.state is PairingState.AGREED
    assert len((await pairing_approvals.view(db, pairing.id, at.towns.ilse, now=NOW)).waits_for) == 2
    assert (third.seeking_since, at.here.seeking_since) == (NOW, None)
    assert await partner_search.third_ones(db, [at.here, at.there], now=NOW) == []


async def test_two_teachers_and_two_moderators_walk_through_it(fresh_sqlite: str) -> None:
    now = utc_now()
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            towns = await twins(db, now=now)
            here, okafor = await b.school_class(db, towns.here, "6B", teacher="Ms Okafor", now=now)
            there, weber = await b.school_class(db, towns.there, "5a", teacher="Frau Weber", now=now)
            await partner_search.look(db, there.id, weber, now=now)
            keys = {
                who.name: await b.session(db, who.sign_in_id, staff=True)
                for who in (okafor, weber, towns.ilse, towns.uli)
            }
        visit.sign_in(keys["Ms Okafor"])
        base = f"/classes/{here.id}/partner"
        assert "Look for a partner class" in words(await visit.get(base))
        await visit.post(f"{base}/search")
        assert "1 class would fit" in words(await visit.get(base))
        asking = await visit.get(f"{base}/{there.id}")
        assert "25 pupils: everybody gets a pen friend" in words(asking)
        wrong = await visit.post(f"{base}/{there.id}", words="Mail me: a@example.org")
        assert wrong.status_code == 422
        assert (await visit.post(f"{base}/{there.id}", words="Hello <b>there</b>")).status_code == 303
        path = await visit.path_in("class_asked")

        visit.sign_in(keys["Frau Weber"])
        seen = await visit.get(path)
        assert "Hello &lt;b&gt;there&lt;/b&gt;" in seen.text
        assert (await visit.get(f"/desk{path}")).status_code == 404
        await visit.post(f"{path}/acceptance")
        for name in ("Ilse", "Uli"):
            visit.sign_in(keys[name])
            assert "6B" in (await visit.get("/desk/pairings")).text
            assert "1 pairing of classes waits for a yes" in words(await visit.get("/desk"))
            assert (await visit.get(path)).status_code == 404
            await visit.post(f"/desk{path}/approval")
        visit.sign_in(keys["Ms Okafor"])
        assert "the pupils can be partnered" in words(await visit.get(path))
        assert "Partner class" in words(await visit.get(f"/classes/{here.id}"))
