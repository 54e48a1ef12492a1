"""How do many pictures of pages become a few that a person can look through?"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

COLUMNS = {390: 8, 1280: 5}
CELL = {390: (260, 560), 1280: (420, 420)}
LABEL = 16
ROWS = 4


def contact_sheets(folder: Path, width: int) -> list[Path]:
    """Put all pictures of `folder` on sheets beside it, so many on each; returns the sheets."""
    pictures = sorted(folder.glob("*.png"))
    many = COLUMNS[width] * ROWS
    made = []
    for number, start in enumerate(range(0, len(pictures), many), start=1):
        path = folder.with_name(f"SHEET-{folder.name}-{number}.png")
        _sheet(pictures[start : start + many], width).save(path)
        made.append(path)
    return made


def _sheet(pictures: Sequence[Path], width: int) -> Image.Image:
    columns, (wide, high) = COLUMNS[width], CELL[width]
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (wide + 8) + 8, rows * (high + LABEL + 8) + 8), "#808080")
    pen = ImageDraw.Draw(sheet)
    for number, path in enumerate(pictures):
        left, top = 8 + number % columns * (wide + 8), 8 + number // columns * (high + LABEL + 8)
        with Image.open(path) as picture:
            small = picture.convert("RGB").resize((wide, max(1, picture.height * wide // picture.width)))
        sheet.paste(small.crop((0, 0, wide, min(high, small.height))), (left, top + LABEL))
        pen.text((left, top + 2), path.stem[:46], fill="#ffffff")
    return sheet
