"""The risk of a book: sources named, nothing invented, and figures that are the kernels' own."""

from dataclasses import replace
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernels import european
from engine.kernels.backend import REFERENCE, SINGLE, Crossover, Door
from engine.kernels.devices import Absent, inventory
from engine.kernels.value_at_risk_historical import Historical
from engine.kernels.value_at_risk_parametric import Parametric
from engine.kernels.value_at_risk_simulated import Simulated
from engine.market.book import Book, DailyPrice, Option, Position, Quote, Source, Stock
from engine.market.exposure import label
from engine.market.risk.market import MixedCurrencies, priced
from engine.market.risk.risk import Question, assess

TODAY = date(2025, 1, 2)
PUT = Option("U", date(2025, 1, 31), "put", 20.0)
CALL = Option("U", date(2025, 1, 31), "call", 25.0)
FEW = Question(paths=4096)


def closes(symbol: str, count: int, last: float = 22.0, seed: int = 1) -> tuple[DailyPrice, ...]:
    steps = np.random.default_rng(seed).normal(0.0, 0.03, count)
    path = last * np.exp(np.cumsum(steps) - np.sum(steps))
    days = [TODAY - timedelta(days=count - 1 - place) for place in range(count)]
    return tuple(
        DailyPrice(symbol, day, float(close)) for day, close in zip(days, path, strict=True)
    )


def wheel(times: float = 1.0) -> Book:
    return Book(
        as_of=TODAY,
        positions=(
            Position(Stock("U"), 300.0 * times, 23.0),
            Position(PUT, -4.0 * times, 0.9),
            Position(CALL, -3.0 * times, 0.6),
        ),
        quotes=(
            Quote(PUT, 0.80, 0.90, volatility=0.60, source=Source("quotes.csv", 1)),
            Quote(CALL, 0.50, 0.60, source=Source("quotes.csv", 2)),
            Quote(Stock("U"), 21.95, 22.05, source=Source("quotes.csv", 3)),
        ),
        prices={"U": closes("U", 300)},
        rate=0.04,
        dividend_yield=0.0,
    )


def test_every_volatility_and_spot_names_its_source() -> None:
    """As quoted, implied by the middle, or realised: each says which, with its row."""
    book = wheel()
    known = priced(book)
    assert known.spots[0].value == 22.0
    assert known.spots[0].source == "middle of bid and ask, quotes.csv:3"
    quoted, implied = (volatility for _, volatility in known.options)
    assert (quoted.value, quoted.source) == (0.60, "implied, as quoted (quotes.csv:1)")
    assert implied.source == "implied by the middle 0.55 (quotes.csv:2)"
    again = european.price("call", 22.0, 25.0, 29 / 365, implied.value, 0.04)
    assert float(again.price) == pytest.approx(0.55, abs=1e-12)
    without = priced(replace(book, quotes=book.quotes[2:]), 60)
    assert without.options[0][1].source == "realised over 60 trading days, as it has no quote"
    assert priced(replace(book, quotes=())).spots[0].source == f"close of {TODAY}"


def test_a_price_that_no_volatility_gives_is_told_and_the_past_is_taken() -> None:
    """A middle below intrinsic value implies nothing; the note carries the reason."""
    deep = Option("U", PUT.expiry, "put", 40.0)
    book = replace(
        wheel(),
        positions=(Position(deep, -1.0),),
        quotes=(Quote(deep, 10.0, 10.2), Quote(Stock("U"), 21.95, 22.05)),
    )
    source = priced(book).options[0][1].source
    assert source.startswith("realised over 60 trading days, as its quote implies no volatility:")
    assert "arbitrage" in source


def test_what_has_no_price_or_volatility_is_left_out_with_the_reason() -> None:
    """No quote, no close, too few closes: the position is in no figure, and is listed."""
    book = replace(wheel(), quotes=wheel().quotes[2:], prices={"U": closes("U", 5)})
    book = replace(book, positions=(*book.positions, Position(Stock("XYZ"), 10.0)))
    risk = assess(book, FEW)
    assert risk is not None
    assert [line.label for line in risk.lines] == ["+300 U"]
    reasons = {label(one.position): one.reason for one in risk.left_out}
    assert reasons["+10 XYZ"] == "no quote and no close of XYZ is known"
    assert "too few closes of U" in reasons["-4 U 2025-01-31 20 put"]
    assert risk.simulated == "there are too few closes of U for a volatility"
    assert assess(replace(book, quotes=(), prices={})) is None


