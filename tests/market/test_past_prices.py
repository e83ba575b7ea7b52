"""Past closes of the stocks held: how deep they fell, how they moved together, and against what."""

import statistics
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from math import log
from pathlib import Path
from random import Random

import pytest

from engine.agents.tool import Refused, Unavailable
from engine.agents.tools import past_prices
from engine.agents.tools.backtest import backtest
from engine.evidence import Evidence, Table
from engine.market.book import DailyPrice
from engine.market.together import Pair, pair
from engine.store.leases.pool import Pool
from tests.market.test_risk_tool import call

FIRST = date(2024, 1, 1)
CLOSES = {
    "AAA": [10.0, 12.0, 9.0, 6.0, 9.0, 12.5, 11.0],
    "BBB": [5.0, 5.5, 5.6, 6.0, 6.1, 6.2, 7.0],
}
CONFIG = '[market]\npositions = "positions.csv"\nprices = "prices.csv"\nas_of = "2024-06-30"\n'


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


def walks(count: int, seed: int = 3) -> dict[str, list[float]]:
    """Return three stocks whose returns share a part."""
    random = Random(seed)
    found: dict[str, list[float]] = {"AAA": [20.0], "BBB": [50.0], "SPY": [400.0]}
    for _ in range(count):
        market = random.gauss(0, 0.01)
        for symbol, own in (("AAA", 1.5), ("BBB", 0.5), ("SPY", 1.0)):
            step = own * market + (0.0 if symbol == "SPY" else random.gauss(0, 0.01))
            found[symbol].append(found[symbol][-1] * (1 + step))
    return found


def written(project: Path, closes: dict[str, list[float]], held: tuple[str, ...]) -> Path:
    (project / "bolt.toml").write_text(CONFIG)
    rows = "".join(f"{symbol},100,10\n" for symbol in held)
    (project / "positions.csv").write_text(f"Symbol,Quantity,Price\n{rows}")
    prices = "".join(
        f"{FIRST + timedelta(days=at)},{symbol},{close!r}\n"
        for symbol, values in closes.items()
        for at, close in enumerate(values)
    )
    (project / "prices.csv").write_text(f"date,symbol,close\n{prices}")
    return project


def rows(found: Evidence) -> tuple[tuple[object, ...], ...]:
    (table,) = found.sections
    assert isinstance(table, Table)
    return table.rows


def returns(closes: list[float]) -> list[float]:
    return [log(after / before) for before, after in pairwise(closes)]


def test_correlation_and_beta_are_those_of_the_standard_library() -> None:
    """`statistics` tells the same of the log returns of the days that both have."""
    closes = walks(60)
    prices = {
        symbol: [DailyPrice(symbol, FIRST + timedelta(days=at), one) for at, one in enumerate(all_)]
        for symbol, all_ in closes.items()
    }
    del prices["AAA"][30]  # a day that only the other has
    mine = [one.close for one in prices["AAA"]]
    other = [one.close for at, one in enumerate(prices["SPY"]) if at != 30]
    found = pair(prices, "AAA", "SPY", 20)
    assert isinstance(found, Pair)
    assert found.correlation == pytest.approx(statistics.correlation(returns(mine), returns(other)))
    slope = statistics.linear_regression(returns(other), returns(mine)).slope
    assert found.beta == pytest.approx(slope)
    assert (found.returns, found.first, found.last) == (59, FIRST, FIRST + timedelta(days=60))


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [("AAA", "NO", "no closes of NO"), ("AAA", "FLAT", "never change"), ("AAA", "FEW", "only 3")],
)
def test_what_can_not_be_known_of_a_pair_is_a_reason(first: str, second: str, why: str) -> None:
    """No closes, too few days, or closes that never change."""
    closes = {"AAA": walks(40)["AAA"], "FLAT": [7.0] * 41, "FEW": [1.0, 2.0, 3.0]}
    prices = {
        symbol: [DailyPrice(symbol, FIRST + timedelta(days=at), one) for at, one in enumerate(all_)]
        for symbol, all_ in closes.items()
    }
    assert why in str(pair(prices, first, second, 20))


@pytest.mark.anyio
async def test_a_drawdown_names_high_low_recovery_and_where_from(
    tmp_path: Path, pool: Pool
) -> None:
    """From 12 to 6 is half; 12.5 is the first close back there; the table is named."""
    project = written(tmp_path, CLOSES, ("AAA", "BBB"))
    found = await past_prices.drawdown(call(project, pool, ticker="AAA"))  # type: ignore[arg-type]
    assert found.verdict == (
        "the deepest fall of AAA's closes is -50.0%: from 12 on 2024-01-02 to 6 on 2024-01-04, "
        "recovered 2024-01-06 (7 closes, 2024-01-01 to 2024-01-07, prices.csv)"
    )
    assert rows(found) == (
        ("AAA", -50.0, 12.0, "2024-01-02", 6.0, "2024-01-04", "2024-01-06", -12.0),
    )
    every = await past_prices.drawdown(call(project, pool))
    assert [row[0] for row in rows(every)] == ["AAA", "BBB"]
    assert "no close of BBB is below an earlier one" in every.verdict


@pytest.mark.anyio
async def test_correlations_of_what_is_held_come_with_their_days(
    tmp_path: Path, pool: Pool
) -> None:
    """A pair of two stocks; of one stock it is said that it takes two."""
    project = written(tmp_path, walks(80), ("AAA", "BBB"))
    found = await past_prices.correlation(call(project, pool))
    ((name, value, count, first, last, why),) = rows(found)
    assert (name, count, first, last, why) == ("AAA and BBB", 80, "2024-01-01", "2024-03-21", "")
    assert f"AAA and BBB: {value:+.2f} over 80 returns" in found.verdict
    alone = written(tmp_path, walks(80), ("AAA",))
    one = await past_prices.correlation(call(alone, pool))
    assert not one.found
    assert "takes two stocks, and there is one: AAA" in one.verdict


@pytest.mark.anyio
async def test_a_beta_is_against_closes_on_hand_or_says_what_is_missing(
    tmp_path: Path, pool: Pool
) -> None:
    """Each stock's against the named index, which is not held; without one it is refused."""
    project = written(tmp_path, walks(80), ("AAA", "BBB"))
    found = await past_prices.beta(call(project, pool, against="SPY"))  # type: ignore[arg-type]
    assert [row[:2] for row in rows(found)] == [("AAA", "SPY"), ("BBB", "SPY")]
    with pytest.raises(Refused, match="the question names none"):
        await past_prices.beta(call(project, pool))
    with pytest.raises(Refused, match="no closes of QQQ are on hand"):
        await past_prices.beta(call(project, pool, against="QQQ"))  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_closes_of_one_stock_are_not_taken_for_those_of_another(
    tmp_path: Path, pool: Pool
) -> None:
    """A table without symbols is the configured stock's, whichever a question names."""
    (tmp_path / "bolt.toml").write_text('[market]\nprices = "u.csv"\nticker = "U"\n')
    closes = "".join(f"{FIRST + timedelta(days=at)},{10 + at % 3}\n" for at in range(30))
    (tmp_path / "u.csv").write_text(f"date,close\n{closes}")
    other = call(tmp_path, pool, ticker="MSFT")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="no closes of MSFT, but of U"):
        await past_prices.drawdown(other)
    with pytest.raises(Unavailable, match=r"no daily prices of MSFT \(prices of: U\)"):
        await backtest.wheel(other)
    own = await past_prices.drawdown(call(tmp_path, pool, ticker="U"))  # type: ignore[arg-type]
    assert rows(own)[0][0] == "U"
