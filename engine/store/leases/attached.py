"""A DuckDB file of the user's, attached read-only for as short as it takes to copy rows out.

While it is attached its owner's program can't open it for writing, so the rows go into a temporary
table of the cursor at once, and the file is let go of before anyone looks at them. Nothing is ever
written or made. Within one process a file is opened by one thread at a time: the system drops all
of a process's locks on a file when the process closes it once.

    DatabaseError    see `engine.store.leases.attached_errors`
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Final

from engine.store.leases.attached_errors import (
    HEAD_BYTES,
    PUT_BACK,
    DatabaseVanished,
    TableMissing,
    other_kind,
    told,
)
from engine.store.leases.pool import Execute

_TRIES: Final = 100
_numbers: Final = count(1)
_turns: Final = defaultdict[str, threading.Lock](threading.Lock)


@contextmanager
def attached(execute: Execute, path: Path, name: str) -> Iterator[str]:
    """Attach a database for the length of the block, and yield what SQL calls it.

    Args:
        name: how errors call the file.

    Raises:
        DatabaseError: it can't be opened.
    """
    with _turns[str(path.resolve())]:
        _look(path, name)
        alias = f"user_{next(_numbers)}"
        try:
            execute(f"ATTACH {text(str(path))} AS {alias} (READ_ONLY)")
        except Exception as error:
            # A boundary: what keeps DuckDB from opening a file of the user's.
            raise told(name, error) from error
        try:
            yield alias
        finally:
            _detach(execute, alias)


def table(execute: Execute, alias: str, asked: str | None, name: str) -> str:
    """Return the SQL name of a table or view of an attached database.

    Args:
        asked: `table` or `schema.table`, in any case of letters.

    Raises:
        TableMissing: there is none; all are named, and the nearest.
    """
    listed = execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? "
        "UNION ALL SELECT schema_name, view_name FROM duckdb_views() "
        "WHERE database_name = ? AND NOT internal",
        (alias, alias),
    )
    names = {f"{schema}.{table}": (str(schema), str(table)) for schema, table in listed}
    wanted = asked or ""
    full = wanted if "." in wanted else f"main.{wanted}"
    found = {known.lower(): parts for known, parts in names.items()}.get(full.lower())
    if found is None:
        near = get_close_matches(full, names, n=1, cutoff=0.5)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        what = f'has no table "{wanted}"' if wanted else "is a database: its table must be named"
        known = ", ".join(sorted(names)) or "none"
        raise TableMissing(f"{name} {what}{hint}", f"its tables are: {known}")
    return f"{alias}.{quoted(found[0])}.{quoted(found[1])}"


def left_open(path: Path) -> bool:
    """Return whether a WAL lies beside a database that nobody writes: its last writer died."""
    try:
        return path.with_name(f"{path.name}.wal").stat().st_size > 0
    except OSError:
        return False


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as SQL writes it, for where no parameter may stand."""
    return "'" + value.replace("'", "''") + "'"


def _look(path: Path, name: str) -> None:
    """Refuse what is no DuckDB file; DuckDB would look for an extension that reads it.

    Raises:
        DatabaseError: it is none, or can't be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise DatabaseVanished(f"{name} does not exist", PUT_BACK) from error
    except OSError as error:
        raise told(name, error) from error
    if kind := other_kind(name, head):
        raise kind


def drop(execute: Execute, copy: str) -> None:
    """Drop a temporary table, if it is there."""
    _surely(execute, f"DROP TABLE IF EXISTS {copy}")


def _detach(execute: Execute, alias: str) -> None:
    """Let go of the file, come what may: while it is attached its owner can't write."""
    _surely(execute, f"DETACH {alias}")


def _surely(execute: Execute, sql: str) -> None:
    """Run a statement though a task that was cancelled is interrupted until its thread has ended.

    Raises:
        duckdb.Error: it fails for another reason.
    """
    for _ in range(_TRIES):
        try:
            execute(sql)
        except Exception as error:
            # A boundary: an interrupt is DuckDB's own exception, and no concern of ours here.
            if "nterrupt" not in str(error):
                raise
        else:
            return
