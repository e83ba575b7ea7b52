"""The wheel's and the backtest's tools end to end: real files, the pool, real processes."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call, Refused, Unavailable
from engine.agents.tools import rolls
from engine.agents.tools.backtest import backtest
from engine.agents.tools.wheel import ledger as wheel_ledger
from engine.agents.tools.wheel import wheel
from engine.clock import ManualClock
from engine.config import load
from engine.evidence import Argument, Evidence, Figures, Section, Series, Table
from engine.market.example import TICKER, write_example
from engine.store.leases.pool import Pool
from tests.market.real_data import put_index_pct, sp500, vix

TODAY = date(2025, 1, 2)
CONFIG = """\
strategy:
  delta_target: 0.25
  roll_triggers: {profit_target_percent: 0.01, dte_threshold: 5}
risk:
  limits: {max_var_95: 0.15, max_kelly_fraction: 0.75}
  greeks: {max_delta_exposure: 0.5}
"""
pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The example book with parameters."""
    write_example(tmp_path, TODAY)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def call(project: Path, pool: Pool, **arguments: Argument) -> Call:
    parts: dict[str, Any] = {
        "project": project,
        "store": project / ".store",
        "settings": load(project),
        "pool": pool,
        "clock": ManualClock(),
    }
    others: dict[str, Any] = {
        part.name: None for part in fields(Services) if part.name not in parts
    }
    return Call(arguments, Services(**parts, **others))


def section(found: Evidence, title: str) -> Section:
    return next(one for one in found.sections if title in one.title)


def rows(found: Evidence, title: str) -> tuple[tuple[object, ...], ...]:
    table = section(found, title)
    assert isinstance(table, Table)
    return table.rows


async def test_candidates_follow_the_parameters(desk: Path, pool: Pool) -> None:
    """The first put is near the configured delta, and the sentence names strike and expiry."""
    found = await wheel.candidates(call(desk, pool))
    first = rows(found, "Puts to sell")[0]
    assert f"the {first[1]} {first[0]:g} put on {TICKER}" in found.verdict
    assert isinstance(first[3], float)
    assert abs(first[3]) == pytest.approx(0.25, abs=0.1)
    assert found.verdict.startswith("an EXAMPLE")
    assert rows(found, "Calls to sell")
    assert any("large U.S. stocks" in one for one in found.assumptions)


async def test_rolls_judge_every_short_option_by_every_rule(desk: Path, pool: Pool) -> None:
    """Three rules an option, each with its value, threshold, origin and a sentence."""
    found = await rolls.rolls(call(desk, pool))
    judged = rows(found, "Roll rules")
    assert len(judged) % 3 == 0
    assert {row[1] for row in judged} == {
        "profit_target_percent", "delta_breach_threshold", "dte_threshold",
    }  # fmt: skip
    assert {row[6] for row in judged if row[1] == "dte_threshold"}
    assert {row[5] for row in judged if row[1] == "dte_threshold"} == {"config.yaml:3"}
    assert {row[5] for row in judged if row[1] == "delta_breach_threshold"} == {"default"}
    assert isinstance(section(found, "Parameters"), Figures)


async def test_the_ledger_of_trades_has_true_basis_and_gains_apart(desk: Path, pool: Pool) -> None:
    """Basis, realised and unrealised in the sentence; cycles and closings as tables."""
    found = await wheel_ledger.ledger(call(desk, pool))
    held = rows(found, "Held, USD")
    total = sum(float(str(row[7])) for row in held)
    assert "300 EXMPL at a true basis of $23.10 ($24.00 paid, -0.90 by premiums)" in found.verdict
    assert f"unrealised +${total:,.2f}" in found.verdict
    closed = sum(float(str(row[7])) for row in rows(found, "Closed, USD"))
    assert f"realised +${closed:,.2f}" in found.verdict
    assert [row[2] for row in rows(found, "Cycles, USD")][-1] == "open"
    assert rows(found, "Trades")
    assert any("positions agree with the trades" in one for one in found.assumptions)
    assert not [one for one in found.sections if "differ" in one.title]


