"""How does somebody reach the team of an association without answering a mail? An item on its desk, nothing more."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import throttle
from penfriends.errors import NotFound
from penfriends.models.delivery import TeamMessage
from penfriends.models.places import Town

LONGEST = 5000
AN_HOUR = 6
HOUR = timedelta(hours=1)


async def ask_team(
    db: AsyncSession, town_slug: str, *, subject: str, text: str, asker: str, sign_in_id: UUID | None, now: datetime
) -> TeamMessage:
    """Put a question onto the desk of the association that looks after a town. `asker` says whose tries are counted.

    Raises NotFound where nobody looks after the town, Refused(TOO_MANY_TRIES).
    """
    await throttle.check(db, f"question:{asker}", limit=AN_HOUR, within=HOUR, now=now)
    town = (await db.exec(select(Town).where(Town.slug == town_slug))).first()
    if town is None or town.association_id is None:
        raise NotFound
    row = TeamMessage(
        association_id=town.association_id,
        sign_in_id=sign_in_id,
        subject=" ".join(subject.split())[:200],
        text=text.replace("\r\n", "\n").strip()[:LONGEST],
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row
