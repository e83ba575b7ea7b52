"""Where the units of the service lie, and how ours are told from others'.

Each unit that `bolt-tui service` writes says so in a comment, with how many folders were made to
put it there: only such a unit is ever replaced or deleted.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

Kind = Literal["systemd", "launchd"]

MONITOR: Final[dict[Kind, str]] = {
    "systemd": "bolt-tui-monitor.service",
    "launchd": "local.bolt-tui.monitor.plist",
}
_PATTERNS: Final[dict[Kind, str]] = {
    "systemd": "bolt-tui-*.*",
    "launchd": "local.bolt-tui.*.plist",
}
_SAID = "Written by bolt-tui service, which removes it; folders made for it: "
_MARK = re.compile(rb"^(?:# |<!-- )" + _SAID.encode() + rb"(\d{1,3})(?: -->)?$", re.MULTILINE)


def mark(folders_made: int) -> str:
    """Return what a unit says of itself, for a comment."""
    return f"{_SAID}{folders_made}"


def folders_made(unit: bytes) -> int | None:
    """Return how many folders were made for one of our units; None where it is none of ours."""
    found = _MARK.search(unit)
    return None if found is None else int(found[1])


def kind_here(platform: str = sys.platform) -> Kind | None:
    """Return what starts services on this system; None where neither does."""
    if platform == "darwin":
        return "launchd"
    return "systemd" if platform.startswith("linux") else None


def units_folder(kind: Kind, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the user's own units; nothing is made."""
    home = Path(environ.get("HOME") or Path.home())
    if kind == "launchd":
        return home / "Library" / "LaunchAgents"
    named = Path(environ.get("XDG_CONFIG_HOME") or "")
    return (named if named.is_absolute() else home / ".config") / "systemd" / "user"


def ours(kind: Kind, folder: Path) -> dict[str, bytes]:
    """Return our units of a folder by name, with what they say.

    Raises:
        OSError: a unit with one of our names can't be read.
    """
    found = dict[str, bytes]()
    for path in sorted(folder.glob(_PATTERNS[kind])) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            if folders_made(text) is not None:
                found[path.name] = text
    return found


def installed(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether this user's service was installed, running or not."""
    kind = kind_here(platform)
    if kind is None:
        return False
    try:
        unit = (units_folder(kind, environ) / MONITOR[kind]).read_bytes()
    except OSError:
        return False
    return folders_made(unit) is not None
