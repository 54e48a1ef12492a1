"""Does a visitor find their town, and does its page say much about the town and nothing about anybody in it?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlmodel import select

from penfriends.db import Database
from penfriends.models.delivery import TeamMessage
from penfriends.models.moderation import Role
from penfriends.models.places import LinkState, Town, TwinLink
from penfriends.rules.matching import LinkKind
from penfriends.rules.town_names import is_named, means
from tests import builders
from tests.support import visits


async def two_towns(database: Database) -> None:
    """Thetford, linked to Hürth where six adults wait, and to Les Ulis where one does; Exeter is paused."""
    async with database.transaction() as db:
        home, other = await builders.association(db, "thetford-twinning"), await builders.association(db, "huerth-ev")
        await builders.moderator(db, home, "Ilse Hargreave", role=Role.LEAD)
        thetford = await builders.town(db, "Thetford", of=home)
        huerth = await builders.town(db, "Hürth", country="DE", language="de", of=other, twin=thetford)
        huerth.slug, huerth.names = "huerth", {"ar": "هورت"}
        ulis = await builders.town(db, "Les Ulis", country="FR", language="fr", of=other, twin=thetford)
        exeter = await builders.town(db, "Exeter", of=home)
        exeter.paused_reason = "We look for two more readers."
        db.add_all([huerth, exeter])
        for number in range(6):
            (await builders.adult(db, huerth, f"Waltraud{number}")).waiting_since = builders.NOW
        (await builders.adult(db, ulis, "Jacqueline")).waiting_since = builders.NOW
        link = (await db.exec(select(TwinLink).where(TwinLink.state == LinkState.ACTIVE))).first()
        assert link is not None
        link.kind, link.since = LinkKind.FRIENDSHIP, 1987
        db.add(link)


@asynccontextmanager
async def visiting(database_url: str) -> AsyncIterator[tuple[httpx.AsyncClient, Database]]:
    async with visits.visiting(database_url) as visit:
        await two_towns(visit.database)
        yield visit.client, visit.database


async def slug_of(database: Database, name: str) -> str:
    async with database.reading() as db:
        return (await db.exec(select(Town.slug).where(Town.name == name))).one()


async def test_any_spelling_leads_to_the_town(fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as (client, database):
        slug = await slug_of(database, "Hürth")
        for typed in ("Huerth", "HURTH", " hürth ", "هورت"):
            answer = await client.get("/", params={"q": typed})
            assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{slug}")
        unknown = await client.get("/", params={"q": "<b>Atlantis"})
        assert unknown.status_code == 200
        assert "No town here is called “&lt;b&gt;Atlantis”" in unknown.text
        everything = await client.get("/")
        assert all(name in everything.text for name in ("Thetford", "Hürth", "Les Ulis", "Exeter", "Germany"))


async def test_a_towns_page_counts_people_and_names_none(fresh_database: str) -> None:
    async with visiting(fresh_database) as (client, database):
        shown = (await client.get(f"/t/{await slug_of(database, 'Thetford')}")).text
        assert "Thetford writes to 2 towns" in shown
        assert "6 people are waiting" in shown
        assert "A few people are waiting" in shown
        assert "since 1987" in shown
        assert "Ilse Hargreave" in shown
        assert "Waltraud" not in shown
        assert "Jacqueline" not in shown
        alone = (await client.get(f"/t/{await slug_of(database, 'Exeter')}")).text
        assert "We look for two more readers." in alone
        assert "No twin town yet" in alone
        assert "/join?town=" not in alone
        assert (await client.get("/t/atlantis")).status_code == 404


@pytest.mark.parametrize("path", ["/how-it-works", "/about", "/report", "/", "/safety"])
async def test_every_public_page_speaks_both_directions(path: str, fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as (client, _database):
        for language, direction in (("en", "ltr"), ("ar", "rtl")):
            answer = await client.get(path, params={"lang": language})
            assert answer.status_code == 200
            assert f'<html lang="{language}" dir="{direction}"' in answer.text


async def test_colours_may_stand_in_the_address(fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as (client, _database):
        assert 'data-theme="dark"' in (await client.get("/about", params={"theme": "dark"})).text
        assert 'data-theme="dark"' in (await client.get("/about")).text
        assert "data-theme" not in (await client.get("/about", params={"theme": "system"})).text
        assert "data-theme" not in (await client.get("/about", params={"theme": "<x>"})).text


async def test_a_report_reaches_the_towns_team(fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as (client, database):
        slug = await slug_of(database, "Thetford")
        form = await client.get("/report", params={"town": slug})
        token = form.text.partition('_csrf_token" value="')[2].partition('"')[0]
        empty = await client.post("/report", data={"_csrf_token": token, "town": "atlantis", "answer_to": "nobody"})
        assert empty.status_code == 422
        words = {"_csrf_token": token, "town": slug, "text": "Somebody is unkind.", "answer_to": "a@mail.example"}
        assert (await client.post("/report", data=words)).status_code == 303
        async with database.reading() as db:
            told = (await db.exec(select(TeamMessage))).one()
        assert told.text == "Somebody is unkind.\n\n→ a@mail.example"
        for _ in range(6):
            last = await client.post("/report", data=words)
        assert last.status_code == 429


async def test_help_names_whom_to_ask(fresh_sqlite: str) -> None:
    async with visiting(fresh_sqlite) as (client, database):
        assert (await client.get("/help")).headers["location"].startswith("/sign-in")
        async with database.transaction() as db:
            home = (await db.exec(select(Town).where(Town.name == "Thetford"))).one()
            derek = await builders.adult(db, home, "Derek")
            assert derek.sign_in_id
            client.cookies.set("session", await builders.session(db, derek.sign_in_id))
        shown = (await client.get("/help")).text
        assert "Ilse Hargreave" in shown
        assert "/report?town=" in shown


def test_names_are_found_however_they_are_typed() -> None:
    nimes, exeter = ["Nîmes"], ["Exeter", "إكستر"]
    assert all(means(typed, nimes) for typed in ("nimes", "Nîmes", "nim", "Nîmes, France"))
    assert means("اكستر", exeter)
    assert is_named("LES ULIS", ["Les Ulis"])
    assert means("ulis", ["Les Ulis"])
    assert means("kołobrzeg", ["Kolobrzeg"])
    assert not any(means(typed, nimes) for typed in ("", " ", "!", "paris", "es"))
