"""Cash dividends in a book: QuantLib's grids, signs, sums, and what happens on the ex-date."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels import dividends, european
from engine.kernels.arguments import Kind
from engine.kernels.attribution import attribute
from engine.kernels.dividends_grid import Schedule
from engine.kernels.dividends_implied import implied
from engine.kernels.dividends_sheet import Contract, sheets
from engine.kernels.errors import OutOfRange, ShapeMismatch
from engine.kernels.portfolio import Greeks, Portfolio, greeks, option_greeks, portfolio
from engine.kernels.portfolio_curve import curve, largest_error
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.stress import stress

from .american_oracle import with_dividends

RATE = 0.04
PAID = [(20, 0.8), (70, 0.8)]
SCHEDULE = tuple((day / 365, amount) for day, amount in PAID)
DAYS, VOLATILITY = 90, 0.3


def book(
    times: float = 1.0,
    stock: float = 300.0,
    paid: Schedule = SCHEDULE,
    *,
    escrowed: bool = False,
) -> Portfolio:
    """Return a wheel on a stock at 100 that pays twice before its options expire."""
    return portfolio(
        spot=100.0,
        stock=stock * times,
        kind=["put", "call"],
        strike=[95.0, 105.0],
        years=DAYS / 365,
        volatility=VOLATILITY,
        shares=np.array([-400.0, -300.0]) * times,
        american=True,
        rate=RATE,
        dividends=[paid],
        escrowed=escrowed,
    )


def oracle(
    kind: str, strike: float, spot: float = 100.0, volatility: float = VOLATILITY, **other: float
) -> float:
    """Return QuantLib's American price at any spot: it is scaled to 100, dividends and all."""
    scale = 100.0 / spot
    paid = [(day, amount * scale) for day, amount in PAID]
    rate = other.get("rate", RATE)
    found = with_dividends(kind, strike * scale, DAYS, volatility, rate, paid, american=True)
    return found[0] / scale


def test_greeks_are_quantlibs_with_the_signs_of_the_positions() -> None:
    """Delta and gamma to 2e-5; vega and rho to 1e-3 of a point's price; value to 2e-5 of spot."""
    found = option_greeks(book())
    for place, (kind, strike, shares) in enumerate(
        [("put", 95.0, -400.0), ("call", 105.0, -300.0)]
    ):
        price, delta, gamma = with_dividends(
            kind, strike, DAYS, VOLATILITY, RATE, PAID, american=True
        )
        assert abs(found.value[place] / shares - price) < dividends.ERROR * 100.0
        assert abs(found.delta[place] / shares - delta) < 2e-5
        assert abs(found.gamma[place] / shares - gamma) < 2e-5
        wider = [oracle(kind, strike, volatility=VOLATILITY + step) for step in (0.01, -0.01)]
        assert abs(found.vega_per_point[place] / shares - (wider[0] - wider[1]) / 2.0) < 1e-3
        dearer = [oracle(kind, strike, rate=RATE + step) for step in (0.01, -0.01)]
        assert abs(found.rho_per_point[place] / shares - (dearer[0] - dearer[1]) / 2.0) < 1e-3
    assert (found.value < 0.0).all()
    assert (found.vega_per_point < 0.0).all()
    assert (found.theta_per_day > 0.0).all()


def test_theta_is_what_a_day_takes() -> None:
    """The price a tenth of a day later is less by a tenth of theta."""
    found = option_greeks(book())
    later = option_greeks(
        replace(
            book(),
            years=np.full(2, (DAYS - 0.1) / 365),
            dividends=(tuple((at - 0.1 / 365, amount) for at, amount in SCHEDULE),),
        )
    )
    np.testing.assert_allclose(later.value - found.value, 0.1 * found.theta_per_day, rtol=0.02)


def test_scenarios_of_spot_and_volatility_are_quantlibs() -> None:
    """Each cell of the stress grid is the change of price on another grid, times the shares."""
    short = replace(book(stock=0.0), shares=np.array([-1.0, 0.0]))
    grid = stress(short, [-0.2, 0.0, 0.1], [0.0, 0.1])
    before = oracle("put", 95.0)
    for row, move in enumerate((-0.2, 0.0, 0.1)):
        for column, more in enumerate((0.0, 0.1)):
            after = oracle("put", 95.0, 100.0 * (1.0 + move), VOLATILITY + more)
            assert abs(grid.profit[row, column] + (after - before)) < 4e-3


