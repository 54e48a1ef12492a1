"""Does looking for a piece of a word first ever change whether a line tells of writing?"""

from hypothesis import given
from hypothesis import strategies as st

from penfriends.rules import quoting_words as words
from penfriends.rules.quoting_lines import tells_of_writing

SAID = (
    "wrote", "writes", "said", "schrieb", "schrieben", "geschrieben", "schreibt", "a écrit",
    "ecrit", "écrit", "écrivait", "schreef", "geschreven", "schrijft", "napisał", "napisała",
    "napisal", "pisze", "napisana przez", "написал", "написала", "пишет", "пише", "skrev",
    "skrifaði", "kirjoitti", "ha scritto", "escribió", "escreveu", "napsal", "napsala", "napísal",
    "napísala", "írta", "a scris", "كتب", "كتبت", "كتابة ما يلي", "写道", "さんは書きました", "님이 작성",
    "έγραψε",
)  # fmt: skip
case = st.sampled_from([str, str.upper, str.title])
near = st.text(alphabet=st.sampled_from("aeinoprstwzéłшпись كتب:<>@ \n"), max_size=12)


def test_the_words_of_this_test_are_all_that_there_are() -> None:
    assert all(words.WROTE.search(word) for word in SAID)
    assert all(tells_of_writing(form) for word in SAID for form in (word, word.upper(), word.title()))
    assert words.WROTE.pattern.count("|") + 1 == len(SAID) - 2, "napsala? and napísala? are two words each"


@given(before=near, word=st.sampled_from(SAID), how=case, after=near)
def test_a_word_of_writing_is_found_in_the_same_places(before: str, word: str, how: type[str], after: str) -> None:
    text = f"{before}{how(word)}{after}"
    assert tells_of_writing(text) == bool(words.WROTE.search(text))


@given(text=st.text(max_size=60) | near)
def test_and_nowhere_else(text: str) -> None:
    assert tells_of_writing(text) == bool(words.WROTE.search(text))
