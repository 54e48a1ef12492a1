"""How is one invented resident drawn from the lists?"""

import random
import unicodedata
from datetime import date

from penfriends.demo.cast import birth_of
from penfriends.demo.files import read_json
from penfriends.demo.places import DemoTown, towns, twins_of
from penfriends.demo.residents import AVATARS, COLOURS, DemoLanguage, DemoResident
from penfriends.models.residents import ResidentState
from penfriends.rules.bands import ADULT_AGE, band_on
from penfriends.rules.interests import GROUPS, INTERESTS, Interest
from penfriends.rules.matching import Level, Medium

OLDEST = 91
SENIOR_AGE = 55
OLD_AGE = 72
"""From here on the texts of `older` fit: they speak of retirement, and of years before 1975."""

_FITTING_AGES = {
    "school-life": (8, 17),
    "student-life": (18, 28),
    "bringing-up-children": (26, 58),
    "working-life": (22, 66),
    "grandchildren": (52, OLDEST),
    "memories": (50, OLDEST),
    "retirement": (60, OLDEST),
}
"""An invented student of eighty would look like a mistake; real people may choose what they like."""

_LETTERS = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ş": "s", "ı": "i", "ø": "o"})


def draw_children(chance: random.Random, town: DemoTown, number: int, today: date) -> list[DemoResident]:
    """A child, or two or three siblings who share a guardian and a household."""
    count = chance.choices((1, 2, 3), (8, 3, 1))[0]
    ages = chance.sample(range(8, 18), count)
    names = chance.sample(read_json("names")[town.country]["child"], count)
    guardian, household = f"family.{number}@post.example", f"home-{number}" if count > 1 else None
    consented = chance.random() < 0.9
    return [
        _child(
            chance, town, number + i, ages[i], names[i], today, guardian=guardian, household=household, yes=consented
        )
        for i in range(count)
    ]


def _child(
    chance: random.Random,
    town: DemoTown,
    number: int,
    age: int,
    name: str,
    today: date,
    *,
    guardian: str,
    household: str | None,
    yes: bool,
) -> DemoResident:
    birth = birth_of(age, chance.randrange(1, 300), today)
    shown, ascii_name = _name(name)
    languages = _languages(chance, town, speaks_more=0.35 + 0.06 * (age - 8))
    return DemoResident(
        key=f"{ascii_name}-{number}",
        number=number,
        first_name=shown,
        town=town.slug,
        band=band_on(birth, today),
        birth=birth,
        locale=town.language,
        languages=languages,
        interests=_interests(chance, age),
        medium=Medium.EMAIL if age >= 13 and chance.random() < 0.3 else Medium.WEB,
        capacity=1 if age < 13 else chance.choice((1, 1, 2)),
        avatar=chance.choice(AVATARS),
        colour=chance.choice(COLOURS),
        state=_state(chance, yes, ResidentState.AWAITING_CONSENT),
        created_days_ago=chance.randrange(3, 13) if not yes else chance.randrange(3, 300),
        guardian_address=guardian,
        household=household,
        wished_town=_wish(chance, town),
        twin_of_twin=chance.random() < 0.4,
    )


