"""What do teachers hear of reports by and about their pupils, and who is told at once of a letter that is urgent? (R31,
R33)

A teacher sees that there is a report, its kind and what came of it: neither its words, which are for the moderators of
the towns, nor who reported an own pupil. The mails say only that there is something to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, class_notices, teaching, viewing
from penfriends.actions.addresses import Addresses
from penfriends.actions.partner_search import card_of
from penfriends.models.letters import Correspondence, Letter, Participant
from penfriends.models.moderation import AuditEntry, Hold, Moderator, Report, ReportState, Role
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil

TOLD_WITHIN = timedelta(days=7)
"""What is older was told, or happened before there were such mails."""

_OPENED, _CLOSED, _URGENT = "class_told_report", "class_told_outcome", "class_told_urgent"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A report that an own pupil has made (`by_own`), or that somebody has made about an own pupil."""

    report: Report
    name: str
    by_own: bool

    @property
    def is_open(self) -> bool:
        return self.report.state is not ReportState.CLOSED


async def of_class(db: AsyncSession, class_id: UUID, teacher: Moderator, *, now: datetime) -> list[Alarm]:
    """The reports by and about the pupils of a class, open ones first, then the newest; that their names were shown
    leaves a line (rule R41). Raises NotFound for a foreign class."""
    of = await teaching.own_class(db, class_id, teacher)
    found = await db.exec(
        select(Report, Participant, Pupil, Resident)
        .join(Participant, _is_side())
        .join(Pupil, col(Pupil.resident_id) == col(Participant.resident_id))
        .join(Resident, col(Resident.id) == col(Pupil.resident_id))
        .where(Pupil.class_id == of.id)
        .order_by(col(Report.created_at).desc(), col(Report.id))
    )
    rows = found.all()
    await viewing.note_list(db, teacher, [resident for *_rest, resident in rows], now=now)
    alarms = [
        Alarm(report, f"{resident.first_name} {pupil.initial}".rstrip(), by_own=report.reporter_id == side.id)
        for report, side, pupil, resident in rows
    ]
    return sorted(alarms, key=lambda one: not one.is_open)


async def count_open(db: AsyncSession, class_id: UUID) -> int:
    """How many reports by and about pupils of a class nobody has closed yet."""
    found = await db.exec(
        select(func.count(func.distinct(col(Report.id))))
        .select_from(Report)
        .join(Participant, _is_side())
        .join(Pupil, col(Pupil.resident_id) == col(Participant.resident_id))
        .where(Pupil.class_id == class_id, Report.state != ReportState.CLOSED)
    )
    return found.one()


async def sweep(db: AsyncSession, *, at: Addresses, now: datetime) -> int:
    """Tell of what is new, each once: reports that were made or closed, and letters that are urgent. For workers;
    returns of how many."""
    told = 0
    for action, moment in ((_OPENED, Report.created_at), (_CLOSED, Report.closed_at)):
        for report in await _untold_reports(db, action, moment, now=now):
            sides = await _classes_of(db, [report.reporter_id, report.reported_id])
            about = "outcome" if action == _CLOSED else "report"
            await _tell_teachers(db, sides, about, at=at, now=now)
            await _keep(db, action, "report", report.id, now=now)
            told += 1
    for hold, letter in await _untold_urgent(db):
        await _tell_of_letter(db, hold, letter, at=at, now=now)
        await _keep(db, _URGENT, "hold", hold.id, now=now)
        told += 1
    return told


def _is_side() -> ColumnElement[bool]:
    return or_(col(Participant.id) == col(Report.reporter_id), col(Participant.id) == col(Report.reported_id))


async def _untold_reports(db: AsyncSession, action: str, moment: Any, *, now: datetime) -> Sequence[Report]:
    found = await db.exec(
        select(Report)
        .join(Correspondence, col(Correspondence.id) == col(Report.correspondence_id))
        .where(col(Correspondence.pairing_id).is_not(None), moment > now - TOLD_WITHIN, ~_is_told(action, Report.id))
        .order_by(col(Report.created_at), col(Report.id))
    )
    return found.all()


async def _untold_urgent(db: AsyncSession) -> Sequence[tuple[Hold, Letter]]:
    found = await db.exec(
        select(Hold, Letter)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(
            col(Hold.closed_at).is_(None),
            col(Hold.urgent).is_(True),
            col(Correspondence.pairing_id).is_not(None),
            ~_is_told(_URGENT, Hold.id),
        )
        .order_by(col(Hold.created_at), col(Hold.id))
    )
    return found.all()


async def _tell_of_letter(db: AsyncSession, hold: Hold, letter: Letter, *, at: Addresses, now: datetime) -> None:
    """The teachers whose turn it is, and the safeguarding lead and deputy of the writer's town (rule R33)."""
    sides = select(Participant.id).where(Participant.correspondence_id == letter.correspondence_id)
    wrote = col(Participant.id) == letter.author_id
    turn = await db.exec(sides.where(~wrote if hold.arriving else wrote))
    await _tell_teachers(db, await _classes_of(db, turn.all()), "letter", at=at, now=now)
    for class_id in await _classes_of(db, [letter.author_id]):
        home = await card_of(db, class_id)
        leads = select(Moderator).where(
            Moderator.association_id == home.association_id, Moderator.active,
            col(Moderator.role).in_([Role.LEAD, Role.DEPUTY]),
        )  # fmt: skip
        await class_notices.alarm(db, home, (await db.exec(leads)).all(), "letter", at=at, now=now)


async def _tell_teachers(
    db: AsyncSession, classes: Sequence[UUID], about: str, *, at: Addresses, now: datetime
) -> None:  # fmt: skip
    for class_id in classes:
        home = await card_of(db, class_id)
        teachers = [who for who, _box in await class_notices.teachers_of(db, home)]
        await class_notices.alarm(db, home, teachers, about, at=at, now=now)


async def _classes_of(db: AsyncSession, participants: Sequence[UUID]) -> list[UUID]:
    found = await db.exec(
        select(Pupil.class_id)
        .join(Participant, col(Participant.resident_id) == col(Pupil.resident_id))
        .where(col(Participant.id).in_(participants))
        .distinct()
        .order_by(col(Pupil.class_id))
    )
    return list(found.all())


def _is_told(action: str, subject: Any) -> ColumnElement[bool]:
    return exists(select(AuditEntry.number).where(AuditEntry.action == action, col(AuditEntry.subject_id) == subject))


async def _keep(db: AsyncSession, action: str, subject: str, subject_id: UUID, *, now: datetime) -> None:
    await audit.note(
        db, now=now, actor=audit.Actor.SYSTEM, actor_id=None, action=action, subject=subject, subject_id=subject_id
    )  # fmt: skip
