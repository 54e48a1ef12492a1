"""Does the mailroom refuse a certificate that no mail server could use, and name the setting?"""

import ssl
from pathlib import Path

import pytest

from penfriends.errors import BadSettings
from penfriends.settings import Settings
from tests.support import certificates
from tests.support.certificates import Pair
from workers.certificate import tls_of


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certificates.make(tmp_path_factory.mktemp("good"))


def fault_of(certificate: str, key: str = "") -> str:
    with pytest.raises(BadSettings) as caught:
        tls_of(Settings(mailroom_certificate=certificate, mailroom_certificate_key=key))
    return str(caught.value)


def test_a_certificate_with_its_key_is_taken_in_one_file_or_two(good: Pair, tmp_path: Path) -> None:
    both = tmp_path / "both"
    both.write_bytes(Path(good.certificate).read_bytes() + Path(good.key).read_bytes())
    in_one = tls_of(Settings(mailroom_certificate=str(both)))
    in_two = tls_of(Settings(mailroom_certificate=good.certificate, mailroom_certificate_key=good.key))
    for context in (in_one, in_two):
        assert context is not None
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_without_a_certificate_there_is_no_encryption() -> None:
    assert tls_of(Settings()) is None


@pytest.mark.parametrize(
    ("begins", "ends", "fault"),
    [
        ("20200101000000Z", "20200102000000Z", "certificate has expired"),
        ("20980101000000Z", "20990101000000Z", "certificate is not yet valid"),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(tmp_path: Path, begins: str, ends: str, fault: str) -> None:
    pair = certificates.make(tmp_path, begins=begins, ends=ends)
    assert fault_of(pair.certificate, pair.key) == (
        f"PENFRIENDS_MAILROOM_CERTIFICATE: {pair.certificate} cannot be used: {fault}"
    )


def test_the_key_of_another_certificate_is_refused(good: Pair, tmp_path: Path) -> None:
    other = certificates.make(tmp_path)
    assert fault_of(good.certificate, other.key) == (
        "PENFRIENDS_MAILROOM_CERTIFICATE_KEY: the key is not that of the certificate"
    )


def test_what_is_no_certificate_is_named(good: Pair, tmp_path: Path) -> None:
    none, junk = str(tmp_path / "none"), tmp_path / "junk"
    junk.write_text("no certificate")
    assert fault_of(none) == f"PENFRIENDS_MAILROOM_CERTIFICATE: {none} cannot be read (No such file or directory)"
    assert fault_of(good.certificate, none).startswith(f"PENFRIENDS_MAILROOM_CERTIFICATE_KEY: {none} cannot be read")
    for certificate, key in ((str(junk), ""), (good.certificate, ""), (good.certificate, str(junk))):
        assert fault_of(certificate, key).startswith("PENFRIENDS_MAILROOM_CERTIFICATE: ")
    assert fault_of("", good.key).startswith("PENFRIENDS_MAILROOM_CERTIFICATE: set it together")