def draw_adult(chance: random.Random, town: DemoTown, number: int, today: date) -> DemoResident:
    """An adult of 18 to 91, rather older than younger: that is who joins a twinning association."""
    age = chance.choice((chance.randrange(18, 40), chance.randrange(35, 65), chance.randrange(60, OLDEST + 1)))
    birth = birth_of(age, chance.randrange(1, 300), today)
    names = read_json("names")[town.country]["senior" if age >= SENIOR_AGE else "adult"]
    shown, ascii_name = _name(chance.choice(names))
    medium = _medium(chance, age)
    confirmed = medium is Medium.PAPER or chance.random() < 0.93
    facts, question = _texts(chance, town.language, age)
    return DemoResident(
        key=f"{ascii_name}-{number}",
        number=number,
        first_name=shown,
        town=town.slug,
        band=band_on(birth, today),
        birth=birth,
        locale=town.language,
        languages=_languages(chance, town, speaks_more=0.75),
        interests=_interests(chance, age),
        medium=medium,
        capacity=chance.choices((1, 2, 3), (6, 3, 1))[0],
        avatar=chance.choice(AVATARS),
        colour=chance.choice(COLOURS),
        state=_state(chance, confirmed, ResidentState.UNCONFIRMED),
        created_days_ago=chance.randrange(3, 400) if confirmed else chance.randrange(1, 6),
        address=None if medium is Medium.PAPER else f"{ascii_name}.{number}@post.example",
        wished_town=_wish(chance, town),
        twin_of_twin=chance.random() < 0.5,
        facts=facts,
        question=question,
    )


def _name(entry: str) -> tuple[str, str]:
    """The name as it is shown, and in the letters of an address; Arabic names bring their own after a bar."""
    shown, _, given = entry.partition("|")
    plain = unicodedata.normalize("NFKD", (given or shown).translate(_LETTERS)).encode("ascii", "ignore").decode()
    return shown, plain.lower().replace(" ", ".")


def _languages(chance: random.Random, town: DemoTown, speaks_more: float) -> tuple[DemoLanguage, ...]:
    """The town's own language, then those of its twins, English before all."""
    own = DemoLanguage(town.language, Level.FIRST)
    twins = [towns()[slug].language for slug in twins_of(town.slug)]
    others = [code for code in dict.fromkeys((*twins, "en")) if code != town.language]
    spoken = [own]
    for code in others:
        if chance.random() < (speaks_more if code == "en" or town.language == "en" else speaks_more / 3):
            level = chance.choices((Level.FIRST, Level.WELL, Level.LITTLE), (1, 5, 6))[0]
            spoken.append(DemoLanguage(code, level, level is not Level.FIRST and chance.random() < 0.6))
        if len(spoken) == 4:
            break
    return tuple(spoken)


def _interests(chance: random.Random, age: int) -> tuple[str, ...]:
    """Five to twelve, most from two or three groups, as people are; common ones more often than rare ones."""
    fitting = [interest for interest in INTERESTS.values() if _fits(interest, age)]
    loved = set(chance.sample(sorted(GROUPS), 3))
    weights = [(12 if interest.group in loved else 1) * (5 - interest.rarity) for interest in fitting]
    wanted = chance.randrange(5, 13)
    chosen: dict[str, None] = {}
    while len(chosen) < wanted:
        chosen[chance.choices(fitting, weights)[0].code] = None
    return tuple(chosen)


def _fits(interest: Interest, age: int) -> bool:
    youngest, oldest = _FITTING_AGES.get(interest.code, (0, OLDEST))
    return youngest <= age <= oldest and (interest.for_children or age >= ADULT_AGE)


def _medium(chance: random.Random, age: int) -> Medium:
    if age >= OLD_AGE and chance.random() < 0.3:
        return Medium.PAPER
    return chance.choice((Medium.WEB, Medium.EMAIL))


def _state(chance: random.Random, confirmed: bool, otherwise: ResidentState) -> ResidentState:
    if not confirmed:
        return otherwise
    return chance.choices((ResidentState.ACTIVE, ResidentState.PAUSED, ResidentState.LEFT), (92, 6, 2))[0]


def _wish(chance: random.Random, town: DemoTown) -> str | None:
    return chance.choice(twins_of(town.slug)) if chance.random() < 0.3 else None


def _texts(chance: random.Random, language: str, age: int) -> tuple[str, str]:
    """Two facts on two lines, and one question."""
    texts = read_json("texts")[language]
    first = chance.choice(texts["older"] if age >= OLD_AGE else texts["facts"])
    second = chance.choice([fact for fact in texts["facts"] if fact != first])
    return f"{first}\n{second}", chance.choice(texts["questions"])
