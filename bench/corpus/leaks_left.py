"""If the sender of every mail of the corpus were a resident: what of them would still stand in what we send on?

The finished mail is searched by other means than the relay's own search for leaks: the standard library reads it, and
each thing is looked for as plain text in the bytes, the headers and the decoded parts.
"""

import re
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.utils import getaddresses
from functools import partial
from pathlib import Path

from bench.corpus.rows import Row
from penfriends.mail import inbound
from penfriends.mail.images import drawn_here
from penfriends.mail.inbound import MailClass
from penfriends.mail.rehearsal import rehearse

_IP = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_PHONE = re.compile(r"\+\d[\d ()/.-]{7,18}\d|\b0\d[\d ()/.-]{6,16}\d")
_OUR_IPS = frozenset({"127.0.0.1", "0.0.0.0"})  # noqa: S104 - looked for, not bound to


def rows(corpora: Path, misses: list[str]) -> Iterator[Row]:
    """How many letters leave, how many a person sees first, and what is left in those that leave."""
    left: Counter[str] = Counter()
    leaving = held = others = 0
    for path in (path for name in ("mail", "replies", "bounces") for path in sorted((corpora / name).rglob("*"))):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        mail = inbound.parse(raw)
        others += mail.mail_class is not MailClass.HUMAN
        done = rehearse(mail, inbound.headers(raw), partial(drawn_here, mail.attachments))
        if done.outgoing is None:
            held += mail.mail_class is MailClass.HUMAN
            continue
        leaving += 1
        for kind in found_in(done.outgoing, raw):
            left[kind] += 1
            misses.append(f"leak: {path.name}: {kind}")
    yield Row(
        "relayed: letters that leave / held for a person / not letters",
        f"{leaving} / {held} / {others}",
        "counted",
        None,
    )
    for kind in ("address", "name", "phone", "ip", "id"):
        yield Row(f"  … with the sender's {kind} left in them", f"{left[kind]}", "0", not left[kind])


def found_in(outgoing: bytes, raw: bytes) -> list[str]:
    """The kinds of things of the mail's sender that stand in the finished mail."""
    text = _everything(outgoing)
    fields = inbound.headers(raw)
    mailboxes = getaddresses([value for name, value in fields if name.lower() in {"from", "sender", "reply-to"}])
    known = {
        "address": {address for _, address in mailboxes if "@" in address},
        "name": {name for name, _ in mailboxes if len(name.split()) > 1},
        "ip": {ip for name, value in fields if name.lower() == "received" for ip in _IP.findall(value)} - _OUR_IPS,
        "id": {value.strip(" <>") for name, value in fields if name.lower() == "message-id" and len(value) > 8},
    }
    found = [kind for kind, values in known.items() if any(value.lower() in text for value in values)]
    return found + ["phone"] * bool(_phones(text))


def _phones(text: str) -> list[str]:
    """Numbers as long as a telephone number is; none of ours stands in a letter."""
    return [one for one in _PHONE.findall(text) if 9 <= sum(c.isdigit() for c in one) <= 15]


def _everything(outgoing: bytes) -> str:
    mail = message_from_bytes(outgoing, policy=policy.default)
    pieces = [f"{name}: {value}" for part in mail.walk() for name, value in part.items()]
    for part in mail.walk():
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and part.get_content_maintype() == "text":
            pieces.append(data.decode("utf-8", "replace"))
    return "\n".join(pieces).lower()
