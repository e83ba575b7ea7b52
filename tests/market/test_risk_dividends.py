"""Cash dividends in a book's figures: what is used, what is said, and what options trade at."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from engine.kernels import dividends
from engine.market.book import Book, Dividend, Option, Position, Quote, Source, Stock
from engine.market.exposure import lines, total
from engine.market.payoff import payoff
from engine.market.risk import dividends as risk_dividends
from engine.market.risk.dividends import cash_dividends
from engine.market.risk.market import priced
from engine.market.risk.risk import Question, assess

TODAY = date(2025, 1, 2)
PUT = Option("U", date(2025, 1, 31), "put", 20.0)
CALL = Option("U", date(2025, 1, 31), "call", 25.0)
FEW = Question(paths=4096)
NIGHT = 0.5 / 365


def in_days(days: int, amount: float = 0.4, symbol: str = "U") -> Dividend:
    return Dividend(symbol, TODAY + timedelta(days=days), amount)


def book(*paid: Dividend, dividend_yield: float | None = 0.0, quoted: bool = True) -> Book:
    quotes = (
        Quote(PUT, 0.80, 0.90, volatility=0.60, source=Source("quotes.csv", 1)),
        Quote(CALL, 0.50, 0.60, source=Source("quotes.csv", 2)),
    )
    return Book(
        as_of=TODAY,
        positions=(
            Position(Stock("U"), 300.0, 23.0),
            Position(PUT, -4.0, 0.9),
            Position(CALL, -3.0, 0.6),
        ),
        quotes=(*(quotes if quoted else ()), Quote(Stock("U"), 21.95, 22.05)),
        dividends=paid,
        rate=0.04,
        dividend_yield=dividend_yield,
    )


def test_options_are_worth_what_the_market_pays_for_them() -> None:
    """With a dividend to come their volatility is the one that gives the middle back."""
    found = priced(book(in_days(10)))
    worth = {line.label: line.exposure.value for line in lines(found)}
    assert worth["-4 U 2025-01-31 20 put"] == pytest.approx(-0.85 * 400, abs=0.02)
    assert worth["-3 U 2025-01-31 25 call"] == pytest.approx(-0.55 * 300, abs=0.02)
    put, call = (volatility for _, volatility in found.options)
    assert put.source == "implied by the middle 0.85 (quotes.csv:1)"
    bare = replace(book().quotes[0], volatility=None)
    plain = priced(replace(book(), quotes=(bare, *book().quotes[1:])))
    assert put.value < plain.options[0][1].value
    assert call.value > plain.options[1][1].value


def test_a_volatility_as_quoted_prices_with_the_dividend_where_there_is_no_bid() -> None:
    """The put's value is the exact kernel's, its sign the position's."""
    quotes = (Quote(PUT, volatility=0.60), Quote(Stock("U"), 21.95, 22.05))
    held = replace(book(in_days(10)), quotes=quotes, positions=(Position(PUT, -4.0, 0.9),))
    line = lines(priced(held))[0]
    exact = dividends.price("put", 22.0, 20.0, 29 / 365, 0.6, 0.04, [(10 / 365 - NIGHT, 0.4)])
    assert line.exposure.value == pytest.approx(-400 * exact.price, abs=400 * 22.0 * 2e-5)
    assert line.exposure.delta == pytest.approx(-400 * exact.delta, abs=0.05)
    assert line.exposure.delta > 0.0


@pytest.mark.parametrize(
    "paid",
    [
        (in_days(-30), in_days(0)),
        (in_days(10, symbol="OTHER"),),
        (in_days(30),),
    ],
    ids=["gone", "of another stock", "after expiry"],
)
def test_dividends_that_do_not_matter_change_nothing(paid: tuple[Dividend, ...]) -> None:
    """Ex-dates up to today, other stocks' and those after expiry leave every figure as it was."""
    same, plain = lines(priced(book(*paid))), lines(priced(book()))
    assert [one.exposure for one in same] == [one.exposure for one in plain]


def test_an_ex_date_on_the_last_day_counts() -> None:
    """The stock falls in the night before, so a put that expires on the ex-date gains by it."""
    held = replace(book(in_days(29)), quotes=(Quote(PUT, volatility=0.6), *book().quotes[2:]))
    held = replace(held, positions=(Position(PUT, 1.0),))
    with_it = lines(priced(held))[0].exposure.value
    without = lines(priced(replace(held, dividends=())))[0].exposure.value
    assert 10.0 < with_it - without < 40.0


