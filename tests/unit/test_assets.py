"""Style sheets, scripts, fonts and the map: small, self-hosted, and what the pages say they are."""

import gzip
import hashlib
import re
from itertools import combinations
from pathlib import Path

import pytest

from penfriends.web.assets import AVATARS, STATIC_DIR, TEMPLATE_DIR, MapTown, map_layout, project, static_url

PARTS = TEMPLATE_DIR / "parts"
CSS = sorted((STATIC_DIR / "css").glob("*.css"))
THETFORD = MapTown("Thetford", 52.41, 0.75)
TWINS = [
    MapTown("Hürth", 50.87, 6.87),
    MapTown("Les Ulis", 48.68, 2.17),
    MapTown("Spijkenisse", 51.84, 4.33),
    MapTown("Skawina", 49.97, 19.83),
]


def test_an_address_changes_with_its_content() -> None:
    assert re.fullmatch(r"/static/css/base\.css\?v=[0-9a-f]{8}", static_url("css/base.css"))
    with pytest.raises(FileNotFoundError):
        static_url("css/nothing.css")


def test_styles_and_scripts_of_a_public_page_fit_in_thirty_kilobytes() -> None:
    loaded = {name for page in TEMPLATE_DIR.rglob("*.html") for name in re.findall(r"js/[\w.]+\.js", page.read_text())}
    assert "js/menu.js" in loaded
    heavier = {"js/review.js", "js/htmx.min.js"}  # the desk may weigh more, and the page of a letter that travels
    own_scripts = [STATIC_DIR / name for name in loaded - heavier]
    assert sum(len(gzip.compress(path.read_bytes())) for path in [*CSS, *own_scripts]) <= 30_720


def test_the_library_for_fragments_is_pinned_small_and_loaded_by_two_pages() -> None:
    library = STATIC_DIR / "js/htmx.min.js"
    digest = hashlib.sha256(library.read_bytes()).hexdigest()
    assert digest == "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    assert len(gzip.compress(library.read_bytes())) <= 14_336
    users = {page.name for page in TEMPLATE_DIR.rglob("*.html") if "htmx.min.js" in page.read_text()}
    assert users == {"thread.html", "progress.html"}


def test_fonts_of_a_page_fit_their_budget() -> None:
    sizes = {path.stem: path.stat().st_size for path in (STATIC_DIR / "fonts").glob("*.woff2")}
    assert sizes["plex-sans-latin"] + sizes["bitter-latin"] <= 100_000
    assert sizes["plex-sans-latin"] + sizes["vazirmatn-arabic"] + sizes["noto-naskh-arabic"] <= 140_000
    assert len(list((STATIC_DIR / "fonts" / "LICENSES").glob("*-OFL-1.1.txt"))) == 4


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_styles_are_logical_old_enough_and_self_hosted(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.S)
    sides = "left|right|top|bottom"
    physical = rf"(?:margin|padding|border)-(?:{sides})\b|(?<![\w-])(?:{sides}|float|width|height)\s*:"
    assert re.findall(physical, text) == []
    assert re.findall(r"text-align:\s*(?:left|right)|color-mix\(|light-dark\(|@import|https?://", text) == []
    assert text.count("{") == text.count("}")


def test_every_font_file_named_in_the_styles_exists() -> None:
    for path in CSS:
        for name in re.findall(r"url\((\.\./[^)]+)\)", path.read_text()):
            assert (path.parent / name).resolve().is_file()


def test_parts_hold_nothing_that_the_content_security_policy_forbids() -> None:
    for path in [TEMPLATE_DIR / "base.html", *PARTS.rglob("*.html"), *PARTS.rglob("*.svg")]:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        assert re.findall(r"\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|<style", text) == [], path.name


def test_every_icon_that_is_used_is_there() -> None:
    shapes = set(re.findall(r"^  '([\w-]+)': '<", (PARTS / "icons.html").read_text(), flags=re.M))
    assert set(AVATARS) <= shapes
    for path in TEMPLATE_DIR.rglob("*.html"):
        assert set(re.findall(r"(?<![\w.])icon\(\"([\w-]+)\"", path.read_text())) <= shapes, path


def test_the_projection_keeps_north_up_and_east_right() -> None:
    west, east = project(50.72, -3.53), project(50.06, 19.83)
    north, south = project(59.9, 14), project(32.2, 14)
    assert west[0] < east[0]
    assert north[1] < south[1]
    assert north[0] == pytest.approx(south[0])


def test_a_degree_is_as_long_to_the_east_as_to_the_north() -> None:
    """The projection keeps angles: near any place a small square stays a square."""
    here, east, north = project(50, 10), project(50, 10.01), project(50 + 0.01 * 0.6427876, 10)
    to_east = ((east[0] - here[0]) ** 2 + (east[1] - here[1]) ** 2) ** 0.5
    to_north = ((north[0] - here[0]) ** 2 + (north[1] - here[1]) ** 2) ** 0.5
    assert to_north == pytest.approx(to_east, rel=0.001)


def test_names_on_the_map_do_not_cover_each_other() -> None:
    layout = map_layout(THETFORD, TWINS)
    boxes = []
    for place in layout.places:
        assert place.anchor
        wide = len(place.name) * layout.font_size * 0.6
        left = place.label_x - {"start": 0.0, "middle": 0.5, "end": 1.0}[place.anchor] * wide
        boxes.append((left, place.label_y - layout.font_size, left + wide, place.label_y))
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    assert len(layout.arcs) == len(TWINS)


def test_a_map_without_home_has_no_arcs_and_one_without_towns_shows_all_land() -> None:
    assert map_layout(None, TWINS).arcs == ()
    assert map_layout(None, []).view_box == "0 0 2000 1250"


def test_places_in_a_crowd_keep_their_dot_and_lose_their_name() -> None:
    crowd = [MapTown(f"Gelsenkirchen {number}", 51.5 + number / 500, 7.1) for number in range(12)]
    places = map_layout(THETFORD, crowd).places
    assert len(places) == 13
    assert any(place.anchor == "" for place in places)
    assert places[0].anchor


def test_the_land_is_small() -> None:
    assert (PARTS / "land.svg").stat().st_size <= 20_480
