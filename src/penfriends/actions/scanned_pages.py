"""How do the scanned sheets of a class become letters? Each page waits with its pupil until a teacher has looked at it.

A code says whose a page is, and where none could be read a teacher does. Nothing is sent before a teacher has looked at
the pages of one letter and said so; then it is read like every other letter of a pupil (rule R22).
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import audit, blobs, paper_letters, passage
from penfriends.actions.class_progress import Standing, Way, of_class
from penfriends.actions.paper_letters import code_of, tidy
from penfriends.actions.teaching import own_class, running_class
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.mail.images import MOST_PICTURES, SafeImage
from penfriends.models.letters import Channel, Letter, LetterState
from penfriends.models.moderation import Moderator
from penfriends.models.paper import ScannedPage
from penfriends.models.schools import SchoolClass

KEPT_FOR = timedelta(days=14)
USED_LATELY = timedelta(days=21)  # rounds are further apart: a second letter within it is perhaps the same sheet
MOST_WAITING = 200
CAME_TO_NOTHING = (LetterState.DRAFT, LetterState.RETURNED, LetterState.DISCARDED, LetterState.WITHDRAWN)


class Snag(enum.StrEnum):
    """Why the pages of a pupil cannot be sent, or not without another look."""

    NO_CONSENT = "no_consent"
    TOO_MANY = "too_many"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The pages of one letter, in their order. `used_at`: another letter on paper came in lately."""

    one: Standing
    way: Way
    pages: tuple[ScannedPage, ...]
    snag: Snag | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits in a class: letters by the pupil's name, and pages that nobody could be found for."""

    of: SchoolClass
    known: tuple[Standing, ...]
    bundles: tuple[Bundle, ...]
    strays: tuple[ScannedPage, ...]


async def bring(
    db: AsyncSession,
    class_id: UUID,
    teacher: Moderator,
    pages: Sequence[tuple[SafeImage, Sequence[str]]],
    *,
    key: bytes,
    now: datetime,
) -> list[ScannedPage]:
    """Put pages on the pile, each with the codes that were read on it. A code of another class is one of nobody. Raises
    Refused(CLASS_ENDED, TOO_MANY_PAGES), NotFound."""
    of = await running_class(db, class_id, teacher)
    last, waiting = await _place(db, of.id)
    if waiting + len(pages) > MOST_WAITING:
        raise Refused(Refusal.TOO_MANY_PAGES)
    whose = {code_of(way.mine.id, key): way.mine.id for one in await of_class(db, of) for way in one.ways}
    rows = [
        ScannedPage(
            class_id=of.id,
            participant_id=_only({whose[code] for code in codes if code in whose}),
            blob_sha256=await blobs.keep(db, picture.data, now=now),
            width=picture.width,
            height=picture.height,
            code=tidy(codes[0])[:12] if codes else "",
            position=place,
            brought_by=teacher.id,
            created_at=now,
        )
        for place, (picture, codes) in enumerate(pages, start=last + 1)
    ]
    db.add_all(rows)
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="bring_pages", subject="class",
        subject_id=of.id, details={"pages": len(rows)},
    )  # fmt: skip
    return rows


async def pile(db: AsyncSession, class_id: UUID, teacher: Moderator, *, now: datetime) -> Pile:
    """Everything that waits in a class of this teacher's. Raises NotFound."""
    of = await own_class(db, class_id, teacher)
    known = await of_class(db, of)
    found = await db.exec(select(ScannedPage).where(ScannedPage.class_id == of.id).order_by(*_ORDER))
    by_side: dict[UUID | None, list[ScannedPage]] = {}
    for page in found:
        by_side.setdefault(page.participant_id, []).append(page)
    ways = [(one, way) for one in known for way in one.ways if way.mine.id in by_side]
    used = await _used(db, [way.mine.id for _, way in ways], now=now)
    bundles = [
        await _bundle(db, one, way, by_side.pop(way.mine.id), used.get(way.mine.id), now=now) for one, way in ways
    ]
    strays = sorted((page for rest in by_side.values() for page in rest), key=lambda page: (page.position, page.id))
    return Pile(of, tuple(known), tuple(bundles), tuple(strays))


async def bundle(
    db: AsyncSession, class_id: UUID, participant_id: UUID, teacher: Moderator, *, now: datetime
) -> tuple[Pile, Bundle]:
    """The pages of one letter, and the pile that they lie in. Raises NotFound."""
    lying = await pile(db, class_id, teacher, now=now)
    for one in lying.bundles:
        if one.way.mine.id == participant_id:
            return lying, one
    raise NotFound


