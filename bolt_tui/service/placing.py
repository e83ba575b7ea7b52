"""Units on disk: all of them are put in place or none, and only ours are touched.

OutputError    a file of the same name is somebody else's, or the disk refuses
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bolt_tui.refusing import OutputError
from engine.checks.service_units import Kind, folders_made, ours
from engine.durable import replace_file


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of each unit, by name."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    deleted: tuple[str, ...]


def folders_to_make(kind: Kind, folder: Path) -> int:
    """Return how many folders are, or were, made for the units: what removing them takes away.

    Raises:
        OutputError: what is there can't be read.
    """
    said = [made for text in found(kind, folder).values() if (made := folders_made(text))]
    if said:
        return max(said)
    return sum(1 for one in (folder, *folder.parents) if not one.exists())


def place(kind: Kind, folder: Path, wanted: Mapping[str, bytes]) -> Placed:
    """Make a folder's units of ours be the wanted ones; the others are not looked at.

    Raises:
        OutputError: a wanted name is taken by a file that is not ours, or the disk refuses:
            everything is as it was.
    """
    before = found(kind, folder)
    for name in wanted:
        path = folder / name
        if name not in before and (path.is_symlink() or path.exists()):
            raise OutputError(
                f"{path} is there and was not written by bolt-tui service; move it away, or write "
                "to another folder with --dir; nothing was written"
            )
    written = tuple(name for name, text in wanted.items() if before.get(name) != text)
    old = tuple(name for name in before if name not in wanted)
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in written:
            replace_file(folder / name, wanted[name])
        for name in old:
            _delete(folder, name)
    except OSError as error:
        _undo(folder, before, written, made)
        raise OutputError(
            f"the units can't be written to {folder}: {error.strerror}; nothing was changed"
        ) from error
    return Placed(written, tuple(name for name in wanted if name not in written), old)


def _undo(
    folder: Path, before: Mapping[str, bytes], written: tuple[str, ...], made: list[Path]
) -> None:
    """Put back what was there, as far as the disk lets us."""
    for name, text in before.items():
        with suppress(OSError):
            if (folder / name).read_bytes() == text:
                continue
        with suppress(OSError):
            replace_file(folder / name, text)
    for name in written:
        if name not in before:
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)
    for one in made:
        with suppress(OSError):
            one.rmdir()


def take_away(folder: Path, units: Mapping[str, bytes]) -> None:
    """Delete units, the links by which they were enabled, and the folders that were made for them.

    Raises:
        OutputError: one can't be deleted; what was deleted before it stays deleted.
    """
    try:
        for name in units:
            _delete(folder, name)
    except OSError as error:
        raise OutputError(f"{error.filename} can't be deleted: {error.strerror}") from error
    made = max((folders_made(text) or 0 for text in units.values()), default=0)
    for one in (folder, *folder.parents)[:made]:
        _drop_empty(one)


def take_logs(logs: tuple[Path, ...]) -> None:
    """Delete the files that units printed to, and their folder and the store's once empty."""
    for log in logs:
        with suppress(OSError):
            log.unlink(missing_ok=True)
    for folder in {log.parent for log in logs}:
        drop_logs_folder(folder)


def drop_logs_folder(folder: Path) -> None:
    """Delete the folder of the logs, and the store's, where they are empty."""
    _drop_empty(folder)
    _drop_empty(folder.parent)


def _delete(folder: Path, name: str) -> None:
    """Delete a unit and the links by which systemd starts it."""
    for wants in folder.glob("*.wants"):
        if (wants / name).is_symlink():
            (wants / name).unlink()
            _drop_empty(wants)
    (folder / name).unlink(missing_ok=True)


def _drop_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not empty, or gone
        folder.rmdir()


def found(kind: Kind, folder: Path) -> dict[str, bytes]:
    """Return our units of a folder by name.

    Raises:
        OutputError: one can't be read.
    """
    try:
        return ours(kind, folder)
    except OSError as error:
        raise OutputError(f"{error.filename} can't be read: {error.strerror}") from error
