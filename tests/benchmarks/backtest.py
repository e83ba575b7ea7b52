"""How long a backtest and a sweep take: `python -m tests.benchmarks.backtest`.

Ten years of made-up daily closes, options at a volatility of 50 %; then the sweep that a question
asks for, 48 cases, here, in one process, and in as many as there are processors.
"""

import os
import time
from functools import partial

import anyio

from engine.market.backtest.backtest import Costs, Rules
from engine.market.backtest.client import sweep
from engine.market.backtest.report import backtest
from engine.market.backtest.request import Request
from engine.market.parameters import HELD_TO_EXPIRY, RollTriggers
from engine.market.put_write import COSTS, RULES
from engine.market.sweep import grid, run
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
    deltas, lengths = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40), (14.0, 21.0, 35.0, 49.0)
    cases = grid(Rules(), deltas, lengths, (HELD_TO_EXPIRY, RollTriggers()))
    request = Request(
        kind="sweep",
        prices=tuple(found),
        rules=cases,
        costs=Costs(),
        capital=1e5,
        implied=Implied("flat", {price.day: 0.5 for price in found}),
        rates=(0.03,),
    )
    start_s = time.perf_counter()
    list(run(walked, cases, Costs(), 1e5))
    print(f"sweep of {len(cases)}, in this process {time.perf_counter() - start_s:8.2f} s")
    for workers in (1, os.cpu_count() or 2):
        start_s = time.perf_counter()
        anyio.run(partial(sweep, request, workers))
        took_s = time.perf_counter() - start_s
        print(f"sweep of {len(cases)}, {workers} processes {took_s:8.2f} s")


if __name__ == "__main__":
    main()
