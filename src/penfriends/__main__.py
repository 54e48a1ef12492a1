"""What can one do with penfriends from a shell? Every command, each a few lines; the work is done elsewhere.

Imports stand inside the commands, so that `penfriends --help` answers at once.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from penfriends import __version__, staff_command, starting
from penfriends.association_command import associations
from penfriends.errors import BadSettings, NotFound, PenfriendsError
from penfriends.starting import wait_for

if TYPE_CHECKING:
    from penfriends.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Pen friends for the residents of twin towns: self-hosted, moderated, masked.",
)
moderators = typer.Typer(no_args_is_help=True, help="Who reads the letters.")
app.add_typer(moderators, name="moderator")
app.add_typer(associations, name="association")

SCREEN_HELP = """What would the screen find in these letters? Nothing is stored or sent.

The kind of a finding is one of phone, email, handle, link, postal_address, meeting, money, grooming, disclosure,
unkind, hidden_text; its consequence one of highlight, strip, hold, hold_urgent. FILE is plain text; - reads standard
input.
"""
REPLAY_HELP = """What would the mailroom make of these mails? Nothing is stored or sent.

The class of a mail is one of human, auto_reply, bounce, complaint, loop, quarantined. FILE is a mail as it came (.eml)
or a folder of them. The finished mail is one between two invented people; there is none where a person looks first.
"""
PAIR_HELP = """Who would write to whom in two school classes, or in a ring of more? Nothing is stored.

Prints the partners and the points of each pair, the worst pair and who has more than one partner. FILE is JSON as told
in docs/pair-classes.md; - reads standard input. Ends with 1 if the wishes of the teachers cannot be kept, 2 if the file
cannot be read.
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
        wait_for(starting.upgraded(settings))
        if settings.development:
            starting.load_demo(settings, if_empty=True)
    raise SystemExit(wait_for(supervisor.supervise(settings, lambda: starting.announce(settings))))


@app.command()
def web() -> None:
    """Only the site."""
    from penfriends.app import serve

    _settings()
    wait_for(serve())


@app.command()
def worker() -> None:
    """Only a worker: screens and delivers letters, proposes matches, sweeps."""
    _settings()
    from workers.main import work

    wait_for(work())


@app.command("round", hidden=True)
def one_round(round_id: Annotated[UUID, typer.Argument(help="The round that a worker was asked for.")]) -> None:
    """Only one round of matching, then the end: a worker starts this."""
    _settings()
    from workers.round import in_own_process

    raise SystemExit(0 if wait_for(in_own_process(round_id)) else 1)


@app.command()
def mailroom() -> None:
    """Only the mailroom: takes mail in by SMTP and LMTP."""
    _settings()
    from workers.mailroom import keep_open

    wait_for(keep_open())


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
    wait_for(starting.upgraded(_settings()))


@app.command()
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there are towns already.")] = False,
) -> None:
    """Load the invented towns, residents and letters (development only)."""
    settings = _settings()
    if not settings.development:
        raise BadSettings("PENFRIENDS_ENVIRONMENT: the demo is for development only")
    wait_for(starting.upgraded(settings))
    starting.load_demo(settings, if_empty=if_empty)


@moderators.command("add")
def add_moderator(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    email: Annotated[str, typer.Argument(help="Where the invitation goes.")],
    name: Annotated[str, typer.Argument(help="The moderator's name.")],
    role: Annotated[str, typer.Option(help="moderator, lead or deputy.")] = "moderator",
    language: Annotated[list[str] | None, typer.Option(help="A language they read; may be given again.")] = None,
) -> None:
    """Name a moderator and invite them by mail; prints the address of the invitation."""
    print(wait_for(staff_command.added(_settings(), association, email, name, role, tuple(language or ()))))


@moderators.command("checked")
def checked(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    email: Annotated[str, typer.Argument(help="The moderator's address.")],
    kind: Annotated[str, typer.Argument(help="check (criminal record) or training (safeguarding).")],
    seen_by: Annotated[str, typer.Option(help="Who has seen the paper.")],
    expires_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Until when it holds.")],
) -> None:
    """Note that a moderator's paper was seen: with both kinds they may read children's letters."""
    print(wait_for(staff_command.checked(_settings(), association, email, kind, seen_by, expires_on.date())))


@moderators.command("operates")
def operates(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    email: Annotated[str, typer.Argument(help="The moderator's address.")],
    no_longer: Annotated[bool, typer.Option("--no-longer", help="Take it back.")] = False,
) -> None:
    """Let a moderator see how the mail of this installation is: numbers, no people."""
    print(wait_for(staff_command.operates(_settings(), association, email, wanted=not no_longer)))


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
    fits, said = wait_for(secret_key(settings))
    if not fits:
        print(f"Take care: {said}. Set the key of that time, or invite these moderators again.", file=sys.stderr)


@app.command()
def check() -> None:
    """Look at settings, database, secret key, queue, templates, translations, mail server and DNS; one line each."""
    from penfriends.checkup import look

    async def told() -> bool:
        wrong = False
        async for found in look(_settings()):
            print(f"{found.state:8}{found.name:14}{found.said}")
            wrong = wrong or found.wrong
        return wrong

    raise SystemExit(int(wait_for(told())))


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


@app.command("pair-classes", help=PAIR_HELP)
def pair_classes(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    seed: Annotated[int, typer.Option(help="Decides between equals: another seed, another choice among the best.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    lang: Annotated[str, typer.Option(help="The language of the answer.")] = "en",
) -> None:
    from penfriends import clock, i18n, pair_command

    if lang not in i18n.LANGUAGES:
        raise typer.BadParameter(", ".join(i18n.LANGUAGES), param_hint="--lang")
    today = clock.utc_now().date()
    with i18n.speaking(lang):
        done = pair_command.pair_classes(
            file, seed=seed, as_json=as_json, today=today, out=sys.stdout, wrong=sys.stderr
        )
    raise SystemExit(done)


# --- what the commands share ------------------------------------------------------------------------------------------


def _settings() -> "Settings":
    from penfriends import logs
    from penfriends.settings import settings

    found = settings()
    logs.set_up()
    return found


if __name__ == "__main__":
    main()
