"""The replay command: one JSON object a file, no addresses unless asked for."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from penfriends.mail import images, inbound
from penfriends.replay_command import replay_files

PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018"
        "dd8db00000000049454e44ae426082"
    )
)
WITH_PICTURE = (
    b'From: tom@mail.example\nSubject: Plums\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
    b"--b\nContent-Type: text/plain\n\nDear Anna,\nlook!\n\n"
    b'--b\nContent-Type: image/png; name="plum.png"\nContent-Disposition: attachment; filename="plum.png"\n'
    b"Content-Transfer-Encoding: base64\n\n" + PIXEL + b"\n"
    b'--b\nContent-Type: application/zip; name="a.zip"\nContent-Disposition: attachment; filename="a.zip"\n\nPK\n'
    b"--b--\n"
)


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


def test_a_whole_name_in_the_text_is_a_first_name_in_the_mail(clean: str) -> None:
    path = Path(clean)
    path.write_bytes(path.read_bytes().replace(b"it rains.", b"it rains.\n\nTom Barker"))
    found = _replayed(clean)
    assert found["held"] == []
    assert "Barker" not in found["outgoing"]


@pytest.mark.parametrize("told", ["tom@mail.example", "203.0.113.77", "abc123def@mail.example"])
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


def test_no_mail_is_read_in_this_process(clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks about a strange mail may hold a poisonous one in their hands."""
    monkeypatch.setattr(inbound, "parse", None)
    monkeypatch.setattr(images, "reencode", None)
    Path(clean).write_bytes(WITH_PICTURE)
    found = _replayed(clean)
    assert [(one["name"], one["kind"]) for one in found["attachments"]] == [("plum.png", "image"), ("a.zip", "removed")]
    assert found["held"] == ["picture"]
    assert 'filename="picture-1.png"' in found["outgoing"]


def test_many_files_answer_in_their_order(clean: str, letter: str) -> None:
    out = io.StringIO()
    names = [clean, "/nowhere.eml", letter] * 7
    assert replay_files(names, json_lines=True, out=out) == 1
    assert [json.loads(line)["file"] for line in out.getvalue().splitlines()] == names


def test_every_line_has_what_is_measured(clean: str) -> None:
    wanted = {"class", "kept_text", "removed_text", "attachments", "findings", "bounces", "outgoing"}
    assert wanted <= set(_replayed(clean))


def _told(*names: str) -> str:
    out = io.StringIO()
    replay_files(list(names), json_lines=False, out=out)
    return out.getvalue()


def test_for_people(clean: str, letter: str) -> None:
    steps = _told(clean)
    assert steps.startswith(f"{clean}\n 1. whose: …@mail.example: nobody of ours vouches for it")
    for step in ("2. class: human: ", "3. title: Rain", "4. the writer's own words:", "5. cut, and kept beside it"):
        assert step in steps
    assert "6. outgoing, once the writer's first letters were read:\n      | From: " in steps
    assert "noticed: email at 9 to" in _told(letter)
    assert "waits for a moderator: finding" in _told(letter)
    assert "outgoing: nothing leaves before a person looked" in _told(letter)
    assert "cannot be opened: FileNotFoundError" in _told("/nowhere.eml")


def test_for_people_what_a_report_says(clean: str) -> None:
    Path(clean).write_bytes(
        b"From: Mailer-Daemon@mx.example\nReturn-Path: <>\nSubject: failure notice\n\n"
        b"<tom@mail.example>:\n550 5.1.1 no such user\n"
    )
    steps = _told(clean)
    assert "1. class: bounce: a delivery report" in steps
    assert "2. reported: …@mail.example unknown_address 5.1.1: the mailbox is written to no more" in steps
    Path(clean).write_bytes(b"Auto-Submitted: auto-replied\nFrom: tom@mail.example\nSubject: Away\n\nI am away.\n")
    assert "1. class: auto_reply: a machine answered: dropped and counted" in _told(clean)
