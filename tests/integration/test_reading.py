"""Does a mail that hurts the process which reads it hurt nothing else, and does a person get to see it?"""

import base64
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from penfriends.mail import frames, inbound, plain
from penfriends.mail.confined import MOST_MAILS
from penfriends.mail.frames import BadFrame, Frame
from penfriends.mail.inbound import MailClass
from penfriends.models.delivery import RawMailState
from tests.support.story import house_on
from workers.letters import read_mail
from workers.main import JOB_TIMEOUT
from workers.reading import DRAWING, LARGE, SMALL, Allowance, Confined, Reader

LETTERS = sorted((Path(__file__).parents[1] / "letters").glob("*.eml"))
MEGABYTE = 1024 * 1024
PLAIN = b"From: a@mail.example\nSubject: Plums\n\nRipe!\n"
LABORIOUS = b"From: a@mail.example\nContent-Type: text/html\n\n" + b"<p>a&amp;</p><blockquote>" * 38_000
HUNGRY = Allowance(1 * MEGABYTE, 20, 60)
HURRIED = Allowance(64 * MEGABYTE, 0.02, 60)
ALONE = """
import os, socket, sys
from penfriends.mail import confined
size = confined._SizeOf()
confined._load_everything()
confined._confine(size.now())
def refused(act):
    try:
        act()
    except OSError:
        return True
    return False
print(
    refused(lambda: open("/etc/passwd")),
    refused(lambda: socket.socket()),
    refused(lambda: os.pipe()),
    sorted(name for name in sys.modules if name in ("sqlalchemy", "penfriends.settings", "penfriends.db", "pickle")),
    sorted(name for name in os.environ if "PENFRIENDS" in name),
)
"""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def without_bytes(mail: inbound.ParsedMail) -> inbound.ParsedMail:
    return replace(mail, attachments=tuple(replace(one, data=b"") for one in mail.attachments))


def test_what_comes_back_is_what_was_parsed(reader: Reader) -> None:
    for path in LETTERS:
        raw = path.read_bytes()
        assert reader.parse(raw) == (without_bytes(inbound.parse(raw)), inbound.headers(raw)), path.name


def test_it_has_no_secret_and_can_open_nothing() -> None:
    answer = subprocess.run([sys.executable, "-I", "-c", ALONE], capture_output=True, text=True, timeout=60, env={})
    assert answer.stdout.split() == ["True", "True", "True", "[]", "[]"], answer.stderr


