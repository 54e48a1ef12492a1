"""Where is a style sheet, script, font or stamp found, and where on the map does a town lie?"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from markupsafe import Markup

STATIC_DIR = Path(__file__).parent / "static"
_PACKED = Path(__file__).parents[1] / "_templates"
TEMPLATE_DIR = _PACKED if _PACKED.is_dir() else Path(__file__).parents[3] / "templates"
"""Inside the package when installed from a wheel, at the top of the repository in a checkout."""

AVATARS = (
    "cat",
    "dog",
    "rocket",
    "sailboat",
    "tree-pine",
    "guitar",
    "book",
    "fish",
    "sun",
    "bike",
    "anchor",
    "umbrella",
    "bird",
    "turtle",
    "rabbit",
    "flower",
    "mountain",
    "apple",
    "train-front",
    "coffee",
)
"""Pictures that a resident may take; each is an icon. Never a photograph of a person."""


# ---- files ------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def static_url(path: str) -> str:
    """`css/base.css` → `/static/css/base.css?v=1f2e3d4c`: may be kept for a year, changes with the content.

    Raises FileNotFoundError for a file that does not exist, so that a wrong name fails in the first test.
    """
    digest = hashlib.sha256((STATIC_DIR / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:8]}"


# ---- the map ----------------------------------------------------------------------------

MAP_WIDTH = 2000
_LON_0, _PARALLEL_1, _PARALLEL_2 = math.radians(14), math.radians(36), math.radians(55)
_N = math.log(math.cos(_PARALLEL_1) / math.cos(_PARALLEL_2)) / math.log(
    math.tan(math.pi / 4 + _PARALLEL_2 / 2) / math.tan(math.pi / 4 + _PARALLEL_1 / 2)
)
_F = math.cos(_PARALLEL_1) * math.tan(math.pi / 4 + _PARALLEL_1 / 2) ** _N / _N
_SCALE, _SHIFT_X, _SHIFT_Y = 2750.0, 920.0, 4050.0


def project(lat: float, lon: float) -> tuple[float, float]:
    """Degrees → units of the drawn land (`templates/parts/land.svg`), x to the east, y to the south.

    Lambert conformal conic with the standard parallels 36° and 55° north around 14° east (Snyder, Map Projections,
    USGS Professional Paper 1395, equations 15-1 to 15-3, on a sphere).
    """
    rho = _F / math.tan(math.pi / 4 + math.radians(lat) / 2) ** _N
    theta = _N * (math.radians(lon) - _LON_0)
    return _SHIFT_X + _SCALE * rho * math.sin(theta), _SHIFT_Y - _SCALE * (2.2 - rho * math.cos(theta))


@dataclass(frozen=True, slots=True)
class MapTown:
    """A town to be drawn: its name in the reader's language and where it is, in degrees."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    name: str
    is_home: bool
    x: float
    y: float
    radius: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class MapLayout:
    """What `ui.map` draws: a window on the land, arcs from home to each twin, and names that do not overlap."""

    view_box: str
    font_size: float
    arcs: tuple[str, ...]
    places: tuple[DrawnPlace, ...]


Box = tuple[float, float, float, float]
Point = tuple[float, float]
_RATIO = 1.6
_CROWDED = 0.3
_SIDES = ("end", "start", "middle-below", "middle-above")


def map_layout(home: MapTown | None, twins: Sequence[MapTown]) -> MapLayout:
    """Choose the window and place the names. Without a home (the network's map) there are no arcs."""
    towns = ([home] if home else []) + list(twins)
    points = [project(town.lat, town.lon) for town in towns]
    window = _window(points)
    font = round(window[2] * 0.027, 1)
    curves = [_curve(points[0], point) for point in points[1:]] if home else []
    labels = _place_labels([town.name for town in towns], points, [_dots(*curve) for curve in curves], (window, font))
    places = tuple(
        DrawnPlace(
            town.name,
            home is not None and index == 0,
            round(point[0], 1),
            round(point[1], 1),
            round(font * (0.46 if home is not None and index == 0 else 0.32), 1),
            *labels[index],
        )
        for index, (town, point) in enumerate(zip(towns, points, strict=True))
    )
    arcs = tuple(f"M{a[0]:.1f} {a[1]:.1f}Q{b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f}" for a, b, c in curves)
    return MapLayout(" ".join(f"{edge:.0f}" for edge in window), font, arcs, places)


