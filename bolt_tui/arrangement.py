"""What the console remembers between sessions: the theme and which panes are hidden.

The program owns the file. A damaged one is set aside by the next write and reported, never fatal.
"""

import contextlib
import os
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE_NAME = "arrangement.toml"


@dataclass(frozen=True, slots=True)
class Arrangement:
    theme: str | None = None
    hidden: tuple[str, ...] = ()


def read_arrangement(folder: Path | None) -> tuple[Arrangement, str | None]:
    """Return what was remembered, and a sentence if the file could not be used."""
    if folder is None:
        return Arrangement(), None
    path = folder / FILE_NAME
    try:
        return _parsed(tomllib.loads(path.read_text(encoding="utf-8"))), None
    except FileNotFoundError:
        return Arrangement(), None
    except (OSError, ValueError) as error:
        return Arrangement(), f"{path} is ignored: {error}"


def _parsed(table: dict[str, Any]) -> Arrangement:
    theme, hidden = table.get("theme"), table.get("hidden", [])
    if theme is not None and not isinstance(theme, str):
        raise ValueError(f"theme: expected a name, found {theme!r}")
    if not isinstance(hidden, list) or not all(isinstance(name, str) for name in hidden):
        raise ValueError(f"hidden: expected a list of panes, found {hidden!r}")
    return Arrangement(theme, tuple(hidden))


def write_arrangement(folder: Path, arrangement: Arrangement) -> None:
    """Replace the file in one step; raises OSError where it can't."""
    import tomli_w

    table: dict[str, Any] = {"hidden": list(arrangement.hidden)}
    if arrangement.theme:
        table["theme"] = arrangement.theme
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=FILE_NAME)
    try:
        with os.fdopen(descriptor, "wb") as file:
            tomli_w.dump(table, file)
        Path(name).replace(folder / FILE_NAME)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
