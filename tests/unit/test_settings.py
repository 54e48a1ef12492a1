"""Does an installation refuse to start as it must not be, and say which setting is wrong?"""

from pathlib import Path

import pytest

from penfriends.errors import BadSettings
from penfriends.settings import Settings, UnauthenticatedMail, load

PRODUCTION = {
    "PENFRIENDS_ENVIRONMENT": "production",
    "PENFRIENDS_SECRET_KEY": "x7" * 20,
    "PENFRIENDS_BASE_URL": "https://post.example.org",
    "PENFRIENDS_MAIL_DOMAIN": "letters.example.org",
    "PENFRIENDS_BOUNCE_DOMAIN": "bounce.example.org",
    "PENFRIENDS_TEAM_ADDRESS": "team@example.org",
    "PENFRIENDS_AUTHSERV_ID": "mx.example.org",
}


def loaded(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    """The settings of a production with some of them changed; an empty text takes one away."""
    for name, value in {**PRODUCTION, **changes}.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    return load({name: value for name, value in {**PRODUCTION, **changes}.items() if value})


def test_a_whole_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    made = loaded(monkeypatch)
    assert not made.development
    assert made.secure_cookies
    assert made.unauthenticated_mail is UnauthenticatedMail.HOLD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PENFRIENDS_SECRET_KEY", ""),
        ("PENFRIENDS_SECRET_KEY", "short"),
        ("PENFRIENDS_BASE_URL", "http://post.example.org"),
        ("PENFRIENDS_MAIL_DOMAIN", ""),
        ("PENFRIENDS_BOUNCE_DOMAIN", ""),
        ("PENFRIENDS_TEAM_ADDRESS", ""),
        ("PENFRIENDS_AUTHSERV_ID", ""),
        ("PENFRIENDS_UNAUTHENTICATED_MAIL", "accept"),
        ("PENFRIENDS_LANGUAGES", "en,tlh"),
        ("PENFRIENDS_SMTP_PORT", "many"),
        ("PENFRIENDS_DNS_SERVER", "dns.example.org:53"),
        ("PENFRIENDS_DNS_SERVER", "192.0.2.1"),
        ("PENFRIENDS_DNS_SERVER", "192.0.2.1:99999"),
    ],
)
def test_what_production_must_not_be_names_itself(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        loaded(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "stands"),
    [
        ("PENFRIENDS_READ_FIRST_LETTERS", "4", False),
        ("PENFRIENDS_READ_FIRST_LETTERS", "6", True),
        ("PENFRIENDS_SAMPLE_ONE_IN", "21", False),
        ("PENFRIENDS_SAMPLE_ONE_IN", "10", True),
    ],
)
def test_R23_an_installation_has_more_letters_read_and_never_fewer(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, stands: bool
) -> None:
    if stands:
        assert loaded(monkeypatch, **{name: value})
    else:
        with pytest.raises(BadSettings, match=name):
            loaded(monkeypatch, **{name: value})


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file-" * 4 + "\n", encoding="utf-8")
    made = loaded(monkeypatch, PENFRIENDS_SECRET_KEY="", PENFRIENDS_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert made.secret_key == "from-a-file-" * 4


def test_a_file_that_is_not_there_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match="PENFRIENDS_SECRET_KEY_FILE"):
        loaded(monkeypatch, PENFRIENDS_SECRET_KEY_FILE="/nowhere/key")


def test_the_site_is_reached_at_the_port_it_was_given() -> None:
    assert Settings(web_port=9123).base_url == "http://127.0.0.1:9123"
    assert Settings(web_port=9123, base_url="http://localhost:1").base_url == "http://localhost:1"
