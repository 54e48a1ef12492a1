"""Would other mail servers believe our mail, and find the way back? Judges what DNS says of the domains of this house.

MX: replies and delivery reports arrive. SPF: for the envelope, which is the bounce domain's. DKIM: the key that we sign
with. DMARC: for the domains that stand in From, with alignment (RFC 7489; RFC 9091 and the public suffix list are not
used: see `same_owner`).
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from penfriends.rules import spf
from penfriends.rules.name_questions import Answer, Asked, Fate, Kind, Question, tags
from penfriends.rules.spf import Spf

LONGEST_SEEN = 500
POLICIES = ("none", "quarantine", "reject")
# Below these names of a country's registry everybody can have a domain.
_SHARED = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ltd", "me", "net", "nom", "or", "org", "sch"}
)


class Topic(StrEnum):
    MX = "mx"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"


class Level(StrEnum):
    """unknown: nobody could say; that is never called wrong."""

    FINE = "fine"
    BETTER = "better"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class House:
    """What is configured. `key` is the public half of what we sign with, in base64; empty where the mail server in
    front of us signs."""

    mail_domain: str
    bounce_domain: str
    team_domain: str
    selector: str = ""
    dkim_domain: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found of one domain. `seen`: the record that is there; `publish`: one that could stand at `name`, with
    ADDRESS and MAILSERVER for what we do not know."""

    topic: Topic
    domain: str
    code: str
    level: Level
    seen: str = ""
    name: str = ""
    publish: str = ""


