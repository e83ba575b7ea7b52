"""One complete view of the store: the published parts and, behind them, the journals.

Journals are listed before the manifest is read: one that was folded in between is then in the
manifest, and one that is not there is still in its file. A part that is damaged is left out, with
a sentence; each part's bytes are checked when it is first used.
"""

import errno
import os
import threading
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from engine.clock import SystemClock
from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.manifest import Manifest, Part, is_published, read
from engine.store.folding.parts import parquet, problem, quoted
from engine.store.folding.rebuild import folds, rebuild
from engine.store.journals.records import Kind
from engine.store.journals.segments import segments
from engine.store.leases.pool import Execute
from engine.store.past.live import Live

T = TypeVar("T")
# Refreshing is for one thread at a time, whichever cursor it has.
_refreshing = threading.Lock()
_FEWER_PARTS = (16, 4, 1)  # of a kind, one after the other, where not all can be open at once
_checked: dict[tuple[Path, Part], str | None] = {}


class View:
    """The store at one moment, for the thread that holds the cursor."""

    def __init__(
        self,
        store: Path,
        execute: Execute,
        manifest: Manifest,
        live: Live,
        problems: list[str],
        most: int | None,
    ) -> None:
        self.execute = execute
        self.manifest = manifest
        self.problems = problems
        self.used: list[Part] = []
        self.store = store
        self._live, self._most = live, most

    def table(
        self, kind: Kind, start_s: float, end_s: float, *, besides: Collection[Part] = ()
    ) -> str:
        """Return a kind's rows as a table for FROM; at least those of the span are in it.

        But for those of the parts `besides`, which are not even looked at.
        """
        live = f"SELECT * EXCLUDE (segment) FROM {self._live.table(kind)}"
        return self._with(live, self.parts(kind, start_s, end_s, besides=besides))

    def named_rows(self, kind: Kind, parts: Sequence[Part]) -> str:
        """Return the rows of some parts as a table for FROM, each with its part's path as `part`.

        It has all columns of the kind.
        """
        self.used += parts
        begin = len(str(self.store / parts[0].path)) - len(parts[0].path) + 1
        live = self._live.table(kind)
        tables = [f"SELECT * EXCLUDE (segment), '' AS part FROM {live} WHERE FALSE"]
        by_schema = attrgetter("schema")
        for _, those in groupby(sorted(parts, key=by_schema), key=by_schema):
            paths = ", ".join(quoted(self.store / part.path) for part in those)
            tables.append(
                f"SELECT * EXCLUDE (filename), substr(filename, {begin}) AS part "
                f"FROM read_parquet([{paths}], hive_partitioning = false, filename = true)"
            )
        return f"({' UNION ALL BY NAME '.join(tables)})"

    def _with(self, rows: str, parts: Sequence[Part]) -> str:
        self.used += parts
        return f"({rows} UNION ALL BY NAME {parquet(self.store, parts)})" if parts else f"({rows})"

    @property
    def damaged(self) -> int:
        """How many lines of journals that are in no part yet are no records."""
        return self._live.damaged(self.execute)

    @property
    def foreign(self) -> int:
        """How many records that are in no part yet are of kinds not known here."""
        return self._live.foreign(self.execute)

    def parts(
        self, kind: Kind, start_s: float, end_s: float, *, besides: Collection[Part] = ()
    ) -> list[Part]:
        """Return the sound parts of a kind that may have rows of the span, at most `most`."""
        found = [
            part
            for part in self.manifest.parts
            if part.kind == kind
            and part.first_s <= end_s
            and part.last_s >= start_s
            and part not in besides
            and self._is_sound(part)
        ]
        if self._most is None or len(found) <= self._most:
            return found
        found.sort(key=lambda part: part.last_s)
        left_out = len(found) - self._most
        self.problems.append(
            f"the oldest {left_out} parts of {kind} are left out: this process may not open so "
            "many files; raise its limit (ulimit -n)"
        )
        return found[left_out:]

    def _is_sound(self, part: Part) -> bool:
        key = self.store, part
        if key not in _checked:
            _checked[key] = problem(*key)
        said = _checked[key]
        if said is not None and said not in self.problems:
            self.problems.append(said)
        return said is None


class Snapshot:
    """Opens views of one store; a read-only folder is enough."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._live = Live(store)

    def read(self, execute: Execute, work: Callable[[View], T]) -> T:
        """Return what `work` makes of one complete view of the store.

        Raises:
            OSError: the journals can't be listed.
            duckdb.Error: DuckDB can't read what is there.
        """
        fewer, most = iter(_FEWER_PARTS), None
        while True:
            view = self._open(execute, most)
            try:
                return work(view)
            except Exception as error:
                # A boundary: a part may have been deleted or damaged since it was checked.
                if _is_for_lack_of_files(error) and most != _FEWER_PARTS[-1]:
                    most = next(fewer)
                elif _is_interrupt(error) or not self._changed(view.used):
                    raise
            finally:
                execute("ROLLBACK")

    def _open(self, execute: Execute, most: int | None) -> View:
        with _refreshing:
            here = segments(self._store)
            manifest, problems = self._manifest(execute)
            problems += self._live.refresh(execute, here, manifest.consumed)
            execute("BEGIN TRANSACTION")
            # DuckDB takes its snapshot with the first look at a table.
            execute(f"SELECT 1 FROM {self._live.table('facts')} LIMIT 0")
        return View(self._store, execute, manifest, self._live, problems, most)

    def _manifest(self, execute: Execute) -> tuple[Manifest, list[str]]:
        try:
            manifest = read(self._store)
        except ManifestDamaged as damaged:
            said = [f"{damaged}; the parts are read by what they say of themselves"]
        except ManifestNewer as newer:
            said = [f"{newer}; what can be read is read"]
        else:
            if is_published(self._store) or not folds(self._store):
                return manifest, []
            said = [f"the manifest of the store {self._store} is missing"]
        return rebuild(self._store, execute, SystemClock().wall_s()), said

    def _changed(self, used: Sequence[Part]) -> bool:
        """Look at the parts once more; return whether any is not what it was."""
        for part in used:
            _checked[self._store, part] = problem(self._store, part)
        return any(_checked[self._store, part] is not None for part in used)


def _is_for_lack_of_files(error: Exception) -> bool:
    return os.strerror(errno.EMFILE) in str(error)


def _is_interrupt(error: Exception) -> bool:
    import duckdb

    return isinstance(error, duckdb.InterruptException)
