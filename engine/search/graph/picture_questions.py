"""The question for a picture of the graph."""

from collections.abc import Mapping
from typing import Final, Literal

from engine.search.facts import BadQuestion, Facts, Json
from engine.search.graph.answers import Export
from engine.search.graph.asking import Asking
from engine.search.graph.export import as_json, dot, mermaid
from engine.search.graph.picture import Picture, around, folded, whole
from engine.search.graph.tree import outline, tree
from engine.search.live_code import is_backup

Format = Literal["mermaid", "dot", "json", "tree"]
_FORMATS: Final[tuple[Format, ...]] = ("mermaid", "dot", "json", "tree")
# Mermaid refuses to draw more than 500 arrows; the other formats are for programs.
_ARROWS: Final[dict[str, int]] = {"mermaid": 400, "dot": 5000, "json": 100_000, "tree": 300}
_TREE_LINES: Final = 300
_DEPTH: Final = 2
_DEEPEST: Final = 50
_WRITERS: Final = {"mermaid": mermaid, "dot": dot, "json": as_json, "tree": outline}


def export(facts: Facts, arguments: Mapping[str, Json]) -> Export:
    """Return a picture in the `format` asked for (mermaid if none is).

    With a `file`, it shows what is up to `depth` imports away from it, and a tree what it imports
    (or, with `importers`, who imports it); with a `folder`, the files in it. Without either it
    shows the folders, and as JSON every file.

    Raises:
        BadQuestion: the format is unknown, or a path is.
    """
    asking = Asking(facts)
    wanted, depth = _format(arguments), _depth(arguments)
    file = asking.file(arguments) if arguments.get("file") else None
    if wanted == "tree" and file:
        return _tree(asking, file, depth, importers=bool(arguments.get("importers")))
    folder = asking.folder(arguments)
    picture = _picture(asking, file, folder, depth, wanted)
    return {
        "format": wanted,
        "asked": file or folder,
        "text": _WRITERS[wanted](picture),
        "nodes": len(picture.nodes),
        "edges": len(picture.lines),
        "left_out": picture.left_out,
    }


def _picture(
    asking: Asking, file: str | None, folder: str | None, depth: int, wanted: Format
) -> Picture:
    graph, limit = asking.graph, _ARROWS[wanted]
    if file:
        out = graph.view("all", parents=False)
        return around(out, graph.reverse("all", parents=False), file, depth, limit)
    edges = [edge for edge in graph.edges() if edge.sure and not edge.parent]
    if folder:
        start = f"{folder}/"
        return whole(
            (e for e in edges if e.importer.startswith(start) and e.imported.startswith(start)),
            limit,
        )
    if wanted == "json":
        return whole(edges, limit)
    live = (e for e in edges if not is_backup(e.importer) and not is_backup(e.imported))
    return folded(live, limit)


def _tree(asking: Asking, file: str, depth: int, *, importers: bool) -> Export:
    graph = asking.graph
    view = (graph.reverse if importers else graph.view)("runtime", parents=False)
    text, cut = tree(view, file, depth, _TREE_LINES)
    lines = text.count("\n")
    return {
        "format": "tree",
        "asked": file,
        "text": text,
        "nodes": lines,
        "edges": lines - 1,
        "left_out": cut,
    }


def _format(arguments: Mapping[str, Json]) -> Format:
    said = str(arguments.get("format") or "mermaid").lower()
    for known in _FORMATS:
        if said == known:
            return known
    raise BadQuestion(f'"{said}" is no format of the graph: take {", ".join(_FORMATS)}')


def _depth(arguments: Mapping[str, Json]) -> int:
    given = arguments.get("depth")
    return min(_DEEPEST, max(1, int(given))) if isinstance(given, int | float) else _DEPTH
