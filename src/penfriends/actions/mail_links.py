"""What does a link in a mail open for somebody who is not signed in? It only looks; a press of a button acts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import compose, links, reports, throttle
from penfriends.actions.compose import Side
from penfriends.actions.threads import partner_of
from penfriends.errors import NotFound, Refused
from penfriends.mail import inbound
from penfriends.models.delivery import RawMail
from penfriends.models.letters import Blob, Letter, Participant
from penfriends.models.matching import MatchSide
from penfriends.models.moderation import Report, ReportState
from penfriends.models.signin import LinkPurpose

MORE_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that came by mail: its reader, who holds the link, and its writer."""

    letter: Letter
    reader: Side
    writer: Side


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that waits for its writer to say that it is theirs."""

    subject: str
    received_at: datetime
    friend: str


async def match_side(db: AsyncSession, secret: str, *, now: datetime) -> MatchSide:
    """Whose answer to a match the link takes. It works until the match is over, so that looking again shows it."""
    link = await links.find(db, secret, LinkPurpose.ANSWER_MATCH, now=now)
    side = await db.get(MatchSide, link.subject_id) if link.subject_id else None
    if side is None:
        raise NotFound
    return side


async def received(db: AsyncSession, secret: str, *, now: datetime) -> Received:
    """The letter that somebody looks at who may want to report it. The link works as long as it lives."""
    link = await links.find(db, secret, LinkPurpose.REPORT_LETTER, now=now)
    letter = await db.get(Letter, link.subject_id) if link.subject_id else None
    author = await db.get(Participant, letter.author_id) if letter else None
    if letter is None or author is None:
        raise NotFound
    reader = await partner_of(db, author)
    return Received(letter, await _side(db, reader.id), await _side(db, author.id))


async def stopping(db: AsyncSession, secret: str, *, now: datetime) -> Side:
    """Who would like a rest from letters. The link works as long as it lives."""
    link = await links.find(db, secret, LinkPurpose.STOP_LETTERS, now=now)
    return await _side(db, link.subject_id)


async def waiting_mail(db: AsyncSession, secret: str, *, now: datetime) -> WaitingMail:
    """The mail behind a link of rule R27, as its writer knows it again: subject, time, to whom."""
    link = await links.find(db, secret, LinkPurpose.CONFIRM_MAIL, now=now)
    row = await db.get(RawMail, link.subject_id) if link.subject_id else None
    if row is None or row.participant_id is None:
        raise NotFound
    raw = (await db.exec(select(Blob.data).where(Blob.sha256 == row.blob_sha256))).one()
    friend = await compose.friend_of(db, row.participant_id)
    return WaitingMail(inbound.parse(raw).subject[:150], row.received_at, friend.resident.first_name if friend else "")


async def report(
    db: AsyncSession, reader: Participant, letter_id: UUID, *, kind: str, text: str, block: bool, now: datetime
) -> None:
    """Freeze, and block where asked, in one transaction (rule R31).

    A letter has one open report of a kind: pressing again changes nothing, more words are added to it. Who says more
    than MORE_A_DAY times a day is not heard further, but can still block. Raises Refused(TOO_MANY_TRIES).
    """
    try:
        await _say(db, reader, letter_id, kind=kind, text=text.strip(), now=now)
    except Refused:
        if not block:
            raise
    if block:
        await reports.block(db, reader.id, now=now)


async def _say(db: AsyncSession, reader: Participant, letter_id: UUID, *, kind: str, text: str, now: datetime) -> None:
    found = await db.exec(
        select(Report).where(
            Report.reporter_id == reader.id,
            Report.letter_id == letter_id,
            Report.kind == kind,
            Report.state != ReportState.CLOSED,
        )
    )
    open_one = found.first()
    if open_one is not None and text[: reports.LONGEST] in open_one.text:
        return
    await throttle.check(db, f"report:{reader.id}:{letter_id}", limit=MORE_A_DAY, within=timedelta(days=1), now=now)
    if open_one is None:
        await reports.report(db, reader.id, letter_id=letter_id, kind=kind, text=text, now=now)
    else:
        open_one.text = f"{open_one.text}\n\n{text}".strip()[: reports.LONGEST]
        db.add(open_one)


async def _side(db: AsyncSession, participant_id: UUID | None) -> Side:
    side = await compose.side_of(db, participant_id)
    if side is None:
        raise NotFound
    return side
