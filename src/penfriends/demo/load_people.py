"""How do the invented residents become rows: with guardians and consents, languages, interests and households?"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions.people import email_key
from penfriends.demo.load_places import Places
from penfriends.demo.residents import DemoResident
from penfriends.ids import uuid7
from penfriends.models.residents import (
    Consent,
    ConsentState,
    ConsentText,
    Guardian,
    Household,
    Resident,
    ResidentInterest,
    ResidentLanguage,
    ResidentState,
)
from penfriends.models.signin import SignIn
from penfriends.rules import gist
from penfriends.rules.consent import LASTS
from penfriends.web.consent_text import GUARDIAN, agreed


async def residents(
    db: AsyncSession, known: Places, drawn: Sequence[DemoResident], *, now: datetime
) -> dict[str, Resident]:
    """Every resident by key, everything about them written."""
    sign_ins = await _sign_ins(db, drawn, now=now)
    guardians = await _guardians(db, drawn, sign_ins, now=now)
    households = {name: Household(id=uuid7(), created_at=now) for name in _named(one.household for one in drawn)}
    db.add_all(households.values())
    texts = _texts({one.locale for one in drawn})
    db.add_all(texts.values())
    await db.flush()
    made = {
        one.key: _resident(
            one,
            known,
            sign_in_id=sign_ins[one.address].id if one.address else None,
            guardian_id=guardians[one.guardian_address].id if one.guardian_address else None,
            household_id=households[one.household].id if one.household else None,
            now=now,
        )
        for one in drawn
    }
    db.add_all(made.values())
    await db.flush()
    db.add_all(row for one in drawn for row in _belongings(one, made[one.key], texts[one.locale], now=now))
    await db.flush()
    return made


def _named(names: object) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))  # type: ignore[attr-defined]


async def _sign_ins(db: AsyncSession, drawn: Sequence[DemoResident], *, now: datetime) -> dict[str, SignIn]:
    """One for each address; an address that nobody confirmed yet is not verified."""
    made: dict[str, SignIn] = {}
    for one in drawn:
        for address in _named((one.address, one.guardian_address)):
            unproved = one.state is ResidentState.UNCONFIRMED
            since = now - timedelta(days=one.created_days_ago)
            made.setdefault(
                address,
                SignIn(
                    id=uuid7(),
                    email=address,
                    email_key=email_key(address),
                    verified_at=None if unproved else since,
                    locale=one.locale,
                    created_at=since,
                ),
            )
    db.add_all(made.values())
    await db.flush()
    return made


async def _guardians(
    db: AsyncSession, drawn: Sequence[DemoResident], sign_ins: Mapping[str, SignIn], *, now: datetime
) -> dict[str, Guardian]:
    made = {
        address: Guardian(id=uuid7(), sign_in_id=sign_ins[address].id, created_at=now)
        for address in _named(one.guardian_address for one in drawn)
    }
    db.add_all(made.values())
    await db.flush()
    return made


def _texts(languages: set[str]) -> dict[str, ConsentText]:
    """What guardians agreed to, in each language; where two read the same, one row serves both."""
    made: dict[str, ConsentText] = {}
    by_hash: dict[str, ConsentText] = {}
    for language in sorted(languages):
        with i18n.speaking(language):
            text = agreed(GUARDIAN)
        digest = hashlib.sha256(text.text.encode()).hexdigest()
        row = ConsentText(sha256=digest, version=text.version, language=text.language, text=text.text)
        made[language] = by_hash.setdefault(digest, row)
    return made


def _resident(
    one: DemoResident,
    known: Places,
    *,
    sign_in_id: UUID | None,
    guardian_id: UUID | None,
    household_id: UUID | None,
    now: datetime,
) -> Resident:
    joined = now - timedelta(days=one.created_days_ago, hours=one.number % 9)
    today = now.date()
    return Resident(
        id=uuid7(),
        sign_in_id=sign_in_id,
        guardian_id=guardian_id,
        household_id=household_id,
        town_id=known.towns[one.town],
        band=one.band,
        birth_year=one.birth.year,
        birth_on=one.birth.on,
        first_name=one.first_name,
        locale=one.locale,
        avatar=one.avatar,
        colour=one.colour,
        medium=one.medium,
        capacity=one.capacity,
        wished_town_id=known.towns[one.wished_town] if one.wished_town else None,
        twin_of_twin=one.twin_of_twin,
        facts=one.facts,
        question=one.question,
        gist=gist.pack(
            {spoken.code: spoken.level for spoken in one.languages},
            [spoken.code for spoken in one.languages if spoken.practises],
            one.interests,
        ),
        state=one.state,
        paused_until=today + timedelta(days=one.paused_days_left) if one.paused_days_left else None,
        waiting_since=now - timedelta(days=one.waiting_days) if one.waiting_days is not None else None,
        profile_changed_at=joined,
        left_at=now - timedelta(days=one.number % 20) if one.state is ResidentState.LEFT else None,
        rules_agreed_at=joined,
        created_at=joined,
    )


def _belongings(one: DemoResident, row: Resident, text: ConsentText, *, now: datetime) -> list[SQLModel]:
    """Languages, interests and, for a child, the guardian's answer."""
    made: list[SQLModel] = [
        ResidentLanguage(resident_id=row.id, code=spoken.code, level=spoken.level, practises=spoken.practises)
        for spoken in one.languages
    ]
    made += [ResidentInterest(resident_id=row.id, code=code) for code in one.interests]
    if row.guardian_id is not None:
        made.append(_consent(one, row, row.guardian_id, text, now=now))
    return made


def _consent(one: DemoResident, row: Resident, guardian_id: UUID, text: ConsentText, *, now: datetime) -> Consent:
    if one.state is ResidentState.AWAITING_CONSENT:
        return Consent(resident_id=row.id, guardian_id=guardian_id, state=ConsentState.ASKED, asked_at=row.created_at)
    answered = max(row.created_at, now - LASTS + timedelta(days=20)) + timedelta(hours=20)
    return Consent(
        resident_id=row.id,
        guardian_id=guardian_id,
        state=ConsentState.GIVEN,
        text_sha256=text.sha256,
        asked_at=row.created_at,
        answered_at=answered,
        expires_at=answered + LASTS,
    )
