"""Who are the people whose letters the demo shows?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from penfriends.demo.files import read_json
from penfriends.demo.letters import threads
from penfriends.demo.residents import DemoLanguage, DemoResident
from penfriends.models.residents import ResidentState
from penfriends.rules.bands import ADULT_AGE, Birth, band_on, needs_full_date
from penfriends.rules.matching import Level, Medium


def cast(today: date) -> tuple[DemoResident, ...]:
    """The named people of the threads, each with the one they write to; the same every time, ages as of `today`."""
    partners = _partners()
    return tuple(
        _person(number, row, partners[row["key"]], today) for number, row in enumerate(read_json("cast"), start=1)
    )


def birth_of(age: int, days: int, today: date) -> Birth:
    """Born so that the last birthday was `days` before `today` (at most 300), when they turned `age`.

    Of those who cannot be under 19 only the year is known, and counted so that rule R01's careful age is `age`.
    """
    if age > ADULT_AGE and not needs_full_date(today.year - age - 1, today):
        return Birth(today.year - age - 1)
    day = today - timedelta(days=days)
    born = day.replace(year=day.year - age, day=min(day.day, 28))
    return Birth(born.year, born)


def _partners() -> Mapping[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for thread in threads():
        first, second = thread.people
        found[first] = (second, thread.opened_days_ago)
        found[second] = (first, thread.opened_days_ago)
    return found


def _person(number: int, row: Mapping[str, Any], partner: tuple[str, int], today: date) -> DemoResident:
    birth = birth_of(row["age"], row.get("days", 0), today)
    child = row["age"] < ADULT_AGE
    medium = Medium(row["medium"])
    reached = medium is not Medium.PAPER
    practised = set(row["practises"])
    levels = {**dict.fromkeys(row["practises"], Level.LITTLE), **row["languages"]}
    return DemoResident(
        key=row["key"],
        number=number,
        first_name=row["first_name"],
        town=row["town"],
        band=band_on(birth, today),
        birth=birth,
        locale=row["locale"],
        languages=tuple(DemoLanguage(code, Level(level), code in practised) for code, level in levels.items()),
        interests=tuple(row["interests"]),
        medium=medium,
        capacity=1,
        avatar=row["avatar"],
        colour=row["colour"],
        state=ResidentState.ACTIVE,
        created_days_ago=partner[1] + 17,
        address=f"{row['key']}.{number}@post.example" if reached and not child else None,
        guardian_address=f"family.{row['key']}.{number}@post.example" if child else None,
        facts=row.get("facts", ""),
        question=row.get("question", ""),
        partners=(partner[0],),
    )
