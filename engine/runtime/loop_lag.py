"""How late the event loop is: the delay beyond a short sleep, over the last minute."""

from collections import deque

import anyio

from engine.clock import Clock


class LoopLag:
    """Measures while it runs; its figures are None before the first measurement."""

    def __init__(self, clock: Clock, interval_s: float = 0.25, window_s: float = 60.0) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._late_ms: deque[float] = deque(maxlen=max(1, round(window_s / interval_s)))

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            before = self._clock.monotonic_s()
            await anyio.sleep(self._interval_s)
            late_s = self._clock.monotonic_s() - before - self._interval_s
            self._late_ms.append(max(0.0, late_s * 1000))

    @property
    def p99_ms(self) -> float | None:
        ordered = sorted(self._late_ms)
        return ordered[int(len(ordered) * 0.99)] if ordered else None

    @property
    def newest_ms(self) -> float | None:
        return self._late_ms[-1] if self._late_ms else None

    @property
    def max_ms(self) -> float | None:
        return max(self._late_ms, default=None)
