"""Does reading ever break, and what does the worst mail cost in time and memory?

Every file below `mail`, `bounces` and `replies`, whole and cut short and with bytes turned over (the same each time).
Memory is what Python asked for while it read one mail; time is the processor's, since other work may share the machine.
"""

import random
import time
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.corpus.rows import Row
from penfriends.mail import inbound
from penfriends.mail.images import drawn_here
from penfriends.mail.inbound import MailClass, parse
from penfriends.mail.rehearsal import rehearse

MEBIBYTE = 1024 * 1024
SMALL = 1_000_000
BROKEN_COPIES = 5


def rows(corpora: Path, misses: list[str]) -> Iterator[Row]:
    """Exceptions that escaped, the slowest and the largest mail of up to 1 MB, and what was quarantined."""
    files = [path for name in ("mail", "bounces", "replies") for path in sorted((corpora / name).rglob("*"))]
    inputs = [(path.name, path.read_bytes()) for path in files if path.is_file()]
    escaped = quarantined = 0
    slowest = largest = 0.0
    for name, raw in inputs:
        for number, data in enumerate([raw, *_broken(name, raw)]):
            try:
                quarantined += _read(data)
            except Exception as error:  # noqa: BLE001 - this is what is counted
                escaped += 1
                misses.append(f"{name} ({number}): {type(error).__name__} escaped")
        if len(raw) <= SMALL:
            seconds, memory = _cost(raw)
            slowest, largest = max(slowest, seconds), max(largest, memory)
            if seconds > 1 or memory > 64:
                misses.append(f"{name}: {seconds:.2f} s, {memory:.1f} MiB")
    total = len(inputs) * (1 + BROKEN_COPIES)
    yield Row(
        f"any input, {len(inputs)} files and {BROKEN_COPIES} broken copies of each: exceptions",
        f"{escaped} of {total}",
        "0",
        not escaped,
    )
    yield Row("  … quarantined", f"{quarantined}", "counted", None)
    yield Row("  … slowest up to 1 MB, processor", f"{slowest:.3f} s", "≤ 1 s", slowest <= 1)
    yield Row("  … most memory up to 1 MB", f"{largest:.1f} MiB", "≤ 64 MiB", largest <= 64)


def _read(data: bytes) -> bool:
    mail = parse(data)
    if len(data) <= SMALL:
        rehearse(mail, inbound.headers(data), partial(drawn_here, mail.attachments))
    return mail.mail_class is MailClass.QUARANTINED


def _cost(raw: bytes) -> tuple[float, float]:
    """Seconds of one reading, and the MiB of another, because watching memory takes time."""
    start = time.process_time()
    parse(raw)
    seconds = time.process_time() - start
    tracemalloc.start()
    try:
        parse(raw)
        return seconds, tracemalloc.get_traced_memory()[1] / MEBIBYTE
    finally:
        tracemalloc.stop()


def _broken(name: str, raw: bytes) -> Iterator[bytes]:
    """Copies as a bad line or a bad program would leave them."""
    chance = random.Random(name)  # noqa: S311 - to be the same each time
    if not raw:
        return
    for _ in range(BROKEN_COPIES - 2):
        copy = bytearray(raw)
        for _ in range(max(1, len(copy) // 200)):
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        yield bytes(copy)
    yield raw[: chance.randrange(len(raw))]
    at = chance.randrange(len(raw))
    yield raw[at:] + raw[:at]
