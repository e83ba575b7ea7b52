from hypothesis import given
from hypothesis import strategies as st

from engine.probes.pace import next_tick


def test_ticks_do_not_drift() -> None:
    """A reading that took a while does not move the next tick."""
    assert next_tick(0, 100.0, 1.0, 100.3) == 1
    assert next_tick(1, 100.0, 1.0, 101.9) == 2


def test_ticks_that_were_slept_through_are_left_out() -> None:
    """After a long pause there is one tick, not all that were missed."""
    assert next_tick(3, 100.0, 1.0, 160.5) == 61


def test_a_tick_that_came_early_is_not_had_twice() -> None:
    """A sleep that ends a moment early does not make the same tick again."""
    assert next_tick(5, 100.0, 1.0, 104.9999) == 6


@given(st.integers(0, 10**6), st.floats(0, 1e6), st.floats(0.01, 60), st.floats(0, 1e6))
def test_the_next_tick_lies_ahead(
    tick: int, start_s: float, interval_s: float, ran_s: float
) -> None:
    """The next tick comes after the present one, and is due at most one interval from now."""
    got = next_tick(tick, start_s, interval_s, start_s + ran_s)
    assert got > tick
    assert got == tick + 1 or (got - 1) * interval_s <= ran_s * (1 + 1e-9) + 1e-6
