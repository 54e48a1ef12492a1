"""How does a parsed mail look as plain values, and is what came back from another process really one?

The process that parses may have been taken over by the mail: every field is checked for its type and its size here.
"""

from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar

from penfriends.mail.charsets import without_surrogates
from penfriends.mail.frames import BadFrame, Frame
from penfriends.mail.images import LONGEST_SIDE, SafeImage
from penfriends.mail.inbound import MOST_CHARACTERS, MailClass, ParsedMail
from penfriends.mail.letter_parts import AttachmentKind, MailAttachment
from penfriends.mail.mime_parts import MOST_PARTS, Headers
from penfriends.rules.bounces import BouncedRecipient, BounceReason

LONGEST_LINE = 80_000
MOST_HEADERS = 40_000
MOST_OF_A_KIND = 1000
LARGEST_PICTURE = 32 * 1024 * 1024
_STARTS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
E_ = TypeVar("E_", bound=StrEnum)


def of_mail(mail: ParsedMail, headers: Headers) -> Frame:
    """A mail without the bytes of its pictures, which stay where they are decoded."""
    bare = asdict(mail) | {"attachments": [asdict(one) | {"data": None} for one in mail.attachments]}
    return Frame({"mail": bare, "headers": headers})


def mail_in(frame: Frame) -> tuple[ParsedMail, Headers]:
    """The mail and its header fields that a frame holds. Raises BadFrame."""
    try:
        mail, fields = frame.words["mail"], frame.words["headers"]
        headers = tuple((_line(name), _line(value)) for name, value in _list(fields, MOST_HEADERS))
        return _mail(mail), headers
    except (KeyError, TypeError, ValueError) as error:
        raise BadFrame from error


def of_picture(picture: SafeImage) -> Frame:
    words = {"content_type": picture.content_type, "width": picture.width, "height": picture.height}
    return Frame(words, picture.data)


def picture_in(frame: Frame) -> SafeImage:
    """A picture drawn anew: one of our two kinds, and no larger than we draw them. Raises BadFrame."""
    words, data = frame.words, frame.data
    width, height = words.get("width"), words.get("height")
    sizes = all(type(side) is int and 0 < side <= LONGEST_SIDE for side in (width, height))
    start = _STARTS.get(str(words.get("content_type")))
    if not sizes or start is None or not data.startswith(start) or len(data) > LARGEST_PICTURE:
        raise BadFrame
    return SafeImage(str(words["content_type"]), data, int(str(width)), int(str(height)))


def _mail(words: dict[str, Any]) -> ParsedMail:
    return ParsedMail(
        mail_class=_one_of(MailClass, words["mail_class"]),
        quarantine_reason=_maybe(words["quarantine_reason"]),
        from_addresses=tuple(_line(one) for one in _list(words["from_addresses"], MOST_OF_A_KIND)),
        from_name=_line(words["from_name"]),
        message_id=_maybe(words["message_id"]),
        in_reply_to=_maybe(words["in_reply_to"]),
        references=tuple(_line(one) for one in _list(words["references"], MOST_OF_A_KIND)),
        subject=_line(words["subject"]),
        language=_maybe(words["language"]),
        text=_text(words["text"]),
        kept_text=_text(words["kept_text"]),
        removed_text=_text(words["removed_text"]),
        sure=words["sure"] is True,
        attachments=tuple(_attachment(one) for one in _list(words["attachments"], MOST_PARTS * 2)),
        body_digest=_line(words["body_digest"]),
        bounces=tuple(_bounced(one) for one in _list(words["bounces"], MOST_OF_A_KIND)),
        loop_mark=_maybe(words["loop_mark"]),
    )


def _attachment(words: dict[str, Any]) -> MailAttachment:
    kind, size = _one_of(AttachmentKind, words["kind"]), words["size"]
    if type(size) is not int:
        raise BadFrame
    return MailAttachment(_line(words["name"]), _line(words["content_type"]), size, kind, b"")


def _bounced(words: dict[str, Any]) -> BouncedRecipient:
    reason = _one_of(BounceReason, words["reason"])
    return BouncedRecipient(_line(words["address"]), words["hard"] is True, reason, _line(words["status"]))


def _one_of(kind: type[E_], value: object) -> E_:
    return kind(_line(value))


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise BadFrame
    return value


def _text(value: object, longest: int = 2 * MOST_CHARACTERS) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise BadFrame
    return without_surrogates(value)


def _line(value: object) -> str:
    return _text(value, LONGEST_LINE)


def _maybe(value: object) -> str | None:
    return None if value is None else _line(value)
