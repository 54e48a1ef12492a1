"""Does every address have a row that says who may, does looking change nothing, and does a stranger find nothing?"""

import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.handlers import HTTPRouteHandler
from sqlmodel import SQLModel, select

from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.doorkeys import addresses_of
from penfriends.jobs import nobody
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.settings import Environment, Settings
from penfriends.web.permissions import TABLE, Permission, key_of
from penfriends.web.visitor import PUBLIC, PUBLIC_BELOW, SECRET_BELOW, KnowVisitors
from tests import builders as b
from tests.e2e.world import World, populated
from tests.support.built import built, inside, visitor_of
from tests.support.site import Site

PRODUCTION: Mapping[str, Any] = {
    "environment": Environment.PRODUCTION, "secret_key": "k" * 40, "base_url": "https://letters.town.example",
    "mail_domain": "letters.town.example", "bounce_domain": "bounce.town.example",
    "team_address": "team@town.example", "authserv_id": "mx.town.example",
}  # fmt: skip
# What looking may change: a line in the audit log, who has a letter open, that a letter is new no more, that a pupil is
# still there.
LEFT_BY_LOOKING = {
    "audit_entry": None,
    "hold": {"claimed_by", "claimed_until"},
    "match": {"claimed_by", "claimed_until"},
    "letter": {"read_at"},
    "session": {"seen_at", "expires_at"},
}
BASE = "http://127.0.0.1:8000"
PERSONAL = re.compile(r"^/(letters/|matches/|me/children/)")


def handlers_of(chosen: Settings) -> dict[str, list[HTTPRouteHandler]]:
    """Every handler of ours that this installation answers with, by address."""
    found: dict[str, list[HTTPRouteHandler]] = {}
    with built(chosen, Database(make_engine("sqlite+aiosqlite://"), nobody)) as application:
        for route in inside(application).routes:
            for handler in getattr(route, "route_handlers", ()):
                if isinstance(handler, HTTPRouteHandler) and handler.fn.__module__.startswith("penfriends."):
                    found.setdefault(route.path, []).append(handler)
    return found


def keys_of(chosen: Settings) -> set[str]:
    return {key_of(one) for handlers in handlers_of(chosen).values() for one in handlers}


# --- the table -------------------------------------------------------------------------------------------------------


def test_every_handler_has_a_row_and_every_row_a_handler() -> None:
    assert keys_of(Settings()) == set(TABLE)


def test_what_is_for_development_does_not_exist_in_production() -> None:
    made = handlers_of(Settings(**PRODUCTION))
    assert made.keys() >= {"/", "/sign-in", "/desk"}
    assert not [path for path in made if path.startswith("/dev")]
    assert not [one for one in keys_of(Settings(**PRODUCTION)) if TABLE[one] is Permission.DEVELOPMENT]


def test_the_desk_is_for_staff_and_the_own_pages_are_for_residents() -> None:
    for path, handlers in handlers_of(Settings(**PRODUCTION)).items():
        rows = {TABLE[key_of(one)] for one in handlers}
        if path.startswith("/desk"):
            for_teachers = path == "/desk/shortcuts" or path.startswith(("/desk/letters", "/desk/decisions"))
            inside = Permission.READER if for_teachers else Permission.STAFF
            assert rows == {Permission.OPERATOR if path == "/desk/mail/health" else inside}, path
        elif path.startswith(("/letters", "/matches", "/friends", "/me")):
            # LINK: the key of one sheet, with which a text is kept although the session is over
            opened_by_key = {"letters_write.keep", "letters_write.send"} >= {key_of(one) for one in handlers}
            for_pupils_too = {Permission.WRITER} if path.startswith("/letters") else set()
            assert rows <= {Permission.RESIDENT, Permission.SIGNED_IN} | for_pupils_too or opened_by_key, path


def test_only_the_one_click_of_mail_programs_needs_no_token() -> None:
    """RFC 8058. The secret in the address is the permission; every other form carries the token of its cookie."""
    free = {
        key_of(one)
        for handlers in handlers_of(Settings()).values()
        for one in handlers
        if one.opt.get("one_click") and "POST" in one.http_methods
    }
    assert free == {"mail_links.stop"}


# --- what browsers may keep ------------------------------------------------------------------------------------------


def filled_in(path: str) -> str:
    """An address of the table with made-up ids: it answers with a page or with the error in its place."""
    made_up = path.replace("{secret:str}", "made-up").replace("{slug:str}", "nowhere")
    made_up = re.sub(r"\{\w+:uuid\}", "0198c0de-0000-7000-8000-000000000000", made_up)
    return re.sub(r"\{\w+:\w+\}", "1", made_up)


