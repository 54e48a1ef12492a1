"""Which pages come out of what a copier or a telephone sent, and does a hostile file hurt nothing but itself?"""

import io
import zlib
from dataclasses import replace

import pytest
import segno
from PIL import Image

from tests.support.paper import A4, pdf, photo, sheet, written_pdf
from workers.paper import ALLOWANCE, Pile, piles_in, turned
from workers.reading import MEGABYTE, Allowance

HURRIED = Allowance(512 * MEGABYTE, 1, 60)


def pages_in(data: bytes, **more: Allowance) -> Pile:
    [found] = piles_in([data], **more)
    return found


def opened(pile: Pile, number: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(pile.pages[number].picture.data))


def stream(data: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(data, 1)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n" % (len(packed), extra) + packed + b"\nendstream"


def with_image(*, side: int, data: bytes, bits: int = 1) -> bytes:
    """A page with one picture that says how large it is."""
    size = b"/Width %d/Height %d/BitsPerComponent %d" % (side, side, bits)
    kind = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray" + size
    return written_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        stream(b"595 0 0 842 0 0 cm /I Do"),
        stream(data, kind),
    )


def of_boxes(box: bytes, *kids: bytes) -> bytes:
    return written_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R>>",
        *(kids or (stream(b"0 0 m 9 9 l S"),)),
    )


def nested_forms(depth: int) -> bytes:
    """Each form draws the next one ten times."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]"
    inner = [stream(b"/F Do " * 10, form + b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + one)) for one in range(depth)]
    return written_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        stream(b"/F Do"),
        *inner,
        stream(b"0 0 m 500 500 l S " * 1000, form),
    )


def test_sheets_lie_in_the_copier_any_way_up() -> None:
    ways = (0, 90, 180, 270)
    found = pages_in(pdf([sheet("ABCDE" + "WXYZ"[place], turned=way) for place, way in enumerate(ways)]))
    assert [one.codes for one in found.pages] == [("ABCDEW",), ("ABCDEX",), ("ABCDEY",), ("ABCDEZ",)]
    for number in range(4):
        page = opened(found, number)
        assert page.height > page.width
        corner = page.convert("L").crop((1330, 80, 1500, 250))
        assert sum(corner.tobytes()) / len(corner.tobytes()) < 190, "the code is at the top again, at the right"


def test_a_whole_class_comes_in_at_once() -> None:
    found = pages_in(pdf([sheet("ABCDEF", turned=180 * (place % 2)) for place in range(31)]))
    assert (len(found.pages), found.unread, found.problem) == (31, 0, "")
    assert {one.codes for one in found.pages} == {("ABCDEF",)}


def test_a_blurred_code_and_a_missing_one_leave_the_page_to_a_person() -> None:
    found = pages_in(pdf([sheet("ABCDEF", blur=6), sheet(), sheet("ABCDEF", blur=1.5)]))
    assert [one.codes for one in found.pages] == [(), (), ("ABCDEF",)]


def test_empty_backs_are_left_out_and_faint_pencil_is_not() -> None:
    faint = sheet(lines=0)
    faint.paste(Image.new("RGB", (700, 6), (205, 205, 205)), (300, 900))
    faint.paste(Image.new("RGB", (6, 300), (205, 205, 205)), (500, 1000))
    found = pages_in(pdf([sheet("ABCDEF"), sheet(lines=0), faint]))
    assert (len(found.pages), found.empty) == (2, 1)


def test_R21_R29_a_photo_is_drawn_anew_upright_and_tells_no_place() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Camera of Ava", {1: "N", 2: (52.0, 24.0, 0.0)}
    data = photo(sheet("ABCDEF", turned=90), exif=exif.tobytes(), quality=90)
    found = pages_in(data)
    page = opened(found)
    assert found.pages[0].codes == ("ABCDEF",)
    assert (page.height > page.width, page.format, dict(page.getexif())) == (True, "JPEG", {})
    assert b"Camera" not in found.pages[0].picture.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_of_pictures_become_jpeg_as_well(kind: str) -> None:
    assert [opened(pages_in(photo(sheet("ABCDEF"), kind))).format] == ["JPEG"]


def test_somebody_else_s_code_is_none_of_ours() -> None:
    out = io.BytesIO()
    segno.make("https://example.com/buy").save(out, kind="png", scale=6)
    page = sheet(lines=3)
    page.paste(Image.open(out).convert("RGB"), (200, 1200))
    assert pages_in(photo(page)).pages[0].codes == ()


def test_a_teacher_turns_a_page() -> None:
    [page] = pages_in(pdf([sheet()])).pages
    drawn = turned(page.picture.data, 90)
    assert drawn is not None
    assert (drawn.width, drawn.height) == (page.picture.height, page.picture.width)
    assert turned(b"nonsense", 90) is None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.7 nothing of it is true", "not_a_pdf"),
        (pdf([sheet("ABCDEF")])[:4000], "not_a_pdf"),
        (pdf([Image.new("RGB", (20, 20))] * 500), "too_many_pages"),
        (b"MZ" + bytes(5000), "not_a_picture"),
        (photo(Image.new("1", (40_000, 40_000)), "PNG"), "too_many_pixels"),
        (bytes(25 * MEGABYTE + 1), "too_many_bytes"),
    ],
    ids=["broken", "cut", "500 pages", "program", "picture bomb", "too large"],
)
def test_what_cannot_be_read_says_why(data: bytes, problem: str) -> None:
    found = pages_in(data)
    assert (found.pages, found.problem) == ((), problem)


def test_a_locked_pdf_says_so() -> None:
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"ab" * 32 + b">/U<" + b"cd" * 32 + b">>>"
    locked = of_boxes(b"0 0 595 842").replace(b"/Root 1 0 R", b"/Root 1 0 R/ID[<00><00>]" + lock)
    assert pages_in(locked).problem == "encrypted"


@pytest.mark.parametrize(
    "data",
    [
        with_image(side=60_000, data=bytes(20 * MEGABYTE), bits=8),
        with_image(side=30_000, data=bytes(30_000 * 30_000 // 8)),
        of_boxes(b"0 0 1e30 1"),
        of_boxes(b"0 0 0 0"),
        of_boxes(b"0 0 9999999 9999999"),
    ],
    ids=["a picture of 3.6 gigapixels", "one that is packed well", "endless", "nothing", "a field"],
)
def test_a_bomb_in_a_pdf_takes_no_more_than_it_may(data: bytes) -> None:
    found = pages_in(data)
    assert len(found.pages) + found.empty + found.unread == 1
    assert all(max(one.picture.width, one.picture.height) <= 2560 for one in found.pages)


def test_what_takes_too_long_is_ended_and_the_next_file_is_read_well() -> None:
    hurt, well = piles_in([nested_forms(9), photo(sheet("ABCDEF"))], allowance=replace(ALLOWANCE, seconds=3))
    assert (hurt.pages, hurt.problem in ("took_too_long", "reader_died")) == ((), True)
    assert well.pages[0].codes == ("ABCDEF",)


def test_pages_before_the_one_that_hurts_are_kept() -> None:
    found = pages_in(pdf([sheet("ABCDEF", turned=7)] * 60), allowance=HURRIED)
    assert found.problem in ("took_too_long", "reader_died")
    assert 0 < len(found.pages) < 60
    assert found.unread == 60 - len(found.pages)


def test_the_sizes_of_paper_are_as_printed() -> None:
    assert A4[1] / A4[0] == pytest.approx(297 / 210, rel=0.001)
