"""The last good rows of the user's databases, for when one can't be read; always with their age.

Each table that was read and understood is kept as one Parquet file: by project, place, and the
symbols that were asked for. Only its owner may read it, it is replaced by rename, and the oldest
go when there are many. What can't be kept is not kept: the answer at hand doesn't need it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final

from engine.market.columns import Topic
from engine.market.reading_errors import MarketDataError
from engine.market.reading_tables import Place, Table, typed
from engine.store.attached import text
from engine.store.lock_holder import clock_time
from engine.store.pool import Execute

FOLDER: Final = "last_good"
MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_FILES: Final = 64
_FRESH_S: Final = 60.0
_KEY: Final = "read_s"
_numbers: Final = count(1)
_KIND: Final = ".parquet"


@dataclass(frozen=True, slots=True)
class Stale:
    """A table of which the last good rows stand in: since when, and why."""

    topic: Topic
    read_s: float
    why: str
    remedy: str

    def said(self, now_s: float) -> str:
        """Return it as a sentence with the rows' age."""
        when, age = clock_time(self.read_s, now_s), _age(now_s - self.read_s)
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.topic} of now: as of {when} ({age} old), as {self.why}{remedy}"


@dataclass(frozen=True, slots=True)
class LastGood:
    """The rows that are kept for one project; `wall_s` is the clock that they are dated by."""

    folder: Path
    project: Path
    wall_s: Callable[[], float]

    def keep(
        self, execute: Execute, table: Table, place: Place, topic: Topic, symbols: Sequence[str]
    ) -> None:
        """Keep the rows of an open copy, which have just been understood."""
        path, now_s = self._path(place, topic, symbols), self.wall_s()
        stamp = _stamp(place.path)
        known = _noted(execute, path) if path.exists() else {}
        if known.get("stamp") == stamp and 0 <= now_s - float(known.get(_KEY, 0)) < _FRESH_S:
            return
        new = path.with_name(f".{path.stem}.{os.getpid()}.{next(_numbers)}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            noted = f"{{{_KEY}: {text(repr(now_s))}, stamp: {text(stamp)}}}"
            execute(
                f"COPY {table.relation} TO {text(str(new))} (FORMAT parquet, COMPRESSION zstd, "
                f"USE_TMP_FILE false, KV_METADATA {noted})"
            )
            if new.stat().st_size <= MOST_BYTES:
                new.replace(path)
                self._prune()
        except Exception:
            # A boundary: a full disk, a type that Parquet lacks. The rows were read all the same.
            pass
        finally:
            with suppress(OSError):
                new.unlink(missing_ok=True)

    def recall(
        self,
        execute: Execute,
        place: Place,
        topic: Topic,
        symbols: Sequence[str],
        mapping: Mapping[str, str],
    ) -> tuple[Table, float] | None:
        """Return the rows that are kept of a table and when they were read (wall), if any are."""
        path = self._path(place, topic, symbols)
        if not path.exists():
            return None
        relation, parameters = "read_parquet(?)", (str(path),)
        try:
            read_s = float(_noted(execute, path)[_KEY])
            table = typed(execute, place, relation, parameters, topic, mapping, is_numbered=True)
        except (MarketDataError, KeyError, ValueError):
            return None  # damaged, or kept under other names of columns: as good as none
        return table, read_s

    def _path(self, place: Place, topic: Topic, symbols: Sequence[str]) -> Path:
        named = "\0".join((str(self.project), place.shown, topic, *sorted(symbols)))
        return self.folder / f"{sha256(named.encode()).hexdigest()[:32]}{_KIND}"

    def _prune(self) -> None:
        kept = sorted(self.folder.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_MOST_FILES]:
            old.unlink(missing_ok=True)


def _noted(execute: Execute, path: Path) -> dict[str, str]:
    try:
        rows = execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)])
    except Exception:
        # A boundary: a damaged file of ours notes nothing, and is replaced by the next good one.
        return {}
    return {_said(key): _said(value) for key, value in rows}


def _said(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _stamp(database: Path) -> str:
    """Return what changes when the database does."""
    stamp = []
    for file in (database, database.with_name(f"{database.name}.wal")):
        try:
            found = file.stat()
        except OSError:
            continue
        stamp.append(f"{found.st_ino}.{found.st_size}.{found.st_mtime_ns}")
    return " ".join(stamp)


def _age(age_s: float) -> str:
    for unit_s, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if age_s >= unit_s:
            n = int(age_s // unit_s)
            return f"{n} days" if unit == "day" and n > 1 else f"{n} {unit}"
    return f"{max(0, int(age_s))} s"
