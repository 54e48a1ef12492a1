"""Who answers for DNS in a test? A server on the loopback that knows a few records, or breaks in a chosen way."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, list[str]]
"""“name TYPE” in lower and upper case, as `"letters.test TXT"`, and the records in the wording of zone files; or one of
the words below instead of records."""

SERVFAIL, REFUSED, SILENCE, GARBAGE = "SERVFAIL", "REFUSED", "SILENCE", "GARBAGE"


@dataclass(slots=True)
class NameServer(asyncio.DatagramProtocol):
    """Answers from `zone`. A name that is not in it does not exist; one with other types has no such record."""

    zone: Zone
    asked: list[str] = field(default_factory=list)
    address: str = ""
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)  # the one of the selector is none by its class

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        found = self.zone.get(f"{name} {kind}", [])
        answer = dns.message.make_response(query, recursion_available=True)
        if found == [SILENCE]:
            return
        if found in ([SERVFAIL], [REFUSED]):
            answer.set_rcode(dns.rcode.from_text(found[0]))
        elif found and found != [GARBAGE]:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(key.partition(" ")[0] == name for key in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        wire = b"\x00" * 7 if found == [GARBAGE] else answer.to_wire(max_size=4096)
        assert self.transport is not None
        self.transport.sendto(wire, addr)


@asynccontextmanager
async def name_server(zone: Zone) -> AsyncIterator[NameServer]:
    """The server while the test runs; `address` is what PENFRIENDS_DNS_SERVER takes."""
    server = NameServer(zone)
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    server.address = f"{host}:{port}"
    try:
        yield server
    finally:
        transport.close()
