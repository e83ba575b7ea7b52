"""When to tick: pure arithmetic on the monotonic clock."""

import math


def next_tick(tick: int, start_s: float, interval_s: float, now_s: float) -> int:
    """Return the number of the tick to wait for after tick number `tick`.

    Ticks lie at whole intervals from the start, so lateness never adds up. Those that were slept
    through are left out. One that came a moment early is not had twice.
    """
    passed = math.floor((now_s - start_s) / interval_s)
    return max(tick, passed) + 1
