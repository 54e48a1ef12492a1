"""What has been answered in a sign-up, what is still missing, and what must not be taken?

Answers are kept as plain JSON in the draft, one key a question; here they become values. The band is computed from the
birthday each time and never stored or typed (rule R01).
"""

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from penfriends.rules.bands import JOINING_AGE, Band, Birth, age_on, band_on, needs_full_date
from penfriends.rules.interests import INTERESTS
from penfriends.rules.matching import TEEN_AGE, Level, Medium
from penfriends.rules.name_contact import tells_where

LIKES_FEWEST, LIKES_MOST = 3, 12
NAME_LONGEST = 60
TEXT_LONGEST = 300
WRITING_LANGUAGES = (
    "en",
    "de",
    "fr",
    "nl",
    "pl",
    "ar",
    "es",
    "it",
    "pt",
    "uk",
    "ru",
    "tr",
    "cs",
    "ro",
    "el",
    "sv",
    "he",
)

_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+\.[^@\s.<>,;:\"()\[\]\\]{2,}")
_PHONE = re.compile(r"(?:\d[\s./()-]*){6,}")


class Step(enum.StrEnum):
    """The questions, in the order in which they are asked. `birthday` is asked of those who may be under 19."""

    START = "start"
    TOWN = "town"
    AGE = "age"
    BIRTHDAY = "birthday"
    ABOUT = "about"
    LANGUAGES = "languages"
    LIKES = "likes"
    HOW = "how"
    CHECK = "check"


class Who(enum.StrEnum):
    ME = "me"
    CHILD = "child"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Written:
    """A language, how well, and whether they would like to practise it."""

    code: str
    level: Level
    practises: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything answered so far; empty where nothing was."""

    who: Who | None = None
    town: str = ""
    birth: Birth | None = None
    first_name: str = ""
    email: str = ""
    guardian_email: str = ""
    avatar: str = ""
    languages: tuple[Written, ...] = ()
    likes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    question: str = ""
    medium: Medium | None = None
    wished_town: str = ""
    capacity: int = 1
    twin_of_twin: bool = False
    births: tuple[Birth, ...] = field(default=())

    def band(self, today: date) -> Band:
        """Child or adult; who has not said when they were born is a child."""
        return band_on(self.birth, today) if self.birth else Band.CHILD


def answers_of(raw: Mapping[str, Any]) -> Answers:
    """The answers of a draft. What does not fit (an old draft, a changed list) counts as not answered."""
    return Answers(
        who=Who(raw["who"]) if raw.get("who") in set(Who) else None,
        town=str(raw.get("town", "")),
        birth=_birth(raw.get("birth")),
        first_name=str(raw.get("first_name", "")),
        email=str(raw.get("email", "")),
        guardian_email=str(raw.get("guardian_email", "")),
        avatar=str(raw.get("avatar", "")),
        languages=tuple(
            Written(str(code), Level(level), bool(practises)) for code, level, practises in raw.get("languages", ())
        ),
        likes=tuple(code for code in raw.get("likes", ()) if code in INTERESTS),
        facts=tuple(str(fact) for fact in raw.get("facts", ())),
        question=str(raw.get("question", "")),
        medium=Medium(raw["medium"]) if raw.get("medium") in set(Medium) else None,
        wished_town=str(raw.get("wished_town", "")),
        capacity=int(raw.get("capacity", 1)),
        twin_of_twin=bool(raw.get("twin_of_twin", False)),
        births=tuple(birth for birth in map(_birth, raw.get("births", ())) if birth),
    )


def stored_birth(birth: Birth) -> list[Any]:
    """A birthday as it stands in a draft."""
    return [birth.year, birth.on.isoformat() if birth.on else None]


def _birth(raw: Any) -> Birth | None:
    return Birth(int(raw[0]), date.fromisoformat(raw[1]) if raw[1] else None) if raw else None


def first_missing(answers: Answers, today: date, own_from: int) -> Step:
    """The first question without a good answer, or CHECK. `own_from`: from which age a yes of one's own counts."""
    birth = answers.birth
    if answers.who not in (Who.ME, Who.CHILD):
        return Step.START
    if not answers.town:
        return Step.TOWN
    asked_first = Step.BIRTHDAY if answers.who is Who.CHILD else Step.AGE
    if birth is None:
        return asked_first
    if not birth_is_known(birth, today, for_child=answers.who is Who.CHILD):
        return Step.BIRTHDAY
    if age_on(birth, today) < JOINING_AGE:
        return asked_first
    band = answers.band(today)
    if not answers.first_name or not answers.avatar or _address_missing(answers, today, own_from):
        return Step.ABOUT
    if not answers.languages:
        return Step.LANGUAGES
    if not likes_fit(answers.likes, band) or (band is Band.ADULT and not (answers.facts and answers.question)):
        return Step.LIKES
    if answers.medium is None or answers.capacity > most_friends(age_on(birth, today)):
        return Step.HOW
    return Step.CHECK


