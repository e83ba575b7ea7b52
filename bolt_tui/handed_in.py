"""The tools that the faces hand to an engine: the checks, and what a face knows how to write."""

from engine.agents.tool import Call, Tool
from engine.checks import tools as checks
from engine.evidence import Evidence


def tools() -> dict[str, Tool]:
    """Return them by name; their modules are imported when they are first used."""
    return {**checks.tools(), "store.save_report": Tool(_save_report)}


async def _save_report(call: Call) -> Evidence:
    from bolt_tui import report_saving

    return await report_saving.save(call)
