"""What do we say about an invented resident, before there is a row?"""

from dataclasses import dataclass, replace
from uuid import UUID

from penfriends.models.residents import ResidentState
from penfriends.rules.bands import Band, Birth
from penfriends.rules.matching import Level, Medium, Seeker
from penfriends.web import assets

AVATARS = assets.AVATARS
COLOURS = ("ochre", "moss", "plum", "teal", "sky", "brick", "navy")


@dataclass(frozen=True, slots=True)
class DemoLanguage:
    code: str
    level: Level
    practises: bool = False


@dataclass(frozen=True, slots=True)
class DemoResident:
    """One invented person.

    `address` is None for children, whose mail goes to `guardian_address`, and for people who live by paper. Siblings
    share a guardian's address, everybody of a `household` its name. `partners` are the keys of pen friends; an active
    resident with `waiting_days` waits for one (more).
    """

    key: str
    number: int
    first_name: str
    town: str
    band: Band
    birth: Birth
    locale: str
    languages: tuple[DemoLanguage, ...]
    interests: tuple[str, ...]
    medium: Medium
    capacity: int
    avatar: str
    colour: str
    state: ResidentState
    created_days_ago: int
    address: str | None = None
    guardian_address: str | None = None
    household: str | None = None
    wished_town: str | None = None
    twin_of_twin: bool = False
    facts: str = ""
    question: str = ""
    waiting_days: int | None = None
    paused_days_left: int | None = None
    partners: tuple[str, ...] = ()

    def with_partner(self, key: str) -> "DemoResident":
        return replace(self, partners=(*self.partners, key))


def seeker_of(person: DemoResident) -> Seeker:
    """The person as the rules of matching see them; the id is the number, so it is the same in every run."""
    return Seeker(
        uid=UUID(int=person.number),
        town=person.town,
        band=person.band,
        birth=person.birth,
        languages={language.code: language.level for language in person.languages},
        practises=frozenset(language.code for language in person.languages if language.practises),
        interests=frozenset(person.interests),
        media=frozenset({person.medium}),
        wished_town=person.wished_town,
        waiting_days=person.waiting_days or 0,
        capacity_left=person.capacity - len(person.partners),
        household=None if person.household is None else _household_id(person.household),
        open_to_twin_of_twin=person.twin_of_twin,
        friends=len(person.partners),
    )


def _household_id(name: str) -> UUID:
    return UUID(bytes=name.encode("ascii").rjust(16, b"\0")[-16:])