def test_closes_that_never_change_have_no_volatility_and_that_is_the_reason() -> None:
    """Three hundred equal closes are not too few; their past loses 0, not -0."""
    flat = tuple(replace(one, close=22.0) for one in closes("U", 300))
    book = replace(wheel(), quotes=(), positions=wheel().positions[:1], prices={"U": flat})
    risk = assess(book, FEW)
    assert risk is not None
    assert str(risk.simulated).startswith("the last 61 closes of U are all the same")
    assert not isinstance(risk.historical, str)
    past = risk.historical.tails[0]
    for loss in (past.tail.value_at_risk, past.low, past.high):
        assert str(loss) == "0.0"


def test_a_move_like_a_split_is_told_and_only_that() -> None:
    """Closes that were not adjusted make a crash of the past: the day is named."""
    jump = tuple(
        replace(one, close=one.close * (4.0 if place < 100 else 1.0))
        for place, one in enumerate(closes("U", 300))
    )
    told = f"U: 1 move of a size that an unadjusted split has: {jump[100].day} (-7"
    for past, found in ((jump, True), (closes("U", 300), False)):
        risk = assess(replace(wheel(), prices={"U": past}), FEW)
        assert risk is not None
        assert any(one.startswith(told) for one in risk.tail_assumptions) is found


@given(st.sampled_from((-1.0, 0.5, 3.0)))
def test_a_book_times_a_number_has_that_many_times_the_exposure(times: float) -> None:
    """Values, Greeks, stress and profits keep their sign and scale."""
    one, other = assess(wheel(), FEW), assess(wheel(times), FEW)
    assert one is not None
    assert other is not None
    for name in ("value", "profit", "delta", "gamma_per_pct", "vega_per_point", "theta_per_day"):
        expected = times * getattr(one.total, name)
        assert getattr(other.total, name) == pytest.approx(expected, rel=1e-9)
    assert other.stress.profit == pytest.approx(times * one.stress.profit)


def test_the_total_is_the_sum_of_the_lines_and_the_signs_are_a_wheels() -> None:
    """Short options owe, lose from volatility and earn time; stock brings delta only."""
    risk = assess(wheel(), FEW)
    assert risk is not None
    for name in ("value", "delta", "vega_per_point", "theta_per_day", "profit"):
        parts = [getattr(line.exposure, name) for line in risk.lines]
        assert getattr(risk.total, name) == pytest.approx(sum(parts))
    stock, put, call = risk.lines
    assert stock.exposure.delta == 300.0
    assert stock.exposure.profit == pytest.approx(-300.0)
    assert put.exposure.delta > 0 > call.exposure.delta
    assert put.exposure.value < 0
    assert risk.total.theta_per_day > 0 > risk.total.vega_per_point


def test_var_of_stock_alone_is_the_closed_form_and_its_own_past() -> None:
    """300 shares have z·σ·√(1/252)·value, simulated near it, and the empirical quantile."""
    book = replace(wheel(), positions=(Position(Stock("U"), 300.0),))
    risk = assess(book, Question(paths=1 << 16))
    assert risk is not None
    assert isinstance(risk.parametric, Parametric)
    assert isinstance(risk.simulated, Simulated)
    assert isinstance(risk.historical, Historical)
    path = np.array([price.close for price in book.prices["U"]])
    returns = np.log(path[1:] / path[:-1])
    daily = sqrt(float(np.mean(returns[-60:] ** 2)))
    expected = NormalDist().inv_cdf(0.95) * daily * 300 * 22.0
    assert risk.parametric.tails[0].tail.value_at_risk == pytest.approx(expected, rel=1e-6)
    assert risk.simulated.tails[0].tail.value_at_risk == pytest.approx(expected, rel=0.05)
    losses = np.sort(-(path[1:] / path[:-1] - 1) * 6600.0)[::-1]
    assert risk.historical.tails[0].tail.value_at_risk == pytest.approx(losses[14])


