"""Sheets of paper for tests: written on, with the code of the writing sheets, scanned by a copier or a telephone."""

import io
from collections.abc import Sequence

import segno
from PIL import Image, ImageDraw, ImageFilter

A4 = (1654, 2339)  # at 200 dots per inch
SITE = "https://penfriends.example/classes/0192f0c0-1111-7222-8333-444455556666/paper/"


def sheet(code: str = "", *, lines: int = 12, turned: int = 0, blur: float = 0) -> Image.Image:
    """A page as a pupil hands it in. The QR code is as large as on the printed sheets: 3 cm. Without a code and without
    lines it is the empty back of one."""
    page = Image.new("RGB", A4, "white")
    draw = ImageDraw.Draw(page)
    for number in range(lines):
        below = 500 + 120 * number
        draw.line((120, below, 1500, below), fill=(150, 150, 150), width=2)
        draw.text((140, below - 60), "Dear Anton, I have a cat.", fill=(40, 40, 110), font_size=48)
    if code:
        page.paste(_code(code), (1330, 80))
    page = page.rotate(turned, expand=True, fillcolor="white")
    return page.filter(ImageFilter.GaussianBlur(blur)) if blur else page


def pdf(pages: Sequence[Image.Image]) -> bytes:
    """What the copier of a school makes of them."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=200, save_all=True, append_images=list(pages[1:]), quality=80)
    return out.getvalue()


def photo(page: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    page.save(out, kind, **more)
    return out.getvalue()


def written_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of them its catalogue, for what no honest program writes."""
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        out + head + table + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    )


def _code(code: str) -> Image.Image:
    out = io.BytesIO()
    segno.make(SITE + code, error="m").save(out, kind="png", scale=5, border=2)
    return Image.open(out).convert("RGB")
