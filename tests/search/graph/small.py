"""Graphs of trees that are given as texts."""

from collections.abc import Callable, Mapping

from engine.search.graph.bindings import Bindings, bindings
from engine.search.graph.graph import Graph
from engine.search.graph.scan import imports


def graph_of(files: Mapping[str, str]) -> Graph:
    """Return the graph of files by path."""
    graph = Graph()
    python = {path: text for path, text in files.items() if path.endswith((".py", ".pyi"))}
    graph.update(tuple(files), {path: imports(path, text) for path, text in python.items()})
    return graph


def binds_of(files: Mapping[str, str]) -> Callable[[str], Bindings]:
    return lambda path: bindings(path, files[path], imports(path, files[path])[1])


def silent(done: int, total: int) -> None:
    """Tell nobody."""
