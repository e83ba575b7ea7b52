"""The manifest once more, from what the parts say of themselves."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.store.folding.manifest import PARTS, Manifest, Part
from engine.store.folding.parts import KEY, Label, parquet, quoted
from engine.store.journals.records import FOREIGN
from engine.store.journals.segments import JOURNALS
from engine.store.leases.pool import Execute

DAMAGED = "damaged"
_FILES = 8  # open at once


@dataclass
class _Found:
    parts: dict[str, Label] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

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


def rebuild(store: Path, execute: Execute, now_s: float) -> tuple[Manifest, list[str]]:
    """Return a manifest of all parts that can be read, and a sentence on each that can't.

    Nothing is written. What is consumed and retired counts from `now_s`; the parts' checksums are
    lost with the old manifest.
    """
    found = _Found()
    for path in sorted((store / PARTS).glob("g*/day=*/*.parquet")):
        _look(store, path, execute, found)
    replaced = found.replaced
    kept = [
        _part(store, path, label) for path, label in found.parts.items() if path not in replaced
    ]
    manifest = Manifest(
        generation=max(map(generation_of, folds(store)), default=0),
        fold=max(folds(store), default=""),
        published_wall_s=now_s,
        parts=tuple(kept),
        consumed={name: now_s for name in found.segments if (store / JOURNALS / name).exists()},
        retired={path: now_s for path in replaced if (store / path).exists()},
        damaged=_damaged(store),
        foreign=_foreign(store, kept, execute),
    )
    return manifest, found.problems


def _look(store: Path, path: Path, execute: Execute, found: _Found) -> None:
    try:
        rows = execute(f"SELECT key, value FROM parquet_kv_metadata({quoted(path)})")
        about = {key: value for key, value in rows if isinstance(value, bytes)}
        label = about[KEY.encode()]
        found.parts[path.relative_to(store).as_posix()] = msgspec.json.decode(label, type=Label)
    except KeyError:
        found.problems.append(f"{path} is no part of this store: it does not say where it is from")
    except Exception as error:
        # A boundary: whatever DuckDB says of a damaged file, the others are read.
        found.problems.append(f"{path} can't be read: {_first_line(error)}")


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


def _damaged(store: Path) -> dict[str, int]:
    """Count the lines that were set aside."""
    kept = sorted((store / DAMAGED).glob("*.jsonl"))
    return {path.name: len(path.read_bytes().splitlines()) for path in kept}


def _foreign(store: Path, parts: list[Part], execute: Execute) -> dict[str, int]:
    facts, found = [part for part in parts if part.kind == "facts"], Counter[str]()
    for start in range(0, len(facts), _FILES):
        those = parquet(store, facts[start : start + _FILES])
        rows = execute(f"SELECT type, count(*) FROM ({those}) WHERE {FOREIGN} GROUP BY type")
        found.update({str(name): count for name, count in rows if isinstance(count, int)})
    return dict(found)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
