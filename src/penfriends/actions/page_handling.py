"""What may a teacher do with one scanned page? See it, say whose it is, turn it, change its place, take it away."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import blobs
from penfriends.actions.class_progress import of_class
from penfriends.actions.scanned_pages import drop
from penfriends.actions.teaching import own_class
from penfriends.errors import NotFound
from penfriends.mail.images import SafeImage
from penfriends.models.letters import Blob
from penfriends.models.moderation import Moderator
from penfriends.models.paper import ScannedPage


async def give_to(
    db: AsyncSession, class_id: UUID, page_id: UUID, participant_id: UUID | None, teacher: Moderator
) -> ScannedPage:
    """A teacher says whose a page is, or that it is not whose it seemed. Raises NotFound."""
    page = await _own(db, class_id, page_id, teacher)
    of = await own_class(db, class_id, teacher)
    ways = {way.mine.id for one in await of_class(db, of) for way in one.ways}
    if participant_id is not None and participant_id not in ways:
        raise NotFound
    page.participant_id = participant_id
    db.add(page)
    await db.flush()
    return page


async def put_before(db: AsyncSession, class_id: UUID, page_id: UUID, teacher: Moderator) -> ScannedPage:
    """A page and the one before it in the same letter change places. Raises NotFound."""
    page = await _own(db, class_id, page_id, teacher)
    found = await db.exec(
        select(ScannedPage)
        .where(
            ScannedPage.class_id == class_id,
            ScannedPage.participant_id == page.participant_id,
            col(ScannedPage.position) < page.position,
        )
        .order_by(col(ScannedPage.position).desc())
        .limit(1)
    )
    before = found.first()
    if before is not None:
        page.position, before.position = before.position, page.position
        db.add_all([page, before])
        await db.flush()
    return page


async def take_away(db: AsyncSession, class_id: UUID, page_id: UUID, teacher: Moderator) -> UUID | None:
    """Away with a page, and with its bytes. Returns whose it was. Raises NotFound."""
    page = await _own(db, class_id, page_id, teacher)
    whose = page.participant_id
    await drop(db, page)
    return whose


async def redraw(
    db: AsyncSession, class_id: UUID, page_id: UUID, picture: SafeImage, teacher: Moderator, *, now: datetime
) -> ScannedPage:
    """The same page, turned. Raises NotFound."""
    page = await _own(db, class_id, page_id, teacher)
    was = page.blob_sha256
    page.blob_sha256 = await blobs.keep(db, picture.data, now=now)
    page.width, page.height = picture.width, picture.height
    db.add(page)
    await db.flush()
    if page.blob_sha256 != was:
        await blobs.forget(db, was)
    return page


async def picture(db: AsyncSession, class_id: UUID, page_id: UUID, teacher: Moderator) -> bytes:
    """The bytes of a page. Raises NotFound."""
    page = await _own(db, class_id, page_id, teacher)
    return (await db.exec(select(Blob.data).where(Blob.sha256 == page.blob_sha256))).one()


async def _own(db: AsyncSession, class_id: UUID, page_id: UUID, teacher: Moderator) -> ScannedPage:
    of = await own_class(db, class_id, teacher)
    page = await db.get(ScannedPage, page_id, populate_existing=True)
    if page is None or page.class_id != of.id:
        raise NotFound
    return page
