"""The files of a project, which are exactly those that `rg --files` lists, and finding one."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread

from engine.search.errors import PathMissing
from engine.search.live_code import liveliness
from engine.search.nearest import nearest_paths
from engine.search.paths import inside
from engine.search.rg_output import path_order, paths
from engine.search.ripgrep import failures_as_scan_failed, ripgrep

_MAX_LIST_BYTES: Final = 64 * 1024 * 1024
_MODULE: Final = re.compile(r"\w+(?:\.\w+)*\Z")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a user's word for a file means.

    Attributes:
        found: the file or folder, relative to the root; None where nothing has that name.
        also: others that the word fits as well, most likely first; `found` is live and shallowest.
        nearest: where nothing was found, existing paths that are written alike (printable).
    """

    found: str | None
    also: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        return bool(self.also)


async def list_files(rg: str, root: str, *, timeout_s: float = 30.0) -> tuple[str, ...]:
    """Return every file that a search looks at, relative to `root`, folder by folder.

    Names that are not UTF-8 are decoded as `os.fsdecode` does; show them with `printable`.

    Raises:
        ScanFailed
    """
    return await _list(rg, root, ["--files", "--null"], timeout_s)


async def _list(rg: str, root: str, argv: Sequence[str], timeout_s: float) -> tuple[str, ...]:
    with failures_as_scan_failed(timeout_s):
        output, _ = await ripgrep(
            rg, root, argv, timeout_s=timeout_s, max_output_bytes=_MAX_LIST_BYTES
        )
    return tuple(os.fsdecode(path) for path in sorted(paths(output), key=path_order))


async def check_paths(rg: str, root: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return `names` relative to `root`.

    Raises:
        PathOutside
        PathMissing: with the nearest existing paths.
    """
    if not names:
        return ()
    relative = tuple(inside(root, name) for name in names)
    for name, path in zip(names, relative, strict=True):
        if not await anyio.Path(root, path).exists():
            raise PathMissing(name, await nearest_paths(path, await list_files(rg, root)))
    return relative


async def resolve_path(root: str, text: str, files: Sequence[str]) -> Resolution:
    """Find the file that `text` means among `files`, the project's.

    Tried in turn: the path itself (which may also be a folder, or a file outside the universe), an
    absolute path, the end of a path, with `.py` added, a dotted module name or the end of one, the
    end of a folder's path.

    Raises:
        PathOutside
    """
    text = text.strip()
    relative = inside(root, text) if text else ""
    if not text or relative in files or await to_thread.run_sync(Path(root, relative).exists):
        return Resolution(relative or None)
    readings = _readings(relative, text)
    # One pass over all files, then a closer look at the few.
    every = tuple(ending for endings in readings for ending in endings)
    near = [path for path in files if path.endswith(every)]
    for endings in readings:
        below = tuple("/" + ending for ending in endings)
        fitting = [path for path in near if path.endswith(below) or path in endings]
        if fitting:
            fitting.sort(key=liveliness)
            return Resolution(fitting[0], also=tuple(fitting[1:]))
    if folders := _folders(relative, files):
        return Resolution(folders[0], also=tuple(folders[1:]))
    return Resolution(None, nearest=await nearest_paths(relative, files))


def _folders(name: str, files: Sequence[str]) -> list[str]:
    """Return the folders whose path ends in `name`, live and shallow first."""
    inside = f"/{name.rstrip('/')}/"
    found = {path[: at + len(inside) - 2] for path in files if (at := f"/{path}".find(inside)) >= 0}
    return sorted(found, key=lambda folder: liveliness(f"{folder}/"))


def _readings(relative: str, text: str) -> list[tuple[str, ...]]:
    """Return the ways to read `text`, the most literal first, each as ends of paths."""
    readings = [(relative,), _module_files(relative)]
    if _MODULE.match(text):
        readings.append(_module_files(text.replace(".", "/")))
    return readings


def _module_files(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}{end}" for end in (".py", "/__init__.py", ".pyi", "/__init__.pyi"))
