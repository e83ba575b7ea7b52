"""Past closes of the stocks held: how deep they fell, how they moved together, and against what."""

import statistics
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from math import expm1, log, sqrt
from pathlib import Path
from random import Random

import pytest

from engine.agents.tool import Refused, Unavailable
from engine.agents.tools import beta, past_prices, past_returns
from engine.agents.tools.backtest import backtest
from engine.evidence import Argument, Evidence, Table
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
    found = await beta.beta(call(project, pool, against="SPY"))  # type: ignore[arg-type]
    assert [row[:2] for row in rows(found)] == [("AAA", "SPY"), ("BBB", "SPY")]
    with pytest.raises(Refused, match="the question names none"):
        await beta.beta(call(project, pool))
    with pytest.raises(Refused, match="no closes of QQQ are on hand"):
        await beta.beta(call(project, pool, against="QQQ"))  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_two_stocks_that_are_not_held_are_read_both(tmp_path: Path, pool: Pool) -> None:
    """Neither is said to have no closes when the table has them."""
    project = written(tmp_path, walks(80) | {"CCC": walks(80, 5)["AAA"]}, ("AAA",))
    of = {"ticker": "CCC", "against": "SPY"}
    both = await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]
    assert [row[0] for row in rows(both)] == ["CCC", "SPY"]
    one = await beta.beta(call(project, pool, **of))  # type: ignore[arg-type]
    assert one.verdict.startswith("the beta of CCC against SPY is ")
    pairs = await past_prices.correlation(call(project, pool, **of))  # type: ignore[arg-type]
    assert [row[0] for row in rows(pairs)] == ["CCC and SPY"]


@pytest.mark.anyio
async def test_the_books_beta_is_its_stocks_weighted_by_what_is_held(
    tmp_path: Path, pool: Pool
) -> None:
    """Shares times close times beta over the account's value; what has no value leaves none."""
    closes = walks(80)
    project = written(tmp_path, closes, ("AAA", "BBB"))
    of = {"against": "SPY"}
    found = await beta.beta(call(project, pool, **of))  # type: ignore[arg-type]
    market = returns(closes["SPY"])
    moved = sum(
        100 * closes[one][-1] * statistics.linear_regression(market, returns(closes[one])).slope
        for one in ("AAA", "BBB")
    )
    assert found.verdict.startswith(f"the book moves as +${moved:,.2f} of SPY would, ")
    assert "[market] account_value doesn't say" in found.verdict
    (project / "bolt.toml").write_text(f"{CONFIG}account_value = 5000.0\n")
    rich = await beta.beta(call(project, pool, **of))  # type: ignore[arg-type]
    assert f": a beta of {moved / 5000:.2f} on the account of $5,000.00; the beta" in rich.verdict
    written(tmp_path, closes, ("AAA", "CCC"))
    lacks = await beta.beta(call(project, pool, **of))  # type: ignore[arg-type]
    assert lacks.verdict.startswith(
        "the beta of the whole book is not known: 1 of its 2 positions can't be valued; the beta of"
    )
    one = await beta.beta(call(project, pool, ticker="AAA", **of))  # type: ignore[arg-type]
    assert one.verdict.startswith("the beta of AAA")


def by_hand(closes: list[float], rate: float) -> tuple[float, float]:
    """Return volatility and Sharpe ratio by their definitions, of closes a calendar day apart."""
    logs = returns(closes)
    volatility = sqrt(252 * sum(one * one for one in logs) / len(logs))
    excess = [after / before - 1 - expm1(rate / 365) for before, after in pairwise(closes)]
    return volatility, sqrt(252) * statistics.mean(excess) / statistics.stdev(excess)


@pytest.mark.anyio
@pytest.mark.parametrize("rate", [None, 0.05])
async def test_volatility_and_sharpe_ratio_are_those_of_their_definitions(
    tmp_path: Path, pool: Pool, rate: float | None
) -> None:
    """The root of the mean square and Sharpe's ratio, with their errors, span and source."""
    closes = walks(60)
    project = written(tmp_path, closes, ("AAA", "BBB"))
    if rate is not None:
        (project / "bolt.toml").write_text(f"{CONFIG}[pricing]\nrate = {rate}\n")
    volatility, sharpe = by_hand(closes["AAA"], rate or 0.0)
    found = await past_returns.sharpe(call(project, pool, ticker="AAA"))  # type: ignore[arg-type]
    error = sqrt((252 + sharpe**2 / 2) / 60)
    assert rows(found) == (
        (
            "AAA", pytest.approx(100 * volatility, abs=0.005),
            pytest.approx(100 * volatility / sqrt(120), abs=0.005),
            pytest.approx(sharpe, abs=0.0005), pytest.approx(error, abs=0.0005),
            60, "2024-01-01", "2024-03-01", "",
        ),
    )  # fmt: skip
    assert found.verdict == (
        f"the Sharpe ratio of AAA is {sharpe:.2f} ± {error:.2f} a year over 60 daily returns, "
        "2024-01-01 to 2024-03-01 (prices.csv)"
    )
    told = "taken as 0" if rate is None else "5.00% a year throughout"
    assert any(one.startswith(f"risk-free rate {told}") for one in found.assumptions)
    assert any("Sharpe 1994" in one for one in found.assumptions)
    of = {"ticker": "AAA", "against": "SPY"}
    other = await past_returns.sharpe(call(project, pool, **of))  # type: ignore[arg-type]
    assert [row[0] for row in rows(other)] == ["AAA", "SPY"]
    both = await past_returns.volatility(call(project, pool))
    assert [row[0] for row in rows(both)] == ["AAA", "BBB"]
    assert both.verdict.startswith(f"the volatility of AAA is {volatility:.1%} ± ")
    assert any("√252" in one for one in both.assumptions)