@pytest.mark.parametrize("cookies", [{}, {"session": "made-up"}], ids=["anonymous", "signed-in"])
async def test_only_pages_that_say_the_same_to_everybody_may_be_kept(
    cookies: Mapping[str, str], fresh_sqlite: str
) -> None:
    """Whatever the address, the method and the outcome: a shared computer forgets what is not for everybody."""
    chosen, database = Settings(database_url=fresh_sqlite), Database(make_engine(fresh_sqlite), nobody)
    if cookies:
        async with database.transaction() as db:
            who = await b.adult(db, await b.town(db))
            assert who.sign_in_id is not None
            cookies = {"session": await b.session(db, who.sign_in_id)}
    with built(chosen, database) as application:
        client = visitor_of(application, BASE, cookies)
        for path, handlers in handlers_of(chosen).items():
            for method in {one for handler in handlers for one in handler.http_methods} & {"GET", "POST"}:
                answer = await client.request(method, filled_in(path))
                public = (path in PUBLIC or path.startswith(PUBLIC_BELOW)) and (not cookies or path == "/health")
                if not public:
                    assert answer.headers.get_list("cache-control") == ["no-store"], (method, path)
                if path.startswith(SECRET_BELOW):
                    assert answer.headers.get_list("referrer-policy") == ["no-referrer"], (method, path)
    await database.close()


def test_every_address_with_a_secret_is_known_as_one() -> None:
    """A new kind of link must not be forgotten in the list."""
    secret = {path for path in handlers_of(Settings()) if "{secret" in path}
    assert secret
    assert all(path.startswith(SECRET_BELOW) for path in secret)
    assert {one.rstrip("/") for one in SECRET_BELOW} <= {path.partition("/{secret")[0] for path in secret}


# --- looking ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def world(demo: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The demo, with somebody of each role signed in."""
    shutil.copyfile(demo, tmp_path / "demo.sqlite3")
    url = f"sqlite+aiosqlite:///{tmp_path}/demo.sqlite3"
    chosen = Settings(database_url=url, redis_url="", var_dir=tmp_path, base_url=BASE)
    database = Database(make_engine(chosen.database), nobody)
    yield await populated(Site(chosen.base_url, chosen, database), at=addresses_of(chosen), now=utc_now())
    await database.close()


@pytest.fixture
def application(world: World) -> Iterator[KnowVisitors]:
    """The site on the demo."""
    with built(world.site.settings, world.site.database) as made:
        yield made


async def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table, without what looking may change."""
    found: dict[str, list[str]] = {}
    async with database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            left_out = LEFT_BY_LOOKING.get(table.name, set())
            if left_out is None:
                continue
            columns = [one for one in table.columns if one.name not in left_out]
            rows = (await connection.execute(sa.select(*columns))).all()
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


# What is no page: a download, an answer for monitors.
MORE = (("adult", "/me/data"), ("child", "/me/data"), ("anonymous", "/health/ready"))


async def test_looking_changes_nothing(world: World, application: KnowVisitors) -> None:
    """Programs that look at mails open every link in them; browsers open pages before somebody presses (rule R07)."""
    assert not world.missing
    before = await dump(world.site.database)
    browsers = {role: visitor_of(application, BASE, cookies) for role, cookies in world.cookies.items()}
    for role, address in [*world.visits(), *MORE]:
        answer = await browsers[role].get(address)
        assert answer.status_code in (200, 303, 404), (role, address, answer.status_code)
    after = await dump(world.site.database)
    for table, rows in before.items():
        assert after[table] == rows, table


async def test_R18_a_stranger_finds_nothing_of_others(world: World, application: KnowVisitors) -> None:
    """Every address of somebody, opened by another resident: as if it did not exist."""
    async with world.site.database.transaction() as db:
        town_id = (await db.exec(select(Resident.town_id).limit(1))).one()
        stranger = await b.adult(db, await db.get_one(Town, town_id), "Stranger")
        assert stranger.sign_in_id is not None
        secret = await b.session(db, stranger.sign_in_id)
    looked = 0
    async with visitor_of(application, BASE, {"session": secret}) as client:
        for _role, address in world.visits():
            if PERSONAL.match(address):
                looked += 1
                assert (await client.get(address)).status_code == 404, address
            elif address.startswith("/desk"):
                answer = await client.get(address)
                assert (answer.status_code, answer.headers["location"][:14]) == (303, "/staff/sign-in"), address
    assert looked >= 10


async def test_R18_another_association_s_moderator_finds_nothing(world: World, application: KnowVisitors) -> None:
    async with world.site.database.transaction() as db:
        far = await b.town(db, "Far")
        foreign = await b.moderator(db, far.association_id, "Foreign", now=utc_now())
        secret = await b.session(db, foreign.sign_in_id, staff=True)
    looked = 0
    async with visitor_of(application, BASE, {"session": secret}) as client:
        for _role, address in world.visits():
            if re.match(r"^/desk/\w+/[0-9a-f-]{36}", address):
                looked += 1
                assert (await client.get(address)).status_code == 404, address
    assert looked >= 5
