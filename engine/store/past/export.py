"""A span of the store as one file: a recording, journal lines, or Parquet; by its name's end.

    .bolt       a recording, which the console replays
    .jsonl      the records as lines of a journal, those of unknown kinds unchanged
    .parquet    a row a record: wall_s, session, seq, type, body (JSON)

It is written beside its place, portion by portion, and gets its name when it is whole. An existing
file stays what it is.

    ExportRefused    the name can't be used; the sentence says why
    StoreError       the file can't be written
"""

import math
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread

from engine import __version__
from engine.errors import EngineError
from engine.store.errors import StoreError, said
from engine.store.journals.records import KINDS
from engine.store.leases.pool import Parameter
from engine.store.past.events import EVER_S, selection
from engine.store.past.past import Past
from engine.store.past.recording import FORMAT, Header, RecordingError, RecordingFile
from engine.store.past.snapshot import View

KINDS_OF_FILE: Final = (".bolt", ".jsonl", ".parquet")
_WINDOW_S: Final = 6 * 3600.0


class ExportRefused(EngineError):
    """The file's name can't be used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write where, and when; times are wall seconds, no session means all of them."""

    path: Path
    now_s: float
    start_s: float = -EVER_S
    end_s: float = EVER_S
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it; `foreign` records are of kinds that a recording can't hold."""

    records: int
    bytes: int
    foreign: int = 0


async def export(past: Past, wanted: Wanted) -> Exported | None:
    """Write what a span holds; None, and no file, where it holds nothing.

    Raises:
        ExportRefused: it is of no known kind, or there already, or its folder is missing.
        StoreReadError: the store can't be read.
        StoreError: the file can't be written.
    """
    path = wanted.path
    if path.suffix not in KINDS_OF_FILE:
        raise ExportRefused(f"{path} must end in one of {', '.join(KINDS_OF_FILE)}")
    if os.path.lexists(path):
        raise ExportRefused(f"{path} is there already; name another file")
    windows = await past.read(lambda view: _windows(view, wanted))
    if not windows:
        return None
    write = {".bolt": _recording, ".jsonl": _lines, ".parquet": _parquet}[path.suffix]
    try:
        async with _beside(path) as place:
            records, foreign = await write(past, wanted, windows, place)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {said(error)[0]}") from error
    except RecordingError as error:
        raise StoreError(str(error).replace(str(_place(path)), str(path))) from error
    return Exported(records, path.stat().st_size, foreign)


Window = tuple[float, float]


@asynccontextmanager
async def _beside(path: Path) -> AsyncIterator[Path]:
    """Give a name to write under; what is there at the end takes the name of `path`."""
    place = _place(path)
    try:
        yield place
        place.chmod(0o600)  # it holds what was asked and answered
        _name(place, path)
    finally:
        place.unlink(missing_ok=True)


def _name(place: Path, path: Path) -> None:
    """Give a file its name, unless that was taken meanwhile."""
    try:
        path.hardlink_to(place)
    except FileExistsError:
        raise ExportRefused(f"{path} is there already; name another file") from None
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise ExportRefused(f"{path} is there already; name another file") from None
        place.rename(path)


def _place(path: Path) -> Path:
    return path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")


def _windows(view: View, wanted: Wanted) -> list[Window]:
    """Return the spans of some hours that hold anything, in their order."""
    whose: list[Parameter] = [] if wanted.session is None else [wanted.session]
    only = "" if wanted.session is None else "AND session = ?"
    found = set[int]()
    for kind in KINDS:
        rows = view.execute(
            f"SELECT DISTINCT floor(wall_s / {_WINDOW_S})::BIGINT "
            f"FROM {view.table(kind, wanted.start_s, wanted.end_s)} "
            f"WHERE wall_s >= ? AND wall_s <= ? {only}",
            [wanted.start_s, wanted.end_s, *whose],
        )
        found |= {number for (number,) in rows if isinstance(number, int)}
    return [
        (
            max(number * _WINDOW_S, wanted.start_s),
            min(math.nextafter((number + 1) * _WINDOW_S, -math.inf), wanted.end_s),
        )
        for number in sorted(found)
    ]


async def _lines(past: Past, wanted: Wanted, windows: list[Window], place: Path) -> tuple[int, int]:
    records = 0
    async with await anyio.open_file(place, "xb") as file:
        for start_s, end_s in windows:
            lines = await past.lines(start_s, end_s, wanted.session)
            await file.write(b"".join(lines))
            records += len(lines)
    return records, 0


async def _recording(
    past: Past, wanted: Wanted, windows: list[Window], place: Path
) -> tuple[int, int]:
    """Write how things stood at the beginning, and then all that happened."""
    start_s, end_s = windows[0][0], windows[-1][1]
    there = await past.read(lambda view: _sessions(view, start_s, end_s, wanted.session))
    known = {one.session: one for one in await past.sessions(start_s, end_s)}
    consoles = [name for name in there if name in known and known[name].interactive]
    main = (consoles or there)[0]
    file = RecordingFile(place, Header(FORMAT, __version__, main, wanted.now_s))
    records = foreign = 0
    try:
        # What began in the span tells by itself how it stood.
        for name in (name for name in there if name not in known or known[name].joined_s < start_s):
            for event in await past.standing(math.nextafter(start_s, -math.inf), name):
                file.record(event)
        for start_s, end_s in windows:
            for event in await past.events(start_s, end_s, session=wanted.session):
                file.record(event)
                records += 1
            foreign += past.foreign
            await file.flush()
    finally:
        file.close()
    return records, foreign


def _sessions(view: View, start_s: float, end_s: float, only: str | None) -> list[str]:
    """Return the sessions that have records in the span, those with the most first."""
    counts = Counter[str]()
    for kind in KINDS:
        rows = view.execute(
            f"SELECT session, count(*) FROM {view.table(kind, start_s, end_s)} "
            "WHERE wall_s >= ? AND wall_s <= ? GROUP BY session",
            [start_s, end_s],
        )
        counts.update({str(name): int(str(count)) for name, count in rows})
    return [name for name, _ in counts.most_common() if only in (None, name)]


async def _parquet(
    past: Past, wanted: Wanted, windows: list[Window], place: Path
) -> tuple[int, int]:
    """Write a file for each window, and join them: what is sorted at once stays small."""
    pieces = [place.with_name(f"{place.stem}.{number}") for number in range(len(windows))]
    try:
        for piece, (start_s, end_s) in zip(pieces, windows, strict=True):
            await past.read(partial(_piece, piece, start_s, end_s, wanted.session))
        return await past.read(lambda view: _joined(view, pieces, place)), 0
    finally:
        for piece in pieces:
            piece.unlink(missing_ok=True)


def _piece(piece: Path, start_s: float, end_s: float, session: str | None, view: View) -> None:
    sql, parameters = selection(view, start_s, end_s, session, None)
    view.execute(
        f"COPY (SELECT wall_s, session, seq, type, body FROM ({sql}) "
        "QUALIFY row_number() OVER (PARTITION BY session, seq) = 1 ORDER BY wall_s, session, seq) "
        f"TO {_quoted(piece)} (FORMAT parquet, COMPRESSION zstd)",
        parameters,
    )


def _joined(view: View, pieces: list[Path], place: Path) -> int:
    those = ", ".join(map(_quoted, pieces))
    table = f"read_parquet([{those}])"
    view.execute(f"COPY (FROM {table}) TO {_quoted(place)} (FORMAT parquet, COMPRESSION zstd)")
    count = view.execute(f"SELECT count(*) FROM {table}")[0][0]
    assert isinstance(count, int)
    return count


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
