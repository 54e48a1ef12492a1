"""What came in by mail: a person's letter, a machine's answer, a delivery report, our own mail, or poison?

`parse` takes any bytes and never raises: what breaks a limit is quarantined with a coded reason, for a person to see.
"""

import enum
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from penfriends.mail import bounces, header_fields, letter_parts, mime_parts, tnef
from penfriends.mail.letter_parts import AttachmentKind, LetterText, MailAttachment
from penfriends.mail.mime_parts import Part, TooMuch
from penfriends.rules.automatic import is_auto_reply
from penfriends.rules.bounces import BouncedRecipient
from penfriends.rules.quoting import Split, split_reply

__all__ = ["AttachmentKind", "MailAttachment", "MailClass", "ParsedMail", "headers", "parse", "quarantined"]

LOOP_FIELD = "x-penfriends-loop"
MOST_LINES = 20_000  # more is not split at all
MOST_CHARACTERS = 2_000_000
LARGEST_TEXT = 8 * 1024 * 1024  # bytes, before anything is decoded
LONGEST_LETTER = 100_000  # characters of the writer's own; more goes to a person
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3})\s*(?:,|$)")


class MailClass(enum.StrEnum):
    """What kind of mail it is; only a human one becomes a letter."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    LOOP = "loop"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as plain values. `sure` is False where the writer's words could not be told from the rest for certain."""

    mail_class: MailClass
    quarantine_reason: str | None
    from_addresses: tuple[str, ...]
    from_name: str
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    subject: str
    language: str | None
    text: str
    kept_text: str
    removed_text: str
    sure: bool
    attachments: tuple[MailAttachment, ...]
    body_digest: str
    bounces: tuple[BouncedRecipient, ...]
    loop_mark: str | None


def parse(raw: bytes) -> ParsedMail:
    """The mail in `raw`. Never raises, whatever the bytes."""
    try:
        return _parsed(tnef.opened(mime_parts.read(raw)), raw)
    except TooMuch as refused:
        return quarantined(raw, refused.reason)
    except RecursionError:
        return quarantined(raw, "too_complex")
    except MemoryError:
        return quarantined(raw, "too_much_memory")
    except Exception:  # noqa: BLE001 - one poisonous mail must never stop the queue; a person looks at it
        return quarantined(raw, "unreadable")


def headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The header fields as they stand, topmost first, unfolded and cut at the limits. Never raises."""
    return mime_parts.read_headers(raw, strict=False)[0]


def _parsed(root: Part, raw: bytes) -> ParsedMail:
    subject = header_fields.words(root.value("subject"))
    report = bounces.read(root, subject)
    parts = letter_parts.text_parts(root)
    letter = _letter(parts, is_report=report is not None)
    split = _split(letter)
    attachments = letter_parts.attachments(root, parts)
    boxes = [box for value in root.values("from") for box in header_fields.mailboxes(value)]
    return ParsedMail(
        mail_class=_class_of(root, subject, report),
        quarantine_reason=None,
        from_addresses=tuple(dict.fromkeys(box.address for box in boxes)),
        from_name=boxes[0].name if boxes else "",
        message_id=next(iter(header_fields.ids(root.value("message-id"))), None),
        in_reply_to=next(iter(header_fields.ids(root.value("in-reply-to"))), None),
        references=header_fields.ids(" ".join(root.values("references"))),
        subject=subject,
        language=_language(root),
        text=letter.text,
        kept_text=split.kept,
        removed_text=split.removed,
        sure=split.sure and letter.whole and len(split.kept) <= LONGEST_LETTER and _something_left(split, attachments),
        attachments=attachments,
        body_digest=_digest(root.value("from"), root.value("subject"), raw),
        bounces=report.recipients if report else (),
        loop_mark=root.value(LOOP_FIELD).strip()[:200] or None,
    )


def _letter(parts: Sequence[Part], *, is_report: bool) -> LetterText:
    """The text; what is longer than any letter waits for a person, except in a report, which is read elsewhere."""
    too_long = sum(len(part.body) for part in parts) > LARGEST_TEXT
    letter = LetterText("", False, False) if too_long else letter_parts.text_of(parts)
    if (too_long or len(letter.text) > MOST_CHARACTERS) and not is_report:
        raise TooMuch("text_too_long")
    return letter


def _split(letter: LetterText) -> Split:
    if letter.text.count("\n") > MOST_LINES:
        return Split(letter.text, "", sure=False)
    return split_reply(letter.text, anchored=letter.anchored)


def _something_left(split: Split, attachments: tuple[MailAttachment, ...]) -> bool:
    """Everything was taken away and no picture stands for it: perhaps we took the letter for a quotation."""
    pictures = any(attachment.kind is AttachmentKind.IMAGE for attachment in attachments)
    return bool(split.kept.strip() or not split.removed.strip() or pictures)


def _class_of(root: Part, subject: str, report: bounces.Report | None) -> MailClass:
    if report:
        return MailClass.BOUNCE if report.kind is bounces.ReportKind.BOUNCE else MailClass.COMPLAINT
    if root.value(LOOP_FIELD):
        return MailClass.LOOP
    first: dict[str, str] = {}
    for name, value in root.headers:
        first.setdefault(name.lower(), value)
    receipt = root.parameters.get("report-type", "").lower() == "disposition-notification"
    receipt = receipt or bounces.is_receipt(list(root.leaves()))
    return MailClass.AUTO_REPLY if receipt or is_auto_reply(first, subject) else MailClass.HUMAN


def _language(root: Part) -> str | None:
    found = _LANGUAGE.match(root.value("content-language"))
    return found.group(1).lower() if found else None


def _digest(sender: str, subject: str, raw: bytes) -> str:
    """sha256 over From, Subject and the body with Unix line ends, to know a second copy of the same mail."""
    body = raw[mime_parts.read_headers(raw, strict=False)[1] :].replace(b"\r\n", b"\n").rstrip(b"\n")
    found = hashlib.sha256(f"{sender.strip()}\n{subject.strip()}\n\n".encode("utf-8", "replace"))
    found.update(body)
    return found.hexdigest()


def quarantined(raw: bytes, reason: str) -> ParsedMail:
    """A mail of which nothing is known but why it waits for a person."""
    return ParsedMail(
        mail_class=MailClass.QUARANTINED,
        quarantine_reason=reason,
        from_addresses=(),
        from_name="",
        message_id=None,
        in_reply_to=None,
        references=(),
        subject="",
        language=None,
        text="",
        kept_text="",
        removed_text="",
        sure=False,
        attachments=(),
        body_digest=hashlib.sha256(raw).hexdigest(),
        bounces=(),
        loop_mark=None,
    )
