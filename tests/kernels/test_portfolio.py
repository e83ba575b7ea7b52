"""Books as numbers: they scale, negate and add up, and their changes are those of plain pricing."""

import numpy as np
import pytest
import QuantLib  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernels import american, european
from engine.kernels.errors import OutOfRange, ShapeMismatch, UnknownKind
from engine.kernels.portfolio import (
    Greeks,
    Portfolio,
    greeks,
    only,
    option_greeks,
    portfolio,
    stock_greeks,
)
from engine.kernels.portfolio_curve import curve, largest_error
from engine.kernels.portfolio_distinct import netted
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.sampling import normal_quantile, stratified_normals

Leg = tuple[str, float, float, float, float, int]

_LEGS = st.lists(
    st.tuples(
        st.sampled_from(("call", "put")),
        st.floats(10.0, 40.0),
        st.floats(0.01, 2.0),
        st.floats(0.1, 1.2),
        st.integers(-20, 20).map(lambda contracts: 100.0 * contracts),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=6,
)
_STOCK = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=2)
_SCENARIOS = moves(
    [[-0.3, 0.1], [0.0, 0.0], [0.2, -0.1]], [0.1, 0.0, -0.05], [7, 0, 30], [0.01, 0.0, -0.005]
)


def book(legs: list[Leg], stock: list[float], times: float = 1.0) -> Portfolio:
    kinds, strikes, years, volatilities, shares, of = zip(*legs, strict=True)
    return portfolio(
        spot=[20.0, 33.0],
        stock=np.array(stock) * times,
        kind=kinds,
        strike=strikes,
        years=years,
        volatility=volatilities,
        shares=np.array(shares) * times,
        underlying=of,
        rate=0.045,
        dividend_yield=[0.0, 0.02],
    )


def amounts(found: Greeks) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.stack([getattr(found, name) for name in Greeks.__slots__])


@given(_LEGS, _STOCK, st.sampled_from((-1.0, 0.5, 3.0)))
def test_a_book_times_a_number_has_that_many_times_the_greeks_and_changes(
    legs: list[Leg], stock: list[float], times: float
) -> None:
    """Scaling and negation of every position carry through with sign."""
    one, other = book(legs, stock), book(legs, stock, times)
    assert amounts(greeks(other)) == pytest.approx(times * amounts(greeks(one)), abs=1e-6)
    assert changes(other, _SCENARIOS) == pytest.approx(times * changes(one, _SCENARIOS), abs=1e-6)


@given(_LEGS, _LEGS, _STOCK)
def test_two_books_together_are_their_sum(
    legs: list[Leg], more: list[Leg], stock: list[float]
) -> None:
    """Greeks and scenario changes of a joint book are the sums of its parts'."""
    parts = book(legs, stock), book(more, [0.0, 0.0])
    whole = book(legs + more, stock)
    assert amounts(greeks(whole)) == pytest.approx(
        sum(amounts(greeks(part)) for part in parts), abs=1e-6
    )
    assert changes(whole, _SCENARIOS) == pytest.approx(
        sum(changes(part, _SCENARIOS) for part in parts), abs=1e-6
    )


@given(_LEGS, _STOCK)
def test_the_book_by_underlying_is_what_each_underlying_is_by_itself(
    legs: list[Leg], stock: list[float]
) -> None:
    """`only` cuts a book into parts whose Greeks are the rows of the whole."""
    whole = book(legs, stock)
    rows = amounts(greeks(whole))
    for place in (0, 1):
        assert amounts(greeks(only(whole, place)))[:, 0] == pytest.approx(rows[:, place], abs=1e-6)


@given(_LEGS, _STOCK)
def test_a_scenario_changes_value_by_what_plain_pricing_says(
    legs: list[Leg], stock: list[float]
) -> None:
    """The change of one scenario is the difference of two valuations, done leg by leg."""
    expected = 0.3 * sum(s * p for s, p in zip(stock, (20.0, 33.0), strict=True))
    for kind, strike, years, volatility, shares, of in legs:
        spot, dividends = (20.0, 33.0)[of], (0.0, 0.02)[of]
        before = european.price(kind, spot, strike, years, volatility, 0.045, dividends).price
        after = european.price(
            kind,
            spot * 1.3,
            strike,
            max(years - 10 / 365, 0.0),
            volatility + 0.05,
            0.055,
            dividends,
        ).price
        expected += shares * float(after - before)
    found = changes(book(legs, stock), moves(0.3, 0.05, 10, 0.01))
    assert found[0] == pytest.approx(expected, abs=1e-7)


