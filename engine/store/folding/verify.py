"""Whether all that the store holds is as it was written."""

from pathlib import Path

from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.manifest import Manifest, is_published, read
from engine.store.folding.parts import problem
from engine.store.folding.rebuild import folds
from engine.store.journals.lines import whole_lines
from engine.store.journals.records import record
from engine.store.journals.segments import segments


def verify(folder: Path) -> list[str]:
    """Return a sentence on each thing in the store that is not sound; it reads every byte.

    Needs no DuckDB and changes nothing. A line that is being written is not looked at.
    """
    try:
        manifest, problems = read(folder), list[str]()
        if folds(folder) and not is_published(folder):
            problems = [f"the manifest of the store {folder} is missing; the next fold rebuilds it"]
    except (ManifestDamaged, ManifestNewer) as error:
        manifest, problems = Manifest(), [str(error)]
    problems += [said for part in manifest.parts if (said := problem(folder, part)) is not None]
    for name, count in manifest.damaged.items():
        problems.append(f"the folded journal {name} had {_damaged(count)}")
    for one in segments(folder):
        if one.path.name not in manifest.consumed:
            problems += _journal(one.path)
    return problems


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
