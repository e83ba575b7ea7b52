"""Folds one store and writes the outcome as one JSON line.

    python -m engine.store.folding.fold_process STORE [KEEP_DAYS MAX_BYTES [BEFORE_DAY]]

A process of its own, so that nothing that it does weighs on a session; it may be killed at any
moment. Exit status: 0 folded, 3 somebody else folds, 1 it could not.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.clock import SystemClock
from engine.store.errors import StoreError, said
from engine.store.folding.fold import Fold
from engine.store.folding.fold_lock import FoldingElsewhere, fold_lock
from engine.store.folding.fold_outcome import Busy, Failed, Folded, Limits, Outcome
from engine.store.leases.pool import Parameter, Row

_MEMORY = "256MB"
_ERRNO = re.compile(r'"errno":"(\d+)"')
_STATUS: dict[type[Outcome], int] = {Folded: 0, Failed: 1, Busy: 3}


def main(arguments: list[str]) -> int:
    """Fold, say what came of it, and return the exit status."""
    store = Path(arguments[0])
    limits = Limits()
    if arguments[1:]:
        keep_days, max_bytes = map(int, arguments[1:3])
        limits = Limits(keep_days, max_bytes, *arguments[3:4])
    os.nice(10)
    outcome = fold(store, limits)
    sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
    return _STATUS[type(outcome)]


def fold(store: Path, limits: Limits) -> Outcome:
    """Fold in this process, with a DuckDB of its own."""
    clock = SystemClock()
    if not store.is_dir():
        return Folded()
    try:
        with fold_lock(store, clock.wall_s()):
            return _locked(store, limits, clock)
    except FoldingElsewhere as elsewhere:
        return Busy(elsewhere.who)
    except OSError as error:
        return Failed(_refused(store, error))


def _locked(store: Path, limits: Limits, clock: SystemClock) -> Outcome:
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": _MEMORY,
            "temp_directory": "",
            "threads": 1,
        },
    )

    def execute(sql: str, parameters: Sequence[Parameter] = (), /) -> list[Row]:
        return connection.execute(sql, list(parameters)).fetchall()

    work = Fold(store, execute, limits, clock)
    try:
        return work.run()
    except OSError as error:
        work.clear()
        return Failed(_refused(store, error))
    except (StoreError, duckdb.Error) as error:
        work.clear()
        return Failed(_broken(store, error))
    finally:
        connection.close()


def _refused(store: Path, error: OSError) -> str:
    reason, remedy = said(error)
    where = f" ({error.filename})" if error.filename else ""
    return f"the store {store} can't be folded: {reason}{where}; {remedy}"


def _broken(store: Path, error: Exception) -> str:
    if found := _ERRNO.search(str(error)):  # DuckDB tells the system's reason as JSON
        number = int(found[1])
        return _refused(store, OSError(number, os.strerror(number)))
    return f"the store {store} can't be folded: {str(error).partition(chr(10))[0]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
