"""What speaks against a day that a teacher has chosen, and are days without school told in few lines?"""

from datetime import date

import pytest

from penfriends import i18n
from penfriends.actions.school_year import Line
from penfriends.i18n import LANGUAGES, gettext
from penfriends.rules.free_days import between, free_days
from penfriends.rules.letter_calendar import Wishes, propose
from penfriends.rules.round_by_hand import Against, Clash, choose
from penfriends.rules.school_days import DayOff, SchoolYear, Span
from penfriends.rules.school_regions import parts_of, with_usual_year
from penfriends.rules.term_files import Terms, read_terms
from penfriends.term_lines import as_lines, as_text
from tests.support.school_years import HUERTH, NABLUS, THETFORD, YEARS, classes, span

WISHES = Wishes(rounds=6, rhythm_weeks=6)


def test_a_proposed_date_has_nothing_against_it() -> None:
    rounds = propose(classes(), WISHES).rounds
    for one in rounds:
        chosen = choose(one.number, one.sent, rounds, YEARS, WISHES)
        assert chosen.clashes == ()
        assert chosen.round == one


def test_every_kind_of_clash_is_found() -> None:
    two = {"h": HUERTH, "t": THETFORD}
    rounds = propose(
        {name: days for name, days in zip(two, classes("huerth", "thetford").values(), strict=True)}, WISHES
    ).rounds

    def against(number: int, day: str, today: str = "2026-09-01") -> set[Against]:
        found = choose(number, date.fromisoformat(day), rounds, two, WISHES, today=date.fromisoformat(today))
        return {one.against for one in found.clashes}

    assert against(1, "2026-09-02", "2026-09-03") >= {Against.PAST}
    assert Against.OUT_OF_ORDER in against(2, rounds[0].sent.isoformat())
    assert Against.NO_SCHOOL in against(2, "2026-10-27")
    assert Against.NO_TIME_TO_WRITE in against(1, "2026-09-04")
    assert Against.NO_TIME_TO_READ in against(6, "2027-07-16")
    close = rounds[0].sent.replace(day=rounds[0].sent.day + 4)
    assert against(2, close.isoformat()) & {Against.TOO_CLOSE, Against.STILL_READING}
    assert Against.HOLIDAYS_INSIDE in against(2, "2026-11-04")
    empty = choose(1, date(2026, 9, 16), (), {"x": SchoolYear("GB", ())}, WISHES)
    assert empty.clashes == (Clash(Against.NO_TERMS, "x"),)
    assert empty.round is None


def test_days_without_school_are_told_in_stretches_without_weekends() -> None:
    year = Span(date(2026, 9, 1), date(2027, 7, 1))
    found = free_days(HUERTH, year)
    assert [one.span for one in found if one.reason is DayOff.CLOSED] == list(HUERTH.closed)
    assert all(one.name for one in found if one.reason is DayOff.PUBLIC_HOLIDAY)
    assert date(2026, 12, 25) not in {one.span.first for one in found}
    both = {"n": free_days(NABLUS, year), "h": found}
    told = between(both, date(2026, 12, 1), date(2027, 1, 10))
    assert [who for who, _ in told] == ["h", "n"]


def test_parts_of_a_country_have_their_own_names() -> None:
    assert parts_of("DE")["NW"] == "Nordrhein-Westfalen"
    assert parts_of("PL")["12"] == "Małopolskie"
    assert parts_of("PS") == {}
    assert parts_of("XX") == {}
    assert with_usual_year("PL", "12", 2026) == "PL-12"
    assert with_usual_year("GB", "ENG", 2026) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_go_into_the_box_and_come_back_in_every_language(language: str) -> None:
    lines = [Line(span("2026-09-01", "2026-12-18"), True), Line(span("2026-10-26", "2026-10-30"), False, "Trip")]
    with i18n.speaking(language):
        text = as_text(lines)
        read = read_terms(text)
        assert isinstance(read, Terms)
        back = as_lines(read, text)
        assert [(one.span, one.is_term) for one in back] == [(one.span, one.is_term) for one in lines]
        assert as_text(back) == text
        hint = gettext(
            "For example: Autumn term; 03.09.2026; 18.12.2026. Half term; 26.10.2026; 30.10.2026. "
            "Public holidays are known already."
        )
        example = hint.partition(":")[2].split(". ")[:2]
        assert isinstance(read_terms("\n".join(one.strip() for one in example)), Terms), example
