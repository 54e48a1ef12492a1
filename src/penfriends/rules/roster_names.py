"""What of a pupil's name is kept: the first name, and of the surname the initial (rule R14)?

When in doubt less is kept: of “Anna Maria Schmidt” nobody can tell whether Maria is a surname, so “Anna S” stays. Who
wants “Anna Maria S” writes that, or uses two columns.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from penfriends.rules.roster_folding import fold, folded, tidy
from penfriends.rules.roster_values import Trouble
from penfriends.rules.sign_up import NameFault, name_fault

_NUMBERING = re.compile(r"^(?:\d{1,3}\s?[.):\-–]\s*|[-–•*·]\s+)")
_BARE_NUMBER = re.compile(r"^\d{1,3}\s(?=\D)")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EDGES = " .,;:-–_*·"
_DUTCH_THE = re.compile("['’‘ʼ`´]t", re.IGNORECASE)  # a T alone is an initial
_BETWEEN = frozenset(" .,;-‐‑–·*_'’‘ʼʻ`´\u200c\u200d")
_TATWEEL = "ـ"
# What a surname begins with, in Dutch, German, French, Italian, Spanish, Portuguese and Arabic.
PARTICLES = folded(
    "van; von; vom; zu; zum; zur; der; den; de; del; della; degli; di; da; dos; das; do; du; des; la; le; les; ter; "
    "ten; te; op; al; el; bin; ben; ibn; bint; ابن; بن; بنت; ال"
)
# Arabic first names of two words: these begin one, and these end one.
_BEGIN = folded("عبد; أبو; أم; abd; abdel; abdul; abdal; abu")
_END = folded("الله; الدين; الإسلام; الهدى; الرحمن; الزهراء")
_ARTICLE = "ال"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it will stand, and whether something was cut off."""

    first: str
    initial: str = ""
    cut: bool = False
    trouble: Trouble | None = None

    @property
    def shown(self) -> str:
        return f"{self.first} {self.initial}".rstrip()


def whole_name(cell: str) -> Name:
    """“Ava Brown”, “Brown, Ava”, “BROWN Ava”."""
    return _judged(cell, _whole)


def surname_first(cell: str) -> Name:
    """“Kowalska Anna”, where the heading says that it is this way round."""
    return _judged(cell, _turned)


def two_cells(first: str, surname: str) -> Name:
    """First names and surname in columns of their own: all first names stay."""
    return _judged(first, lambda words: _built(_without_initials(words), _text(surname).split()), surname)


def without_numbering(text: str) -> str:
    """A line of a list without its “1.” or dash."""
    return _NUMBERING.sub("", text)


def _judged(cell: str, split: Callable[[list[str]], Name], surname: str = "") -> Name:
    written = _text(cell)
    if not written:
        return Name("", trouble=Trouble.NO_NAME)
    if not all(map(_may_stand, f"{written}{tidy(surname)}")):
        return Name("", trouble=Trouble.NOT_A_NAME)
    if "," in written:
        family, _, given = written.partition(",")
        words = given.replace(",", " ").split()
        name = _built(words, family.split()) if words and family.strip() else split(family.split() or words)
    else:
        name = split(written.split())
    return Name("", trouble=_trouble(name)) if _trouble(name) else name


def _may_stand(letter: str) -> bool:
    """Letters and marks of any script, and what stands between them in names; no digits, no sign of a lost letter."""
    return letter.isalpha() or unicodedata.category(letter)[0] == "M" or letter in _BETWEEN


def _text(cell: str) -> str:
    text = _BARE_NUMBER.sub("", without_numbering(tidy(cell)))
    return " ".join(_ASIDE.sub(" ", text).strip(_EDGES).split())


def _trouble(name: Name) -> Trouble | None:
    if not any(letter.isalpha() for letter in name.first):
        return Trouble.NOT_A_NAME
    fault = name_fault(name.shown)
    if fault is None:
        return None
    return Trouble.NAME_TOO_LONG if fault is NameFault.TOO_LONG else Trouble.NOT_A_NAME


def _whole(words: list[str]) -> Name:
    by_capitals = _by_capitals(words)
    if by_capitals:
        return _built(*by_capitals)
    given = _length_of_first(words)
    at = next((n for n in range(given, len(words)) if _is_particle(words[n])), None)
    if len(words) > given and _is_initial(words[-1]):
        given = at or len(words) - 1
        return _built(_without_initials(words[:given]), words[at:] if at else words[-1:])
    family = words[at:] if at else words[-1:] if len(words) > given else []
    return _built(words[:given], family, dropped=len(words) > given + len(family))


def _turned(words: list[str]) -> Name:
    by_capitals = _by_capitals(words)
    if by_capitals:
        return _built(*by_capitals)
    if len(words) > 1 and _is_initial(words[0]):
        return _built(words[1:], words[:1])
    given = 2 if len(words) > 2 and (fold(words[-2]) in _BEGIN or fold(words[-1]) in _END) else 1
    return _built(words[-given:], words[:-given])


def _by_capitals(words: list[str]) -> tuple[list[str], list[str]] | None:
    """(first names, surname) where exactly the surname is in capitals, as the French like to write it."""
    loud = [word for word in words if len(word.strip(_EDGES)) > 1 and word.isupper()]
    given = [word for word in words if word not in loud and not _is_particle(word) and not _is_initial(word)]
    return (given, [word for word in words if word not in given]) if loud and given else None


def _length_of_first(words: list[str]) -> int:
    """How many words are surely first name: one, or two of Arabic names such as عبد الله."""
    if len(words) > 1 and not _is_initial(words[1]) and (fold(words[0]) in _BEGIN or fold(words[1]) in _END):
        return 2
    return 1


def _without_initials(words: list[str]) -> list[str]:
    """“Ava J” is Ava; who is called by an initial alone keeps it."""
    return [word for word in words if not _is_initial(word)] or words


def _built(given: list[str], family: list[str], *, dropped: bool = False) -> Name:
    first = " ".join(word.strip(_EDGES + _TATWEEL) for word in given)
    initial = next(filter(None, map(_first_letter, family)), "")
    return Name(first, initial, cut=dropped or not all(map(_is_initial, family)))


def _is_particle(word: str) -> bool:
    return fold(word) in PARTICLES or _DUTCH_THE.fullmatch(word) is not None


def _is_initial(word: str) -> bool:
    return len(_letters(word)) == 1 and not _DUTCH_THE.fullmatch(word)


def _first_letter(word: str) -> str:
    letters = _letters(word)
    if letters.startswith(_ARTICLE) and len(letters) > len(_ARTICLE) + 1:
        letters = letters.removeprefix(_ARTICLE)
    first = letters[:1].upper()
    return letters[:1] if len(first) != 1 else first


def _letters(word: str) -> str:
    """The letters alone: no marks above Arabic ones, no full stop, no line that makes a letter longer."""
    composed = unicodedata.normalize("NFC", word)
    return "".join(letter for letter in composed if letter.isalpha() and letter != _TATWEEL)