async def test_the_ledger_names_what_trades_and_positions_differ_in(desk: Path, pool: Pool) -> None:
    """Instrument, what the trades leave, what the positions say."""
    text = (desk / "positions.csv").read_text().replace(",300,", ",200,")
    (desk / "positions.csv").write_text(text)
    found = await wheel_ledger.ledger(call(desk, pool))
    assert "of EXMPL shares the trades leave 300, the positions say 200" in found.verdict
    assert rows(found, "differ") == (("EXMPL", "shares", 300, 200),)


async def test_the_ledger_tells_other_prices_and_dividends_without_a_trade(
    desk: Path, pool: Pool
) -> None:
    """Positions that tell another price are named, and a dividend on shares held is missed."""
    text = (desk / "positions.csv").read_text()
    line = next(line for line in text.splitlines() if ",300," in line)
    cells = line.split(",")
    price = next(cell for cell in cells[2:] if "." in cell)
    (desk / "positions.csv").write_text(text.replace(line, line.replace(price, "30.00")))
    (desk / "dividends.csv").write_text("symbol,ex_date,amount\nEXMPL,2025-01-02,0.20\n")
    found = await wheel_ledger.ledger(call(desk, pool))
    assert (
        "for EXMPL shares the trades tell a price of 24.00 (23.10 with premiums)" in found.verdict
    )
    assert "the positions 30.00" in found.verdict
    assert "dividends of $60.00 are in no trade" in found.verdict
    assert any("dividends.csv:2: 0.2 a share of EXMPL" in one for one in found.assumptions)


async def test_candidates_tell_what_is_free_to_secure_them(desk: Path, pool: Pool) -> None:
    """Calls that no share covers are called naked; the free cash is told with the contracts."""
    found = await wheel.candidates(call(desk, pool))
    assert "NAKED, as open calls need 300 of the 300 shares" in section(found, "Calls").title
    assert "the free cash of $" in found.verdict
    assert any("and the strikes of short puts" in one for one in found.assumptions)


async def test_the_ledger_of_trades_alone_needs_no_positions(tmp_path: Path, pool: Pool) -> None:
    """What can't be valued is unknown, what expired without a word is named, the rest is told."""
    (tmp_path / "trades.csv").write_text(
        "date,action,symbol,quantity,price,currency\n"
        "2024-01-02,buy,U,100,20,EUR\n2024-01-03,sell,U,40,22,EUR\n"
        "2024-01-03,STO,U240119C25,1,0.4,EUR\n"
    )
    found = await wheel_ledger.ledger(call(tmp_path, pool))
    assert "60 U at a true basis of 20.00 EUR" in found.verdict
    assert "realised +80.00 EUR; unrealised unknown" in found.verdict
    said = " | ".join(found.assumptions)
    assert "U 2024-01-19 25 call has expired, and trades.csv doesn't say" in said
    assert "no positions to check the trades against" in said
    assert "U shares: no quote and no close of U is known" in said
    assert "trades.csv: taken for trades" in said


async def test_without_positions_what_trades_leave_open_are_the_positions(
    desk: Path, pool: Pool
) -> None:
    """Every question to the book is answered as with them, and the answer says so."""
    before = await rolls.rolls(call(desk, pool))
    text = (desk / "bolt.toml").read_text().replace('positions = "positions.csv"\n', "")
    (desk / "bolt.toml").write_text(text)
    (desk / "positions.csv").unlink()
    after = await rolls.rolls(call(desk, pool))
    assert len(rows(after, "Roll rules")) == len(rows(before, "Roll rules"))
    assert "trades.csv: positions are what its trades leave open" in after.assumptions
    found = await wheel_ledger.ledger(call(desk, pool))
    assert "there are no positions to check the trades against" in found.assumptions


