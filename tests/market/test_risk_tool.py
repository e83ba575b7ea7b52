"""The risk tools end to end: real files, the pool, and every way in which they refuse."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call, Refused, ToolError, Unavailable
from engine.agents.tools.risk import risk
from engine.agents.tools.wheel import wheel
from engine.clock import ManualClock
from engine.config import load
from engine.evidence import Evidence, Figures, Table
from engine.market.example import write_example
from engine.store.leases.pool import Pool
from tests.market.tables import database
from tests.market.test_reading_tables import written_by_another

TODAY = date(2025, 1, 2)
pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


def call(project: Path, pool: Pool, **arguments: float) -> Call:
    clock = ManualClock()
    parts: dict[str, Any] = {
        "project": project,
        "store": project / ".store",
        "settings": load(project),
        "pool": pool,
        "clock": clock,
    }
    # No tool of these tests uses any other part.
    others: dict[str, Any] = {
        part.name: None for part in fields(Services) if part.name not in parts
    }
    return Call(arguments, Services(**parts, **others))


def table(evidence: Evidence, title: str) -> Table:
    return next(s for s in evidence.sections if isinstance(s, Table) and title in s.title)


async def test_risk_metrics_of_the_example_lead_with_a_verdict_and_say_it_is_one(
    tmp_path: Path, pool: Pool
) -> None:
    """Worth, VaR and shortfall in a sentence; Greeks, three VaRs, stress, positions as proof."""
    write_example(tmp_path, TODAY)
    found = await risk.metrics(call(tmp_path, pool))
    assert found.verdict.startswith("an EXAMPLE book: every figure of it is invented; the book is")
    assert "with 95% confidence" in found.verdict
    greeks = next(s for s in found.sections if isinstance(s, Figures) and s.title == "The book")
    by_name = {figure.name: figure for figure in greeks.items}
    theta, vega = by_name["theta"].value, by_name["vega"].value
    assert isinstance(theta, float)
    assert isinstance(vega, float)
    assert theta > 0 > vega
    assert all(figure.unit and figure.source for figure in greeks.items)
    methods = {str(row[0]).split(",")[0] for row in table(found, "Loss").rows}
    assert methods == {"simulated", "historical", "parametric"}
    assert table(found, "Positions").rows[-1][0] == "total"
    assert found.lacks is None
    assert "valued on 2025-01-02" in found.assumptions
    assert any("rate 4.00%" in assumption for assumption in found.assumptions)


async def test_a_longer_horizon_risks_more(tmp_path: Path, pool: Pool) -> None:
    """VaR over ten days is above VaR over one; a horizon that can't be is refused."""
    write_example(tmp_path, TODAY)
    one = table(await risk.metrics(call(tmp_path, pool)), "Loss").rows[0][2]
    ten = table(await risk.metrics(call(tmp_path, pool, horizon_days=10)), "Loss").rows[0][2]
    assert isinstance(one, float)
    assert isinstance(ten, float)
    assert ten > 2 * one
    with pytest.raises(Refused, match=r"a horizon of 0\.5 days"):
        await risk.metrics(call(tmp_path, pool, horizon_days=0.5))


async def test_positions_and_stress_have_answers_of_their_own(tmp_path: Path, pool: Pool) -> None:
    """Positions: what they are worth and have earned; stress: the worst of the grid."""
    write_example(tmp_path, TODAY)
    held = await risk.positions(call(tmp_path, pool))
    assert "4 positions worth $" in held.verdict
    assert "since they were opened" in held.verdict
    worst = await risk.stress(call(tmp_path, pool))
    assert "the worst of these moves is -30% of spot with +25 points of volatility: -$" in (
        worst.verdict
    )
    assert len(table(worst, "P&L").rows) == 9


async def test_limits_of_the_users_yaml_are_shown_with_what_is_left(
    tmp_path: Path, pool: Pool
) -> None:
    """Each limit that is set: now, limit, left, state; a fraction needs the account's value."""
    write_example(tmp_path, TODAY)
    (tmp_path / "config.yaml").write_text(
        "risk:\n  limits:\n    max_var_95: 0.0001\n  greeks:\n    max_delta_exposure: 200.0\n"
    )
    found = table(await risk.metrics(call(tmp_path, pool)), "Limits")
    states = {row[0]: (row[3], row[5]) for row in found.rows}
    left, state = states["max_var_95"]
    assert isinstance(left, float)
    assert left < 0
    assert state == "BROKEN"
    assert states["max_delta_exposure"][1] == "within"
    assert found.rows[0][6] == "config.yaml:3"
    longer = table(await risk.metrics(call(tmp_path, pool, horizon_days=5)), "Limits")
    assert longer.rows[0][5] == "the limit is for a day, and 5 days were asked for"
    settings = (tmp_path / "bolt.toml").read_text().replace("account_value", "# account_value")
    (tmp_path / "bolt.toml").write_text(settings)
    found = table(await risk.metrics(call(tmp_path, pool)), "Limits")
    assert found.rows[0][5] == "[market] account_value is not set"


async def test_without_positions_it_is_unavailable_with_the_remedy(
    tmp_path: Path, pool: Pool
) -> None:
    """A project that has no book lacks it, and is told how to have one."""
    with pytest.raises(Unavailable, match="this project has no positions") as caught:
        await risk.metrics(call(tmp_path, pool))
    assert "bolt.toml" in caught.value.error.remedy


