"""What settings were read from, so that a change of it is noticed and the same is read again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Stamp = tuple[tuple[int, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """A project, what was given beside it, and the files that have a say.

    `environ` has the variables that settings are read from. `stamp` was taken before the files were
    read, so what changed while they were is a change.
    """

    project: Path
    config_file: Path | None
    flags: Mapping[str, str]
    environ: Mapping[str, str]
    files: tuple[Path, ...]
    stamp: Stamp

    def stamp_now(self) -> Stamp:
        """Return what tells the files from what they were; blocking work of microseconds."""
        return stamp(self.files)


def stamp(files: tuple[Path, ...]) -> Stamp:
    """Return each file's time of change, which another mode moves too, its size and its identity.

    None stands for one that is not there, or can't be looked at.
    """
    return tuple(_of(file) for file in files)


def _of(file: Path) -> tuple[int, ...] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_dev, found.st_ino
