"""Of which mails does nobody know whether they left, and what does the smarthost's log make of them?

The log decides what it proves. A child's letter that it never saw still waits for a person, who sends it again; and so
does everything of which the log says too little.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, compose, endings
from penfriends.actions.addresses import Addresses
from penfriends.jobs import Job, later
from penfriends.mail import return_path
from penfriends.mail.smarthost_log import NEAR, Answer, Fate, Wanted
from penfriends.models.delivery import Delivery, DeliveryState
from penfriends.models.letters import Correspondence, Letter
from penfriends.rules.bands import Band

ASKED_FOR = timedelta(days=3)  # after this the log will not say more
AT_ONCE = 200
WITNESSES = 20


@dataclass(frozen=True, slots=True)
class Question:
    """An unsure delivery: the mail, from when on it was tried, and since when nobody is sure."""

    delivery_id: UUID
    mail: Wanted
    since: datetime
    until: datetime


async def questions(db: AsyncSession, *, at: Addresses, now: datetime) -> list[Question]:
    """What is unsure and young enough for the log to know."""
    rows = await db.exec(
        select(Delivery)
        .where(Delivery.state == DeliveryState.UNSURE, col(Delivery.due_at) >= now - ASKED_FOR)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(AT_ONCE)
    )
    found = []
    for row in rows.all():
        mail = await _mail(db, row, at)
        if mail is not None and row.first_try_at is not None:
            found.append(Question(row.id, mail, row.first_try_at, row.due_at))
    return found


async def witnesses(db: AsyncSession, *, at: Addresses, now: datetime) -> list[tuple[Wanted, datetime]]:
    """The last mails of which the smarthost itself told us that it took them: its log must know each of them."""
    rows = await db.exec(
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.SENT,
            col(Delivery.last_code).between(250, 259),
            col(Delivery.sent_at) >= now - ASKED_FOR - NEAR,
        )
        .order_by(col(Delivery.sent_at).desc())
        .limit(WITNESSES)
    )
    found = []
    for row in rows.all():
        mail = await _mail(db, row, at)
        if mail is not None and row.sent_at is not None:
            found.append((mail, row.sent_at))
    return found


async def settle(db: AsyncSession, question: Question, answer: Answer, *, now: datetime) -> bool:
    """Do what the log says, and leave a line that says so. False: nothing was changed, a person decides."""
    if answer.fate is Fate.UNKNOWN:
        return False
    row = await db.get(Delivery, question.delivery_id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not DeliveryState.UNSURE or row.due_at != question.until:
        return False
    arrived = answer.fate is Fate.TAKEN
    if not arrived and await _is_a_childs(db, row):
        row.last_text = "smarthost log: not taken"
        db.add(row)
        return False
    row.last_text = f"smarthost log: {answer.why}"
    await endings.settle(db, row, arrived=arrived, now=now)
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action="settle_by_log", subject="delivery",
        subject_id=row.id, details={"fate": answer.fate.value, "why": answer.why, "since": question.since.isoformat()},
    )  # fmt: skip
    if not arrived:
        later(db, Job.DELIVER, row.id)
    return True


async def _mail(db: AsyncSession, row: Delivery, at: Addresses) -> Wanted | None:
    reader = await compose.reader_of(db, row)
    if reader is None or not reader.email:
        return None
    return Wanted(row.message_id, return_path.sign(row.id, at.key, at.bounce_domain), reader.email)


async def _is_a_childs(db: AsyncSession, row: Delivery) -> bool:
    if row.letter_id is None:
        return False
    found = await db.exec(
        select(Correspondence.band)
        .join(Letter, col(Letter.correspondence_id) == col(Correspondence.id))
        .where(Letter.id == row.letter_id)
    )
    return found.one() is Band.CHILD
