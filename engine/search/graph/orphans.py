"""Files that nothing imports and nothing starts, as far as imports and names tell."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from engine.search.graph.graph import Graph
from engine.search.graph.impact import is_test
from engine.search.graph.resolution import is_package_file
from engine.search.live_code import is_backup
from engine.search.modules import dotted_parts

_STARTED: Final = frozenset(
    (
        *("__main__", "__init__", "conftest", "setup", "noxfile", "tasks", "fabfile", "conf"),
        *("manage", "wsgi", "asgi", "settings", "sitecustomize", "usercustomize"),
        *("gunicorn_conf", "versioneer", "hubconf", "toxfile", "dodo"),
    )
)
_MAIN: Final = re.compile(r"^if\b.*__name__.*__main__", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A candidate for dead code.

    Attributes:
        reason: what was looked for and not found.
        only: the files that import it all the same, when those are tests or may mean another file.
        backup: whether it lies in a folder named as one for copies.
    """

    path: str
    reason: str
    only: tuple[str, ...]
    backup: bool


def orphans(
    graph: Graph,
    text: Callable[[str], str],
    scripts: Iterable[str],
    tick: Callable[[int, int], None],
) -> list[Orphan]:
    """Return the files that nothing imports, or tests only, and that don't look like entry points.

    Args:
        scripts: dotted names of the modules that `pyproject.toml` starts.
    """
    started = tuple("/" + name.replace(".", "/") for name in scripts)
    unsure: dict[str, set[str]] = {}
    for edge in graph.edges():
        if not edge.sure:
            unsure.setdefault(edge.imported, set()).add(edge.importer)
    found = []
    for done, path in enumerate(graph.files):
        tick(done, len(graph.files))
        importers = {edge.importer for edge in graph.importers(path)}
        if any(not is_test(importer) for importer in importers) or _is_entry(path, started):
            continue
        source = text(path)
        if source.startswith("#!") or _MAIN.search(source) or not source.strip():
            continue
        only = importers or unsure.get(path, set())
        reason = "nothing imports it"
        if importers:
            reason = "only tests import it"
        elif only:
            reason = "only imports that may mean another file"
        found.append(Orphan(path, reason, tuple(sorted(only)), is_backup(path)))
    return sorted(found, key=lambda one: (one.backup, one.path))


def _is_entry(path: str, started: tuple[str, ...]) -> bool:
    name = path.rpartition("/")[2].rpartition(".")[0]
    if name in _STARTED or is_test(path) or is_package_file(path) or path.endswith(".pyi"):
        return True
    return bool(started) and ("/" + "/".join(dotted_parts(path))).endswith(started)
