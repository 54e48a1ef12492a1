"""Does the harness itself still work, and would it notice? Not the thousand schedules: those are `make crash`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from penfriends.mail.log_lines import stamp_of
from penfriends.models.delivery import DeliveryState
from penfriends.models.letters import LetterState
from tests.crash.__main__ import once_or_twice
from tests.crash.browser import Browser
from tests.crash.checker import Expected, Facts, Kept, Verdict, judge
from tests.crash.clocked_log import ClockedLog
from tests.crash.house import Direct, standing
from tests.crash.nest import nursery
from tests.crash.points import Board
from tests.crash.postfix import Postfix
from tests.crash.schedule import (
    LETTERS,
    LETTERS_OF_PUPILS,
    LIES,
    PUPILS,
    Blow,
    Event,
    LetterPlan,
    Manner,
    Schedule,
    Way,
    schedule_for,
)
from tests.crash.sink import Known, Sink, listening
from tests.crash.story import play
from tests.crash.words import MARK, token, token_in
from tests.support.postfix import QUEUES

READER = "ben@post.example"
AVA = uuid4()


def verdict_on(
    state: LetterState,
    delivery: DeliveryState | None,
    *known: Known,
    rows: int = 1,
    holds: int = 0,
    torn: bool = False,
    refused: bool = False,
    gone: bool = False,
    may_wait: bool = False,
) -> Verdict:
    ids = [uuid4() for _ in known] or [uuid4()]
    kept = Kept(uuid4(), state, ids[0], delivery, holds)
    facts = Facts(
        {"word": [kept] * rows}, dict(zip(ids, known, strict=False)), frozenset([READER] if refused else []),
        frozenset([str(ids[0])] if torn else []),
    )  # fmt: skip
    return judge([Expected("word", READER, accepted=True, gone=gone, may_wait=may_wait)], facts)


def seen(times: int = 1, who: str = READER, *, lied: bool = False) -> Known:
    return Known(taken=times, recipients={who}, token="word", lied=lied)


def test_a_letter_that_arrived_once_is_well() -> None:
    assert verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen()).kept_the_promise


@pytest.mark.parametrize(
    ("verdict", "what"),
    [
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT), "lost"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen(0)), "lost"),
        (verdict_on(LetterState.WRITTEN, None, rows=0), "lost"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.FAILED), "lost"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen(2)), "twice"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen(), seen()), "twice"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen(), rows=2), "twice"),
        (verdict_on(LetterState.DELIVERED, DeliveryState.SENT, seen(1, "eve@post.example")), "wrong_person"),
        (verdict_on(LetterState.UNSURE, DeliveryState.UNSURE, seen()), "unsure_else"),
    ],
)
def test_a_broken_promise_is_noticed(verdict: Verdict, what: str) -> None:
    assert getattr(verdict, what) == 1
    assert not verdict.kept_the_promise


@pytest.mark.parametrize(
    "verdict",
    [
        verdict_on(LetterState.HELD, None, holds=0, may_wait=True),
        verdict_on(LetterState.HELD, None, holds=1),
        verdict_on(LetterState.HELD, None, seen(), holds=1, may_wait=True),
        verdict_on(LetterState.RETURNED, None),
        verdict_on(LetterState.DRAFT, None, seen(), gone=True),
        verdict_on(LetterState.DELIVERED, DeliveryState.SENT, gone=True),
    ],
)
def test_what_is_not_where_it_should_be_is_noticed(verdict: Verdict) -> None:
    assert verdict.complaints
    assert not verdict.kept_the_promise


def test_what_may_be() -> None:
    assert verdict_on(LetterState.HELD, None, holds=1, may_wait=True).kept_the_promise
    assert verdict_on(LetterState.DRAFT, None, gone=True).kept_the_promise
    assert verdict_on(LetterState.DELIVERED, DeliveryState.FAILED, refused=True).bounced == 1
    assert verdict_on(LetterState.UNSURE, DeliveryState.UNSURE, seen(lied=True)).unsure_lied == 1
    assert verdict_on(LetterState.UNSURE, DeliveryState.UNSURE, torn=True).unsure_torn == 1


def a_pupils(
    state: LetterState, delivery: DeliveryState | None, *yeses: UUID, to: UUID = AVA, arrived: bool = False
) -> Verdict:
    """A letter for Ava, who has no mailbox."""
    kept = Kept(uuid4(), state, uuid4(), delivery, 0, handed_to=to, yeses=yeses)
    known = {kept.delivery_id: seen()} if arrived and kept.delivery_id else {}
    facts = Facts({"word": [kept]}, known, frozenset(), frozenset())
    return judge([Expected("word", "", accepted=True, on_site=AVA)], facts)


def test_a_pupils_letter_is_handed_over_after_two_yeses_and_to_nobody_else() -> None:
    done, sent, one, other = LetterState.DELIVERED, DeliveryState.SENT, uuid4(), uuid4()
    assert a_pupils(done, sent, one, other).kept_the_promise
    assert a_pupils(done, sent, one, other).delivered == 1
    assert a_pupils(done, sent, one).complaints
    assert a_pupils(done, sent, one, one).complaints
    assert a_pupils(done, sent, one, other, one).complaints
    assert a_pupils(done, sent, one, other, to=uuid4()).wrong_person == 1
    assert a_pupils(done, sent, one, other, arrived=True).wrong_person == 1
    assert a_pupils(LetterState.WRITTEN, None, one, other).lost == 1
    assert a_pupils(LetterState.HELD, None, one).complaints


def test_the_letters_of_pupils_leave_the_others_as_they_were() -> None:
    schedule = schedule_for(7)
    assert [one.pair == PUPILS for one in schedule.letters] == [False] * LETTERS + [True] * LETTERS_OF_PUPILS
    assert {one.way for one in schedule.letters[LETTERS:]} == {Way.WEB}


def test_a_seed_is_a_schedule() -> None:
    assert schedule_for(7) == schedule_for(7) != schedule_for(8)
    assert not set(LIES) & set(schedule_for(7, honest=True).faults)


def test_a_letter_is_known_again() -> None:
    assert token_in(f"so. {MARK.replace('of', 'of=')} x".encode()) is None
    assert token_in(b"so. The word of\r\n the day was " + token(12345).encode() + b" and") == token(12345)


def test_the_log_bears_the_time_of_the_house(tmp_path: Path) -> None:
    board = Board(tmp_path / "board")
    log = ClockedLog(tmp_path / "log", tmp_path / "mail.log")
    log.follow(board)
    line = " smarthost postfix/cleanup[7]: 4jX87n4wp9zdP0: message-id=<l-a@letters.test>\n"
    now = datetime.now().astimezone()
    written = f"{now:%b} {now.day:2d} {now:%H:%M:%S}"
    log.real.write_text(written + line + written[:5])
    log.keep_up()
    board.jump(timedelta(hours=3))
    log.real.write_text(written + line + written + line)
    log.keep_up()
    began, first, second = log.shown.read_text().splitlines()
    stamps = [stamp_of(one, now=datetime.now(UTC), zone=None) for one in (began, first, second)]
    assert stamps[0] is not None
    assert stamps[1] is not None
    assert stamps[2] is not None
    assert stamps[0].latest < stamps[1].earliest
    assert stamps[2].earliest - stamps[1].earliest == timedelta(hours=3)
    assert first.endswith(line.strip())
    assert second.endswith(line.strip())


def test_only_whole_mails_make_a_queue_busy(tmp_path: Path) -> None:
    server = Postfix(tmp_path, Sink(), 0)
    for name in QUEUES:
        (tmp_path / "spool" / name).mkdir(parents=True)
    assert server.is_idle()
    mail = tmp_path / "spool" / "incoming" / "4jX87n4wp9zdP0"
    mail.touch(0o600)  # cut off by a kill
    assert server.is_idle()
    mail.chmod(0o700)
    assert not server.is_idle()


async def test_the_smallest_schedule() -> None:
    """One letter by each way, the workers killed in the middle: all three arrive, in real processes."""
    letters = [LetterPlan(number, number, False, way, Manner.PLAIN, 0) for number, way in enumerate(Way)]
    schedule = replace(schedule_for(1), letters=tuple(letters), events=(Event(2, Blow.ALL_WORKERS, 0),), faults=())
    async with nursery() as nest, listening() as sink, standing(nest, Direct(sink), postgres=False) as house:
        browser = Browser(house.web_port)
        verdict = await play(house, sink, browser, schedule)
        await browser.close()
    assert verdict.kept_the_promise, verdict
    assert verdict.delivered + verdict.unsure_torn == 3
    assert house.deaths["worker"] == 2


@pytest.mark.parametrize(
    ("first", "plays", "kept"),
    [
        (Verdict(letters=21), 1, True),
        (Verdict(letters=21, unsure_else=1, complaints=["unsure_else"]), 2, True),
        (Verdict(letters=21, complaints=["not at rest"]), 2, True),
        (Verdict(letters=21, lost=1, complaints=["lost"]), 1, False),
        (Verdict(letters=21, twice=1, complaints=["twice"]), 1, False),
    ],
)
async def test_only_a_schedule_in_which_no_letter_came_to_harm_is_played_again(
    first: Verdict, plays: int, *, kept: bool
) -> None:
    played: list[Schedule] = []

    async def playing(schedule: Schedule) -> Verdict:
        played.append(schedule)
        return first if len(played) == 1 else Verdict(letters=21)

    verdict = await once_or_twice("sqlite", schedule_for(7), playing)
    assert (len(played), verdict.kept_the_promise) == (plays, kept)
    assert len({one.seed for one in played}) == plays, "other people"
    assert len({one.letters for one in played}) == 1, "the same schedule"


async def test_a_fault_that_shows_twice_is_one() -> None:
    async def playing(_schedule: Schedule) -> Verdict:
        raise OSError

    assert not (await once_or_twice("sqlite", schedule_for(7), playing)).kept_the_promise
