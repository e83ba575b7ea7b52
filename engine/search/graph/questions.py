"""The questions about the dependency graph by name; what each takes and answers is JSON.

`file`, `folder`, `from` and `to` are paths relative to the project's root; `limit` is how many rows
a list has at most.
"""

from typing import Final

from engine.search.facts import Question
from engine.search.graph.fault_questions import broken, cycles, nobody_imports
from engine.search.graph.file_questions import importers, imports, path, what_breaks
from engine.search.graph.outside import outside_importers
from engine.search.graph.picture_questions import export
from engine.search.graph.project_questions import most_central, overview, project_layers, state

QUESTIONS: Final[dict[str, Question]] = {
    "graph.state": state,
    "graph.importers": importers,
    "graph.outside": outside_importers,
    "graph.imports": imports,
    "graph.impact": what_breaks,
    "graph.cycles": cycles,
    "graph.path": path,
    "graph.broken": broken,
    "graph.layers": project_layers,
    "graph.central": most_central,
    "graph.orphans": nobody_imports,
    "graph.overview": overview,
    "graph.export": export,
}
