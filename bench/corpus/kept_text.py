"""Are the writer's words kept and the quoted ones cut, in the public replies that we labelled by hand?

Of talon's mails the expected text is compared as a whole. Of github's and zapier's replies every line is compared with
`reply_labels.txt`; copies of a reply count once.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.corpus.rows import Row, share
from penfriends.mail.inbound import parse

LABELS = Path(__file__).with_name("reply_labels.txt")
# What talon expects where it gives no file of its own.
TALON_EXPECTS = "Hello"
TALON_HTML_EXPECTS = "Hi. I am fine. Thanks, Alex"
# In these two talon leaves the phone line and the signature for another step; we cut both with the quotation.
TALON_WITH_SIGNATURE = {"iphone": "Hello", "sparrow": "Hello"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Line numbers, from 1: the writer's, the quoted ones, those that a program added."""

    name: str
    own: frozenset[int]
    quoted: frozenset[int]
    added: frozenset[int]


def rows(corpora: Path, misses: list[str]) -> Iterator[Row]:
    """The two rows of the table; what is wrong goes to `misses`, without any words of the corpus."""
    yield _talon(corpora / "replies" / "talon", misses)
    yield _talon_html(corpora / "replies" / "talon" / "html", misses)
    yield from _labelled([corpora / "replies" / "github", corpora / "replies" / "zapier"], misses)


def _talon(folder: Path, misses: list[str]) -> Row:
    files = sorted(folder.glob("*.eml"))
    right = 0
    for path in files:
        expected = TALON_WITH_SIGNATURE.get(path.stem, TALON_EXPECTS)
        if parse(path.read_bytes()).kept_text.strip() == expected:
            right += 1
        else:
            misses.append(f"talon {path.name}")
    return Row(
        "kept text, talon, exact (2 without the signature)", share(right, len(files)), "100 %", right == len(files)
    )


def _talon_html(folder: Path, misses: list[str]) -> Row:
    files = sorted(folder.glob("*.html"))
    read = {path.name: parse(b"Content-Type: text/html; charset=utf-8\n\n" + path.read_bytes()) for path in files}
    wrong = [name for name, mail in read.items() if mail.kept_text.split() != TALON_HTML_EXPECTS.split()]
    misses += [f"talon {name}" for name in wrong]
    right = len(files) - len(wrong)
    return Row("kept text, talon, HTML replies, word for word", share(right, len(files)), "100 %", not wrong)


def _labelled(folders: list[Path], misses: list[str]) -> Iterator[Row]:
    labels = labels_by_digest()
    seen: set[str] = set()
    right = added = 0
    for path in sorted(path for folder in folders for path in folder.glob("*.txt")):
        raw = path.read_bytes()
        text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
        digest = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]
        if digest in seen:
            continue
        seen.add(digest)
        if digest not in labels:
            misses.append(f"not labelled: {path.name}")
            continue
        label = labels[digest]
        kept = parse(b"Content-Type: text/plain; charset=utf-8\n\n" + raw).kept_text
        lost, extra, additions = compared(text, kept, label)
        right += not lost and not extra
        added += not lost and not extra and not additions
        if lost or extra or additions:
            misses.append(f"{label.name}: lost lines {lost}, quoted lines kept {extra}, additions kept {additions}")
    done = share(right, len(seen))
    yield Row("kept text, github + zapier, each once", done, "≥ 95 %", right >= 0.95 * len(seen))
    yield Row("  … and nothing that a program added kept either", share(added, len(seen)), "", None)


def compared(text: str, kept: str, label: Labels) -> tuple[list[int], list[int], list[int]]:
    """Line numbers of the writer's that are lost, and of quoted and added ones that were kept.

    Lines are compared by their words, in order of the label: a line that stands twice is owed to the writer first.
    """
    left = Counter(_plain(line) for line in kept.split("\n"))
    numbered = {number: _plain(line) for number, line in enumerate(text.split("\n"), 1) if line.strip()}
    lost = [n for n, line in numbered.items() if n in label.own and not _taken(left, line)]
    extra = [n for n, line in numbered.items() if n in label.quoted and _taken(left, line)]
    additions = [n for n, line in numbered.items() if n in label.added and _taken(left, line)]
    return lost, extra, additions


def _taken(left: Counter[str], line: str) -> bool:
    if left[line] <= 0:
        return False
    left[line] -= 1
    return True


def _plain(line: str) -> str:
    return " ".join(line.split())


def labels_by_digest() -> dict[str, Labels]:
    """The labels, by the digest of the reply's words."""
    found = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        digest, name, *ranges = line.split()
        numbers = {one.partition("=")[0]: frozenset(_numbers(one.partition("=")[2])) for one in ranges}
        nothing: frozenset[int] = frozenset()
        found[digest] = Labels(name, numbers["W"], numbers.get("Q", nothing), numbers.get("A", nothing))
    return found


def _numbers(ranges: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
        yield from range(int(first), int(last or first) + 1)
