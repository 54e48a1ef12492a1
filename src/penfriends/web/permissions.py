"""Who may call which handler? One table; a handler without a row is refused, and fails a test."""

import enum
from collections.abc import Callable, Mapping

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, ServiceUnavailableException
from litestar.handlers.base import BaseRouteHandler

from penfriends.errors import Refusal, Refused
from penfriends.web.visitor import Visitor


class Permission(enum.StrEnum):
    """What a visitor must be. Whose things they may touch is asked again where the row is read (rule R18)."""

    ANYONE = "anyone"
    LINK = "link"  # the secret in the address is the permission
    SIGNED_IN = "signed_in"
    RESIDENT = "resident"  # not a pupil: what a class needs is decided by its teachers
    WRITER = "writer"  # a resident or a pupil, about their own letters
    PUPIL = "pupil"  # somebody signed in with a class code (rule R14)
    STAFF = "staff"  # a moderator after password and one-time code (rule R40)
    TEACHER = "teacher"  # staff of a school, after password and one-time code
    READER = "reader"  # staff or a teacher: whoever may read letters, each only their own
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
    if permission is not None and MAY[permission](visitor):
        if permission in OF_TEACHERS and visitor.is_teacher and not visitor.is_vouched:
            raise Refused(Refusal.SCHOOL_WORD_OVER)  # names, cards and letters of pupils are closed with it (rule R38)
        return
    if permission is None or _is_here_as_another(permission, visitor):
        raise NotFoundException  # who is here for other work need not know that there is such a page
    if visitor.unknown:
        raise ServiceUnavailableException
    needs = Permission.STAFF if permission in PROVED_TWICE else permission
    raise NotAuthorizedException(extra={"needs": needs.value})


PROVED_TWICE = frozenset({Permission.STAFF, Permission.TEACHER, Permission.READER, Permission.OPERATOR})
"""Password and one-time code (rule R40): one door for all of these."""


OF_TEACHERS = frozenset({Permission.TEACHER, Permission.READER})


def _is_here_as_another(permission: Permission, visitor: Visitor) -> bool:
    """Signed in, as somebody for whom the page is not: another sign-in would not help."""
    if permission in PROVED_TWICE:
        return visitor.is_staff or visitor.is_teacher
    return visitor.is_pupil and permission is not Permission.PUPIL


MAY: Mapping[Permission, Callable[[Visitor], bool]] = {
    Permission.ANYONE: lambda _visitor: True,
    Permission.DEVELOPMENT: lambda _visitor: True,
    Permission.LINK: lambda visitor: not visitor.unknown,  # else somebody signed in would be told of a wrong key
    Permission.SIGNED_IN: lambda visitor: visitor.sign_in_id is not None,
    Permission.RESIDENT: lambda visitor: visitor.is_resident and not visitor.is_pupil,
    Permission.WRITER: lambda visitor: visitor.is_resident,
    Permission.PUPIL: lambda visitor: visitor.is_pupil,
    Permission.TEACHER: lambda visitor: visitor.is_teacher,
    Permission.READER: lambda visitor: visitor.is_staff or visitor.is_teacher,
    Permission.STAFF: lambda visitor: visitor.is_staff,
    Permission.OPERATOR: lambda visitor: visitor.is_operator,
}
