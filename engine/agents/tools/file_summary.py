"""One sentence on a file, out of what the other tasks found."""

from engine.agents.tool import Call
from engine.evidence import Evidence, clean

_HEAVY = 5


async def summary(call: Call) -> Evidence:
    """Join the sides' sentences; a side that failed is missing here and named in the answer."""
    file = clean(call.text("file"))
    said = [side.verdict.removeprefix(f"{file} is ").rstrip(".") for side in call.inputs.values()]
    return Evidence(verdict=f"{file}: {'; '.join(said)}", weight=_HEAVY)