def test_two_dividends_of_one_day_add_up() -> None:
    """A special dividend beside the regular one is one schedule entry of both."""
    found = cash_dividends(book(in_days(10, 0.3), in_days(10, 0.1), in_days(5, 0.2)))
    assert [amount for _, amount in found.of("U")] == pytest.approx([0.2, 0.4])


def test_cash_and_a_yield_are_never_both_used_and_that_is_said() -> None:
    """With cash dividends the configured yield changes nothing, and the answer says so."""
    one = priced(book(in_days(10), dividend_yield=0.05))
    other = priced(book(in_days(10), dividend_yield=0.0))
    assert [line.exposure for line in lines(one)] == [line.exposure for line in lines(other)]
    said = " | ".join(one.assumptions)
    assert "cash dividends of U as announced: 0.4 on 2025-01-12; none is assumed after" in said
    assert "yield 5.00% a year, continuous, is not used for U: the cash dividends are" in said
    assert "tested error of a price 2e-05 of spot" in one.models
    assert "dividend yield 5.00% a year" in " ".join(priced(book(dividend_yield=0.05)).assumptions)


def test_risk_counts_the_dividend_and_adds_up() -> None:
    """VaR, stress and totals are of the same prices; an ex-date within the horizon is said."""
    found = assess(book(in_days(1), in_days(12)), replace(FEW, horizon_days=2))
    assert found is not None
    assert found.total == total(found.lines)
    unmoved = found.stress.profit[list(found.stress.spot_moves).index(0.0)]
    assert unmoved[list(found.stress.volatility_moves).index(0.0)] == 0.0
    assert any("an ex-date lies within the horizon" in one for one in found.tail_assumptions)
    before = assess(book(in_days(12)), FEW)
    assert before is not None
    assert not any("within the horizon" in one for one in before.tail_assumptions)


def test_a_book_of_too_many_is_approximated_and_says_by_how_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Above the cap the stand-in prices, and its difference at the base is measured and told."""
    monkeypatch.setattr(risk_dividends, "MOST_EXACT", 1)
    found = priced(book(in_days(10)))
    assert found.portfolio.escrowed
    said = next(one for one in found.assumptions if "present value" in one)
    assert said.startswith("2 options have an ex-date before expiry, more than 1: they are priced")
    assert "on the 2 largest that is off by 0.0" in said
    assert "escrowed spot" in found.models


def test_the_payoff_of_today_knows_the_dividend() -> None:
    """The curve at the spot is the book's profit now; at expiry nothing changes."""
    held = book(in_days(10), dividend_yield=0.05)
    market = priced(held)
    volatilities = {
        one.instrument: found.value
        for one, found in market.options
        if isinstance(one.instrument, Option)
    }

    def drawn(paid: tuple[Dividend, ...]) -> tuple[float, float]:
        found = payoff(
            held.positions,
            "U",
            [21.0, 22.0, 23.0],
            as_of=TODAY,
            volatilities=volatilities,
            rate=0.04,
            dividend_yield=0.05,
            dividends=paid,
        )
        return float(found.today[1]), float(found.at_expiry[1])

    today, end = drawn(held.dividends)
    assert today == pytest.approx(total(lines(market)).profit, abs=0.5)
    assert end == drawn(())[1]
    assert abs(today - drawn(())[0]) > 1.0


def test_realised_volatilities_and_two_stocks_go_with_it() -> None:
    """The stock without dividends keeps the configured yield, the other has none."""
    other = Option("V", PUT.expiry, "put", 50.0)
    held = book(in_days(10), dividend_yield=0.03)
    both = replace(
        held,
        positions=(*held.positions, Position(other, -1.0)),
        quotes=(*held.quotes, Quote(Stock("V"), 51.9, 52.1), Quote(other, 1.0, 1.2)),
    )
    market = priced(both)
    assert market.portfolio.dividend_yield.tolist() == [0.0, 0.03]
    assert [len(one) for one in market.portfolio.dividends] == [1, 0]
    assert "dividend yield of V 3.00% a year, continuous" in market.assumptions
    assert np.isfinite([line.exposure.value for line in lines(market)]).all()
