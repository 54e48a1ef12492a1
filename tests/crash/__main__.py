"""How is the harness started? `python -m tests.crash --schedules 100`, or `--seed N` to see one again."""

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash import postfix
from tests.crash.browser import Browser
from tests.crash.checker import Verdict
from tests.crash.house import Direct, standing
from tests.crash.nest import Nursery, nursery
from tests.crash.notes import Line, note, noted, table
from tests.crash.postfix import Postfix
from tests.crash.schedule import Schedule, schedule_for
from tests.crash.sink import listening
from tests.crash.story import play
from tests.support import processes
from tests.support.mail_programs import postfix_is_here

Playing = Callable[[Schedule], Awaitable[Verdict]]
AGAIN = 5_000_000  # is added to the seed: other names, the same schedule
HOUSES = ("sqlite", "postgres", "sqlite+postfix", "postgres+postfix")


async def run_house(nest: Nursery, kind: str, seeds: list[int], asked: argparse.Namespace) -> Line:
    """All schedules of one house, one after another, as long as there is time."""
    line = Line()
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        sink = await stack.enter_async_context(listening())
        ports = (processes.free_port(), processes.free_port(), processes.free_port())
        behind: Postfix | None = None
        if kind.endswith("postfix"):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="pf-postfix-")))
            behind = await stack.enter_async_context(postfix.running(sink, folder, ports[2]))
        house = await stack.enter_async_context(
            standing(nest, behind or Direct(sink), postgres=kind.startswith("postgres"), ports=ports)
        )
        browser = Browser(house.web_port)
        stack.push_async_callback(browser.close)

        async def playing(schedule: Schedule) -> Verdict:
            return await play(house, sink, browser, schedule, behind)

        for seed in seeds:
            start = time.monotonic()
            if asked.within and start - began > asked.within:
                break
            died = house.deaths.total() + house.smarthost.deaths
            verdict = await once_or_twice(kind, schedule_for(seed), playing)
            line.verdicts.append(verdict)
            if asked.notes:
                killed = house.deaths.total() + house.smarthost.deaths - died
                note(asked.notes, kind, seed, verdict, killed=killed, seconds=time.monotonic() - start)
            if asked.verbose or not verdict.kept_the_promise:
                print(f"{kind} seed {seed}: {verdict} in {time.monotonic() - start:.1f} s", flush=True)
            if not verdict.letters:
                break
        house.deaths["postfix"] += house.smarthost.deaths
        line.deaths, line.met = +house.deaths, sink.met
    line.seconds = time.monotonic() - began
    return line


async def once_or_twice(kind: str, schedule: Schedule, playing: Playing) -> Verdict:
    """Play a schedule. One in which no letter came to harm and something else was not as it should be is played again,
    by other people: a fault of ours shows twice, a machine that was too busy for the harness does not."""
    verdict = await _played(schedule, playing)
    if verdict.kept_the_promise or verdict.broke_it:
        return verdict
    print(f"{kind} seed {schedule.seed} is played again: {verdict}", flush=True)
    return await _played(replace(schedule, seed=schedule.seed + AGAIN), playing)


async def _played(schedule: Schedule, playing: Playing) -> Verdict:
    try:
        return await playing(schedule)
    except Exception as error:  # noqa: BLE001 (the other houses go on, and this one is looked at)
        return Verdict(complaints=[f"the harness broke off: {error!r}"])


async def main(asked: argparse.Namespace) -> int:
    if asked.sum:
        print(table(noted(asked.sum)))
        return 0
    kinds = [kind for kind in asked.house or HOUSES if postfix_is_here() or not kind.endswith("postfix")]
    if len(kinds) < len(asked.house or HOUSES):
        print("Left out: the houses behind Postfix. There is none here (apt-get install postfix), or we are not root.")
    seeds = [asked.seed] if asked.seed is not None else list(range(asked.first, asked.first + asked.schedules))
    shares = {kind: seeds if asked.seed is not None else seeds[place :: len(kinds)] for place, kind in enumerate(kinds)}
    async with nursery() as nest:
        done = await asyncio.gather(*(run_house(nest, kind, share, asked) for kind, share in shares.items()))
    lines = dict(zip(shares, done, strict=True))
    print(table(lines))
    print("killed or ended:", dict(sum((line.deaths for line in done), Counter())))
    print("what the world's mail servers did:", dict(sum((line.met for line in done), Counter()).most_common()))
    left = sum(map(len, shares.values())) - sum(len(line.verdicts) for line in done)
    if left:
        print(f"No time was left for {left} schedules.")
    ran = sum(len(line.verdicts) for line in done)
    if ran < asked.at_least:
        print(f"{ran} schedules are too few: {asked.at_least} were to run at least.")
        return 1
    return 0 if all(one.kept_the_promise for line in done for one in line.verdicts) else 1


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--schedules", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="only this schedule")
    parser.add_argument("--house", action="append", choices=HOUSES)
    parser.add_argument("--within", type=float, help="begin no schedule after so many seconds")
    parser.add_argument("--at-least", type=int, default=0, help="fail if fewer were run within that time")
    parser.add_argument("--notes", type=Path, help="a file that gets a line for each schedule")
    parser.add_argument("--sum", type=Path, nargs="+", help="only add up such files")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


async def until_told_to_stop() -> int:
    """The whole run; SIGTERM ends it in order, so that no server of ours is left behind."""
    run = asyncio.current_task()
    assert run is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, run.cancel)
    return await main(asked())


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(until_told_to_stop()))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(130)
