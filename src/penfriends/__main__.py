"""What can one do with penfriends from a shell? Every command, each a few lines; the work is done elsewhere.

Imports stand inside the commands, so that `penfriends --help` answers at once.
"""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from penfriends import __version__
from penfriends.errors import BadSettings, NotFound, PenfriendsError

if TYPE_CHECKING:
    from penfriends.settings import Settings

T = TypeVar("T")
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Pen friends for the residents of twin towns: self-hosted, moderated, masked.",
)
moderators = typer.Typer(no_args_is_help=True, help="Who reads the letters.")
app.add_typer(moderators, name="moderator")

SCREEN_HELP = """What would the screen find in these letters? Nothing is stored or sent.

The kind of a finding is one of phone, email, handle, link, postal_address, meeting, money, grooming, disclosure,
unkind, hidden_text; its consequence one of highlight, strip, hold, hold_urgent. FILE is plain text; - reads standard
input.
"""
REPLAY_HELP = """What would the mailroom make of these mails? Nothing is stored or sent.

The class of a mail is one of human, auto_reply, bounce, complaint, loop, quarantined. FILE is a mail as it came (.eml)
or a folder of them. The finished mail is one between two invented people; there is none where a person looks first.
"""


def main() -> None:
    """The entry point: settings that cannot stand are told in one line, without a stack."""
    try:
        app()
    except BadSettings as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except NotFound:
        print("There is no such thing.", file=sys.stderr)
        raise SystemExit(1) from None
    except PenfriendsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


def _version(wanted: bool) -> None:
    if wanted:
        print(f"penfriends {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which one.")
    ] = False,
) -> None:
    """Before every command."""


# --- running ----------------------------------------------------------------------------------------------------------


@app.command()
def run() -> None:
    """Start everything on this machine: site, worker, mailroom and, in development, the demo and a postbox."""
    from penfriends import standing, supervisor

    settings = _settings()
    supervisor.refuse_taken_ports(supervisor.ports_of(settings))
    if not standing.stands(settings):
        _wait_for(_upgraded(settings))
        if settings.development:
            _load_demo(settings, if_empty=True)
    raise SystemExit(_wait_for(supervisor.supervise(settings, lambda: _announce(settings))))


@app.command()
def web() -> None:
    """Only the site."""
    from penfriends.app import serve

    _settings()
    _wait_for(serve())


@app.command()
def worker() -> None:
    """Only a worker: screens and delivers letters, proposes matches, sweeps."""
    _settings()
    from workers.main import work

    _wait_for(work())


@app.command()
def mailroom() -> None:
    """Only the mailroom: takes mail in by SMTP and LMTP."""
    _settings()
    from workers.mailroom import keep_open

    _wait_for(keep_open())


@app.command()
def postbox() -> None:
    """Only the postbox: in development it takes the mail that would leave the house."""
    if not _settings().development:
        raise BadSettings("PENFRIENDS_ENVIRONMENT: the postbox is for development only")
    from workers import postbox as box

    box.main()


