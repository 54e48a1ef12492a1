"""What does a resident take home: everything that is held about them, to read, for machines, with the pictures?"""

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.response import Response
from sqlmodel.ext.asyncio.session import AsyncSession

from penfriends import i18n
from penfriends.actions import held, privacy, residents
from penfriends.models.residents import Resident
from penfriends.web.permissions import Permission, table
from penfriends.web.respond import download, environment, visitor_of

table("my_data", data=Permission.RESIDENT)


@get("/me/data", include_in_schema=False)
async def data(
    request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> Response[bytes]:
    """One file: a page to read in the visitor's language, the same for machines, and the pictures."""
    resident, town = await residents.resident_of(db, visitor_of(request).resident_id)
    known = await privacy.held_about(db, resident.id, now=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("read-me.html", _page(visitor_of(request).language, resident, known, town=town, now=now))
        file.writestr("data.json", json.dumps(known, ensure_ascii=False, indent=2))
        async for name, picture in held.pictures_of(db, resident.id):
            file.writestr(name, picture, zipfile.ZIP_STORED)
    return download(packed.getvalue(), name=f"penfriends-{now:%Y-%m-%d}.zip", content_type="application/zip")


def _page(language: str, resident: Resident, known: dict[str, Any], **more: Any) -> str:
    """The page that is read without us: no style sheet, no script, no address of the site."""
    template = environment().get_template("residents/data.html")
    return template.render(
        lang=language, dir=i18n.direction(language), resident=resident, known=known, day=_day, sent=_letters, **more
    )


def _day(moment: str | None) -> date | None:
    """The day of a moment as it stands in the file."""
    return date.fromisoformat(moment[:10]) if moment else None


def _letters(correspondence: dict[str, Any]) -> list[tuple[bool, dict[str, Any]]]:
    """Own and received letters of one correspondence, as they followed each other; own ones are marked."""
    both = [(True, one) for one in correspondence["letters_written"]]
    both += [(False, one) for one in correspondence["letters_received"]]
    return sorted(both, key=lambda one: str(one[1].get("sent_at") or one[1].get("created_at") or ""))


ROUTES = [data]
