"""How does a handler answer: with a page, a redirect with a sentence, or an error summary?"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.response import Redirect, Response, Template

from penfriends import i18n, reasons, subject_words
from penfriends.actions import keys
from penfriends.models.places import Town
from penfriends.settings import settings
from penfriends.web import assets
from penfriends.web.visitor import FLASH_COOKIE, Visitor

HERE = Path(__file__).resolve()
TEMPLATE_FOLDERS = (HERE.parents[3] / "templates", HERE.parents[1] / "_templates")

OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "nl": "Nederlands", "pl": "Polski", "ar": "العربية"}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one template environment of the process. Undefined names are errors; everything is escaped."""
    folders = [str(folder) for folder in TEMPLATE_FOLDERS if folder.is_dir()]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
    )
    made.globals.update(
        static=assets.static_url,
        map_layout=assets.map_layout,
        localdate=localdate,
        localday=localday,
        shortday=shortday,
        longdate=longdate,
        localtime=localtime,
        ago=ago,
        span=span,
        listed=listed,
        reasons=reasons,
        number=number,
        direction=i18n.direction,
        language_name=language_name,
        subject_name=subject_words.subject_name,
        country_name=country_name,
        town_name=town_name,
        interest_name=interest_name,
        development=settings().development,
    )
    return made


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    after: BackgroundTask | None = None,
    **context: Any,
) -> Template:
    """A page with everything that base.html needs. `context` is what this page adds."""
    visitor = visitor_of(request)
    flash = _flash(request)
    return Template(
        template_name=template,
        context={
            "lang": visitor.language,
            "dir": i18n.direction(visitor.language),
            "theme": visitor.theme,
            "visitor": visitor,
            "path": request.url.path,
            "flash": flash,
            "errors": None,
            "languages": [(code, OWN_NAMES[code], i18n.is_draft(code)) for code in settings().languages],
            **context,
        },
        status_code=status,
        background=after,
        cookies=[Cookie(key=FLASH_COOKIE, value="", max_age=0, path="/")] if flash else [],
        headers={"cache-control": "no-cache"},  # visitor.py makes it no-store wherever somebody is meant
    )


def go(path: str, *, say: str = "", kind: str = "ok", cookies: Sequence[Cookie] = ()) -> Redirect:
    """See other: to `path` (of this site only), with a translated sentence shown at the top of the next page."""
    target = path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
    jar = list(cookies)
    if say:
        value = quote(json.dumps([kind, say]))
        jar.append(Cookie(key=FLASH_COOKIE, value=value, path="/", max_age=60, httponly=True, samesite="lax"))
    return Redirect(target, status_code=303, cookies=jar)


def visitor_of(request: Request[Any, Any, Any]) -> Visitor:
    found: Visitor = request.scope["state"]["visitor"]
    return found


def cookie_of(request: Request[Any, Any, Any], name: str) -> str:
    """A cookie of the request, or the empty text."""
    found: str = request.scope["state"]["cookies"].get(name, "")
    return found


def source_of(request: Request[Any, Any, Any]) -> str:
    """A pseudonym of the visitor's network address, as the server saw it or a proxy that it trusts told it."""
    host = request.client.host if request.client else ""
    return keys.source_of(settings().secret_key.encode(), host)


def _flash(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    try:
        kind, sentence = json.loads(unquote(cookie_of(request, FLASH_COOKIE)))
        return [(str(kind), str(sentence))]
    except (ValueError, TypeError, RecursionError):  # anybody may plant a cookie
        return []


def download(data: bytes, *, name: str, content_type: str) -> Response[bytes]:
    """A file for the visitor, never shown inside the site."""
    return Response(
        data,
        media_type=content_type,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


def localday(day: date | datetime, zone: str = "UTC") -> str:
    """A date in the reader's language, as in 12 May 2026."""
    if isinstance(day, datetime):
        day = day.astimezone(ZoneInfo(zone)).date()
    return format_date(day, "long", locale=_locale())


def shortday(day: date | datetime, zone: str = "UTC") -> str:
    """A date that fits on a postmark."""
    if isinstance(day, datetime):
        day = day.astimezone(ZoneInfo(zone)).date()
    return format_date(day, "medium", locale=_locale())


def longdate(day: date | datetime, zone: str = "UTC") -> str:
    """A date with its weekday."""
    if isinstance(day, datetime):
        day = day.astimezone(ZoneInfo(zone)).date()
    return format_date(day, "full", locale=_locale())


def localdate(moment: datetime, zone: str = "UTC") -> str:
    """A date and a time in the town's own zone."""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "medium", locale=_locale())


def localtime(moment: datetime, zone: str = "UTC") -> str:
    """A time of day in the town's own zone, 16:42."""
    return format_time(moment.astimezone(ZoneInfo(zone)), "short", locale=_locale())


def ago(moment: datetime, now: datetime) -> str:
    """A distance in time without direction: 3 hours, 2 days."""
    return format_timedelta(abs(now - moment), threshold=1.2, locale=_locale())


def span(length: timedelta) -> str:
    """A length of time in words: 2 days."""
    return format_timedelta(length, threshold=1, locale=_locale())


def listed(words: Sequence[str]) -> str:
    """`Hürth, Les Ulis and Skawina`, as the reader's language joins a list."""
    return format_list(list(words), locale=_locale())


def number(value: float) -> str:
    return str(format_decimal(value, locale=_locale()))


def language_name(code: str) -> str:
    """The name of a language in the reader's language."""
    return str(_locale().languages.get(code, code))


def country_name(code: str) -> str:
    """The name of a country in the reader's language; for Palestine the short name that its people use."""
    if code == "PS":
        return i18n.gettext("Palestine")
    return str(_locale().territories.get(code, code))


def town_name(town: Town) -> str:
    """A town's name in the reader's language, else its own."""
    return str(town.names.get(i18n.current.get(), town.name))


def interest_name(code: str) -> str:
    """The name of an interest of the curated list in the reader's language."""
    from penfriends.rules.interests import INTERESTS

    found = INTERESTS.get(code)
    return i18n.pgettext("interest", found.english) if found else code


def _locale() -> Any:
    return i18n.locale_of(i18n.current.get())


def problems(form: Any) -> Mapping[str, Sequence[str]]:
    """The errors of a WTForms form by field, for the error summary."""
    found: Mapping[str, Sequence[str]] = form.errors
    return found
