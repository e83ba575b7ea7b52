"""The queries that ended within the last hour, of all sessions: how many, how well, how fast."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.events import QueryAnswered, QueryCancelled, QueryEnded
from engine.evidence import put_wrongly, timed
from engine.metrics.reading import Reading

_HOUR_S = 3600.0

# Cut: cancelled, or refused for how it was put. It says nothing of how well queries are served.
Outcome = Literal["answered", "failed", "cut"]


class _End(NamedTuple):
    """One query's end; they sort by the reader's time of it, and alike in whatever order taken.

    `elapsed_s` is None where it tells nothing of how fast queries are served.
    """

    at_s: float
    session: str
    query: str
    outcome: Outcome
    elapsed_s: float | None


@dataclass(slots=True)
class _Counted:
    """What is in the window; `cut` says that there were more than are kept."""

    ended: int
    answered: int
    judged: int  # answered or failed
    times_s: list[float]  # of those whose time counts, in their order
    cut: bool


class QueryWindow:
    """Keeps the last `most` ends of the window, each query once."""

    def __init__(self, window_s: float, most: int) -> None:
        self._window_s, self._most = window_s, most
        self._ends: list[_End] = []
        self._known: set[tuple[str, str]] = set()
        self._newest_s = float("-inf")
        self._cut_s = float("-inf")  # the time of the newest end that there was no room for

    def take(self, event: QueryEnded, at_s: float) -> None:
        """Take an end in, unless it is known or older than the window."""
        key = event.session, event.query
        if key in self._known or at_s < self._newest_s - self._window_s:
            return
        self._known.add(key)
        elapsed_s = event.answer.elapsed_ms / 1000 if timed(event.answer) else None
        insort(self._ends, _End(at_s, *key, _outcome(event), elapsed_s))
        self._newest_s = max(self._newest_s, at_s)
        old = bisect_left(self._ends, (self._newest_s - self._window_s,))
        over = len(self._ends) - self._most
        if over > old:
            self._cut_s = max(self._cut_s, self._ends[over - 1].at_s)
        self._forget(max(old, over))

    def _forget(self, count: int) -> None:
        if count > 0:
            self._known.difference_update((end.session, end.query) for end in self._ends[:count])
            del self._ends[:count]

    def readings(self, now_s: float) -> dict[str, Reading]:
        """Return the figures over the window that ends now."""
        counted = self._counted(now_s)
        source = f"queries of all sessions, last {_span(self._window_s)}"
        if counted.cut:
            source += f", only the last {self._most}"
        judged, times_s = counted.judged, counted.times_s
        none = f"no query {'whose time counts ' if judged else ''}was answered or failed"

        def over(value: float | None, unit: str, events: int) -> Reading:
            reason = f"{none} in the last {self._said}" if value is None else ""
            return Reading(value, unit, source, reason, events)

        return {
            "queries_ended": Reading(counted.ended, "", source, "", counted.ended),
            "query_success_ratio": over(
                counted.answered / judged if judged else None, "ratio", judged
            ),
            "response_mean_seconds": over(
                sum(times_s) / len(times_s) if times_s else None, "seconds", len(times_s)
            ),
            **{
                f"response_p{percent}_seconds": over(
                    nearest_rank(times_s, percent), "seconds", len(times_s)
                )
                for percent in (50, 95, 99)
            },
            "errors_last_hour": over(judged - counted.answered, "", judged),
        }

    @property
    def _said(self) -> str:
        return "hour" if self._window_s == _HOUR_S else _span(self._window_s)

    def _counted(self, now_s: float) -> _Counted:
        begin_s = now_s - self._window_s
        inside = self._ends[bisect_left(self._ends, (begin_s,)) :]
        return _Counted(
            len(inside),
            sum(end.outcome == "answered" for end in inside),
            sum(end.outcome != "cut" for end in inside),
            sorted(
                end.elapsed_s
                for end in inside
                if end.outcome != "cut" and end.elapsed_s is not None
            ),
            self._cut_s >= begin_s,
        )

    def copy(self) -> "QueryWindow":
        """Return one that goes its own way from here."""
        other = QueryWindow(self._window_s, self._most)
        other._ends, other._known = self._ends.copy(), self._known.copy()
        other._newest_s, other._cut_s = self._newest_s, self._cut_s
        return other


def nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that so many per cent of all are not above; None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _outcome(event: QueryEnded) -> Outcome:
    if isinstance(event, QueryAnswered):
        return "answered"
    if isinstance(event, QueryCancelled) or put_wrongly(event.answer):
        return "cut"
    return "failed"


def _span(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