async def test_bad_trades_are_refused_and_spoil_no_other_answer(desk: Path, pool: Pool) -> None:
    """The ledger names the row; rolls and limits, which read no trades, go on."""
    trades = (desk / "trades.csv").read_text().splitlines()
    (desk / "trades.csv").write_text("\n".join([trades[0], *trades[2:]]) + "\n")
    with pytest.raises(Refused, match=r"row 2, .*3 of EXMPL .* put, expected at most 0"):
        await wheel_ledger.ledger(call(desk, pool))
    assert (await rolls.rolls(call(desk, pool))).found


async def test_the_ledger_of_positions_has_basis_and_unrealised_gain(
    desk: Path, pool: Pool
) -> None:
    """Every position is held at its price, and what trades would tell is said."""
    text = (desk / "bolt.toml").read_text().replace('trades = "trades.csv"\n', "")
    (desk / "bolt.toml").write_text(text)
    (desk / "trades.csv").unlink()
    found = await wheel_ledger.ledger(call(desk, pool))
    held = rows(found, "Held")
    total = sum(float(str(row[7])) for row in held)
    assert f"unrealised gain of ${total:,.2f}" in found.verdict
    assert len(held) >= 3
    assert any("realised gain" in one and "trades.csv" in one for one in found.assumptions)


async def test_prices_alone_are_enough_for_candidates(desk: Path, pool: Pool) -> None:
    """Without positions and quotes puts are priced by the model, and the answer says so."""
    (desk / "bolt.toml").write_text('[market]\nas_of = "2025-01-02"\n')
    for name in ("positions", "quotes", "trades"):
        (desk / f"{name}.csv").unlink()
    found = await wheel.candidates(call(desk, pool))
    assert rows(found, f"Puts to sell on {TICKER}")
    assert not [one for one in found.sections if one.title.startswith("Calls")]
    assert any("no quotes: premiums are of the model" in one for one in found.assumptions)
    with pytest.raises(Unavailable, match="no positions"):
        await rolls.rolls(call(desk, pool))


async def test_candidates_on_a_stock_that_nothing_knows_are_refused(desk: Path, pool: Pool) -> None:
    """The one that is held is not answered for in its place."""
    with pytest.raises(Refused, match=f"neither positions nor market data know NONE.*{TICKER}"):
        await wheel.candidates(call(desk, pool, ticker="none"))


async def test_limits_tell_what_is_breached_and_what_is_not_set(desk: Path, pool: Pool) -> None:
    """A tiny delta limit is breached by name; limits that aren't set say so."""
    found = await wheel.limits(call(desk, pool))
    assert "breached: max_delta_exposure" in found.verdict
    states = {row[0]: row[5] for row in rows(found, "Limits")}
    assert states["max_delta_exposure"] == "BREACHED"
    assert states["max_var_95"] == "within"
    assert states["max_kelly_fraction"] == "within"
    assert states["max_rho_exposure"] == "the configuration sets no limit"
    units = {row[0]: row[6] for row in rows(found, "Limits")}
    assert units["max_vega_exposure"] == "USD per volatility point"
    assert "the account with its cash $25,000.00" in found.verdict


async def test_the_analysis_has_it_all(desk: Path, pool: Pool) -> None:
    """What to roll, what to sell, P&L over the stock's price and the smile, in one answer."""
    found = await wheel.analysis(call(desk, pool))
    titles = " | ".join(one.title for one in found.sections)
    for part in ("Roll rules", "Puts to sell", "Payoff on", "Smile"):
        assert part in titles
    assert "breakeven at expiry" in found.verdict


