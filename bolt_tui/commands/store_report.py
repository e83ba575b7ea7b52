"""What `bolt-tui store` says, as answers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import anyio.to_thread

from engine.evidence import (
    Answer,
    Figure,
    Figures,
    Section,
    Status,
    Table,
    Text,
    Understanding,
    clean,
    counted,
)
from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.fold_lock import folding
from engine.store.folding.fold_outcome import Busy, Folded, Limits
from engine.store.folding.manifest import Part, read
from engine.store.past.events import EVER_S
from engine.store.past.export import Exported
from engine.store.past.past import Past
from engine.store.past.snapshot import View
from engine.store.past.store_size import StoreSize
from engine.store.sessions.sessions import Peer, peers

_MB = 1e6
_MOST = 200
_SOURCE = "the store's files"


async def status(past: Past, store: Path, limits: Limits, now_s: float) -> Answer:
    """Return how much the store holds, since when, and who is at it."""
    if not store.is_dir():
        return _answer("status", f"There is no store yet at {clean(str(store))}", "nothing_found")
    size = await past.size()
    extent, sessions = await past.extent(), await past.read(_sessions)
    here = [one for one in await anyio.to_thread.run_sync(peers, store) if one.live]
    figures = (
        Figure("folder", clean(str(store))),
        *_amounts(size),
        *_extent(extent),
        Figure("sessions on record", sessions, "", _SOURCE),
        *_folds(store, now_s),
        Figure("days kept", limits.keep_days, "days", "store.keep_days"),
        Figure("most disk", limits.max_bytes / 1e9, "GB", "store.max_gb"),
    )
    sections: list[Section] = [Figures("Store", figures)]
    if here:
        sections.append(_here(here))
    if size.problems:
        sections.append(
            Text("Not as written, or not readable", "\n".join(map(clean, size.problems)))
        )
    total = (size.journal_bytes + size.part_bytes + size.minute_bytes) / _MB
    span = f" from {_time(extent[0])} to {_time(extent[1])}" if extent else ""
    faults = f"; {counted(size.damaged, 'damaged line')}" if size.damaged else ""
    verdict = f"{total:.1f} MB{span}, {counted(len(here), 'session')} here{faults}"
    return _answer("status", verdict, "answered", *sections)


def _extent(extent: tuple[float, float] | None) -> Iterator[Figure]:
    for name, at in zip(("first record", "last record"), extent or (None, None), strict=True):
        said = None if at is None else _time(at)
        yield Figure(name, said, reason="nothing is on record" if at is None else None)


def _amounts(size: StoreSize) -> tuple[Figure, ...]:
    return (
        Figure(
            "journals", round(size.journal_bytes / _MB, 2), "MB", counted(size.segments, "file")
        ),
        Figure("journals being written", size.live, "", _SOURCE),
        Figure("parts", round(size.part_bytes / _MB, 2), "MB", counted(size.parts, "file")),
        Figure(
            "minutes",
            round(size.minute_bytes / _MB, 2),
            "MB",
            f"{counted(size.minute_files, 'file')}, made of the parts for reports",
        ),
        Figure("days folded", size.days, "", _SOURCE),
        Figure("damaged lines", size.damaged, "", _SOURCE),
        Figure("records of unknown kinds", size.foreign, "", _SOURCE),
    )


def _folds(store: Path, now_s: float) -> tuple[Figure, ...]:
    who = folding(store, now_s)
    try:
        manifest = read(store)
    except (ManifestDamaged, ManifestNewer) as error:
        last = Figure("last fold", None, reason=clean(str(error)))
    else:
        at = _time(manifest.published_wall_s) if manifest.generation else None
        last = Figure("last fold", at, "", "manifest", reason=None if at else "nothing was folded")
    return last, Figure("folds now", who or "nobody", "", "fold.lock")


def _sessions(view: View) -> int:
    table = view.table("facts", -EVER_S, EVER_S)
    return int(str(view.execute(f"SELECT count(DISTINCT session) FROM {table}")[0][0]))


def _here(here: Sequence[Peer]) -> Table:
    rows = tuple(
        (
            one.session,
            "console" if one.interactive else "headless",
            clean(one.project) or None,
            None if one.pid is None else str(one.pid),
            None if one.since_s is None else _time(one.since_s),
            clean("; ".join(one.running)),
        )
        for one in here[:_MOST]
    )
    return Table("Sessions here", ("session", "kind", "project", "pid", "since", "runs"), rows)


def folded(outcome: Folded | Busy) -> Answer:
    """Return what a fold did; that somebody else folds is no failure."""
    if isinstance(outcome, Busy):
        return _answer("fold", f"Nothing to do: {clean(outcome.who)} folds this store", "answered")
    done = f"{counted(outcome.journals, 'journal')} with {counted(outcome.records, 'record')} "
    done += f"became {counted(outcome.parts, 'part')} in {outcome.elapsed_ms:,.0f} ms"
    verdict = done if outcome.journals else "No finished journal was left to fold"
    rows = (
        ("journals folded", outcome.journals),
        ("bytes read", outcome.bytes),
        ("records", outcome.records),
        ("parts written", outcome.parts),
        ("damaged lines", outcome.damaged),
        ("records of unknown kinds", outcome.foreign),
        ("days merged", ", ".join(outcome.merged_days) or None),
        ("days dropped", ", ".join(outcome.dropped_days) or None),
        ("manifest rebuilt", outcome.rebuilt),
        ("parts not readable", len(outcome.unreadable)),
    )
    sections: list[Section] = [Table("Fold", ("what", "value"), rows)]
    if lost := outcome.unreadable:
        verdict += f"; {counted(len(lost), 'part')} can't be read"
        sections.append(Text("Not readable", "\n".join(map(clean, lost[:_MOST]))))
    return _answer("fold", verdict, "answered", *sections)


def verified(store: Path, problems: Sequence[str]) -> Answer:
    """Return what is not sound."""
    if not store.is_dir():
        return _answer("verify", f"There is no store yet at {clean(str(store))}", "nothing_found")
    if not problems:
        return _answer(
            "verify", f"Every byte of {clean(str(store))} is as it was written", "answered"
        )
    rows = tuple((clean(said),) for said in problems[:_MOST])
    count = "1 thing is" if len(problems) == 1 else f"{len(problems):,} things are"
    left = f" (… {len(problems) - _MOST:,} more)" if len(problems) > _MOST else ""
    table = Table(f"Problems{left}", ("what",), rows)
    return _answer("verify", f"{count} not as written in {clean(str(store))}", "failed", table)


def exported(path: Path, done: Exported | None) -> Answer:
    """Return what was written."""
    if done is None:
        return _answer("export", "Nothing is on record there; no file was written", "nothing_found")
    verdict = f"{clean(str(path))} holds {done.records:,} records in {done.bytes / _MB:,.2f} MB"
    if done.foreign:
        verdict += f"; {done.foreign:,} records of unknown kinds are only in .jsonl and .parquet"
    if path.suffix == ".bolt":
        verdict += f"; show it with bolt-tui --replay {clean(str(path))}"
    return _answer("export", verdict, "answered")


def would_prune(parts: Sequence[Part], going: Sequence[str], first_kept: str) -> Answer:
    """Return which days would be dropped."""
    if not going:
        said = f"No folded day before {first_kept} would be dropped; the newest always stays"
        return _answer("prune", said, "answered")
    size = sum(part.bytes for part in parts if part.day in going) / _MB
    verdict = f"{counted(len(going), 'day')} with {size:,.2f} MB would be dropped; nothing was"
    return _answer("prune", verdict, "answered", _days(parts, going))


def pruned(parts: Sequence[Part], outcome: Folded | Busy, first_kept: str) -> Answer:
    """Return which days were dropped; a store that another process folds can't be pruned now."""
    if isinstance(outcome, Busy):
        said = f"Nothing was dropped: {clean(outcome.who)} folds this store; try again after it"
        return _answer("prune", said, "failed")
    gone = outcome.dropped_days
    if not gone:
        said = f"No day before {first_kept} was there to drop; the newest always stays"
        return _answer("prune", said, "answered")
    days = counted(len(gone), "day was", "days were")
    verdict = f"{days} dropped; a fold a minute or more from now frees their disk"
    return _answer("prune", verdict, "answered", _days(parts, gone))


def _days(parts: Sequence[Part], days: Sequence[str]) -> Table:
    rows = tuple(
        (
            day,
            sum(part.rows for part in parts if part.day == day),
            round(sum(part.bytes for part in parts if part.day == day) / _MB, 2),
        )
        for day in days[:_MOST]
    )
    left = f" (… {len(days) - _MOST:,} more)" if len(days) > _MOST else ""
    return Table(f"Days (UTC){left}", ("day", "records", "MB"), rows)


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s).astimezone().isoformat(" ", "seconds")


def _answer(action: str, verdict: str, status: Status, *sections: Section) -> Answer:
    words = f"store {action}"
    return Answer(
        status=status,
        level="full",
        query=Understanding(words, words, "store", {}, 1.0),
        verdict=verdict,
        sections=sections,
    )
