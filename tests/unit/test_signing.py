"""Does a signature cover what it should, and is a key looked at before anybody relies on it?"""

from pathlib import Path

import dkim
import pytest

from penfriends.doorkeys import signer_of
from penfriends.errors import BadSettings
from penfriends.mail.signing import BadKey, Signer, unsigned
from penfriends.settings import load
from tests.support.keys import BITS, key_in_pem, public_record

RAW = b"From: a@letters.test\r\nTo: b@post.example\r\nSubject: Hello\r\n\r\nHello\r\n"


def test_the_public_half_is_what_stands_in_dns() -> None:
    signer = Signer("pf1", "letters.test", key_in_pem())
    assert BITS - 1 <= signer.bits() <= BITS
    assert f"v=DKIM1; k=rsa; p={signer.public_half()}".encode() == public_record()
    assert dkim.verify(signer.sign(RAW), dnsfunc=lambda *_, **__: public_record())
    assert not dkim.verify(signer.sign(RAW), dnsfunc=lambda *_, **__: b"v=DKIM1; p=")


@pytest.mark.parametrize("key", ["", "no key", key_in_pem()[:200], "schlüssel"])
def test_what_is_no_key_is_said_without_the_key(key: str) -> None:
    signer = Signer("pf1", "letters.test", key)
    with pytest.raises(BadKey) as told:
        signer.bits()
    with pytest.raises(BadKey):
        signer.public_half()
    assert "MII" not in str(told.value)
    with pytest.raises(BadKey):
        signer.sign(RAW)


def test_a_key_is_not_shown() -> None:
    assert "MII" not in repr(Signer("pf1", "letters.test", key_in_pem()))


def test_only_our_own_signature_at_the_top_is_taken_off() -> None:
    signed = Signer("pf1", "letters.test", key_in_pem()).sign(RAW)
    assert unsigned(signed) == RAW
    assert unsigned(RAW) == RAW
    assert unsigned(RAW.replace(b"To:", b"DKIM-Signature: x\r\nTo:")).count(b"DKIM-Signature") == 1
    assert unsigned(b"DKIM-Signature: without an end") == b"DKIM-Signature: without an end"


def test_selector_and_key_are_set_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENFRIENDS_DKIM_SELECTOR", "pf1")
    with pytest.raises(BadSettings, match="DKIM_SELECTOR"):
        load({})
    (tmp_path / "key").write_text(key_in_pem())
    signer = signer_of(load({"PENFRIENDS_DKIM_KEY_FILE": str(tmp_path / "key")}))
    assert signer is not None
    assert signer.sign(RAW).endswith(RAW)
