"""What does the contact of a group hear? Asked once both towns have said yes, told if it does not work out; the
introduction is that of everybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends.actions import people
from penfriends.actions.addresses import Addresses
from penfriends.actions.groups import GroupCard
from penfriends.actions.telling import called, tell_resident
from penfriends.mail.naming import group_kind
from penfriends.mail.notices import Notice, Value
from penfriends.models.groups import GroupMatch, GroupState


async def ask_both(
    db: AsyncSession, match: GroupMatch, cards: Sequence[GroupCard], *, at: Addresses, now: datetime
) -> None:
    """Ask each contact whether the group would like this partner. Of the other contact nothing is said yet."""
    for mine, theirs in ((cards[0], cards[1]), (cards[1], cards[0])):
        me = mine.contact
        mailbox = await people.mail_to(db, me)
        if mailbox is None:
            continue
        values: dict[str, Value] = {
            "name": me.first_name,
            "group": mine.group.name,
            "friend_group": theirs.group.name,
            "friend_kind": group_kind(theirs.group.kind.value, me.locale),
            "friend_town": called(theirs.town, me.locale),
            "members": theirs.group.size,
            "youngest": theirs.group.youngest,
            "eldest": theirs.group.oldest,
            "answer_by": (match.expires_at or now).date(),
            "url": at.link(f"/groups/{match.id}"),
        }
        await tell_resident(db, Notice.GROUP_PROPOSED, me, mailbox, values, at=at, now=now)


async def not_worked_out(db: AsyncSession, told: Sequence[GroupCard], *, at: Addresses, now: datetime) -> None:
    """Tell the contacts who had said yes: never who did not and why. A group that looks is told that we go on."""
    for one in told:
        me = one.contact
        mailbox = await people.mail_to(db, me)
        if mailbox is None:
            continue
        values: dict[str, Value] = {
            "name": me.first_name,
            "group": one.group.name,
            "seeks": one.group.state is GroupState.SEEKING,
        }
        await tell_resident(db, Notice.GROUP_NOT_WORKED_OUT, me, mailbox, values, at=at, now=now)