def test_two_stocks_take_their_correlation_from_the_days_that_both_have() -> None:
    """A stock and its twin add up; without common days VaR is refused with the reason."""
    twin = tuple(replace(price, symbol="V") for price in closes("U", 300))
    book = Book(
        TODAY,
        (Position(Stock("U"), 100.0), Position(Stock("V"), 100.0)),
        prices={"U": closes("U", 300), "V": twin},
    )
    alone = replace(book, positions=(Position(Stock("U"), 200.0),))
    both, one = assess(book, FEW), assess(alone, FEW)
    assert both is not None
    assert one is not None
    assert isinstance(both.simulated, Simulated)
    assert isinstance(one.simulated, Simulated)
    assert both.simulated.tails[0].tail.value_at_risk == pytest.approx(
        one.simulated.tails[0].tail.value_at_risk, rel=0.01
    )
    early = tuple(replace(p, day=p.day - timedelta(days=400)) for p in twin)
    apart = assess(replace(book, prices={**book.prices, "V": early}), FEW)
    assert apart is not None
    assert apart.simulated == "only 0 days have closes of all of U, V"


def test_missing_rates_are_assumptions_and_short_pasts_no_history() -> None:
    """A rate nobody told is 0 and said so; 50 closes are no basis for a 99 % quantile."""
    book = replace(wheel(), rate=None, dividend_yield=None, prices={"U": closes("U", 50)})
    risk = assess(book, FEW)
    assert risk is not None
    assert "rate 0 %: neither data nor configuration tells another" in risk.assumptions
    assert risk.historical == "the closes give 49 returns, expected 100 or more"


def test_several_currencies_are_not_added_up() -> None:
    """The error names each currency and where it stands."""
    euro = Position(Stock("SAP"), 10.0, currency="EUR", source=Source("p.csv", 2))
    book = replace(wheel(), positions=(*wheel().positions, euro))
    with pytest.raises(MixedCurrencies, match=r"2 currencies: EUR \(p\.csv:2\), USD"):
        assess(book)


def test_an_option_on_its_last_day_is_worth_its_payoff() -> None:
    """On the day of expiry nothing is left but intrinsic value, and VaR still has an answer."""
    last = Option("U", TODAY, "put", 25.0)
    book = replace(wheel(), positions=(Position(last, -1.0),))
    risk = assess(book, FEW)
    assert risk is not None
    assert risk.total.value == pytest.approx(-300.0)
    assert isinstance(risk.simulated, Simulated)
    assert risk.simulated.tails[0].tail.value_at_risk > 0


def test_labels_say_position_and_contract() -> None:
    """Sign, underlying, expiry, strike, kind; the multiplier where it is unusual."""
    assert label(Position(PUT, -4.0)) == "-4 U 2025-01-31 20 put"
    assert label(Position(replace(PUT, multiplier=10.0), 2.0)) == "+2 U 2025-01-31 20 put (x10)"


def test_an_american_put_is_valued_at_the_middle_that_its_volatility_came_from() -> None:
    """The implied volatility knows of early exercise: value and quote agree to a hundredth cent."""
    deep = Option("U", date(2025, 7, 18), "put", 26.0)
    book = replace(
        wheel(),
        positions=(Position(deep, -1.0),),
        quotes=(Quote(deep, 5.1, 5.3), Quote(Stock("U"), 21.95, 22.05)),
    )
    risk = assess(book, FEW)
    assert risk is not None
    assert risk.total.value == pytest.approx(-520.0, abs=0.02)


def test_large_european_batches_go_through_the_door_and_lose_nothing_that_matters() -> None:
    """Where MLX is said to win it prices the past's scenarios, within its bound; the door tells."""
    if isinstance(inventory().mlx, Absent):
        pytest.skip("MLX is not installed")
    strikes = np.linspace(15.0, 30.0, 40)
    european_puts = [Option("U", PUT.expiry, "put", strike, american=False) for strike in strikes]
    book = replace(
        wheel(),
        positions=tuple(Position(one, -1.0) for one in european_puts),
        quotes=(*(Quote(one, volatility=0.6) for one in european_puts), wheel().quotes[2]),
    )
    door = Door(lambda: Crossover(10_000, "stated by the test", "cpu"))
    found, exact = assess(book, FEW, door=door), assess(book, FEW)
    assert found is not None
    assert exact is not None
    assert set(door.used) == {REFERENCE, SINGLE}
    assert isinstance(found.historical, Historical)
    assert isinstance(exact.historical, Historical)
    off = np.abs(found.historical.profit - exact.historical.profit)
    assert 0.0 < off.max() < SINGLE.error * 40.0 * 4000.0
