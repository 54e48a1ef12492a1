"""Whose trouble is a failed try, and does the pause grow to its end and no further?"""

from datetime import timedelta

import pytest

from penfriends.rules.breaker import LONGEST_PAUSE, MOST_FAILURES, Place, pause_after, trouble_of


@pytest.mark.parametrize(
    ("outcome", "phase", "code", "status", "place"),
    [
        ("deferred", "connect", None, "", Place.SMARTHOST),
        ("deferred", "connect", 554, "5.3.2", Place.SMARTHOST),
        ("deferred", "mail", 451, "4.3.0", Place.SMARTHOST),
        ("deferred", "rcpt", 421, "4.7.0", Place.SMARTHOST),
        ("deferred", "rcpt", 451, "4.7.1", Place.DOMAIN),
        ("deferred", "rcpt", 450, "", Place.DOMAIN),
        ("deferred", "rcpt", None, "", Place.DOMAIN),
        ("deferred", "rcpt", 452, "4.2.2", None),
        ("deferred", "rcpt", 450, "4.1.1", None),
        ("deferred", "data", 452, "4.3.1", Place.SMARTHOST),
        ("deferred", "data", 451, "4.7.28", Place.DOMAIN),
        ("deferred", "check", None, "", None),
        ("unsure", "data", None, "", Place.SMARTHOST),
        ("refused", "rcpt", 550, "5.1.1", None),
        ("sent", "data", 250, "2.0.0", None),
        ("withdrawn", "check", None, "", None),
    ],
)
def test_whose_trouble_it_is(outcome: str, phase: str, code: int | None, status: str, place: Place | None) -> None:
    assert trouble_of(outcome, phase, code, status) is place


def test_the_pause_begins_late_grows_and_ends() -> None:
    pauses = [pause_after(failures, Place.DOMAIN, 0) for failures in range(MOST_FAILURES + 20)]
    assert pauses[:MOST_FAILURES] == [None] * MOST_FAILURES
    found = [pause for pause in pauses if pause]
    assert found[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert found == sorted(found)
    assert found[-1] == LONGEST_PAUSE[Place.DOMAIN]
    assert pause_after(99, Place.SMARTHOST, 1) == LONGEST_PAUSE[Place.SMARTHOST] * 1.2
