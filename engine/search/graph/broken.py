"""Imports that can't work: modules that aren't there, names that a module hasn't."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.search.graph.alike import nearest
from engine.search.graph.bindings import Bindings
from engine.search.graph.edges import Edge, Missing
from engine.search.graph.graph import Graph
from engine.search.imports import ImportKind
from engine.search.modules import folders_above

Reason = Literal["no such module", "beyond the top", "no such name"]
_GUARD: Final = re.compile(
    r"except\b[^\n]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b|except\s*:"
    r"|suppress\([^\n]*(?:ImportError|ModuleNotFoundError|Exception)"
)
# How far above or below a guarded import its `except` or `suppress` stands, in lines.
_NEAR: Final = 25


@dataclass(frozen=True, slots=True)
class Broken:
    """An import that fails when it is run.

    Attributes:
        module, names: as written; for a missing name, the module's file and that name.
        guarded: the failure is expected: it is caught, or the import is for type checkers only.
        alike: the nearest thing that exists, None where nothing is near.
    """

    path: str
    line: int
    module: str
    names: tuple[str, ...]
    kind: ImportKind
    reason: Reason
    guarded: bool
    alike: str | None


def missing_modules(
    graph: Graph,
    paths: Iterable[str],
    text: Callable[[str], str],
    exists: Callable[[str], bool],
) -> list[Broken]:
    """Return the imports of `paths` that a package of the project should serve and doesn't.

    Args:
        text: the source of a file, to see what is guarded.
        exists: whether a module is there in another form than Python source that is searched
            (compiled, generated, ignored), by its path of folders.
    """
    found = []
    for path in paths:
        for one in graph.files[path].missing:
            if any(exists(stem) for stem in _stems(one, graph.resolution.project.roots)):
                continue
            # The project's own folder is no package, unless it has an `__init__`.
            beyond = one.level > path.count("/") + ("" in graph.resolution.project.modules)
            written = "." * one.level + one.module
            guarded = one.kind == "type_checking" or _caught(text(path), one.line, one.kind)
            found.append(
                Broken(
                    path,
                    one.line,
                    written,
                    one.names,
                    one.kind,
                    "beyond the top" if beyond else "no such module",
                    guarded,
                    _instead(graph, one),
                )
            )
    return found


def missing_names(
    edges: Iterable[Edge],
    plain: Callable[[str], frozenset[str]],
    binds: Callable[[str], Bindings],
    text: Callable[[str], str],
    exists: Callable[[str], bool],
) -> list[Broken]:
    """Return the imports that take a name that the module surely hasn't.

    Args:
        plain: names that a module has at a glance; `binds`, which costs more, is asked of others.
    """
    found = []
    for edge in edges:
        # Type checkers find other files than Python: the stub beside a module.
        if not edge.sure or edge.importer.endswith(".pyi") or edge.names in {(), ("*",)}:
            continue
        if edge.kind == "dynamic":  # `__import__` takes what is there
            continue
        if plain(edge.imported).issuperset(edge.names):
            continue
        there = binds(edge.imported)
        if not there.known or there.stars:
            continue
        for name in edge.names:
            if name in there.lines or name in there.typed:
                continue
            if exists(f"{edge.imported.rpartition('/')[0]}/{name}"):
                continue
            guarded = edge.kind == "type_checking" or _caught(
                text(edge.importer), edge.line, edge.kind
            )
            alike = nearest(name, there.lines, 1)
            found.append(
                Broken(
                    edge.importer,
                    edge.line,
                    edge.imported,
                    (name,),
                    edge.kind,
                    "no such name",
                    guarded,
                    alike[0] if alike else None,
                )
            )
    return found


def _stems(missing: Missing, roots: Sequence[str]) -> list[str]:
    """Return where the missing module could be, as paths without an ending."""
    parts = missing.module.replace(".", "/")
    above = folders_above(missing.path)
    if missing.level:
        bases: Sequence[str] = above[missing.level - 1 : missing.level]
    else:
        bases = [*above, *roots]
    return ["/".join(part for part in (base, parts) if part) for base in bases]


def _instead(graph: Graph, missing: Missing) -> str | None:
    """Return the existing module that the writer may have meant, as it would be written."""
    project = graph.resolution.project
    above = folders_above(missing.path)
    parts = missing.module.split(".") if missing.module else []
    for level in (missing.level - 1, missing.level + 1):
        if missing.level and parts and 1 <= level <= len(above):
            base = above[level - 1]
            if project.module([*(base.split("/") if base else []), *parts]):
                return "." * level + missing.module
    last = parts[-1] if parts else missing.names[0]
    same = [path for path in project.named.get(last, ()) if path != missing.path]
    if same:
        return min(same, key=lambda path: (_apart(path, missing.path), path))
    near = [project.named[name][0] for name in nearest(last, project.named, 2)]
    return next((path for path in near if path != missing.path), None)


def _apart(path: str, other: str) -> int:
    ours, theirs = path.split("/"), other.split("/")
    shared = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(ours)
    )
    return len(ours) + len(theirs) - 2 * shared


def _caught(text: str, line: int, kind: ImportKind) -> bool:
    """Return whether an import stands in a `try` or a `with` that takes its failure."""
    if kind == "runtime":
        return False
    lines = text.split("\n")
    own = _indent(lines[line - 1]) if line <= len(lines) else 0
    # Downwards to the end of the enclosing block, whose next line may be the `except`.
    for below in lines[line : line + _NEAR]:
        if below.strip() and _indent(below) < own:
            if _GUARD.search(below):
                return True
            if not below.lstrip().startswith(("except", "finally", "else")):
                break
            own = _indent(below) + 1
    above = lines[max(0, line - _NEAR) : line - 1]
    return any(
        "suppress" in text and _GUARD.search(text) and _indent(text) < _indent(lines[line - 1])
        for text in above
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
