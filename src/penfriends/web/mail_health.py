"""How is the mail of this installation? For the moderators who also keep it running: numbers, and nobody’s address."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import domain_reasons, mail_reasons
from penfriends.actions import domain_checks, mail_health
from penfriends.actions.mail_health import Health, Pile
from penfriends.rules.mail_domains import Level
from penfriends.web.desk import desk_of, zone_of
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import page

table("mail_health", health=Permission.OPERATOR)
READ_WITHIN, LEAVES_WITHIN = timedelta(minutes=10), timedelta(hours=1)
ASKED_WITHIN = timedelta(hours=3)


@get("/desk/mail/health", include_in_schema=False)
async def health(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Template:
    """What came and went, what is in trouble, and what DNS says of our domains; DNS itself is not asked here."""
    found, checked = await mail_health.load(db, now=now), await domain_checks.latest(db)
    return page(
        request,
        "mail_health/health.html",
        now=now,
        zone=await zone_of(db, await desk_of(request, db, now)),
        health=found,
        late=_late(found, now),
        checked=checked,
        is_old=checked is not None and now - checked.at > ASKED_WITHIN,
        to_correct=sum(one.level is Level.WRONG for one in checked.findings) if checked else 0,
        words=mail_reasons,
        domains=domain_reasons,
    )


def _late(found: Health, now: datetime) -> dict[str, bool]:
    """Whether mails wait longer than they do where all is well."""

    def since(pile: Pile, within: timedelta) -> bool:
        return pile.oldest is not None and now - pile.oldest > within

    return {"unread": since(found.unread, READ_WITHIN), "waiting": since(found.waiting, LEAVES_WITHIN)}


ROUTES = [health]
