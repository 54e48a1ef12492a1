"""Whose turn is it to write, also when letters cross?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from penfriends.rules.threading import Placed, Turn, turn

ME, FRIEND = UUID(int=1), UUID(int=2)
START = datetime(2026, 5, 1, tzinfo=UTC)


def _letter(number: int, author: UUID, day: int, answers: int | None = None) -> Placed:
    parent = UUID(int=100 + answers) if answers is not None else None
    return Placed(UUID(int=100 + number), author, START + timedelta(days=day), parent)


def test_nobody_has_written_yet() -> None:
    assert turn([], ME) is Turn.ANYBODY


def test_the_one_who_got_the_first_letter_answers() -> None:
    first = [_letter(1, FRIEND, 0)]
    assert turn(first, ME) is Turn.MINE
    assert turn(first, FRIEND) is Turn.THEIRS


def test_an_answer_turns_it_round() -> None:
    letters = [_letter(1, FRIEND, 0), _letter(2, ME, 3, answers=1)]
    assert turn(letters, ME) is Turn.THEIRS
    assert turn(letters, FRIEND) is Turn.MINE


def test_two_letters_in_a_row_change_nothing() -> None:
    letters = [_letter(1, FRIEND, 0), _letter(2, ME, 3, answers=1), _letter(3, ME, 4, answers=1)]
    assert turn(letters, ME) is Turn.THEIRS


def test_letters_that_crossed_leave_it_to_anybody() -> None:
    before = [_letter(1, FRIEND, 0), _letter(2, ME, 3, answers=1)]
    crossed = [*before, _letter(3, FRIEND, 5, answers=2), _letter(4, ME, 6, answers=1)]
    assert turn(crossed, ME) is Turn.ANYBODY
    assert turn(crossed, FRIEND) is Turn.ANYBODY


def test_first_letters_can_cross_too() -> None:
    letters = [_letter(1, ME, 0), _letter(2, FRIEND, 1)]
    assert turn(letters, ME) is Turn.ANYBODY


def test_after_crossing_the_next_letter_settles_it() -> None:
    letters = [_letter(1, ME, 0), _letter(2, FRIEND, 1), _letter(3, ME, 4, answers=2)]
    assert turn(letters, ME) is Turn.THEIRS
    assert turn(letters, FRIEND) is Turn.MINE
