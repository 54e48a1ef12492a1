"""What does DNS answer about the domains of this house? The only module that asks; what it means is for the rules.

dnspython is loaded with the first question: that takes a tenth of a second, and every part of the house starts here.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriends.rules.mail_domains import Finding, House, judge
from penfriends.rules.name_questions import UNKNOWN, Answer, Fate, Kind, Question

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

WITHIN = 4.0  # seconds for one question, all tries together
MOST_ROUNDS = 20  # more than any record needs that stays below SPF's ten look-ups
NOTHING = Answer(Fate.NOTHING)


async def findings(house: House, nameserver: "Nameserver") -> tuple[Finding, ...]:
    """Ask what the rules want to know until they know it. What nobody answers stays unknown; nothing is raised."""
    known: dict[Question, Answer] = {}
    for _round in range(MOST_ROUNDS):
        judged = judge(house, known)
        if not judged.missing:
            break
        wanted = sorted(judged.missing, key=str)
        known |= dict(zip(wanted, await asyncio.gather(*map(nameserver.ask, wanted)), strict=True))
    return judge(house, known).findings


@dataclass(frozen=True, slots=True)
class Nameserver:
    """Whom to ask: `address:port`, or the machine's own where that is empty."""

    address: str = ""

    async def ask(self, question: Question) -> Answer:
        """What is known of it. A timeout, SERVFAIL or REFUSED is no answer."""
        from dns.exception import DNSException

        try:
            resolver = self._resolver()
        except (DNSException, OSError):
            return UNKNOWN
        if question.kind is not Kind.ADDRESS:
            return await _asked(resolver, question.name, question.kind.value)
        both = await asyncio.gather(*(_asked(resolver, question.name, kind) for kind in ("A", "AAAA")))
        fates = [one.fate for one in both]
        return next((one for one in both if one.fate is Fate.FOUND), UNKNOWN if Fate.UNKNOWN in fates else NOTHING)

    def _resolver(self) -> "Resolver":
        from dns.asyncresolver import Resolver

        made = Resolver(configure=not self.address)
        if self.address:
            host, _colon, port = self.address.rpartition(":")
            made.nameservers, made.port = [host.strip("[]")], int(port)
        made.timeout, made.lifetime = WITHIN / 2, WITHIN
        return made


async def _asked(resolver: "Resolver", name: str, kind: str) -> Answer:
    from dns.exception import DNSException
    from dns.name import EmptyLabel, LabelTooLong, NameTooLong
    from dns.resolver import NXDOMAIN, NoAnswer

    try:
        found = await resolver.resolve(name, kind, search=False)
    except (NXDOMAIN, NoAnswer, LabelTooLong, NameTooLong, EmptyLabel):
        return NOTHING
    except (DNSException, OSError, UnicodeError):
        return UNKNOWN
    if kind == "TXT":
        values = tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found)
    else:
        values = tuple(sorted(record.to_text() for record in found))
    return Answer(Fate.FOUND, values)
