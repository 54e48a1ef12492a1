"""How does somebody answer a mail in development? As their mail program would: real SMTP, to the mailroom's door.

The mail looks like one of Gmail's, quoted tail and all, so that cutting quotes is seen at work. It stands for a
resident's own program and, if wanted, for the border server that vouches for the sender; never for this house.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Any

import aiosmtplib

from penfriends.ids import alias_local_part
from workers.postbox import PostedMail

SIGNATURE = "Sent from my kitchen table"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the answer says and how it looks; `vouched_by` names the border server, or nobody."""

    text: str
    quote: bool
    vouched_by: str


def build(mail: PostedMail, wish: Wish, *, now: datetime) -> EmailMessage:
    """The answer of the receiver of `mail` to whoever it asks to be answered to."""
    asked: Any = message_from_bytes(mail.raw, policy=default)
    name, address = parseaddr(str(asked["Reply-To"] or asked["From"] or ""))
    sender = mail.envelope_to[0]
    made = EmailMessage(policy=SMTP)
    if wish.vouched_by:
        domain = sender.rpartition("@")[2]
        made["Authentication-Results"] = f"{wish.vouched_by}; dmarc=pass header.from={domain}"
    made["From"] = sender
    made["To"] = address
    made["Subject"] = _answered(str(asked["Subject"] or ""))
    made["Date"] = format_datetime(now.astimezone(UTC))
    made["Message-ID"] = f"<{alias_local_part()}@{sender.rpartition('@')[2]}>"
    if asked["Message-ID"]:
        made["In-Reply-To"] = made["References"] = str(asked["Message-ID"]).strip()
    attribution = f"On {mail.received_at:%a, %b %-d, %Y at %-I:%M %p} {name or address} <{address}> wrote:"
    quoted = plain_text(asked) if wish.quote else ""
    made.set_content(_plain(wish.text, attribution, quoted), cte="quoted-printable")
    made.add_alternative(_html(wish.text, attribution, quoted), subtype="html", cte="quoted-printable")
    return made


async def send(made: EmailMessage, *, host: str, port: int) -> str:
    """Hand it to the mailroom; what the mailroom said, yes or no."""
    try:
        errors, said = await aiosmtplib.send(made, hostname=host, port=port, start_tls=False, timeout=20)
    except aiosmtplib.SMTPResponseException as error:
        return f"{error.code} {error.message}"
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"The mailroom does not answer ({type(error).__name__})"
    return next((f"{code} {text}" for code, text in errors.values()), said)


def plain_text(mail: Any) -> str:
    """The text of a mail as its receiver reads it."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def _answered(subject: str) -> str:
    words = " ".join(subject.split())
    return words if words.lower().startswith("re:") else f"Re: {words}"


def _plain(text: str, attribution: str, quoted: str) -> str:
    own = f"{text.strip()}\n\n-- \n{SIGNATURE}\n"
    if not quoted:
        return own
    tail = "\n".join(f"> {line}".rstrip() for line in quoted.rstrip().splitlines())
    return f"{own}\n{attribution}\n\n{tail}\n"


def _html(text: str, attribution: str, quoted: str) -> str:
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.strip().splitlines())
    sign = f'<span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">{SIGNATURE}</div>'
    own = f'<div dir="ltr">{lines}<br>{sign}</div>'
    if not quoted:
        return own
    tail = "<br>".join(escape(line) for line in quoted.rstrip().splitlines())
    return (
        f'{own}<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{escape(attribution)}<br></div><blockquote class="gmail_quote">{tail}</blockquote></div>'
    )
