"""How is a value read exactly as the database writes it?

An id then comes as text from SQLite and as a UUID from PostgreSQL, a word of an enumeration as text. Where a hundred
thousand rows are only compared and counted, making objects of them would cost more than all the rest.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import SQLModel


class AsItIs(sa.types.UserDefinedType[Any]):
    """A value that goes to the database and comes from it untouched."""

    cache_ok = True


def table(kind: type[SQLModel]) -> Any:
    """The table behind a model: statements on it make no objects."""
    return cast(Any, sa.inspect(kind)).local_table


def raw(column: Any) -> Any:
    """The column as the database gives it, under its own name."""
    return sa.type_coerce(column, AsItIs()).label(column.name)


class _Many(sa.types.UserDefinedType[Any]):
    """Any number of such values as one: an array, or where there are none (SQLite) a JSON text."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return json.dumps if dialect.name == "sqlite" else list


class _IsAmong(GenericFunction[Any]):
    """Whether a value is one of many: with one parameter, however many they are, so that the statement stays the same
    and is put together and planned once."""

    type = AsItIs()  # of a Boolean SQLite would be asked whether it equals 1, and no index would help
    inherit_cache = True
    name = "is_among"


@compiles(_IsAmong)
def _in_array(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, many = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({many})"


@compiles(_IsAmong, "sqlite")
def _in_json(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, many = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 (a column and a parameter)


def among(column: Any, name: str) -> Any:
    """Whether the column has one of the values that are given as `name` when it is asked."""
    return _IsAmong(column, sa.bindparam(name, type_=_Many()))


class _Half(sa.types.UserDefinedType[Any]):
    """Four bits: a number, or on SQLite, which knows no bits of bytes, all hexadecimal digits with one of them."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _DIGITS.__getitem__ if dialect.name == "sqlite" else None


_DIGITS = ["".join(f"{digit:X}" for digit in range(16) if digit & bits) for bits in range(16)]


class _HasBits(GenericFunction[Any]):
    """Whether half a byte of some bytes (which byte, by how far it is moved) has one of these bits."""

    type = AsItIs()
    inherit_cache = True
    name = "has_bits"


@compiles(_HasBits)
def _by_number(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, byte, moved, bits = (compiler.process(one, **options) for one in element.clauses)
    return f"(get_byte({column}, {byte}) >> {moved} & {bits}) <> 0"


@compiles(_HasBits, "sqlite")
def _by_digit(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, byte, moved, bits = (compiler.process(one, **options) for one in element.clauses)
    return f"instr({bits}, substr(hex(substr({column}, {byte} + 1, 1)), 2 - {moved} / 4, 1)) > 0"


def shares_bits(column: Any, byte: int, halves: Iterable[int], name: str) -> Any:
    """Whether one of these half bytes of a column of bytes, counted from `byte` on, has a bit in common with those that
    are given, by `halves_of`, under this name."""
    return sa.or_(
        *(
            _HasBits(
                column,
                sa.literal_column(str(byte + half // 2)),
                sa.literal_column(str(half % 2 * 4)),
                sa.bindparam(f"{name}{half}", type_=_Half()),
            )
            for half in halves
        )
    )


def halves_of(bits: int) -> dict[int, int]:
    """Which half bytes of some bits are not empty, and what is in them."""
    found = {half: bits >> 4 * half & 15 for half in range(-(-bits.bit_length() // 4))}
    return {half: some for half, some in found.items() if some}
