"""Which delivery does a bounce, or a mail that came back in a circle, belong to?

Only a signature answers that: the body of a delivery report is written by strangers.
"""

import base64
import binascii
import hmac
from uuid import UUID

BOUNCE_PREFIX = "b"
MAC_BYTES = 10  # 80 bits, 16 letters in base 32
_ID_LETTERS = 26
_MAC_LETTERS = 16


def sign(delivery_id: UUID, key: bytes, domain: str) -> str:
    """The envelope sender of one delivery. Its local part has 45 characters, all of them safe in lower case."""
    return f"{BOUNCE_PREFIX}-{_signed(delivery_id, key, 'return-path')}@{domain}"


def verify(address: str, key: bytes) -> UUID | None:
    """The delivery that a return path names, None if we did not sign it."""
    local, _, _ = address.strip().strip("<>").lower().partition("@")
    prefix, _, rest = local.partition("-")
    return _verified(rest, key, "return-path") if prefix == BOUNCE_PREFIX else None


def loop_mark(key: bytes, delivery_id: UUID) -> str:
    """The value of the loop header of one delivery."""
    return _signed(delivery_id, key, "loop")


def verify_loop_mark(mark: str, key: bytes) -> UUID | None:
    """The delivery whose loop mark this is: a mail that carries it is our own, come back. None if it is not ours."""
    return _verified(mark.strip().lower(), key, "loop")


def _signed(delivery_id: UUID, key: bytes, purpose: str) -> str:
    mac = hmac.digest(key, purpose.encode() + b"\0" + delivery_id.bytes, "sha256")[:MAC_BYTES]
    return f"{_letters(delivery_id.bytes)}-{_letters(mac)}"


def _verified(signed: str, key: bytes, purpose: str) -> UUID | None:
    name, _, mac = signed.partition("-")
    if len(name) != _ID_LETTERS or len(mac) != _MAC_LETTERS or not signed.isascii():
        return None
    try:
        delivery_id = UUID(bytes=base64.b32decode(name.upper() + "======"))
    except (binascii.Error, ValueError):
        return None
    # The whole text is compared, so two spellings of one id (spare bits of base 32) do not both pass.
    return delivery_id if hmac.compare_digest(_signed(delivery_id, key, purpose), signed) else None


def _letters(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii").rstrip("=").lower()
