"""The pairing board: suggested, changed, locked, agreed; what another changed is told; nothing is half done."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import board, board_agreement, board_reading, board_versions, board_wishes, pupil_care, pupils
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.notices import Notice
from penfriends.models.delivery import Delivery
from penfriends.models.letters import Correspondence, CorrespondenceState
from penfriends.models.pairings import Couple, PairingState, WishKind
from penfriends.models.schools import ClassTeacher, PaperYes
from penfriends.rules.board_moves import Bar, How, Move
from penfriends.rules.class_pairing import shortage, told
from penfriends.rules.partners import Remark, Trouble
from tests import builders as b
from tests.support.boards import Scene, fill, pairs, partners_of, scene, seen, suggested

NOW = b.NOW


async def agree_all(db: AsyncSession, at: Scene) -> board_agreement.Outcome:
    outcome = board_agreement.Outcome()
    for room in at.rooms:
        version = at.pairing.board_version
        outcome = await board_agreement.agree(db, at.pairing.id, room.teacher, seen=version, at=b.AT, now=NOW)
    return outcome


async def open_now(db: AsyncSession, at: Scene) -> int:
    found = await db.exec(
        select(Correspondence.id).where(
            Correspondence.pairing_id == at.pairing.id, Correspondence.state == CorrespondenceState.OPEN
        )
    )
    return len(found.all())


def uid(at: Scene, name: str) -> UUID:
    """A pupil by name: A03 is the third of the first class."""
    return at.rooms["ABC".index(name[0])].pupils[int(name[1:]) - 1].resident_id


async def move(db: AsyncSession, at: Scene, name: str, to: str, *, how: How, instead_of: str | None = None) -> Move:
    return await board.move(
        db, at.pairing.id, at.first.teacher, link=0, uid=str(uid(at, name)), to=str(uid(at, to)), how=how,
        instead_of=str(uid(at, instead_of)) if instead_of else None, seen=at.pairing.board_version, now=NOW,
    )  # fmt: skip


async def test_31_and_27_the_shortage_is_known_before_and_volunteers_come_first(db: AsyncSession) -> None:
    at = await scene(db, 31, 27)
    smaller = at.second
    ready = {one.resident_id for one in smaller.pupils[:1]}
    await board_wishes.mark_pupils(db, at.pairing.id, smaller.teacher, volunteers=ready, away=(), now=NOW)
    here = await seen(db, at)
    larger, small = here.rosters()
    lack = shortage(larger, small, here.rules)
    assert lack is not None
    assert (lack.smaller, lack.sharing, lack.volunteers, lack.missing) == (1, 4, 1, 3)

    ready |= {one.resident_id for one in smaller.pupils[10:13]}
    await board_wishes.mark_pupils(db, at.pairing.id, smaller.teacher, volunteers=ready, away=(), now=NOW)
    assert await suggested(db, at) == board.Suggestion(changed=31)
    couples = (await seen(db, at)).couples
    number = {one: sum(one in (row.low_id, row.high_id) for row in couples) for one in ready}
    assert set(number.values()) == {2}
    assert at.pairing.board_version == 1


async def test_24_and_24_suggesting_again_keeps_locks_and_is_the_same_for_a_seed(db: AsyncSession) -> None:
    at = await scene(db, 24, 24)
    await suggested(db, at)
    first = await pairs(db, at)
    assert len(first) == 24
    rows = (await seen(db, at)).couples
    settled = tuple(one.id for one in rows[:5])
    await board.lock(db, at.pairing.id, settled, at.second.teacher, locked=True, now=NOW)
    assert at.pairing.board_version == 1

    await suggested(db, at)
    after = (await seen(db, at)).couples
    assert set(settled) <= {one.id for one in after if one.locked}
    assert at.pairing.seed == 1
    assert len(await pairs(db, at)) == 24


async def test_9_and_30_circles_are_larger_and_it_is_said(db: AsyncSession) -> None:
    at = await scene(db, 9, 30)
    await suggested(db, at)
    here = await seen(db, at)
    table = here.table(0)
    assert len(table.couples) == 30
    result = told(table.first, table.second, table.couples, table.rules, here.around)
    assert Remark.LARGER_CIRCLES in result.remarks
    assert {len(table.partners_of(one.uid)) for one in table.first.pupils} == {3, 4}


async def test_three_classes_write_in_a_ring(db: AsyncSession) -> None:
    at = await scene(db, 6, 7, 8)
    assert (await suggested(db, at)).changed == 7 + 8 + 8
    here = await seen(db, at, at.rooms[2].teacher)
    assert here.links == ((0, 1), (1, 2), (2, 0))
    assert here.own_links == (1, 2)
    assert [len(here.in_link(n)) for n in range(3)] == [7, 8, 8]
    with pytest.raises(NotFound):
        board.possible_moves(here, 0, str(uid(at, "A01")), str(uid(at, "B02")), None)
    assert (await agree_all(db, at)).opened == 23


async def test_who_is_away_is_left_out_and_comes_in_later_without_moving_anybody(db: AsyncSession) -> None:
    at = await scene(db, 5, 5)
    away = [at.first.pupils[4].resident_id]
    await board_wishes.mark_pupils(db, at.pairing.id, at.first.teacher, volunteers=(), away=away, now=NOW)
    await suggested(db, at)
    assert await partners_of(db, at, "A05") == set()
    await agree_all(db, at)
    before = await pairs(db, at)

    await board_wishes.mark_pupils(db, at.pairing.id, at.first.teacher, volunteers=(), away=(), now=NOW)
    await fill(db, at.second.of, at.second.teacher, ["B06"])
    found = await board.suggest(db, at.pairing.id, at.first.teacher, seen=1, keep_all=True, now=NOW)
    assert found.changed == 1 or found.remarks
    assert before <= await pairs(db, at) or Remark.MOVED in found.remarks
    assert await partners_of(db, at, "A05")
    assert await partners_of(db, at, "B06")


async def test_wishes_that_contradict_each_other_are_named_and_nothing_is_done(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    for other in ("B01", "B02"):
        await board_wishes.wish(
            db, at.pairing.id, at.first.teacher, WishKind.APART, uid(at, "A01"), uid(at, other), now=NOW
        )
    found = await suggested(db, at)
    assert found.changed == 0
    assert found.complaints[0].trouble is Trouble.RULES_CONFLICT
    assert (at.pairing.board_version, await pairs(db, at)) == (0, set())


async def test_a_wish_is_kept_and_only_the_own_teachers_take_it_back(db: AsyncSession) -> None:
    at = await scene(db, 6, 4)
    row = await board_wishes.wish(
        db, at.pairing.id, at.first.teacher, WishKind.TOGETHER, uid(at, "A01"), uid(at, "A02"), now=NOW
    )
    await suggested(db, at)
    assert await partners_of(db, at, "A01") == await partners_of(db, at, "A02")
    here = await seen(db, at, at.second.teacher)
    assert await board_wishes.own_wishes(db, here, at.second.teacher) == frozenset()
    with pytest.raises(NotFound):
        await board_wishes.take_back(db, at.pairing.id, at.second.teacher, row.id, now=NOW)
    await board_wishes.take_back(db, at.pairing.id, at.first.teacher, row.id, now=NOW)
    assert (await seen(db, at)).wishes == ()


async def test_nobody_wishes_for_the_pupils_of_another_class_alone(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    with pytest.raises(NotFound):
        await board_wishes.wish(
            db, at.pairing.id, at.first.teacher, WishKind.APART, uid(at, "B01"), uid(at, "B02"), now=NOW
        )
    with pytest.raises(NotFound):
        await board_wishes.ask_language(db, at.pairing.id, at.first.teacher, uid(at, "B01"), "en", now=NOW)
    with pytest.raises(Refused):
        await board_wishes.wish(
            db, at.pairing.id, at.first.teacher, WishKind.TOGETHER, uid(at, "A01"), uid(at, "B01"), now=NOW
        )


async def test_the_language_that_a_pupil_needs_is_the_only_one_that_counts(db: AsyncSession) -> None:
    at = await scene(db, 1, 1)
    await pupils.set_languages(db, uid(at, "A01"), {"en": "well", "de": "little"})  # type: ignore[dict-item]
    await board_wishes.ask_language(db, at.pairing.id, at.first.teacher, uid(at, "A01"), "de", now=NOW)
    assert (await suggested(db, at)).complaints[0].trouble is Trouble.NOBODY_FITS
    with pytest.raises(Refused):
        await board_wishes.ask_language(db, at.pairing.id, at.first.teacher, uid(at, "A01"), "pl", now=NOW)


async def test_swapping_gives_the_other_two_each_other(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    done = await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    assert (done.bars, done.alone) == ((), ())
    assert await partners_of(db, at, "A01") == {theirs}
    assert await partners_of(db, at, "A02") == {mine}
    assert at.pairing.board_version == 2


async def test_joining_makes_a_group_of_three_and_who_loses_theirs_waits(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    done = await move(db, at, "A01", theirs, how=How.JOIN, instead_of=mine)
    assert done.alone == (str(uid(at, mine)),)
    assert await partners_of(db, at, theirs) == {"A01", "A02"}
    crowded = await move(db, at, "A03", theirs, how=How.JOIN, instead_of=next(iter(await partners_of(db, at, "A03"))))
    assert Bar.TOO_MANY in crowded.bars
    assert at.pairing.board_version == 2


async def test_a_lock_and_a_wish_bar_a_move_and_nothing_is_done(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await board_wishes.wish(
        db, at.pairing.id, at.first.teacher, WishKind.APART, uid(at, "A01"), uid(at, theirs), now=NOW
    )
    rows = tuple(one.id for one in (await seen(db, at)).couples)
    await board.lock(db, at.pairing.id, rows, at.first.teacher, locked=True, now=NOW)
    done = await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    assert set(done.bars) == {Bar.LOCKED, Bar.APART}
    assert at.pairing.board_version == 1


async def test_an_old_page_changes_nothing_and_hears_what_the_other_changed(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await board.move(
        db, at.pairing.id, at.second.teacher, link=0, uid=str(uid(at, "A01")), to=str(uid(at, theirs)),
        instead_of=str(uid(at, mine)), how=How.SWAP, seen=1, now=NOW,
    )  # fmt: skip
    for late in (
        board.suggest(db, at.pairing.id, at.first.teacher, seen=1, now=NOW),
        board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=1, at=b.AT, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            await late
        assert refused.value.refusal is Refusal.CHANGED_SINCE
    (change,) = await board_versions.differences(db, at.pairing, 1)
    assert change.by == at.second.teacher
    assert change.number == 2
    assert frozenset({str(uid(at, "A01")), str(uid(at, theirs))}) in change.came
    assert frozenset({str(uid(at, "A01")), str(uid(at, mine))}) in change.went


async def test_what_was_changed_back_is_no_difference(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    await suggested(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    await move(db, at, "A01", mine, how=How.SWAP, instead_of=theirs)
    assert at.pairing.board_version == 3
    assert await board_versions.differences(db, at.pairing, 1) == []


async def test_letters_begin_when_both_have_agreed_to_the_same_board(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    with pytest.raises(Refused):
        await board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=0, at=b.AT, now=NOW)
    await suggested(db, at)
    await board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=1, at=b.AT, now=NOW)
    assert (await open_now(db, at), at.pairing.state) == (0, PairingState.APPROVED)

    outcome = await board_agreement.agree(db, at.pairing.id, at.second.teacher, seen=1, at=b.AT, now=NOW)
    assert (outcome.all_agreed, outcome.opened, outcome.waiting) == (True, 3, ())
    assert (await open_now(db, at), at.pairing.state) == (3, PairingState.RUNNING)
    assert (await board_agreement.carry_out(db, at.pairing, now=NOW)).opened == 0


async def test_who_has_still_to_agree_hears_of_it_and_in_the_end_the_other(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    for _ in range(2):
        await board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=1, at=b.AT, now=NOW)
    assert await told_by_mail(db) == [(at.second.teacher.sign_in_id, False)]
    await board_agreement.agree(db, at.pairing.id, at.second.teacher, seen=1, at=b.AT, now=NOW)
    assert (at.first.teacher.sign_in_id, True) in await told_by_mail(db)
    assert len(await told_by_mail(db)) == 2


async def told_by_mail(db: AsyncSession) -> list[tuple[UUID | None, object]]:
    rows = await db.exec(select(Delivery).where(Delivery.notice == Notice.PAIRS_SENT.value))
    return [(one.sign_in_id, one.payload["yes"]) for one in rows]


async def test_a_change_voids_the_yes_of_the_other(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    await board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=1, at=b.AT, now=NOW)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    outcome = await board_agreement.agree(db, at.pairing.id, at.second.teacher, seen=2, at=b.AT, now=NOW)
    assert not outcome.all_agreed
    assert await open_now(db, at) == 0
    assert (await board_agreement.agree(db, at.pairing.id, at.first.teacher, seen=2, at=b.AT, now=NOW)).opened == 3


async def test_who_is_taken_apart_stops_when_both_agree_and_letters_stay(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    await suggested(db, at)
    await agree_all(db, at)
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    assert await open_now(db, at) == 2
    outcome = await agree_all(db, at)
    assert (outcome.opened, outcome.parted, await open_now(db, at)) == (2, 2, 2)
    ended = await db.exec(select(Correspondence).where(Correspondence.state == CorrespondenceState.ENDED))
    assert {one.state_reason for one in ended} == {board_agreement.PARTED}


async def test_parted_and_together_again_before_anybody_agreed_they_write_on(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    await suggested(db, at)
    await agree_all(db, at)
    before = {one.correspondence_id for one in (await seen(db, at)).couples}
    mine = next(iter(await partners_of(db, at, "A01")))
    theirs = next(iter(await partners_of(db, at, "A02")))
    await move(db, at, "A01", theirs, how=How.SWAP, instead_of=mine)
    await move(db, at, "A01", mine, how=How.SWAP, instead_of=theirs)
    outcome = await agree_all(db, at)
    assert (outcome.opened, outcome.parted) == (0, 0)
    assert {one.correspondence_id for one in (await seen(db, at)).couples} == before


async def test_R08_without_a_yes_a_couple_waits_and_begins_when_it_comes(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    pupil = at.first.pupils[0]
    await pupils.attest(db, pupil, at.first.of, at.first.teacher, PaperYes.NONE, now=NOW)
    await suggested(db, at)
    outcome = await agree_all(db, at)
    assert outcome.opened == 2
    assert [pupil.resident_id in (one.low_id, one.high_id) for one in outcome.waiting] == [True]

    await pupils.attest(db, pupil, at.first.of, at.first.teacher, PaperYes.FORM, now=NOW + timedelta(days=1))
    assert await open_now(db, at) == 3


async def test_a_pupil_who_leaves_frees_the_partner_who_gets_another(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    await agree_all(db, at)
    free = next(iter(await partners_of(db, at, "A01")))
    with pytest.raises(NotFound):
        await board_agreement.left(db, at.first.pupils[0], at.second.teacher, now=NOW)
    await pupil_care.leave(db, uid(at, "A01"), at.first.teacher, now=NOW)
    assert (await open_now(db, at), at.pairing.board_version) == (2, 2)
    assert await partners_of(db, at, free) == set()

    found = await board.suggest(db, at.pairing.id, at.second.teacher, seen=2, now=NOW)
    assert found.changed == 1
    assert len(await partners_of(db, at, free)) == 1
    assert (await agree_all(db, at)).opened == 1
    assert await open_now(db, at) == 3


async def test_a_couple_is_gone_as_soon_as_the_roster_says_that_one_has_left(db: AsyncSession) -> None:
    at = await scene(db, 3, 3)
    await suggested(db, at)
    at.first.pupils[0].left_at = NOW
    db.add(at.first.pupils[0])
    await db.flush()
    here = await seen(db, at)
    assert (len(here.couples), len(here.gone)) == (2, 1)
    await suggested(db, at)
    assert len((await db.exec(select(Couple))).all()) == 3


async def test_R18_a_foreign_teacher_finds_no_board_and_nobody_before_both_towns_agree(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    _, stranger = await b.school_class(db, at.home, "8d", teacher="Mr Reed")
    await suggested(db, at)
    couple = (await seen(db, at)).couples[0]
    for attempt in (
        board_reading.read(db, at.pairing.id, stranger, today=NOW.date()),
        board.suggest(db, at.pairing.id, stranger, seen=1, now=NOW),
        board.lock(db, at.pairing.id, (couple.id,), stranger, locked=True, now=NOW),
        board_agreement.agree(db, at.pairing.id, stranger, seen=1, at=b.AT, now=NOW),
        board_wishes.mark_pupils(db, at.pairing.id, stranger, volunteers=(), away=(), now=NOW),
        board_wishes.join_circles(db, at.pairing.id, stranger, join=True, now=NOW),
        board_reading.read(db, uuid4(), stranger, today=NOW.date()),
    ):
        with pytest.raises(NotFound):
            await attempt
    at.pairing.state = PairingState.AGREED
    db.add(at.pairing)
    with pytest.raises(NotFound):
        await seen(db, at)
    at.pairing.state = PairingState.ENDED
    db.add(at.pairing)
    with pytest.raises(Refused):
        await suggested(db, at)


async def test_who_teaches_the_class_no_more_finds_no_board(db: AsyncSession) -> None:
    at = await scene(db, 2, 2)
    found = await db.exec(select(ClassTeacher).where(ClassTeacher.moderator_id == at.first.teacher.id))
    for row in found:
        row.until = NOW
        db.add(row)
    await db.flush()
    with pytest.raises(NotFound):
        await seen(db, at)
