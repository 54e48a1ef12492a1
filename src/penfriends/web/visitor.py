"""Who is visiting, in which language and which colours?

This wraps the whole application from outside, because the framework's own middleware does not run for pages that do not
exist, and those too must speak the visitor's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError, OperationalError

from penfriends import i18n
from penfriends.actions import classroom
from penfriends.actions.sessions import Who, who_is
from penfriends.clock import utc_now
from penfriends.db import Database
from penfriends.settings import Settings

LANGUAGE_COOKIE = "language"
SPOKEN_COOKIE = "spoken"  # the language of who was here last: while the database is away nobody can be asked for theirs
THEME_COOKIE = "theme"
FLASH_COOKIE = "flash"
# What may lie in a browser's memory: the pages that say the same to everybody. Everything else is no-store by default.
PUBLIC = frozenset({"/", "/safety", "/privacy", "/how-it-works", "/about", "/help", "/health", "/schools"})
PUBLIC_BELOW = ("/static/", "/t/")
# The secret in these addresses is a key: it must not travel on in a Referer, not even to ourselves.
SECRET_BELOW = (
    "/s/",
    "/c/",
    "/g/",
    "/m/",
    "/w/",
    "/p/",
    "/b/",
    "/k/",
    "/e/",
    "/f/",
    "/a/",
    "/y/",
    "/feeds/",
    "/staff/invitation/",
)
THEMES = ("light", "dark")
AS_THE_DEVICE = "system"
NOTED_EVERY = timedelta(minutes=1)
log = structlog.get_logger()


@dataclass(slots=True)
class Visitor:
    """Everything a page needs to know of who is looking. An anonymous visitor has neither ids nor names."""

    language: str
    theme: str = ""
    fingerprint: str | None = None
    sign_in_id: UUID | None = None
    resident_id: UUID | None = None
    moderator_id: UUID | None = None
    association_id: UUID | None = None
    is_staff: bool = False
    is_operator: bool = False
    is_teacher: bool = False
    is_vouched: bool = False
    is_pupil: bool = False
    is_guardian: bool = False
    display_name: str = ""
    avatar: str = ""
    colour: str = ""
    band: str = ""
    shortcuts: bool = True
    resident_choices: tuple[UUID, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    unknown: bool = False
    """There is a session cookie, but the database that knows it cannot be reached."""

    @property
    def is_resident(self) -> bool:
        return self.resident_id is not None


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie; with https the browser itself guards its origin."""
    return "__Host-session" if settings.secure_cookies else "session"


