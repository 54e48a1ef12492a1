"""Is a name that says where its owner can be found refused, and does every real name pass?"""

import json
from pathlib import Path

import pytest

from penfriends import demo
from penfriends.rules.sign_up import NameFault, clean_name, name_fault

TELLING = (
    "insta tom", "tom snap tom99", "tom at gmail", "Tom99", "tom_k", "tom.k", "Insta: Tom", "i n s t a tom",
    "InstaTom", "tomsnap", "Tom (WhatsApp)", "ig tom", "Tom ig", "snapchat", "1nsta Tom", "Ｉｎｓｔａ Tom", "t0m",
    "Tom gmx punkt de", "tom dot com", "www.tom", "Tom roblox", "Tiktok Anna", "anna małpa wp kropka pl", "سامي سناب",
    "sami واتساب",
    "Tom#1234", "Tom zero seven seven double one nine two three four", "tom/anna", "Tom t.me", "tom٩٩", "Tom discord",
)  # fmt: skip
REAL = (
    "ł", "O'Brien", "O’Brien", "Anne-Marie", "عبد الله", "Jan Willem", "D'Angelo", "Marie Thérèse", "Łucja", "Zoë",
    "Ad", "J.", "J. R.", "J.R.", "J.R.R.", "St. John", "Line", "Mary-Jo", "Nguyễn", "Þórdís", "Ñusta", "李小龍", "美咲",
    "Юлия",
    "Gülşah", "İrem", "שרה", "محمّد", "می‌نا", "ʻOkina", "Seán Óg", "Jo", "Siân", "Björk", "Matt", "Dot", "Punt", "Atle",
    "Constance", "Winstanley", "Konstantin", "Iga", "Igor", "Snorri", "Signe", "Kik", "Orange",
    "Nova", "Al", "Theo", "Zes",
    "Octavia", "Una", "Ten", "Ma. Fernanda", "Jean‑Luc", "Pieter-Jan", "Hélène", "Ines", "Una May", "Dina", "Sam I Am",
)  # fmt: skip


@pytest.mark.parametrize("name", TELLING)
def test_a_name_that_tells_where_is_refused(name: str) -> None:
    assert name_fault(clean_name(name)) in (NameFault.HANDLE, NameFault.EMAIL, NameFault.PHONE)


@pytest.mark.parametrize("name", REAL)
def test_a_real_name_passes(name: str) -> None:
    assert name_fault(clean_name(name)) is None


def test_every_name_of_the_demo_world_passes() -> None:
    names = json.loads((Path(demo.__file__).parent / "data" / "names.json").read_text(encoding="utf-8"))
    everybody = [name for country in names.values() for band in country.values() for name in band]
    everybody = [name.partition("|")[0] for name in everybody]  # what follows is for the invented address
    assert len(everybody) > 100
    assert [name for name in everybody if name_fault(clean_name(name))] == []
