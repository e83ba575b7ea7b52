"""Payoffs and smiles: exact at expiry, drawn from the book's own data, with what is left out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.tool import Refused
from engine.agents.tools import desk_payoff, desk_smile
from engine.agents.tools.backtest import backtest
from engine.agents.tools.curve_rows import volatility_at
from engine.agents.tools.risk import risk
from engine.evidence import Evidence, Series, Table
from engine.market.book import Book, Option, OptionKind, Position, Quote, Stock
from engine.market.chain_smile import chain_smile, expiries
from engine.market.example import TICKER, write_example
from engine.market.expiry_gain import expiry_gain
from engine.market.payoff import Smile, payoff
from engine.store.leases.pool import Pool
from tests.market.test_wheel_tools import call

TODAY = date(2025, 1, 2)
EXPIRY = date(2025, 2, 21)


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The example book."""
    write_example(tmp_path, TODAY)
    return tmp_path


def option(kind: OptionKind, strike: float) -> Option:
    return Option("U", EXPIRY, kind, strike)


POSITIONS = st.lists(
    st.builds(
        Position,
        st.just(Stock("U"))
        | st.builds(option, st.sampled_from(["put", "call"]), st.integers(5, 60).map(float)),
        st.integers(-5, 5).filter(bool).map(float),
        st.integers(0, 40).map(float),
    ),
    min_size=1,
    max_size=6,
)


@given(POSITIONS)
def test_no_price_gains_more_or_less_than_the_extremes(held: list[Position]) -> None:
    """Over a wide fine grid the payoff stays within both, and reaches those that there are."""
    found = expiry_gain(held)
    prices = [0.001, *(step / 2 for step in range(1, 400))]
    volatilities = {one.instrument: 0.5 for one in held if isinstance(one.instrument, Option)}
    drawn = payoff(held, "U", prices, as_of=TODAY, volatilities=volatilities).at_expiry
    if found.most is not None:
        assert drawn.max() == pytest.approx(found.most, abs=2.0)
    else:
        assert drawn[-1] > drawn[-2]
    if found.least is not None:
        assert drawn.min() == pytest.approx(found.least, abs=2.0)
    else:
        assert drawn[-1] < drawn[-2]


@given(POSITIONS)
def test_nothing_is_gained_at_a_breakeven(held: list[Position]) -> None:
    """At each breakeven the payoff is nil."""
    volatilities = {one.instrument: 0.5 for one in held if isinstance(one.instrument, Option)}
    for price in expiry_gain(held).breakevens:
        if price > 0:
            at = payoff(held, "U", [price, price + 1], as_of=TODAY, volatilities=volatilities)
            assert at.at_expiry[0] == pytest.approx(0.0, abs=1e-6)


def test_a_short_call_has_no_worst_case_and_a_short_put_has() -> None:
    """What rises without end is owed without end; a stock falls to 0 at most."""
    short_call = expiry_gain([Position(option("call", 30), -1, 1.5)])
    assert (short_call.most, short_call.most_at, short_call.least) == (150.0, 0.0, None)
    assert short_call.breakevens == (31.5,)
    short_put = expiry_gain([Position(option("put", 30), -1, 1.5)])
    assert (short_put.most, short_put.least, short_put.least_at) == (150.0, -2850.0, 0.0)
    assert short_put.breakevens == (28.5,)


def series(found: Evidence, title: str) -> Series:
    section = next(one for one in found.sections if one.title.startswith(title))
    assert isinstance(section, Series)
    return section


@pytest.mark.anyio
async def test_the_payoff_of_the_book_is_drawn_and_said(desk: Path, pool: Pool) -> None:
    """Extremes, breakevens and today lead; two lines over prices, and a table of what counts.

    What the positions stand at today is the profit that their valuation one by one tells.
    """
    found = await desk_payoff.payoff(call(desk, pool))
    assert "EXAMPLE" in found.verdict
    for word in ("gain at most $", "lose at most $", "break even at", "today, at"):
        assert word in found.verdict
    drawn = series(found, f"Payoff on {TICKER}")
    assert list(drawn.x) == sorted(set(drawn.x))
    assert (drawn.x_unit, drawn.unit, drawn.label) == ("USD", "USD", "at expiry")
    assert [one.name for one in drawn.others] == ["today"]
    assert {one.name for one in drawn.marks} == {"spot", "breakeven"}
    (table,) = [one for one in found.sections if isinstance(one, Table)]
    places = {str(row[4]): row for row in table.rows}
    assert places["breakeven"][3] == pytest.approx(0.0, abs=0.01)
    assert {"spot", "strike", "breakeven", ""} <= places.keys()
    assert any("volatility of" in one for one in found.assumptions)
    valued = await risk.positions(call(desk, pool))
    total = next(one for one in valued.sections if isinstance(one, Table)).rows[-1]
    assert places["spot"][2] == pytest.approx(total[2], abs=0.01)


