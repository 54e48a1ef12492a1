"""Is a picture that goes on really only a picture?"""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from penfriends.mail.images import LONGEST_SIDE, UnsafeImage, reencode

COLOURS: dict[str, Any] = {"L": 3, "I;16": 3, "P": 3, "RGBA": (255, 0, 0, 90)}  # one can see through the last
SECRET = b"51.5007,-0.1246 Anna Schmidt"


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, COLOURS.get(mode, "red")).save(out, kind, **save)
    return out.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6
    return picture("JPEG", exif=exif, comment=SECRET, icc_profile=SECRET) + b"PK\x03\x04" + SECRET


def test_metadata_is_gone_and_the_picture_stands_upright() -> None:
    raw = with_place()
    assert SECRET in raw
    safe = reencode(raw)
    assert (safe.content_type, safe.width, safe.height) == ("image/jpeg", 20, 40)
    assert SECRET not in safe.data
    with Image.open(io.BytesIO(safe.data)) as again:
        assert not again.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(again.info)


def test_png_text_and_profile_are_gone_and_transparency_stays() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    safe = reencode(picture("PNG", mode="RGBA", pnginfo=notes, icc_profile=SECRET))
    assert safe.content_type == "image/png"
    assert SECRET not in safe.data
    with Image.open(io.BytesIO(safe.data)) as again:
        assert again.mode == "RGBA"
        assert again.info == {}


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("JPEG", "L")]
)
def test_odd_colours_are_taken(kind: str, mode: str) -> None:
    assert reencode(picture(kind, mode=mode)).width == 40


def test_sixteen_bit_grey_keeps_its_greys() -> None:
    out = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(out, "PNG")
    with Image.open(io.BytesIO(reencode(out.getvalue()).data)) as again:
        assert again.getpixel((1, 1)) == (128, 128, 128)


def test_large_pictures_are_made_smaller() -> None:
    safe = reencode(picture("JPEG", (5000, 2500)))
    assert (safe.width, safe.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(5000, 5000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_before_they_unpack(size: tuple[int, int]) -> None:
    with pytest.raises(UnsafeImage, match="too_many_pixels"):
        reencode(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("GIF"), picture("TIFF"),
     picture("BMP"), picture("JPEG")[:200], picture("PNG")[:60], b"%!PS-Adobe-3.0 EPSF-3.0"],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(UnsafeImage, match="not_a_picture"):
        reencode(data)


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "image/jpeg"), ("RGBA", "image/png")])
def test_webp_is_drawn_anew_as_what_every_mail_program_shows(mode: str, kind: str) -> None:
    safe = reencode(picture("WEBP", mode=mode, exif=b"Exif\0\0" + SECRET))
    assert (safe.content_type, safe.width, safe.height) == (kind, 40, 20)
    assert SECRET not in safe.data


def test_a_moving_webp_gives_its_first_picture() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    with Image.open(io.BytesIO(reencode(out.getvalue()).data)) as again:
        assert getattr(again, "n_frames", 1) == 1
        red, _, blue = again.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > 50 > blue


@pytest.mark.parametrize("kind", [b"VP8X", b"VP8L", b"VP8 "])
def test_webp_bombs_are_refused_before_room_is_made_for_them(kind: bytes) -> None:
    body = b"\xff" * 22
    with pytest.raises(UnsafeImage, match="too_many_pixels"):
        reencode(b"RIFF" + struct.pack("<I", 4 + 8 + len(body)) + b"WEBP" + kind + struct.pack("<I", 22) + body)


def test_a_large_jpeg_is_unpacked_small() -> None:
    safe = reencode(picture("JPEG", (6000, 4000)))
    assert (safe.width, safe.height) == (LONGEST_SIDE, 1707)
