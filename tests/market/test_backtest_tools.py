"""What a question to a backtest may name: rates, published closes, a skew, a span of time."""

from datetime import date
from math import expm1
from pathlib import Path

import pytest

from engine.agents import planner
from engine.agents.commands import parse
from engine.agents.tool import Refused
from engine.agents.tools.backtest import backtest
from engine.evidence import Table
from engine.store.leases.pool import Pool
from tests.market.real_data import bills, put_index_pct, sp500, vix
from tests.market.test_wheel_tools import call, desk, pool, section

__all__ = ["desk", "pool"]

pytestmark = pytest.mark.anyio

WRITTEN = (
    ":backtest validate --implied vix.csv --published put.csv --fit 2007 --rates bills.csv "
    "--ticker SPX"
)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A user's files of the S&P 500, the VIX, T-bills and the put-write index, 2006 to 2009."""
    closes = [p for p in sp500() if date(2006, 6, 1) <= p.day <= date(2010, 1, 15)]
    written = {
        "prices.csv": ["date,symbol,close", *(f"{p.day},SPX,{p.close}" for p in closes)],
        "vix.csv": [
            "Date,Close",
            *(f"{day},{100 * v}" for day, v in sorted(vix().items()) if 2005 < day.year < 2011),
        ],
        "bills.csv": [
            "day,percent",
            *(f"{y}-{m:02d}-01,{100 * expm1(r)}" for (y, m), r in bills().items() if y > 2006),
        ],
    }
    level = 100.0
    levels = ["day,close", "2006-12-29,100"]
    for year in (2007, 2008, 2009):
        level *= 1 + put_index_pct()[year] / 100
        levels.append(f"{year}-12-31,{level}")
    written["put.csv"] = levels
    for name, lines in written.items():
        (tmp_path / name).write_text("\n".join(lines))
    (tmp_path / "config.yaml").write_text("strategy:\n  strike_intervals: [5]\n")
    (tmp_path / "bolt.toml").write_text(
        '[market]\nprices = "prices.csv"\nas_of = "2010-01-20"\n[pricing]\ndividend_yield = 0.02\n'
    )
    return tmp_path


async def test_the_command_validates_on_a_users_files(index: Path, pool: Pool) -> None:
    """As it is typed: closes of the index become its returns, and rates change day by day."""
    (task,) = planner.plan([parse(WRITTEN)]).tasks
    assert task.tool == "backtest.validate"
    found = await backtest.validate(call(index, pool, **task.arguments))
    table = section(found, "By year")
    assert isinstance(table, Table)
    published = {row[0]: (row[2], row[4]) for row in table.rows}
    assert published == {2007: (9.5, "fitted"), 2008: (-26.8, "scored"), 2009: (31.5, "scored")}
    told = " | ".join(found.assumptions)
    assert "rate of each day from bills.csv" in told
    assert "its first rate, of 2007-01-01, also for" in told
    assert "half-way between the close before" in told
    assert "at the start" not in told


async def test_what_a_validation_lacks_is_named(index: Path, pool: Pool) -> None:
    """Without the two tables the sentence shows the command."""
    with pytest.raises(Refused, match="needs a volatility index") as refused:
        await backtest.validate(call(index, pool, implied="vix.csv"))
    assert ":backtest validate --implied" in refused.value.error.remedy


async def test_a_span_is_counted_from_the_last_price(desk: Path, pool: Pool) -> None:
    """The answer says which days the span was, and the backtest keeps to them."""
    found = await backtest.wheel(call(desk, pool, last="the last 6 months"))
    told = next(one for one in found.assumptions if one.startswith("the last 6 months: "))
    first, _, last = told.split(": ")[1].split(",")[0].partition(" to ")
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    assert 180 <= days <= 184
    assert last in found.verdict
    with pytest.raises(Refused, match="no span of time"):
        await backtest.wheel(call(desk, pool, last="soon"))


async def test_the_skew_is_the_quoted_chains_or_the_questions(desk: Path, pool: Pool) -> None:
    """The example's chain has a smile: it is measured and said, unless the question says one."""
    measured = await backtest.wheel(call(desk, pool, last="3m"))
    assert any(
        one.startswith("skew ") and "quotes of" in one and "measured on" in one
        for one in measured.assumptions
    )
    asked = await backtest.wheel(call(desk, pool, last="3m", skew=0.2))
    assert "skew 0.2, from the question" in asked.assumptions


async def test_nothing_to_start_with_is_refused_and_no_fee_is_one(desk: Path, pool: Pool) -> None:
    """A capital or factor of 0 is no capital that isn't named; a commission of 0 is taken."""
    with pytest.raises(Refused, match=r"is 0 \(the question\), expected more than 0"):
        await backtest.wheel(call(desk, pool, capital=0.0))
    with pytest.raises(Refused, match="factor on the volatility is 0"):
        await backtest.wheel(call(desk, pool, volatility_factor=0.0))
    with pytest.raises(Refused, match="commission is -1"):
        await backtest.wheel(call(desk, pool, commission=-1.0))
    free = await backtest.wheel(call(desk, pool, commission=0.0, last="6m"))
    dear = await backtest.wheel(call(desk, pool, commission=50.0, last="6m"))
    assert free.verdict != dear.verdict


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("account_value = 40000", "capital 40,000 at the start ([market] account_value)"),
        ("", "capital 100,000 at the start (default)"),
    ],
)
async def test_whose_capital_a_backtest_starts_with_is_told(
    desk: Path, pool: Pool, settings: str, told: str
) -> None:
    """The account's value is not told as a parameter's default."""
    written = (desk / "bolt.toml").read_text()
    (desk / "bolt.toml").write_text(written.replace("account_value = 25000.0", settings))
    assert told in (await backtest.wheel(call(desk, pool, last="6m"))).assumptions
