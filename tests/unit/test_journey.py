"""What does a writer hear of a letter's way? Never whether it was read (rule R52)."""

import pytest

from penfriends.models.letters import LetterState
from penfriends.rules.journey import Remark, Stage, Step, Travelling, journey


def test_a_draft_has_no_journey() -> None:
    assert journey(Travelling("draft")) is None


@pytest.mark.parametrize("state", [one for one in LetterState if one is not LetterState.DRAFT])
def test_every_other_state_of_a_letter_has_one(state: LetterState) -> None:
    found = journey(Travelling(state.value))
    assert found is not None
    assert found.steps[0][0] is Stage.WRITTEN
    assert found.steps[-1][0] is Stage.ARRIVED


def test_a_held_letter_is_being_read() -> None:
    found = journey(Travelling("held", held_before=True))
    assert found is not None
    assert dict(found.steps)[Stage.READ] is Step.NOW
    assert found.remark is Remark.READ_NEXT
    assert found.may_undo


def test_a_pupil_hears_whose_turn_it_is_to_read() -> None:
    first = journey(Travelling("held", held_before=True, in_class=True))
    second = journey(Travelling("held", held_before=True, in_class=True, arriving=True))
    assert first is not None
    assert second is not None
    assert (first.remark, second.remark) == (Remark.TEACHER_NEXT, Remark.OTHER_TEACHER_NEXT)
    assert first.mark != second.mark, "a page that shows the first is told of the second"


def test_a_letter_that_nobody_had_to_read_does_not_say_that_it_was_read() -> None:
    found = journey(Travelling("delivered", held_before=False))
    assert found is not None
    assert Stage.READ not in dict(found.steps)
    assert set(dict(found.steps).values()) == {Step.DONE}


def test_a_letter_stopped_after_its_release_is_not_called_being_read() -> None:
    found = journey(Travelling("held", held_before=True, left_before=True))
    assert found is not None
    assert found.remark is Remark.STOPPED
    assert not found.may_undo


def test_what_a_moderator_has_open_cannot_be_taken_back() -> None:
    found = journey(Travelling("held", held_before=True, taken=True))
    assert found is not None
    assert not found.may_undo


def test_unsure_is_said_as_it_is() -> None:
    found = journey(Travelling("unsure", held_before=True))
    assert found is not None
    assert found.remark is Remark.PERHAPS_ARRIVED
    assert dict(found.steps)[Stage.ARRIVED] is Step.TODO


def test_a_letter_that_came_back_asks_for_a_change() -> None:
    found = journey(Travelling("returned", held_before=True))
    assert found is not None
    assert dict(found.steps)[Stage.READ] is Step.CHANGE


def test_a_pause_is_said() -> None:
    found = journey(Travelling("released", paused=True))
    assert found is not None
    assert found.remark is Remark.WAITS_FOR_PAUSE


def test_R52_no_word_of_the_journey_says_that_it_was_read_by_the_friend() -> None:
    assert {one.value for one in Stage} == {"written", "read", "on_its_way", "arrived"}
    assert "opened" not in {one.value for one in Remark}
