"""How does the house stand behind a real Postfix: as its smarthost, and as the border that mail comes in through?

An instance of its own, with its own configuration and queue, on loopback ports. Between the workers and it stands a
wire that can break: then Postfix has the mail and the worker does not know, which only Postfix's log can tell.
"""

import asyncio
import contextlib
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from penfriends.mail import return_path
from tests import builders
from tests.crash.schedule import ORDINARY, Fault
from tests.crash.sink import IMPATIENCE, SILENCE, Known, Sink
from tests.support import processes
from tests.support.postfix import DIE_WITH_US, QUEUES, SERVICES, is_here

__all__ = ["Postfix", "is_here", "running"]
_FROM = re.compile(rb"MAIL FROM:\s*<([^>]*)>", re.IGNORECASE)


class Postfix:
    """One running instance and the wire in front of it. The workers speak to `port`, the world to `inbound_port`."""

    # The workers read its log. What it took is settled; that it never saw a mail it can say only with times that run
    # with the clock of the house, which its own do not: so what was cut off stays unsure.
    truthful = False

    def __init__(self, folder: Path, sink: Sink, inbound_port: int) -> None:
        self.folder, self.sink, self.inbound_port = folder, sink, inbound_port
        self.port = 0
        self.log = folder / "log"
        self.settings: dict[str, str | int] = {"smarthost_log": str(self.log)}
        self.faults: Iterator[Fault] = iter(())

    def is_idle(self) -> bool:
        """No mail in any queue."""
        waiting = any(any((self.folder / "spool" / name).iterdir()) for name in QUEUES)
        return not waiting

    def nudge(self) -> None:
        """Try again now: a mail that was looked at while it was being delivered is forgotten for minutes otherwise."""
        subprocess.run(["postqueue", "-c", str(self.folder / "etc"), "-f"], capture_output=True, check=False)

    # --- the wire ----------------------------------------------------------------------------------------------------

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a worker to Postfix, which breaks where its fault says."""
        fault = next(self.faults, ORDINARY)
        self.sink.met[f"wire {fault.name}"] += 1
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.inbound_port)
            try:
                await self._converse(fault, (reader, writer), (inner_reader, inner_writer))
            finally:
                inner_writer.transport.abort()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.transport.abort()

    async def _converse(
        self,
        fault: Fault,
        worker: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        postfix: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        about, mails = Known(), 0
        worker[1].write(await _answer(postfix[0]))
        while line := await worker[0].readline():
            if found := _FROM.match(line):
                mails += 1
                if mails > 1:  # one more on a kept connection: a fate of its own
                    fault = next(self.faults, ORDINARY)
                    self.sink.met[f"wire {fault.name}"] += 1
                delivery_id = return_path.verify(found.group(1).decode(), builders.AT.key)
                about = self.sink.known.setdefault(delivery_id, Known()) if delivery_id else Known()
            said = line[:4].upper()
            if said == b"DATA" and fault.step == "DATA":
                about.lied = True
                return
            postfix[1].write(line)
            answer = await _answer(postfix[0])
            worker[1].write(answer)
            if said == b"DATA" and answer.startswith(b"354"):
                await self._data(fault, about, worker, postfix)

    async def _data(
        self,
        fault: Fault,
        about: Known,
        worker: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        postfix: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        began = asyncio.get_running_loop().time()
        mail = await worker[0].readuntil(b"\r\n.\r\n")
        breaks = fault.step in ("MIDDLE", "DOT")
        about.lied = about.lied or breaks
        if breaks and not fault.taken:
            postfix[1].write(mail[: len(mail) // 2])
            raise EOFError
        postfix[1].write(mail)
        answer = await _answer(postfix[0])
        if fault.kind in ("silent", "late"):
            await asyncio.sleep(SILENCE)
        if breaks and fault.kind != "late":
            raise EOFError
        late = asyncio.get_running_loop().time() - began > IMPATIENCE  # on a busy machine: for the worker, silence
        about.lied = about.lied or late
        worker[1].write(answer)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """All lines of an answer. Raises EOFError."""
    lines = b""
    while True:
        line = await reader.readline()
        lines += line
        if not line:
            raise EOFError
        if line[3:4] != b"-":
            return lines


@asynccontextmanager
async def running(sink: Sink, folder: Path, lmtp_port: int) -> AsyncIterator[Postfix]:
    """Postfix until the end of the block. Mail for our domains goes to the mailroom, all other to the sink."""
    server = Postfix(folder, sink, processes.free_port())
    _configure(server, lmtp_port)
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(  # noqa: ASYNC220 (nothing else goes on yet)
            [*DIE_WITH_US, "postfix", "-c", str(folder / "etc"), "start-fg"],
            stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
        )  # fmt: skip
    wire = await asyncio.start_server(server.carry, "127.0.0.1", 0, limit=2**20)
    server.port = wire.sockets[0].getsockname()[1]
    try:
        await processes.until(lambda: _greets(server, process))
        yield server
    finally:
        wire.close()
        subprocess.run(["postfix", "-c", str(folder / "etc"), "stop"], capture_output=True, check=False)  # noqa: ASYNC221
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait()


async def _greets(server: Postfix, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"Postfix ended at once: {(server.folder / 'said').read_text()}{_read(server.log)}")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.inbound_port)
    except OSError:
        return False
    line = await reader.readline()
    writer.close()
    return line.startswith(b"220")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _configure(server: Postfix, lmtp_port: int) -> None:
    folder = server.folder
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    room = f"lmtp:inet:127.0.0.1:{lmtp_port}"
    ours = (builders.AT.mail_domain, builders.AT.bounce_domain)
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": str(folder / "spool"),
        "data_directory": str(folder / "data"),
        "maillog_file": str(server.log),
        "maillog_file_prefixes": str(folder),
        "myhostname": "smarthost.test",
        "mydestination": "",
        "alias_maps": "",
        "local_recipient_maps": "",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "relayhost": f"[127.0.0.1]:{server.sink.port}",
        "transport_maps": "inline:{ " + ", ".join(f"{{{one} = {room}}}" for one in ours) + " }",
        "smtp_dns_support_level": "disabled",
        "smtp_host_lookup": "native",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "2s",
        "queue_run_delay": "1s",
        "default_destination_concurrency_failed_cohort_limit": "0",
        "hash_queue_names": "hold",
        "smtpd_client_connection_rate_limit": "0",
        **{f"smtp_{step}_timeout": "3s" for step in ("connect", "helo", "mail", "rcpt", "data_init", "quit")},
    }
    (folder / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    door = f"127.0.0.1:{server.inbound_port} inet n - n - - smtpd\n"
    (folder / "etc" / "master.cf").write_text(door + SERVICES.lstrip())
