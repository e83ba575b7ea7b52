"""How much the store holds, with what is kept beside its records."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from engine.store.folding.parts import misfit
from engine.store.journals.segments import is_live, segments
from engine.store.past.minutes import FOLDER, is_sound
from engine.store.past.snapshot import View


@dataclass(frozen=True, slots=True)
class StoreSize:
    """Bytes and counts; `live` segments are being written, `damaged` are lines of journals that
    are no records, `foreign` records of kinds that this program does not know. `minute_files` are
    what reports made of the parts; they are no records.
    """

    journal_bytes: int
    part_bytes: int
    minute_bytes: int
    segments: int
    parts: int
    minute_files: int
    live: int
    days: int
    damaged: int
    foreign: int
    problems: tuple[str, ...]


def read_size(view: View, folder: Path) -> StoreSize:
    """Return what is there; parts are looked at, not read."""
    here, parts, minutes = segments(folder), view.manifest.parts, _minute_files(folder)
    said = (wrong for part in parts if (wrong := misfit(folder, part)) is not None)
    return StoreSize(
        journal_bytes=sum(_bytes(one.path) for one in here),
        part_bytes=sum(part.bytes for part in parts),
        minute_bytes=sum(_bytes(path) for path in minutes),
        segments=len(here),
        parts=len(parts),
        minute_files=len(minutes),
        live=sum(is_live(one.path) for one in here),
        days=len({part.day for part in parts}),
        damaged=Counter(view.manifest.damaged).total() + view.damaged,
        foreign=Counter(view.manifest.foreign).total() + view.foreign,
        problems=(*view.problems, *said, *damaged_minutes(folder)),
    )


def damaged_minutes(folder: Path) -> list[str]:
    """Return a sentence on each file of minutes that is not as it was written; it reads them all.

    Nothing is lost with one: reports read the parts themselves in its place.
    """
    damaged = (path for path in _minute_files(folder) if not is_sound(path) and path.exists())
    return [
        f"{path} is not as it was written; no report reads it: delete it, it is made anew at need"
        for path in damaged
    ]


def _minute_files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.parquet"))


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
