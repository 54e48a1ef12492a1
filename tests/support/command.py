"""How does a test run `penfriends …` as a process of its own without paying each time for what it imports?

A fork server has everything imported once; each command is a fresh fork of it, with its own environment and folder.
"""

import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path

PRELOADED = ("penfriends.__main__", "penfriends.demo.load", "penfriends.backup", "penfriends.checkup", "rich.progress")
PATIENCE = 100


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def penfriends(folder: Path, *words: str, **settings: str) -> Done:
    """Run the command in `folder` with these settings and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PENFRIENDS")}
    named = {f"PENFRIENDS_{name.upper()}": value for name, value in settings.items()}
    environment = {**own, "PENFRIENDS_VAR_DIR": str(folder / "var"), "COLUMNS": "200", **named}
    said, complained = folder / "stdout.txt", folder / "stderr.txt"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    process = context.Process(target=_run, args=(words, environment, folder, said, complained))
    process.start()
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"penfriends {' '.join(words)} did not end")
    return Done(process.exitcode, said.read_text(encoding="utf-8"), complained.read_text(encoding="utf-8"))


def _run(words: tuple[str, ...], environment: dict[str, str], folder: Path, said: Path, complained: Path) -> None:
    for number, file in ((1, said), (2, complained)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["penfriends", *words]
    from penfriends.__main__ import main

    main()
