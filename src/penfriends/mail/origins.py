"""What does the header of a mail tell of its writer that must never go on: addresses, name, IP addresses, ids?

A mail that we send is written from scratch, so none of it can travel by itself; but the writer's own words may repeat
it, and the search for leaks wants to know what to look for.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any

from penfriends.mail import header_fields, leaks
from penfriends.mail.leaks import Identity
from penfriends.mail.mime_parts import Headers

_MAILBOX_FIELDS = frozenset(
    {"from", "sender", "reply-to", "return-path", "resent-from", "resent-sender", "x-sender", "x-original-from"}
    | {"disposition-notification-to", "errors-to", "x-envelope-from", "x-apparently-from"}
)
_SOURCE_FIELDS = frozenset({"received", "received-spf", "authentication-results", "arc-authentication-results"})
_SOURCE_NAME = re.compile(r"x-.{0,30}ip|x-forefront-antispam-report|x-originating.{0,20}")
_IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w:])")
MOST = 60
LONGEST = 320  # code points that are kept of one of them


def identity_in(headers: Headers) -> Identity:
    """Everything in the header fields that points at the writer; the mail's own id with them."""
    boxes = [
        box for name, value in headers if name.lower() in _MAILBOX_FIELDS for box in header_fields.mailboxes(value)
    ]
    sources = [value for name, value in headers if _tells_source(name.lower())]
    ids = [
        one.strip("<>") for name, value in headers if name.lower() == "message-id" for one in header_fields.ids(value)
    ]
    return Identity(
        addresses=_first(box.address for box in boxes),
        full_names=_first(box.name for box in boxes if "@" not in box.name),
        traces=_first([*(one for one in ids if len(one) >= 8), *(ip for value in sources for ip in _ips(value))]),
    )


def stored(identity: Identity) -> dict[str, list[str]]:
    """What is kept beside a letter until it has left, ready for JSON."""
    every = {"addresses": identity.addresses, "full_names": identity.full_names, "traces": identity.traces}
    return {kind: [one[:LONGEST] for one in found] for kind, found in every.items() if found}


def known(origin: Mapping[str, Any], *, public: str) -> Identity:
    """What `stored` kept, without names that are no secret."""
    return Identity(
        addresses=tuple(origin.get("addresses", ())),
        full_names=secret_names(origin.get("full_names", ()), public=public),
        traces=tuple(origin.get("traces", ())),
    )


def secret_names(names: Iterable[str], *, public: str) -> tuple[str, ...]:
    """A name whose words all stand in `public`, the first name that the friend reads, is no secret: "Anna Maria" is one
    who calls herself so here."""
    shown = set(leaks.name_words(public))
    return tuple(one for one in names if not set(leaks.name_words(one)) <= shown)


def _tells_source(name: str) -> bool:
    return name in _SOURCE_FIELDS or bool(_SOURCE_NAME.fullmatch(name))


def _ips(value: str) -> list[str]:
    """Addresses of the network that lead to somebody: not loopback, not "::"."""
    found = []
    for candidate in _IP.findall(value[:8192])[:20]:
        try:
            address = ipaddress.ip_address(candidate)
        except ValueError:
            continue
        if not address.is_loopback and not address.is_unspecified:
            found.append(candidate)
    return found


def _first(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MOST]
