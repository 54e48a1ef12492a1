"""The command that screens files."""

import io
import json
from pathlib import Path

from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, screen, strip_links
from penfriends.screen_command import screen_files


def test_one_json_object_a_file_whatever_its_bytes(tmp_path: Path) -> None:
    letter, odd = tmp_path / "letter.txt", tmp_path / "odd.txt"
    letter.write_text("Call 01772 345678", encoding="utf-8")
    odd.write_bytes(b"caf\xe9 \xff")
    out = io.StringIO()
    assert screen_files([str(letter), str(odd)], json_lines=True, band=Band.ADULT, language=None, out=out) == 0
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["verdict"] == "hold"
    assert first["findings"][0]["kind"] == "phone"
    assert second["findings"] == []


def test_a_number_split_over_two_letters_is_found() -> None:
    found = screen("and the rest is 123456", band=Band.CHILD, before=("My number begins with 07911",))
    assert Kind.PHONE in {one.kind for one in found}


def test_r30_links_are_removed_for_children() -> None:
    text = "See https://example.org/a now"
    assert strip_links(text, screen(text, band=Band.CHILD)) == "See […] now"
