"""Who may import whom, and how large may a module and a function be? docs: the table in README, here as a test."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "penfriends"
DOORS = frozenset({"web", "workers", "app"})
# The command line is a door too; these are its rooms.
COMMANDS = frozenset({"__main__", "backup", "checkup", "demo", "doorkeys", "opening", "staff_command", "standing"}) | {
    "association_command", "starting", "supervisor",
}  # fmt: skip
# Aims: 300 lines a module, 30 a function. What is twice as large fails, unless a reason is written here.
MODULE_LINES, FUNCTION_LINES = 600, 60
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "rules.pair_kernels.make": "holds the loops that exist only where they can be compiled",
    "rules.pair_kernels.pairs_from": "one loop over pairs: every call inside would cost what it is made to save",
    "rules.list_kernels.make": "holds the loops that exist only where they can be compiled",
    "rules.auction.auction": "one loop, compiled or plain from the same text, so it calls nothing of ours",
    "rules.solver_loops.exchanges": "one loop, compiled or plain from the same text, so it calls nothing of ours",
    "rules.solver_loops.augment": "one loop, compiled or plain from the same text, so it calls nothing of ours",
}

# What each room may use of the house, besides itself.
ROOMS: dict[str, frozenset[str]] = {
    "rules": frozenset(),
    "models": frozenset({"rules", "ids", "errors"}),
    "mail": frozenset({"rules", "i18n", "words", "errors", "ids"}),
    "actions": frozenset({"models", "rules", "mail", "ids", "jobs", "errors"}),
}
# What each room may use of the world, besides the standard library; None: anything that is not named in ONLY_IN.
WORLD: dict[str, frozenset[str] | None] = {
    # `holidays` and `icalendar` compute from what they are given: public holidays are tables by country and year, and a
    # calendar file is text in and text out. Neither reads a clock, a file or the network for that.
    "rules": frozenset({"numpy", "scipy", "numba", "rustworkx", "phonenumbers", "linkify_it", "holidays", "icalendar"}),
    "models": None,
    "mail": None,
    "actions": None,
}
# What only some may use: a library, or a module of the house.
ONLY_IN: dict[str, frozenset[str]] = {
    "litestar": frozenset({"web", "app"}),
    "aiosmtplib": frozenset(
        {"mail.smtp", "workers.postbox_reply"}
    ),  # the latter stands for a resident's own mail program
    "dns": frozenset({"nameserver"}),
    "penfriends.nameserver": frozenset({"workers", "checkup", "doorkeys"}),  # no page waits for DNS
    "penfriends.mail.smtp": frozenset({"workers"}),
    "penfriends.clock": DOORS | COMMANDS,
    "penfriends.settings": DOORS | COMMANDS,
    "penfriends.db": DOORS | COMMANDS,
}
# Not for actions: networks and doors. `smtplib`, sockets and HTTP clients belong to mail.smtp and the doors.
NETWORK = frozenset({"smtplib", "socket", "httpx", "aiohttp", "urllib.request", "http.client", "redis", "arq"})
WITHOUT_NETWORK = frozenset({"rules", "models", "actions", "mail"})
NOT_IN_RULES = frozenset({"random", "secrets", "asyncio", "sqlite3", "subprocess", "threading", "time"})


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the house: its name below `penfriends` (or `workers.…`), and what its file says."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    def is_in(self, places: frozenset[str]) -> bool:
        return any(self.name == place or self.name.startswith(f"{place}.") for place in places)


@cache
def house() -> tuple[Module, ...]:
    """Every module, except the migrations that Alembic writes."""
    found = [(path, path.relative_to(ROOT / "src" / PACKAGE)) for path in (ROOT / "src" / PACKAGE).rglob("*.py")]
    found += [(path, path.relative_to(ROOT)) for path in (ROOT / "workers").rglob("*.py")]
    return tuple(_read(path, short) for path, short in sorted(found) if "versions" not in short.parts)


def imports(module: Module) -> Iterator[str]:
    """The dotted names that a module imports, wherever in the file, each as deep as it is written."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def begins_with(name: str, start: str) -> bool:
    return name == start or name.startswith(f"{start}.")


