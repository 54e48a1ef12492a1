"""Is a deferred delivery tried often at first, seldom later, and not for ever?"""

from datetime import UTC, datetime, timedelta

import pytest

from penfriends.rules.masking import from_name, is_alias_shape, letter_subject
from penfriends.rules.retries import GIVE_UP_AFTER, next_try

FIRST = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 5), (2, 15), (3, 45), (4, 120), (5, 240), (6, 360), (20, 360)])
def test_the_waiting_times(attempt: int, minutes: int) -> None:
    assert next_try(attempt, FIRST, FIRST, 0.0) == FIRST + timedelta(minutes=minutes)
    assert next_try(attempt, FIRST, FIRST, 1.0) == FIRST + timedelta(minutes=minutes) * 1.2
    assert next_try(attempt, FIRST, FIRST, -1.0) == FIRST + timedelta(minutes=minutes) * 0.8


@pytest.mark.parametrize("jitter", [-1.0, 0.0, 1.0])
def test_it_ends_after_five_days(jitter: float) -> None:
    now, tries = FIRST, 1
    while (again := next_try(tries, FIRST, now, jitter)) is not None:
        assert again > now
        now, tries = again, tries + 1
    assert FIRST + timedelta(days=4, hours=16) < now <= FIRST + GIVE_UP_AFTER
    assert 18 <= tries <= 30


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.0), (1, 1.5), (1, -1.5)])
def test_nonsense_is_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="counts from 1"):
        next_try(attempt, FIRST, FIRST, jitter)


def test_the_from_name_holds_no_address() -> None:
    assert from_name("Anna") == "Anna via penfriends"
    assert from_name("Zoë-Marie O’Neill") == "Zoë-Marie O’Neill via penfriends"
    assert from_name('anna@example.org> "x') == "anna example.org x via penfriends"
    assert from_name("\r\n@") == "penfriends"


def test_the_alias_shape() -> None:
    assert is_alias_shape("abcdefghij234567abcd")
    assert is_alias_shape("ABCDEFGHIJ234567ABCD")
    for local in ("", "postmaster", "abcdefghij234567abc1", "abcdefghij234567abcde", "abcdefghij234567abcd\n"):
        assert not is_alias_shape(local)


def test_the_first_letter_is_no_reply() -> None:
    assert not letter_subject("Anna", "Hürth", 0).is_reply
    assert letter_subject("Anna", "Hürth", 1).is_reply
