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
from engine.market.reading.errors import MarketDataError
from engine.market.reading.tables import Place, Table, typed
from engine.store.leases.attached import text
from engine.store.leases.lock_holder import clock_time
from engine.store.leases.pool import Execute

FOLDER: Final = "last_good"
MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_FILES: Final = 64
_FRESH_S: Final = 60.0
_READ_S: Final = "read_s"
_STAMP: Final = "stamp"
_numbers: Final = count(1)
_KIND: Final = ".parquet"


@dataclass(frozen=True, slots=True)
class Stale:
    """A table of which the last good rows stand in: since when (wall), and why."""

    topic: Topic
    read_s: float
    why: str
    remedy: str


def said(stale: Sequence[Stale], now_s: float) -> dict[str, str]:
    """Return a sentence, with the rows' age, on the tables that are old alike; and why they are."""
    alike: dict[tuple[str, str, str], list[Stale]] = {}
    for one in stale:
        alike.setdefault((clock_time(one.read_s, now_s), one.why, one.remedy), []).append(one)
    return {
        f"{_listed([one.topic for one in those])} of now; those read at {since} "
        f"({_age(now_s - min(one.read_s for one in those))} old) stand in, as {why}"
        f"{f'; {remedy}' if remedy else ''}": why
        for (since, why, remedy), those in alike.items()
    }


def _listed(topics: Sequence[Topic]) -> str:
    *most, last = topics
    return f"{', '.join(most)} and {last}" if most else last


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
        path = self._path(place, topic, symbols)
        new = path.with_name(f".{path.stem}.{os.getpid()}.{next(_numbers)}")
        try:
            noted = {_READ_S: repr(self.wall_s()), _STAMP: _stamp(place.path)}
            if _is_fresh(_noted(execute, path), noted):
                return
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            pairs = ", ".join(f"{key}: {text(value)}" for key, value in noted.items())
            execute(
                f"COPY {table.relation} TO {text(str(new))} (FORMAT parquet, "
                f"USE_TMP_FILE false, KV_METADATA {{{pairs}}})"
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
        try:
            read_s = float(_noted(execute, path)[_READ_S])
            table = typed(
                execute, place, "read_parquet(?)", (str(path),), topic, mapping, is_numbered=True
            )
        except (MarketDataError, KeyError, ValueError):
            return None  # not there, damaged, or kept under other names of columns: as good as none
        return table, read_s

    def _path(self, place: Place, topic: Topic, symbols: Sequence[str]) -> Path:
        named = "\0".join((str(self.project), place.shown, topic, *sorted(symbols)))
        return self.folder / f"{sha256(named.encode()).hexdigest()[:32]}{_KIND}"

    def _prune(self) -> None:
        kept = sorted(self.folder.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_MOST_FILES]:
            old.unlink(missing_ok=True)


def _noted(execute: Execute, path: Path) -> dict[str, str]:
    """Return what a kept file says of itself, nothing where there is none."""
    try:
        if not path.exists():
            return {}
        rows = execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)])
    except Exception:
        # A boundary: a damaged file of ours notes nothing, and is replaced by the next good one.
        return {}
    return {_said(key): _said(value) for key, value in rows}


def _is_fresh(known: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Return whether the same rows were kept less than a minute ago."""
    if known.get(_STAMP) != now[_STAMP]:
        return False
    return 0 <= float(now[_READ_S]) - float(known[_READ_S]) < _FRESH_S


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
