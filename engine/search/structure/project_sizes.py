"""How large a project is and what it is made of."""

from collections import Counter
from typing import Final

from engine.search.facts import Facts
from engine.search.structure.answers import ProjectAnswer, SizeRow
from engine.search.structure.index import STEP, index_of
from engine.search.structure.places import Place, by_place, place

_SMALL: Final = 3  # lines; a file below needs no docstring


def measure(facts: Facts, folder: str, limit: int) -> ProjectAnswer:
    """Return the sizes of live code, of the whole project or of a folder."""
    index = index_of(facts)
    inside = [path for path in index.files if not folder or path.startswith(f"{folder}/")]
    places = Counter(place(path) for path in inside)
    lines: Counter[Place] = Counter()
    for path in inside:
        lines[place(path)] += index.files[path].lines
    live = sorted((path for path in inside if place(path) == "live"), key=by_place)
    kinds: Counter[str] = Counter()
    functions: list[SizeRow] = []
    undocumented: list[str] = []
    todos: Counter[str] = Counter()
    for number, path in enumerate(live):
        if number % STEP == 0:
            facts.progress("measuring", number, len(live))
        file = index.files[path]
        for one in index.definitions(path):
            kinds[one.kind] += 1
            if one.function:
                long = one.end_line - one.line + 1
                functions.append({"path": path, "line": one.line, "name": one.name, "lines": long})
        if not file.documented and file.lines >= _SMALL and not path.endswith(".pyi"):
            undocumented.append(path)
        if file.todos:
            todos[path] = file.todos
    functions.sort(key=lambda row: (-row["lines"], row["path"], row["line"]))
    return {
        "files": len(live),
        "test_files": places["test"],
        "backup_files": places["backup"],
        "lines": lines["live"],
        "test_lines": lines["test"],
        "backup_lines": lines["backup"],
        "kinds": dict(kinds.most_common()),
        "longest": functions[:limit],
        "undocumented": undocumented[:limit],
        "total_undocumented": len(undocumented),
        "todos": todos.total(),
        "todo_files": todos.most_common(limit),
    }
