"""Who finds out about whom? Every page of the demo is opened by everybody who may, with names that are unmistakable."""

import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from html import unescape
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.doorkeys import addresses_of
from penfriends.ids import fingerprint
from penfriends.jobs import nobody
from penfriends.models.letters import Participant
from penfriends.models.matching import Match, MatchSide, MatchState
from penfriends.models.moderation import AuditEntry
from penfriends.models.residents import Guardian, Resident
from penfriends.models.schools import Pupil, SchoolClass
from penfriends.models.signin import Session
from penfriends.rules.bands import Band
from penfriends.settings import Settings
from tests.e2e.world import World, populated
from tests.support.built import built, visitor_of
from tests.support.site import Site
from tests.support.visits import words

NAME = re.compile(r"Zq[a-j]{4}z")
LINKED = re.compile(r"^/(a|b|c|e|f|g|s|m|w|p|k|staff/invitation)/")
WHO_READS = (
    "A grown-up helper reads every letter, before you get it and before your friend gets it. "
    "Your parent or guardian can ask to read them, too. Nobody else can."
)

Visitor = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def world(demo: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The demo, everybody with a first name that no page says by chance."""
    shutil.copyfile(demo, tmp_path / "demo.sqlite3")
    url = f"sqlite+aiosqlite:///{tmp_path}/demo.sqlite3"
    chosen = Settings(database_url=url, redis_url="", var_dir=tmp_path, base_url="http://127.0.0.1:8000")
    database = Database(make_engine(chosen.database), nobody)
    made = await populated(Site(chosen.base_url, chosen, database), at=addresses_of(chosen), now=utc_now())
    async with database.transaction() as db:
        for number, one in enumerate(await db.exec(select(Resident).order_by(col(Resident.id)))):
            one.first_name = "Zq" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04d}") + "z"
            db.add(one)
    yield made
    await database.close()


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    """Somebody of a role, who asks for pages."""
    with built(world.site.settings, world.site.database) as site:
        yield lambda role: visitor_of(site, world.site.url, world.cookies[role])


async def signed_in(db: AsyncSession, world: World, role: str) -> UUID | None:
    found = select(Session.sign_in_id).where(Session.fingerprint == fingerprint(world.cookies[role].get("session", "")))
    return (await db.exec(found)).first()


async def may_know(db: AsyncSession, who: UUID | None) -> set[str]:
    """The names of oneself, one's children, and whom they write with or were asked about."""
    guardians = select(Guardian.id).where(Guardian.sign_in_id == who)
    mine = select(Resident.id).where(or_(col(Resident.sign_in_id) == who, col(Resident.guardian_id).in_(guardians)))
    threads = select(Participant.correspondence_id).where(col(Participant.resident_id).in_(mine))
    shown = col(Match.state).not_in([MatchState.PROPOSED, MatchState.VETOED])
    matches = select(MatchSide.match_id).join(Match, col(Match.id) == col(MatchSide.match_id))
    asked = matches.where(col(MatchSide.resident_id).in_(mine), shown)
    friends = select(Participant.resident_id).where(col(Participant.correspondence_id).in_(threads))
    proposed = select(MatchSide.resident_id).where(col(MatchSide.match_id).in_(asked))
    known = or_(col(Resident.id).in_(mine), col(Resident.id).in_(friends), col(Resident.id).in_(proposed))
    return set(await db.exec(select(Resident.first_name).where(known)))


async def of_the_class(db: AsyncSession) -> set[str]:
    """The first names that a class code shows: those of its own class, to choose the own one from (rule R14)."""
    of = select(SchoolClass.id).where(SchoolClass.name == "6B")
    known = select(Resident.first_name).join(Pupil, col(Pupil.resident_id) == col(Resident.id))
    return set(await db.exec(known.where(col(Pupil.class_id).in_(of))))


NOBODY = ("anonymous", "halfway", "newcomer", "new child")
SOMEBODY = ("adult", "child", "guardian", "asked", "asked child")


async def test_R20_no_page_names_a_resident_whom_one_does_not_write_with(world: World, visitor: Visitor) -> None:
    named_any: set[str] = set()
    for role in (*NOBODY, *SOMEBODY):
        async with world.site.database.reading() as db:
            who = await signed_in(db, world, role)
            allowed = await may_know(db, who) if who else set()
            allowed |= await of_the_class(db) if role == "halfway" else set()  # has typed the class code
        assert (who is None) is (role in NOBODY)
        pages = {at for whose, at in world.visits() if whose == role or (whose == "adult" and role == "guardian")}
        async with visitor(role) as client:
            for address in sorted(one for one in pages if not LINKED.match(one)):
                named = set(NAME.findall((await client.get(address)).text))
                assert named <= allowed, (role, address, named - allowed)
                named_any |= named
    assert len(named_any) >= 5, "the pages do name one's own friends"


async def test_R20_nothing_that_a_resident_adds_to_an_address_searches_for_people(
    world: World, visitor: Visitor
) -> None:
    async with world.site.database.reading() as db:
        allowed = await may_know(db, await signed_in(db, world, "adult"))
    async with visitor("adult") as client:
        for address in ("/", "/friends", "/letters", "/me", "/t/thetford", "/desk/people"):
            answer = await client.get(f"{address}?q=Zq&name=Zq&search=Zq&town=thetford&state=active")
            assert set(NAME.findall(answer.text)) <= allowed, address
            assert (answer.status_code == 303) is (address == "/desk/people")


async def test_R41_no_page_of_the_desk_names_a_child_without_a_line_in_the_log(world: World, visitor: Visitor) -> None:
    async with world.site.database.reading() as db:
        children = set(await db.exec(select(Resident.first_name).where(Resident.band == Band.CHILD)))
    named_on: list[str] = []
    for role in ("moderator", "reported to"):
        async with visitor(role) as client:
            for address in sorted({at for whose, at in world.visits() if whose == role and at.startswith("/desk")}):
                before = await lines(world)
                named = children & set(NAME.findall((await client.get(address)).text))
                assert not named or await lines(world) > before, (address, named)
                named_on += [address] if named else []
    assert {"/desk/matches", "/desk/people"} <= set(named_on)
    assert [one for one in named_on if one.startswith("/desk/letters/")]


async def lines(world: World) -> int:
    async with world.site.database.reading() as db:
        return (await db.exec(select(func.count()).select_from(AuditEntry))).one()


async def test_R12_every_page_of_a_child_says_in_its_language_who_reads(world: World, visitor: Visitor) -> None:
    pages = sorted({at for whose, at in world.visits() if whose == "child"})
    looked = 0
    async with visitor("child") as client:
        for language in i18n.LANGUAGES:
            with i18n.speaking(language):
                sentence = " ".join(unescape(i18n.pgettext("child", WHO_READS)).split())
            assert (sentence == WHO_READS) is (language == "en"), "it is translated"
            client.cookies.set("language", language)
            for address in pages if language == "en" else ("/me", "/letters", "/friends"):
                answer = await client.get(address)
                if answer.status_code == 200:
                    looked += 1
                    assert sentence in words(answer), (language, address)
    assert looked >= 25
