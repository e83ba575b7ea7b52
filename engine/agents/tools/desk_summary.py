"""Has the desk's figures heard beside a review of code, whose verdict would else stand alone."""

from engine.agents.tool import Call
from engine.evidence import Evidence

_WEIGHT = 5  # as much as the review


async def summary(call: Call) -> Evidence:
    """Repeat the verdicts of what was found; the figures themselves stand in their own sections."""
    found = [side for side in call.inputs.values() if side.found] or list(call.inputs.values())
    verdict = "; ".join(side.verdict.rstrip(".") for side in found)
    return Evidence(verdict, found=any(side.found for side in found), weight=_WEIGHT)
