"""How does somebody at a shell name a moderator and note their papers? Imports stand inside, as in __main__."""

from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from penfriends.settings import Settings


async def added(
    settings: "Settings", association: str, email: str, name: str, role: str, languages: tuple[str, ...]
) -> str:
    from penfriends.actions.staff import add_moderator as invite
    from penfriends.clock import utc_now
    from penfriends.doorkeys import addresses_of
    from penfriends.models.moderation import Role
    from penfriends.opening import opened

    if "@" not in email:
        raise typer.BadParameter("an e-mail address has an @", param_hint="EMAIL")
    if unknown := set(languages) - set(settings.languages):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not spoken here", param_hint="--language")
    if role not in list(Role):
        raise typer.BadParameter("moderator, lead or deputy", param_hint="--role")
    async with opened(settings) as database, database.transaction() as db:
        _, address = await invite(
            db, association=association, email=email, name=name, role=Role(role), languages=languages,
            at=addresses_of(settings), now=utc_now(),
        )  # fmt: skip
    return address


async def operates(settings: "Settings", association: str, email: str, *, wanted: bool) -> str:
    """Name, or no longer name, a moderator as one who keeps the installation running; what was noted."""
    from penfriends.actions.operators import name
    from penfriends.clock import utc_now
    from penfriends.opening import opened

    async with opened(settings) as database, database.transaction() as db:
        await name(db, association=association, email=email, wanted=wanted, now=utc_now())
    return "Noted: sees the page of mail health." if wanted else "Noted: does not see the page of mail health any more."


async def checked(settings: "Settings", association: str, email: str, kind: str, seen_by: str, expires_on: date) -> str:
    """Note a paper of a moderator; what was noted, in a sentence."""
    from penfriends.actions.vetting import record
    from penfriends.clock import utc_now
    from penfriends.models.moderation import VettingKind
    from penfriends.opening import opened

    if kind not in list(VettingKind):
        raise typer.BadParameter("check or training", param_hint="KIND")
    now = utc_now()
    async with opened(settings) as database, database.transaction() as db:
        await record(
            db, association=association, email=email, kind=VettingKind(kind), seen_by=seen_by, seen_on=now.date(),
            expires_on=expires_on, now=now,
        )  # fmt: skip
    return f"Noted: {kind}, seen by {seen_by}, until {expires_on.isoformat()}."
