"""What waits for this moderator? Only what they may judge: their own towns', nobody they know (rules R17, R18, R38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import remit, teaching
from penfriends.actions.remit import Desk
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchRound, MatchSide, MatchState, RoundState
from penfriends.models.moderation import Decision, Hold, Moderator, Report, ReportState, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Resident
from penfriends.models.schools import Pupil
from penfriends.rules.bands import Band, Birth, age_on

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Face:
    """What the desk shows of a person: first name, age, town (rule R18); of a pupil the initial too, since a class has
    two of one name (rule R14)."""

    resident: Resident
    town: Town
    age: int
    initial: str = ""

    @property
    def name(self) -> str:
        return f"{self.resident.first_name} {self.initial}".rstrip()


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """One row of the queue of letters; `taken_by` is the name of another moderator who has it open."""

    hold: Hold
    letter: Letter
    band: Band
    author: Face
    reader: Face
    marks: int
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class WaitingMatch:
    match: Match
    sides: tuple[Face, Face]
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class WaitingReport:
    report: Report
    band: Band
    reporter: Face
    reported: Face
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody of an own town for whom the last round found nobody, and the code of the reason."""

    resident: Resident
    town: Town
    reason: str


async def counts(db: AsyncSession, desk: Desk, *, now: datetime) -> dict[str, int]:
    """How many letters, matches and reports wait for this moderator."""
    letters = select(func.count()).select_from(Hold).join(Letter, col(Letter.id) == col(Hold.letter_id))
    letters = letters.join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
    letters = letters.where(_held(), *_letters_for(desk, now=now))
    reports = select(func.count()).select_from(Report)
    reports = reports.join(Correspondence, col(Correspondence.id) == col(Report.correspondence_id))
    matches = select(func.count()).select_from(Match)
    return {
        "letters": (await db.exec(letters)).one(),
        "matches": (await db.exec(matches.where(_proposed(), remit.matches_for(desk)))).one(),
        "reports": (await db.exec(reports.where(_open_reports(), remit.letters_for(desk)))).one(),
    }


async def letters(db: AsyncSession, desk: Desk, *, now: datetime) -> list[WaitingLetter]:
    """The held letters: urgent ones first, then children's, then the oldest promise."""
    found = await db.exec(
        select(Hold, Letter, Correspondence)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(_held(), *_letters_for(desk, now=now))
        .order_by(
            col(Hold.urgent).desc(),
            (col(Correspondence.band) == Band.ADULT).asc(),
            col(Hold.created_at),
            col(Hold.id),
        )
        .limit(SHOWN)
    )
    rows = found.all()
    faces = await _faces_in(db, [letter.correspondence_id for _, letter, _ in rows], now=now)
    names = await _names(db, [hold.claimed_by for hold, _, _ in rows])
    return [
        WaitingLetter(
            hold,
            letter,
            correspondence.band,
            author=next(face for key, face in faces[letter.correspondence_id] if key == letter.author_id),
            reader=next(face for key, face in faces[letter.correspondence_id] if key != letter.author_id),
            marks=len(letter.findings),
            taken_by=_other(hold.claimed_by, hold.claimed_until, desk, names, now=now),
        )
        for hold, letter, correspondence in rows
    ]


async def matches(db: AsyncSession, desk: Desk, *, now: datetime) -> list[WaitingMatch]:
    """The proposals that wait for a yes or no, the oldest first."""
    rows = list(
        await db.exec(
            select(Match)
            .where(_proposed(), remit.matches_for(desk))
            .order_by((col(Match.band) == Band.ADULT).asc(), col(Match.proposed_at), col(Match.id))
            .limit(SHOWN)
        )
    )  # fmt: skip
    sides: dict[UUID, list[Face]] = {row.id: [] for row in rows}
    found = await db.exec(
        select(MatchSide.match_id, Resident, Town)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(MatchSide.match_id).in_(list(sides)))
        .order_by(col(MatchSide.id))
    )
    for match_id, resident, town in found.all():
        sides[match_id].append(face_of(resident, town, now.date()))
    names = await _names(db, [row.claimed_by for row in rows])
    return [
        WaitingMatch(
            row,
            (sides[row.id][0], sides[row.id][1]),
            _other(row.claimed_by, row.claimed_until, desk, names, now=now),
        )
        for row in rows
        if len(sides[row.id]) == 2
    ]


