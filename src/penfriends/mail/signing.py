"""How is a finished mail signed, so that other servers know that our domain wrote it (DKIM, RFC 6376)?

Only needed where no mail server of ours signs. The header stands first; everything below it stays as it was.
"""

import base64
from dataclasses import dataclass, field

SIGNATURE = "DKIM-Signature"
# Signed where they stand, and once more, so that nobody can add another one: what a reader sees, where an answer goes,
# what threads and stops mail (RFC 8058 asks for the last two).
OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Subject",
    "Reply-To",
    "Sender",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
SIGNED = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Penfriends-Loop", "Content-Language")
LEAST_BITS = 1024  # what others still believe; 2048 is usual
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")  # the kind of key, as X.509 writes it


class BadKey(ValueError):
    """The key cannot sign; the message says why, never what it is."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key of a domain. The public half stands in DNS at `selector._domainkey.domain`."""

    selector: str
    domain: str
    key: str = field(repr=False)

    def sign(self, raw: bytes) -> bytes:
        """The mail with its signature. Raises BadKey."""
        import dkim  # where nobody signs, nobody needs it

        present = [line.partition(b":")[0].decode("latin-1").lower() for line in _header_lines(raw)]
        names = [name for name in (*OVERSIGNED, *SIGNED) if name.lower() in present]
        names += OVERSIGNED
        try:
            line: bytes = dkim.sign(
                raw,
                self.selector.encode("ascii"),
                self.domain.encode("ascii"),
                self.key.encode("ascii"),
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[name.lower().encode("ascii") for name in names],
            )
        except (dkim.DKIMException, ValueError, TypeError, IndexError) as error:
            raise BadKey(type(error).__name__) from error
        return line + raw

    def bits(self) -> int:
        """The length of the key. Raises BadKey."""
        from dkim import crypto

        try:
            return int(crypto.parse_pem_private_key(self.key.encode("ascii"))["modulus"].bit_length())
        except (crypto.UnparsableKeyError, ValueError, TypeError, KeyError, IndexError) as error:
            raise BadKey("not an RSA key in PEM") from error

    def public_half(self) -> str:
        """What stands behind `p=` in DNS: the public key in base64 (RFC 6376, 3.6.1). Raises BadKey."""
        from dkim import crypto

        try:
            key = crypto.parse_pem_private_key(self.key.encode("ascii"))
            numbers = _der(0x30, _integer(key["modulus"]) + _integer(key["publicExponent"]))
        except (crypto.UnparsableKeyError, ValueError, TypeError, KeyError, IndexError) as error:
            raise BadKey("not an RSA key in PEM") from error
        return base64.b64encode(_der(0x30, _RSA + _der(0x03, b"\x00" + numbers))).decode("ascii")


def unsigned(raw: bytes) -> bytes:
    """The mail below our signature. A signature at another place, or a second one, is left where it stands."""
    if not raw.startswith(SIGNATURE.encode("ascii") + b":"):
        return raw
    start = 0
    while True:
        start = raw.find(b"\r\n", start) + 2
        if start < 2:
            return raw
        if raw[start : start + 1] not in (b" ", b"\t"):
            return raw[start:]


def _header_lines(raw: bytes) -> list[bytes]:
    head = raw.partition(b"\r\n\r\n")[0]
    return [line for line in head.split(b"\r\n") if line[:1] not in b" \t"]


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(kind: int, value: bytes) -> bytes:
    """A value with its kind and length before it (X.690, DER)."""
    size = len(value)
    if size < 0x80:
        return bytes([kind, size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + value
