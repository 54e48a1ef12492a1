"""What does a person see when something went wrong, and who else learns of it?"""

import secrets
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Response, Template
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from penfriends.db import passes
from penfriends.errors import NotFound, Refusal, Refused
from penfriends.web import typed
from penfriends.web.respond import go, page, visitor_of
from penfriends.words import refusal_sentence

log = structlog.get_logger()
Answer = Response[Any] | Template


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Answer:
    """404, 405, 413 and the like, as a page in the visitor's language; the framework's headers are kept."""
    if isinstance(error, NotAuthorizedException):
        return _to_sign_in(request, error)
    code, words = error.status_code, typed.words(request)
    shown = page(request, "error.html", status=code, code=code, reference="", sentence="", words=words)
    shown.headers.update(error.headers or {})
    return shown


DOORS = {"staff": "/staff/sign-in", "pupil": "/class"}


def _to_sign_in(request: Request[Any, Any, Any], error: NotAuthorizedException) -> Answer:
    if "hx-request" in request.headers:  # a part of a page that refreshes itself: no sign-in page inside it
        return Response("", media_type="text/plain", status_code=401)
    extra = error.extra if isinstance(error.extra, dict) else {}
    door = DOORS.get(str(extra.get("needs")), "/sign-in")
    if extra.get("needs") == "resident" and visitor_of(request).sign_in_id:
        return go("/me/who")
    if request.method == "GET":
        return go(f"{door}?next={quote(request.url.path)}")
    door = f"{door}?next={quote(typed.page_before(request, '/desk' if extra.get('needs') == 'staff' else '/me'))}"
    words = typed.words(request)
    if not words:
        return go(door)
    kept = typed.fields(request)
    return page(request, "signed_out.html", status=403, door=door, words=words, kept=kept, again=request.url.path)


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Answer:
    """An action said no: the page says why, nothing was changed."""
    code = 429 if error.refusal is Refusal.TOO_MANY_TRIES else 409
    sentence = refusal_sentence(error.refusal)
    used = error.refusal is Refusal.LINK_USED
    words = typed.words(request)
    return page(
        request, "error.html", status=code, code=code, reference="", sentence=sentence, used_link=used, words=words
    )


def on_not_found(request: Request[Any, Any, Any], _error: NotFound) -> Answer:
    return page(request, "error.html", status=404, code=404, reference="", sentence="")


def on_database_away(request: Request[Any, Any, Any], error: Exception) -> Answer:
    """The database cannot be reached: 503, and the sentence that nothing typed is lost if they go back."""
    log.error("database_away", error=type(error).__name__, path=request.url.path)
    words = typed.words(request)
    shown = page(request, "error.html", status=503, code=503, reference="", sentence="", words=words)
    shown.headers["retry-after"] = "30"
    return shown


def on_anything(request: Request[Any, Any, Any], error: Exception) -> Answer:
    """Our own fault: the visitor gets a reference, the log gets the reference and the stack."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or passes(error) or isinstance(error, OperationalError | InterfaceError | OSError | ConnectionError):
        return on_database_away(request, error)
    reference = secrets.token_hex(4)
    log.error("unexpected", reference=reference, path=request.url.path, exc_info=error)
    words = typed.words(request)
    return page(request, "error.html", status=500, code=500, reference=reference, sentence="", words=words)


HANDLERS: dict[Any, Any] = {
    HTTPException: on_http,
    Refused: on_refused,
    NotFound: on_not_found,
    OperationalError: on_database_away,
    InterfaceError: on_database_away,
    DBAPIError: on_anything,
    Exception: on_anything,
}