def test_it_is_started_without_our_environment(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENFRIENDS_SECRET_KEY", "swordfish" * 5)
    one = Confined()
    seen = Path(f"/proc/{one._process.pid}/environ").read_bytes()
    fds = {str(link.readlink()).split(":")[0] for link in Path(f"/proc/{one._process.pid}/fd").iterdir()}
    one.end()
    assert b"swordfish" not in seen
    assert fds <= {"pipe", "/dev/null", f"/proc/{one._process.pid}/statm"}


def test_every_character_set_can_still_be_read(reader: Reader) -> None:
    for label in ("iso-2022-jp", "utf-7", "koi8-u", "big5", "windows-1256", "gb2312", "euc-kr", "utf-16", "mac-roman"):
        raw = f"Content-Type: text/plain; charset={label}\n\n".encode() + "Grüße".encode()
        parsed, _ = reader.parse(raw)
        assert parsed.text == inbound.parse(raw).text, label


@pytest.mark.parametrize(
    ("allowance", "reasons"),
    [(HUNGRY, {"too_much_memory", "reader_died"}), (HURRIED, {"took_too_long"})],
    ids=["memory", "time"],
)
def test_what_takes_too_much_is_quarantined_and_the_next_mail_goes_on(allowance: Allowance, reasons: set[str]) -> None:
    reader = Reader(small=allowance)
    hurt, _ = reader.parse(LABORIOUS)
    well, _ = reader.parse(PLAIN)
    reader.close()
    assert hurt.mail_class is MailClass.QUARANTINED
    assert hurt.quarantine_reason in reasons
    assert (well.mail_class, well.kept_text.strip()) == (MailClass.HUMAN, "Ripe!")


def test_a_process_that_was_killed_while_it_waited_is_replaced() -> None:
    reader = Reader()
    reader.parse(PLAIN)
    [one] = reader._idle
    one._process.kill()
    one._process.wait()
    assert reader.parse(PLAIN)[0].mail_class is MailClass.HUMAN
    reader.close()


def test_a_process_is_not_kept_for_ever() -> None:
    reader = Reader()
    seen = set()
    for _ in range(MOST_MAILS + 2):
        reader.parse(PLAIN)
        seen |= {one._process.pid for one in reader._idle}
    reader.close()
    assert len(seen) == 2


def test_a_process_that_cannot_start_is_no_mail_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.reading.sys.executable", "/bin/false")
    with pytest.raises(OSError, match="does not start"):
        Reader().parse(PLAIN)


async def test_a_mail_that_kills_its_reader_waits_for_a_person(fresh_sqlite: str) -> None:
    async with house_on(fresh_sqlite) as house:
        poisonous = await house.take_in(LABORIOUS)
        harmless = await house.take_in(PLAIN)
        hurried = Reader(small=HURRIED)
        await read_mail(replace(house.tools, reader=hurried), poisonous)
        hurried.close()
        await read_mail(house.tools, harmless)
        row = await house.raw_mail(poisonous)
        assert (row.state, row.reason) == (RawMailState.QUARANTINED, "took_too_long")
        assert (await house.raw_mail(harmless)).state is not RawMailState.RECEIVED


@pytest.mark.parametrize(
    "lie",
    [
        {"mail_class": "admin"}, {"text": 5}, {"text": None}, {"from_addresses": "a@b.example"}, {"from_name": ["x"]},
        {"attachments": [{"name": "x"}]}, {"bounces": [1]}, {"subject": "x" * 100_000}, {"references": ["x"] * 2000},
    ],
)  # fmt: skip
def test_a_process_that_was_taken_over_can_only_say_what_a_mail_is(lie: dict[str, Any]) -> None:
    words = json.loads(json.dumps(asdict(without_bytes(inbound.parse(PLAIN))) | {"attachments": []})) | lie
    with pytest.raises(BadFrame):
        plain.mail_in(Frame({"mail": words, "headers": []}))


@pytest.mark.parametrize("sent", [b"\x00", b"\xff" * 8, b"\x00\x00\x00\x02\x00\x00\x00\x00[]", b"\x00" * 7 + b"\x05ab"])
def test_a_frame_that_is_none_is_refused(sent: bytes, tmp_path: Path) -> None:
    path = tmp_path / "frame"
    path.write_bytes(sent)
    with path.open("rb") as stream, pytest.raises(BadFrame):
        frames.read(stream)


def test_a_mail_that_is_too_large_is_not_even_sent(reader: Reader) -> None:
    parsed, _ = reader.parse(b"x" * (25 * MEGABYTE + 1))
    assert parsed.quarantine_reason == "mail_too_large"
    assert SMALL.memory == 64 * MEGABYTE


def test_a_job_outlasts_the_slowest_mail_and_a_second_try() -> None:
    assert 2 * (LARGE.patience + DRAWING.patience) < JOB_TIMEOUT


def test_a_picture_that_kills_the_process_costs_only_itself_and_what_stands_behind_it() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "purple").save(out, "JPEG")
    small = out.getvalue()
    out = io.BytesIO()
    Image.effect_noise((1600, 1600), 90).convert("RGB").save(out, "PNG")
    parts = "".join(
        f"--x\nContent-Type: image/png; name={name}\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.encodebytes(data).decode()}"
        for name, data in (("one.jpg", small), ("huge.png", out.getvalue()), ("three.jpg", small))
    )
    raw = f"From: a@mail.example\nContent-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n".encode()
    reader = Reader(drawing=Allowance(512 * MEGABYTE, 0.3, 60))
    drawn = reader.draw(raw, reader.parse(raw)[0])
    assert reader.parse(PLAIN)[0].mail_class is MailClass.HUMAN
    reader.close()
    assert (len(drawn.pictures), drawn.left_out) == (1, ("huge.png", "three.jpg"))
    patient = Reader()
    assert len(patient.draw(raw, patient.parse(raw)[0]).pictures) == 3
    patient.close()


def test_an_uploaded_file_is_drawn_anew_or_refused(reader: Reader) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "purple").save(out, "PNG", pnginfo=None)
    found = reader.picture(out.getvalue())
    assert found is not None
    assert (found.content_type, found.width, found.height) == ("image/png", 40, 30)
    assert [reader.picture(data) for data in (b"", b"<html>", b"x" * (25 * MEGABYTE + 1))] == [None] * 3
    assert reader.parse(PLAIN)[0].mail_class is MailClass.HUMAN


def test_an_uploaded_file_that_kills_the_process_is_refused() -> None:
    out = io.BytesIO()
    Image.effect_noise((1600, 1600), 90).convert("RGB").save(out, "PNG")
    impatient = Reader(drawing=Allowance(512 * MEGABYTE, 0.1, 60))
    assert impatient.picture(out.getvalue()) is None
    impatient.close()
