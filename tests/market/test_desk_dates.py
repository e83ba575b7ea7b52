"""When options expire and what becomes of them then; theta of a week; totals of several stocks."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.agents.tool import Refused
from engine.agents.tools.at_expiry import at_expiry
from engine.agents.tools.expiries import expiries
from engine.agents.tools.risk import risk
from engine.agents.tools.wheel import wheel
from engine.evidence import Cell, Evidence, Figures, Table
from engine.market.example import write_example
from engine.store.leases.pool import Pool
from tests.market.test_risk_tool import call, table

CONFIG = (
    '[market]\npositions = "p.csv"\nquotes = "q.csv"\nas_of = "2025-01-02"\n[pricing]\nrate = 0.0\n'
)
HELD = """Symbol,Quantity,Price
U,100,20
U 250117P00022000,-1,1.50
U 250221C00030000,-1,0.40
V,10,5
V 250117C00005000,2,0.30
"""
QUOTES = """symbol,date,bid,ask,implied_volatility
U,2025-01-02,20,20,
V,2025-01-02,6,6,
U 250117P00022000,2025-01-02,2.1,2.3,0.5
U 250221C00030000,2025-01-02,0.1,0.2,0.5
V 250117C00005000,2025-01-02,1.0,1.1,0.5
"""

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for name, text in (("bolt.toml", CONFIG), ("p.csv", HELD), ("q.csv", QUOTES)):
        (tmp_path / name).write_text(text)
    return tmp_path


def rows(found: Evidence) -> tuple[tuple[Cell, ...], ...]:
    (section,) = found.sections
    assert isinstance(section, Table)
    return section.rows


async def test_expiries_come_in_order_with_days_and_moneyness(book: Path, pool: Pool) -> None:
    """The nearest first; in the money by part of the strike."""
    found = await expiries(call(book, pool))
    assert [row[:2] for row in rows(found)] == [
        ("2025-01-17", 15), ("2025-01-17", 15), ("2025-02-21", 50),
    ]  # fmt: skip
    assert [row[3:] for row in rows(found)] == [
        (20.0, "in the money", 9.09),
        (6.0, "in the money", 20.0),
        (20.0, "out of the money", -33.33),
    ]
    assert found.verdict == (
        "3 option positions expire: 2 on 2025-01-17 (in 15 days), 1 on 2025-02-21 (in 50 days)"
    )


async def test_expiries_are_narrowed_by_days_and_side(book: Path, pool: Pool) -> None:
    """Only those that are asked for, and that it is some of all."""
    arguments: dict[str, Any] = {"days": 20.0, "kind": "call"}
    found = await expiries(call(book, pool, **arguments))
    assert [row[2] for row in rows(found)] == ["+2 V 2025-01-17 5 call"]
    month: dict[str, Any] = {"expiry": "February"}
    assert [row[0] for row in rows(await expiries(call(book, pool, **month)))] == ["2025-02-21"]
    none = await expiries(call(book, pool, days=3.0))
    assert none.verdict == "none of the 3 option positions expires within 3 days"


async def test_a_close_at_expiry_tells_who_is_exercised_and_what_was_gained(
    book: Path, pool: Pool
) -> None:
    """A put two in the money brings 100 shares at 22; the call is worthless; by hand."""
    arguments: dict[str, Any] = {"ticker": "U", "spot_level": 21.0}
    found = await at_expiry(call(book, pool, **arguments))
    assert [row[1:] for row in rows(found)] == [
        (21.0, 2_100.0, 100.0, "held"),
        (21.0, -100.0, 50.0, "assigned: buys 100 shares for 2,200.00"),
        (21.0, 0.0, 40.0, "expires worthless"),
    ]
    assert "its positions have gained $190.00 since they were opened" in found.verdict
    assert "1 of 2 option positions expire worthless" in found.verdict
    assert "-$2,200.00 of cash and +100 shares" in found.verdict
    with pytest.raises(Refused, match="the book holds U, V"):
        await at_expiry(call(book, pool, spot_level=21.0))


async def test_shares_of_different_stocks_are_not_added_up(book: Path, pool: Pool) -> None:
    """Delta and gamma have no total in shares; in money they have, and so has the sentence."""
    asked: dict[str, Any] = {"figure": "delta"}
    found = await risk.metrics(call(book, pool, **asked))
    total = table(found, "Positions").rows[-1]
    assert (total[0], total[3], total[4]) == ("total", None, None)
    assert total[1] is not None
    greeks = next(s for s in found.sections if isinstance(s, Figures) and s.title == "The book")
    by_name = {figure.name: figure for figure in greeks.items}
    assert by_name["delta"].reason == "shares of 2 stocks do not add up; money does"
    money = by_name["delta in money"].value
    assert isinstance(money, float)
    assert (
        f"the delta of the book is {'-' if money < 0 else '+'}${abs(money):,.2f}" in found.verdict
    )


async def test_positions_tell_nothing_of_value_at_risk(tmp_path: Path, pool: Pool) -> None:
    """What VaR rests on is said where there is a VaR, and only there."""
    write_example(tmp_path, date(2025, 1, 2))
    listed = " | ".join((await risk.positions(call(tmp_path, pool))).assumptions)
    measured = " | ".join((await risk.metrics(call(tmp_path, pool))).assumptions)
    for of_tails in ("horizon 1 trading day", "real tails are fatter"):
        assert of_tails not in listed
        assert of_tails in measured


async def test_a_theta_over_days_is_so_many_times_a_days(tmp_path: Path, pool: Pool) -> None:
    """Seven calendar days at the pace of one, and said so."""
    write_example(tmp_path, date(2025, 1, 2))
    asked: dict[str, Any] = {"figure": "theta", "per_days": 7.0}
    found = await risk.metrics(call(tmp_path, pool, **asked))
    greeks = next(s for s in found.sections if isinstance(s, Figures) and s.title == "The book")
    theta = next(figure.value for figure in greeks.items if figure.name == "theta")
    assert isinstance(theta, float)
    assert f"+${7 * theta:,.2f} in 7 days at that pace" in found.verdict


async def test_a_question_for_the_margin_is_answered_by_it(tmp_path: Path, pool: Pool) -> None:
    """The amount leads, with its part of the account; a question on limits leads with those."""
    write_example(tmp_path, date(2025, 1, 2))
    asked: dict[str, Any] = {"asks": "margin"}
    found = await wheel.limits(call(tmp_path, pool, **asked))
    part = next(row[1] for row in table(found, "Limits").rows if row[0] == "max_margin_percent")
    assert isinstance(part, float)
    assert f"of margin, {part:.1%} of the account" in found.verdict
    assert "margin" not in (await wheel.limits(call(tmp_path, pool))).verdict


async def test_of_very_many_positions_the_biggest_are_shown(tmp_path: Path, pool: Pool) -> None:
    """Two hundred by value, how many there are, and the total of all."""
    held = "".join(f"U,{count},1\n" for count in range(1, 301))
    (tmp_path / "bolt.toml").write_text(CONFIG)
    (tmp_path / "p.csv").write_text(f"Symbol,Quantity,Price\n{held}")
    (tmp_path / "q.csv").write_text(QUOTES)
    shown = table(await risk.positions(call(tmp_path, pool)), "Positions")
    assert "the biggest 200 by value of 300" in shown.title
    assert len(shown.rows) == 201
    assert [shown.rows[0][0], shown.rows[199][0]] == ["+300 U", "+101 U"]
    assert shown.rows[-1][1] == pytest.approx(20.0 * 300 * 301 / 2)