async def test_wrong_parameters_are_refused_with_their_line(desk: Path, pool: Pool) -> None:
    """A value that can't be right names file, line, key, value and what is expected."""
    (desk / "config.yaml").write_text("strategy:\n  delta_target: 30\n")
    with pytest.raises(Refused, match=r"config\.yaml:2: strategy\.delta_target is 30; expected"):
        await wheel.candidates(call(desk, pool))
    with pytest.raises(Refused, match=r"config\.yaml:2"):
        await backtest.wheel(call(desk, pool))


async def test_an_unknown_ticker_is_refused(desk: Path, pool: Pool) -> None:
    """A stock without a price is named, and so are those that have one."""
    with pytest.raises(Unavailable, match=f"no daily prices of NONE.*{TICKER}"):
        await backtest.wheel(call(desk, pool, ticker="NONE"))


async def test_a_project_without_positions_says_what_to_set(tmp_path: Path, pool: Pool) -> None:
    """Absent data is unavailable, with the setting to make."""
    with pytest.raises(Unavailable, match="no positions"):
        await rolls.rolls(call(tmp_path, pool))


async def test_the_wheel_is_run_through_the_books_own_past(desk: Path, pool: Pool) -> None:
    """Strategy and buy-and-hold side by side, an equity curve a day, every option sold."""
    found = await backtest.wheel(call(desk, pool))
    assert "the wheel earned" in found.verdict
    assert "EXAMPLE" in found.verdict
    curve = section(found, "Equity")
    assert isinstance(curve, Series)
    assert len(curve.x) == len(curve.y) > 300
    assert rows(found, "Options sold")
    assert rows(found, "Cycles")
    assert any("realised volatility of 60" in one for one in found.assumptions)


async def test_put_writing_takes_the_questions_own_numbers(desk: Path, pool: Pool) -> None:
    """Delta and days of the query stand in place of the configured ones."""
    found = await backtest.put_write(call(desk, pool, at_the_money=True, days=30))
    sold = rows(found, "Options sold")
    assert {row[1] for row in sold} == {"put"}
    assert all(row[2] == pytest.approx(row[5], rel=1e-4) for row in sold)
    with pytest.raises(Refused, match="delta of 3"):
        await backtest.put_write(call(desk, pool, delta=3.0))


async def test_a_backtest_keeps_to_the_questions_period(desk: Path, pool: Pool) -> None:
    """The equity runs from the first to the last day asked for; earlier closes only warm up."""
    whole = section(await backtest.wheel(call(desk, pool)), "Equity")
    found = await backtest.wheel(call(desk, pool, begin="2024-06-03", end="2024-09-30", hold=True))
    curve = section(found, "Equity")
    assert isinstance(whole, Series)
    assert isinstance(curve, Series)
    assert "(2024-06-03 to 2024-09-30;" in found.verdict
    assert len(curve.y) < len(whole.y) / 3
    assert curve.y[0] == pytest.approx(25_000, rel=0.01)  # the account's worth
    ways = {row[10] for row in rows(found, "Options sold")}
    assert ways <= {"expired", "assigned", "assigned early", "open"}
    assert "rules: delta 0.25, 35 days; held to expiry" in found.assumptions


async def test_the_period_falls_short_of_the_data(desk: Path, pool: Pool) -> None:
    """What prices don't reach is said, and a period without prices is refused."""
    found = await backtest.wheel(call(desk, pool, begin="2001-01-01", end="2031-01-01"))
    said = " ".join(found.assumptions)
    assert "asked for from 2001-01-01, but prices begin" in said
    assert "asked for until 2031-01-01, but prices end" in said
    for begin, end, why in (
        ("2031-01-01", "", "no price lies in"),
        ("", "1999-12-31", "no price lies in"),
        ("2024-09-01", "2024-08-01", "before it begins"),
        ("soon", "", "no day"),
    ):
        with pytest.raises(Refused, match=why):
            await backtest.wheel(call(desk, pool, begin=begin, end=end))


