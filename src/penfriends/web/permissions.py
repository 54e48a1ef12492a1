"""Who may call which handler? One table; a handler without a row is refused, and fails a test."""

import enum

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, ServiceUnavailableException
from litestar.handlers.base import BaseRouteHandler

from penfriends.web.visitor import Visitor


class Permission(enum.StrEnum):
    """What a visitor must be. Whose things they may touch is asked again where the row is read (rule R18)."""

    ANYONE = "anyone"
    LINK = "link"  # the secret in the address is the permission
    SIGNED_IN = "signed_in"
    RESIDENT = "resident"
    STAFF = "staff"  # a moderator after password and one-time code (rule R40)
    OPERATOR = "operator"  # a moderator who also keeps this installation running: numbers of all associations
    DEVELOPMENT = "development"  # the handler exists in development only


TABLE: dict[str, Permission] = {}


def table(noun: str, **rows: Permission) -> None:
    """Add the rows of one module: handler function name = permission."""
    TABLE.update({f"{noun}.{name}": permission for name, permission in rows.items()})


def key_of(handler: BaseRouteHandler) -> str:
    """`noun.function` of a handler: the key of its row."""
    function = handler.fn
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Deny first: the only guard of the application."""
    if not handler.fn.__module__.startswith("penfriends."):
        return  # the static files of the framework, which are public
    permission = TABLE.get(key_of(handler))
    visitor: Visitor = connection.scope["state"]["visitor"]
    if permission in (Permission.ANYONE, Permission.DEVELOPMENT):
        return
    if permission is Permission.LINK and not visitor.unknown:  # else somebody signed in would be told of a wrong key
        return
    if permission is Permission.SIGNED_IN and visitor.sign_in_id:
        return
    if permission is Permission.RESIDENT and visitor.resident_id:
        return
    if permission is Permission.STAFF and visitor.is_staff:
        return
    if permission is Permission.OPERATOR and visitor.is_operator:
        return
    if permission is None or (permission is Permission.OPERATOR and visitor.is_staff):
        raise NotFoundException  # other moderators need not know that there is such a page
    if visitor.unknown:
        raise ServiceUnavailableException
    needs = Permission.STAFF if permission is Permission.OPERATOR else permission
    raise NotAuthorizedException(extra={"needs": needs.value})
