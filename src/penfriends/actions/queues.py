"""What waits for this moderator? Only what they may judge: their own towns', nobody they know (rules R17, R18, R38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import eligible
from penfriends.errors import Refusal, Refused
from penfriends.models.letters import Correspondence, Letter, LetterState, Participant
from penfriends.models.matching import Match, MatchApproval, MatchRound, MatchSide, MatchState
from penfriends.models.moderation import Conflict, Decision, Hold, Moderator, Report, ReportState, Verb
from penfriends.models.places import Town
from penfriends.models.residents import Guardian, Resident, ResidentState
from penfriends.rules.bands import Band, Birth, age_on

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """A moderator at this moment. `closed` says why children’s letters and matches are not theirs to see."""

    moderator: Moderator
    closed: Refusal | None


@dataclass(frozen=True, slots=True)
class Face:
    """What the desk shows of a person: first name, age, town (rule R18)."""

    resident: Resident
    town: Town
    age: int


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


async def desk_of(db: AsyncSession, moderator: Moderator, *, now: datetime) -> Desk:
    """The moderator with the reason, if any, that closes the children's queues now (rules R38, R39, R46)."""
    try:
        await eligible.must_be_vetted(db, moderator, now=now)
    except Refused as refused:
        return Desk(moderator, refused.refusal)
    return Desk(moderator, None)


async def counts(db: AsyncSession, desk: Desk) -> dict[str, int]:
    """How many letters, matches and reports wait for this moderator."""
    letters = select(func.count()).select_from(Hold).join(Letter, col(Letter.id) == col(Hold.letter_id))
    letters = letters.join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
    reports = select(func.count()).select_from(Report)
    reports = reports.join(Correspondence, col(Correspondence.id) == col(Report.correspondence_id))
    matches = select(func.count()).select_from(Match)
    return {
        "letters": (await db.exec(letters.where(_held(), letters_for(desk), ~_handed_on(desk.moderator)))).one(),
        "matches": (await db.exec(matches.where(_proposed(), matches_for(desk)))).one(),
        "reports": (await db.exec(reports.where(_open_reports(), letters_for(desk)))).one(),
    }


async def letters(db: AsyncSession, desk: Desk, *, now: datetime) -> list[WaitingLetter]:
    """The held letters: urgent ones first, then children's, then the oldest promise."""
    found = await db.exec(
        select(Hold, Letter, Correspondence)
        .join(Letter, col(Letter.id) == col(Hold.letter_id))
        .join(Correspondence, col(Correspondence.id) == col(Letter.correspondence_id))
        .where(_held(), letters_for(desk), ~_handed_on(desk.moderator))
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
            .where(_proposed(), matches_for(desk))
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
        .where(col(Report.state) == ReportState.CLOSED if closed else _open_reports(), letters_for(desk))
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
    """The last round, and whom of the own towns it left without anybody, with the code of the reason."""
    last = (await db.exec(select(MatchRound).order_by(col(MatchRound.started_at).desc()).limit(1))).first()
    if last is None or not last.unmatched:
        return last, []
    found = await db.exec(
        select(Resident, Town)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Resident.id).in_([UUID(key) for key in last.unmatched]), person_for(desk))
        .order_by(col(Town.name), col(Resident.first_name), col(Resident.id))
    )
    return last, [Left(resident, town, str(last.unmatched[str(resident.id)])) for resident, town in found.all()]


async def own_towns(db: AsyncSession, desk: Desk) -> list[Town]:
    found = await db.exec(
        select(Town).where(Town.association_id == desk.moderator.association_id).order_by(col(Town.name))
    )
    return list(found)


async def people(db: AsyncSession, desk: Desk, *, first_name: str, town: str, state: str, now: datetime) -> list[Face]:
    """Residents of the own towns whom this moderator may judge, by the beginning of the first name, town and state."""
    wanted = select(Resident, Town).join(Town, col(Town.id) == col(Resident.town_id)).where(person_for(desk))
    if first_name.strip():
        beginning = first_name.strip().lower()
        wanted = wanted.where(func.lower(col(Resident.first_name)).startswith(beginning, autoescape=True))
    if town:
        wanted = wanted.where(Town.slug == town)
    if state in set(ResidentState):
        wanted = wanted.where(Resident.state == ResidentState(state))
    found = await db.exec(wanted.order_by(col(Resident.first_name), col(Resident.id)).limit(SHOWN))
    return [face_of(resident, home, now.date()) for resident, home in found.all()]


async def who_has_what(db: AsyncSession, desk: Desk, *, now: datetime) -> list[tuple[str, int, int]]:
    """(name, letters, reports) that moderators of this association have open at this moment."""
    ours = await db.exec(
        select(Moderator).where(Moderator.association_id == desk.moderator.association_id, Moderator.active)
    )
    found = []
    for one in ours.all():
        held = await _claimed(db, Hold, one.id, now=now)
        alarms = await _claimed(db, Report, one.id, now=now)
        if held or alarms:
            found.append((one.name, held, alarms))
    return sorted(found)


