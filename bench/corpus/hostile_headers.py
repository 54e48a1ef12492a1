# ruff: noqa: E501 - the lists of hostile pieces stand a line each
"""Can a subject, a name or a file name put a header into the mail that we send?

Ten thousand of them, half made of pieces that have broken mail programs, half put together by chance (the same each
time); where the corpora are there, their list of naughty strings too. Each stands in a finished mail in every place
that takes words of a person.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus.rows import Row
from penfriends.mail.images import SafeImage
from penfriends.mail.outbound import Outgoing, OutgoingImage, UnsafeValue, build, headers_outside_list
from penfriends.rules.masking import from_name

HOW_MANY = 10_000
_BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n ", "\n\t", "\x00", "%0d%0a", "=0D=0A"]  # fmt: skip
_WORDS = ["=?utf-8?q?=0ABcc:_x=40evil.example?=", "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=", "=?us-ascii?Q?a=0D=0AX:_y?=", "=?utf-8?q?", "?=", "=?"]  # fmt: skip
_FIELDS = ["Bcc: x@evil.example", "To: x@evil.example", "Content-Type: text/html", "X-Evil: 1", "From: x@evil.example", ".\r\nQUIT", "--=_boundary", "Subject: again"]  # fmt: skip
_OTHERS = [
    "<",
    ">",
    '"',
    "\\",
    ",",
    ";",
    ":",
    "(",
    ")",
    "@",
    "\u202e",
    "\u200b",
    "\ufeff",
    "🐈",
    "ä",
    "ش",
    "a" * 998,
    "\ud83d",
]


def rows(corpora: Path, misses: list[str]) -> Iterator[Row]:
    """Headers that are not on our list, over all of them."""
    outside = refused = 0
    for number, hostile in enumerate(_hostile(corpora)):
        try:
            raw = build(_letter(hostile))
        except UnsafeValue:
            refused += 1
            continue
        if found := headers_outside_list(raw):
            outside += 1
            misses.append(f"hostile text {number}: {found}")
    yield Row(
        f"{HOW_MANY:,} hostile subjects, names, file names: headers outside the list", f"{outside}", "0", not outside
    )
    yield Row("  … refused before they were built", f"{refused}", "counted", None)


def _hostile(corpora: Path) -> Iterator[str]:
    naughty = corpora / "security" / "blns.json"
    known = json.loads(naughty.read_text(encoding="utf-8")) if naughty.is_file() else []
    known = [text for text in known if text][: HOW_MANY // 2]
    yield from known
    chance = random.Random(20260101)  # noqa: S311 - to be the same each time
    for _ in range(HOW_MANY - len(known)):
        pieces = chance.choices([*_BREAKS, *_WORDS, *_FIELDS, *_OTHERS], k=chance.randint(2, 9))
        yield "".join(pieces)


def _letter(hostile: str) -> Outgoing:
    picture = SafeImage("image/png", b"\x89PNG\r\n\x1a\n", 1, 1)
    return Outgoing(
        from_name=from_name(hostile),
        from_address="aaaaaaaaaaaaaaaaaaaa@post.example",
        to_address="reader@mail.example",
        subject=hostile,
        text=hostile,
        html=None,
        language="en",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        message_id="<1@post.example>",
        in_reply_to=hostile,
        references=(hostile,),
        images=(OutgoingImage(hostile, picture.content_type, picture.data),),
        unsubscribe_url="https://penfriends.example/p/secret",
        auto_submitted=False,
        loop_mark="mark",
    )
