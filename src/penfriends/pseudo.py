"""Which sentence did somebody forget to mark, and where does a longer or a right-to-left language break the page?

Makes two languages that nobody speaks from the sentences of a real catalogue: `xa` is accented, in brackets and half as
long again, so that unmarked text stands out and tight boxes burst; `xb` runs from right to left. They are for looking
at in development and are never committed: `make messages pseudo`, then open a page with `?language=xa`.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from penfriends.i18n import DOMAINS, LOCALE_DIR

SAMPLE = "de"  # two plural forms, as English has
ACCENTED = str.maketrans("aceinosuyzACEINOSUYZ", "áćéíñöšüýžÁĆÉÍÑÖŠÜÝŽ")
UNTOUCHABLE = re.compile(r"(%\(\w+\)[sd]|%%|</?[a-zA-Z][^>]*>|&\w+;|https?://\S+)")
RIGHT_TO_LEFT_OVERRIDE, END = "\u202e", "\u202c"


def longer(text: str) -> str:
    """`[Ŵ~~]`: accented, half as long again, in brackets; placeholders and tags stay."""
    accented = _outside_of_the_untouchable(text, lambda part: part.translate(ACCENTED))
    return f"[{accented}{'~' * (len(text) // 2)}]"


def mirrored(text: str) -> str:
    """Shown from right to left, letter by letter; placeholders and tags stay."""
    return _outside_of_the_untouchable(
        text, lambda part: f"{RIGHT_TO_LEFT_OVERRIDE}{part}{END}" if part.strip() else part
    )


KINDS = {"xa": longer, "xb": mirrored}


def write(folder: Path = LOCALE_DIR) -> list[Path]:
    """Write both languages under `folder`; returns the catalogues written."""
    written = []
    for domain in DOMAINS:
        source = LOCALE_DIR / SAMPLE / "LC_MESSAGES" / f"{domain}.po"
        if not source.exists():
            continue
        with source.open("rb") as lines:
            sample = read_po(lines, locale=SAMPLE, domain=domain)
        for language, change in KINDS.items():
            path = folder / language / "LC_MESSAGES" / f"{domain}.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                write_po(out, _changed(sample, change), width=110)
            written.append(path)
    return written


def _changed(sample: Catalog, change: Callable[[str], str]) -> Catalog:
    made = Catalog(project="penfriends", charset="utf-8", fuzzy=False)
    for message in sample:
        if message.id:
            said = change(message.id) if isinstance(message.id, str) else tuple(map(change, message.id))
            made.add(message.id, said, context=message.context)
    return made


def _outside_of_the_untouchable(text: str, change: Callable[[str], str]) -> str:
    parts = UNTOUCHABLE.split(text)
    return "".join(part if UNTOUCHABLE.fullmatch(part) else change(part) for part in parts)


if __name__ == "__main__":
    for path in write():
        sys.stdout.write(f"{path}\n")
