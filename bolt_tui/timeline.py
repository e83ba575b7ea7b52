"""One session's events over a span, with what others told of alerts; the state at any moment of it.

Pure. The state at a moment is what the live screen had then: the same fold over the same events.
A copy of it is kept for each minute, so that a moment costs at most a minute of events.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate

from bolt_tui.state import ConsoleState
from engine.events import Event

KEYFRAME_S = 60.0


def woven(own: Iterable[Event], others: Iterable[Event]) -> list[Event]:
    """Return one session's events by their numbers, with those of others where they happened.

    Numbers count within a session; between sessions there are wall times only, and on screen
    those never run backwards.
    """
    ordered = sorted(own, key=lambda event: event.seq)
    walls = accumulate((event.wall_s for event in ordered), max)
    here = zip(walls, ordered, strict=True)
    there = ((event.wall_s, event) for event in sorted(others, key=lambda event: event.wall_s))
    return [event for _, event in merge(here, there, key=lambda timed: timed[0])]


class Timeline:
    """Events of one session in their order, after those that say how things stood before them."""

    def __init__(self, before: Sequence[Event], events: Sequence[Event], session: str = "") -> None:
        """Take events in the order that `woven` gives; `before` are older than any of `events`.

        `session` is whose they are; else that of the first that joins.
        """
        self.events = events
        # A wall clock may be set back; on screen time never runs backwards.
        self._walls = list(accumulate((event.wall_s for event in events), max))
        first = ConsoleState(session)
        for event in before:
            first.apply(event)
        self._keyframes: list[tuple[int, ConsoleState]] = [(0, first)]  # after so many events

    @property
    def start_s(self) -> float | None:
        """Wall time of the first event."""
        return self._walls[0] if self._walls else None

    @property
    def end_s(self) -> float | None:
        return self._walls[-1] if self._walls else None

    def upto(self, wall_s: float) -> int:
        """Return how many events had happened by then."""
        return bisect_right(self._walls, wall_s)

    def wall_s(self, count: int) -> float:
        """Return when the last of the first `count` events happened."""
        return self._walls[count - 1]

    def at(self, wall_s: float) -> ConsoleState:
        """Return the state at a moment; it is the caller's own."""
        count = self.upto(wall_s)
        for state in self.folding(count):
            last = state
        return last

    def folding(self, count: int) -> Iterator[ConsoleState]:
        """Fold the first `count` events, a minute at a step; the last state is the one asked for.

        The steps are for a caller that hands the loop back between them.
        """
        at = bisect_right(self._keyframes, count, key=lambda frame: frame[0]) - 1
        done, keyframe = self._keyframes[at]
        state = keyframe.copy()
        while done < count:
            step = min(count, max(done + 1, self.upto(self._walls[done] + KEYFRAME_S)))
            for event in self.events[done:step]:
                state.apply(event)
            done = step
            if done > self._keyframes[-1][0]:
                self._keyframes.append((done, state.copy()))
            yield state
        yield state
