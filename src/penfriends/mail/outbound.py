"""What are the bytes of a mail that leaves the house, and is really nothing else in them?

Every mail is written from scratch (rule R28), by a serializer of our own: the standard library encodes and folds long
message ids, which breaks threads, and Python 3.11.7 turns an encoded newline in a subject into a real header. The same
values always give the same bytes, because an approval is bound to their hash (rule R24).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import format_datetime

from penfriends.mail.cleaning import clean_line, clean_text

MAIL_HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Auto-Response-Suppress",
    "X-Penfriends-Loop",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
PART_HEADERS = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
_IN_MAIL, _IN_PART = ({name.lower() for name in listed} for listed in (MAIL_HEADERS, PART_HEADERS))
CONTENT_TYPES = ("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/jpeg", "image/png")
LOOP_HEADER = "X-Penfriends-Loop"

# Not "All": that would also silence the delivery reports that we live by.
SUPPRESS = "DR, RN, NRN, OOF, AutoReply"
MOST_REFERENCES = 20
LONGEST_NAME = 80
LONGEST_SUBJECT = 200
_LINE = 76
_WORD_BYTES = 45  # of UTF-8 in one encoded word: 60 letters of base 64 and 12 around them, under the limit of 75

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z")
_ID = re.compile(r"<[!-;=?A-~]{1,450}@[!-;=?A-~]{1,450}>\Z")  # printable ASCII without < > @ and blanks
_URL = re.compile(r"https?://[!#-;=?-~]{1,900}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,120}\Z")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")


class UnsafeValue(ValueError):
    """A value that cannot stand in a header of ours; the message names the field, never the value."""


@dataclass(frozen=True, slots=True)
class OutgoingImage:
    """A picture that images.reencode made. Only the stem of the name is kept, and only if it is plain."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one reader. `message_id`, `in_reply_to` and `references` as that reader's mailbox knows them."""

    from_name: str
    from_address: str
    to_address: str
    subject: str
    text: str
    html: str | None
    language: str
    date: datetime
    message_id: str
    in_reply_to: str | None
    references: tuple[str, ...]
    images: tuple[OutgoingImage, ...]
    unsubscribe_url: str | None
    auto_submitted: bool
    loop_mark: str


def build(outgoing: Outgoing) -> bytes:
    """The finished mail, CRLF throughout, seven-bit. Raises UnsafeValue where cleaning would change the meaning."""
    seed = hashlib.sha256(outgoing.message_id.encode("utf-8", "replace")).hexdigest()[:24]
    return b"".join((_top_headers(outgoing), b"MIME-Version: 1.0\r\n", _body(outgoing, seed)))


def parsed(raw: bytes) -> "Message[str, str]":
    """A finished mail as the standard parser reads it."""
    return message_from_bytes(raw, policy=policy.compat32)


def headers_outside_list(raw: bytes, mail: "Message[str, str] | None" = None) -> tuple[str, ...]:
    """What of the finished mail is not on our list: unknown or repeated headers, foreign kinds of parts, line breaks
    hidden in encoded words. Reads the bytes twice, line by line and with the standard parser; empty is good. Who has
    parsed the same bytes already brings the `mail` along."""
    found = [name for name in _names_by_line(raw) if name not in _IN_MAIL]
    mail = parsed(raw) if mail is None else mail
    for index, part in enumerate(mail.walk()):
        found += _strange_names(part, _IN_PART if index else _IN_MAIL)
        if part.get_content_type() not in CONTENT_TYPES:
            found.append(f"content-type {part.get_content_type()}")
        found += [f"defect {type(defect).__name__}" for defect in part.defects]
    return tuple(dict.fromkeys(found))


def checked_address(address: str, field: str) -> str:
    """`address` if it is one bare ASCII address; raises UnsafeValue."""
    if not _ADDRESS.match(address) or "=?" in address or ".." in address:
        raise UnsafeValue(field)
    return address


