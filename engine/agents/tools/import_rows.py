"""Answers about imports as the sections of an evidence."""

from collections.abc import Sequence

from engine.agents.tool import Call
from engine.evidence import Argument, Cell, Finding, Findings, Table, clean, counted
from engine.search.facts import Json
from engine.search.graph.answers import Dependent, Step

EVER = "imports that are run at some time count, those for type checkers don't"
_IN_STRINGS = (
    'of modules that are named in strings only those in import_module("a.b") and __import__("a.b") '
    "are seen"
)
_ARGUMENTS = ("file", "folder", "to", "transitive", "format", "depth")


async def asked(call: Call, question: str, **more: Argument) -> Json:
    """Put a question about the graph with the call's arguments and `more`.

    Raises:
        ToolError
    """
    arguments: dict[str, Argument] = {
        name: value for name in _ARGUMENTS if (value := call.arguments.get(name)) is not None
    }
    if call.flag("is_folder") and "folder" not in arguments:
        arguments["folder"] = arguments.pop("file", None)
    return await call.services.code(question, arguments | more, call.progress)


def place(path: str) -> str:
    """Return a file or folder as a sentence names it: a folder at the top is no plain word."""
    return clean(path if "/" in path or "." in path else f"{path}/")


def unseen(computed: int) -> str:
    """Say which imports can't be known; `computed` calls import what is known at run time only."""
    if not computed:
        return _IN_STRINGS
    which = "such call of the project computes", "such calls of the project compute"
    return f"{_IN_STRINGS}; {counted(computed, *which)} the name and {_not(computed)} counted"


def _not(number: int) -> str:
    return "is not" if number == 1 else "are not"


def steps(title: str, rows: Sequence[Step], total: int) -> Findings:
    """Return imports with their source lines, by when they are run."""
    items = tuple(Finding(clean(row["path"]), row["line"], step_text(row)) for row in rows)
    return Findings(title, items, total, total > len(items))


def step_text(row: Step) -> str:
    return clean(f"{row['text']}{_when(row)}")


def chain(title: str, rows: Sequence[Step]) -> Findings:
    """Return a way through the graph, each import with the file that it leads to."""
    items = tuple(
        Finding(clean(row["path"]), row["line"], clean(f"{row['text']}{_when(row)}{_to(row)}"))
        for row in rows
    )
    return Findings(title, items, len(items))


def places(rows: Sequence[Step]) -> str:
    """Return a chain as one line: `a.py:3 → b.py:1 → a.py`."""
    ways = [f"{row['path']}:{row['line']}" for row in rows]
    return clean(" → ".join([*ways, rows[-1]["imported"]])) if rows else ""


def _when(row: Step) -> str:
    return "" if row["kind"] == "runtime" else f"  ({row['kind'].replace('_', ' ')})"


def _to(row: Step) -> str:
    ran = "first runs the package" if row["parent"] else "→"
    return f"  {ran} {row['imported']}"


def dependents(title: str, rows: Sequence[Dependent], total: int) -> Table:
    """Return files at a distance; the place is the import that leads to the one before."""
    cut = f" (the first {len(rows):,} of {total:,})" if total > len(rows) else ""
    columns = ("file", "distance", "by its import on line", "of")
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (clean(row["path"]), row["distance"], row["line"], clean(row["via"])) for row in rows
    )
    return Table(f"{title}{cut}", columns, cells)
