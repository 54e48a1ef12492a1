"""How do the classes of a pairing come to dates: proposed, changed by hand, moved after a missed round, agreed to?

A teacher agrees to one version of the dates. Every change of a day makes a new version, which voids what was agreed;
another theme does not. A change is bound to the version that its page was made of: a stale page changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_calendar, class_locks, teaching
from penfriends.actions.class_calendar import Calendar
from penfriends.errors import Refusal, Refused
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import LetterRound, Pairing, RoundClass
from penfriends.rules.letter_calendar import Moved, Proposal, Round, move_after_missed, propose
from penfriends.rules.round_by_hand import Chosen, choose
from penfriends.rules.themes import Theme, themes_for

MOST_ROUNDS = 12
REMIND_AGAIN = timedelta(days=14)  # a round that moves further than that is told of once more


@dataclass(frozen=True, slots=True)
class Wish:
    """What a teacher asks for: how many rounds in the whole year, every how many weeks, on which weekday (0 Monday)."""

    rounds: int
    weeks: int
    weekday: int | None = None


async def suggest(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, wish: Wish, *, version: int, now: datetime
) -> Proposal:
    """Dates for the rest of the year; rounds that have begun stay. Without any possible date nothing is changed, and
    the remarks say why."""
    seen = await _to_change(db, pairing_id, teacher, version, now=now)
    kept = [one.round for one in seen.rounds if one.row.write_on <= seen.today]
    start = max(seen.today, *(one.row.starts_on for one in seen.classes))
    if kept:
        start = max(start, *(dates.read_by for dates in kept[-1].classes), kept[-1].sent + timedelta(days=7))
    wishes = replace(seen.wishes, rounds=wish.rounds, rhythm_weeks=wish.weeks, weekday=wish.weekday, start=start)
    found = propose(seen.days, replace(wishes, rounds=max(1, wish.rounds - len(kept))))
    if not found.rounds:
        return found
    rounds = [*kept, *(replace(one, number=one.number + len(kept)) for one in found.rounds)]
    seen.pairing.calendar_wishes = {
        "rounds": wish.rounds, "weeks": wish.weeks, "weekday": wish.weekday,
        "remarks": [remark.value for remark in found.remarks],
    }  # fmt: skip
    await _new_version(db, seen, version, now=now)
    await _write(db, seen, rounds, anew=True)
    return found


async def change_day(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, number: int, day: date, *, version: int, now: datetime
) -> Chosen:
    """Put one round on another day. What can never be is not done; what speaks against it otherwise is done and said.
    Whoever changes a day agrees to it."""
    seen = await _to_change(db, pairing_id, teacher, version, now=now)
    rounds = [one.round for one in seen.rounds]
    if number not in {one.number for one in rounds} or not seen.may_move(number):
        raise Refused(Refusal.CHANGED_SINCE)
    chosen = choose(number, day, rounds, seen.years, seen.wishes, today=seen.today)
    if chosen.round is not None:
        await _new_version(db, seen, version, now=now)
        await _write(db, seen, [chosen.round if one.number == number else one for one in rounds])
        _agree(db, seen, teacher, version + 1)
        await db.flush()
    return chosen


def moves(seen: Calendar, missed: int) -> Moved:
    """What would move and what would fall out, if a round was missed. Nothing is changed."""
    return move_after_missed(
        [one.round for one in seen.rounds], missed, seen.days, seen.wishes, today=seen.today
    )  # fmt: skip


async def move_rest(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, missed: int, *, version: int, now: datetime
) -> Moved:
    """A round was missed: it and those after it move only as far as they must. Whoever moves them agrees to it."""
    seen = await _to_change(db, pairing_id, teacher, version, now=now)
    if missed not in {one.row.number for one in seen.rounds} or not seen.may_move(missed):
        raise Refused(Refusal.CHANGED_SINCE)
    found = moves(seen, missed)
    await _new_version(db, seen, version, now=now)
    await _write(db, seen, found.rounds)
    _agree(db, seen, teacher, version + 1)
    await db.flush()
    return found


async def agree(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, version: int, now: datetime) -> bool:
    """A teacher's yes to the dates as they were shown. Returns whether now every class has agreed."""
    seen = await _to_change(db, pairing_id, teacher, version, now=now)
    if not seen.rounds:
        raise Refused(Refusal.CHANGED_SINCE)
    _agree(db, seen, teacher, version)
    await db.flush()
    return all(one.place.calendar_agreed == version for one in seen.classes)