async def test_candidates_aim_where_the_question_says(desk: Path, pool: Pool) -> None:
    """Delta and days replace the configured targets; the user's limit on puts stays."""
    found = await wheel.candidates(call(desk, pool, delta=0.1, days=60.0))
    first = rows(found, "Puts to sell")[0]
    assert isinstance(first[3], float)
    assert abs(first[3]) == pytest.approx(0.1, abs=0.07)
    assert "target 0.10" in str(first[-1])
    assert "target 60" in str(first[-1])
    above = await wheel.candidates(call(desk, pool, delta=0.6))
    assert any("max_delta_short_put 0.45" in one for one in above.assumptions)
    with pytest.raises(Refused, match="delta of 30"):
        await wheel.candidates(call(desk, pool, delta=30.0))


async def test_a_sweep_shows_every_case(desk: Path, pool: Pool) -> None:
    """Six deltas, four lengths and two sets of rules make 48 rows, with progress."""
    told: list[float | None] = []
    asked = call(desk, pool)
    asked.progress = lambda text, done, total: told.append(done)
    found = await backtest.sweep(asked)
    (table,) = found.sections
    assert isinstance(table, Table)
    assert len(table.rows) == 48
    assert told[-1] == 48


async def test_a_user_can_validate_put_writing_on_files(tmp_path: Path, pool: Pool) -> None:
    """On files of the S&P 500, the VIX and the Cboe index the same bars hold as in the model."""
    closes = [p for p in sp500() if date(2006, 6, 1) <= p.day <= date(2016, 1, 15)]
    _write(tmp_path / "prices.csv", "date,symbol,close", [(p.day, "SPX", p.close) for p in closes])
    index = [(d, 100 * v) for d, v in sorted(vix().items()) if d.year < 2016]
    _write(tmp_path / "vix.csv", "Date,Close", index)
    _write(tmp_path / "put.csv", "year,return", list(put_index_pct().items()))
    _write(tmp_path / "positions.csv", "symbol,quantity,price", [("SPX", 1, 1000)])
    (tmp_path / "bolt.toml").write_text(
        '[market]\npositions = "positions.csv"\nprices = "prices.csv"\nas_of = "2016-01-20"\n'
        "[pricing]\nrate = 0.01\ndividend_yield = 0.02\n"
    )
    found = await backtest.validate(
        call(tmp_path, pool, implied="vix.csv", published="put.csv", fit="2007-2010")
    )
    figures = section(found, "Validation")
    assert isinstance(figures, Figures)
    value = {one.name: one.value for one in figures.items}
    rms, correlation = value["error of years not fitted"], value["correlation, all years"]
    assert isinstance(rms, float)
    assert isinstance(correlation, float)
    assert rms <= 2.5
    assert correlation >= 0.98
    ran = await backtest.put_write(
        call(tmp_path, pool, implied="vix.csv", volatility_factor=0.87, at_the_money=True)
    )
    assert "volatility: vix.csv × 0.87, the same for all strikes and expiries" in ran.assumptions
    with pytest.raises(Refused, match="no years"):
        await backtest.validate(
            call(tmp_path, pool, implied="vix.csv", published="put.csv", fit="x")
        )
    for fit, why in (
        ("2010-2007", "end before they begin"),
        ("2007-2015", "none is left to score"),
    ):
        with pytest.raises(Refused, match=why):
            await backtest.validate(
                call(tmp_path, pool, implied="vix.csv", published="put.csv", fit=fit)
            )
    with pytest.raises(Refused, match=r"--implied names nope\.csv, which does not exist"):
        await backtest.validate(
            call(tmp_path, pool, implied="nope.csv", published="put.csv", fit="2007-2010")
        )
    with pytest.raises(Refused, match="needs a volatility index"):
        await backtest.validate(call(tmp_path, pool))


def _write(path: Path, header: str, lines: list[Any]) -> None:
    body = "\n".join(",".join(str(cell) for cell in line) for line in lines)
    path.write_text(f"{header}\n{body}\n")
