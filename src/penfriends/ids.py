"""Where do ids and secrets come from? The only module that rolls dice."""

import hashlib
import secrets
import threading
import time
import uuid
from collections.abc import Sequence

ALIAS_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
CODE_ALPHABET = "0123456789"

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A time-ordered UUID version 7 (RFC 9562 §5.7), strictly rising within one process.

    48 bits of milliseconds, then a 12-bit counter that continues the last value (method 1 of §6.2), then 62 random.
    """
    return uuid7s(1)[0]


def uuid7s(number: int) -> list[uuid.UUID]:
    """So many of them, rising: for tens of thousands of rows at once."""
    global _last
    with _lock:
        first = max((time.time_ns() // 1_000_000) << 12, _last + 1)
        _last = first + number - 1
    random = secrets.token_bytes(8 * number)
    return [
        _as_uuid7(stamp, int.from_bytes(random[8 * place : 8 * place + 8]))
        for place, stamp in enumerate(range(first, first + number))
    ]


def _as_uuid7(stamp: int, random: int) -> uuid.UUID:
    millis, counter = stamp >> 12, stamp & 0xFFF
    return uuid.UUID(int=(millis << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random >> 2)


def token() -> str:
    """A secret for a link: 160 random bits in URL-safe letters."""
    return secrets.token_urlsafe(20)


def alias_local_part() -> str:
    """The local part of a masked address: 100 random bits, 20 letters of [a-z2-7], safe in lower case (rule R26)."""
    return "".join(secrets.choice(ALIAS_ALPHABET) for _ in range(20))


def six_digits() -> str:
    """The code that stands beside a sign-in link. Short, so it is throttled and lives for minutes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))


def fingerprint(secret: str) -> str:
    """The sha256 of a secret, in hex: what the database keeps of it, so that a copy of the database opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def chance(one_in: int) -> bool:
    """True once in `one_in` draws: the random sample of rule R23."""
    return secrets.randbelow(one_in) == 0


def number_below(limit: int) -> int:
    """A number from 0 on."""
    return secrets.randbelow(limit)


def drawn(things: Sequence[str], number: int) -> list[str]:
    """So many different ones of these, in the order in which they were drawn."""
    return secrets.SystemRandom().sample(things, number)


def jitter() -> float:
    """A number from -1 to 1 that spreads retries."""
    return secrets.randbelow(2001) / 1000 - 1
