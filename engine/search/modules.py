"""Which file an import means.

Python would ask `sys.path`, which a repository doesn't tell. Its place is taken by the folders that
are on it when files are run as they are meant to be: the folder above the importing file's top
package and the other folders above it that are no packages, nor inside of one unless a script could
stand there (its own folder), `src` folders, and the project root. The nearest that has the module
wins, so that a copy of a tree imports itself.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from engine.search.imports import Import
from engine.search.live_code import is_backup, liveliness

Origin = Literal["first-party", "uncertain", "standard library", "unknown", "missing"]
# The later ones hide the earlier ones.
_MODULE_ENDS: Final = (".pyi", "/__init__.pyi", ".py", "/__init__.py")
_PROJECT_FILES: Final = ("pyproject.toml", "setup.py", "setup.cfg")
_SearchPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The files that one import reaches.

    Attributes:
        origin: `first-party` for files that Python would find; `uncertain` for files whose path
            merely ends like the dotted name; `missing` for a module that a package of the project
            should have and has no Python file for; `unknown` for all else, third-party modules too.
        paths: the module's own file first, then modules taken out of a package by name. The
            packages above it, which Python runs too, are not among them.
        own: the module's own file, None where only modules in it are reached.
        root: the folder that the dotted name starts from; None for a relative import.
    """

    origin: Origin
    paths: tuple[str, ...] = ()
    own: str | None = field(default=None, compare=False)
    root: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """The Python files of a project, ready to be looked up; paths are relative to its root."""

    files: frozenset[str]
    folders: frozenset[str]
    roots: tuple[str, ...]
    named: dict[str, tuple[str, ...]]
    modules: dict[str, str]
    heads: frozenset[str]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Self:
        """Return the index over a project's files, of which the Python files matter."""
        every = tuple(paths)
        python = [path for path in every if path.endswith((".py", ".pyi"))]
        holding = {path.rpartition("/")[0] for path in python}
        folders = {above for folder in holding for above in folders_above(f"{folder}/")}
        marked = {_folder(path) for path in every if path.rpartition("/")[2] in _PROJECT_FILES}
        roots = {folder for folder in folders if _name(folder) == "src"} | (marked & folders)
        live = sorted((root for root in roots if not is_backup(root + "/")), key=liveliness)
        named: dict[str, list[str]] = {}
        for path in python:
            named.setdefault(_module_name(path), []).append(path)
        return cls(
            frozenset(python),
            frozenset(folders),
            tuple(live),
            {name: tuple(found) for name, found in named.items()},
            _modules(python),
            frozenset(named) | {_name(folder) for folder in folders},
        )

    def module(self, parts: Sequence[str]) -> str | None:
        """Return the file of the module at a path of folders: a package before a module."""
        return self.modules.get("/".join(parts))

    def is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files or f"{folder}/__init__.pyi" in self.files

    def is_in_package(self, folder: str) -> bool:
        return any(self.is_package(above) for above in folders_above(folder)[:-1])

    def is_standard_library(self, folder: str) -> bool:
        return (f"{folder}/os.py" if folder else "os.py") in self.files


class Resolver:
    """Resolves many imports of one project."""

    def __init__(self, project: ModuleFiles) -> None:
        self.project = project
        self._ways: dict[str, tuple[_SearchPath, _SearchPath]] = {}
        self._places: dict[tuple[_SearchPath, _SearchPath], int] = {}

    def place(self, folder: str) -> int:
        """Return a number, the same for folders whose files find the same absolute imports."""
        return self._places.setdefault(self._search_paths(folder), len(self._places))

    def resolve(self, importer: str, found: Import) -> Resolved:
        """Return what `found`, an import in the file `importer`, reaches."""
        if found.level:
            return _relative(self.project, importer, found)
        parts = found.module.split(".")
        standard = parts[0] in sys.stdlib_module_names
        if parts[0] not in self.project.heads:
            return Resolved("standard library" if standard else "unknown")
        return self._absolute(importer, parts, found.names, standard=standard)

    def _absolute(
        self, importer: str, parts: Sequence[str], names: Sequence[str], *, standard: bool
    ) -> Resolved:
        project = self.project
        roots = self._search_paths(_folder(importer))[standard]
        for root in roots:
            own, inside = _reached(project, root, parts, names)
            if own or inside:
                # A file named like a standard module hides it only from scripts beside it.
                hides = standard and root != "" and not project.is_standard_library(root)
                origin: Origin = "uncertain" if hides else "first-party"
                return _found(origin, own, inside, root)
        for root in roots:
            if (nearest := _above(project, root, parts)) is not None:
                return _attribute_or_missing(nearest, root)
        if standard:
            return Resolved("standard library")
        if alike := _ending_alike(project, importer, parts, names):
            return Resolved("uncertain", alike, alike[0])
        return Resolved("unknown")

    def _search_paths(self, folder: str) -> tuple[_SearchPath, _SearchPath]:
        if folder not in self._ways:
            self._ways[folder] = _search_paths(self.project, folder)
        return self._ways[folder]


