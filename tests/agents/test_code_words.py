"""Questions about a project's code as people put them, and the tools that answer."""

import pytest

from engine.agents import planner
from engine.evidence import Argument

from .test_router import WHEEL, Project

OPTIONS = "src/unity_wheel/math/options.py"
pytestmark = pytest.mark.anyio
Slots = dict[str, Argument]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


ASKED: tuple[tuple[str, str, Slots], ...] = (
    ("files that don't parse", "code.unparsed", {}),
    ("which files do not parse?", "code.unparsed", {}),
    ("modules that can't be parsed", "code.unparsed", {}),
    ("which python files fail to compile", "code.unparsed", {}),
    ("does everything parse", "code.unparsed", {}),
    ("are there syntax errors", "code.unparsed", {}),
    (
        "which files have syntax errors in src/unity_wheel",
        "code.unparsed",
        {"folder": "src/unity_wheel"},
    ),
    ("syntax errors in wheel.py", "file.outline", {"file": WHEEL}),
    ("how many lines of python", "code.sizes", {}),
    ("how many lines of python code are there", "code.sizes", {}),
    ("how many lines of code do we have?", "code.sizes", {}),
    ("count lines of code in src", "code.sizes", {"folder": "src"}),
    ("lines of code", "code.sizes", {}),
    ("loc", "code.sizes", {}),
    ("how big is the codebase", "code.sizes", {}),
    ("longest functions", "code.sizes", {}),
    ("how many classes are there", "code.sizes", {}),
    ("how many lines does wheel.py have", "file.outline", {"file": WHEEL}),
    ("most complex functions", "code.complexity", {}),
    ("which functions are the most complex?", "code.complexity", {}),
    ("show me the most complex code", "code.complexity", {}),
    ("functions with the highest complexity", "code.complexity", {}),
    (
        "functions by complexity in src/unity_wheel",
        "code.complexity",
        {"folder": "src/unity_wheel"},
    ),
    ("complexity of the code", "code.complexity", {}),
    ("cyclomatic complexity", "code.complexity", {}),
    ("most complex functions in wheel.py", "file.complexity", {"file": WHEEL}),
    ("does wheel.py import numpy", "graph.imported", {"file": WHEEL, "sought": "numpy"}),
    (
        "does wheel.py use numpy.linalg?",
        "graph.imported",
        {"file": WHEEL, "sought": "numpy.linalg"},
    ),
    ("does wheel.py import _socket", "graph.imported", {"file": WHEEL, "sought": "_socket"}),
    (
        "does src/x.py depend on the requests library",
        "graph.imported",
        {"file": "src/x.py", "sought": "requests"},
    ),
    (
        "does wheel.py import the options module",
        "graph.imported",
        {"file": WHEEL, "sought": "options", "to": OPTIONS},
    ),
    (
        "does wheel.py import math.options",
        "graph.imported",
        {"file": WHEEL, "sought": "math.options", "to": OPTIONS},
    ),
    (
        "does wheel.py import math/options.py",
        "graph.path",
        {"file": WHEEL, "to": OPTIONS, "whether": True},
    ),
    ("how does wheel.py depend on math.options", "graph.path", {"file": WHEEL, "to": OPTIONS}),
    ("what does wheel.py import", "graph.imports", {"file": WHEEL}),
    ("is pandas used", "symbols.references", {"symbol": "pandas", "module": "pandas"}),
    (
        "is pandas still used anywhere?",
        "symbols.references",
        {"symbol": "pandas", "module": "pandas"},
    ),
    ("do we use torch", "graph.importers", {"module": "torch", "nearest": ()}),
    ("who imports _socket", "symbols.references", {"symbol": "_socket", "module": "_socket"}),
    ("is src/x.py used", "graph.importers", {"file": "src/x.py"}),
    ("who uses WheelStrategy", "symbols.references", {"symbol": "WheelStrategy"}),
    ("who uses pandas", "symbols.references", {"symbol": "pandas", "module": "pandas"}),
    ("what needs config", "graph.importers", {"file": "config.py", "module": "config"}),
    (
        "does the options module import numpy",
        "graph.imported",
        {"file": OPTIONS, "sought": "numpy"},
    ),
    ("is numpy used by wheel.py?", "graph.imported", {"file": WHEEL, "sought": "numpy"}),
    (
        "is the requests library imported by wheel.py",
        "graph.imported",
        {"file": WHEEL, "sought": "requests"},
    ),
    ("subclasses of WheelStrategy", "symbols.subclasses", {"symbol": "WheelStrategy"}),
    ("what inherits from Exception?", "symbols.subclasses", {"symbol": "Exception"}),
    ("classes derived from strategy.Base", "symbols.subclasses", {"symbol": "strategy.Base"}),
    ("who extends the class Roll", "symbols.subclasses", {"symbol": "Roll"}),
    ("WheelStrategy subclasses", "symbols.subclasses", {"symbol": "WheelStrategy"}),
    ("grep TODO src", "search.text", {"pattern": "TODO", "paths": ("src",)}),
    ("grep -rn TODO nosuch", "search.text", {"pattern": "TODO", "paths": ("nosuch",)}),
)


@pytest.mark.parametrize(("text", "tool", "arguments"), ASKED)
async def test_a_question_reaches_its_tool(
    project: Project, text: str, tool: str, arguments: Slots
) -> None:
    """The one tool that answers is asked, of the place that is named."""
    (task,) = planner.plan([await project.one(text)]).tasks
    assert (task.tool, task.arguments) == (tool, arguments)