def test_a_short_put_owes_money_and_gains_from_time_and_calm() -> None:
    """Every sign of a short position is that of a short position."""
    short = portfolio(
        spot=20.0, kind=["put"], strike=18.0, years=30 / 365, volatility=0.6, shares=[-500.0]
    )
    found = option_greeks(short)
    assert found.value[0] < 0 < found.delta[0]
    assert found.gamma[0] < 0 < found.theta_per_day[0]
    assert found.vega_per_point[0] < 0 < found.rho_per_point[0]


def test_greeks_of_a_position_are_quantlibs_times_its_shares() -> None:
    """QuantLib's calculator agrees on value, delta, gamma, vega, theta and rho of a short call."""
    years, rate, dividends, volatility = 0.25, 0.04, 0.01, 0.5
    payoff = QuantLib.PlainVanillaPayoff(QuantLib.Option.Call, 22.0)
    forward = 20.0 * np.exp((rate - dividends) * years)
    oracle = QuantLib.BlackCalculator(
        payoff, forward, volatility * np.sqrt(years), float(np.exp(-rate * years))
    )
    short = portfolio(
        spot=20.0,
        kind=["call"],
        strike=22.0,
        years=years,
        volatility=volatility,
        shares=[-300.0],
        rate=rate,
        dividend_yield=dividends,
    )
    found = option_greeks(short)
    for value, expected in (
        (found.value, oracle.value()),
        (found.delta, oracle.delta(20.0)),
        (found.gamma, oracle.gamma(20.0)),
        (found.vega_per_point, oracle.vega(years) / 100),
        (found.theta_per_day, oracle.thetaPerDay(20.0, years)),
        (found.rho_per_point, oracle.rho(years) / 100),
    ):
        assert value[0] == pytest.approx(-300.0 * expected, rel=1e-10)


def test_stock_has_delta_and_nothing_else() -> None:
    """Shares are their own delta; a short holding is worth less than nothing."""
    found = stock_greeks(portfolio(spot=[20.0, 5.0], stock=[-100.0, 300.0]))
    assert found.value.tolist() == [-2000.0, 1500.0]
    assert found.delta.tolist() == [-100.0, 300.0]
    assert not found.gamma.any()
    assert not found.vega_per_point.any()


def test_volatility_is_never_moved_below_its_floor() -> None:
    """A fall of volatility by more than there is leaves the option its intrinsic value."""
    held = portfolio(spot=20.0, kind=["put"], strike=25.0, years=0.1, volatility=0.3, shares=[100])
    assert changes(held, moves(0.0, -0.5))[0] == pytest.approx(500.0 - option_greeks(held).value[0])


@given(_LEGS, st.floats(0.3, 20.0))
def test_the_curve_is_the_revaluation_within_two_hundredths_of_a_cent_a_share(
    legs: list[Leg], days: float
) -> None:
    """Between its nodes the curve of P&L stays with plain revaluation, kinks included."""
    mine = only(book([(*leg[:5], 0) for leg in legs], [100.0, 0.0]), 0)
    found = curve(mine, -0.4, 0.4, days)
    sample = np.linspace(-0.4, 0.4, 777)
    gross = float(np.abs(mine.shares).sum()) + 1.0
    assert largest_error(found, mine, sample, days) <= 2e-4 * gross


def test_the_normal_quantile_is_the_inverse_of_the_law() -> None:
    """Python's own normal law agrees over fifteen decades of probability."""
    from statistics import NormalDist

    chances = np.concatenate([np.logspace(-15, -0.31, 200), 1 - np.logspace(-12, -0.31, 200)])
    expected = [NormalDist().inv_cdf(float(chance)) for chance in chances]
    assert normal_quantile(chances) == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_stratified_normals_have_one_draw_in_each_slice() -> None:
    """Of n draws of each factor exactly one lies in each nth of probability."""
    from statistics import NormalDist

    draws = stratified_normals(1000, 3, np.random.default_rng(7))
    for factor in range(3):
        slices = [int(NormalDist().cdf(float(x)) * 1000) for x in np.sort(draws[:, factor])]
        assert slices == list(range(1000))
    assert abs(np.corrcoef(draws[:, 1], draws[:, 2])[0, 1]) < 0.1


