"""Where does a test's key for signing mail come from? Made from two primes that anybody may know."""

import base64
from functools import lru_cache
from random import Random

EXPONENT = 65537
BITS = 1024


@lru_cache(maxsize=2)
def _primes(bits: int = BITS) -> tuple[int, int]:
    dice = Random("a key that opens nothing")  # noqa: S311
    found: list[int] = []
    while len(found) < 2:
        number = dice.getrandbits(bits // 2) | 1 | 3 << (bits // 2 - 2)
        if (number - 1) % EXPONENT and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11)):
            found.append(number)
    return found[0], found[1]


def key_in_pem(bits: int = BITS) -> str:
    """The private key."""
    one, other = _primes(bits)
    secret = pow(EXPONENT, -1, (one - 1) * (other - 1))
    numbers = (0, one * other, EXPONENT, secret, one, other, secret % (one - 1), secret % (other - 1))
    der = _sequence(b"".join(_integer(number) for number in (*numbers, pow(other, -1, one))))
    kind = " ".join(("RSA", "PRIVATE", "KEY"))
    lines = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN {kind}-----\n{lines}-----END {kind}-----\n"


def public_record() -> bytes:
    """The public half, as it stands in DNS."""
    one, other = _primes()
    der = _sequence(_integer(one * other) + _integer(EXPONENT))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    whole = _sequence(algorithm + b"\x03" + _length(len(der) + 1) + b"\x00" + der)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(whole)


def _integer(number: int) -> bytes:
    value = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(value)) + value


def _sequence(value: bytes) -> bytes:
    return b"\x30" + _length(len(value)) + value


def _length(size: int) -> bytes:
    if size < 128:
        return bytes([size])
    return bytes([0x80 + (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