async def last_decision(db: AsyncSession, moderator: Moderator) -> tuple[Decision, Letter, bool] | None:
    """The newest decision of this moderator on a letter, and whether it can still be undone."""
    row = (
        await db.exec(
            select(Decision, Letter)
            .join(Letter, col(Letter.id) == col(Decision.subject_id))
            .where(
                Decision.moderator_id == moderator.id,
                Decision.subject == "letter",
                col(Decision.verb).in_([Verb.RELEASE, Verb.RETURN, Verb.ESCALATE, Verb.UNDO]),
            )
            .order_by(col(Decision.at).desc(), col(Decision.id).desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    decision, letter = row
    open_still = decision.verb is Verb.RELEASE and decision.undone_at is None and letter.state is LetterState.RELEASED
    return decision, letter, open_still


async def read_since(db: AsyncSession, moderator: Moderator, since: datetime) -> int:
    """How many letters this moderator has decided since then."""
    counted = await db.exec(
        select(func.count())
        .select_from(Decision)
        .where(
            Decision.moderator_id == moderator.id,
            col(Decision.verb).in_([Verb.RELEASE, Verb.RETURN]),
            col(Decision.undone_at).is_(None),
            col(Decision.at) >= since,
        )
    )
    return counted.one()


def face_of(resident: Resident, town: Town, today: date) -> Face:
    return Face(resident, town, age_on(Birth(resident.birth_year, resident.birth_on), today))


def letters_for(desk: Desk) -> ColumnElement[bool]:
    """The condition on a query that has `Correspondence` in it: this moderator may judge what is in it."""
    here = col(Participant.correspondence_id) == col(Correspondence.id)
    # said aloud: by itself a subquery correlates with the query right around it only, and this one stands two deeper
    sides = select(Participant.resident_id).where(here).correlate(Correspondence)
    return and_(_side(desk, sides), _band_open(desk, col(Correspondence.band)))


def matches_for(desk: Desk) -> ColumnElement[bool]:
    """The same for a query that has `Match` in it, without those that this moderator has said yes to already."""
    sides = select(MatchSide.resident_id).where(col(MatchSide.match_id) == col(Match.id)).correlate(Match)
    return and_(_side(desk, sides), _band_open(desk, col(Match.band)), ~_own_yes(desk.moderator))


def person_for(desk: Desk) -> ColumnElement[bool]:
    """The same for a query that has `Resident` and `Town` in it: own towns, nobody they know, no child without a yes
    (rule R08)."""
    ours = col(Town.association_id) == desk.moderator.association_id
    drafted = and_(col(Resident.band) == Band.CHILD, col(Resident.state).in_(eligible.DRAFTED))
    return and_(ours, ~_known(desk.moderator), ~drafted, _band_open(desk, col(Resident.band)))


def not_from(desk: Desk, sender: Mapped[UUID | None]) -> ColumnElement[bool]:
    """The condition that a message is not by somebody whom this moderator knows, or a child who is not theirs."""
    closed = or_(_known(desk.moderator), ~_band_open(desk, col(Resident.band)))
    hidden = select(Resident.id).where(col(Resident.sign_in_id) == sender, closed)
    return ~exists(hidden)


def _side(desk: Desk, sides: object) -> ColumnElement[bool]:
    in_it = col(Resident.id).in_(sides)  # type: ignore[arg-type]
    ours = (
        select(Resident.id)
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(in_it, Town.association_id == desk.moderator.association_id)
    )
    known = select(Resident.id).where(in_it, _known(desk.moderator))
    return and_(exists(ours), ~exists(known))


def _known(moderator: Moderator) -> ColumnElement[bool]:
    """Own person, household, child, or a declared conflict: the same question as eligible.knows, for a whole queue."""
    guardians = select(Guardian.id).where(Guardian.sign_in_id == moderator.sign_in_id)
    declared = select(Conflict.resident_id).where(Conflict.moderator_id == moderator.id)
    household = false() if moderator.household_id is None else col(Resident.household_id) == moderator.household_id
    return or_(
        func.coalesce(household, false()),
        func.coalesce(col(Resident.sign_in_id) == moderator.sign_in_id, false()),
        func.coalesce(col(Resident.guardian_id).in_(guardians), false()),
        col(Resident.id).in_(declared),
    )


def _own_yes(moderator: Moderator) -> ColumnElement[bool]:
    """Whether the moderator's own approval still counts: given after the last change of either profile (rule R15)."""
    changed_since = (
        select(MatchSide.id)
        .join(Resident, col(Resident.id) == col(MatchSide.resident_id))
        .where(
            col(MatchSide.match_id) == col(MatchApproval.match_id),
            col(Resident.profile_changed_at) > col(MatchApproval.at),
        )
    )
    given = select(MatchApproval.id).where(
        col(MatchApproval.match_id) == col(Match.id),
        col(MatchApproval.moderator_id) == moderator.id,
        ~exists(changed_since),
    )
    return exists(given)


def _band_open(desk: Desk, band: Mapped[Band]) -> ColumnElement[bool]:
    return true() if desk.closed is None else band == Band.ADULT


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
        select(Participant, Resident, Town)
        .join(Resident, col(Resident.id) == col(Participant.resident_id))
        .join(Town, col(Town.id) == col(Resident.town_id))
        .where(col(Participant.correspondence_id).in_(correspondences))
        .order_by(col(Participant.id))
    )
    faces: dict[UUID, list[tuple[UUID, Face]]] = {}
    for participant, resident, town in found.all():
        faces.setdefault(participant.correspondence_id, []).append(
            (participant.id, face_of(resident, town, now.date()))
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


async def _claimed(db: AsyncSession, kind: type[Hold] | type[Report], who: UUID, *, now: datetime) -> int:
    counted = await db.exec(
        select(func.count())
        .select_from(kind)
        .where(col(kind.claimed_by) == who, col(kind.claimed_until) > now, col(kind.closed_at).is_(None))
    )
    return counted.one()
