"""How do parts start a hundred times as fast as programs? One process imports everything once, and forks.

A line of JSON on standard input names a part to start; the line that comes back is its process id. What runs in the
child is the very command of `penfriends`.
"""

import asyncio
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.crash import points

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
ANSWER_SECONDS = 4.0
LOADED = (
    "aiosqlite", "asyncpg", "penfriends.__main__", "penfriends.starting", "penfriends.app", "workers.main",
    "workers.mailroom", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto", "uvicorn.loops.auto",
    "uvicorn.lifespan.on",
)  # fmt: skip
POLL = 0.25  # seconds; looking for jobs ten times a second is most of what an idle worker does


def main() -> None:
    _die_with_parent()
    answers = os.fdopen(os.dup(1), "w")  # what is said while warming up is nobody's answer
    os.dup2(2, 1)
    points.change_clock()
    _load_everything()
    points.install()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    gc.freeze()  # what all share is not touched by each
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(wish)
        print(child, file=answers, flush=True)


def _load_everything() -> None:
    """What a part would import and set up at its start, as far as it is the same each time."""
    for name in LOADED:
        importlib.import_module(name)
    from sqlalchemy.orm import configure_mappers

    from penfriends.settings import Settings
    from penfriends.web import respond, routes
    from tests.crash import warm

    configure_mappers()
    respond.environment().get_template("site/safety.html")
    routes.handlers(Settings.model_construct())
    _be_impatient()
    _read_mail_here()
    warm.share_compiled_statements()
    asyncio.run(warm.one_letter())


def _be_impatient() -> None:
    """A mail server that says nothing is given up after seconds, not minutes; and two cores carry many workers."""
    import functools

    import workers.main
    from penfriends.mail.smtp import SmtpServer
    from workers import tools

    workers.main.POLL = POLL
    quick: Any = functools.partial(SmtpServer, timeout=ANSWER_SECONDS, data_timeout=ANSWER_SECONDS)
    vars(tools)["SmtpServer"] = quick


def _read_mail_here() -> None:
    """No process of its own for each reader of mail: starting those would take longer than all the rest."""
    from penfriends.mail import inbound
    from penfriends.mail.inbound import ParsedMail
    from penfriends.mail.mime_parts import Headers
    from workers.reading import Reader

    def parse(_reader: Reader, raw: bytes) -> tuple[ParsedMail, Headers]:
        return inbound.parse(raw), inbound.headers(raw)

    Reader.parse = parse  # type: ignore[method-assign,assignment]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _become(wish: dict[str, Any]) -> None:
    """In the child: forget the nursery, then be the part."""
    _die_with_parent()
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, number)
    os.environ.clear()
    os.environ.update(wish["environment"])
    os.chdir(wish["folder"])
    points.belong_to(Path(wish["folder"]))
    gc.set_threshold(20_000, 20, 50)  # it does not live long
    from penfriends.__main__ import app
    from penfriends.settings import settings

    settings.cache_clear()
    code = 1
    try:
        app([wish["part"]], standalone_mode=False)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 (the last line of a process)
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
