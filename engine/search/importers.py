"""Who imports a Python file, and what a file imports."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from engine.search.corpus import files_with, list_files
from engine.search.imports import ImportKind
from engine.search.modules import Origin, dotted_parts
from engine.search.printable import clip, printable
from engine.search.rg_output import show_path
from engine.search.text_query import TextQuery
from engine.search.worker import read_imports
from engine.search.worker_lines import ImportLine

_PYTHON = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class Importer:
    """A line that imports the file asked about; `path` and `text` are printable."""

    path: str
    line: int
    text: str
    kind: ImportKind


@dataclass(frozen=True, slots=True)
class Importers:
    """Who imports a file, by path and line.

    A module counts as imported when it is named: `import pkg.mod`, `from pkg.mod import x`,
    `from pkg import mod` (which names both `pkg` and `pkg.mod`), and the same by dots. The packages
    that Python runs on the way to it do not count, nor does a name in a string.

    Attributes:
        sure: imports that Python resolves to the file.
        uncertain: imports whose dotted name is only the end of the file's, as in scripts that
            change `sys.path`, or that a standard module of the same name may win.
        candidates: how many files hold the module's name and were read.
        unreadable: how many of those could not be read.
    """

    sure: tuple[Importer, ...]
    uncertain: tuple[Importer, ...]
    candidates: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class ResolvedImport:
    """An import of a file, with where it leads.

    Attributes:
        module: as written, with its leading dots.
        paths: the project's files that it reaches; see `modules.Resolved` for these and `origin`.
    """

    line: int
    module: str
    names: tuple[str, ...]
    kind: ImportKind
    origin: Origin
    paths: tuple[str, ...]


async def find_importers(rg: str, root: str, path: str, *, timeout_s: float = 30.0) -> Importers:
    """Return who imports the Python file `path` (relative to `root`) in the whole project.

    Raises:
        ScanFailed
    """
    files = await list_files(rg, root, timeout_s=timeout_s)
    query = TextQuery(dotted_parts(path)[-1], word=True, suffixes=_PYTHON)
    named = set(await files_with(rg, root, query, timeout_s=timeout_s))
    if path.endswith(("__init__.py", "__init__.pyi")):
        # `from . import x` reaches a package without naming it, from below.
        below = path.rpartition("/")[0]
        named.update(file for file in files if file.startswith(below) and file.endswith(_PYTHON))
    candidates = [file for file in files if file in named and file != path]
    lines, unreadable = await read_imports(
        root, candidates, _python_and_projects(files, path), path, timeout_s=timeout_s
    )
    sure = _importers(line for line in lines if line["origin"] == "first-party")
    uncertain = _importers(line for line in lines if line["origin"] != "first-party")
    return Importers(sure, uncertain, len(candidates), unreadable)


async def find_folder_importers(
    rg: str, root: str, path: str, *, timeout_s: float = 30.0
) -> Importers:
    """Return who imports the package `path` or anything in it, from outside of its folder.

    Raises:
        ScanFailed
    """
    files = await list_files(rg, root, timeout_s=timeout_s)
    folder = path.rstrip("/")
    query = TextQuery(folder.rpartition("/")[2], word=True, suffixes=_PYTHON)
    named = await files_with(rg, root, query, timeout_s=timeout_s)
    candidates = [file for file in named if not file.startswith(f"{folder}/")]
    lines, unreadable = await read_imports(
        root, candidates, _python_and_projects(files, ""), "", timeout_s=timeout_s
    )
    inside = [
        line for line in lines if any(found.startswith(f"{folder}/") for found in line["paths"])
    ]
    sure = _importers(line for line in inside if line["origin"] == "first-party")
    uncertain = _importers(line for line in inside if line["origin"] != "first-party")
    return Importers(sure, uncertain, len(candidates), unreadable)


async def resolve_imports(
    rg: str, root: str, path: str, *, timeout_s: float = 30.0
) -> tuple[ResolvedImport, ...]:
    """Return the imports of one Python file in their order, each with where it leads.

    Raises:
        ScanFailed
    """
    files = await list_files(rg, root, timeout_s=timeout_s)
    lines, _ = await read_imports(
        root, [path], _python_and_projects(files, path), "", timeout_s=timeout_s
    )
    return tuple(
        ResolvedImport(
            line["line"],
            printable("." * line["level"] + line["module"]),
            tuple(printable(name) for name in line["names"]),
            line["kind"],
            line["origin"],
            tuple(_shown(found) for found in line["paths"]),
        )
        for line in lines
    )


def _python_and_projects(files: Iterable[str], path: str) -> list[str]:
    """Return what resolving needs to know of the files, and `path`, which may be outside them."""
    marks = (*_PYTHON, "pyproject.toml", "setup.cfg")
    needed = [file for file in files if file.endswith(marks)]
    return needed if not path or path in needed else [*needed, path]


def _importers(lines: Iterable[ImportLine]) -> tuple[Importer, ...]:
    rows = (
        Importer(_shown(line["path"]), line["line"], clip(printable(line["text"])), line["kind"])
        for line in lines
    )
    return tuple(dict.fromkeys(rows))


def _shown(path: str) -> str:
    return show_path(os.fsencode(path))
