"""Is the invented world whole, the same every time, and one that our own rules allow?"""

import re
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from penfriends.demo.files import read_json
from penfriends.demo.letters import DemoThread, HeldLetter, held_letters, threads
from penfriends.demo.people import CHILDREN, NEWCOMERS, SIZE, people
from penfriends.demo.places import associations, links, towns, twins_of
from penfriends.demo.residents import AVATARS, COLOURS, seeker_of
from penfriends.demo.schools import schools
from penfriends.demo.staff import StaffRole, staff
from penfriends.i18n import LANGUAGES
from penfriends.models.letters import LetterState
from penfriends.models.residents import ResidentState
from penfriends.rules.bands import Band, age_on, band_on, needs_full_date
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import Medium, TownLink, World, broken_rules, friends_allowed
from penfriends.rules.school_year import school_year

TODAY = date(2026, 5, 10)
PEOPLE = people(7, TODAY)
BY_KEY = {person.key: person for person in PEOPLE}
WORLD = World((), tuple(TownLink(*link.towns, link.kind, link.since) for link in links()))
RESERVED = re.compile(r"[a-z0-9.-]+@(post|team)\.example")


def test_same_seed_and_day_give_the_same_people_and_another_seed_others() -> None:
    assert people(7, TODAY) == PEOPLE
    assert people(8, TODAY) != PEOPLE


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2027, 12, 31), date(2028, 2, 29), date(2026, 3, 31)])
def test_any_day_gives_a_whole_world(today: date) -> None:
    found = people(1, today)
    assert len(found) >= SIZE
    assert all(person.band is band_on(person.birth, today) for person in found)
    assert all(8 <= age_on(person.birth, today) <= 91 for person in found)


def test_keys_numbers_and_addresses_are_unique() -> None:
    assert len(BY_KEY) == len({person.number for person in PEOPLE}) == len(PEOPLE)
    addresses = [person.address for person in PEOPLE if person.address]
    assert len(addresses) == len(set(addresses))
    assert not set(addresses) & {person.guardian_address for person in PEOPLE}


def test_every_address_is_of_a_reserved_domain() -> None:
    addresses = [a for person in PEOPLE for a in (person.address, person.guardian_address) if a]
    addresses += [moderator.address for moderator in staff(TODAY)]
    assert all(RESERVED.fullmatch(address) for address in addresses)


def test_a_child_has_a_guardian_a_birth_date_and_no_free_text() -> None:
    children = [person for person in PEOPLE if person.band is Band.CHILD]
    assert len(children) >= CHILDREN
    for child in children:
        assert child.guardian_address
        assert child.birth.on
        assert (child.facts, child.question, child.address) == ("", "", None)
        assert all(INTERESTS[code].for_children for code in child.interests)


def test_an_adult_has_facts_a_question_and_no_more_birthday_than_needed() -> None:
    for adult in (person for person in PEOPLE if person.band is Band.ADULT):
        assert adult.facts.count("\n") == 1
        assert adult.question
        assert not adult.guardian_address
        assert (adult.birth.on is not None) == needs_full_date(adult.birth.year, TODAY)
        assert (adult.address is None) == (adult.medium is Medium.PAPER)


def test_each_resident_fits_the_lists() -> None:
    for person in PEOPLE:
        assert 5 <= len(set(person.interests)) == len(person.interests) <= 12
        assert set(person.interests) <= set(INTERESTS)
        assert {language.code for language in person.languages} | {person.locale} <= set(LANGUAGES)
        assert person.avatar in AVATARS
        assert person.colour in COLOURS
        assert person.wished_town is None or person.wished_town in twins_of(person.town)
        assert 1 <= person.capacity <= friends_allowed(age_on(person.birth, TODAY))


def test_friends_are_mutual_and_allowed_by_every_hard_rule() -> None:
    for person in PEOPLE:
        for key in person.partners:
            other = BY_KEY[key]
            assert person.key in other.partners
            broken = set(broken_rules(seeker_of(person), seeker_of(other), WORLD, TODAY))
            assert broken <= {"capacity"}, (person.key, key, broken)


def test_there_is_something_to_see_in_every_state() -> None:
    assert set(Counter(person.state for person in PEOPLE)) == set(ResidentState)
    assert 90 <= sum(person.waiting_days is not None for person in PEOPLE) - NEWCOMERS <= 150
    assert {person.town for person in PEOPLE} == set(towns())
    assert len({person.guardian_address for person in PEOPLE if person.household}) >= 10


