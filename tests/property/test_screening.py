"""Whatever stands in a letter, screening answers, with places inside the letter, in time proportional to its length."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, screen, strip_links, verdict

ANYTHING = st.text(st.characters(), max_size=200)
PIECES = st.lists(
    st.sampled_from(
        ["07911 123456", "a@b.de", "www.x.com", " at ", " dot com ", "\u200b", "\ud800", "ul. A 5", "+", "0", " ", "\n"]
    ),
    max_size=20,
).map("".join)


@settings(deadline=None, max_examples=60)
@given(st.one_of(ANYTHING, PIECES), st.sampled_from(list(Band)), st.lists(ANYTHING, max_size=3))
def test_never_raises_and_every_place_is_inside_the_letter(text: str, band: Band, before: list[str]) -> None:
    findings = screen(text, band=band, before=before)
    assert all(0 <= one.start < one.end <= len(text) for one in findings)
    assert [one.start for one in findings] == sorted(one.start for one in findings)
    verdict(findings)
    strip_links(text, findings)


@settings(deadline=None, max_examples=40)
@given(st.sets(st.integers(1, 11), max_size=6), st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a"))
def test_invisible_characters_do_not_hide_a_number(places: set[int], invisible: str) -> None:
    number = "".join((invisible if at in places else "") + one for at, one in enumerate("07911 123456"))
    assert Kind.PHONE in {one.kind for one in screen("Call " + number, band=Band.ADULT)}


def _calls(text: str) -> int:
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        screen(text, band=Band.ADULT)
    finally:
        sys.setprofile(None)
    return count


HOSTILE = [
    "a@",
    "1, ",
    "0,",
    "1a ",
    "double ",
    "meet me at ",
    "1-2-3 ",
    "a.com ",
    "www.a",
    "oh seven, ",
    "12 Mill Road ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_letter_of_100_kB_is_read_in_a_second(piece: str) -> None:
    """Measured as work, so that a busy machine does not fail it: what 10 kB more cost, a tenth of the whole. A second
    is some ten million of these events."""
    short, long = (_calls(piece * (size // len(piece))) for size in (10_000, 20_000))
    assert long - short < 1_200_000


@pytest.mark.parametrize("piece", ["1, ", "a@", "0 ", "12 rue de la ", "anna at ", "xn--a.", "add me whatsapp "])
def test_twice_the_letter_is_about_twice_the_work(piece: str) -> None:
    short, long = _calls(piece * 300), _calls(piece * 600)
    assert long < short * 2.6 + 200
