"""Does the command line say what it can do, do it, and fail in one line?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from penfriends import logs
from penfriends.mail.inbound import MailClass
from penfriends.rules.screening import Consequence, Kind
from tests.support.command import penfriends

ROOT = Path(__file__).parents[2]
COMMANDS = (
    *("run", "web", "worker", "mailroom", "postbox", "migrate", "demo", "moderator", "backup", "restore", "check"),
    *("screen", "replay", "pair-classes"),
)


def test_help_names_every_command(tmp_path: Path) -> None:
    said = penfriends(tmp_path, "--help").stdout
    assert [name for name in COMMANDS if f" {name} " not in said] == []


@pytest.mark.parametrize(("command", "words"), [("screen", (*Kind, *Consequence)), ("replay", tuple(MailClass))])
def test_help_lists_every_value(command: str, words: tuple[str, ...], tmp_path: Path) -> None:
    said = penfriends(tmp_path, command, "--help").stdout
    assert [word for word in words if word not in said] == []


def test_it_is_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "penfriends", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("penfriends ")


def test_help_is_quick(tmp_path: Path) -> None:
    code = (
        "import sys, penfriends.__main__; print([m for m in ('litestar', 'sqlalchemy', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_bad_settings_are_one_line_each(tmp_path: Path) -> None:
    for settings, lines in (
        ({"environment": "production"}, 6),
        ({"web_port": "eighty"}, 1),
        ({"languages": "en,tlh"}, 1),
    ):
        done = penfriends(tmp_path, "check", **settings)
        assert done.returncode == 2
        assert all(line.startswith("PENFRIENDS_") for line in done.stderr.splitlines())
        assert done.stderr.count("\n") == lines


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    done = penfriends(tmp_path, "migrate", database_url="postgresql+asyncpg://somebody@127.0.0.1:1/penfriends")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_check_before_and_after_migrating(tmp_path: Path) -> None:
    first = penfriends(tmp_path, "check")
    assert (first.returncode, "missing database" in first.stdout) == (0, True)
    assert penfriends(tmp_path, "migrate").returncode == 0
    second = penfriends(tmp_path, "check", smtp_port="1")
    assert (second.returncode, "fine    database" in second.stdout) == (0, True)
    wanted = {
        "environment": "production", "secret_key": "x" * 40, "base_url": "https://pen.test", "mail_domain": "a.test",
        "bounce_domain": "b.test", "team_address": "t@a.test", "authserv_id": "mx.test", "smtp_port": "1",
    }  # fmt: skip
    third = penfriends(tmp_path, "check", **wanted)
    assert (third.returncode, "wrong   mail server" in third.stdout) == (1, True)


def test_demo_once_and_only_in_development(tmp_path: Path) -> None:
    assert penfriends(tmp_path, "demo", "--if-empty").returncode == 0
    assert penfriends(tmp_path, "demo", "--if-empty").returncode == 0
    assert penfriends(tmp_path, "demo").returncode == 2
    invited = penfriends(tmp_path, "moderator", "add", "thetford", "new@team.example", "New Reader", "--language", "en")
    assert "/staff/invitation/" in invited.stdout
    named = penfriends(tmp_path, "moderator", "operates", "thetford", "tunde.bakare@team.example")
    assert "sees the page of mail health" in named.stdout
    assert penfriends(tmp_path, "moderator", "add", "atlantis", "new@team.example", "New").returncode == 1
    assert "6 months" in penfriends(tmp_path, "association", "keeps", "thetford", "6").stdout
    assert penfriends(tmp_path, "association", "keeps", "thetford", "13").returncode == 2
    assert penfriends(tmp_path, "backup", "saved").returncode == 0
    assert penfriends(tmp_path, "backup", "saved").returncode == 1
    assert penfriends(tmp_path, "restore", "saved").returncode == 0


def test_replay_answers_one_line_a_file(tmp_path: Path) -> None:
    file = ROOT / "tests/letters/gmail-en-top.eml"
    done = penfriends(tmp_path, "replay", "--json", str(file), "missing.eml")
    assert done.returncode == 1
    assert [json.loads(line).get("class") for line in done.stdout.splitlines()] == ["human", None]


def test_the_log_holds_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    try:
        try:
            raise ValueError("henk@post.example is wrong\nsecond line")
        except ValueError:
            structlog.get_logger().error("failed", who="Henk <henk@post.example>", exc_info=True)
        structlog.get_logger().debug("unseen")
        import logging

        logging.getLogger("library").warning("mail to %s", "kasia@post.example")
    finally:
        structlog.reset_defaults()
        logging.basicConfig(force=True)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "post.example" not in said
    assert "error=ValueError" in said
    assert "unseen" not in said