async def send(
    db: AsyncSession,
    found: Bundle,
    teacher: Moderator,
    *,
    seen: Sequence[str],
    is_another: bool = False,
    title: str,
    text: str,
    language: str | None,
    now: datetime,
) -> Letter:
    """The teacher has looked at these pages (`seen`: their marks): they are the pupil's letter. `is_another`: it is not
    the sheet that came in lately.

    Raises Refused(CHANGED_SINCE, CONSENT_MISSING, TOO_MANY_PAGES, SHEET_USED) and what letters refuse."""
    if list(seen) != [mark(page) for page in found.pages]:
        raise Refused(Refusal.CHANGED_SINCE)
    if found.snag is Snag.NO_CONSENT:
        raise Refused(Refusal.CONSENT_MISSING)
    if found.snag is Snag.TOO_MANY:
        raise Refused(Refusal.TOO_MANY_PAGES)
    if found.snag is Snag.USED and not is_another:
        raise Refused(Refusal.SHEET_USED)
    letter = await paper_letters.type_in(
        db, found.way.mine, title=title, text=text, language=language, pages=found.pages, now=now
    )
    for page in found.pages:
        await db.delete(page)
    await db.flush()
    await audit.note(
        db, now=now, actor=audit.Actor.MODERATOR, actor_id=teacher.id, action="send_pages", subject="letter",
        subject_id=letter.id, details={"pages": len(found.pages)},
    )  # fmt: skip
    return letter


async def waiting(db: AsyncSession, of: SchoolClass) -> int:
    """How many pages wait in a class that the caller may see."""
    return (await _place(db, of.id))[1]


def mark(page: ScannedPage) -> str:
    """Stands for one page as it was shown: another picture has another mark."""
    return page.blob_sha256[:16]


def before(lying: Pile) -> dict[UUID, Standing]:
    """For pages of nobody: the pupil whose page came right before, in the same pile of paper."""
    came = {page.position: (one.one, page) for one in lying.bundles for page in one.pages}
    found = ((page, came.get(page.position - 1)) for page in lying.strays)
    return {page.id: near[0] for page, near in found if near and near[1].created_at == page.created_at}


async def forget_old(db: AsyncSession, *, now: datetime) -> int:
    """What nobody made a letter of within two weeks is gone. Returns how many pages."""
    found = await db.exec(select(ScannedPage).where(col(ScannedPage.created_at) < now - KEPT_FOR))
    old = found.all()
    for page in old:
        await drop(db, page)
    return len(old)


async def drop(db: AsyncSession, page: ScannedPage) -> None:
    """Away with a page, and with its bytes unless a letter needs them."""
    bytes_of = page.blob_sha256
    await db.delete(page)
    await db.flush()
    await blobs.forget(db, bytes_of)


_ORDER = (col(ScannedPage.position), col(ScannedPage.id))


def _only(whose: set[UUID]) -> UUID | None:
    """Two sheets on one page are for a person to sort out."""
    return next(iter(whose)) if len(whose) == 1 else None


async def _place(db: AsyncSession, class_id: UUID) -> tuple[int, int]:
    found = await db.exec(select(func.max(ScannedPage.position), func.count()).where(ScannedPage.class_id == class_id))
    last, waiting = found.one()
    return last or 0, waiting


async def _bundle(
    db: AsyncSession, one: Standing, way: Way, pages: Sequence[ScannedPage], used_at: datetime | None, *, now: datetime
) -> Bundle:
    snag = None
    if not await passage.consent_holds(db, one.resident, now=now):
        snag = Snag.NO_CONSENT
    elif len(pages) > MOST_PICTURES:
        snag = Snag.TOO_MANY
    elif used_at is not None:
        snag = Snag.USED
    return Bundle(one, way, tuple(pages), snag, used_at)


async def _used(db: AsyncSession, sides: Sequence[UUID], *, now: datetime) -> dict[UUID, datetime]:
    """When the newest letter on paper of each of these came in, if it was lately."""
    found = await db.exec(
        select(Letter.author_id, func.max(Letter.sent_at))
        .where(
            col(Letter.author_id).in_(sides),
            Letter.channel == Channel.PAPER,
            col(Letter.state).not_in(CAME_TO_NOTHING),
            col(Letter.sent_at) > now - USED_LATELY,
        )
        .group_by(col(Letter.author_id))
    )
    return {author_id: sent_at for author_id, sent_at in found.all() if sent_at is not None}