@pytest.mark.anyio
async def test_the_returns_of_a_period_begin_with_its_first_day(tmp_path: Path, pool: Pool) -> None:
    """The close before it is needed for that; too few returns are no figure, and say so."""
    closes = walks(90)
    project = written(tmp_path, closes, ("AAA",))
    of = {"ticker": "AAA", "begin": "2024-02-01", "end": "2024-02-29"}
    found = await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]
    ((_, value, *_, count, first, last, _),) = rows(found)
    volatility, _ = by_hand(closes["AAA"][30:60], 0.0)
    assert value == pytest.approx(100 * volatility, abs=0.005)
    assert (count, first, last) == (29, "2024-01-31", "2024-02-29")
    of["begin"] = "2024-02-20"
    few = await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]
    assert not few.found
    assert "only 10 daily returns lie in that time, expected 20 or more" in few.verdict
    assert rows(few)[0][1:5] == (None, None, None, None)


@pytest.mark.anyio
async def test_days_that_are_not_there_are_told_and_none_are_refused(
    tmp_path: Path, pool: Pool
) -> None:
    """More days than there are returns give what there is, and say so."""
    project = written(tmp_path, walks(60), ("AAA",))
    of: dict[str, Argument] = {"ticker": "AAA"}
    of["days"] = 5000
    found = await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]
    told = "asked for 5,000 daily returns of AAA, but there are 60"
    assert told in found.assumptions
    of["days"] = 60
    found = await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]
    assert not any("asked for" in one for one in found.assumptions)
    of["days"] = 0
    with pytest.raises(Refused, match="a volatility of 0 days is none"):
        await past_returns.volatility(call(project, pool, **of))  # type: ignore[arg-type]


@pytest.mark.anyio
@pytest.mark.parametrize("rate", [0.0, 0.02])
async def test_the_questions_rate_stands_in_for_the_configured(
    tmp_path: Path, pool: Pool, rate: float
) -> None:
    """A rate of 0 too."""
    closes = walks(60)
    project = written(tmp_path, closes, ("AAA",))
    (project / "bolt.toml").write_text(f"{CONFIG}[pricing]\nrate = 0.05\n")
    found = await past_returns.sharpe(call(project, pool, rate=rate))
    assert rows(found)[0][3] == pytest.approx(by_hand(closes["AAA"], rate)[1], abs=0.0005)
    told = f"risk-free rate {rate:.2%} a year throughout, continuous, from the question"
    assert told in found.assumptions


@pytest.mark.anyio
async def test_what_may_be_a_split_is_told_and_what_never_moves_has_no_ratio(
    tmp_path: Path, pool: Pool
) -> None:
    """A close that halves over night, and one that stays."""
    closes = walks(60)
    closes["AAA"][30:] = [one / 2 for one in closes["AAA"][30:]]
    project = written(tmp_path, closes | {"FLAT": [7.0] * 61}, ("AAA", "FLAT"))
    (project / "bolt.toml").write_text(f"{CONFIG}[pricing]\nrate = 0.05\n")
    found = await past_returns.sharpe(call(project, pool))
    assert any("size that an unadjusted split has" in one for one in found.assumptions)
    assert [row[-1] for row in rows(found)] == ["", "its returns never change"]
    assert "the Sharpe ratio of FLAT is not known: its returns never change" in found.verdict


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


@pytest.mark.anyio
async def test_a_backtest_of_several_stocks_asks_which(tmp_path: Path, pool: Pool) -> None:
    """The prices are there: what is missing is a name."""
    project = written(tmp_path, walks(60), ("AAA", "BBB"))
    with pytest.raises(Refused, match=r"several stocks \(AAA, BBB\), and none is named") as refused:
        await backtest.wheel(call(project, pool))
    assert refused.value.error.remedy == "name one, as in: backtest the wheel on AAA"