class KnowVisitors:
    """The outermost layer: finds the visitor, sets the language for everything inside, adds the security headers."""

    def __init__(self, app: ASGIApp, settings: Settings, database: Database) -> None:
        self.app = app
        self.settings = settings
        self.database = database
        self.headers = _security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # type: ignore[comparison-overlap]
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        cookies = _cookies(headers.get("cookie", ""))
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        who, unknown = await self._who(cookies, scope["path"])
        if who is not None and who.pupil_seen_at is not None and "hx-request" not in headers:
            await self._note_use(who)
        asked = query.get("lang", [""])[0]
        spoken = cookies.get(SPOKEN_COOKIE, "") if unknown else who.locale if who else ""
        language = self._language(asked, cookies, spoken, headers.get("accept-language", ""))
        looks = query.get("theme", [""])[0]
        theme = looks if looks in (*THEMES, AS_THE_DEVICE) else cookies.get(THEME_COOKIE, "")
        visitor = _visitor(language, theme if theme in THEMES else "", who)
        visitor.unknown = unknown
        scope.setdefault("state", {})
        scope["state"]["visitor"] = visitor
        scope["state"]["cookies"] = cookies
        keep = {
            LANGUAGE_COOKIE: asked if asked in self.settings.languages else "",
            SPOKEN_COOKIE: spoken if spoken in self.settings.languages else "",
            THEME_COOKIE: looks if looks in (*THEMES, AS_THE_DEVICE) else "",
        }
        token = i18n.current.set(language)
        try:
            await self.app(scope, receive, self._sender(send, keep, cookies, _careful(scope["path"], visitor)))
        finally:
            i18n.current.reset(token)

    async def _who(self, cookies: Mapping[str, str], path: str) -> tuple[Who | None, bool]:
        """Whom the cookie names, and whether that could not be found out."""
        secret = cookies.get(session_cookie(self.settings))
        if not secret or path.startswith(("/static/", "/health")):
            return None, False
        try:
            async with self.database.reading() as db:
                return await who_is(db, secret, now=utc_now()), False
        except (OperationalError, DBAPIError, OSError) as error:
            log.error("visitor_unknown_database_away", error=type(error).__name__)
            return None, True

    async def _note_use(self, who: Who) -> None:
        """A pupil's time without use begins anew, noted once a minute; a page that refreshes itself is no use."""
        now = utc_now()
        if who.resident_id is None or who.pupil_seen_at is None or now - who.pupil_seen_at < NOTED_EVERY:
            return
        try:
            async with self.database.transaction() as db:
                await classroom.stay(db, who.fingerprint, who.resident_id, now=now)
        except (OperationalError, DBAPIError, OSError) as error:
            log.error("pupil_use_not_noted", error=type(error).__name__)

    def _language(self, asked: str, cookies: Mapping[str, str], own: str, header: str) -> str:
        spoken = (*self.settings.languages, *(i18n.PSEUDO_LANGUAGES if self.settings.development else ()))
        for wanted in (asked, cookies.get(LANGUAGE_COOKIE, ""), own):
            if wanted in spoken:
                return wanted
        return i18n.negotiate(i18n.accepted(header), self.settings.languages) or self.settings.languages[0]

    def _sender(
        self, send: Send, keep: Mapping[str, str], cookies: Mapping[str, str], careful: Mapping[bytes, bytes]
    ) -> Send:
        """Adds our headers and the choices made in the address. A policy that a handler set itself stands; the lines
        of `careful` replace whatever was said."""
        secure = "; Secure" if self.settings.secure_cookies else ""
        ours = {**dict(self.headers), **careful}

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = [(name, value) for name, value in message["headers"] if name.lower() not in careful]
                own = {name.lower() for name, _ in said} & {b"content-security-policy"}
                added = [(name, value) for name, value in ours.items() if name not in own]
                for name, value in keep.items():
                    if value and cookies.get(name) != value:
                        line = f"{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"
                        added.append((b"set-cookie", line.encode()))
                message["headers"] = [*said, *added]
            await send(message)

        return sender


def _careful(path: str, visitor: Visitor) -> dict[bytes, bytes]:
    """What a shared computer must forget, and what must not be told on: lines that no handler can loosen."""
    if path.startswith("/static/"):
        return {}
    public = path in PUBLIC or path.startswith(PUBLIC_BELOW)
    lines = {} if public and not visitor.sign_in_id and not visitor.unknown else {b"cache-control": b"no-store"}
    if path.startswith(SECRET_BELOW):
        lines[b"referrer-policy"] = b"no-referrer"
    return lines


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _visitor(language: str, theme: str, who: Who | None) -> Visitor:
    if who is None:
        return Visitor(language, theme)
    return Visitor(
        language,
        theme or who.theme,
        who.fingerprint,
        who.sign_in_id,
        who.resident_id,
        who.moderator_id,
        who.association_id,
        who.is_staff,
        who.is_operator,
        who.is_teacher,
        who.is_vouched,
        who.is_pupil,
        who.is_guardian,
        who.display_name,
        who.avatar,
        who.colour,
        who.band,
        who.shortcuts,
        who.resident_choices,
        who.counts,
    )


def _security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
    )
    lines: dict[str, Any] = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "geolocation=(), camera=(), microphone=(), browsing-topics=()",
        "cross-origin-opener-policy": "same-origin",
        "vary": "Accept-Language, Cookie",
    }
    if settings.secure_cookies:
        lines["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in lines.items()]
