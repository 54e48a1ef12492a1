"""Where does mail go in development? Into a folder, where a developer can read it: a mail server that sends nothing on.

Each mail is a pair of files, `<time>-<id>.eml` with the bytes and `.json` with the envelope. The `.json` comes last,
so whoever lists the folder sees only mails that are complete.
"""

import asyncio
import json
import os
import re
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from penfriends.clock import utc_now
from penfriends.ids import uuid7
from penfriends.settings import settings

_ID = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class PostedMail:
    """One mail that was posted in development, its envelope and its bytes."""

    id: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received_at: datetime
    raw: bytes


def main() -> None:
    """Runs until it is told to stop."""
    chosen = settings()
    folder = chosen.var_dir / "post"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(folder, chosen.postbox_port, chosen.mail_size_limit))


async def serve(folder: Path, port: int, size_limit: int) -> None:
    """Takes mail on the loopback interface until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await open_postbox(folder, port, size_limit)
    async with server:
        await stopped.wait()


async def open_postbox(folder: Path, port: int, size_limit: int) -> asyncio.Server:
    """A listening server; port 0 takes any free one."""
    loop = asyncio.get_running_loop()

    def speak() -> SMTP:
        return SMTP(_Sink(folder), data_size_limit=size_limit, hostname="localhost", ident="penfriends postbox")

    return await loop.create_server(speak, "127.0.0.1", port)


class _Sink:
    """What aiosmtpd asks of a handler: one method."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            await asyncio.to_thread(
                store, self.folder, content, envelope.mail_from or "", tuple(envelope.rcpt_tos), utc_now()
            )
        except OSError:
            return "451 4.3.0 The postbox cannot write, try again later"
        return "250 2.0.0 In the postbox"


def store(folder: Path, raw: bytes, envelope_from: str, envelope_to: tuple[str, ...], now: datetime) -> str:
    """Writes both files durably, the envelope last; returns the mail's id."""
    mail_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{uuid7().hex[-8:]}"
    envelope = {"from": envelope_from, "to": list(envelope_to), "received_at": now.astimezone(UTC).isoformat()}
    _write(folder / f"{mail_id}.eml", raw)
    _write(folder / f"{mail_id}.json", json.dumps(envelope, ensure_ascii=False, indent=1).encode())
    return mail_id


def list_mail(folder: Path) -> list[PostedMail]:
    """Every complete mail in the folder, the newest first."""
    names = sorted((path.stem for path in folder.glob("*.json")), reverse=True)
    return [mail for name in names if (mail := read_mail(folder, name)) is not None]


def read_mail(folder: Path, mail_id: str) -> PostedMail | None:
    """One mail; None if there is none of that id, or if the id is no id at all (it may come from an address bar)."""
    if not _ID.match(mail_id):
        return None
    try:
        envelope = json.loads((folder / f"{mail_id}.json").read_bytes())
        raw = (folder / f"{mail_id}.eml").read_bytes()
    except FileNotFoundError:
        return None
    received_at = datetime.fromisoformat(envelope["received_at"])
    return PostedMail(mail_id, envelope["from"], tuple(envelope["to"]), received_at, raw)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


if __name__ == "__main__":
    main()
