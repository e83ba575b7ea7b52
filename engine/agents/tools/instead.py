"""What stands in a plan for a task that can't be done as it should; see `agents.serving`."""

from engine.agents.tool import Call, Unavailable, lacking
from engine.agents.tools.text_search import search
from engine.evidence import Evidence


async def by_text(call: Call) -> Evidence:
    """Return the lines that look like what was asked for, marked as that."""
    return lacking(await search(call), [call.text("lacks")])


async def unserved(call: Call) -> Evidence:
    """Refuse, with what is out of use and what would lift that."""
    raise Unavailable(call.text("why"), call.text("lift"))
