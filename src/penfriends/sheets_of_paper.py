"""Which writing sheet is on this page, and which way up is it? One page of a copier's PDF, or one photo.

Each page is drawn anew from its pixels: no text, camera, place or name of a file passes (rules R21, R29). Runs only in
the process that is confined for it (paper_reader.py): both libraries read what strangers may have made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

from penfriends.mail.images import LONGEST_SIDE, SafeImage, UnsafeImage, as_jpeg, upright

MOST_PAGES = 80
DOTS_AN_INCH = 200
POINTS_AN_INCH = 72
QUALITY = 82
MOST_CODES = 4
QR_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
SHEET = re.compile(r"/paper/([A-Z2-7]{6})$")
# A page is empty if hardly anything on it is darker than the paper around.
LOOKED_AT = 800
MARGIN = 0.03
DARKER_BY = 22
SPECKS = 120


class Unreadable(ValueError):
    """A whole file of which no page can be had. The message is a code word."""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A page, upright where a code says how it stands, with the codes of writing sheets on it. `empty`: no code, and
    nothing written on it."""

    picture: SafeImage
    codes: tuple[str, ...] = ()
    empty: bool = False


def pages_of(data: bytes) -> tuple[int, Iterator[PaperPage | str]]:
    """How many pages there are, and each: drawn anew, or a code word why it cannot be. Raises Unreadable."""
    if b"%PDF-" not in data[:1024]:
        return 1, iter([_photo(data)])
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("encrypted" if "password" in str(error).lower() else "not_a_pdf") from error
    number = len(document)
    if not number:
        raise Unreadable("not_a_pdf")
    if number > MOST_PAGES:
        raise Unreadable("too_many_pages")
    return number, (_sheet(document, place) for place in range(number))


def turned(data: bytes, degrees: int) -> SafeImage:
    """A picture of ours, turned to the right by a quarter or two. Raises UnsafeImage."""
    drawn, _ = upright(data)
    return as_jpeg(_flat(drawn).rotate(-degrees, expand=True), QUALITY)


def _sheet(document: pypdfium2.PdfDocument, place: int) -> PaperPage | str:
    try:
        page = document[place]
        width, height = page.get_size()
        scale = min(DOTS_AN_INCH / POINTS_AN_INCH, (LONGEST_SIDE - 2) / max(width, height, 1))
        drawn = page.render(scale=scale, may_draw_forms=False).to_pil()
        page.close()
    except (pypdfium2.PdfiumError, ValueError, OverflowError, MemoryError):
        return "not_a_page"
    return _page(drawn)


def _photo(data: bytes) -> PaperPage | str:
    try:
        drawn, _ = upright(data)
    except UnsafeImage as error:
        return str(error)
    return _page(drawn)


def _page(drawn: Image.Image) -> PaperPage | str:
    if min(drawn.size) < 1:
        return "not_a_page"
    drawn = _flat(drawn)
    found = [
        (match[1], one.orientation)
        for one in zxingcpp.read_barcodes(drawn, formats=QR_CODES)
        if (match := SHEET.search(one.text))
    ][:MOST_CODES]
    if not found:
        return PaperPage(as_jpeg(drawn, QUALITY), empty=_is_empty(drawn))
    quarter = round(found[0][1] / 90) * 90 % 360
    if quarter:
        drawn = drawn.rotate(quarter, expand=True)
    return PaperPage(as_jpeg(drawn, QUALITY), tuple(dict.fromkeys(code for code, _ in found)))


def _flat(drawn: Image.Image) -> Image.Image:
    """On white paper, where a picture is clear."""
    if drawn.mode != "RGBA":
        return drawn.convert("RGB")
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    return paper


def _is_empty(drawn: Image.Image) -> bool:
    """Whether this is the back of a sheet, as copiers make them: pencil is darker than the paper beside it."""
    small = drawn.convert("L")
    small.thumbnail((LOOKED_AT, LOOKED_AT * 2))
    aside = int(min(small.size) * MARGIN)
    small = small.crop((aside, aside, small.width - aside, small.height - aside))
    if min(small.size) < 20:
        return False
    beside = small.filter(ImageFilter.BoxBlur(12)).tobytes()
    dark = sum(paper - here > DARKER_BY for here, paper in zip(small.tobytes(), beside, strict=True))
    return dark < SPECKS
