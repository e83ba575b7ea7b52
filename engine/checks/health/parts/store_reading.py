"""Whether what the store holds is as it was written: sizes of all, every byte of the newest."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from engine.checks.health.parts.look import Ground, Seen
from engine.clock import SystemClock
from engine.store.errors import ManifestDamaged, ManifestNewer, said
from engine.store.folding.manifest import Part, is_published, read
from engine.store.folding.parts import misfit, parquet, problem
from engine.store.folding.rebuild import folds
from engine.store.journals.lines import whole_lines
from engine.store.journals.records import record
from engine.store.journals.segments import segments

_VERIFY: Final = "answers leave it out; restore it from a copy, or see bolt-tui store verify"
_REBUILD: Final = "bolt-tui store fold makes it anew from what the parts say of themselves"


class _Looked(NamedTuple):
    problems: list[str]
    whole: int


def store_read(ground: Ground) -> Seen:
    """Check the manifest, the size of each part, bytes from the newest back, and read one part."""
    store = Path(ground.store)
    try:
        manifest = read(store)
    except ManifestDamaged as error:
        cause = error.__cause__
        remedy = said(cause)[1] if isinstance(cause, OSError) else _REBUILD
        return Seen("critical", str(error), remedy)
    except ManifestNewer as error:
        return Seen("critical", str(error))
    if folds(store) and not is_published(store):
        return Seen("critical", f"the manifest of the store {store} is missing", _REBUILD)
    newest = sorted(manifest.parts, key=lambda part: part.last_s, reverse=True)
    parts = _parts(store, newest, _within(ground.patience_s / 2))
    if parts.problems:
        return Seen("critical", _first(parts.problems), _VERIFY, _figures(newest, parts.whole))
    if newest and (refusal := _unreadable(store, newest[0])):
        return Seen("critical", refusal, _VERIFY)
    damaged = _journals(store, manifest.consumed.keys(), _within(ground.patience_s / 2))
    figures = _figures(newest, parts.whole)
    if damaged:
        remedy = "the other lines are read; what was damaged is lost"
        return Seen("warning", _first(damaged), remedy, figures)
    if not newest:
        return Seen("ok", "nothing is folded yet; the newest journals are sound", figures=figures)
    sound = f"{len(newest)} parts have their sizes, the newest {parts.whole} each byte"
    return Seen("ok", sound, figures=figures)


def _within(span_s: float) -> Callable[[], bool]:
    clock = SystemClock()
    end_s = clock.monotonic_s() + span_s
    return lambda: clock.monotonic_s() < end_s


def _parts(store: Path, newest: Sequence[Part], has_time: Callable[[], bool]) -> _Looked:
    problems, whole = list[str](), 0
    for part in newest:
        in_full = has_time()
        if (wrong := problem(store, part) if in_full else misfit(store, part)) is not None:
            problems.append(wrong)
        whole += in_full
    return _Looked(problems, whole)


def _unreadable(store: Path, part: Part) -> str:
    """Return why DuckDB can't read a part, empty where it can."""
    from engine.store.leases.lease_database import connect

    try:
        with connect() as database:
            found = database.execute(f"SELECT count(*) FROM ({parquet(store, [part])})").fetchone()
    except Exception as error:
        # A boundary: DuckDB raises more than its own errors, and this is what is looked for.
        return f"DuckDB can't read {store / part.path}: {error}"
    rows = found[0] if found else None
    return "" if rows == part.rows else f"{store / part.path} has {rows} of {part.rows} rows"


def _journals(store: Path, consumed: Collection[str], has_time: Callable[[], bool]) -> list[str]:
    problems = list[str]()
    for one in reversed(segments(store)):
        if not has_time():
            break
        if one.path.name not in consumed and (wrong := _journal(one.path)):
            problems.append(wrong)
    return problems


def _journal(path: Path) -> str:
    """Return what is wrong with a journal, empty where it is sound or folded meanwhile."""
    try:
        bad = sum(raw != b"\n" and record(raw) is None for _, raw in whole_lines(path))
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"the journal {path} can't be read: {error.strerror or error}"
    return f"the journal {path} has damaged lines: {bad:,}" if bad else ""


def _first(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _figures(parts: Sequence[Part], whole: int) -> dict[str, float]:
    return {
        "parts": float(len(parts)),
        "parts_read": float(whole),
        "size_bytes": float(sum(part.bytes for part in parts)),
    }
