"""The checks as tools: the faces hand them to the engine, whose queries so reach what is above it.

A tool's module is imported when it is first used.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from engine.agents.tool import Call, Tool
from engine.evidence import Evidence

# name: (module, function, longest time)
_TOOLS: Final[Mapping[str, tuple[str, str, float]]] = {
    "checks.health": ("health.tool", "health", 20.0),
    "checks.validate": ("validation.tool", "validate", 3600.0),
}


def tools() -> dict[str, Tool]:
    """Return the tools by name."""
    return {name: _tool(*where) for name, where in _TOOLS.items()}


def _tool(module: str, function: str, timeout_s: float) -> Tool:
    async def run(call: Call) -> Evidence:
        found: Evidence = await getattr(import_module(f"engine.checks.{module}"), function)(call)
        return found

    return Tool(run=run, idempotent=False, timeout_s=timeout_s)
