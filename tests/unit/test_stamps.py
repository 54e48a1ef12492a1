"""Stamps: one flat drawing a town, small, few colours, the town's name in its own script."""

import re
from xml.etree import ElementTree

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from penfriends.web.assets import TEMPLATE_DIR, stamp_svg

FOLDER = TEMPLATE_DIR / "parts" / "stamps"
DRAWN = {
    "thetford": "THETFORD",
    "huerth": "HÜRTH",
    "les-ulis": "LES ULIS",
    "spijkenisse": "SPIJKENISSE",
    "skawina": "SKAWINA",
    "preston": "PRESTON",
    "almelo": "ALMELO",
    "nimes": "NÎMES",
    "recklinghausen": "RECKLINGHAUSEN",
    "kalisz": "KALISZ",
    "exeter": "EXETER",
    "nablus": "نابلس",
    "beit-sahour": "بيت ساحور",
}


@pytest.mark.parametrize(("slug", "name"), DRAWN.items())
def test_a_stamp_is_flat_small_and_named(slug: str, name: str) -> None:
    text = str(stamp_svg(slug))
    root = ElementTree.fromstring(text)  # noqa: S314 (our own drawing)
    assert root.attrib["viewBox"] == "0 0 100 120"
    assert ["".join(node.itertext()) for node in root.iter("text")] == [name]
    picture = text.split('<rect y="102"')[0]
    assert len(set(re.findall(r"#[0-9a-f]{6}", picture))) <= 6
    assert len(text) < 6000
    assert not re.search(r"\bid=|<image|<style|href|Gradient|filter", text)


def test_every_drawing_is_listed_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {*DRAWN, "default"}


@pytest.mark.parametrize("slug", ["nowhere", "default", "../land", "", "a/b"])
def test_a_town_without_drawing_has_none(slug: str) -> None:
    assert stamp_svg(slug) is None


def test_the_default_stamp_shows_the_initial_and_escapes_the_name() -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATE_DIR), autoescape=True, undefined=StrictUndefined)
    made = environment.get_template("parts/stamps/default.svg").render(town_name="<b>Ulm</b>")
    assert "<b>" not in made.lower()
    assert ">Ö<" in environment.get_template("parts/stamps/default.svg").render(town_name="örebro")
