"""The manifest once more, from what the parts say of themselves."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from engine.store.folding.lifetime import DAY_S
from engine.store.folding.manifest import PARTS, Manifest, Part
from engine.store.folding.parts import KEY, Label, checksum, parquet, quoted
from engine.store.journals.records import FOREIGN, KINDS
from engine.store.journals.segments import JOURNALS
from engine.store.leases.pool import Execute

DAMAGED = "damaged"
UNDER_WAY = ".tmp-"  # before the name of a fold that is not done


@dataclass
class _Found:
    parts: dict[str, Label] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)  # why, by path

    @property
    def replaced(self) -> set[str]:
        return {path for label in self.parts.values() for path in label.origin.replaces}

    @property
    def segments(self) -> set[str]:
        return {name for label in self.parts.values() for name in label.origin.segments}


def generation_of(fold: str) -> int:
    """Return the generation that a fold's folder was made for; -1: it is no fold's."""
    number = fold.removeprefix("g").partition("-")[0]
    return int(number) if fold.startswith("g") and number.isdecimal() else -1


def folds(store: Path) -> list[str]:
    """Return the names of all folds that have a folder, published or not."""
    try:
        names = [path.name for path in (store / PARTS).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if generation_of(name) >= 0)


def rebuild(store: Path, execute: Execute, now_s: float) -> Manifest:
    """Return a manifest of all parts, without checksums; one that can't be read says why.

    Nothing is written. What is consumed and retired counts from `now_s`.
    """
    found = _Found()
    for path in sorted((store / PARTS).glob("g*/day=*/*.parquet")):
        _look(store, path, execute, found)
    replaced, foreign = found.replaced, Counter[str]()
    parts = [
        _count_foreign(store, _part(store, path, label), execute, foreign)
        for path, label in found.parts.items()
        if path not in replaced
    ]
    for name, why in found.unreadable.items():
        if name not in replaced and (part := _unreadable(store, name, why, now_s)) is not None:
            parts.append(part)
    return Manifest(
        generation=max(map(generation_of, folds(store)), default=0),
        fold=max(folds(store), default=""),
        published_wall_s=now_s,
        parts=tuple(parts),
        consumed={name: now_s for name in found.segments if (store / JOURNALS / name).exists()},
        retired={path: now_s for path in replaced if (store / path).exists()},
        damaged=_damaged(store),
        foreign=dict(foreign),
    )


def with_checksums(store: Path, manifest: Manifest, execute: Execute) -> Manifest:
    """Return a rebuilt manifest with each part's checksum; every byte is read.

    A part of which not all rows can be read is unreadable.
    """
    parts = (part if part.unreadable else _read(store, part, execute) for part in manifest.parts)
    return replace(manifest, parts=tuple(parts))


def is_stale(store: Path, manifest: Manifest, execute: Execute) -> bool:
    """Return whether parts have no checksum, but for those that are there and still unreadable."""
    return any(
        not part.unreadable
        or not (store / part.path).exists()
        or _read_anew(store, part.path, execute)
        for part in manifest.parts
        if part.crc is None
    )


def _read_anew(store: Path, path: str, execute: Execute) -> bool:
    found = _Found()
    _look(store, store / path, execute, found)
    return any(
        not _read(store, _part(store, path, label), execute).unreadable
        for label in found.parts.values()
    )


def _look(store: Path, path: Path, execute: Execute, found: _Found) -> None:
    name = path.relative_to(store).as_posix()
    try:
        rows = execute(f"SELECT key, value FROM parquet_kv_metadata({quoted(path)})")
        about = {key: value for key, value in rows if isinstance(value, bytes)}
        found.parts[name] = msgspec.json.decode(about[KEY.encode()], type=Label)
    except KeyError:
        found.unreadable[name] = "it does not say where it is from"
    except Exception as error:
        # A boundary: whatever DuckDB says of a damaged file, the others are read.
        found.unreadable[name] = _said(error, path)


def _part(store: Path, path: str, label: Label) -> Part:
    return Part(
        path=path,
        kind=label.kind,
        day=label.day,
        rows=label.rows,
        bytes=(store / path).stat().st_size,
        crc=None,
        schema=label.schema,
        first_s=label.first_s,
        last_s=label.last_s,
    )


def _unreadable(store: Path, path: str, why: str, now_s: float) -> Part | None:
    """Return what a part's path tells; None where no fold writes one to such a path."""
    _, _, folder, file = path.split("/")
    day, name = folder.removeprefix("day="), file.removesuffix(".parquet")
    try:
        start_s = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    for kind in KINDS:
        if kind == name:
            last_s = max(start_s, min(start_s + DAY_S, now_s))
            size = (store / path).lstat().st_size
            return Part(path, kind, day, 0, size, None, 0, start_s, last_s, unreadable=why)
    return None


def _read(store: Path, part: Part, execute: Execute) -> Part:
    """Return a part with its checksum, or with why not all of it can be read."""
    path = store / part.path
    try:
        [[rows, *_]] = execute(
            f"SELECT count(*), bit_xor(hash(COLUMNS(*))) FROM read_parquet({quoted(path)}, "
            "hive_partitioning = false)"
        )
        crc = checksum(path)
    except Exception as error:
        # A boundary: whatever DuckDB says of a damaged file, the others are read.
        return replace(part, unreadable=_said(error, path))
    if rows != part.rows:
        return replace(part, unreadable=f"it has {rows} of {part.rows} rows")
    return replace(part, crc=crc)


def _damaged(store: Path) -> dict[str, int]:
    """Count the lines that were set aside."""
    kept = sorted((store / DAMAGED).glob("*.jsonl"))
    return {path.name: len(path.read_bytes().splitlines()) for path in kept}


def _count_foreign(store: Path, part: Part, execute: Execute, foreign: Counter[str]) -> Part:
    """Count a part's records of unknown kinds; return the part, with why that can't be done."""
    if part.kind != "facts":
        return part
    try:
        rows = execute(
            f"SELECT type, count(*) FROM ({parquet(store, [part])}) WHERE {FOREIGN} GROUP BY type"
        )
    except Exception as error:
        # A boundary: whatever DuckDB says of a damaged file, the others are read.
        return replace(part, unreadable=_said(error, store / part.path))
    foreign.update({str(name): count for name, count in rows if isinstance(count, int)})
    return part


def _said(error: Exception, path: Path) -> str:
    return str(error).partition("\n")[0].replace(str(path), path.name)
