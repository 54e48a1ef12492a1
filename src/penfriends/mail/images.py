"""Is this really a picture, and what of it may be shown to somebody else?

A picture is decoded and drawn anew: nothing of the file that came in passes, so no place, camera, comment, colour
profile, second frame or hidden data either (rules R21 and R29).
"""

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

from penfriends.mail.letter_parts import MailAttachment

MOST_PIXELS = 24_000_000
MOST_BYTES = 25 * 1024 * 1024
LONGEST_SIDE = 2560
JPEG_QUALITY = 88
MOST_PICTURES = 5  # of one letter
LONGEST_NAME = 80


class UnsafeImage(ValueError):
    """Not a picture, not one of the kinds that we take, or too large. The message is a code word."""


@dataclass(frozen=True, slots=True)
class SafeImage:
    """A picture of ours: image/jpeg or image/png, upright, without metadata."""

    content_type: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pictures of a mail, drawn anew, and the names of what is left out."""

    pictures: tuple[SafeImage, ...] = ()
    left_out: tuple[str, ...] = ()


def draw_each(attachments: Sequence[MailAttachment]) -> Iterator[SafeImage | str]:
    """Each attachment as a picture drawn anew, or the name of it where it is left out, in their order."""
    taken = 0
    for attachment in attachments:
        try:
            if not attachment.data or taken >= MOST_PICTURES:
                raise UnsafeImage("left_out")
            yield reencode(attachment.data)
            taken += 1
        except UnsafeImage:
            yield name_of(attachment)


def drawn_here(attachments: Sequence[MailAttachment]) -> Drawn:
    """All of them, drawn in this very process: for mails that are known, not for strangers'."""
    found = list(draw_each(attachments))
    pictures = tuple(one for one in found if isinstance(one, SafeImage))
    return Drawn(pictures, tuple(one for one in found if isinstance(one, str)))


def undrawn(attachments: Sequence[MailAttachment]) -> Drawn:
    """What is left of attachments where no picture can be drawn: their names."""
    return Drawn(left_out=tuple(name_of(one) for one in attachments))


def name_of(attachment: MailAttachment) -> str:
    return (attachment.name or attachment.content_type)[:LONGEST_NAME]


def reencode(data: bytes) -> SafeImage:
    """The picture in `data`, drawn anew, its longest side at most 2,560 pixels. Raises UnsafeImage."""
    drawn, as_png = upright(data)
    return as_jpeg(drawn) if not as_png else _as_png(drawn)


def upright(data: bytes) -> tuple[Image.Image, bool]:
    """The picture in `data` as pixels, turned as its camera says, its longest side at most 2,560; and whether it is
    kept as PNG. Raises UnsafeImage."""
    if len(data) > MOST_BYTES:
        raise UnsafeImage("too_many_bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _opened(data)
    except UnsafeImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnsafeImage("too_many_pixels") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on broken files
        raise UnsafeImage("not_a_picture") from error


def as_jpeg(drawn: Image.Image, quality: int = JPEG_QUALITY) -> SafeImage:
    """These pixels as a file of ours."""
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=quality, optimize=True)
    return SafeImage("image/jpeg", out.getvalue(), drawn.width, drawn.height)


def _as_png(drawn: Image.Image) -> SafeImage:
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=False)
    return SafeImage("image/png", out.getvalue(), drawn.width, drawn.height)


def _opened(data: bytes) -> tuple[Image.Image, bool]:
    # Pillow makes room for a whole WebP when it opens it: its size is read before that.
    if _webp_pixels(data) > MOST_PIXELS:
        raise UnsafeImage("too_many_pixels")
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        # The size is known from the header: the cap works before a single pixel is unpacked.
        if opened.width * opened.height > MOST_PIXELS:
            raise UnsafeImage("too_many_pixels")
        may_be_clear = opened.format != "JPEG"
        scale = min(1.0, LONGEST_SIDE / max(opened.size))
        opened.draft(opened.mode, (int(opened.width * scale), int(opened.height * scale)))  # a JPEG unpacks smaller
        opened.load()
        with contextlib.suppress(Exception):  # whatever its notes are worth, the picture is one
            ImageOps.exif_transpose(opened, in_place=True)
        drawn = _plain(opened, may_be_clear)
        as_png = drawn.mode == "RGBA" or opened.format == "PNG"
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn.info = {}
    return drawn, as_png


def _webp_pixels(data: bytes) -> int:
    """How many pixels a WebP says that it has; 0 for all other files."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return 0
    kind = data[12:16]
    if kind == b"VP8X":
        sides = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        packed = int.from_bytes(data[21:25], "little")
        sides = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    else:
        sides = int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return sides[0] * sides[1]


def _plain(picture: Image.Image, may_be_clear: bool) -> Image.Image:
    """Eight bits a channel, RGB, or RGBA where a picture really has transparency."""
    transparent = may_be_clear and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    if picture.mode.startswith("I"):  # 16-bit grey: convert() would clip it to white
        picture = picture.convert("I").point([i / 256 for i in range(65536)], "L")
    return picture.convert("RGBA" if transparent else "RGB")
