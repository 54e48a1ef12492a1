"""Does a letter tell a telephone number, plainly or in disguise?

Ordinary figures (dates, prices, scores …) are gone before this check looks: see `explained`. What is left and makes
seven digits in a row is held; what commas or lines part is held if it dials.
"""

# Lists and patterns keep their rows whole.

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

import phonenumbers

from penfriends.rules.screening.findings import Span
from penfriends.rules.screening.numerals import Numeral, Run, may_begin

FEWEST, MOST = 7, 15
_FEWEST_AFTER_PHONE_WORD = 5
_FEWEST_FROM_NOUGHT = 6
_ENDS = ("\n", ". ", "! ", "? ")
_DIALLED = range(9, 15)
_LONGEST_ANNOUNCEMENT = 45
_LONGEST_JOIN = 15
_MOST_LOOKED_AT = 1000
_TRUNK_REGIONS = ("GB", "DE", "FR", "NL", "BE", "AT", "CH", "IE", "PS", "IL", "IT", "US")
_REGIONS_WITHOUT_TRUNK = ("PL", "ES")
# Beginnings of words that announce a telephone number, by what they have in common, which is looked for first; the
# Arabic ones also stand inside a word, behind its article.
_PHONE_WORDS = {
    **{"tel": ("tel", "telefon", "telefoon"), "phone": ("phone",), "mobi": ("mobile", "mobiel"), "cell": ("cell",)},
    **{"l me": ("call me", "bel me"), "ring me": ("ring me",), "text me": ("text me",), "my number": ("my number",)},
    **{" nummer": ("meine nummer", "mijn nummer"), " numer": ("mon numero", "moj numer"), "ruf mich": ("ruf mich",)},
    **{"handy": ("handy",), "portable": ("portable",), "appelle": ("appelle",), "komork": ("komork",)},
    **{"zadzwon": ("zadzwon",)},
}
_ARABIC_PHONE_WORDS = ("هاتف", "جوال", "تلفون", "موبايل", "رقمي")
_WORDS_BETWEEN = r"\w{0,8}\W{1,4}(?:\w{1,12}\W{1,3}){0,3}"
_BEHIND = rf"(?=({_WORDS_BETWEEN}\w{{0,80}}))"
_ANNOUNCING = {
    **{mark: [re.compile(rf"{one}(?<!\w{one}){_BEHIND}") for one in words] for mark, words in _PHONE_WORDS.items()},
    **{word: [re.compile(word + _BEHIND)] for word in _ARABIC_PHONE_WORDS},
}
_WORD = re.compile(r"[^\W_]+")
_ALL_PHONE_WORDS = "|".join(chain.from_iterable(_PHONE_WORDS.values()))
_PHONE_WORD = re.compile(rf"(?:\b(?:{_ALL_PHONE_WORDS})|{'|'.join(_ARABIC_PHONE_WORDS)}){_WORDS_BETWEEN}$")


def find(plain: str, runs: Sequence[Run]) -> Iterator[Span]:
    """Every telephone number in the letter, whose plain text and runs of digits these are."""
    for run in runs:
        if len(digits_of(run.numerals)) >= _FEWEST_AFTER_PHONE_WORD:  # fewer are no number, whatever stands before
            yield from _numbers(plain, run)


def after_phone_word(text: str, at: int) -> bool:
    """Whether the words just before `at` announce a telephone number."""
    return _PHONE_WORD.search(text, max(0, at - _LONGEST_ANNOUNCEMENT), at) is not None


def announces(text: str) -> bool:
    """Whether words that announce a telephone number stand anywhere, and a number can begin behind them: if not,
    `after_phone_word` is true of no number in the text."""
    return any(
        may_begin(word)
        for mark, patterns in _ANNOUNCING.items()
        if mark in text
        for pattern in patterns
        for match in pattern.finditer(text)
        for word in _WORD.findall(match.group(1))
    )


def digits_of(numerals: Sequence[Numeral]) -> str:
    """All digits of a row of numerals."""
    return "".join(numeral.digits for numeral in numerals)


@lru_cache(maxsize=4096)
def dials(digits: str, international: bool = False) -> bool:
    """Whether these digits are a valid number of one of our regions, dialled from inside it or from abroad."""
    if international or digits.startswith("00"):
        return _valid("+" + (digits[2:] if digits.startswith("00") else digits), None)
    regions = _TRUNK_REGIONS if digits.startswith("0") else _REGIONS_WITHOUT_TRUNK
    return any(_valid(digits, region) for region in regions)


def counts_up(numerals: Sequence[Numeral]) -> bool:
    """Whether somebody is only counting: each number one more, or one less, than the one before."""
    values = [int(numeral.digits[:18]) for numeral in numerals]
    # "… on page 312. One, two, three": figures at the beginning may belong to the sentence before.
    lead = len(numerals) > 1 and not numerals[0].spoken and numerals[1].start - numerals[0].end > 1
    return _even_steps(values) or (lead and _even_steps(values[1:]))


def _even_steps(values: Sequence[int]) -> bool:
    steps = {b - a for a, b in pairwise(values)}
    return len(values) > 3 and steps in ({1}, {-1})