def wrong_imports(module: Module) -> Iterator[str]:
    """Each import of a module that the house does not allow."""
    for name in imports(module):
        for thing, places in ONLY_IN.items():
            if begins_with(name, thing) and not module.is_in(places) and module.name != thing.partition(".")[2]:
                yield f"{module.name} imports {name}: only {', '.join(sorted(places))} may"
        if module.room in ROOMS:
            yield from _wrong_in_room(module, name)


def _wrong_in_room(module: Module, name: str) -> Iterator[str]:
    top, _, below = name.partition(".")
    if top == "workers" or (top == PACKAGE and below and _room_of(below) not in ROOMS[module.room] | {module.room}):
        yield f"{module.name} imports {name}: {module.room} may use {sorted(ROOMS[module.room]) or 'nothing'}"
    allowed = WORLD[module.room]
    if top not in {PACKAGE, "workers"} and allowed is not None and top not in sys.stdlib_module_names | allowed:
        yield f"{module.name} imports {name}: not one of the pure libraries"
    if module.room in WITHOUT_NETWORK and module.name != "mail.smtp" and any(begins_with(name, n) for n in NETWORK):
        yield f"{module.name} imports {name}: the network is for mail.smtp and the doors"
    if module.room == "rules" and top in NOT_IN_RULES:
        yield f"{module.name} imports {name}: rules neither wait nor roll dice"


def _room_of(below: str) -> str:
    return below.partition(".")[0]


def _read(path: Path, short: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    name = ".".join(short.with_suffix("").parts).removesuffix(".__init__")
    return Module(name=name, path=path, tree=ast.parse(text, filename=str(path)), lines=text.count("\n"))


def test_everybody_imports_only_what_is_below() -> None:
    assert [line for module in house() for line in wrong_imports(module)] == []


def test_every_module_says_which_question_it_answers() -> None:
    assert [module.name for module in house() if module.tree.body and not ast.get_docstring(module.tree)] == []


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
    assert [module.name for module in house() if drawers & set(module.name.split("."))] == []


def test_modules_stay_small() -> None:
    long = {module.name: module.lines for module in house() if module.lines > MODULE_LINES}
    assert {name: lines for name, lines in long.items() if name not in LONG_MODULES} == {}
    assert LONG_MODULES.keys() <= long.keys(), "a reason for something that is short again"


def test_functions_stay_small() -> None:
    long = {
        f"{module.name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in house()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FUNCTIONS} == {}
    assert LONG_FUNCTIONS.keys() <= long.keys(), "a reason for something that is short again"


@pytest.mark.parametrize(
    ("name", "source", "found"),
    [
        ("rules.x", "import numpy, re", False),
        ("rules.x", "from penfriends.models import places", True),
        ("rules.x", "import sqlalchemy", True),
        ("rules.x", "import random", True),
        ("models.x", "from penfriends.rules.bands import Band", False),
        ("models.x", "from penfriends.actions import letters", True),
        ("mail.x", "from penfriends.models import letters", True),
        ("mail.x", "import smtplib", True),
        ("mail.smtp", "import aiosmtplib", False),
        ("actions.x", "from penfriends.clock import utc_now", True),
        ("actions.x", "import litestar", True),
        ("actions.x", "from penfriends.mail import smtp", True),
        ("actions.x", "from penfriends.mail.smtp import send", True),
        ("workers.delivery", "from penfriends.mail.smtp import send", False),
        ("workers.delivery", "import litestar", True),
        ("web.letters", "from penfriends.mail.smtp import send", True),
        ("web.letters", "from penfriends.clock import utc_now\nimport litestar", False),
        ("i18n", "from penfriends.settings import settings", True),
    ],
)
def test_the_rule_itself(name: str, source: str, found: bool) -> None:
    module = Module(name=name, path=Path(name), tree=ast.parse(source), lines=1)
    assert bool(list(wrong_imports(module))) is found
