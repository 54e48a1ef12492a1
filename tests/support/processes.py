"""How does a test run a part of penfriends as a process of its own, to kill it at the worst moment?"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests import builders

_numbers = count(1)
PATIENCE = 45.0  # seconds; a part starts in two, but not on a machine that does ten things at once
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Part:
    """A running part; what it says goes to a file that a failing test can show."""

    process: asyncio.subprocess.Process
    log: Path

    async def kill(self) -> None:
        """kill -9: no farewell, no clean-up."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """What a supervisor does: SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()

    async def ends(self, within: float = PATIENCE) -> int:
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def says(self, word: str, within: float = PATIENCE) -> None:
        """Wait until the part has said `word`."""

        async def said() -> bool:
            if self.process.returncode is not None:
                raise RuntimeError(self.log.read_text())
            return word in self.log.read_text()

        await until(said, within)


def environment(folder: Path, **chosen: str | int) -> dict[str, str]:
    """Settings as a deployment would give them, with the domains and the secret of tests/builders.py."""
    at = builders.AT
    values = {
        "BASE_URL": at.base_url, "MAIL_DOMAIN": at.mail_domain, "BOUNCE_DOMAIN": at.bounce_domain,
        "TEAM_ADDRESS": at.team_address, "SECRET_KEY": at.key.decode(), "AUTHSERV_ID": builders.POLICY.authserv_id,
        "VAR_DIR": str(folder), "UNDO_MINUTES": "0", "READ_FIRST_LETTERS": "0", "SAMPLE_ONE_IN": "1000000",
        **{name.upper(): str(value) for name, value in chosen.items()},
    }  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PENFRIENDS_")}
    return {**inherited, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **{f"PENFRIENDS_{k}": v for k, v in values.items()}}


@asynccontextmanager
async def running(name: str, folder: Path, **chosen: str | int) -> AsyncIterator[Part]:
    """`penfriends <name>` until the end of the block, in `folder`, so that no `.env` of a developer is read."""
    log = folder / f"{name}-{next(_numbers)}.log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "penfriends", name,
            env=environment(folder, **chosen), cwd=folder, stdout=file, stderr=file,
        )  # fmt: skip
    part = Part(process, log)
    try:
        yield part
    finally:
        if process.returncode is None:
            await part.kill()


async def until(holds: Callable[[], Awaitable[object]], within: float = PATIENCE) -> None:
    """Ask again and again whether it `holds` now. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 (other processes set no events)
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