def _valid(digits: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _numbers(text: str, run: Run) -> Iterator[Span]:
    if counts_up(run.numerals):
        return
    if len(run.numerals) > _MOST_LOOKED_AT:  # no table in a letter is so long: a person looks
        yield _span(text, run.numerals)
        return
    segments = _segments(run)
    held = [_stands_alone(text, segment) for segment in segments]
    yield from _with_pauses(text, segments, held)
    if len(segments) > 1 and not any(held):
        yield from _joined(text, segments)


def _with_pauses(text: str, segments: Sequence[Sequence[Numeral]], held: Sequence[bool]) -> Iterator[Span]:
    """The numbers that stand alone, each with what is read out before and after a pause: "… one two, three four"."""
    at = done = 0
    while at < len(segments):
        if not held[at]:
            at += 1
            continue
        first, after = at, at + 1
        while first > done and _goes_on(text, segments[first - 1], segments[first], segments[first - 1]):
            first -= 1
        while after < len(segments) and _goes_on(text, segments[after - 1], segments[after], segments[after]):
            after += 1
        yield _span(text, [numeral for segment in segments[first:after] for numeral in segment])
        at = done = after


def _goes_on(text: str, one: Sequence[Numeral], other: Sequence[Numeral], joining: Sequence[Numeral]) -> bool:
    """Whether only a short pause parts the two, and the one that would join is read out digit by digit."""
    gap = text[one[-1].end : other[0].start]
    read_out = all(numeral.spoken or len(numeral.digits) == 1 for numeral in joining)
    return len(joining) > 1 and read_out and not any(mark in gap for mark in _ENDS)


def _segments(run: Run) -> list[list[Numeral]]:
    segments: list[list[Numeral]] = [[]]
    for numeral, firm in zip(run.numerals, run.firm, strict=True):
        segments[-1].append(numeral)
        if firm:
            segments.append([])
    return [segment for segment in segments if segment]


def _stands_alone(text: str, segment: Sequence[Numeral]) -> bool:
    length = sum(len(numeral.digits) for numeral in segment)
    if length >= FEWEST:
        return not counts_up(segment)
    return length >= _FEWEST_AFTER_PHONE_WORD and after_phone_word(text, segment[0].start)


def _joined(text: str, segments: Sequence[Sequence[Numeral]]) -> Iterator[Span]:
    """Numbers written with commas or over several lines."""
    numerals = [numeral for segment in segments for numeral in segment]
    if _reads_out_digits(text, numerals):
        yield _span(text, numerals)
        return
    said = [digits_of(segment) for segment in segments]
    at = 0
    while at < len(segments):
        to = _dialled_to(text, segments, said, at)
        if to > at:
            yield _span(text, [numeral for segment in segments[at:to] for numeral in segment])
        at = max(to, at + 1)


def _reads_out_digits(text: str, numerals: Sequence[Numeral]) -> bool:
    """A row of single digits that is no counting and no list of ages, which would go up or down."""
    values = [numeral.digits for numeral in numerals]
    if any(len(value) > 1 and not numeral.spoken for value, numeral in zip(values, numerals, strict=True)):
        return False
    in_order = values in (sorted(values), sorted(values, reverse=True))
    return len("".join(values)) >= _enough(text, numerals) and not in_order


def _enough(text: str, numerals: Sequence[Numeral]) -> int:
    """How many digits make a number, by how it is begun: announced, with a spoken nought, in words, in figures."""
    first = numerals[0]
    if after_phone_word(text, first.start):
        return _FEWEST_AFTER_PHONE_WORD
    if not all(numeral.spoken for numeral in numerals):
        return _DIALLED.start
    single = all(len(numeral.digits) == 1 for numeral in numerals)
    return _FEWEST_FROM_NOUGHT if single and first.digits == "0" else FEWEST


def _dialled_to(text: str, segments: Sequence[Sequence[Numeral]], said: Sequence[str], at: int) -> int:
    first = segments[at][0]
    abroad = text[max(0, first.start - 2) : first.start].strip("( ").endswith("+")
    trunk = abroad or first.digits.startswith("0")
    digits = ""
    for to in range(at, min(len(segments), at + _LONGEST_JOIN)):
        digits += said[to]
        if len(digits) < _DIALLED.start:
            continue
        if len(digits) > _DIALLED[-1]:
            return at
        whole = to + 1 == len(segments)
        if len(digits) in _DIALLED and (
            dials(digits, abroad)
            if trunk and not whole
            else trunk or _nine_over_lines(text, segments[at : to + 1], digits)
        ):
            return to + 1
    return at


def _nine_over_lines(text: str, segments: Sequence[Sequence[Numeral]], digits: str) -> bool:
    """Countries without a leading 0: nine digits, parted by nothing but line ends."""
    pairs = pairwise(segments)
    return len(digits) == 9 and all(not text[a[-1].end : b[0].start].strip() for a, b in pairs) and dials(digits)


def _span(text: str, numerals: Sequence[Numeral]) -> Span:
    start = numerals[0].start
    while start and text[start - 1] in "+(" and numerals[0].start - start < 3:
        start -= 1
    return Span(start, numerals[-1].end)