async def reports(db: AsyncSession, desk: Desk, *, now: datetime, closed: bool = False) -> list[WaitingReport]:
    """The alarms that nobody has closed, children's first; or the last that were closed."""
    wanted = (
        select(Report, Correspondence)
        .join(Correspondence, col(Correspondence.id) == col(Report.correspondence_id))
        .where(col(Report.state) == ReportState.CLOSED if closed else _open_reports(), remit.letters_for(desk))
    )
    order = [col(Report.closed_at).desc()] if closed else [(col(Correspondence.band) == Band.ADULT).asc()]
    rows = (await db.exec(wanted.order_by(*order, col(Report.created_at)).limit(20 if closed else SHOWN))).all()
    faces = await _faces_in(db, [row.correspondence_id for row, _ in rows], now=now)
    names = await _names(db, [row.claimed_by for row, _ in rows])
    return [
        WaitingReport(
            row,
            correspondence.band,
            reporter=next(face for key, face in faces[row.correspondence_id] if key == row.reporter_id),
            reported=next(face for key, face in faces[row.correspondence_id] if key == row.reported_id),
            taken_by=_other(row.claimed_by, row.claimed_until, desk, names, now=now),
        )
        for row, correspondence in rows
    ]


async def left_over(db: AsyncSession, desk: Desk) -> tuple[MatchRound | None, list[Left]]:
    """The last batch, and whom of the own towns it left without anybody, with the code of the reason."""
    batch = select(MatchRound).where(col(MatchRound.association_id).is_(None), MatchRound.state == RoundState.PUBLISHED)
    last = (await db.exec(batch.order_by(col(MatchRound.started_at).desc()).limit(1))).first()
    if last is None or not last.unmatched:
        return last, []
    found = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.id).in_([UUID(key) for key in last.unmatched]), remit.person_for(desk))
        .order_by(col(Town.name), col(Resident.first_name), col(Resident.id))
    )
    return last, [Left(resident, town, str(last.unmatched[str(resident.id)])) for resident, town in found.all()]


def face_of(resident: Resident, town: Town, today: date, initial: str = "") -> Face:
    return Face(resident, town, age_on(Birth(resident.birth_year, resident.birth_on), today), initial)


def _letters_for(desk: Desk, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """It is this reader's turn with the letter, and they have not handed it on."""
    mine = teaching.letters_for(desk.moderator, now=now)
    return remit.letters_for(desk), mine, ~_handed_on(desk.moderator)


def _held() -> ColumnElement[bool]:
    return and_(col(Hold.closed_at).is_(None), col(Letter.state) == LetterState.HELD)


def _handed_on(moderator: Moderator) -> ColumnElement[bool]:
    """Whether this moderator asked for other eyes on the letter since it was held: it is not theirs any more (R33)."""
    return exists(
        select(Decision.id).where(
            col(Decision.moderator_id) == moderator.id,
            col(Decision.verb) == Verb.ESCALATE,
            col(Decision.subject_id) == col(Hold.letter_id),
            col(Decision.at) >= col(Hold.created_at),
        )
    )


def _proposed() -> ColumnElement[bool]:
    return col(Match.state) == MatchState.PROPOSED


def _open_reports() -> ColumnElement[bool]:
    return col(Report.state) != ReportState.CLOSED


async def _faces_in(
    db: AsyncSession, correspondences: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[tuple[UUID, Face]]]:
    found = await db.exec(
        select(Participant, Resident, Town, Pupil.initial)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .outerjoin(Pupil, col(Pupil.resident_id) == col(Resident.id))
        .where(col(Participant.correspondence_id).in_(correspondences))
        .order_by(col(Participant.id))
    )
    faces: dict[UUID, list[tuple[UUID, Face]]] = {}
    for participant, resident, town, initial in found.all():
        faces.setdefault(participant.correspondence_id, []).append(
            (participant.id, face_of(resident, town, now.date(), initial or ""))
        )
    return faces


async def _names(db: AsyncSession, moderators: Sequence[UUID | None]) -> dict[UUID, str]:
    wanted = [one for one in moderators if one is not None]
    found = await db.exec(select(Moderator.id, Moderator.name).where(col(Moderator.id).in_(wanted)))
    return dict(found.all())


def _other(by: UUID | None, until: datetime | None, desk: Desk, names: dict[UUID, str], *, now: datetime) -> str | None:
    if by is None or by == desk.moderator.id or until is None or until <= now:
        return None
    return names.get(by, "")
