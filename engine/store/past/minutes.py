"""What the minutes of parts amount to, kept beside the store: a long span is read from them.

    minutes/<kind>.<what is summed up>.<checksum>.parquet

Made of parts by whoever reads a long span, and read in their place from then on. Nothing rests upon
them: a file that is damaged, or is gone, counts for nothing, and is made again.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Final

from engine.store.folding.manifest import Part
from engine.store.folding.parts import checksum, quoted
from engine.store.journals.records import SAMPLES, SampleKind
from engine.store.past.metrics import METRICS
from engine.store.past.snapshot import View

FOLDER: Final = "minutes"
MINUTE_S: Final = 60.0
_WORTH_ROWS: Final = 200_000  # less is read in a fraction of a second as it is


@dataclass(frozen=True, slots=True)
class Minutes:
    """Some metrics of one kind of samples by the minute; `names` are those of metrics.METRICS."""

    kind: SampleKind
    names: tuple[str, ...]

    def table(self, view: View, first: int, last: int) -> str:
        """Return the minutes from `first` to `last`, counted from the epoch, as SQL for FROM.

        Its columns are `minute`, and of the n-th metric `c<n>`, `s<n>` and `h<n>`: count, sum and
        highest of its readings. A minute stands in it once for each source of its readings.
        """
        start_s, end_s = first * MINUTE_S, (last + 1) * MINUTE_S
        kept = self._kept(view, start_s, end_s)
        here = [part for parts in kept.values() for part in parts]
        rows = view.table(self.kind, start_s, end_s, besides=here)
        tables = [self._summed(f"{rows} WHERE wall_s >= {start_s!r} AND wall_s < {end_s!r}")]
        for path, parts in kept.items():
            named = ", ".join(quoted(part.path) for part in parts)
            tables.append(
                f"SELECT * EXCLUDE (part) FROM read_parquet({quoted(path)}) "
                f"WHERE part IN ({named}) AND minute BETWEEN {first} AND {last}"
            )
        return f"({' UNION ALL BY NAME '.join(tables)})"

    def lacking(self, view: View, start_s: float, end_s: float) -> list[Part]:
        """Return the sound parts of a span whose minutes are not kept yet."""
        kept = self._kept(view, start_s, end_s).values()
        besides = [part for parts in kept for part in parts]
        return view.parts(self.kind, start_s, end_s, besides=besides)

    def keep(self, view: View, parts: Sequence[Part]) -> None:
        """Write down the minutes of parts.

        Raises:
            OSError, duckdb.Error: one can't be read, or they not be written.
        """
        folder = view.store / FOLDER
        made = folder / f"{token_hex(4)}.tmp"
        folder.mkdir(exist_ok=True, mode=0o700)
        summed = self._summed(view.named_rows(self.kind, parts), "part, ")
        try:
            view.execute(
                f"COPY ({summed} ORDER BY part, minute) TO {quoted(made)} "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
            made.rename(folder / f"{self._stem}.{checksum(made):08x}.parquet")
            is_sound.cache_clear()  # it may stand in the place of a damaged one
        finally:
            made.unlink(missing_ok=True)

    def _kept(self, view: View, start_s: float, end_s: float) -> dict[Path, list[Part]]:
        """Return the parts of a span whose minutes are kept, by the file that has them."""
        found = dict[Path, list[Part]]()
        wanted = {
            part.path: part
            for part in view.manifest.parts
            if part.kind == self.kind and part.first_s <= end_s and part.last_s >= start_s
        }
        for path in _files(view.store, f"{self._stem}.*.parquet"):
            here = (wanted.pop(name, None) for name in _parts_in(view, path))
            if parts := [part for part in here if part is not None]:
                found[path] = parts
        return found

    @property
    def _stem(self) -> str:
        return f"{self.kind}.{zlib.crc32(self._summed('').encode()):08x}"

    def _summed(self, rows: str, by: str = "") -> str:
        values, sums = list[str](), list[str]()
        for n, name in enumerate(self.names):
            values.append(f"({METRICS[name].value})::DOUBLE AS v{n}")
            sums.append(f"count(v{n}) AS c{n}, sum(v{n}) AS s{n}, max(v{n}) AS h{n}")
        return (
            f"SELECT {by}floor(wall_s / {MINUTE_S!r})::BIGINT AS minute, {', '.join(sums)} "
            f"FROM (SELECT {by}wall_s, {', '.join(values)} FROM {rows}) GROUP BY {by}minute"
        )


def by_kind(names: Sequence[str]) -> Iterator[Minutes]:
    """Yield the metrics kind by kind.

    Raises:
        KeyError: there is no such metric.
    """
    for kind in SAMPLES:
        if of_kind := tuple(name for name in names if METRICS[name].kind == kind):
            yield Minutes(kind, of_kind)


def keep_minutes(view: View, names: Sequence[str], start_s: float, end_s: float) -> None:
    """Keep the minutes of all parts of a span, where reading them as they are takes its time.

    Raises:
        OSError, duckdb.Error: a part can't be read, or its minutes not be written.
    """
    lacking = [(one, one.lacking(view, start_s, end_s)) for one in by_kind(names)]
    if sum(part.rows for _, parts in lacking for part in parts) >= _WORTH_ROWS:
        for minutes, parts in lacking:
            if parts:
                minutes.keep(view, parts)
    _forget(view)


def _forget(view: View) -> None:
    """Delete the minutes of which all parts are gone, once nobody can be reading those either."""
    manifest = view.manifest
    known = {*(part.path for part in manifest.parts), *manifest.retired}
    for path in _files(view.store, "*.parquet"):
        if known.isdisjoint(_parts_in(view, path)):
            path.unlink(missing_ok=True)


def _files(store: Path, pattern: str) -> list[Path]:
    return sorted(path for path in (store / FOLDER).glob(pattern) if is_sound(path))


@cache
def is_sound(path: Path) -> bool:
    """Return whether a file's bytes are those that it was named for."""
    try:
        return path.stem.rpartition(".")[2] == f"{checksum(path):08x}"
    except OSError:
        return False


def _parts_in(view: View, path: Path) -> list[str]:
    rows = view.execute(f"SELECT DISTINCT part FROM read_parquet({quoted(path)})")
    return [str(part) for (part,) in rows]
