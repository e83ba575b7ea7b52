"""The scratch session's clock: what it shifts, and whom it keeps waiting."""

import threading

from engine.checks.drill.clocks import DrillClock
from engine.clock import SystemClock

DAY_S = 86_400.0


def test_the_wall_jumps_and_the_monotonic_time_does_not() -> None:
    """As where an operator sets the machine's clock."""
    clock = DrillClock()
    before_s = clock.monotonic_s()
    clock.shift_s = -DAY_S
    assert clock.wall_s() < SystemClock.wall_s() - DAY_S / 2
    assert 0 <= clock.monotonic_s() - before_s < DAY_S / 2


def test_only_the_host_probe_s_threads_are_kept_waiting() -> None:
    """They come back when it is over; everybody else reads the time all along."""
    clock = DrillClock()
    clock.hold_probe()
    readings: list[float] = []
    probe = threading.Thread(
        target=lambda: readings.append(clock.monotonic_s()), name="probe-host-once", daemon=True
    )
    probe.start()
    other = threading.Thread(target=clock.monotonic_s, name="probe-gpu", daemon=True)
    other.start()
    other.join(20)
    assert not other.is_alive()
    clock.monotonic_s()
    assert probe.is_alive()
    assert readings == []
    clock.free_probe()
    probe.join(20)
    assert len(readings) == 1
