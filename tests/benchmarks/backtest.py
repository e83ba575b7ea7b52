"""How long a backtest and a sweep take: `python -m tests.benchmarks.backtest`.

Ten years of made-up daily closes, options at a volatility of 50 %; then the same sweep in one
process and in as many as there are processors.
"""

import os
import time
from functools import partial

import anyio

from engine.market.backtest import Costs, Rules
from engine.market.backtest_client import sweep
from engine.market.backtest_report import backtest
from engine.market.backtest_request import Request
from engine.market.parameters import HELD_TO_EXPIRY, RollTriggers
from engine.market.put_write import COSTS, RULES
from engine.market.sweep import grid
from engine.market.volatility import Implied
from tests.market.synthetic import prices, walk_of

_DAYS = 2520


def main() -> None:
    """Print one line a measurement."""
    found = prices(1, _DAYS)
    walked = walk_of(found)
    for name, rules, costs in (
        ("wheel, held to expiry", Rules(), Costs()),
        ("wheel, rolled", Rules(triggers=RollTriggers()), Costs()),
        ("put-writing", RULES, COSTS),
    ):
        start_s = time.perf_counter()
        result = backtest(walked, rules, costs)
        took_s = time.perf_counter() - start_s
        print(f"{name:24} {took_s * 1000:8.0f} ms, {len(result.sales)} options, {_DAYS} days")
    cases = grid(Rules(), (0.2, 0.3, 0.4), (21, 35), (HELD_TO_EXPIRY, RollTriggers()))
    request = Request(
        kind="sweep",
        prices=tuple(found),
        rules=cases,
        costs=Costs(),
        capital=1e5,
        implied=Implied("flat", {price.day: 0.5 for price in found}),
        rates=(0.03,),
    )
    for workers in (1, os.cpu_count() or 2):
        start_s = time.perf_counter()
        anyio.run(partial(sweep, request, workers))
        took_s = time.perf_counter() - start_s
        print(f"sweep of {len(cases)}, {workers} processes {took_s:8.2f} s")


if __name__ == "__main__":
    main()
