"""Who vouches for a mail at the border of a test? A mail filter in the place of opendmarc, with a list in place of DNS.

It speaks the protocol that Postfix speaks to any such filter, and adds one Authentication-Results field. A mail passes
where the computer that brought it is the one that may send for the domain in its From field.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parseaddr

ADDS_FIELDS = 0x01
LEAVE_OUT = 0x02 | 0x08 | 0x10 | 0x40 | 0x100 | 0x200  # HELO, RCPT, body, end of head, unknown commands, DATA
OURS = "127.0.0.1"  # what the house itself sends is not judged
UNANSWERED = b"DAK"  # macros, abort, and a quit after which the connection is used again


@dataclass
class Seen:
    """What is known of the mail that is being handed in."""

    host: str = ""
    domain: str = ""


@asynccontextmanager
async def vouching(authserv_id: str, senders: Mapping[str, str]) -> AsyncIterator[int]:
    """A filter on a free port, which is given; `senders` says which computer may send for which domain."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen = Seen()
        try:
            while True:
                (length,) = struct.unpack(">I", await reader.readexactly(4))
                packet = await reader.readexactly(length)
                if packet[:1] == b"Q":
                    break
                for answer in _answers(packet[:1], packet[1:], seen, authserv_id, senders):
                    writer.write(struct.pack(">I", len(answer)) + answer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _answers(said: bytes, data: bytes, seen: Seen, authserv_id: str, senders: Mapping[str, str]) -> list[bytes]:
    if said in UNANSWERED:
        return []
    if said == b"O":
        return [b"O" + struct.pack(">III", 6, ADDS_FIELDS, LEAVE_OUT)]
    if said == b"C":
        name, _, rest = data.partition(b"\0")
        seen.host = rest[3:].rstrip(b"\0").decode() if rest[:1] == b"4" else name.decode()
    elif said == b"M":
        seen.domain = ""
    elif said == b"L":
        field, value = (part.decode("utf-8", "replace") for part in data.split(b"\0")[:2])
        if field.lower() == "from":
            seen.domain = parseaddr(value)[1].rpartition("@")[2].lower()
    elif said == b"E" and seen.host != OURS:
        value = f"{authserv_id}; dmarc={_verdict(seen, senders)} header.from={seen.domain}"
        return [b"i" + struct.pack(">I", 0) + b"Authentication-Results\0" + value.encode() + b"\0", b"c"]
    return [b"c"]


def _verdict(seen: Seen, senders: Mapping[str, str]) -> str:
    if seen.domain not in senders:
        return "none"
    return "pass" if socket.inet_aton(seen.host) == socket.inet_aton(senders[seen.domain]) else "fail"
