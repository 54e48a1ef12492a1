"""What is done before it runs: the database brought up to date, the demo loaded, the address told?

Imports stand inside, as in __main__: `penfriends --help` loads this, and nothing behind it.
"""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from penfriends.errors import BadSettings

if TYPE_CHECKING:
    from penfriends.settings import Settings

T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end; Ctrl-C ends without a stack."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


async def upgraded(settings: "Settings") -> None:
    """Bring the database to the newest shape. Raises BadSettings where it does not answer."""
    from penfriends import migrate
    from penfriends.db import make_engine

    settings.var_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database)
    try:
        await migrate.upgrade(engine)
    except OSError as error:
        raise BadSettings(f"PENFRIENDS_DATABASE_URL: the database does not answer ({type(error).__name__})") from error
    finally:
        await engine.dispose()


def load_demo(settings: "Settings", *, if_empty: bool) -> None:
    """Load the invented world, with a bar that tells how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(TextColumn("{task.description:28}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("The demo world", total=None)

        def progress(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        loaded = wait_for(_demo_loaded(settings, progress, if_empty=if_empty))
        bar.update(task, total=1, completed=1, description="Demo loaded" if loaded else "There are towns already")


async def _demo_loaded(settings: "Settings", progress: Any, *, if_empty: bool) -> bool:
    from penfriends.clock import utc_now
    from penfriends.demo.load import is_empty, load
    from penfriends.opening import opened

    async with opened(settings) as database, database.transaction() as db:
        if not await is_empty(db):
            if if_empty:
                return False
            raise BadSettings("PENFRIENDS_VAR_DIR: there are towns already; the demo wants an empty database")
        await load(db, now=utc_now(), progress=progress)
    return True


def announce(settings: "Settings") -> None:
    """Say where it is open, and in development who one can be."""
    from rich.console import Console

    say = Console(highlight=False, soft_wrap=True).print
    say(f"\n[bold]penfriends is open:[/bold] {settings.base_url}")
    if settings.development:
        say(f"  be anybody, one press:   {settings.base_url}/dev")
        say(f"  read every mail:         {settings.base_url}/dev/post")
        say("  staff password:          penfriends-demo   (the one-time code stands on /dev)")
    say("  Ctrl-C ends it.\n")
