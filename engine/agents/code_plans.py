"""Plans of the questions about code: one tool for a plain question, many sides for an analysis.

A plan that comes out empty lacks its subject: the question names no file, no name.
"""

from collections.abc import Callable

from engine.agents.sought import MARKERS
from engine.evidence import Argument, PlannedTask, Understanding

Slots = dict[str, Argument]
Planned = list[PlannedTask]

_PYTHON = (".py", ".pyi")
# What a search in text takes of the slots.
_OF_SEARCH = (
    "pattern regex word ignore_case smart_case paths words suffixes types globs context hidden "
    "files_only count_only label"
).split()

# Options that the look for definitions can't keep to.
_NARROWED = frozenset({"files_only", "count_only", "types", "globs"})


def task(
    tool: str,
    capability: str | None = None,
    arguments: Slots | None = None,
    *,
    needs: tuple[str, ...] = (),
    priority: int = 0,
) -> PlannedTask:
    """Return a task with its tool's name for its id; of equals, higher priority runs first."""
    return PlannedTask(tool, tool, arguments or {}, needs, capability, priority)


# ── one question, one tool ───────────────────────────────────────────────────────────────────────


def _one(
    tool: str, capability: str, *wanted: str, subject: bool = False
) -> Callable[[Understanding], Planned]:
    """Return the planner of a tool that takes the `wanted` slots, and perhaps a file or folder."""

    def planned(part: Understanding) -> Planned:
        place = place_of(part.slots)
        if subject and not place:
            return []
        return [task(tool, capability, place | given(part.slots, *wanted))]

    return planned


def place_of(slots: Slots) -> Slots:
    """Return the file or the folder as a tool takes it."""
    if folder := slots.get("folder"):
        return {"folder": folder, "is_folder": True}
    return {"file": slots["file"]} if "file" in slots else {}


def given(slots: Slots, *names: str) -> Slots:
    """Return those of the slots that there are."""
    return {name: slots[name] for name in names if name in slots}


def _of_symbol(tool: str) -> Callable[[Understanding], Planned]:
    def planned(part: Understanding) -> Planned:
        if "symbol" not in part.slots:
            return []
        return [task(tool, "symbols", given(part.slots, "symbol", "file", "module"))]

    return planned


def _importers(part: Understanding) -> Planned:
    """Of a file or folder; of a module that is none of the project's by its name alone."""
    about = place_of(part.slots) | given(part.slots, "module")
    if not about:
        return []
    return [task("graph.importers", "graph", about | given(part.slots, "transitive", "nearest"))]


def _imports(part: Understanding) -> Planned:
    """All of them, or whether one thing is among them."""
    if not (place := place_of(part.slots)):
        return []
    if "sought" in part.slots:
        return [task("graph.imported", "graph", place | given(part.slots, "sought", "to"))]
    return [task("graph.imports", "graph", place | given(part.slots, "transitive"))]


def _impact(part: Understanding) -> Planned:
    """Of a file its importers by and by; of a name its callers, uses and tests."""
    if place := place_of(part.slots):
        return [task("graph.impact", "graph", place)]
    if symbol := part.slots.get("symbol"):
        return [
            task("symbols.callers", "symbols", {"symbol": symbol}, priority=2),
            task("symbols.references", "symbols", {"symbol": symbol}, priority=1),
            task("code.tests", "symbols", {"symbol": symbol}),
        ]
    return []


def _tests(part: Understanding) -> Planned:
    about = place_of(part.slots) or given(part.slots, "symbol")
    return [task("code.tests", "symbols", about)] if about else []


def _path(part: Understanding) -> Planned:
    ends = place_of(part.slots)
    to = {"to": part.slots.get("to")} | given(part.slots, "whether")
    return [task("graph.path", "graph", ends | to)] if ends else []


def _graph(part: Understanding) -> Planned:
    """The project's in numbers, or in the form that was asked for; a file's as a tree."""
    place, form = place_of(part.slots), given(part.slots, "format", "depth")
    if not place and not form:
        return [task("graph.overview", "graph")]
    return [task("graph.export", "graph", {"format": "tree"} | place | form)]


def _outline(part: Understanding) -> Planned:
    if file := part.slots.get("file"):
        return [task("file.outline", "symbols", {"file": file})]
    return _overview(part)


def _complexity(part: Understanding) -> Planned:
    file = part.slots.get("file")
    if isinstance(file, str) and file.endswith(_PYTHON):
        return [task("file.complexity", "symbols", {"file": file})]
    return [task("code.complexity", "symbols", given(part.slots, "folder"))]


def _unparsed(part: Understanding) -> Planned:
    """Of one file its outline, which says so where it doesn't parse."""
    if "file" in part.slots:
        return _outline(part)
    return [task("code.unparsed", "symbols", given(part.slots, "folder"))]


def _sizes(part: Understanding) -> Planned:
    if "file" in part.slots:
        return _outline(part)
    return [task("code.sizes", "symbols", given(part.slots, "folder"))]


def _overview(part: Understanding) -> Planned:
    return [task("code.overview", "symbols", given(part.slots, "folder"))]


def _history(part: Understanding) -> Planned:
    if file := part.slots.get("file"):
        return [task("file.history", None, {"file": file})]
    return [task("code.repository")]


# ── searches ─────────────────────────────────────────────────────────────────────────────────────


