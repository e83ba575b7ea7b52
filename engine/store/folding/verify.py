"""Whether all that the store holds is as it was written."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.clock import SystemClock
from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.manifest import PARTS, Manifest, Part, is_published, read
from engine.store.folding.parts import problem
from engine.store.folding.rebuild import UNDER_WAY, folds, generation_of, rebuild, with_checksums
from engine.store.journals.lines import whole_lines
from engine.store.journals.records import record
from engine.store.journals.segments import segments
from engine.store.leases.lease_database import connect
from engine.store.leases.pool import Parameter, Row


def verify(folder: Path) -> list[str]:
    """Return a sentence on each thing in the store that is not sound; it reads every byte.

    Needs no DuckDB where the manifest is sound, and changes nothing. A line that is being written
    is not looked at.
    """
    manifest, problems = _manifest(folder)
    problems += [said for part in manifest.parts if (said := _part(folder, part)) is not None]
    problems += _strangers(folder, manifest)
    for name, count in manifest.damaged.items():
        problems.append(f"the folded journal {name} had {_damaged(count)}")
    for one in segments(folder):
        if one.path.name not in manifest.consumed:
            problems += _journal(one.path)
    return problems


def _manifest(folder: Path) -> tuple[Manifest, list[str]]:
    """Return the manifest, or what the next fold would make in its place and why."""
    try:
        manifest = read(folder)
    except (ManifestDamaged, ManifestNewer) as error:
        return _rebuilt(folder), [str(error)]
    if is_published(folder) or not folds(folder):
        return manifest, []
    said = f"the manifest of the store {folder} is missing; the next fold rebuilds it"
    return _rebuilt(folder), [said]


def _rebuilt(folder: Path) -> Manifest:
    with connect() as database:

        def execute(sql: str, parameters: Sequence[Parameter] = (), /) -> list[Row]:
            return database.execute(sql, list(parameters)).fetchall()

        return with_checksums(folder, rebuild(folder, execute, SystemClock().wall_s()), execute)


def _part(folder: Path, part: Part) -> str | None:
    if (said := problem(folder, part)) is None and part.crc is None:
        return f"{folder / part.path} has no checksum; bolt-tui store fold takes one"
    return said


def _strangers(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield a sentence on each file among the parts that is none; a fold under way is left out."""
    known = {*(part.path for part in manifest.parts), *manifest.retired}
    for here, _, files in os.walk(folder / PARTS):
        fold = Path(here).relative_to(folder / PARTS).parts[:1]
        if fold and _is_under_way(fold[0], manifest):
            continue
        for path in (Path(here, name) for name in sorted(files)):
            if path.relative_to(folder).as_posix() not in known:
                yield f"{path} is in no manifest and no answer reads it; move it out of the store"


def _is_under_way(fold: str, manifest: Manifest) -> bool:
    return fold.startswith(UNDER_WAY) or generation_of(fold) > manifest.generation


def _journal(path: Path) -> list[str]:
    try:
        lines = [raw for _, raw in whole_lines(path) if raw != b"\n" and record(raw) is None]
    except FileNotFoundError:
        return []
    except OSError as error:
        return [f"the journal {path} can't be read: {error.strerror or error}"]
    return [f"the journal {path} has {_damaged(len(lines))}"] if lines else []


def _damaged(lines: int) -> str:
    return "1 damaged line" if lines == 1 else f"{lines:,} damaged lines"
