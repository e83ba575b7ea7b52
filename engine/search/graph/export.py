"""A picture written as Mermaid, DOT or JSON."""

import json
from typing import Final

from engine.search.graph.picture import Picture
from engine.search.printable import printable

# Dashed: not run when the importer is imported.
_DASHED: Final = frozenset(("local", "dynamic", "type_checking"))


def mermaid(picture: Picture) -> str:
    """Return a flowchart; imports that don't run at import time are dotted."""
    number = {node: f"n{at}" for at, node in enumerate(picture.nodes)}
    lines = ["flowchart LR"]
    lines += [f'    {number[node]}["{_entities(node)}"]' for node in picture.nodes]
    for line in picture.lines:
        arrow = "-.->" if line.kind in _DASHED else "-->"
        label = f"|{line.count}|" if line.count > 1 else ""
        lines.append(f"    {number[line.start]} {arrow}{label} {number[line.end]}")
    if picture.left_out:
        lines.append(f"    %% {picture.left_out} more arrows are left out")
    return "\n".join(lines) + "\n"


def dot(picture: Picture) -> str:
    """Return a directed graph for Graphviz; imports that don't run at import time are dashed."""
    lines = ["digraph imports {", "    rankdir=LR;", "    node [shape=box];"]
    lines += [f"    {_quoted(node)};" for node in picture.nodes]
    for line in picture.lines:
        said = ['style="dashed"'] if line.kind in _DASHED else []
        said += [f'label="{line.count}"'] if line.count > 1 else []
        more = f" [{', '.join(said)}]" if said else ""
        lines.append(f"    {_quoted(line.start)} -> {_quoted(line.end)}{more};")
    if picture.left_out:
        lines.append(f"    // {picture.left_out} more arrows are left out")
    return "\n".join([*lines, "}"]) + "\n"


def as_json(picture: Picture) -> str:
    """Return nodes and edges as a JSON text of ASCII characters."""
    edges = [
        {"from": line.start, "to": line.end, "count": line.count, "kind": line.kind or None}
        for line in picture.lines
    ]
    value = {"nodes": list(picture.nodes), "edges": edges, "left_out": picture.left_out}
    return json.dumps(value, indent=1) + "\n"


def _entities(text: str) -> str:
    """Return a text as it stands between quotes in Mermaid, whose entities begin with `#`."""
    shown = printable(text)
    for sign, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        shown = shown.replace(sign, entity)
    # A backtick at the start would make it Markdown.
    return shown.replace("`", "#96;")


def _quoted(text: str) -> str:
    # A backslash before anything but a quote stands for itself, or for an escape of a label.
    shown = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'