@settings(max_examples=10, deadline=None)
@given(st.floats(-3.0, 3.0))
def test_a_book_times_a_number_has_that_many_times_everything(times: float) -> None:
    """Greeks and changes scale and change their sign with the book."""
    one, many = greeks(book()), greeks(book(times))
    for name in Greeks.__slots__:
        np.testing.assert_allclose(getattr(many, name), times * getattr(one, name), atol=1e-9)
    scenarios = moves([-0.1, 0.2, 0.0], 0.05, [0.0, 25.0, 75.0])
    scaled = times * changes(book(), scenarios)
    np.testing.assert_allclose(changes(book(times), scenarios), scaled, atol=1e-9)


def test_two_books_together_are_their_sum() -> None:
    """A stock that pays beside one that doesn't: each is what it is alone."""
    both = portfolio(
        spot=[100.0, 50.0],
        stock=[300.0, 10.0],
        kind=["put", "call", "put"],
        strike=[95.0, 105.0, 45.0],
        years=DAYS / 365,
        volatility=VOLATILITY,
        shares=[-400.0, -300.0, -100.0],
        underlying=[0, 0, 1],
        american=True,
        rate=RATE,
        dividend_yield=[0.0, 0.02],
        dividends=[SCHEDULE, ()],
    )
    other = portfolio(
        spot=50.0,
        stock=10.0,
        kind="put",
        strike=45.0,
        years=DAYS / 365,
        volatility=VOLATILITY,
        shares=-100.0,
        american=True,
        rate=RATE,
        dividend_yield=0.02,
    )
    scenarios = moves([-0.1, 0.05], 0.02, [3.0, 30.0])
    together = changes(book(), scenarios) + changes(other, scenarios)
    np.testing.assert_allclose(changes(both, scenarios), together, atol=1e-9)
    np.testing.assert_allclose(
        greeks(both).value, [greeks(book()).value[0], greeks(other).value[0]]
    )


@pytest.mark.parametrize(
    "paid", [(), ((100 / 365, 5.0),), ((30 / 365, 0.0),), ((0.0, 5.0),)],
    ids=["none", "after expiry", "nothing", "today"],
)  # fmt: skip
def test_dividends_that_do_not_matter_change_no_bit(paid: Schedule) -> None:
    """None, one after expiry, one of 0 and one of today leave every figure as it was."""
    plain, same = option_greeks(book(paid=())), option_greeks(book(paid=paid))
    for name in Greeks.__slots__:
        assert (getattr(same, name) == getattr(plain, name)).all()


@pytest.mark.parametrize("shares", [300.0, -300.0])
def test_stock_over_its_ex_date_earns_its_whole_return(shares: float) -> None:
    """What the spot falls by is received by who is long and paid by who is short."""
    alone = portfolio(spot=100.0, stock=shares, dividends=[SCHEDULE])
    found = changes(alone, moves([-0.1, 0.0, 0.1], days=30.0))
    np.testing.assert_allclose(found, shares * np.array([-10.0, 0.0, 10.0]), atol=1e-9)


def test_an_option_after_the_ex_date_stands_at_the_lower_spot() -> None:
    """With no move and 30 days gone the put is one on 99.2 with 60 days and one dividend left."""
    put = replace(book(stock=0.0), shares=np.array([1.0, 0.0]))
    after = float(changes(put, moves(0.0, days=30.0))[0]) + option_greeks(put).value[0]
    scale = 100.0 / 99.2
    expected = with_dividends(
        "put", 95.0 * scale, 60, VOLATILITY, RATE, [(40, 0.8 * scale)], american=True
    )
    assert abs(after - expected[0] / scale) < dividends.ERROR * 100.0


@pytest.mark.parametrize("days", [1.4, 21.0, 95.0], ids=["before", "past one", "expired"])
def test_the_curve_is_the_revaluation(days: float) -> None:
    """Interpolated P&L keeps to 2e-6 of spot a share, over ex-dates and expiry too."""
    found = curve(book(), -0.4, 0.4, days)
    worst = largest_error(found, book(), np.linspace(-0.39, 0.39, 101), days)
    assert worst < 2e-6 * 100.0 * 1000.0


