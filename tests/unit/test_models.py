"""Does every column say what it is, and do the migrations make what the models describe?"""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import penfriends.models  # noqa: F401 (registers the tables)
from penfriends.db import make_engine
from penfriends.ids import ALIAS_ALPHABET, alias_local_part
from penfriends.migrate import differences, is_current
from penfriends.models.classified import Classified, Personal, UTCDateTime
from penfriends.rules.interests import INTERESTS
from penfriends.settings import Settings
from penfriends.web.visitor import _security_headers

COLUMNS = [column for one in SQLModel.metadata.sorted_tables for column in one.columns]


def test_R50_every_column_names_kind_purpose_and_retention() -> None:
    silent = [
        str(column)
        for column in COLUMNS
        for about in [column.info.get("about")]
        if not (isinstance(about, Classified) and about.purpose and about.retention)
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["email", "password_hash", "totp_secret", "first_name", "birth_on", "kept_text"])
def test_R50_telling_columns_are_not_classified_as_harmless(name: str) -> None:
    kinds = [column.info["about"].personal for column in COLUMNS if column.name == name]
    assert kinds
    assert Personal.NONE not in kinds


def test_R47_R21_of_a_resident_this_is_known_and_nothing_more() -> None:
    """No surname, postal address, phone, photo, school, belief, politics, health; of the place only the town.
    The gist is the languages and likes once more, as bits."""
    known = {column.name for column in SQLModel.metadata.tables["resident"].columns}
    assert known == {
        "id", "sign_in_id", "guardian_id", "household_id", "town_id", "band", "birth_year", "birth_on", "first_name",
        "locale", "avatar", "colour", "medium", "capacity", "wished_town_id", "twin_of_twin", "facts", "question",
        "state", "paused_until", "waiting_since", "profile_changed_at", "rules_agreed_at", "reminded_at", "created_at",
        "age_told_at", "came_of_age_at", "gist", "still_asked_at", "waited_days", "left_at", "forgotten_at",
    }  # fmt: skip


def test_R47_nobody_is_asked_about_belief_politics_or_health() -> None:
    told = re.compile(r"relig|church|mosque|bible|quran|pray|politic|party|election|health|illness|diet|disab")
    assert [one.code for one in INTERESTS.values() if told.search(f"{one.code} {one.english}".lower())] == []


def test_R52_no_column_keeps_streaks_or_who_was_here_when() -> None:
    told = re.compile(r"streak|last_seen|last_login|opens|clicks|online")
    assert [str(column) for column in COLUMNS if told.search(column.name)] == []


def test_R26_a_masked_address_cannot_be_guessed() -> None:
    made = {alias_local_part() for _ in range(200)}
    assert len(made) == 200
    assert {len(one) for one in made} == {20}
    letters = set("".join(made))
    assert letters == set(ALIAS_ALPHABET), "every letter of the alphabet comes up"
    assert 20 * math.log2(len(letters)) >= 80


def test_R52_mails_and_pages_load_nothing_from_elsewhere() -> None:
    """No pixel, no font, no script of anybody else: neither in a mail nor on a page."""
    folder = Path(__file__).parents[2] / "templates"
    loads = re.compile(r"""<(?:img|script|link|iframe|source)\b[^>]*?(?:src|href)=["'](?:https?:)?//""")
    assert [str(path) for path in folder.rglob("*.html") if loads.search(path.read_text(encoding="utf-8"))] == []
    mails = [path for path in (folder / "mail").rglob("*.html") if "<img" in path.read_text(encoding="utf-8")]
    assert mails == [], "a mail has no picture that would be fetched"
    policy = dict(_security_headers(Settings()))[b"content-security-policy"].decode()
    sources = {one for part in policy.split(";") for one in part.split()[1:]}
    assert sources == {"'none'", "'self'", "data:"}


async def test_migrations_make_what_the_models_describe(fresh_database: str) -> None:
    engine = make_engine(fresh_database)
    assert await is_current(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UTCDateTime().process_bind_param(datetime(2026, 5, 12), _Dialect())  # noqa: DTZ001


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    there = datetime(2026, 5, 12, 18, 0, tzinfo=timezone(timedelta(hours=2)))
    kept = UTCDateTime().process_bind_param(there, _Dialect())
    assert kept == datetime(2026, 5, 12, 16, 0)  # noqa: DTZ001
    assert UTCDateTime().process_result_value(kept, _Dialect()) == there.astimezone(UTC)


class _Dialect:
    name = "sqlite"
