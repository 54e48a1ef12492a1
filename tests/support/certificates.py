"""How does a test get a certificate for a mail server, good or worn out? From openssl."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

LIST = """
[ca]
default_ca = own
[own]
database = list
serial = serial
policy = any
new_certs_dir = .
default_md = sha256
[any]
commonName = supplied
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, both PEM files."""

    certificate: str
    key: str


def make(folder: Path, *, begins: str = "20260101000000Z", ends: str = "20991231235959Z") -> Pair:
    """A certificate for mail.test that was made by itself. Skips the test where there is no openssl."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl here to make a certificate with")
    (folder / "list").touch()
    (folder / "list.cnf").write_text(LIST)
    asking = [
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=mail.test",
        "-out",
        "asked",
        "-keyout",
        "key",
    ]
    giving = ["ca", "-batch", "-selfsign", "-notext", "-config", "list.cnf", "-rand_serial", "-keyfile", "key", "-in"]
    giving += ["asked", "-startdate", begins, "-enddate", ends, "-out", "certificate"]
    for words in (asking, giving):
        subprocess.run([program, *words], check=True, capture_output=True, timeout=60, cwd=folder)
    return Pair(str(folder / "certificate"), str(folder / "key"))
