"""Has every code of the desk a sentence, and does a marked letter keep every letter of itself?"""

import enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriends import reasons
from penfriends.models.delivery import SuppressionReason
from penfriends.models.letters import CorrespondenceState
from penfriends.models.moderation import HoldReason, ReportOutcome, Verb
from penfriends.models.residents import ConsentState, ResidentState
from penfriends.rules.candidates import STUCK
from penfriends.rules.score import MAXIMA
from penfriends.rules.screening import Consequence, Finding, Kind
from penfriends.web.marks import marked, visible
from penfriends.words import RETURN_REASONS

TEXT = "Call 07700 900341 or\n\nadd me on Snap."


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (HoldReason, reasons.HOLD_REASONS),
        (Verb, reasons.VERBS),
        (ReportOutcome, reasons.OUTCOMES),
        (ResidentState, reasons.RESIDENT_STATES),
        (ConsentState, reasons.CONSENT_STATES),
        (CorrespondenceState, reasons.CORRESPONDENCE_STATES),
        (SuppressionReason, reasons.SUPPRESSIONS),
        (Kind, reasons.NOTICED),
    ],
)
def test_every_code_has_a_sentence(codes: type[enum.StrEnum], table: dict[str, object]) -> None:
    assert {one.value for one in codes} == set(table)


def test_everybody_who_got_nobody_learns_why() -> None:
    own = {"band_outdated", "too_young", "birth_date_missing", "no_place_left"}
    assert set(reasons.UNMATCHED) == {*STUCK, *own}


def test_what_a_finding_asks_for_is_a_ready_sentence() -> None:
    assert {one.ask for one in reasons.NOTICED.values()} - {""} <= set(RETURN_REASONS)


@pytest.mark.parametrize(
    ("name", "detail", "sentence"),
    [
        ("interests", ["chess", "dogs"], "Both like: Chess and Dogs"),
        ("interests", [], "They chose nothing in common."),
        ("language", ["de", "little"], "One of them writes only a little German."),
        ("language", [], "They have no language in common."),
        ("age", ["months", "0"], "They are the same age."),
        ("age", ["years", "1"], "1 year lies between them."),
        ("age", ["months", "5"], "5 months lie between them."),
        ("town", ["formal", "1984"], "Their towns have been twins since 1984."),
        ("town", ["twin_of_twin", "lille"], "Their towns are both twins of Lille."),
        ("town", [], "Their towns are not linked."),
        ("first_wish", ["met", "lille"], "Ann wished for Lille."),
        ("second_wish", ["none"], "Ben has no wish for a town."),
        ("second_practises", ["fr"], "Ben would like to practise French."),
        ("medium", ["email"], "Both write in the same way."),
    ],
)
def test_a_term_is_a_sentence(name: str, detail: list[str], sentence: str) -> None:
    assert reasons.term_sentence(name, detail, first="Ann", second="Ben", towns={"lille": "Lille"}) == sentence


@pytest.mark.parametrize("name", MAXIMA)
def test_no_term_is_without_a_sentence(name: str) -> None:
    assert reasons.term_sentence(name, [], first="Ann", second="Ben", towns={}).endswith(".")


def finding(start: int, end: int, kind: Kind = Kind.PHONE) -> Finding:
    return Finding(kind, Consequence.HOLD, start, end, kind.value)


def test_marks_are_numbered_in_the_order_of_the_text() -> None:
    shown = marked(TEXT, [finding(22, 36, Kind.HANDLE), finding(5, 17)], child=True)
    assert [(one.number, one.label, one.ask) for one in shown.marks] == [
        (1, "Phone number", "phone"),
        (2, "Name on another app", "handle"),
    ]
    assert [[piece.text for piece in paragraph] for paragraph in shown.paragraphs] == [
        ["Call ", "07700 900341", " or"],
        ["add me on Snap", "."],
    ]


def test_what_overlaps_is_one_highlight_with_two_numbers() -> None:
    shown = marked(TEXT, [finding(5, 17), finding(11, 20, Kind.HANDLE)], child=True)
    [lit] = [piece for paragraph in shown.paragraphs for piece in paragraph if piece.marks]
    assert (lit.text, [one.number for one in lit.marks]) == ("07700 900341 or", [1, 2])


def test_a_highlight_over_paragraphs_is_cut_and_numbered_once() -> None:
    shown = marked(TEXT, [finding(18, 25)], child=True)
    lit = [piece for paragraph in shown.paragraphs for piece in paragraph if piece.marks]
    assert [(piece.text, piece.last) for piece in lit] == [("or", False), ("add", True)]


def test_a_finding_without_a_place_is_listed_only() -> None:
    shown = marked(TEXT, [finding(0, 0), finding(90, 95)], child=True)
    assert [one.in_text for one in shown.marks] == [False, False]


def test_what_nobody_sees_is_shown_by_its_number() -> None:
    assert visible("a\u202eb\u200bc") == "a[U+202E]b[U+200B]c"


@given(
    text=st.text(alphabet=st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n"), max_size=60),
    places=st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6),
)
def test_no_letter_is_lost_or_doubled(text: str, places: list[tuple[int, int]]) -> None:
    shown = marked(text, [finding(start, end) for start, end in places], child=False)
    pieces = [piece.text for paragraph in shown.paragraphs for piece in paragraph]
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert [one.number for one in shown.marks] == list(range(1, len(places) + 1))