def _search(part: Understanding) -> Planned:
    """Lines with a text; for a name or words in a question, what is defined by that name first."""
    arguments = given(part.slots, *_OF_SEARCH)
    if not arguments.get("pattern"):  # which the search refuses, as a fault of the query
        return [task("search.text", "search.scan", {"pattern": ""})]
    text = task("search.text", "search.scan", arguments)
    is_name = "word" in arguments and not {"regex", "quoted"} & part.slots.keys()
    if part.text.lstrip().startswith(":") or not ("words" in arguments or is_name):
        return [text]
    if arguments.get("pattern") in MARKERS or _NARROWED & arguments.keys():
        return [text]
    return [task("code.named", "search.scan", _named(arguments), priority=1), text]


def _named(arguments: Slots) -> Slots:
    return given(arguments, "pattern", "regex", "word", "ignore_case", "paths", "words")


def _question(part: Understanding) -> Planned:
    """The places that answer, ranked; and the lines with the very words of the question."""
    paths = part.slots.get("paths")
    folder: Slots = {"folder": paths[0]} if isinstance(paths, tuple) and paths else {}
    question = part.slots.get("question", part.text)
    asked = task("code.ask", "symbols", folder | {"question": question}, priority=1)
    if "pattern" not in part.slots:
        return [asked]
    return [asked, task("search.text", "search.scan", given(part.slots, *_OF_SEARCH))]


# ── analyses: many sides, then what stands out ───────────────────────────────────────────────────


def _reviewed(sides: Planned, focus: Argument, about: Slots) -> Planned:
    needs = tuple(side.id for side in sides)
    arguments = about | {"focus": focus or "review"}
    return [*sides, task("code.review", None, arguments, needs=needs)]


def file_review(file: str, focus: Argument) -> Planned:
    """Look at one file from all sides at once, the cheap ones first; then rank what stands out."""
    sides = [
        task("file.outline", "symbols", {"file": file}, priority=3),
        task("file.mentions", "search.scan", {"file": file}, priority=1),
        task("file.history", None, {"file": file}, priority=2),
    ]
    if file.endswith(_PYTHON):
        sides[1:1] = [
            task("file.complexity", "symbols", {"file": file}, priority=3),
            task("graph.imports", "graph", {"file": file}, priority=2),
            task("graph.importers", "graph", {"file": file}, priority=2),
            task("graph.impact", "graph", {"file": file}, priority=1),
            task("graph.cycles", "graph", {"file": file}, priority=1),
            task("graph.broken", "graph", {"file": file}, priority=1),
            task("code.tests", "symbols", {"file": file}, priority=1),
            task("code.duplicates", "symbols", {"file": file}),
            task("code.dead", "symbols", {"file": file}),
        ]
    return _reviewed(sides, focus, {"file": file})


def _symbol_review(symbol: Argument, focus: Argument) -> Planned:
    sides = [
        task("symbols.definitions", "symbols", {"symbol": symbol}, priority=3),
        task("symbols.callers", "symbols", {"symbol": symbol}, priority=2),
        task("symbols.calls", "symbols", {"symbol": symbol}, priority=2),
        task("symbols.references", "symbols", {"symbol": symbol}, priority=1),
        task("code.tests", "symbols", {"symbol": symbol}, priority=1),
    ]
    return _reviewed(sides, focus, {"symbol": symbol})


def _project_review(slots: Slots) -> Planned:
    """Look at the project, or at one folder of it, as a whole."""
    place, folder = place_of(slots), given(slots, "folder")
    sides = [
        task("code.overview", "symbols", folder, priority=3),
        task("code.hotspots", "symbols", place, priority=2),
        task("graph.cycles", "graph", place, priority=1),
        task("graph.broken", "graph", place, priority=1),
        task("code.duplicates", "symbols", place),
        task("code.dead", "symbols", place),
    ]
    if not place:
        sides.append(task("code.repository", priority=3))
    return _reviewed(sides, slots.get("focus"), place)


def _analysis(part: Understanding) -> Planned:
    slots = part.slots
    if isinstance(file := slots.get("file"), str):
        return file_review(file, slots.get("focus"))
    if "folder" in slots:
        return _project_review(slots)
    if "symbol" in slots:
        return _symbol_review(slots["symbol"], slots.get("focus"))
    return _project_review(slots) if "focus" in slots else _overview(part)


def _performance(part: Understanding) -> Planned:
    if {"file", "folder", "symbol"} & part.slots.keys():
        return _analysis(part)
    sides = [
        task("engine.metrics", "store.read", priority=2),
        task("code.overview", "symbols", priority=1),
        task("code.hotspots", "symbols"),
    ]
    return _reviewed(sides, "optimize", {})


PLANS: dict[str, Callable[[Understanding], Planned]] = {
    "importers": _importers,
    "imports": _imports,
    "impact": _impact,
    "tests_of": _tests,
    "import_cycles": _one("graph.cycles", "graph"),
    "import_path": _path,
    "broken_imports": _one("graph.broken", "graph"),
    "layers": _one("graph.layers", "graph"),
    "central_modules": _one("graph.central", "graph"),
    "orphans": _one("graph.orphans", "graph"),
    "dependency_graph": _graph,
    "definitions": _of_symbol("symbols.definitions"),
    "subclasses": _of_symbol("symbols.subclasses"),
    "references": _of_symbol("symbols.references"),
    "callers": _of_symbol("symbols.callers"),
    "calls": _of_symbol("symbols.calls"),
    "outline": _outline,
    "complexity": _complexity,
    "unparsed": _unparsed,
    "sizes": _sizes,
    "duplicates": _one("code.duplicates", "symbols"),
    "dead_code": _one("code.dead", "symbols"),
    "hot_spots": _one("code.hotspots", "symbols"),
    "churn": _one("code.churn", "symbols"),
    "git_history": _history,
    "text_search": _search,
    "code_question": _question,
    "file_analysis": _analysis,
    "code_analysis": _analysis,
    "performance_analysis": _performance,
}
