"""Do the parts of one run live, die and end as they should? Tried with small stand-in programs."""

import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis.asyncio
from rich.console import Console

from penfriends import supervisor
from penfriends.errors import BadSettings
from penfriends.processes import Part, Processes, Rhythm
from penfriends.settings import Settings
from tests.support.processes import PATIENCE, until

FAST = Rhythm(pauses=(0.01, 0.02), deaths=3, window=600, grace=60)
SLEEP = ("sleep", "600")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def run(parts: list[Part], console: Console, *said: str, rhythm: Rhythm = FAST) -> int:
    """Start the parts in order, let them live until all of `said` are shown (or until one gives up), end them."""
    stop = asyncio.Event()
    processes = Processes(stop, rhythm, console)
    for part in parts:
        processes.start(part)

    async def heard() -> bool:
        return stop.is_set() or all(line in shown(console).splitlines() for line in said)

    try:
        await until(heard)
    finally:
        stop.set()
        code = await processes.end()
    return code


def trapping(name: str, diary: Path) -> Part:
    """A part that notes in the diary that it was told to end."""
    script = f"trap 'echo {name} >>{diary}; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    return Part(name, ("sh", "-c", script))


async def test_lines_are_shown_under_the_name_of_their_part(console: Console) -> None:
    code = await run([Part("web", ("sh", "-c", "echo up; echo err >&2; exec sleep 600"))], console, "web      err")
    assert code == 0
    assert shown(console).splitlines() == ["web      up", "web      err"]


async def test_a_line_that_would_only_worry_is_not_shown(console: Console) -> None:
    part = Part("valkey", ("sh", "-c", "echo WARNING overcommit; echo ready; exec sleep 600"), unsaid="overcommit")
    await run([part], console, "valkey   ready")
    assert shown(console).splitlines() == ["valkey   ready"]


async def test_a_part_is_told_what_it_needs(console: Console) -> None:
    part = Part("web", ("sh", "-c", "echo $WHERE; exec sleep 600"), {"WHERE": "unix:///x"})
    assert await run([part], console, "web      unix:///x") == 0


async def test_a_part_that_dies_is_started_again(console: Console, tmp_path: Path) -> None:
    once = f"test -e {tmp_path}/been || {{ touch {tmp_path}/been; exit 3; }}; echo back; exec sleep 600"
    assert await run([Part("worker", ("sh", "-c", once))], console, "worker   back") == 0
    assert "ended by itself (code 3), starting again in 0.01 s" in shown(console)


@pytest.mark.parametrize("command", [("false",), ("/nowhere/program",), ("sh", "-c", "kill -9 $$")])
async def test_a_part_that_cannot_live_ends_everything(console: Console, command: tuple[str, ...]) -> None:
    assert await run([Part("web", SLEEP), Part("worker", command)], console, "never said") == 1
    assert "worker   ended 3 times in a short while" in shown(console)


async def test_the_last_started_ends_first(console: Console, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    names = ("valkey", "worker", "mailroom", "web")
    parts = [trapping(name, diary) for name in names]
    assert await run(parts, console, *(f"{name:<8} up" for name in names)) == 0
    assert diary.read_text().split() == ["web", "mailroom", "worker", "valkey"]


async def test_who_does_not_end_is_killed(console: Console) -> None:
    deaf = Part("web", ("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"))
    rhythm = Rhythm(pauses=(0.01,), grace=0.5)
    assert await run([Part("valkey", SLEEP), deaf], console, "web      up", rhythm=rhythm) == 0
    assert "web      did not end in time, killed" in shown(console)


def test_parts_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio
from penfriends.processes import Part, Processes
async def main():
    Processes(asyncio.Event()).start(Part("web", ("sh", "-c", "echo $$ >{tmp_path}/pid; exec sleep 600")))
    await asyncio.sleep(600)
asyncio.run(main())
"""
    supervisor_process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    pid = int(wait_for_text(tmp_path / "pid"))
    supervisor_process.kill()
    supervisor_process.wait(PATIENCE)
    assert ends_within(pid, PATIENCE)


def wait_for_text(path: Path) -> str:
    for _ in range(int(PATIENCE / 0.02)):
        if path.exists() and (text := path.read_text().strip()):
            return text
        time.sleep(0.02)
    raise AssertionError(f"{path} was not written")


def ends_within(pid: int, seconds: float) -> bool:
    """A process that nobody has waited for yet (a zombie, in a container without init) has ended too."""
    for _ in range(int(seconds / 0.05)):
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        ports = [supervisor.Port("PENFRIENDS_WEB_PORT", "127.0.0.1", number)]
        with pytest.raises(BadSettings, match=f"PENFRIENDS_WEB_PORT: port {number} .* in use"):
            supervisor.refuse_taken_ports(ports)


def test_a_queue_that_was_set_is_not_started(tmp_path: Path) -> None:
    queue = supervisor.queue_of(Settings(var_dir=tmp_path, redis_url="redis://valkey:6379/0"))
    assert (queue.url, queue.part) == ("redis://valkey:6379/0", None)


def test_a_folder_with_a_long_name_still_gets_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20)
    folder.mkdir()
    assert len(os.fsencode(supervisor.queue_of(Settings(var_dir=folder)).socket)) <= supervisor.LONGEST_SOCKET_PATH


# Stand-ins for the Python parts: the site answers every request, the others only live.
SITE = """
import http.server, os
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(os.environ["PENFRIENDS_REDIS_URL"].encode())
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
"""


async def test_a_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with_free_ports(tmp_path)

    def stand_ins(_: Settings, redis_url: str) -> list[Part]:
        environment = {"PENFRIENDS_REDIS_URL": redis_url, "PORT": str(settings.web_port)}
        return [Part("worker", SLEEP), Part("web", (sys.executable, "-c", SITE), environment)]

    monkeypatch.setattr(supervisor, "parts_of", stand_ins)
    greeted = asyncio.Event()
    running = asyncio.create_task(supervisor.supervise(settings, greeted.set))
    await asyncio.wait_for(greeted.wait(), PATIENCE)
    async with redis.asyncio.from_url(supervisor.queue_of(settings).url) as client:
        assert await client.ping()
    with pytest.raises(BadSettings, match="another penfriends runs"):
        await supervisor.supervise(settings, greeted.clear)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, PATIENCE) == 0


def settings_with_free_ports(folder: Path) -> Settings:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(4)]
        web, smtp, lmtp, postbox = (one.getsockname()[1] for one in sockets)
    return Settings(
        var_dir=folder, web_port=web, mailroom_smtp_port=smtp, mailroom_lmtp_port=lmtp, postbox_port=postbox
    )
