"""How much the store holds."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from engine.store.journals.segments import is_live, segments
from engine.store.past.snapshot import View


@dataclass(frozen=True, slots=True)
class StoreSize:
    """Bytes and counts; `live` segments are being written, `damaged` are lines of journals that
    are no records, `foreign` records of kinds that this program does not know.
    """

    journal_bytes: int
    part_bytes: int
    segments: int
    parts: int
    live: int
    days: int
    damaged: int
    foreign: int
    problems: tuple[str, ...]


def read_size(view: View, folder: Path) -> StoreSize:
    """Return what is there; parts are looked at, not read."""
    here, parts = segments(folder), view.manifest.parts
    missing = [part for part in parts if not _has_size(folder / part.path, part.bytes)]
    said = (f"{folder / part.path} is missing or not whole" for part in missing)
    return StoreSize(
        journal_bytes=sum(_bytes(one.path) for one in here),
        part_bytes=sum(part.bytes for part in parts),
        segments=len(here),
        parts=len(parts),
        live=sum(is_live(one.path) for one in here),
        days=len({part.day for part in parts}),
        damaged=Counter(view.manifest.damaged).total() + view.damaged,
        foreign=Counter(view.manifest.foreign).total() + view.foreign,
        problems=(*view.problems, *said),
    )


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _has_size(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size
