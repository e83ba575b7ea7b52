"""The columns of a part, as DuckDB types made from the events' own schema.

A list stays a list, a struct a STRUCT, a dict a MAP; a type that may be None is that type, as every
column may be NULL.
"""

import types
import typing
import zlib
from collections.abc import Collection
from functools import cache

import msgspec
from msgspec import Struct

from engine.store.journals.records import SAMPLES, FactRow, Kind

_PLAIN = {int: "BIGINT", float: "DOUBLE", str: "VARCHAR", bool: "BOOLEAN"}


@cache
def columns(kind: Kind) -> dict[str, str]:
    """Return the DuckDB type of each column of a kind, in the order of the schema."""
    struct = FactRow if kind == "facts" else SAMPLES[kind]
    hints = typing.get_type_hints(struct)
    return {one.encode_name: _type(hints[one.name]) for one in msgspec.structs.fields(struct)}


def _type(hint: object) -> str:
    if isinstance(hint, type) and hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = typing.get_type_hints(hint)
        inner = ", ".join(f'"{name}" {_type(inner)}' for name, inner in hints.items())
        return f"STRUCT({inner})"
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return "VARCHAR"
    if origin in (typing.Union, types.UnionType):
        (only,) = (one for one in inside if one is not type(None))
        return _type(only)
    if origin is tuple:
        return f"{_type(inside[0])}[]"
    if origin is dict:
        return f"MAP({_type(inside[0])}, {_type(inside[1])})"
    raise TypeError(f"the store has no column type for {hint}")


@cache
def table_columns(kind: Kind) -> str:
    """Return the columns as CREATE TABLE wants them."""
    return ", ".join(f'"{name}" {sql}' for name, sql in columns(kind).items())


@cache
def reader_columns(kind: Kind) -> str:
    """Return the columns as `read_json` wants them."""
    return "{" + ", ".join(f"'{name}': '{sql}'" for name, sql in columns(kind).items()) + "}"


@cache
def schema(kind: Kind) -> int:
    """Return a number that is the same where the columns are."""
    return zlib.crc32(table_columns(kind).encode())


def merged_schema(schemas: Collection[int]) -> int:
    """Return that of parts with these schemas together."""
    one, *others = sorted(set(schemas))
    return zlib.crc32(repr((one, *others)).encode()) if others else one
