"""Two pen friends and the house that stands between them: the scene that the tests of the relay play in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import doorway, inbox, letters
from penfriends.clock import utc_now
from penfriends.db import Database, make_engine
from penfriends.jobs import Job
from penfriends.mail.smtp import SmtpServer
from penfriends.models.delivery import Alias, Delivery, DeliveryKind, RawMail
from penfriends.models.letters import Channel, Letter, LetterState, Participant
from penfriends.models.moderation import Decision, Hold, Verb
from penfriends.models.residents import Consent, Resident
from penfriends.models.signin import SignIn
from penfriends.rules.matching import Medium
from tests import builders
from workers.letters import read_mail
from workers.tools import Tools

ANNA_MAIL = "anna.musterfrau@mail.example"
BEN_MAIL = "ben.bloggs@post.example"
NOWHERE = 9  # the port "discard", where nobody listens


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a participant, the masked address that this one writes to, and the mailbox behind it."""

    participant_id: UUID
    resident_id: UUID
    sign_in_id: UUID
    alias: str
    mail: str


@dataclass
class House:
    """Anna and Ben in their towns, and the tools of a worker on their database."""

    tools: Tools
    anna: Side
    ben: Side
    correspondence_id: UUID
    nudges: list[tuple[Job, UUID | None]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.tools.database

    async def release(
        self,
        text: str = "Dear Ben,\n\nthe plums are ripe.",
        *,
        title: str = "",
        parent: UUID | None = None,
        by: Side | None = None,
    ) -> Letter:
        """A letter of Anna's (or `by`) that was let go and may leave at once."""
        async with self.database.transaction() as db:
            author = await db.get_one(Participant, (by or self.anna).participant_id)
            row = await builders.letter(
                db, author, text, state=LetterState.WRITTEN, at=utc_now(), parent_id=parent, title=title
            )
            row.channel = Channel.WEB
            policy = replace(self.tools.policy, undo_minutes=0)
            await letters.release(db, row, at=self.tools.at, policy=policy, now=utc_now() - timedelta(seconds=1))
            await read_by_somebody(db, row)
        return row

    async def letter(self, letter_id: UUID) -> Letter:
        async with self.database.reading() as db:
            return await db.get_one(Letter, letter_id)

    async def delivery(self, letter_id: UUID) -> Delivery:
        async with self.database.reading() as db:
            return (await db.exec(select(Delivery).where(Delivery.letter_id == letter_id))).one()

    async def notices(self) -> list[Delivery]:
        async with self.database.reading() as db:
            found = await db.exec(
                select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE).order_by(col(Delivery.id))
            )
            return list(found)

    async def hold_reasons(self, letter_id: UUID) -> list[str]:
        """Why the letter waits for a person, visibly; empty if it does not."""
        async with self.database.reading() as db:
            found = await db.exec(select(Hold).where(Hold.letter_id == letter_id, col(Hold.closed_at).is_(None)))
            holds = list(found)
            held = (await db.get_one(Letter, letter_id)).state is LetterState.HELD
        return [reason for hold in holds for reason in hold.reasons] if held else []

    async def letters(self) -> list[Letter]:
        async with self.database.reading() as db:
            return list(await db.exec(select(Letter).order_by(col(Letter.id))))

    async def take_in(self, raw: bytes, to: str = "", *, envelope_from: str = "") -> UUID:
        """A mail that the mailroom has kept, for Anna's alias unless told otherwise."""
        address = to or self.anna.alias
        async with self.database.transaction() as db:
            target = await doorway.target_of(db, address, at=self.tools.at)
            assert target is not None
            sender = envelope_from or self.anna.mail
            sender = "" if sender == "<>" else sender
            return await inbox.take_in(db, target, raw, envelope_from=sender, envelope_to=address, now=utc_now())

    async def post(self, raw: bytes, to: str = "", *, envelope_from: str = "") -> RawMail:
        """A mail that came in and was read by a worker."""
        raw_mail_id = await self.take_in(raw, to, envelope_from=envelope_from)
        await read_mail(self.tools, raw_mail_id)
        return await self.raw_mail(raw_mail_id)

    async def raw_mail(self, raw_mail_id: UUID) -> RawMail:
        async with self.database.reading() as db:
            return await db.get_one(RawMail, raw_mail_id)


async def read_by_somebody(db: AsyncSession, letter: Letter) -> None:
    """A moderator's yes to a letter as it is, without which no child's letter leaves (rule R22)."""
    reader = await builders.moderator(db, None, "Reader")
    db.add(
        Decision(
            moderator_id=reader.id, verb=Verb.RELEASE, subject="letter", subject_id=letter.id,
            content_hash=letter.content_hash, at=utc_now(),
        )
    )  # fmt: skip


def tools_on(database: Database, port: int) -> Tools:
    """A worker's tools that speak to the mail server on a loopback port and do not wait long."""
    server = SmtpServer("127.0.0.1", port, timeout=2, data_timeout=1)
    return Tools(database, builders.AT, builders.POLICY, server)


@asynccontextmanager
async def house_on(url: str, port: int = NOWHERE, *, children: bool = False) -> AsyncIterator[House]:
    """The scene on a fresh database; mail leaves to the loopback port `port`."""
    nudges: list[tuple[Job, UUID | None]] = []

    async def nudge(job: Job, subject: UUID | None) -> None:
        nudges.append((job, subject))

    database = Database(make_engine(url), nudge)
    try:
        async with database.transaction() as db:
            anna, ben, correspondence_id = await set_scene(db, children=children)
        yield House(tools_on(database, port), anna, ben, correspondence_id, nudges)
    finally:
        await database.close()


async def set_scene(
    db: AsyncSession, *, children: bool = False, now: datetime | None = None
) -> tuple[Side, Side, UUID]:
    """Anna of Hürth and Ben of Thetford, in an open correspondence."""
    moment = now or utc_now()
    huerth = await builders.town(
        db, "Hürth", country="DE", language="de", zone="Europe/Berlin", of=await builders.association(db, "huerth")
    )
    thetford = await builders.town(db, "Thetford", twin=huerth)
    if children:
        one = await builders.child(db, huerth, "Anna", guardian_email=ANNA_MAIL)
        other = await builders.child(db, thetford, "Ben", guardian_email=BEN_MAIL)
        for consent in await db.exec(select(Consent)):
            consent.asked_at, consent.answered_at = moment, moment
            consent.expires_at = moment + timedelta(days=365)
            db.add(consent)
    else:
        one = await builders.adult(db, huerth, "Anna", email=ANNA_MAIL)
        other = await builders.adult(db, thetford, "Ben", email=BEN_MAIL)
    for resident in (one, other):
        resident.medium = Medium.EMAIL
        db.add(resident)
    author, reader = await builders.correspondence(db, one, other, now=moment)
    anna = await _side(db, author, one, ANNA_MAIL)
    ben = await _side(db, reader, other, BEN_MAIL)
    return anna, ben, author.correspondence_id


async def _side(db: AsyncSession, participant: Participant, resident: Resident, mail: str) -> Side:
    alias = (await db.exec(select(Alias).where(Alias.participant_id == participant.id))).one()
    who = (await db.exec(select(SignIn).where(SignIn.email == mail))).one()
    return Side(participant.id, resident.id, who.id, builders.AT.alias(alias.local_part), mail)
