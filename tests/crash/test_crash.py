"""Does the harness itself still work, and would it notice? Not the thousand schedules: those are `make crash`."""

from dataclasses import replace
from uuid import uuid4

import pytest

from penfriends.models.delivery import DeliveryState
from penfriends.models.letters import LetterState
from tests.crash.browser import Browser
from tests.crash.checker import Expected, Facts, Kept, Verdict, judge
from tests.crash.house import Direct, standing
from tests.crash.nest import nursery
from tests.crash.schedule import LIES, Blow, Event, LetterPlan, Manner, Way, schedule_for
from tests.crash.sink import Known, listening
from tests.crash.story import play
from tests.crash.words import MARK, token, token_in

READER = "ben@post.example"


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


def test_a_seed_is_a_schedule() -> None:
    assert schedule_for(7) == schedule_for(7) != schedule_for(8)
    assert not set(LIES) & set(schedule_for(7, honest=True).faults)


def test_a_letter_is_known_again() -> None:
    assert token_in(f"so. {MARK.replace('of', 'of=')} x".encode()) is None
    assert token_in(b"so. The word of\r\n the day was " + token(12345).encode() + b" and") == token(12345)


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
