"""Which keys follow from the one secret of an installation? One for each purpose, so that none opens another's door."""

import hashlib
import hmac
from ipaddress import ip_address, ip_network

_SALT = b"penfriends"
_BITS_OF_A_HOUSEHOLD = 64


def derived(key: bytes, label: str) -> bytes:
    """32 bytes for one purpose: HKDF with SHA-256 (RFC 5869), one block, `label` as its info."""
    extracted = hmac.digest(_SALT, key, hashlib.sha256)
    return hmac.digest(extracted, label.encode() + b"\x01", hashlib.sha256)


def mark(key: bytes) -> str:
    """Eight letters by which a stored row knows the key that it was made with, and which tell nothing of it."""
    return hmac.digest(derived(key, "mark"), b"", hashlib.sha256).hex()[:8]


def code_fingerprint(key: bytes, subject: object, code: str) -> str:
    """What is kept of six digits. Without the key a million hashes do not find them."""
    return hmac.digest(derived(key, "code"), f"{subject}:{code}".encode(), hashlib.sha256).hex()


def source_of(key: bytes, host: str) -> str:
    """A pseudonym of the network address that somebody comes from; of IPv6 the /64, which one household has whole."""
    try:
        address = ip_address(host)
        said = str(ip_network((address, _BITS_OF_A_HOUSEHOLD), strict=False)) if address.version == 6 else str(address)
    except ValueError:
        said = host
    return hmac.digest(derived(key, "source"), said.encode("utf-8", "replace"), hashlib.sha256).hex()