def test_the_parts_of_a_profit_add_up_over_an_ex_date() -> None:
    """A fall by just the dividend is no loss of the stock, and hardly one of the options."""
    before = book()
    after = replace(
        before,
        spot=before.spot - 0.8,
        years=before.years - 21 / 365,
        dividends=(((49 / 365, 0.8),),),
    )
    found = attribute(before, after, paid=0.8)
    parts = found.delta + found.gamma + found.vega + found.theta + found.rho + found.rest
    assert parts == pytest.approx(found.total, abs=1e-9)
    assert found.delta == pytest.approx(0.0, abs=1e-9)
    change = option_greeks(after).value.sum() - option_greeks(before).value.sum()
    assert found.total == pytest.approx(float(change), abs=0.05)
    with pytest.raises(OutOfRange, match=r"paid is -1\.0"):
        attribute(before, after, paid=-1.0)


def test_the_stand_in_is_the_formula_at_the_spot_less_the_dividends() -> None:
    """European options by the escrowed spot are Black and Scholes' there; American never less."""
    plain = replace(book(escrowed=True), american=np.array([False, False]))
    away = sum(amount * np.exp(-RATE * at) for at, amount in SCHEDULE)
    expected = european.price(
        ["put", "call"], 100.0 - away, [95.0, 105.0], DAYS / 365, VOLATILITY, RATE
    )
    np.testing.assert_allclose(
        option_greeks(plain).value / plain.shares, expected.price, rtol=1e-13
    )
    early, exact = option_greeks(book(escrowed=True)), option_greeks(book())
    assert (early.value <= option_greeks(plain).value).all()
    np.testing.assert_allclose(early.value / exact.value, 1.0, atol=0.04)
    scenarios = moves([-0.1, 0.0, 0.1], 0.02, [0.0, 21.0, 80.0])
    off = changes(book(escrowed=True), scenarios) - changes(book(), scenarios)
    assert (np.abs(off) < 0.15 * 700.0).all()


def test_the_stand_in_knows_of_exercise_before_an_ex_date() -> None:
    """A call deep in the money is worth what it pays before the dividend takes it away."""
    call = portfolio(
        spot=100.0,
        kind="call",
        strike=80.0,
        years=0.3,
        volatility=0.2,
        shares=1.0,
        american=True,
        rate=0.05,
        dividends=[((0.25, 6.0),)],
        escrowed=True,
    )
    exact = option_greeks(replace(call, escrowed=False))
    found = option_greeks(call)
    assert abs(float(found.value[0] - exact.value[0])) < 0.05
    assert abs(float(found.delta[0] - exact.delta[0])) < 0.02
    plain = option_greeks(replace(call, american=np.array([False])))
    assert float(plain.value[0]) < float(exact.value[0]) - 3.0


def test_two_dividends_of_one_day_are_one_of_both() -> None:
    """A regular and a special dividend add up."""
    twice = book(paid=((0.1, 0.5), (0.1, 0.3), (0.05, 0.2)))
    assert twice.dividends == (((0.05, 0.2), (0.1, 0.8)),)


def test_what_can_not_be_is_refused_by_name() -> None:
    """Negative amounts, moments long ago, a yield besides, and schedules of others."""
    with pytest.raises(OutOfRange, match=r"dividends\[0\] is -0\.5"):
        portfolio(spot=100.0, dividends=[[(0.1, -0.5)]])
    with pytest.raises(OutOfRange, match=r"dividends\[0\] is -0\.1"):
        portfolio(spot=100.0, dividends=[[(-0.1, 0.5)]])
    with pytest.raises(
        OutOfRange, match=r"dividend_yield\[0\] is 0\.02; expected 0 where .* twice"
    ):
        portfolio(spot=100.0, dividend_yield=0.02, dividends=[SCHEDULE])
    with pytest.raises(ShapeMismatch, match=r"dividends is 2 schedules; expected .* 1 underlyings"):
        portfolio(spot=100.0, dividends=[SCHEDULE, SCHEDULE])


@pytest.mark.parametrize("kind", ["call", "put"])
def test_the_implied_volatility_gives_the_price_back(kind: Kind) -> None:
    """From a start a third off it is found to 1e-5; an impossible price has none."""
    schedule = dividends.schedule_of(SCHEDULE)
    one = Contract(kind == "call", True, 100.0, DAYS / 365, 0.31, RATE, schedule)
    spot = np.array([100.0, 100.0])
    price = sheets([one])[one].price(spot)
    start = replace(one, volatility=0.42)
    found = implied([start, start], spot, price * np.array([1.0, 60.0]))
    assert abs(found[0] - 0.31) < 1e-5
    assert np.isnan(found[1])
