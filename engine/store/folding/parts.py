"""Writing parts: Parquet files that never change once they are published.

    parts/<fold>/day=YYYY-MM-DD/<kind>.parquet

Each carries under the key "bolt_tui" what a lost manifest is rebuilt from (rebuild.py).
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.durable import sync
from engine.store.folding.columns import merged_schema, reader_columns, schema
from engine.store.folding.manifest import Part
from engine.store.folding.piles import Pile
from engine.store.journals.records import Kind
from engine.store.leases.pool import Execute

KEY = "bolt_tui"
_CHUNK_BYTES = 1 << 20
_GROUP_ROWS = {"facts": 4096}  # answers are long
_MANY_ROWS = 16_384  # some hours of a second's samples: what a short span has to read


class Origin(Struct, frozen=True):
    """Where a part's rows come from: journals, and the parts that it stands for."""

    generation: int
    segments: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


class Label(Struct, frozen=True):
    """What a part says of itself."""

    kind: Kind
    day: str
    rows: int
    first_s: float
    last_s: float
    schema: int
    origin: Origin


class PartMismatch(Exception):
    """DuckDB took fewer rows than there are: some do not fit their columns."""


def write_pile(execute: Execute, pile: Pile, folder: Path, origin: Origin) -> Label:
    """Write a pile as a part below `folder`.

    Raises:
        PartMismatch: rows do not fit; nothing is left behind.
        OSError, duckdb.Error: it can't be written.
    """
    label = Label(
        pile.kind, pile.day, pile.rows, pile.first_s, pile.last_s, schema(pile.kind), origin
    )
    longest = max(1 << 20, 2 * pile.longest)
    rows = (
        f"SELECT * FROM read_json({quoted(pile.path)}, columns = {reader_columns(pile.kind)}, "
        f"format = 'newline_delimited', ignore_errors = true, maximum_object_size = {longest})"
    )
    return _write(execute, rows, folder, label)


def merge_parts(
    execute: Execute, store: Path, parts: Sequence[Part], folder: Path, origin: Origin
) -> Label:
    """Write parts of one kind and day as one part below `folder`.

    Raises:
        PartMismatch: rows are missing.
        OSError, duckdb.Error: one can't be read, or the new one not written.
    """
    label = Label(
        parts[0].kind,
        parts[0].day,
        sum(part.rows for part in parts),
        min(part.first_s for part in parts),
        max(part.last_s for part in parts),
        merged_schema([part.schema for part in parts]),
        origin,
    )
    return _write(execute, parquet(store, parts), folder, label)


def _write(execute: Execute, rows: str, folder: Path, label: Label) -> Label:
    path = file_of(folder, label.day, label.kind)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    about = quoted(msgspec.json.encode(label).decode())
    [[written]] = execute(
        f"COPY ({rows}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 6, "
        f"PARQUET_VERSION v2, ROW_GROUP_SIZE {_GROUP_ROWS.get(label.kind, _MANY_ROWS)}, "
        f"KV_METADATA {{{KEY}: {about}}})"
    )
    if written != label.rows:
        path.unlink()
        raise PartMismatch(f"{path.name}: {written} of {label.rows} rows")
    _sync(path)
    return label


def file_of(folder: Path, day: str, kind: Kind) -> Path:
    """Return where a fold's part lies."""
    return folder / f"day={day}" / f"{kind}.parquet"


def described(store: Path, path: Path, label: Label) -> Part:
    """Return a written part as the manifest names it."""
    return Part(
        path=path.relative_to(store).as_posix(),
        kind=label.kind,
        day=label.day,
        rows=label.rows,
        bytes=path.stat().st_size,
        crc=checksum(path),
        schema=label.schema,
        first_s=label.first_s,
        last_s=label.last_s,
    )


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file.

    Raises:
        OSError: it can't be read.
    """
    crc = 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK_BYTES):
            crc = zlib.crc32(chunk, crc)
    return crc


def misfit(store: Path, part: Part) -> str | None:
    """Return what is wrong with a part's file as far as that shows without reading it."""
    path = store / part.path
    if part.unreadable:
        return (
            f"{path} can't be read: {part.unreadable}; restore it from a copy or delete it, "
            "then run bolt-tui store fold"
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        return f"{path} can't be read: {error.strerror or error}"
    return None if size == part.bytes else f"{path} has {size:,} bytes in place of {part.bytes:,}"


def problem(store: Path, part: Part) -> str | None:
    """Return what is wrong with a part's file, or None where each byte is as it was written."""
    if (said := misfit(store, part)) is not None:
        return said
    path = store / part.path
    try:
        if part.crc is not None and checksum(path) != part.crc:
            return f"{path} is damaged: its checksum does not fit"
    except OSError as error:
        return f"{path} can't be read: {error.strerror or error}"
    return None


def parquet(store: Path, parts: Sequence[Part]) -> str:
    """Return a SELECT of all rows of some parts, whichever of the columns each of them has.

    DuckDB's own way for that (union_by_name) first looks into every file.
    """
    by_schema = defaultdict[int, list[str]](list)
    for part in parts:
        by_schema[part.schema].append(quoted(store / part.path))
    return " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_parquet([{', '.join(paths)}], hive_partitioning = false)"
        for paths in by_schema.values()
    )


def quoted(text: str | Path) -> str:
    """Return a text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        sync(file)
    finally:
        os.close(file)