def _top_headers(outgoing: Outgoing) -> bytes:
    if outgoing.date.tzinfo is None:
        raise UnsafeValue("date")
    lines = [
        _from(clean_line(outgoing.from_name, LONGEST_NAME), checked_address(outgoing.from_address, "from_address")),
        f"To: {checked_address(outgoing.to_address, 'to_address')}",
        f"Subject: {_words(clean_line(outgoing.subject, LONGEST_SUBJECT), len('Subject: '))}",
        f"Date: {format_datetime(outgoing.date.astimezone(UTC))}",
        f"Message-ID: {_checked(_ID, outgoing.message_id, 'message_id')}",
        *_thread_headers(outgoing),
    ]
    if outgoing.auto_submitted:
        lines.append("Auto-Submitted: auto-generated")
    if outgoing.unsubscribe_url is not None:
        lines.append(f"List-Unsubscribe: <{_checked(_URL, outgoing.unsubscribe_url, 'unsubscribe_url')}>")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    lines.append(f"X-Auto-Response-Suppress: {SUPPRESS}")
    lines.append(f"{LOOP_HEADER}: {_checked(_TOKEN, outgoing.loop_mark, 'loop_mark')}")
    lines.append(f"Content-Language: {_checked(_TOKEN, outgoing.language, 'language')}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _thread_headers(outgoing: Outgoing) -> list[str]:
    """Ids that came from outside and are no proper ids are left out: a strange mail program must not stop a letter."""
    lines = []
    if outgoing.in_reply_to is not None and _is_id(outgoing.in_reply_to):
        lines.append(f"In-Reply-To: {outgoing.in_reply_to}")
    known = list(dict.fromkeys(reference for reference in outgoing.references if _is_id(reference)))
    if len(known) > MOST_REFERENCES:  # the first starts the thread, the last are what mail programs look for
        known = [known[0], *known[-(MOST_REFERENCES - 1) :]]
    if known:
        lines.append("References: " + "\r\n ".join(known))
    return lines


def _is_id(value: str) -> bool:
    return _ID.match(value) is not None and "=?" not in value


def _checked(shape: re.Pattern[str], value: str, field: str) -> str:
    if not shape.match(value) or "=?" in value:
        raise UnsafeValue(field)
    return value


def _from(name: str, address: str) -> str:
    if not name:
        return f"From: {address}"
    if name.isascii() and len(name) + len(address) < _LINE - 12:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'From: "{escaped}" <{address}>'
    return f"From: {_encoded_words(name)}\r\n <{address}>"


def _words(value: str, indent: int) -> str:
    """A text value as it is if it is short ASCII, else whole in encoded words (RFC 2047)."""
    return value if value.isascii() and len(value) + indent <= _LINE else _encoded_words(value)


def _encoded_words(value: str) -> str:
    chunks, chunk = [], b""
    for character in value:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += encoded
    chunks.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode('ascii')}?=" for part in chunks)


def _body(outgoing: Outgoing, seed: str) -> bytes:
    written = _text_part("plain", outgoing.text)
    if outgoing.html is not None:
        written = _multipart("alternative", f"=_{seed}_a", [written, _text_part("html", outgoing.html)])
    if outgoing.images:
        images = [_image_part(image, number) for number, image in enumerate(outgoing.images, start=1)]
        written = _multipart("mixed", f"=_{seed}_m", [written, *images])
    return written


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """No encoded part can contain the boundary: neither base 64 nor quoted-printable ever writes `=_`."""
    mark = b"--" + boundary.encode("ascii")
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _text_part(kind: str, value: str) -> bytes:
    cleaned = clean_text(value)
    if not cleaned.endswith("\n"):
        cleaned += "\n"
    raw = cleaned.replace("\n", "\r\n").encode()
    if len(raw) > len(cleaned) * 5 // 4 + cleaned.count("\n"):
        encoding, encoded = "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
    else:
        encoding, encoded = "quoted-printable", binascii.b2a_qp(raw, istext=True)
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + encoded


def _image_part(image: OutgoingImage, number: int) -> bytes:
    if image.content_type not in ("image/jpeg", "image/png"):
        raise UnsafeValue("image content_type")
    stem = image.name.rpartition(".")[0] or image.name
    if not _FILE_NAME.match(stem):
        stem = f"picture-{number}"
    name = stem + (".jpg" if image.content_type == "image/jpeg" else ".png")
    head = (
        f'Content-Type: {image.content_type}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode("ascii") + base64.encodebytes(image.data).replace(b"\n", b"\r\n")


def _lines(raw: bytes) -> Iterator[bytes]:
    start = 0
    for found in re.finditer(rb"\r\n|\r|\n", raw):
        yield raw[start : found.start()]
        start = found.end()
    yield raw[start:]


def _names_by_line(raw: bytes) -> list[str]:
    """Header names as the most careless reader would see them: any line break ends a line, repeats are marked."""
    names: list[str] = []
    for line in _lines(raw):
        if not line:
            break
        if line[:1] not in b" \t":
            name = line.partition(b":")[0].decode("latin-1").strip().lower()
            names.append(f"repeated {name}" if name in names else name)
    return names


def _strange_names(part: "Message[str, str]", listed: set[str]) -> list[str]:
    strange = [name.lower() for name in part.keys() if name.lower() not in listed]  # noqa: SIM118 (no mapping)
    for name, value in part.items():
        if re.search(r"[\r\n\x00]", _decoded(re.sub(r"\r?\n[ \t]", " ", str(value)))):
            strange.append(f"line break in {name.lower()}")
    return strange


def _decoded(value: str) -> str:
    try:
        pieces = [piece for piece, _ in decode_header(value)]
    except HeaderParseError:
        return "\n"  # nothing that we wrote: counts as a hidden line break
    return "".join(piece.decode("latin-1") if isinstance(piece, bytes) else piece for piece in pieces)
