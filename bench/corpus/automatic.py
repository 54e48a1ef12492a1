"""Which of our own mails of machines, and of people who sound like one, end up in the class that we gave them?

The set stands in `tests/automatic`, written and labelled by us: it needs no corpora.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.corpus.rows import Row, share
from penfriends.mail.inbound import parse
from tests.automatic import ALL


def rows(_corpora: Path, misses: list[str]) -> Iterator[Row]:
    """The whole set, then each class."""
    found = [(case, parse(case.raw()).mail_class) for case in ALL]
    wrong = [(case, got) for case, got in found if got is not case.expected]
    misses += [f"own set: {case.oddity}: {got}, labelled {case.expected}" for case, got in wrong]
    right = len(found) - len(wrong)
    yield Row("own set of machines and people, class", share(right, len(found)), "≥ 98 %", right >= 0.98 * len(found))
    totals, missed = Counter(case.expected for case in ALL), Counter(case.expected for case, _ in wrong)
    for kind in sorted(totals):
        yield Row(f"  … {kind}", share(totals[kind] - missed[kind], totals[kind]), "counted", None)