def resolve(project: ModuleFiles, importer: str, found: Import) -> Resolved:
    """Return what `found`, an import in the file `importer`, reaches."""
    return Resolver(project).resolve(importer, found)


def _found(origin: Origin, own: str | None, inside: Sequence[str], root: str | None) -> Resolved:
    paths = dict.fromkeys([own, *inside] if own else inside)
    return Resolved(origin, tuple(paths), own, root)


def _relative(project: ModuleFiles, importer: str, found: Import) -> Resolved:
    above = folders_above(importer)
    # Dots that lead to the project's own folder lead out of every package, unless it is one.
    if found.level >= len(above) + ("" in project.modules):
        return Resolved("missing")
    base = above[found.level - 1]
    parts = found.module.split(".") if found.module else []
    own, inside = _reached(project, base, parts, found.names)
    if own or inside:
        return _found("first-party", own, inside, None)
    nearest = _above(project, base, parts)
    return Resolved("missing") if nearest is None else _attribute_or_missing(nearest, None)


def _search_paths(project: ModuleFiles, own: str) -> tuple[_SearchPath, _SearchPath]:
    """Return the folders that stand for `sys.path` in the folder's files, the nearest first.

    The second are those for a name of the standard library, whose modules come before what is
    installed, so that only folders above the importer can hide them.
    """
    importer = f"{own}/" if own else ""
    above = [
        folder
        for folder in folders_above(importer)
        if folder == ""
        or _name(folder) == "src"
        or not (project.is_package(folder) or (folder != own and project.is_in_package(folder)))
    ]
    near = sorted(project.roots, key=lambda root: -_shared(root, importer))
    return (*above, *(root for root in near if root not in above)), tuple(above)


def _reached(
    project: ModuleFiles, base: str, parts: Sequence[str], names: Sequence[str]
) -> tuple[str | None, list[str]]:
    """Return the file of module `parts` below the folder `base`, and of its submodules `names`."""
    whole = "/".join([base, *parts] if base else parts)
    own = project.modules.get(whole)
    if not names or whole not in project.folders:
        return own, []
    stem = f"{whole}/" if whole else ""
    inside = (project.modules.get(stem + name) for name in names)
    return own, [path for path in inside if path is not None]


def _above(project: ModuleFiles, base: str, parts: Sequence[str]) -> str | None:
    """Return the nearest module above a missing one."""
    start = [base] if base else []
    above = (project.module([*start, *parts[:length]]) for length in range(len(parts) - 1, 0, -1))
    return next((path for path in above if path is not None), None)


def _attribute_or_missing(above: str, root: str | None) -> Resolved:
    """Tell `import os.path`, which a module can make work, from a module that a package lacks."""
    if above.endswith(("/__init__.py", "/__init__.pyi")):
        return Resolved("missing")
    return Resolved("first-party", (above,), above, root)


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


def _modules(python: Iterable[str]) -> dict[str, str]:
    """Return the file of each module by its path of folders; "" is a package at the root."""
    modules: dict[str, str] = {}
    for end in _MODULE_ENDS:
        modules.update((path.removesuffix(end), path) for path in python if path.endswith(end))
    for mark in ("__init__.pyi", "__init__.py"):
        if mark in modules.values():
            modules[""] = mark
    return modules


def _module_name(path: str) -> str:
    return dotted_parts(path)[-1]


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
