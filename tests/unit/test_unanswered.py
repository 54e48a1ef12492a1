"""When have so many proposals passed in silence that we ask whether somebody still waits?"""

from datetime import UTC, datetime, timedelta

import pytest

from penfriends.rules.unanswered import Asked, is_silent

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def ran_out(first: int, last: int) -> Asked:
    return Asked(day(first), day(last), answered=False)


def answered(first: int, last: int) -> Asked:
    return Asked(day(first), day(last), answered=True)


@pytest.mark.parametrize(
    ("asked", "silent"),
    [
        ([], False),
        ([ran_out(0, 14)], False),
        ([ran_out(0, 14), ran_out(14, 28)], True),
        ([ran_out(0, 14), ran_out(20, 34), ran_out(40, 54)], True),
        ([ran_out(0, 14), answered(15, 29), ran_out(30, 44)], False),
        ([ran_out(0, 14), ran_out(14, 28), answered(30, 44)], False),
        ([answered(0, 14), ran_out(20, 34), ran_out(40, 54)], True),
        ([ran_out(0, 14), ran_out(7, 21)], False),
        ([ran_out(0, 14), ran_out(7, 21), ran_out(21, 35)], True),
    ],
)
def test_two_in_a_row_one_after_the_other_and_no_answer_since(asked: list[Asked], silent: bool) -> None:
    assert is_silent(asked) is silent
    assert is_silent(reversed(asked)) is silent


def test_what_ran_out_before_we_asked_does_not_count_again() -> None:
    row = [ran_out(0, 14), ran_out(14, 28), ran_out(40, 54)]
    assert not is_silent(row, since=day(28))
    assert is_silent([*row, ran_out(54, 68)], since=day(28))