def test_towns_have_a_name_in_every_language_and_a_real_time_zone() -> None:
    for town in towns().values():
        assert set(town.names) == set(LANGUAGES)
        assert town.names[town.language] == town.name
        assert re.search(r"[\u0600-\u06ff]", town.names["ar"])
        assert ZoneInfo(town.timezone)


def test_links_join_known_towns_once() -> None:
    pairs = [frozenset(link.towns) for link in links()]
    assert len(set(pairs)) == len(pairs)
    assert set().union(*pairs) == set(towns())


def test_each_town_has_one_association_with_lead_and_deputy() -> None:
    assert sorted(slug for association in associations() for slug in association.towns) == sorted(towns())
    for association in associations():
        roles = Counter(m.role for m in staff(TODAY) if m.association == association.slug)
        assert roles[StaffRole.LEAD] == roles[StaffRole.DEPUTY] == 1


def test_somebody_in_each_association_reads_its_own_language_and_may_read_children() -> None:
    for association in associations():
        able = [m for m in staff(TODAY) if m.association == association.slug and m.check and m.training]
        assert any(association.locale in moderator.languages for moderator in able)


def test_some_checks_have_run_out_or_are_missing() -> None:
    checks = [moderator.check for moderator in staff(TODAY)]
    assert None in checks
    assert any(check.expires_on < TODAY for check in checks if check)
    assert any(TODAY <= check.expires_on <= TODAY + timedelta(days=7) for check in checks if check)


@pytest.mark.parametrize("thread", threads(), ids=lambda thread: thread.slug)
def test_a_thread_is_a_talk_of_two_friends(thread: DemoThread) -> None:
    first, second = (BY_KEY[key] for key in thread.people)
    assert second.key in first.partners
    assert {letter.by for letter in thread.letters} == set(thread.people)
    days = [letter.days_ago for letter in thread.letters]
    assert days == sorted(days, reverse=True)
    assert days[0] <= thread.opened_days_ago
    assert all(letter.state is LetterState.DELIVERED for letter in thread.letters[:-1])


@pytest.mark.parametrize("thread", threads(), ids=lambda thread: thread.slug)
def test_letters_take_turns_each_in_a_language_of_its_writer(thread: DemoThread) -> None:
    for before, letter in zip((None, *thread.letters), thread.letters, strict=False):
        assert before is None or before.by != letter.by
        assert letter.language in {language.code for language in BY_KEY[letter.by].languages}
        assert len(letter.text) > 150
        assert 0 < len(letter.title) <= 150


def test_letters_are_many_and_in_every_language() -> None:
    letters = [letter for thread in threads() for letter in thread.letters]
    assert len(letters) >= 60
    assert {letter.language for letter in letters} == set(LANGUAGES)


@pytest.mark.parametrize("letter", held_letters(), ids=lambda letter: letter.slug)
def test_a_letter_to_be_held_says_exactly_what_it_hides(letter: HeldLetter) -> None:
    assert letter.hides
    assert letter.kinds
    assert all(words in letter.text for words in letter.hides)
    assert BY_KEY[letter.by].band is letter.band


def test_letters_to_be_held_are_different_and_in_every_language() -> None:
    assert len({letter.slug for letter in held_letters()}) == len(held_letters()) >= 12
    assert {letter.language for letter in held_letters()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_and_questions_are_enough_and_different(language: str) -> None:
    texts = read_json("texts")[language]
    everything = [*texts["facts"], *texts["older"], *texts["questions"]]
    assert len(set(everything)) == len(everything) >= 35
    assert all(question.endswith(("?", "؟")) for question in texts["questions"])


def test_pupils_are_the_same_every_time_and_share_a_language_with_their_partners() -> None:
    first = schools(TODAY)
    assert first == schools(TODAY)
    for school in first:
        for row in school.classes:
            names = [one.first_name for one in row.pupils]
            assert len(names) == len(set(names))
            assert all(row.youngest <= age_on(one.birth, TODAY) <= row.oldest for one in row.pupils)
            assert all(one.languages.keys() == row.languages.keys() for one in row.pupils)


@pytest.mark.parametrize("today", [date(2026, 7, 15), date(2026, 7, 16), date(2026, 12, 31), date(2027, 1, 1)])
def test_a_school_year_is_the_one_that_runs_or_comes_next(today: date) -> None:
    starts, ends = school_year(today)
    assert starts < ends
    assert ends >= today
    assert starts.year + 1 == ends.year
