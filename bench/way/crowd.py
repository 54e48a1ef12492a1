"""Who writes in the measurement? Fills a fresh database with pen friends and the letters that they have had so far.

Rows go in by the thousand, so that a hundred thousand letters take seconds. Only the writers of the measurement have
earlier letters of full size; everybody else's are short, which spares disk and changes no count of rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bench.way.words import Stamp, text
from penfriends import migrate
from penfriends.actions.addresses import Addresses
from penfriends.ids import alias_local_part, uuid7
from penfriends.models.delivery import Alias, Delivery, DeliveryKind, DeliveryState, RawMail, RawMailState
from penfriends.models.letters import Blob, Channel, Correspondence, Letter, LetterMailId, LetterState, Participant
from penfriends.models.places import Association, Town
from penfriends.models.residents import Resident, ResidentState
from penfriends.models.signin import LinkPurpose, OneTimeLink, SignIn
from penfriends.rules.bands import Band
from penfriends.rules.matching import Medium

EACH = 10  # letters that each of the two has sent so far: past the five that a person reads (rule R23)
ROWS_AT_ONCE = 2000
Rows = dict[type[SQLModel], list[SQLModel]]


@dataclass(frozen=True, slots=True)
class Crowd:
    """The way of each writer's next mail, and how many letters lie in the database."""

    stamps: tuple[Stamp, ...]
    letters: int


async def fill(
    engine: AsyncEngine, *, letters: int, writers: int, size: int, at: Addresses, seed: int, now: datetime
) -> Crowd:
    """A fresh database with about `letters` letters; `writers` of its people will write in the measurement."""
    await migrate.upgrade(engine)
    random = Random(seed)  # noqa: S311 (repeatable, no secret)
    pairs = max(writers, letters // (2 * EACH))
    stamps: list[Stamp] = []
    async with engine.begin() as connection:
        towns = await _towns(connection)
        rows: Rows = {}
        for number in range(pairs):
            writes = number < writers
            stamp = _pair(rows, number, towns, random, size if writes else 200, at=at, now=now)
            if writes:
                stamps.append(stamp)
            if number % 50 == 49:
                await _insert(connection, rows)
        await _insert(connection, rows)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("ANALYZE")
    return Crowd(tuple(stamps), pairs * 2 * EACH)


async def _towns(connection: AsyncConnection) -> tuple[UUID, UUID]:
    rows: Rows = {}
    ids = []
    for slug, country, language in (("huerth", "DE", "de"), ("thetford", "GB", "en")):
        keeper = Association(slug=slug, name=slug.title())
        town = Town(
            slug=slug, name=slug.title(), country=country, language=language, timezone="Europe/London", latitude=52.0,
            longitude=1.0, association_id=keeper.id,
        )  # fmt: skip
        _put(rows, keeper, town)
        ids.append(town.id)
    await _insert(connection, rows)
    return ids[0], ids[1]


def _pair(
    rows: Rows, number: int, towns: tuple[UUID, UUID], random: Random, size: int, *, at: Addresses, now: datetime
) -> Stamp:
    """Two adults, their correspondence, and the letters between them; the way of the first one's next mail."""
    start = now - timedelta(days=200)
    match = Correspondence(band=Band.ADULT, opened_at=start, state_changed_at=start)
    _put(rows, match)
    sides: list[Participant] = []
    senders: list[str] = []
    aliases: list[str] = []
    for name, town in zip(("Anna", "Ben"), towns, strict=True):
        email = f"{name.lower()}.{number}@mail{number % 7}.example"
        who = SignIn(email=email, email_key=email, verified_at=start, created_at=start)
        resident = Resident(
            sign_in_id=who.id, town_id=town, band=Band.ADULT, birth_year=1955, first_name=name, medium=Medium.EMAIL,
            state=ResidentState.ACTIVE, profile_changed_at=start, rules_agreed_at=start, created_at=start,
        )  # fmt: skip
        side = Participant(
            correspondence_id=match.id, resident_id=resident.id, band=Band.ADULT, open_band=Band.ADULT, joined_at=start
        )
        alias = Alias(local_part=alias_local_part(), participant_id=side.id, created_at=start)
        _put(rows, who, resident, side, alias)
        sides.append(side)
        senders.append(email)
        aliases.append(at.alias(alias.local_part))
    last = _letters(rows, sides, senders, aliases, random, size, at=at, start=start)
    return Stamp(senders[0], aliases[0], last)


def _letters(
    rows: Rows, sides: list[Participant], senders: list[str], aliases: list[str], random: Random, size: int,
    *, at: Addresses, start: datetime,
) -> str:  # fmt: skip
    """Turn and turn about, all delivered, with everything that the way of a letter leaves behind. The last one's id."""
    last = ""
    for turn in range(2 * EACH):
        author, reader = sides[turn % 2], sides[1 - turn % 2]
        sent = start + timedelta(days=turn * 9)
        words = text(random, size)
        letter = Letter(
            correspondence_id=author.correspondence_id, author_id=author.id, state=LetterState.DELIVERED,
            channel=Channel.EMAIL, original_text=words, kept_text=words, released_text=words, content_hash="0" * 64,
            created_at=sent, changed_at=sent, sent_at=sent, screened_at=sent, released_at=sent, due_at=sent,
            delivered_at=sent,
        )  # fmt: skip
        last = at.message_id(f"l-{alias_local_part()}")
        blob = Blob(sha256=f"{random.getrandbits(256):064x}", data=b"gone", size=4, created_at=sent)
        _put(
            rows, letter, blob,
            RawMail(
                participant_id=author.id, envelope_from=senders[turn % 2], envelope_to=aliases[turn % 2],
                blob_sha256=blob.sha256, inbound_key=f"{random.getrandbits(256):064x}", state=RawMailState.TAKEN,
                letter_id=letter.id, received_at=sent, handled_at=sent,
            ),
            Delivery(
                kind=DeliveryKind.LETTER, letter_id=letter.id, participant_id=reader.id, state=DeliveryState.SENT,
                content_hash="0" * 64, due_at=sent, sent_at=sent, message_id=last, created_at=sent,
            ),
            LetterMailId(letter_id=letter.id, participant_id=reader.id, message_id=last),
            LetterMailId(letter_id=letter.id, participant_id=author.id, message_id=f"<{uuid7().hex}@mail.example>"),
            *(_link(purpose, subject, sent) for purpose, subject in (
                (LinkPurpose.STOP_LETTERS, reader.id), (LinkPurpose.REPORT_LETTER, letter.id)
            )),
        )  # fmt: skip
    return last


def _link(purpose: LinkPurpose, subject: UUID, made: datetime) -> OneTimeLink:
    return OneTimeLink(
        fingerprint=uuid7().hex, purpose=purpose, subject_id=subject, created_at=made,
        expires_at=made + timedelta(days=180),
    )  # fmt: skip


def _put(rows: Rows, *made: SQLModel) -> None:
    for one in made:
        rows.setdefault(type(one), []).append(one)


async def _insert(connection: AsyncConnection, rows: Rows) -> None:
    """Tables in the order in which they refer to each other; empties `rows`."""
    order = {table: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}
    for kind in sorted(rows, key=lambda one: order[_table(one)]):
        for chunk in _chunks(rows[kind]):
            await connection.execute(sa.insert(_table(kind)), [one.model_dump() for one in chunk])
    rows.clear()


def _table(kind: type[SQLModel]) -> sa.Table:
    found: Any = kind
    table: sa.Table = found.__table__
    return table


def _chunks(rows: list[SQLModel]) -> Iterator[list[SQLModel]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
