"""Which real addresses are behind the routes of classes, as the teacher and as a pupil?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import class_calendar, partner_search, queues, remit
from penfriends.models.moderation import Moderator
from penfriends.models.pairings import Couple, PairingClass
from penfriends.models.schools import ClassTeacher, Duty, Pupil, SchoolClass
from penfriends.web.class_years import AUDIENCES
from tests.e2e.people import People


async def class_routes(db: AsyncSession, people: People, *, now: datetime) -> dict[str, dict[str, list[str]]]:
    """What to open behind every route of classes, by role."""
    teacher = (await db.exec(select(Moderator).where(Moderator.sign_in_id == people.teacher.id))).one()
    own = await db.exec(
        select(ClassTeacher.class_id)
        .where(ClassTeacher.moderator_id == teacher.id)
        .order_by(col(ClassTeacher.duty) == Duty.SECOND, col(ClassTeacher.class_id))
    )
    classes = own.all()
    desk = await remit.desk_of(db, teacher, now=now)
    holds = [one.hold for one in await queues.letters(db, desk, now=now)]
    shown = [next(one.id for one in holds if one.arriving is arriving) for arriving in (False, True)]
    found = {
        "/desk/letters/{hold_id}": [f"/desk/letters/{one}" for one in shown],
        "/desk/letters/{hold_id}/return": [f"/desk/letters/{shown[0]}/return"],
        "/desk/letters/{hold_id}/escalation": [f"/desk/letters/{shown[0]}/escalation"],
        "/classes/{class_id}": [f"/classes/{one}" for one in classes],
        "/classes/{class_id}/reports": [f"/classes/{one}/reports" for one in classes[:1]],
        "/classes/{class_id}/signing-in": [f"/classes/{one}/signing-in" for one in classes[:1]],
        "/classes/{class_id}/cards": [f"/classes/{one}/cards" for one in classes[:1]],
        "/classes/{class_id}/partner": [f"/classes/{one}/partner" for one in classes],
        "/classes/{class_id}/partner/{other_id}": await _suggested(db, classes, now=now),
        "/classes/{class_id}/year": [f"/classes/{one}/year" for one in classes],
        "/classes/{class_id}/year/next": [f"/classes/{classes[0]}/year/next"],
        "/classes/{class_id}/year/{audience}": [f"/classes/{classes[0]}/year/{one}" for one in AUDIENCES],
        "/pairings/{pairing_id}": [f"/pairings/{await _pairing(db, classes)}"],
    } | await _pupils(db, classes[0])
    found |= await _dates(db, teacher, await _pairing(db, classes), classes, now=now)
    found |= await _board(db, await _pairing(db, classes), classes)
    return {route: {"teacher": addresses} for route, addresses in found.items()} | {
        "/class/{code}": {"anonymous": ["/class/OTTER-48173"]},
        "/desk/pairings/{pairing_id}": {"moderator": [f"/desk/pairings/{await _pairing(db, classes)}"]},
    }


async def _pupils(db: AsyncSession, of: UUID) -> dict[str, list[str]]:
    """The pages of a class's pupils, and those of one of them."""
    pages = ("pupils", "pupils/add", "pupils/consents", "pupils/list")
    one = (await db.exec(select(Pupil.resident_id).where(Pupil.class_id == of).order_by(col(Pupil.resident_id)))).all()[
        0
    ]
    return {f"/classes/{{class_id}}/{name}": [f"/classes/{of}/{name}"] for name in pages} | {
        "/classes/{class_id}/pupils/forms": [f"/classes/{of}/pupils/forms?for=all&with=ar"],
        "/pupils/{resident_id}": [f"/pupils/{one}"],
        "/pupils/{resident_id}/leaving": [f"/pupils/{one}/leaving"],
        "/pupils/{resident_id}/withdrawal": [f"/pupils/{one}/withdrawal"],
    }


async def _dates(
    db: AsyncSession, teacher: Moderator, pairing_id: UUID, classes: Sequence[UUID], *, now: datetime
) -> dict[str, list[str]]:
    """The dates of the pairing, the next of them to be changed or moved, the poster, and the teacher's own calendar."""
    seen = await class_calendar.of_pairing(db, pairing_id, teacher, now=now)
    base, route = f"/pairings/{pairing_id}/dates", "/pairings/{pairing_id}/dates"
    number = seen.rounds[-1].row.number
    return {
        route: [base],
        f"{route}/{{number}}/day": [f"{base}/{number}/day"],
        f"{route}/{{number}}/move": [f"{base}/{number}/move"],
        f"{route}/poster": [f"{base}/poster", f"{base}/poster?paper=a3"],
        "/classes/{class_id}/feed": [f"/classes/{classes[0]}/feed"],
    }


async def _suggested(db: AsyncSession, classes: Sequence[UUID], *, now: datetime) -> list[str]:
    """The best class for one that still looks."""
    for one in classes:
        of = await db.get_one(SchoolClass, one)
        if of.seeking_since is not None:
            best = (await partner_search.suggestions(db, of, now=now))[0]
            return [f"/classes/{one}/partner/{best.card.of.id}"]
    return []


async def _pairing(db: AsyncSession, classes: Sequence[UUID]) -> UUID:
    found = await db.exec(select(PairingClass.pairing_id).where(col(PairingClass.class_id).in_(classes)))
    return found.one()


async def _board(db: AsyncSession, pairing_id: UUID, classes: Sequence[UUID]) -> dict[str, list[str]]:
    """The pairs, the wishes, the list for paper, and a pupil with somebody to swap with."""
    base, route = f"/pairings/{pairing_id}/board", "/pairings/{pairing_id}/board"
    own = select(Pupil.resident_id).where(col(Pupil.class_id).in_(classes))
    couples = await db.exec(select(Couple).where(Couple.pairing_id == pairing_id).order_by(col(Couple.id)))
    mine = set(await db.exec(own))
    first, second = [
        (one.low_id, one.high_id) if one.low_id in mine else (one.high_id, one.low_id) for one in couples.all()[:2]
    ]
    return {
        route: [base],
        f"{route}/print": [f"{base}/print"],
        f"{route}/wishes": [f"{base}/wishes"],
        f"{route}/{{link}}/{{pupil_id}}": [f"{base}/0/{first[0]}", f"{base}/0/{first[0]}?to={second[1]}"],
    }
