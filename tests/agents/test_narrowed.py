"""What stands at the end of a question on imports or classes, and is not kept to, is said."""

import pytest

from engine.agents.planner import plan
from engine.agents.router import understand

from .test_alert_words import _nowhere

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "tool", "about", "unkept"),
    [
        ("who imports pytest in src", "graph.importers", "pytest", "in src"),
        ("who imports pytest in our code", "graph.importers", "pytest", ""),
        ("which files import numpy dynamically", "graph.importers", "numpy", "dynamically"),
        ("who imports pytest indirectly?", "graph.importers", "pytest", ""),
        ("all subclasses of Exception in bolt", "symbols.subclasses", "Exception", "in bolt"),
        ("who subclasses Exception indirectly", "symbols.subclasses", "Exception", ""),
        (
            "is there a circular import between math and utils",
            "graph.cycles",
            None,
            "between math and utils",
        ),
        ("any import cycles in our code", "graph.cycles", None, ""),
    ],
)
async def test_its_end_does_not_hide_what_it_is_about(
    text: str, tool: str, about: str | None, unkept: str
) -> None:
    """The question is answered without its end, and the answer says so."""
    planned = plan(await understand(text, _nowhere))
    (task,) = planned.tasks
    assert task.tool == tool
    assert task.arguments.get("module", task.arguments.get("symbol")) == about
    assert planned.assumptions == ((f"not kept to: {unkept}",) if unkept else ())
