from engine.clock import ManualClock, SystemClock


def test_setting_the_wall_clock_moves_no_duration() -> None:
    """An operator's or NTP's change of the wall clock leaves monotonic time alone."""
    clock = ManualClock(monotonic_s=3.0, wall_s=100.0)
    clock.set_wall(-86_400.0)
    assert (clock.monotonic_s(), clock.wall_s()) == (3.0, -86_400.0)


def test_time_passes_on_both_clocks() -> None:
    """Advancing moves both by the same."""
    clock = ManualClock(monotonic_s=1.0, wall_s=10.0)
    clock.advance(2.5)
    assert (clock.monotonic_s(), clock.wall_s()) == (3.5, 12.5)


def test_a_sleeping_machine() -> None:
    """Its sleep counts on the wall and on the clock that is for it, and for no deadline."""
    clock = ManualClock(monotonic_s=1.0, wall_s=10.0)
    clock.sleep(5.0)
    clock.advance(1.0)
    assert (clock.monotonic_s(), clock.sleepless_s(), clock.wall_s()) == (2.0, 7.0, 16.0)


def test_the_clock_of_sleep_runs_as_the_other_one() -> None:
    """While the machine is awake both move alike; it has been up at least since this began."""
    clock = SystemClock()
    before_s, first_s = clock.monotonic_s(), clock.sleepless_s()
    while clock.monotonic_s() == before_s:
        pass
    inner_s = clock.sleepless_s() - first_s
    assert 0 <= inner_s <= clock.monotonic_s() - before_s + 1e-3


def test_the_machines_own_monotonic_clock_never_goes_back() -> None:
    """Readings one after the other never fall."""
    clock = SystemClock()
    readings = [clock.monotonic_s() for _ in range(1000)]
    assert readings == sorted(readings)
    assert clock.wall_s() > 1_600_000_000