def test_what_no_book_can_be_is_refused_by_name() -> None:
    """Wrong spots, kinds, places and shapes are named with what was found."""
    with pytest.raises(OutOfRange, match=r"spot is -1.0"):
        portfolio(spot=-1.0)
    with pytest.raises(UnknownKind, match="kind"):
        portfolio(spot=1.0, kind=["straddle"], strike=1, years=1, volatility=1, shares=[1])
    with pytest.raises(OutOfRange, match="underlying"):
        portfolio(
            spot=1.0, kind=["put"], strike=1, years=1, volatility=1, shares=[1], underlying=[1]
        )
    with pytest.raises(ShapeMismatch, match="stock"):
        portfolio(spot=[1.0, 2.0], stock=[1.0, 2.0, 3.0])
    with pytest.raises(OutOfRange, match=r"shares\[0\] is nan"):
        portfolio(spot=1.0, kind=["put"], strike=1, years=1, volatility=1, shares=[float("nan")])
    with pytest.raises(OutOfRange, match="spot move"):
        moves(-1.0)


def test_american_options_are_priced_as_such_and_never_below_european() -> None:
    """A put that may be exercised early is the American kernel's, its Greeks too."""
    terms = {"strike": [24.0], "years": 0.5, "volatility": 0.4, "shares": [-100.0], "rate": 0.05}
    early = portfolio(spot=20.0, kind=["put"], american=True, **terms)  # type: ignore[arg-type]
    late = portfolio(spot=20.0, kind=["put"], **terms)  # type: ignore[arg-type]
    truth = american.price_and_greeks("put", 20.0, 24.0, 0.5, 0.4, 0.05)
    found = option_greeks(early)
    assert found.value[0] == pytest.approx(-100.0 * float(truth.price))
    assert found.delta[0] == pytest.approx(-100.0 * float(truth.delta))
    assert found.value[0] < option_greeks(late).value[0]
    fall = changes(early, moves(-0.1))[0]
    down = american.price_and_greeks("put", 18.0, 24.0, 0.5, 0.4, 0.05)
    assert fall == pytest.approx(-100.0 * float(down.price - truth.price), abs=0.02)


def test_where_the_american_method_has_no_answer_the_european_price_stands() -> None:
    """On the last hour, at extreme volatility and at negative rates a book still has a value."""
    book = portfolio(
        spot=20.0,
        kind=["put"] * 4,
        strike=22.0,
        years=[0.0, 1e-5, 0.5, 0.5],
        volatility=[0.5, 0.5, 20.0, 0.001],
        shares=100.0,
        american=True,
        rate=0.05,
    )
    values = option_greeks(book).value
    assert values[0] == 200.0
    assert np.isfinite(values).all()
    assert np.isfinite(changes(book, moves([-0.2, 0.2], days=2))).all()


@settings(max_examples=20)
@given(st.floats(0.5, 20.0))
def test_the_curve_of_american_options_stays_with_their_revaluation(days: float) -> None:
    """Its error is under a hundred-thousandth of spot a share, the model's own."""
    wheel = portfolio(
        spot=20.0,
        stock=300.0,
        kind=["put", "put", "call"],
        strike=[18.0, 24.0, 22.0],
        years=[0.1, 0.2, 0.1],
        volatility=0.6,
        shares=[-400.0, -100.0, -300.0],
        american=True,
        rate=0.05,
        dividend_yield=0.02,
    )
    found = curve(wheel, -0.4, 0.4, days)
    assert largest_error(found, wheel, np.linspace(-0.4, 0.4, 301), days) <= 800 * 20.0 * 2e-5


@settings(max_examples=25, deadline=None)
@given(legs=_LEGS, stock=_STOCK, times=st.integers(2, 4))
def test_many_lots_of_a_contract_are_one(legs: list[Leg], stock: list[float], times: int) -> None:
    """Lots change nothing but the rows: Greeks are told of each, scenarios of their sum."""
    lots = book(legs * times, stock)
    one = book(legs, stock)
    each = amounts(option_greeks(one))
    np.testing.assert_array_equal(amounts(option_greeks(lots)), np.tile(each, times))
    net = netted(lots)
    assert net.shares.size <= len(set(legs))
    assert net.shares.all()
    every = book([(*leg[:4], leg[4] * times, leg[5]) for leg in legs], stock)
    np.testing.assert_allclose(
        changes(lots, _SCENARIOS), changes(every, _SCENARIOS), rtol=1e-9, atol=1e-6
    )
