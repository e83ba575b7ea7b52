"""How fast a book is revalued: paths a second, scenarios a second, rows of a chain a second.

python -m tests.benchmarks.risk
"""

import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np

from engine.kernels.portfolio import Portfolio, portfolio
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.sampling import stratified_normals
from engine.kernels.value_at_risk_simulated import simulated
from engine.market.quotes import read_quotes
from engine.market.reading.tables import Place, opened
from tests.market.tables import executing

_PATHS = 1 << 20
_REPETITIONS = 3
_ROWS = 5_000_000


def book(options: int, *, american: bool) -> Portfolio:
    place = np.arange(options)
    return portfolio(
        spot=20.0,
        stock=300.0,
        kind=np.where(place % 2 == 0, "put", "call"),
        strike=16.0 + place % 11,
        years=(20 + place % 60) / 365,
        volatility=0.6,
        shares=-100.0,
        american=american,
        rate=0.045,
    )


def best(work: object) -> float:
    assert callable(work)
    times = []
    for _ in range(_REPETITIONS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def paths() -> None:
    print("value at risk, 1 048 576 paths          M paths/s   standard error   curve error")
    for options, american, curves in (
        (1, False, False),
        (4, False, False),
        (4, False, True),
        (40, False, True),
        (4, True, True),
        (40, True, True),
    ):
        held = book(options, american=american)

        def run(held: Portfolio = held, curves: bool = curves) -> object:
            return simulated(held, 0.6, seed=1, paths=_PATHS, curves=curves)

        found = simulated(held, 0.6, seed=1, paths=_PATHS, curves=curves)
        kind = "American" if american else "European"
        way = "curves" if curves else "each path"
        error = found.tails[0].value_at_risk_error / found.tails[0].tail.value_at_risk
        print(
            f"  {options:3} {kind} options, {way:10} {_PATHS / best(run) / 1e6:18.2f}"
            f"   {error:14.1e}   {found.curve_error:11.1e}"
        )


def stratification() -> None:
    """Compare the spread of VaR over seeds, stratified and plain, at the same number of paths."""
    held, each = book(4, american=False), 1 << 12
    spreads = []
    for stratified in (True, False):
        values = []
        for seed in range(60):
            source = np.random.default_rng(seed)
            draws = (
                stratified_normals(each, 1, source) if stratified else source.normal(size=(each, 1))
            )
            returns = np.expm1(draws * 0.6 / np.sqrt(252))
            values.append(-np.quantile(changes(held, moves(returns, days=1.45)), 0.05))
        spreads.append(float(np.std(values)))
    ratio = (spreads[1] / spreads[0]) ** 2
    print(
        f"stratified normals: as good as {ratio:.0f} times the plain paths (4096 paths, VaR 95 %)"
    )


def scenarios() -> None:
    for american in (False, True):
        held = book(40, american=american)
        grid = moves(np.linspace(-0.3, 0.3, 1000), 0.05, 3)
        seconds = best(lambda held=held, grid=grid: changes(held, grid))
        kind = "American" if american else "European"
        print(f"full revaluation, {kind}: {40_000 / seconds / 1e6:.2f} M options/s")


def chain() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.csv"
        duckdb.execute(
            "COPY (SELECT ['U','A','B','C','D','E','F','G','H','I'][1 + i % 10] AS symbol,"
            " DATE '2025-01-17' + CAST(i // 10 % 40 * 7 AS INTEGER) AS expiration,"
            " 10 + i // 400 % 60 * 0.5 AS strike,"
            " CASE WHEN i // 24000 % 2 = 0 THEN 'put' ELSE 'call' END AS option_type,"
            " TIMESTAMP '2025-01-02 16:00' + to_days(CAST(i // 48000 AS INTEGER)) AS timestamp,"
            f" 1.0 AS bid, 1.2 AS ask, 0.6 AS iv FROM range({_ROWS}) t(i)) TO '{path}'"
        )
        start = perf_counter()
        with opened(executing(), Place(path, None, "chain.csv"), "quotes", {}) as table:
            found = read_quotes(table, ["U"], date(2025, 3, 1))
        seconds = perf_counter() - start
        print(f"chain of {_ROWS} CSV rows to {len(found.found)} quotes: {seconds:.1f} s")


if __name__ == "__main__":
    paths()
    stratification()
    scenarios()
    chain()
