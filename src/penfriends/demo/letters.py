"""What do the invented pen friends write to each other, and which letters must never arrive?

The files are plain text, so that whoever speaks the language can correct them: `== ` starts a letter and its facts,
separated by bars; `hides: ` quotes what a held letter must not let through.
"""

from dataclasses import dataclass
from functools import cache

from penfriends.demo.files import DATA, read_text
from penfriends.models.letters import LetterState
from penfriends.rules.bands import Band
from penfriends.rules.screening.findings import Kind


@dataclass(frozen=True, slots=True)
class DemoLetter:
    """One letter of a thread; `by` is the key of its writer, `days_ago` counts from the day of the demo."""

    by: str
    language: str
    days_ago: int
    state: LetterState
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoThread:
    """Two of the cast and their letters, oldest first; each answers the one before."""

    slug: str
    people: tuple[str, str]
    opened_days_ago: int
    letters: tuple[DemoLetter, ...]


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter that a person must look at. `hides` are the exact words of it that matter, `kinds` what they are."""

    slug: str
    band: Band
    language: str
    by: str
    kinds: tuple[Kind, ...]
    title: str
    text: str
    hides: tuple[str, ...]


@cache
def threads() -> tuple[DemoThread, ...]:
    """Every thread, in the order of the files' names."""
    return tuple(_thread(path.stem, path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("threads/*.txt")))


def _thread(slug: str, text: str) -> DemoThread:
    head, *parts = text.split("\n== ")
    facts = dict(line.split(": ", 1) for line in head.splitlines() if line)
    first, second = facts["people"].split(", ")
    return DemoThread(slug, (first, second), int(facts["opened"]), tuple(_letter(part) for part in parts))


def _letter(part: str) -> DemoLetter:
    head, _, body = part.partition("\n")
    by, language, days_ago, state, title = head.split(" | ", 4)
    return DemoLetter(by, language, int(days_ago), LetterState(state), title, body.strip())


@cache
def held_letters() -> tuple[HeldLetter, ...]:
    return tuple(_held(part) for part in f"\n{read_text('held.txt')}".split("\n== ")[1:])


def _held(part: str) -> HeldLetter:
    head, title, *lines = part.strip().splitlines()
    slug, band, language, by, kinds = head.split(" | ")
    return HeldLetter(
        slug=slug,
        band=Band(band),
        language=language,
        by=by,
        kinds=tuple(Kind(kind) for kind in kinds.split(", ")),
        title=title.removeprefix("title: "),
        text="\n".join(line for line in lines if not line.startswith("hides: ")).strip(),
        hides=tuple(line.removeprefix("hides: ") for line in lines if line.startswith("hides: ")),
    )
