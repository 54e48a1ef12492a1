"""When may a class sign in, what may be typed for its code, and in which order do its pupils stand?"""

from datetime import UTC, datetime, time, timedelta

import pytest

from penfriends.rules import class_codes, name_order
from penfriends.rules.lessons import Lesson, end_of_lesson, is_open, kept, lessons_of

MONDAY = [Lesson(0, time(9), time(9, 45)), Lesson(0, time(9, 45), time(10, 30)), Lesson(2, time(13), time(14))]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week that begins on Monday 7 September 2026."""
    return datetime(2026, 9, 7 + day, hour, minute, tzinfo=UTC)


def test_without_lessons_a_class_is_always_open() -> None:
    assert is_open((), at(6, 3), "Europe/London")
    assert end_of_lesson((), at(6, 3), "Europe/London") is None


@pytest.mark.parametrize(
    ("moment", "zone", "ends"),
    [
        (at(0, 7, 59), "Europe/London", None),
        (at(0, 8), "Europe/London", at(0, 9, 30)),  # nine o'clock in summer; two lessons follow each other
        (at(0, 9, 29), "Europe/London", at(0, 9, 30)),
        (at(0, 9, 30), "Europe/London", None),
        (at(0, 7), "Europe/Berlin", at(0, 8, 30)),
        (at(1, 8), "Europe/London", None),
        (at(2, 10, 30), "Asia/Hebron", at(2, 11)),
    ],
)
def test_a_lesson_is_by_the_clock_of_the_town(moment: datetime, zone: str, ends: datetime | None) -> None:
    assert end_of_lesson(MONDAY, moment, zone) == ends
    assert is_open(MONDAY, moment, zone) is (ends is not None)


def test_when_the_clocks_go_back_a_lesson_still_ends_after_now() -> None:
    night = [Lesson(6, time(1), time(3))]
    for minutes in range(0, 240, 7):
        moment = datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=minutes)
        ends = end_of_lesson(night, moment, "Europe/London")
        assert ends is None or ends > moment


def test_lessons_are_kept_once_and_in_the_order_of_the_week() -> None:
    rows = kept([*reversed(MONDAY), MONDAY[0]])
    assert rows == [[0, "09:00", "09:45"], [0, "09:45", "10:30"], [2, "13:00", "14:00"]]
    assert list(lessons_of(rows)) == MONDAY


@pytest.mark.parametrize(
    "typed", ["KITE-48173", "kite 48173", " Kite-48 173 ", "kite٤٨١٧٣", "KITE48173", "Ｋｉｔｅ48173"]
)
def test_a_code_is_taken_however_it_is_typed(typed: str) -> None:
    assert class_codes.plain(typed) == class_codes.plain("KITE-48173")


@pytest.mark.parametrize("typed", ["", "KITE", "KITE-48174", "CAKE-48173", "48173"])
def test_another_code_is_another_one(typed: str) -> None:
    assert class_codes.plain(typed) != class_codes.plain("KITE-48173")


def test_every_code_is_told_apart() -> None:
    assert class_codes.made(0, 7) == "ACORN-00007"
    words = {class_codes.plain(one) for one in class_codes.WORDS}
    assert len(words) == len(class_codes.WORDS) > 120
    assert all(one.isascii() and one.isalpha() and one.isupper() for one in class_codes.WORDS)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("pl", ["Ada M", "Agata B", "Ągnieszka A", "Celina", "Ćwirek", "Leon", "Łucja A", "Maja", "Zosia", "Żaneta"]),
        ("de", ["Anna B", "Anna K", "Annabel", "Ärmin", "Jörg", "Jorge", "Straß", "Zoë"]),
        ("fr", ["Éloïse", "Elsa", "Zoé"]),
        ("ar", ["أحمد", "إسراء", "آمنة", "باسم", "ليان", "ليلى", "يزن"]),
    ],
)  # fmt: skip
def test_names_stand_as_a_reader_expects(language: str, names: list[str]) -> None:
    assert sorted(reversed(names), key=lambda one: name_order.key(one, language)) == names