# --- setting up -------------------------------------------------------------------------------------------------------


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape. Running it again does nothing."""
    _wait_for(_upgraded(_settings()))


@app.command()
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there are towns already.")] = False,
) -> None:
    """Load the invented towns, residents and letters (development only)."""
    settings = _settings()
    if not settings.development:
        raise BadSettings("PENFRIENDS_ENVIRONMENT: the demo is for development only")
    _wait_for(_upgraded(settings))
    _load_demo(settings, if_empty=if_empty)


@moderators.command("add")
def add_moderator(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    email: Annotated[str, typer.Argument(help="Where the invitation goes.")],
    name: Annotated[str, typer.Argument(help="The moderator's name.")],
    role: Annotated[str, typer.Option(help="moderator, lead or deputy.")] = "moderator",
    language: Annotated[list[str] | None, typer.Option(help="A language they read; may be given again.")] = None,
) -> None:
    """Name a moderator and invite them by mail; prints the address of the invitation."""
    print(_wait_for(_added(_settings(), association, email, name, role, tuple(language or ()))))


@moderators.command("checked")
def checked(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    email: Annotated[str, typer.Argument(help="The moderator's address.")],
    kind: Annotated[str, typer.Argument(help="check (criminal record) or training (safeguarding).")],
    seen_by: Annotated[str, typer.Option(help="Who has seen the paper.")],
    expires_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Until when it holds.")],
) -> None:
    """Note that a moderator's paper was seen: with both kinds they may read children's letters."""
    print(_wait_for(_checked(_settings(), association, email, kind, seen_by, expires_on.date())))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; must not exist.")]) -> None:
    """Copy the whole database into one file, while the site runs."""
    from penfriends.backup import backup as save

    print(save(_settings(), file))


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `penfriends backup` wrote.")]) -> None:
    """Put a backup in the place of the present database, which is kept beside it. The site must not run."""
    from penfriends.backup import restore as bring_back
    from penfriends.checkup import secret_key

    settings = _settings()
    print(bring_back(settings, file))
    fits, said = _wait_for(secret_key(settings))
    if not fits:
        print(f"Take care: {said}. Set the key of that time, or invite these moderators again.", file=sys.stderr)


@app.command()
def check() -> None:
    """Look at settings, database, secret key, queue, templates, translations and mail server; one line each."""
    from penfriends.checkup import look

    async def told() -> bool:
        wrong = False
        async for found in look(_settings()):
            print(f"{found.state:8}{found.name:14}{found.said}")
            wrong = wrong or found.wrong
        return wrong

    raise SystemExit(int(_wait_for(told())))


# --- measuring --------------------------------------------------------------------------------------------------------

Files = Annotated[list[str], typer.Argument(metavar="FILE…")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command(help=SCREEN_HELP)
def screen(
    files: Files,
    as_json: AsJson = False,
    band: Annotated[str, typer.Option(help="child or adult.")] = "child",
    lang: Annotated[str | None, typer.Option(help="The language of the letters; guessed where not given.")] = None,
) -> None:
    from penfriends.rules.bands import Band
    from penfriends.screen_command import screen_files

    if band not in list(Band):
        raise typer.BadParameter("child or adult", param_hint="--band")
    raise SystemExit(screen_files(files, json_lines=as_json, band=Band(band), language=lang, out=sys.stdout))


@app.command(help=REPLAY_HELP)
def replay(
    files: Files,
    as_json: AsJson = False,
    show_addresses: Annotated[bool, typer.Option("--show-addresses", help="Do not hide local parts.")] = False,
) -> None:
    from penfriends.replay_command import replay_files

    raise SystemExit(replay_files(files, json_lines=as_json, out=sys.stdout, show_addresses=show_addresses))


# --- what the commands share ------------------------------------------------------------------------------------------


def _settings() -> "Settings":
    from penfriends import logs
    from penfriends.settings import settings

    found = settings()
    logs.set_up()
    return found


def _wait_for(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


async def _upgraded(settings: "Settings") -> None:
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


def _load_demo(settings: "Settings", *, if_empty: bool) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(TextColumn("{task.description:28}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("The demo world", total=None)

        def progress(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        loaded = _wait_for(_demo_loaded(settings, progress, if_empty=if_empty))
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


async def _added(
    settings: "Settings", association: str, email: str, name: str, role: str, languages: tuple[str, ...]
) -> str:
    from penfriends.actions.staff import add_moderator as invite
    from penfriends.clock import utc_now
    from penfriends.doorkeys import addresses_of
    from penfriends.models.moderation import Role
    from penfriends.opening import opened

    if "@" not in email:
        raise typer.BadParameter("an e-mail address has an @", param_hint="EMAIL")
    if unknown := set(languages) - set(settings.languages):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not spoken here", param_hint="--language")
    if role not in list(Role):
        raise typer.BadParameter("moderator, lead or deputy", param_hint="--role")
    async with opened(settings) as database, database.transaction() as db:
        _, address = await invite(
            db, association=association, email=email, name=name, role=Role(role), languages=languages,
            at=addresses_of(settings), now=utc_now(),
        )  # fmt: skip
    return address


async def _checked(
    settings: "Settings", association: str, email: str, kind: str, seen_by: str, expires_on: date
) -> str:
    from penfriends.actions.vetting import record
    from penfriends.clock import utc_now
    from penfriends.models.moderation import VettingKind
    from penfriends.opening import opened

    if kind not in list(VettingKind):
        raise typer.BadParameter("check or training", param_hint="KIND")
    now = utc_now()
    async with opened(settings) as database, database.transaction() as db:
        await record(
            db, association=association, email=email, kind=VettingKind(kind), seen_by=seen_by, seen_on=now.date(),
            expires_on=expires_on, now=now,
        )  # fmt: skip
    return f"Noted: {kind}, seen by {seen_by}, until {expires_on.isoformat()}."


def _announce(settings: "Settings") -> None:
    from rich.console import Console

    say = Console(highlight=False, soft_wrap=True).print
    say(f"\n[bold]penfriends is open:[/bold] {settings.base_url}")
    if settings.development:
        say(f"  be anybody, one press:   {settings.base_url}/dev")
        say(f"  read every mail:         {settings.base_url}/dev/post")
        say("  staff password:          penfriends-demo   (the one-time code stands on /dev)")
    say("  Ctrl-C ends it.\n")


if __name__ == "__main__":
    main()
