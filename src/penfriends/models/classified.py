"""What kind of personal data is a column, what is it for, and how long is it kept? (rule R50)

Every column of every table names one of these classes. A column without one fails a test, and the record of processing
is generated from them.
"""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Personal(enum.StrEnum):
    """The kind of personal data."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    IDENTITY = "identity"
    CONTACT = "contact"
    CONTENT = "content"
    SECRET = "secret"  # noqa: S105
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Classified:
    """Kind, purpose and retention of a column."""

    personal: Personal
    purpose: str
    retention: str


PLAIN = Classified(Personal.NONE, "running the service", "as long as the row")
LINK = Classified(Personal.PSEUDONYM, "joining rows", "as long as the row")
WHEN = Classified(Personal.PSEUDONYM, "clocks, order and proof", "as long as the row")
PUBLIC = Classified(Personal.NONE, "public information about towns and associations", "until changed")
PERSON = Classified(Personal.IDENTITY, "finding and introducing a pen friend", "30 days after leaving at most")
ADDRESS = Classified(Personal.CONTACT, "bringing letters and notices", "30 days after leaving at most")
WORKER = Classified(
    Personal.IDENTITY, "knowing who works here and decided what", "while they work here, and with what they decided"
)
WORDS = Classified(Personal.CONTENT, "carrying letters", "12 months after the last letter, 3 after the end")
RAW = Classified(Personal.CONTENT, "taking mail in and proving what was cut", "30 days")
SECRET = Classified(Personal.SECRET, "signing in and one-time links", "30 days after use or expiry")
PROOF = Classified(Personal.RECORD, "proving who agreed to or decided what", "6 years")


class UTCDateTime(types.TypeDecorator[datetime]):
    """Aware in, aware UTC out, on SQLite too. A naive value is refused."""

    impl = types.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSONValue = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
JSONOrNull = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
E = TypeVar("E", bound=enum.Enum)


def words_of(kind: type[E], name: str) -> sa.Enum:
    """A column of a StrEnum: text plus a CHECK, the same on both databases and cheap to migrate."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=name,
        values_callable=lambda e: [m.value for m in e],
    )


def no_items() -> list[Any]:
    """A new empty list. The built-in `list` as a factory costs a fifth of a millisecond for every row that is made:
    pydantic reads the signature of a built-in out of its text, each time."""
    return []


def no_values() -> dict[str, Any]:
    """A new empty dict; as above."""
    return {}


def column(about: Classified, **options: Any) -> Any:
    """A table column that says what it is. `options` are those of `sqlmodel.Field`."""
    return Field(sa_column_kwargs={"info": {"about": about}, **options.pop("extra", {})}, **options)


def moment(about: Classified = WHEN, **options: Any) -> Any:
    """A column of time, aware UTC."""
    return column(about, sa_type=UTCDateTime, **options)


def long_text(about: Classified, **options: Any) -> Any:
    """A column of text without a length of its own; the empty text by default."""
    return column(about, sa_type=sa.Text, default="", **options)


def choice(kind: type[E], about: Classified = PLAIN, *, name: str, **options: Any) -> Any:
    """A column of one word of an enumeration."""
    return column(about, sa_type=words_of(kind, name), **options)


def pairwise(first: str, second: str) -> str:
    """SQL of a CHECK that keeps an unordered pair in one order, so that it exists once."""
    return f"{first} < {second}"
