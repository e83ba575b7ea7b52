"""What a file imports, or who imports it, as an indented tree for the terminal; also of folders."""

from dataclasses import dataclass, field

from engine.search.graph.edges import Edge
from engine.search.graph.graph import Adjacency
from engine.search.graph.picture import Picture
from engine.search.printable import printable


@dataclass(slots=True)
class _Tree:
    graph: Adjacency
    depth: int
    limit: int
    lines: list[str] = field(default_factory=list)
    cut: int = 0
    opened: set[str] = field(default_factory=set)


def tree(graph: Adjacency, path: str, depth: int, limit: int) -> tuple[str, int]:
    """Return the tree below a file, and how many lines more than `limit` it has.

    Args:
        graph: a view, or a reversed one for who imports the file.
        depth: levels below the file, at most some hundreds.

    A file that stands above itself is marked as a cycle; one whose imports were shown before is
    named without them.
    """
    drawn = _Tree(graph, depth, limit)
    drawn.lines.append(printable(path))
    _below(drawn, path, "", (path,))
    return "\n".join(drawn.lines) + "\n", drawn.cut


def _below(drawn: _Tree, path: str, lead: str, above: tuple[str, ...]) -> None:
    drawn.opened.add(path)
    ends = sorted(drawn.graph.get(path, {}).items())
    for at, (end, edge) in enumerate(ends):
        last = at == len(ends) - 1
        opens = bool(drawn.graph.get(end)) and end not in above
        if len(drawn.lines) > drawn.limit:
            drawn.cut += 1
        else:
            again = opens and end in drawn.opened
            note = _note(edge, cycle=end in above, again=again)
            drawn.lines.append(f"{lead}{'└─ ' if last else '├─ '}{printable(end)}{note}")
        if opens and end not in drawn.opened and len(above) < drawn.depth:
            _below(drawn, end, lead + ("   " if last else "│  "), (*above, end))


def _note(edge: Edge, *, cycle: bool, again: bool) -> str:
    """Return what is to be said of one line of the tree."""
    said = [f"line {edge.line}"]
    if edge.parent:
        said.append("package above")
    if edge.kind != "runtime":
        said.append(edge.kind.replace("_", " "))
    if cycle:
        said.append("cycle: stands above")
    elif again:
        said.append("shown above")
    return f"  ({', '.join(said)})"


def outline(picture: Picture) -> str:
    """Return the arrows of a picture grouped by where they start, the most imports first."""
    lines: list[str] = []
    for start in sorted({line.start for line in picture.lines}):
        ends = [line for line in picture.lines if line.start == start]
        lines.append(printable(start))
        for at, line in enumerate(ends):
            branch = "└─" if at == len(ends) - 1 else "├─"
            count = f"{line.count} import{'' if line.count == 1 else 's'}"
            lines.append(f"{branch} {printable(line.end)}  ({count})")
    return "\n".join(lines) + "\n"
