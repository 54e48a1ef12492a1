"""The replay command: one JSON object a file, no addresses unless asked for."""

import io
import json
from pathlib import Path
from typing import Any

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


@pytest.fixture
def clean(tmp_path: Path) -> str:
    path = tmp_path / "clean.eml"
    path.write_bytes(
        b"Received: from home (dsl [203.0.113.77])\nFrom: Tom Barker <tom@mail.example>\n"
        b"Message-ID: <abc123def@mail.example>\nSubject: Rain\n\nDear Anna,\nit rains.\n\n"
        b"On 3 May 2026, Anna via penfriends <a@post.example> wrote:\n> Hello\n"
    )
    return str(path)


def _replayed(path: str) -> dict[str, Any]:
    out = io.StringIO()
    replay_files([path], json_lines=True, out=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_finished_mail_names_nobody(clean: str) -> None:
    found = _replayed(clean)
    assert (found["held"], found["title"]) == ([], "Rain")
    assert "it rains." in found["outgoing"]
    assert not any(trace in found["outgoing"] for trace in ("Barker", "tom@", "203.0.113.77", "abc123def", "> Hello"))


@pytest.mark.parametrize("told", ["Tom Barker", "tom@mail.example", "203.0.113.77", "abc123def@mail.example"])
def test_what_the_header_knows_never_leaves_in_the_text(clean: str, told: str) -> None:
    path = Path(clean)
    path.write_bytes(path.read_bytes().replace(b"it rains.", f"this is {told} speaking.".encode()))
    found = _replayed(clean)
    assert found["outgoing"] is None
    assert found["held"]


def test_whose_it_would_be(clean: str) -> None:
    path = Path(clean)
    results = b"Authentication-Results: mx.post.example; dmarc=pass header.from=mail.example\n"
    path.write_bytes(results + path.read_bytes())
    assert _replayed(clean)["whose"] == {
        "from": ["…@mail.example"],
        "vouched_by": "mx.post.example",
        "verdict_if_that_is_us": "aligned_pass",
    }


def test_a_folder_is_all_its_files(clean: str, letter: str) -> None:
    out = io.StringIO()
    assert replay_files([str(Path(clean).parent)], json_lines=True, out=out) == 0
    assert len(out.getvalue().splitlines()) == 2


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
    assert "nothing leaves before a person looked" in out.getvalue()