def birth_is_known(birth: Birth, today: date, *, for_child: bool = False) -> bool:
    """Whether this is enough: the full date of everybody who may be under 19, and of every child (rule R01)."""
    return birth.on is not None or not (for_child or needs_full_date(birth.year, today))


def _address_missing(answers: Answers, today: date, own_from: int) -> bool:
    """Adults need their own address, children a guardian's; below 13 none of their own, with an own yes both (R07)."""
    if answers.band(today) is Band.ADULT:
        return not answers.email
    age = age_on(answers.birth, today) if answers.birth else 0
    own_yes, too_young_for_own = age >= own_from, bool(answers.email) and age < TEEN_AGE
    same = answers.email.casefold() == answers.guardian_email.casefold()
    return not answers.guardian_email or same or too_young_for_own or (own_yes and not answers.email)


def likes_fit(likes: tuple[str, ...], band: Band) -> bool:
    """Whether these are three to twelve known things, and for a child only those meant for children (rule R47)."""
    fitting = [code for code in likes if code in INTERESTS and (band is Band.ADULT or INTERESTS[code].for_children)]
    return LIKES_FEWEST <= len(fitting) <= LIKES_MOST and len(fitting) == len(likes)


def most_friends(age: int) -> int:
    """Rule R19: one pen friend below 13, two below 18, three for adults."""
    return 1 if age < TEEN_AGE else 2 if age < 18 else 3


def clean_name(typed: str) -> str:
    """A name as it was written, in any script: composed (NFC), trimmed, single spaces. Nothing else is changed."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


class NameFault(enum.StrEnum):
    MISSING = "missing"
    TOO_LONG = "too_long"
    CONTROL = "control"
    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"


def name_fault(name: str) -> NameFault | None:
    """Why a cleaned name cannot be taken. Joiners (Arabic, Persian) and marks are letters; controls are not."""
    if not name:
        return NameFault.MISSING
    if len(name) > NAME_LONGEST:
        return NameFault.TOO_LONG
    if any(_is_control(letter) for letter in name):
        return NameFault.CONTROL
    if "@" in name or "://" in name:
        return NameFault.EMAIL
    if _PHONE.search(unicodedata.normalize("NFKC", name)):
        return NameFault.PHONE
    return NameFault.HANDLE if tells_where(name) else None


def _is_control(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") or (kind == "Cf" and letter not in "\u200c\u200d")


def is_address(typed: str) -> bool:
    """Whether this looks like an e-mail address; whether it is one, only a mail can tell."""
    return len(typed) <= 254 and _EMAIL.fullmatch(typed) is not None


def has_contact(text: str) -> bool:
    """Whether a profile text carries an address, a link or a telephone number."""
    folded = unicodedata.normalize("NFKC", text)
    return "@" in folded or "://" in folded or "www." in folded.casefold() or _PHONE.search(folded) is not None
