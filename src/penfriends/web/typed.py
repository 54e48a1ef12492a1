"""What did the visitor type into a form that could not be taken? Shown again, so that no words are lost."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.utils.scope.state import ScopeState

SECRET = frozenset({"_csrf_token", "password", "code"})


def fields(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Names and texts of the form, as the guard against forgery has read it already; no files, nothing secret."""
    read = ScopeState.from_scope(request.scope).form
    if not isinstance(read, dict):
        return []
    sent = FormMultiDict.from_form_data(read).multi_items()
    return [(name, value) for name, value in sent if isinstance(value, str) and name not in SECRET]


def words(request: Request[Any, Any, Any]) -> list[str]:
    """Of that what a person wrote by hand: more than one word."""
    return [value for _name, value in fields(request) if len(value.split()) > 1]


def page_before(request: Request[Any, Any, Any], otherwise: str) -> str:
    """The page of ours with the form on it."""
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path if came_from.path and came_from.netloc == request.url.netloc else otherwise
