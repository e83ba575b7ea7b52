"""How often each way of choosing the level changes it in 40 outages, and when it is full again.

Run by `python -m tests.benchmarks.ladder`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import mean

from engine.breaker.degradation import Ladder
from tests.breaker.outages import (
    CLOSES_BELOW,
    Outage,
    Seen,
    Way,
    by_circuit,
    by_rate,
    laddered,
    naive,
    outage,
    outcome,
)

OUTAGES = 40


def main() -> None:
    told = [outage(seed) for seed in range(OUTAGES)]
    print(f"{OUTAGES} outages; mean (worst)")
    print(f"{'way':40}{'changes':>14}{'seen after s':>16}{'full again s':>16}")

    def show(
        name: str, way: Callable[[], Way], seen: Callable[[Outage], Iterator[Seen]] = by_rate
    ) -> None:
        rows = [outcome(one, seen(one), way()) for one in told]
        cells = [
            f"{mean(values):.1f} ({max(values):.1f})"
            for values in (
                [row.changes for row in rows],
                [row.detected_s for row in rows],
                [row.full_again_s for row in rows],
            )
        ]
        print(f"{name:40}{cells[0]:>14}{cells[1]:>16}{cells[2]:>16}")

    def ladder(longest_s: float = 60.0) -> Way:
        return laddered(Ladder(longest_s=longest_s))

    show("rate: naive", naive)
    show("rate: hysteresis", naive, partial(by_rate, closes_below=CLOSES_BELOW))
    for longest_s in (30.0, 60.0, 240.0):
        show(f"rate: ladder, dwell at most {longest_s:.0f} s", partial(ladder, longest_s))
    show("circuit: naive", naive, by_circuit)
    show("circuit: ladder", ladder, by_circuit)


if __name__ == "__main__":
    main()