LEVELS: Mapping[str, Level] = {
    "mx_fine": Level.FINE,
    "mx_missing": Level.WRONG,
    "mx_only_address": Level.BETTER,
    "mx_null": Level.WRONG,
    "mx_lost": Level.WRONG,
    "mx_unknown": Level.UNKNOWN,
    Spf.FINE: Level.FINE,
    Spf.MISSING: Level.WRONG,
    Spf.SEVERAL: Level.WRONG,
    Spf.BROKEN: Level.WRONG,
    Spf.TOO_MANY: Level.WRONG,
    Spf.OPEN: Level.WRONG,
    Spf.WITHOUT_END: Level.BETTER,
    Spf.UNKNOWN: Level.UNKNOWN,
    "spf_not_needed": Level.FINE,
    "dkim_fine": Level.FINE,
    "dkim_missing": Level.WRONG,
    "dkim_several": Level.WRONG,
    "dkim_revoked": Level.WRONG,
    "dkim_broken": Level.WRONG,
    "dkim_differs": Level.WRONG,
    "dkim_testing": Level.BETTER,
    "dkim_elsewhere": Level.UNKNOWN,
    "dkim_unknown": Level.UNKNOWN,
    "dmarc_fine": Level.FINE,
    "dmarc_missing": Level.WRONG,
    "dmarc_several": Level.WRONG,
    "dmarc_broken": Level.WRONG,
    "dmarc_none": Level.BETTER,
    "dmarc_misaligned": Level.WRONG,
    "dmarc_on_dkim": Level.UNKNOWN,
    "dmarc_unknown": Level.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found by the answers so far, and which others are needed before it holds."""

    findings: tuple[Finding, ...]
    missing: frozenset[Question]


def judge(house: House, known: Mapping[Question, Answer]) -> Judgement:
    """Judge all domains of the house."""
    asked = Asked(known)
    own = tuple(dict.fromkeys((house.mail_domain, house.bounce_domain)))
    found: list[Finding] = []
    for domain in own:
        found.append(_mx(asked, domain))
    for domain in own:
        found.append(_spf(asked, domain, is_envelope=domain == house.bounce_domain))
    found.append(_dkim(asked, house))
    for domain in dict.fromkeys((house.mail_domain, house.team_domain)):
        found.append(_dmarc(asked, house, domain))
    return Judgement(tuple(found), frozenset(asked.missing))


def same_owner(one: str, other: str) -> bool:
    """Whether two domains belong together in the eyes of DMARC's relaxed alignment: one is below the other, or both are
    below a name that somebody can own. Without the public suffix list this is a guess, and good for our own domains."""
    first, second = _labels(one), _labels(other)
    common = 0
    while common < min(len(first), len(second)) and first[common] == second[common]:
        common += 1
    if common in (len(first), len(second)):
        return common > 1
    return common > (2 if common > 1 and first[1] in _SHARED else 1)


# --- the way back -----------------------------------------------------------------------------------------------------


def _mx(asked: Asked, domain: str) -> Finding:
    answer = asked.ask(domain, Kind.MX)
    hosts = [value.partition(" ")[2].rstrip(".") for value in answer.values]
    fates = [asked.ask(host, Kind.ADDRESS).fate for host in hosts if host]
    lost = [host for host, fate in zip((host for host in hosts if host), fates, strict=True) if fate is Fate.NOTHING]
    seen = "\n".join(answer.values)
    if answer.fate is Fate.NOTHING:
        alone = asked.ask(domain, Kind.ADDRESS).fate
        code = {Fate.FOUND: "mx_only_address", Fate.NOTHING: "mx_missing"}.get(alone, "mx_unknown")
    elif answer.fate is Fate.UNKNOWN:
        code = "mx_unknown"
    elif not all(hosts):
        code = "mx_null"
    elif lost:
        code, seen = "mx_lost", "\n".join(lost)
    else:
        code = "mx_unknown" if Fate.UNKNOWN in fates else "mx_fine"
    return _finding(Topic.MX, domain, code, seen=seen, name=domain, publish="10 MAILSERVER.")


# --- who may send -----------------------------------------------------------------------------------------------------


def _spf(asked: Asked, domain: str, *, is_envelope: bool) -> Finding:
    """The bounce domain stands in the envelope and is what others ask; the other one is better closed to everybody."""
    found = spf.look(asked, domain)
    needed = is_envelope or found.verdict is not Spf.MISSING
    code = found.verdict.value if needed else "spf_not_needed"
    wanted = f"{spf.VERSION} ip4:ADDRESS -all"
    if found.verdict in (Spf.OPEN, Spf.WITHOUT_END):
        wanted = spf.closed(found.record) or wanted
    return _finding(Topic.SPF, domain, code, seen=found.record, name=domain, publish=wanted)


def _dkim(asked: Asked, house: House) -> Finding:
    if not house.key:
        return _finding(Topic.DKIM, house.dkim_domain or house.mail_domain, "dkim_elsewhere")
    name = f"{house.selector}._domainkey.{house.dkim_domain}"
    answer = asked.ask(name, Kind.TXT)
    records = [text for text in answer.values if "p" in tags(text)]
    if answer.fate is Fate.UNKNOWN:
        code = "dkim_unknown"
    elif not records:
        code = "dkim_missing"
    else:
        code = "dkim_several" if len(records) > 1 else _key_of(tags(records[0]), house.key)
    wanted = f"v=DKIM1; k=rsa; p={house.key}"
    return _finding(Topic.DKIM, house.dkim_domain, code, seen="\n".join(records), name=name, publish=wanted)


def _key_of(record: Mapping[str, str], ours: str) -> str:
    value = re.sub(r"\s", "", record["p"])
    if not value:
        return "dkim_revoked"
    if not _can_be_used(record):
        return "dkim_broken"
    try:
        published = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return "dkim_broken"
    key = base64.b64decode(ours)
    if not (key == published or (len(published) > 64 and key.endswith(published))):  # a bare RSA key stands at its end
        return "dkim_differs"
    return "dkim_testing" if "y" in _listed(record.get("t", "")) else "dkim_fine"


def _can_be_used(record: Mapping[str, str]) -> bool:
    """By a signature of ours: RSA with SHA-256 on mail (RFC 6376, 3.6.1)."""
    return (
        record.get("v", "DKIM1") == "DKIM1"
        and record.get("k", "rsa") == "rsa"
        and ("h" not in record or "sha256" in _listed(record["h"]))
        and bool({"*", "email"} & _listed(record.get("s", "*")))
    )


def _listed(value: str) -> set[str]:
    return {part.strip() for part in value.split(":")}


# --- whom From belongs to ---------------------------------------------------------------------------------------------


def _dmarc(asked: Asked, house: House, domain: str) -> Finding:
    at, fate, records = _policy_of(asked, domain)
    if fate is Fate.UNKNOWN:
        code = "dmarc_unknown"
    elif not records:
        code = "dmarc_missing"
    elif len(records) > 1:
        code = "dmarc_several"
    else:
        code = _policy(tags(records[0]), house, domain, inherited=at != domain)
    here = f"_dmarc.{at if records else domain}"
    wanted = "v=DMARC1; p=quarantine"
    if code == "dmarc_none":  # the rest of what it says stays
        wanted = re.sub(r"\b(s?p\s*=\s*)none", r"\1quarantine", records[0])
    return _finding(Topic.DMARC, domain, code, seen="\n".join(records), name=here, publish=wanted)


def _policy_of(asked: Asked, domain: str) -> tuple[str, Fate, list[str]]:
    """The record that counts: the domain's own, else that of a domain above. Where it stands, and what it says."""
    for name in _upwards(domain):
        answer = asked.ask(f"_dmarc.{name}", Kind.TXT)
        records = [text for text in answer.values if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if answer.fate is Fate.UNKNOWN or records:
            return name, answer.fate, records
    return domain, Fate.NOTHING, []


def _policy(record: Mapping[str, str], house: House, domain: str, *, inherited: bool) -> str:
    policy = (record.get("sp") if inherited else None) or record.get("p", "")
    if policy.lower() not in POLICIES:
        return "dmarc_broken"
    by_spf = _is_aligned(house.bounce_domain, domain, record.get("aspf", "r"))
    by_dkim = _is_aligned(house.dkim_domain, domain, record.get("adkim", "r"))
    if not by_spf and not (by_dkim and house.key):
        return "dmarc_misaligned" if house.key else "dmarc_on_dkim"
    return "dmarc_none" if policy.lower() == "none" else "dmarc_fine"


def _is_aligned(signed: str, shown: str, mode: str) -> bool:
    return signed.lower() == shown.lower() or (mode.lower() != "s" and same_owner(signed, shown))


def _upwards(domain: str) -> Iterator[str]:
    labels = domain.lower().rstrip(".").split(".")
    yield domain
    for start in range(1, len(labels) - 1):
        yield ".".join(labels[start:])


def _labels(domain: str) -> list[str]:
    """From the right."""
    return domain.lower().rstrip(".").split(".")[::-1]


def _finding(topic: Topic, domain: str, code: str, *, seen: str = "", name: str = "", publish: str = "") -> Finding:
    return Finding(topic, domain, code, LEVELS[code], seen[:LONGEST_SEEN], name, publish)
