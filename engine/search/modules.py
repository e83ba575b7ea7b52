"""Which file an import means.

Python would ask `sys.path`, which a repository doesn't tell. Its place is taken by the folders that
are on it when files are run as they are meant to be: the folder above the importing file's top
package and the other folders above it that are no packages (a script's own folder, a namespace
package's), `src` folders, and the project root. The nearest that has the module wins, so that a
copy of a tree imports itself.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from engine.search.imports import Import
from engine.search.live_code import is_backup, liveliness

Origin = Literal["first-party", "uncertain", "standard library", "unknown", "missing"]
_MODULE_ENDS: Final = ("/__init__.py", ".py", "/__init__.pyi", ".pyi")
_PROJECT_FILES: Final = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The files that one import reaches.

    Attributes:
        origin: `first-party` for files that Python would find; `uncertain` for files whose path
            merely ends like the dotted name; `missing` for a module that a package of the project
            should have and has no Python file for; `unknown` for all else, third-party modules too.
        paths: the module's own file first, then modules taken out of a package by name. The
            packages above it, which Python runs too, are not among them.
    """

    origin: Origin
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """The Python files of a project, ready to be looked up; paths are relative to its root."""

    files: frozenset[str]
    folders: frozenset[str]
    roots: tuple[str, ...]
    named: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Self:
        """Return the index over a project's files, of which the Python files matter."""
        every = tuple(paths)
        python = [path for path in every if path.endswith((".py", ".pyi"))]
        folders = {folder for path in python for folder in folders_above(path)}
        marked = {_folder(path) for path in every if path.rpartition("/")[2] in _PROJECT_FILES}
        roots = {folder for folder in folders if _name(folder) == "src"} | (marked & folders)
        live = sorted((root for root in roots if not is_backup(root + "/")), key=liveliness)
        named: dict[str, list[str]] = {}
        for path in python:
            named.setdefault(dotted_parts(path)[-1], []).append(path)
        return cls(
            frozenset(python),
            frozenset(folders),
            tuple(live),
            {name: tuple(found) for name, found in named.items()},
        )

    def module(self, parts: Sequence[str]) -> str | None:
        """Return the file of the module at a path of folders: a package before a module."""
        if not parts:
            return "__init__.py" if "__init__.py" in self.files else None
        stem = "/".join(parts)
        return next((stem + end for end in _MODULE_ENDS if stem + end in self.files), None)

    def is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files or f"{folder}/__init__.pyi" in self.files

    def is_standard_library(self, folder: str) -> bool:
        return (f"{folder}/os.py" if folder else "os.py") in self.files


def resolve(project: ModuleFiles, importer: str, found: Import) -> Resolved:
    """Return what `found`, an import in the file `importer`, reaches."""
    if found.level:
        return _relative(project, importer, found)
    parts = found.module.split(".")
    standard = parts[0] in sys.stdlib_module_names
    roots = _search_path(project, importer, standard=standard)
    for root in roots:
        if paths := _reached(project, _parts(root), parts, found.names):
            # A file named like a standard module hides it only from scripts beside it.
            hides = standard and root != "" and not project.is_standard_library(root)
            return Resolved("uncertain" if hides else "first-party", paths)
    for root in roots:
        if (nearest := _above(project, _parts(root), parts)) is not None:
            return _attribute_or_missing(nearest)
    if standard:
        return Resolved("standard library")
    if alike := _ending_alike(project, importer, parts, found.names):
        return Resolved("uncertain", alike)
    return Resolved("unknown")


def _relative(project: ModuleFiles, importer: str, found: Import) -> Resolved:
    above = folders_above(importer)
    if found.level > len(above):
        return Resolved("missing")
    base = _parts(above[found.level - 1])
    parts = found.module.split(".") if found.module else []
    if paths := _reached(project, base, parts, found.names):
        return Resolved("first-party", paths)
    nearest = _above(project, base, parts)
    return Resolved("missing") if nearest is None else _attribute_or_missing(nearest)


def _search_path(project: ModuleFiles, importer: str, *, standard: bool) -> list[str]:
    """Return the folders that stand for `sys.path` in `importer`, the nearest first.

    Modules of the standard library come before what is installed, so only folders above the
    importer can hide them.
    """
    above = [
        folder
        for folder in folders_above(importer)
        if folder == "" or _name(folder) == "src" or not project.is_package(folder)
    ]
    if standard:
        return above
    near = sorted(project.roots, key=lambda root: -_shared(root, importer))
    return above + [root for root in near if root not in above]


def _reached(
    project: ModuleFiles, base: Sequence[str], parts: Sequence[str], names: Sequence[str]
) -> tuple[str, ...]:
    """Return the files of module `parts` below the folder `base` and of its submodules `names`."""
    whole = [*base, *parts]
    modules = [project.module(whole), *(project.module([*whole, name]) for name in names)]
    return tuple(dict.fromkeys(path for path in modules if path is not None))


def _above(project: ModuleFiles, base: Sequence[str], parts: Sequence[str]) -> str | None:
    """Return the nearest module above a missing one."""
    above = (project.module([*base, *parts[:length]]) for length in range(len(parts) - 1, 0, -1))
    return next((path for path in above if path is not None), None)


def _attribute_or_missing(above: str) -> Resolved:
    """Tell `import os.path`, which a module can make work, from a module that a package lacks."""
    if above.endswith(("/__init__.py", "/__init__.pyi")):
        return Resolved("missing")
    return Resolved("first-party", (above,))


def _ending_alike(
    project: ModuleFiles, importer: str, parts: Sequence[str], names: Sequence[str]
) -> tuple[str, ...]:
    """Return the files whose module name ends with `parts`: those nearest to the importer, live."""
    ends = [list(parts), *([*parts, name] for name in names)]
    found: list[str] = []
    for end in ends:
        alike = [
            path
            for path in project.named.get(end[-1], ())
            if path != importer and dotted_parts(path)[-len(end) :] == end
        ]
        if alike:
            best = min(_distance(path, importer) for path in alike)
            found += [path for path in alike if _distance(path, importer) == best]
    return tuple(dict.fromkeys(found))


def _distance(path: str, importer: str) -> tuple[int, bool]:
    return -_shared(path, importer), is_backup(path)


def _shared(path: str, other: str) -> int:
    """Return how many folders from the root on two paths have in common."""
    shared = 0
    for one, another in zip(path.split("/"), other.split("/")[:-1], strict=False):
        if one != another:
            break
        shared += 1
    return shared


def dotted_parts(path: str) -> list[str]:
    """Return the dotted name of a file from the project root, in parts: a package is its folder."""
    parts = path.rpartition(".")[0].split("/")
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def folders_above(path: str) -> list[str]:
    """Return the folders that hold `path`, the nearest first, the project root ("") last."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(folder: str) -> str:
    return folder.rpartition("/")[2]


def _parts(folder: str) -> list[str]:
    return folder.split("/") if folder else []
