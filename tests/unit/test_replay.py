"""The replay command: one JSON object a file, no addresses unless asked for."""

import io
import json
from pathlib import Path

import pytest

from penfriends.replay_command import replay_files


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.eml"
    path.write_bytes(
        b"From: tom@mail.example\nContent-Type: text/plain; charset=utf-16\n\n"
        + "Write to tom@mail.example \U0001f600".encode("utf-16")
    )
    return str(path)


def test_one_line_a_file(letter: str) -> None:
    out = io.StringIO()
    assert replay_files([letter, letter], json_lines=True, out=out) == 0
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first == second
    assert (first["class"], first["bounces"], first["attachments"]) == ("human", [], [])
    assert first["kept_text"] == "Write to …@mail.example \U0001f600"


def test_addresses_on_request(letter: str) -> None:
    out = io.StringIO()
    replay_files([letter], json_lines=True, out=out, show_addresses=True)
    assert "tom@mail.example" in json.loads(out.getvalue())["kept_text"]


def test_a_missing_file_is_said_and_the_rest_goes_on(letter: str) -> None:
    out = io.StringIO()
    assert replay_files(["/nowhere.eml", letter], json_lines=True, out=out) == 1
    assert json.loads(out.getvalue().splitlines()[0]) == {"file": "/nowhere.eml", "error": "FileNotFoundError"}


def test_halves_of_characters_do_not_break_it(tmp_path: Path) -> None:
    path = tmp_path / "odd.eml"
    path.write_bytes(b"Content-Type: text/plain; charset=utf-7\n\n+2D0- half\n")
    out = io.StringIO()
    replay_files([str(path)], json_lines=True, out=out)
    out.getvalue().encode("utf-8")
    assert "half" in json.loads(out.getvalue())["kept_text"]


def test_for_people(letter: str) -> None:
    out = io.StringIO()
    replay_files([letter], json_lines=False, out=out)
    assert "class: human" in out.getvalue()