def _window(points: Sequence[Point]) -> Box:
    """x, y, width, height around all points with room for names, never narrower than 700 units."""
    if not points:
        return 0.0, 0.0, float(MAP_WIDTH), MAP_WIDTH / _RATIO
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = max(700.0, (right - left) * 1.65, (bottom - top) * 1.6 * _RATIO)
    height = width / _RATIO
    return (left + right - width) / 2, (top + bottom - height) / 2, width, height


def _curve(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """Start, control point and end of a curve that bends to the north, like a flight on a poster."""
    (x1, y1), (x2, y2) = start, end
    dx, dy = x2 - x1, y2 - y1
    sign = 1 if dx > 0 else -1
    return start, ((x1 + x2) / 2 + sign * dy * 0.2, (y1 + y2) / 2 - sign * dx * 0.2), end


def _dots(start: Point, control: Point, end: Point) -> list[Point]:
    """Ten points along the curve between its ends."""
    parts = [step / 11 for step in range(1, 11)]
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * control[0] + t * t * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * control[1] + t * t * end[1],
        )
        for t in parts
    ]


def _place_labels(
    names: Sequence[str], points: Sequence[Point], curves: Sequence[Sequence[Point]], frame: tuple[Box, float]
) -> list[tuple[float, float, str]]:
    """Each name beside its point on the side where it covers least: names, arcs, points (thrice), the edge.

    Where every side is crowded the name is left out (anchor ""); the list beside the map has it.
    """
    window, font = frame
    taken: list[Box] = []
    dots = [_around(point, font * 0.6) for point in points]
    lines = [_around(dot, font * 0.35) for curve in curves for dot in curve]
    placed: list[tuple[float, float, str]] = []
    for index, (name, point) in enumerate(zip(names, points, strict=True)):
        others = taken + lines + 3 * [dot for number, dot in enumerate(dots) if number != index]
        options = [_label(name, point, font, place) for place in product((1.0, 1.7), _SIDES)]
        costs = [_cost(box, others, window) + order * 0.02 for order, (_, box) in enumerate(options)]
        (x, y, anchor), box = options[costs.index(min(costs))]
        if min(costs) > _CROWDED and index > 0:
            placed.append((x, y, ""))
            continue
        taken.append(box)
        placed.append((round(x, 1), round(y, 1), anchor))
    return placed


def _around(point: Point, reach: float) -> Box:
    return point[0] - reach, point[1] - reach, point[0] + reach, point[1] + reach


def _label(name: str, point: Point, font: float, place: tuple[float, str]) -> tuple[tuple[float, float, str], Box]:
    """Where the name starts, and the box that it fills on a phone, where names are drawn larger."""
    (x, y), (reach, side) = point, place
    wide, high, gap = len(name) * font * 0.8, font * 1.5, font * 0.75 * reach
    if side == "start":
        return (x + gap, y + font * 0.35, "start"), (x + gap, y - high / 2, x + gap + wide, y + high / 2)
    if side == "end":
        return (x - gap, y + font * 0.35, "end"), (x - gap - wide, y - high / 2, x - gap, y + high / 2)
    drop = gap + font * 0.7 if side == "middle-below" else -gap
    return (x, y + drop, "middle"), (x - wide / 2, y + drop - high * 0.8, x + wide / 2, y + drop + high * 0.2)


def _cost(box: Box, others: Iterable[Box], window: Box) -> float:
    """Shared area with anything else, as a part of the name's own; what sticks out of the window counts double."""
    own = (box[2] - box[0]) * (box[3] - box[1])
    frame = (window[0], window[1], window[0] + window[2], window[1] + window[3])
    return (sum(_shared(box, other) for other in others) + 2 * (own - _shared(box, frame))) / own


def _shared(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


# ---- stamps -----------------------------------------------------------------------------


@lru_cache(maxsize=64)
def stamp_svg(slug: str, templates: Path = TEMPLATE_DIR) -> Markup | None:
    """The drawing of a town's stamp, or None where the town has none yet (templates then draw its initial)."""
    folder = (templates / "parts" / "stamps").resolve()
    path = (folder / f"{slug}.svg").resolve()
    if slug == "default" or path.parent != folder or not path.is_file():
        return None
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704 (our own drawings)