async def choose_themes(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, themes: Mapping[int, Theme], *, now: datetime
) -> None:
    """Other themes for some rounds, by their number. The dates stay agreed."""
    seen = await _held(db, pairing_id, teacher, now=now)
    for one in seen.rounds:
        chosen = themes.get(one.row.number)
        if chosen is not None and chosen is not one.theme:
            one.row.theme = chosen.value
            seen.pairing.calendar_changed_at = now
            db.add_all([one.row, seen.pairing])
    await db.flush()


async def _to_change(
    db: AsyncSession, pairing_id: UUID, teacher: Moderator, version: int, *, now: datetime
) -> Calendar:  # fmt: skip
    seen = await _held(db, pairing_id, teacher, now=now)
    if seen.pairing.calendar_version != version:
        raise Refused(Refusal.CHANGED_SINCE)
    return seen


async def _held(db: AsyncSession, pairing_id: UUID, teacher: Moderator, *, now: datetime) -> Calendar:
    """The dates of an open pairing, which nobody else changes meanwhile."""
    await teaching.own_pairing(db, pairing_id, teacher)
    await class_locks.pairing(db, pairing_id)
    seen = await class_calendar.of_pairing(db, pairing_id, teacher, now=now)
    if not seen.open:
        raise Refused(Refusal.CORRESPONDENCE_CLOSED)
    return seen


async def _new_version(db: AsyncSession, seen: Calendar, version: int, *, now: datetime) -> None:
    """Of two teachers who change at the same moment one wins, and the other looks again."""
    done = await db.exec(
        update(Pairing)
        .where(col(Pairing.id) == seen.pairing.id, col(Pairing.calendar_version) == version)
        .values(calendar_version=version + 1, calendar_changed_at=now, calendar_wishes=seen.pairing.calendar_wishes)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Refused(Refusal.CHANGED_SINCE)
    await db.refresh(seen.pairing)


def _agree(db: AsyncSession, seen: Calendar, teacher: Moderator, version: int) -> None:
    for one in seen.classes:
        if one.own:
            one.place.calendar_agreed, one.place.calendar_agreed_by = version, teacher.id
            db.add(one.place)


async def _write(db: AsyncSession, seen: Calendar, rounds: Iterable[Round], *, anew: bool = False) -> None:
    """Rows keep their id while their number stays, so that a teacher's own calendar moves an entry instead of showing
    it twice. A theme stays with its number; only where a suggestion has another number of rounds they are proposed
    anew, but for rounds that have begun."""
    wanted = sorted(rounds, key=lambda one: one.number)
    rows = {one.row.number: one.row for one in seen.rounds}
    told = await _told(db, rows.values())
    proposed = themes_for(len(wanted))
    fresh = anew and len(wanted) != len(rows)
    for number in rows.keys() - {one.number for one in wanted}:
        await db.delete(rows[number])
    await db.flush()
    for place, one in enumerate(wanted):
        row = rows.get(one.number) or LetterRound(
            pairing_id=seen.pairing.id, number=one.number, write_on=one.sent, send_on=one.sent, read_on=one.sent
        )
        if not row.theme or (fresh and row.write_on > seen.today):
            row.theme = proposed[place].value
        row.write_on = min(dates.write_from for dates in one.classes)
        row.send_on, row.read_on = one.sent, max(dates.read_by for dates in one.classes)
        db.add(row)
        await db.flush()
        await db.exec(delete(RoundClass).where(col(RoundClass.round_id) == row.id))
        for dates in one.classes:
            class_id = UUID(dates.uid)
            reminded = told.get((row.id, class_id))
            again = reminded is not None and dates.write_from > (reminded + REMIND_AGAIN).date()
            db.add(
                RoundClass(
                    round_id=row.id, class_id=class_id, write_on=dates.write_from, read_on=dates.read_by,
                    reminded_at=None if again else reminded,
                )
            )  # fmt: skip
    await db.flush()


async def _told(db: AsyncSession, rows: Iterable[LetterRound]) -> dict[tuple[UUID, UUID], datetime]:
    found = await db.exec(
        select(RoundClass).where(col(RoundClass.round_id).in_([row.id for row in rows])).with_for_update()
    )
    known = list(found)
    for one in known:
        db.expunge(one)  # rewritten below: the session must not believe that it still has them
    return {(one.round_id, one.class_id): one.reminded_at for one in known if one.reminded_at}
