"""When something was being recorded, and when nothing was."""

from collections.abc import Iterable, Sequence

from engine.agents.tools.past.span import clock, lasting
from engine.store.past.metric import MetricSpan
from engine.store.past.sessions import PastSession

SHORTEST_S = 60.0
_NAMED = 4

Gap = tuple[float, float]


def unrecorded(sessions: Iterable[PastSession], start_s: float, end_s: float) -> list[Gap]:
    """Return the spans of a minute or more in which no session was there."""
    here = [
        (one.joined_s, end_s if one.left == "here" else one.last_s)
        for one in sessions
        if one.joined_s <= end_s
    ]
    gaps, known_s = list[Gap](), start_s
    for first_s, last_s in [*sorted(here), (end_s, end_s)]:
        if first_s - known_s >= SHORTEST_S:
            gaps.append((known_s, min(first_s, end_s)))
        known_s = max(known_s, last_s)
    return gaps


def unread(metric: MetricSpan, start_s: float, end_s: float) -> list[Gap]:
    """Return the spans in which a metric has no reading: runs of empty steps."""
    width_s = (end_s - start_s) / len(metric.count)
    gaps, begin = list[Gap](), None
    for step, count in enumerate((*metric.count, 1)):
        if count == 0 and begin is None:
            begin = step
        elif count and begin is not None:
            gaps.append((start_s + begin * width_s, start_s + step * width_s))
            begin = None
    return [(first_s, last_s) for first_s, last_s in gaps if last_s - first_s >= SHORTEST_S]


def said(gaps: Sequence[Gap], now_s: float) -> str:
    """Return the longest of the gaps in words, in their order."""
    longest = sorted(sorted(gaps, key=lambda gap: gap[0] - gap[1])[:_NAMED])
    named = [
        f"{clock(first_s, now_s)} to {clock(last_s, now_s)} ({lasting(last_s - first_s)})"
        for first_s, last_s in longest
    ]
    others = len(gaps) - len(named)
    return ", ".join(named) + (f", … {others} more" if others else "")
