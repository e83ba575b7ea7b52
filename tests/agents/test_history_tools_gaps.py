"""Where nothing was recorded: the rest of a span that no session covers."""

from hypothesis import given
from hypothesis import strategies as st

from engine.agents.tools.past.gaps import SHORTEST_S, unread, unrecorded
from engine.store.past.metric import MetricSpan
from engine.store.past.sessions import PastSession

_MINUTES = st.integers(0, 60)


def session(first: int, last: int) -> PastSession:
    return PastSession("s", "", None, False, first * 60.0, last * 60.0, "closed")


@given(st.lists(st.tuples(_MINUTES, _MINUTES).map(sorted)))
def test_gaps_and_sessions_fill_the_span(spans: list[list[int]]) -> None:
    """Each minute of the span is either in a session or in exactly one gap."""
    gaps = unrecorded([session(first, last) for first, last in spans], 600.0, 3000.0)
    for minute in range(10, 50):
        middle_s = (minute + 0.5) * 60
        covered = any(first * 60 < middle_s < last * 60 for first, last in spans)
        assert sum(first < middle_s < last for first, last in gaps) == (not covered)
    assert gaps == sorted(gaps)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60))
def test_runs_of_empty_steps_are_gaps(counts: list[int]) -> None:
    """Each run of steps without a reading is one gap, whose ends are the steps' own."""
    none: tuple[float | None, ...] = (None,) * len(counts)
    steps = tuple(float(step) for step in range(len(counts)))
    metric = MetricSpan("%", "", steps, none, none, none, tuple(counts))
    gaps = unread(metric, 0.0, SHORTEST_S * len(counts))
    empty = {step for step, count in enumerate(counts) if not count}
    runs = sum(step in empty and step - 1 not in empty for step in range(len(counts)))
    assert len(gaps) == runs
    assert sum(last - first for first, last in gaps) == SHORTEST_S * len(empty)