async def test_wrong_files_are_refused_and_unreadable_ones_fail(tmp_path: Path, pool: Pool) -> None:
    """A bad cell is the question's fault; a locked database is the market's, and may pass."""
    (tmp_path / "positions.csv").write_text("symbol,quantity\nU,many\n")
    with pytest.raises(Refused, match=r'positions\.csv: row 2, column "quantity" is "many"'):
        await risk.positions(call(tmp_path, pool))
    (tmp_path / "positions.csv").write_text("symbol,quantity,currency\nU,1,USD\nV,1,EUR\n")
    with pytest.raises(Refused, match="2 currencies"):
        await risk.positions(call(tmp_path, pool))
    path = database(tmp_path, "b.duckdb", "CREATE TABLE p AS SELECT 'U' AS symbol, 1 AS quantity")
    (tmp_path / "bolt.toml").write_text('[market]\npositions = "b.duckdb:p"\n')
    with written_by_another(path), pytest.raises(ToolError, match="held for writing") as caught:
        await risk.positions(call(tmp_path, pool))
    assert not caught.value.blameless


async def test_a_book_that_cannot_be_valued_says_so_and_invents_nothing(
    tmp_path: Path, pool: Pool
) -> None:
    """Without quotes and closes there is no figure; with some, the rest has its reason."""
    (tmp_path / "positions.csv").write_text("symbol,quantity\nU,100\nU350119P00020000,-4\n")
    found = await risk.metrics(call(tmp_path, pool))
    assert not found.found
    assert found.verdict == "no position of this book can be valued"
    (tmp_path / "quotes.csv").write_text("symbol,bid,ask\nU,21.9,22.1\n")
    found = await risk.metrics(call(tmp_path, pool))
    assert found.lacks == "1 of 2 positions, which can't be valued"
    assert "its VaR is unknown: there are too few closes of U" in found.verdict
    assert table(found, "Not in these figures").rows[0][0] == "-4 U 2035-01-19 20 put"


def two_stocks(project: Path) -> Path:
    """Write a book whose shares would nearly cancel if those of two stocks added up."""
    (project / "positions.csv").write_text("Symbol,Quantity,Price\nAAA,400,10\nBBB,-300,20\n")
    closes = "".join(
        f"2024-{1 + at // 28:02}-{1 + at % 28:02},{symbol},{price + at % 3 + at * at % 5}\n"
        for at in range(80)
        for symbol, price in (("AAA", 10), ("BBB", 50))
    )
    (project / "prices.csv").write_text(f"date,symbol,close\n{closes}")
    (project / "bolt.toml").write_text(
        '[market]\npositions = "positions.csv"\nprices = "prices.csv"\nas_of = "2024-04-01"\n'
    )
    (project / "config.yaml").write_text("risk:\n  greeks:\n    max_delta_exposure: 3.0\n")
    return project


async def test_a_limit_on_shares_holds_for_each_stock_on_its_own(
    tmp_path: Path, pool: Pool
) -> None:
    """400 of one and 300 sold of another are no 100 shares: the first breaks a limit of 300."""
    project = two_stocks(tmp_path)
    (row,) = table(await risk.metrics(call(project, pool)), "Limits").rows
    assert row[:5] == ("max_delta_exposure", 4.0, 3.0, -1.0, "contracts' worth of AAA shares")
    assert row[5] == "BROKEN"
    desk = await wheel.limits(call(project, pool))
    assert "1 of 1 limit breached: max_delta_exposure" in desk.verdict
    own = next(row for row in table(desk, "Limits").rows if row[0] == "max_delta_exposure")
    assert own[1] == 4.0
    assert "contracts' worth of AAA shares" in own
    assert any("BBB -300.0, AAA +400.0; a limit" in one for one in desk.assumptions)


async def test_exposure_by_stock_adds_up_to_the_books_and_says_that_sectors_are_not_known(
    tmp_path: Path, pool: Pool
) -> None:
    """Value and money delta of each stock; the question for sectors is answered by these."""
    project = two_stocks(tmp_path)
    found = await risk.by_stock(call(project, pool, figure="sector"))  # type: ignore[arg-type]
    assert found.verdict.startswith(
        "the exposure by sector is not known: no data here tells which sector a stock is in; by "
        "stock, the money that moves with it is BBB -$"
    )
    rows = table(found, "Exposure by stock").rows
    assert [(row[0], row[2]) for row in rows] == [("BBB", -300.0), ("AAA", 400.0)]
    assert sum(float(str(row[4])) for row in rows) == pytest.approx(100)
    whole = await risk.metrics(call(project, pool))
    book = next(s for s in whole.sections if isinstance(s, Figures) and s.title == "The book")
    by_name = {figure.name: figure.value for figure in book.items}
    for name, column in (("value", 1), ("delta in money", 3), ("vega", 5), ("theta", 6)):
        assert sum(float(str(row[column])) for row in rows) == pytest.approx(by_name[name])
    plain = await risk.by_stock(call(project, pool, figure="stock"))  # type: ignore[arg-type]
    assert "sector" not in plain.verdict
