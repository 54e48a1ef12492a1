"""Do two groups come together by two yeses of the towns and two of the contacts, and does no child ever write?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import births, correspondences, group_closing, group_matches, group_rounds, groups, matching
from penfriends.actions.groups import GroupFacts
from penfriends.clock import utc_now
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Alias, Delivery
from penfriends.models.groups import Group, GroupMatch, GroupState
from penfriends.models.letters import Correspondence, CorrespondenceState, Participant
from penfriends.models.matching import BlockReason, MatchState
from penfriends.models.moderation import AuditEntry, Decision
from penfriends.models.places import Association
from penfriends.models.residents import Resident
from penfriends.rules.bands import Band
from penfriends.rules.group_kinds import GroupKind
from penfriends.rules.matching import Level
from tests import builders as b
from tests.builders import AT, NOW, POLICY
from tests.support.desk import Twins, twins
from tests.support.visits import Visit, visiting, words

FACTS = GroupFacts(
    name="Thetford Singers", kind=GroupKind.CHOIR, town="thetford", contact="", languages={"en": Level.FIRST},
    interests=("chess",), size=30, youngest=20, oldest=78, capacity=1, twin_of_twin=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Two:
    """A choir in Thetford and one in Hürth, with Arthur and Henk to speak for them."""

    twin: Twins
    arthur: Resident
    henk: Resident
    here: Group
    there: Group


async def two_groups(db: AsyncSession, *, youngest: int = 20) -> Two:
    twin = await twins(db)
    arthur = await b.adult(db, twin.here, "Arthur", email="arthur@example.org")
    henk = await b.adult(db, twin.there, "Henk", email="henk@example.org")
    mine = replace(FACTS, contact="arthur@example.org", youngest=youngest)
    theirs = replace(mine, name="Chor Hürth", town="hürth", contact="henk@example.org")
    here = await groups.enter(db, twin.ilse, mine, now=NOW)
    return Two(twin, arthur, henk, here, await groups.enter(db, twin.uli, theirs, now=NOW))


async def proposed(db: AsyncSession) -> GroupMatch:
    await group_rounds.propose(db, now=NOW)
    return (await db.exec(select(GroupMatch))).one()


async def approved(db: AsyncSession, two: Two) -> GroupMatch:
    match = await proposed(db)
    for moderator in (two.twin.ilse, two.twin.uli):
        match = await group_matches.approve(db, match.id, moderator, at=AT, policy=POLICY, now=NOW)
    return match


async def said_yes(db: AsyncSession, two: Two) -> GroupMatch:
    match = await approved(db, two)
    for one in (two.arthur, two.henk):
        match = await group_matches.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=NOW)
    return match


async def mails(db: AsyncSession, notice: Notice) -> list[Delivery]:
    return list(await db.exec(select(Delivery).where(Delivery.notice == notice.value)))


async def test_two_towns_and_two_contacts_say_yes_and_then_they_write_behind_masks(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await proposed(db)
    assert await mails(db, Notice.GROUP_PROPOSED) == []
    match = await group_matches.approve(db, match.id, two.twin.ilse, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.PROPOSED
    match = await group_matches.approve(db, match.id, two.twin.uli, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.APPROVED
    asked = {one.sign_in_id: one.payload["friend_group"] for one in await mails(db, Notice.GROUP_PROPOSED)}
    assert asked == {two.arthur.sign_in_id: "Chor Hürth", two.henk.sign_in_id: "Thetford Singers"}
    for one in (two.arthur, two.henk):
        match = await group_matches.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.ACCEPTED
    assert match.correspondence_id is not None
    correspondence = await db.get_one(Correspondence, match.correspondence_id)
    sides = list(await db.exec(select(Participant).where(Participant.correspondence_id == correspondence.id)))
    assert {one.resident_id for one in sides} == {two.arthur.id, two.henk.id}
    assert {one.band for one in sides} | {correspondence.band} == {Band.ADULT}
    assert len((await db.exec(select(Alias))).all()) == 2
    assert len(await mails(db, Notice.INTRODUCTION)) == 2
    assert await group_matches.groups_behind(db, correspondence, two.henk) == (two.there, two.here)
    assert len((await db.exec(select(Decision).where(Decision.subject == "group_match"))).all()) == 2


async def test_R19_writing_for_a_group_takes_no_place_of_a_pen_friend(db: AsyncSession) -> None:
    two = await two_groups(db)
    two.arthur.capacity = 2
    await said_yes(db, two)
    match = await b.approved_match(db, two.arthur, lotte := await b.adult(db, two.twin.there, "Lotte"))
    for one in (two.arthur, lotte):
        match = await matching.answer(db, match.id, one.id, yes=True, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.ACCEPTED
    assert two.arthur.waiting_since == NOW
    two.henk.waiting_since = None
    assert await correspondences.may_wait_again(db, two.henk.id)


async def test_a_contact_finds_the_question_on_the_own_page_until_it_is_answered(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await approved(db, two)
    assert await group_matches.open_for(db, two.arthur.id, now=NOW) == [(match.id, two.here, two.there)]
    assert await group_matches.open_for(db, two.arthur.id, now=NOW + timedelta(days=15)) == []
    await group_matches.answer(db, match.id, two.arthur.id, yes=True, at=AT, policy=POLICY, now=NOW)
    assert await group_matches.open_for(db, two.arthur.id, now=NOW) == []
    assert len(await group_matches.open_for(db, two.henk.id, now=NOW)) == 1


async def test_twins_of_twins_come_in_only_where_both_groups_and_both_associations_allow_it(db: AsyncSession) -> None:
    two = await two_groups(db)
    far = await b.town(db, "Skawina", twin=two.twin.there)
    await b.adult(db, far, "Lucja", email="lucja@example.org")
    zofia = await b.moderator(db, far.association_id, "Zofia")
    facts = replace(FACTS, name="Hufiec", kind=GroupKind.SCOUTS, twin_of_twin=True)
    home = await groups.enter(db, two.twin.ilse, replace(facts, contact="arthur@example.org"), now=NOW)
    await groups.enter(db, zofia, replace(facts, town="skawina", contact="lucja@example.org"), now=NOW)
    skawina = await db.get_one(Association, far.association_id)
    skawina.twin_of_twin = False
    db.add(skawina)
    await db.flush()
    assert home.id in (await group_rounds.propose(db, now=NOW)).unmatched
    skawina.twin_of_twin = True
    db.add(skawina)
    await db.flush()
    assert len((await group_rounds.propose(db, now=NOW)).proposals) == 1


async def test_R15_R38_a_group_with_children_needs_two_people_with_their_checks(db: AsyncSession) -> None:
    two = await two_groups(db, youngest=10)
    match = await proposed(db)
    unchecked = await b.moderator(db, two.twin.here.association_id, "Sam", vetted=False)
    with pytest.raises(Refused) as refused:
        await group_matches.approve(db, match.id, unchecked, at=AT, policy=POLICY, now=NOW)
    assert refused.value.refusal is Refusal.VETTING_MISSING
    assert await group_matches.pairs(db, unchecked, now=NOW) == []
    for one in (two.twin.ilse, two.twin.marta):
        match = await group_matches.approve(db, match.id, one, at=AT, policy=POLICY, now=NOW)
        assert match.state is MatchState.PROPOSED
    match = await group_matches.approve(db, match.id, two.twin.ewa, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.APPROVED


async def test_R02_groups_with_children_and_of_adults_are_never_proposed_and_no_child_speaks(db: AsyncSession) -> None:
    two = await two_groups(db)
    two.there.youngest = 12
    db.add(two.there)
    await db.flush()
    assert (await group_rounds.propose(db, now=NOW)).proposals == ()
    tom = await b.child(db, two.twin.here, "Tom", guardian_email="ann@example.org")
    with pytest.raises(NotFound):
        await groups.enter(db, two.twin.ilse, replace(FACTS, contact="ann@example.org"), now=NOW)
    with pytest.raises(IntegrityError):
        async with db.begin_nested():
            await db.exec(update(Group).where(col(Group.id) == two.here.id).values(contact_id=tom.id))


async def test_R05_a_contact_who_turns_out_to_be_a_child_speaks_for_nobody(db: AsyncSession) -> None:
    two = await two_groups(db)
    await births.leave_band(db, two.arthur.id, now=NOW)
    await db.refresh(two.here)
    assert (two.here.contact_band, two.here.state) == (None, GroupState.PAUSED)
    with pytest.raises(Refused):
        await groups.rest(db, two.here.id, two.twin.ilse, GroupState.SEEKING, now=NOW)
    assert (await group_rounds.propose(db, now=NOW)).proposals == ()


async def test_R17_R18_foreign_groups_do_not_exist_and_nobody_judges_their_own(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await proposed(db)
    stranger = await b.moderator(db, (await b.town(db, "Cork")).association_id, "Orla")
    for wish in (
        groups.own_card(db, two.there.id, two.twin.ilse, now=NOW),
        group_matches.view(db, match.id, stranger, now=NOW),
        group_matches.asked(db, match.id, two.arthur.id),
    ):
        with pytest.raises(NotFound):
            await wish
    assert await groups.contact_called(db, two.twin.ilse, "henk@example.org") is None
    two.arthur.sign_in_id = two.twin.ilse.sign_in_id
    db.add(two.arthur)
    await db.flush()
    with pytest.raises(Refused) as refused:
        await group_matches.approve(db, match.id, two.twin.ilse, at=AT, policy=POLICY, now=NOW)
    assert refused.value.refusal is Refusal.CONFLICT_OF_INTEREST


async def test_a_no_is_final_for_the_two_and_leaves_both_free_for_others(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await approved(db, two)
    match = await group_matches.answer(db, match.id, two.henk.id, yes=False, at=AT, policy=POLICY, now=NOW)
    assert match.state is MatchState.DECLINED
    assert (await group_rounds.propose(db, now=NOW)).proposals == ()
    await b.adult(db, two.twin.there, "Lotte", email="lotte@example.org")
    again = replace(FACTS, name="Band", kind=GroupKind.MUSIC, town="hürth", contact="lotte@example.org")
    await groups.enter(db, two.twin.uli, again, now=NOW)
    assert len((await group_rounds.propose(db, now=NOW)).proposals) == 1


async def test_a_veto_needs_a_reason_and_a_change_takes_a_yes_back(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await proposed(db)
    await group_matches.approve(db, match.id, two.twin.ilse, at=AT, policy=POLICY, now=NOW)
    later = NOW + timedelta(hours=1)
    await groups.change(db, two.there.id, two.twin.uli, replace(FACTS, town="hürth", size=40), now=later)
    match = await group_matches.approve(db, match.id, two.twin.uli, at=AT, policy=POLICY, now=later)
    assert match.state is MatchState.PROPOSED
    with pytest.raises(Refused):
        await group_matches.veto(db, match.id, two.twin.ilse, reason=" ", now=later)
    await group_matches.veto(db, match.id, two.twin.ilse, reason="They know each other.", now=later)
    assert (await db.get_one(GroupMatch, match.id)).state is MatchState.VETOED


async def test_what_changed_since_the_proposal_is_seen_at_the_yes(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await proposed(db)
    await groups.change(db, two.there.id, two.twin.uli, replace(FACTS, town="hürth", kind=GroupKind.SPORT), now=NOW)
    with pytest.raises(Refused) as refused:
        await group_matches.approve(db, match.id, two.twin.ilse, at=AT, policy=POLICY, now=NOW)
    assert refused.value.refusal is Refusal.HARD_RULE
    await groups.rest(db, two.there.id, two.twin.uli, GroupState.PAUSED, now=NOW)
    with pytest.raises(Refused) as refused:
        await group_matches.approve(db, match.id, two.twin.ilse, at=AT, policy=POLICY, now=NOW)
    assert refused.value.refusal is Refusal.NOT_ACTIVE


async def test_time_runs_out_and_an_ended_correspondence_frees_a_place(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await approved(db, two)
    late = NOW + timedelta(days=15)
    with pytest.raises(Refused) as refused:
        await group_matches.answer(db, match.id, two.henk.id, yes=True, at=AT, policy=POLICY, now=late)
    assert refused.value.refusal is Refusal.OUT_OF_TIME
    assert (await group_rounds.propose(db, now=late)).unmatched[two.here.id] == "not_blocked"
    assert (await group_closing.expire(db, at=AT, now=late), match.state) == (1, MatchState.EXPIRED)
    assert await mails(db, Notice.GROUP_NOT_WORKED_OUT) == []


@pytest.mark.parametrize("answered", [True, False])
async def test_who_said_yes_for_a_group_hears_once_that_the_other_did_not(db: AsyncSession, answered: bool) -> None:
    two = await two_groups(db)
    match = await approved(db, two)
    await group_matches.answer(db, match.id, two.arthur.id, yes=True, at=AT, policy=POLICY, now=NOW)
    if answered:
        await group_matches.answer(db, match.id, two.henk.id, yes=False, at=AT, policy=POLICY, now=NOW)
    for _again in range(2):
        await group_closing.expire(db, at=AT, now=NOW + timedelta(days=15))
    [told] = await mails(db, Notice.GROUP_NOT_WORKED_OUT)
    assert (told.sign_in_id, told.payload["group"]) == (two.arthur.sign_in_id, "Thetford Singers")
    assert "Hürth" not in str(told.payload)
    assert (match.state, told.payload["seeks"]) == (MatchState.DECLINED if answered else MatchState.EXPIRED, True)


async def test_a_group_with_a_partner_has_no_place_until_they_stop_writing(db: AsyncSession) -> None:
    two = await two_groups(db)
    match = await said_yes(db, two)
    assert (await group_rounds.propose(db, now=NOW)).unmatched[two.here.id] == "no_place_left"
    correspondence = await db.get_one(Correspondence, match.correspondence_id)
    correspondence.state = CorrespondenceState.ENDED
    db.add(correspondence)
    await db.flush()
    assert (await group_rounds.propose(db, now=NOW)).unmatched[two.here.id] == "not_blocked"


async def test_contacts_who_never_meet_bring_their_groups_never_together(db: AsyncSession) -> None:
    two = await two_groups(db)
    await matching.block(db, two.arthur.id, two.henk.id, BlockReason.BLOCKED, now=NOW, stops_letters=True)
    assert (await group_rounds.propose(db, now=NOW)).proposals == ()


async def test_entering_changing_and_resting_leave_a_line(db: AsyncSession) -> None:
    two = await two_groups(db)
    await groups.rest(db, two.here.id, two.twin.ilse, GroupState.ENDED, now=NOW)
    lines = await db.exec(select(AuditEntry.action).where(AuditEntry.subject == "group"))
    assert sorted(lines.all()) == ["enter_group", "enter_group", "group_ended"]
    assert await groups.cards(db, two.twin.ilse) == []
    with pytest.raises(Refused):
        await groups.rest(db, two.here.id, two.twin.ilse, GroupState.SEEKING, now=NOW)


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def desk(fresh_sqlite: str) -> AsyncIterator[Visit]:
    """The desk of Ilse in Thetford; Uli’s choir in Hürth looks for a partner already."""
    async with visiting(fresh_sqlite) as visit:
        async with visit.database.transaction() as db:
            twin = await twins(db, now=utc_now())
            await b.adult(db, twin.here, "Arthur", email="arthur@example.org")
            await b.adult(db, twin.there, "Henk", email="henk@example.org")
            theirs = replace(FACTS, name="Chor Hürth", town="hürth", contact="henk@example.org")
            await groups.enter(db, twin.uli, theirs, now=utc_now())
            visit.sign_in(await b.session(db, twin.ilse.sign_in_id, staff=True))
        await visit.greet()
        yield visit


TYPED = {
    "name": "Thetford Singers", "kind": "choir", "town": "thetford", "contact": "arthur@example.org", "size": "30",
    "youngest": "20", "oldest": "78", "own_language": "en", "capacity": "1",
}  # fmt: skip


async def test_a_group_is_entered_proposed_and_agreed_to_on_the_desk_and_its_contact_answers(desk: Visit) -> None:
    assert (await desk.post("/desk/groups", **TYPED)).status_code == 303
    assert (await desk.post("/desk/groups/round")).status_code == 303
    seen = await desk.get("/desk/groups")
    assert all(one in seen.text for one in ("Thetford Singers", "Chor Hürth"))
    async with desk.database.transaction() as db:
        match = (await db.exec(select(GroupMatch))).one()
        match_id = match.id
        arthur = (await db.exec(select(Resident).where(Resident.first_name == "Arthur"))).one()
        session = await b.session(db, arthur.sign_in_id) if arthur.sign_in_id else ""
    page = words(await desk.get(f"/desk/groups/matches/{match_id}"))
    assert "Both are of one kind: Choir." in page
    assert (await desk.post(f"/desk/groups/matches/{match_id}/approval")).status_code == 303
    assert "A yes from Hürth is missing." in words(await desk.get(f"/desk/groups/matches/{match_id}"))
    async with desk.database.transaction() as db:
        row = await db.get_one(GroupMatch, match_id)
        row.state, row.expires_at = MatchState.APPROVED, utc_now() + timedelta(days=14)
        db.add(row)
    desk.sign_in(session)
    page = words(await desk.get(f"/groups/{match_id}"))
    assert "Would Thetford Singers like to write with Chor Hürth" in page
    assert "Henk" not in page
    assert (await desk.post(f"/groups/{match_id}/acceptance")).status_code == 303
    assert "You said yes" in words(await desk.get(f"/groups/{match_id}"))


async def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(desk: Visit) -> None:
    wrong = {**TYPED, "contact": "henk@example.org", "name": "Call +44 1842 123456"}
    seen = await desk.post("/desk/groups", **wrong)
    assert seen.status_code == 422
    assert "no address and no number" in words(seen)
    seen = await desk.post("/desk/groups", **{**TYPED, "contact": "henk@example.org"})
    assert "No adult of your towns takes part with this address." in words(seen)
    assert 'value="Thetford Singers"' in seen.text
