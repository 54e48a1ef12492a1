"""What can one decide for an association from a shell? Imports stand inside, as in `__main__`."""

from typing import Annotated

import typer

from penfriends.starting import wait_for

associations = typer.Typer(no_args_is_help=True, help="What an association wants differently.")


@associations.callback()
def _group() -> None:
    """One command today: a group of its own, so that it keeps its name when there are more."""


@associations.command("keeps")
def keeps(
    association: Annotated[str, typer.Argument(help="The association's short name, as in its address.")],
    months: Annotated[int, typer.Argument(min=1, max=12, help="Months after the last letter; 12 is usual.")],
) -> None:
    """Keep letters for fewer months than twelve; after the end of a pair never longer than three."""
    print(wait_for(_noted(association, months)))


async def _noted(association: str, months: int) -> str:
    from penfriends.actions.retention import keep_letters_for
    from penfriends.clock import utc_now
    from penfriends.opening import opened
    from penfriends.settings import settings

    async with opened(settings()) as database, database.transaction() as db:
        await keep_letters_for(db, association=association, months=months, now=utc_now())
    return f"Noted: letters go {months} months after the last one."
