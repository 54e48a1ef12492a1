"""What does each step of the way cost? The whole house in one process, one step after the other over all letters.

    python -m bench.way.stages '{"url": …, "port": …, "sink": …, "letters": …}'

The mailroom takes every mail, then every mail is read, then every letter is screened, then each is delivered, so that
the processor time of this process and of its reader falls to one step. Within a step the pure functions have
stop-watches; what is left of it is the database: statements, rows into objects, commits.
"""

import asyncio
import functools
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

from sqlalchemy import event

from bench.way.outside import seconds_of
from penfriends import logs
from penfriends.actions import letters
from penfriends.db import Database, make_engine
from penfriends.jobs import Job
from penfriends.mail import leaks, notices, outbound, smtp
from penfriends.mail.signing import Signer
from penfriends.settings import Settings, settings
from tests.support.keys import key_in_pem
from workers import delivery
from workers import letters as reading
from workers.mailroom import Door, smtp_factory
from workers.tools import Tools, tools_for

SIGNED = 20  # times the last mail
WATCHED: tuple[tuple[str, Any, str], ...] = (
    ("screening", letters, "screen"),
    ("building and gate", notices, "render"),
    ("building and gate", outbound, "build"),
    ("building and gate", outbound, "parsed"),
    ("building and gate", outbound, "headers_outside_list"),
    ("building and gate", leaks, "find_leaks"),
)


@dataclass
class Watches:
    """Seconds by name, of this process alone."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    statements: Counter[str] = field(default_factory=Counter)
    step: str = "receiving"
    running: bool = False
    last_mail: bytes = b""

    def begin(self, step: str) -> None:
        self.step, self.running = step, True

    def end(self) -> None:
        self.running = False

    def add(self, name: str, seconds: float) -> None:
        if self.running:
            self.seconds[name] += seconds

    def around(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(inner)
        def timed(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return inner(*given, **named)
            finally:
                self.add(name, time.process_time() - start)

        return timed

    def sending(self, inner: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The conversation with the smarthost, without the check and the commit in the middle of it."""

        async def timed(raw: bytes, *, before_data: Callable[[], Awaitable[bool]], **named: Any) -> Any:
            inside = 0.0
            self.last_mail = raw

            async def check() -> bool:
                nonlocal inside
                start = time.process_time()
                found = await before_data()
                inside += time.process_time() - start
                return found

            start = time.process_time()
            outcome = await inner(raw, before_data=check, **named)
            self.add("sending", time.process_time() - start - inside)
            return outcome

        return timed

    def count(self, *_given: Any) -> None:
        self.statements[self.step] += 1


async def run(url: str, port: int, sink: int, *, warm: int, wanted: int) -> dict[str, Any]:
    """Take mails in at `port` and bring them to `sink`; seconds and statements by step of those after `warm`."""
    chosen = settings().model_copy(update={"smtp_port": sink})
    asked: dict[Job, list[UUID]] = {job: [] for job in Job}

    async def nudge(job: Job, subject: UUID | None) -> None:
        if subject is not None:
            asked[job].append(subject)

    database = Database(make_engine(url), nudge)
    tools = tools_for(chosen, database)
    watches = Watches()
    event.listen(database.engine.sync_engine, "before_cursor_execute", watches.count)
    with ExitStack() as patches:
        for name, module, function in WATCHED:
            watched = watches.around(name, getattr(module, function))
            patches.enter_context(mock.patch.object(module, function, watched))
        patches.enter_context(mock.patch.object(smtp, "send", watches.sending(smtp.send)))
        steps = await _steps(tools, chosen, watches, asked, port, warm, wanted)
    await database.close()
    return {
        "steps": steps,
        "watched": dict(watches.seconds),
        "signing": _signing(watches.last_mail),
        "statements": {step: count for step, count in watches.statements.items() if step != "warm"},
    }


async def _steps(
    tools: Tools, chosen: Settings, watches: Watches, asked: dict[Job, list[UUID]], port: int, warm: int, wanted: int
) -> dict[str, float]:
    server = await asyncio.get_running_loop().create_server(smtp_factory(Door(tools), chosen), "127.0.0.1", port)
    print("open", flush=True)
    await _until(lambda: len(asked[Job.READ_MAIL]) >= warm)
    watches.statements.clear()
    start, already = seconds_of(os.getpid()), len(asked[Job.READ_MAIL])
    await _until(lambda: len(asked[Job.READ_MAIL]) >= warm + wanted)
    spent = {"receiving": (seconds_of(os.getpid()) - start) * wanted / (warm + wanted - already)}
    server.close()
    jobs: tuple[tuple[Job, Callable[[Tools, UUID], Awaitable[None]]], ...] = (
        (Job.READ_MAIL, reading.read_mail),
        (Job.SCREEN_LETTER, reading.screen_letter),
        (Job.DELIVER, delivery.deliver),
    )
    for job, work in jobs:
        for subject in asked[job][:warm]:
            watches.step = "warm"
            await work(tools, subject)
        watches.begin(job.value)
        start, own = seconds_of(os.getpid()), time.process_time()
        for subject in asked[job][warm : warm + wanted]:
            await work(tools, subject)
        spent[job.value] = time.process_time() - own
        if job is Job.READ_MAIL:
            spent["reader"] = seconds_of(os.getpid()) - start - spent[job.value]
        watches.end()
    return spent


def _signing(raw: bytes) -> float:
    """Seconds that a signature with a key of usual length takes: only a house without a mail server signs by itself."""
    signer = Signer("bench", "penfriends.example", key_in_pem(2048))
    signer.sign(raw)
    start = time.process_time()
    for _ in range(SIGNED):
        signer.sign(raw)
    return (time.process_time() - start) / SIGNED


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 (the wishes of transactions set no event)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    logs.set_up("warning")
    if told.get("profile"):
        import cProfile

        profile = cProfile.Profile()
        profile.enable()
    found = asyncio.run(run(told["url"], told["port"], told["sink"], warm=told["warm"], wanted=told["letters"]))
    if told.get("profile"):
        profile.disable()
        profile.dump_stats(told["profile"])
    print(json.dumps(found), flush=True)
