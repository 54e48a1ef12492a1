"""Does reading ever fail, die or cost too much? `make fuzz`: 200,000 mutations, in the process that reads mail.

Each may take 64 MiB above idle and one second of processor time up to a megabyte: beyond, the process is ended and the
mutation counts as found. What is found lies in build/fuzz/. An interrupted run goes on where it was.
"""

import argparse
import contextlib
import sys
import time
from collections import Counter
from pathlib import Path

from penfriends.mail.inbound import MailClass
from tests.fuzz.mutator import mutation, seeds
from workers.reading import MEGABYTE, Allowance, Reader

ALLOWED = Allowance(64 * MEGABYTE, 1.0, 60)
BROKEN = frozenset({"unreadable", "reader_died", "took_too_long", "too_much_memory"})
KEPT = Path("build/fuzz")
EVERY = 1000


def outcome(reader: Reader, raw: bytes) -> str:
    """The class of a mail, or why it is quarantined."""
    parsed, _ = reader.parse(raw)
    return parsed.quarantine_reason or parsed.mail_class.value


def run(seed: int, first: int, number: int) -> Counter[str]:
    """How often each outcome came; what must not come is kept as a file."""
    reader, sources = Reader(small=ALLOWED), seeds()
    counted: Counter[str] = Counter()
    started = time.monotonic()
    with contextlib.closing(reader):
        for at in range(first, number):
            raw = mutation(seed, at, sources)
            found = outcome(reader, raw)
            counted[found] += 1
            if found in BROKEN:
                (KEPT / f"{seed}-{at}-{found}.eml").write_bytes(raw)
            if (at + 1) % EVERY == 0 or at + 1 == number:
                _place(seed).write_text(str(at + 1))
                print(f"{at + 1} of {number}, {time.monotonic() - started:.0f} s, {dict(counted)}", flush=True)
    return counted


def _place(seed: int) -> Path:
    return KEPT / f"{seed}.place"


def main() -> None:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--seed", type=int, default=1)
    wish.add_argument("--number", type=int, default=200_000)
    wish.add_argument("--from", type=int, dest="first", help="the first; without it, where the last run was stopped")
    chosen = wish.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    place, first = _place(chosen.seed), chosen.first
    if first is None:
        first = int(place.read_text()) if place.exists() else 0
        first = 0 if first >= chosen.number else first
    print(f"seed {chosen.seed}, mutations {first} to {chosen.number}")
    counted = run(chosen.seed, first, chosen.number)
    broken = {name: count for name, count in counted.items() if name in BROKEN}
    known = {kind.value for kind in MailClass} & set(counted)
    print(f"{sum(counted.values())} read, {len(known)} classes, found: {broken or 'nothing'}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