@pytest.mark.anyio
async def test_a_position_without_its_price_is_named_as_left_out(desk: Path, pool: Pool) -> None:
    """What was paid is never made up: the position is listed, and the answer is the poorer."""
    positions = desk / "positions.csv"
    rows = positions.read_text().splitlines()
    cells = rows[1].split(",")
    positions.write_text("\n".join([rows[0], ",".join([*cells[:2], "", *cells[3:]]), *rows[2:]]))
    found = await desk_payoff.payoff(call(desk, pool))
    assert found.lacks == f"1 of {len(rows) - 1} positions"
    table = found.sections[-1]
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == ["no price paid is known"]
    with pytest.raises(Refused, match=f"nothing on NONE, but on {TICKER}"):
        await desk_payoff.payoff(call(desk, pool, ticker="NONE"))


def quote(
    kind: OptionKind,
    strike: float,
    *,
    bid: float | None = None,
    ask: float | None = None,
    volatility: float | None = None,
) -> Quote:
    return Quote(option(kind, strike), bid, ask, volatility=volatility)


def test_between_strikes_the_nearest_quoted_one_counts_whatever_its_kind() -> None:
    """A put that stands just below is nearer than a call far above; both kinds give their mean."""
    puts = Smile(EXPIRY, "put", (20.0, 26.0), (0.60, 0.54))
    calls = Smile(EXPIRY, "call", (20.0, 31.0), (0.40, 0.44))
    assert volatility_at([puts, calls], 26.0) == 0.54
    assert volatility_at([puts, calls], 26.5) == pytest.approx(0.53)
    assert volatility_at([puts, calls], 20.0) == pytest.approx(0.50)
    assert volatility_at([puts, calls], 31.5) is None


def test_a_quote_without_volatility_has_the_one_that_its_middle_implies() -> None:
    """Told ones stand, the rest is solved, what allows no volatility is counted."""
    quotes = (
        quote("put", 20, volatility=0.6),
        quote("put", 22, bid=1.0, ask=1.2),
        quote("put", 40, bid=1.0, ask=1.2),  # below what exercise pays
        quote("put", 21),
    )
    book = Book(TODAY, (), quotes)
    found = chain_smile(book, "U", EXPIRY, 23.0)
    (one,) = found.smiles
    assert (one.strikes, found.computed, found.unknown) == ((20, 22), 1, 2)
    assert one.volatilities[0] == 0.6
    assert 0.3 < one.volatilities[1] < 0.8
    assert expiries(book, "U") == (EXPIRY,)
    assert expiries(replace(book, as_of=EXPIRY), "U") == ()


@pytest.mark.anyio
async def test_a_smile_is_drawn_of_the_nearest_or_the_named_expiry(desk: Path, pool: Pool) -> None:
    """The verdict has the money's volatility and the skew; a day that isn't quoted is refused."""
    found = await desk_smile.smile(call(desk, pool))
    assert "at the money" in found.verdict
    assert "points 10 % below" in found.verdict
    drawn = series(found, f"Smile of {TICKER}")
    assert drawn.unit == "% a year"
    assert all(value is None or 10 < value < 200 for value in drawn.y)
    terms = next(one for one in found.sections if one.title == "At the money by expiry")
    assert isinstance(terms, Table)
    last = str(terms.rows[-1][0])
    assert last in (await desk_smile.smile(call(desk, pool, ticker=last))).verdict
    assert last in (await desk_smile.smile(call(desk, pool, expiry=last))).verdict
    with pytest.raises(Refused, match=r"no option .* expires on 2031-01-17"):
        await desk_smile.smile(call(desk, pool, expiry="2031-01-17"))
    with pytest.raises(Refused, match='"friday" is no day'):
        await desk_smile.smile(call(desk, pool, expiry="friday"))
    with pytest.raises(Refused, match=f"no option on NONE is quoted, but on {TICKER}"):
        await desk_smile.smile(call(desk, pool, ticker="NONE"))


@pytest.mark.anyio
async def test_an_equity_curve_is_over_dates_beside_buy_and_hold(desk: Path, pool: Pool) -> None:
    """Equity and drawdown count days since 1970; the benchmark is a second line of each."""
    found = await backtest.wheel(call(desk, pool, begin="2024-06-03", end="2024-09-30"))
    for title in ("Equity", "Drawdown"):
        drawn = series(found, title)
        assert drawn.x_unit == "date"
        first, last = (date.fromordinal(719_163 + int(x)) for x in (drawn.x[0], drawn.x[-1]))
        assert (first, last) == (date(2024, 6, 3), date(2024, 9, 30))
        assert [one.name for one in drawn.others] == ["buy-and-hold"]
        assert len(drawn.others[0].y) == len(drawn.y)
