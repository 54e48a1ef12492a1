"""Which parts of a mail are its writer's text, which are pictures, and which are left out?

Text is taken from text/plain, from HTML only where there is no plain text. A message inside the message, office
documents, calendars, business cards, keys, archives: named to the reader as removed, never opened.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from penfriends.mail import header_fields, html_text
from penfriends.mail.mime_parts import Part, parameters

LONGEST_NAME = 100
_PICTURES = frozenset(
    {"jpeg", "jpg", "pjpeg", "png", "x-png", "gif", "webp", "heic", "heif", "bmp", "x-ms-bmp", "tiff", "avif"}
)
_STARTS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"BM": "bmp"}
_UNNAMED = frozenset({"application/octet-stream", "application/x-msdownload", "binary/octet-stream"})
_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/x-amp-html", "text/watch-html"})
_MARKS = re.compile(r">+")


class AttachmentKind(enum.StrEnum):
    IMAGE = "image"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """One attachment. `data` are the sender's own bytes of a picture, which nobody sees before they are re-encoded."""

    name: str
    content_type: str
    size: int
    kind: AttachmentKind
    data: bytes


@dataclass(frozen=True, slots=True)
class LetterText:
    """The readable text; see `quoting.split_reply` for `anchored`. `whole` is False where a part was cut short."""

    text: str
    anchored: bool
    whole: bool


def text_of(parts: Sequence[Part]) -> LetterText:
    """The text of the parts that `text_parts` chose, in their order."""
    texts: list[str] = []
    anchored, whole = False, True
    for part in parts:
        whole = whole and not _name(part)  # a file that stands for the letter: probably, a person looks
        if part.content_type == "text/plain":
            texts.append(_flowed(part))
            continue
        found = html_text.read(part.text())
        texts.append(found.text)
        anchored, whole = anchored or found.anchored, whole and found.whole
    return LetterText("\n\n".join(text.strip("\n") for text in texts if text.strip()), anchored, whole)


def text_parts(root: Part) -> list[Part]:
    """The parts that hold the letter, plain text preferred where a mail says the same thing in several ways. A mail
    that is nothing but one text with a file name is that text."""
    chosen = _chosen(root)
    alone = not root.children and root.content_type in {"text/plain", "text/html"}
    return [root] if alone and not chosen else chosen


def _chosen(part: Part) -> list[Part]:
    if not part.children:
        return [part] if _is_inline_text(part) else []
    if part.content_type == "multipart/alternative":
        ways = [found for child in part.children if (found := _chosen(child))]
        plain = [way for way in ways if any(p.content_type == "text/plain" and p.text().strip() for p in way)]
        html = [way for way in ways if any(p.content_type == "text/html" for p in way)]
        return (plain[:1] or html[-1:] or ways[:1] or [[]])[0]
    if part.content_type in {"multipart/signed", "multipart/related", "multipart/report"}:
        return _chosen(part.children[0])
    return [found for child in part.children for found in _chosen(child)]


def _is_inline_text(part: Part) -> bool:
    if part.content_type not in {"text/plain", "text/html", "text/enriched"}:
        return False
    disposition = part.value("content-disposition").strip().lower()
    return not disposition.startswith("attachment") and not _name(part)


def attachments(root: Part, used: Sequence[Part]) -> tuple[MailAttachment, ...]:
    """Everything else: pictures with their data, the rest by name only. Other wordings of the text do not count."""
    taken = {id(part) for part in used}
    result: list[MailAttachment] = []
    for number, leaf in enumerate(root.leaves(), 1):
        if id(leaf) in taken or (leaf.content_type in _READABLE and _is_wording(leaf)):
            continue
        data = leaf.decoded()
        if not data.strip():
            continue
        subtype = _picture(leaf, data)
        kind = AttachmentKind.IMAGE if subtype else AttachmentKind.REMOVED
        name = _name(leaf) or f"{number}.{subtype or leaf.content_type.partition('/')[2]}"[:LONGEST_NAME]
        content_type = f"image/{subtype}" if subtype else leaf.content_type
        result.append(MailAttachment(name, content_type, len(data), kind, data if subtype else b""))
    return tuple(result)


def _is_wording(leaf: Part) -> bool:
    return not _name(leaf) and not leaf.value("content-disposition").strip().lower().startswith("attachment")


def _picture(leaf: Part, data: bytes) -> str:
    """The subtype of a picture that may stay (decided for good when it is decoded), or an empty string."""
    main, _, subtype = leaf.content_type.partition("/")
    if main == "image":
        return subtype if subtype in _PICTURES else ""
    if leaf.content_type in _UNNAMED:
        return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
    return ""


def _name(part: Part) -> str:
    """The file name, decoded, without folders, control characters or more than a hundred characters."""
    disposition = parameters(part.value("content-disposition"))
    name = header_fields.words(disposition.get("filename") or part.parameters.get("name") or "")
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip(" .")[:LONGEST_NAME]


def _flowed(part: Part) -> str:
    """Plain text with the soft line breaks of format=flowed (RFC 3676) undone."""
    text = part.text()
    if part.parameters.get("format", "").strip().lower() != "flowed":
        return text
    joins = part.parameters.get("delsp", "").strip().lower() == "yes"
    result: list[list[str]] = []
    open_depth = -1  # the depth of quotation of a line that goes on below
    for line in text.split("\n"):
        marks = _MARKS.match(line)
        depth = marks.end() if marks else 0
        body = line[depth:].removeprefix(" ")
        flows = body.endswith(" ") and body != "-- "
        content = body[:-1] if flows and joins else body
        if open_depth == depth and body != "-- ":
            result[-1].append(content)
        else:
            result.append([f"{'>' * depth} {content}" if depth else content])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in result)
