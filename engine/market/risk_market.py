"""A book and its market as arrays: for each spot and volatility the best source there is, named.

spot          the stock's own quote (the middle, or the last trade), or else its newest close
volatility    the quote's implied one, or the one that the middle of bid and ask implies, or
              the realised one of the stock's daily closes; with none of these the position is
              left out, with the reason
rate, yield   as set; 0 where not, and said
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels import american, european
from engine.kernels.daycount import years_between
from engine.kernels.errors import InvalidArgument
from engine.kernels.implied_vol import Status, implied_volatility
from engine.kernels.portfolio import Portfolio, portfolio
from engine.market.book import Book, Instrument, Option, Position, Quote, Stock
from engine.market.reading import underlying
from engine.market.reading_errors import MarketDataError
from engine.market.volatility import realised

FEWEST_RETURNS: Final = 20
_STEPS: Final = 5


class MixedCurrencies(MarketDataError):
    """Amounts of several currencies can't be added up."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number and where it came from."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A position that has no value here, and why."""

    position: Position
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """What of a book can be valued.

    Attributes:
        symbols: the underlyings, in the order of the portfolio's.
        spots: of each underlying.
        options: the option positions, in the order of the portfolio's, and each one's volatility.
        stocks: the stock positions; the portfolio has their sum by underlying.
        left_out: what can't be valued.
        assumptions: a sentence for everything that no data told.
    """

    portfolio: Portfolio
    symbols: tuple[str, ...]
    spots: tuple[Sourced, ...]
    options: tuple[tuple[Position, Sourced], ...]
    stocks: tuple[Position, ...]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...]


def priced(book: Book, volatility_days: int = 60) -> Priced:
    """Return the book as arrays.

    Args:
        volatility_days: daily returns that realised volatility is taken of.

    Raises:
        MixedCurrencies: the positions are in more than one currency.
    """
    _one_currency(book)
    quotes = {quote.instrument: quote for quote in book.quotes}
    symbols = sorted({underlying(position) for position in book.positions})
    spots = {symbol: found for symbol in symbols if (found := spot(book, quotes, symbol))}
    known = tuple(spots)
    rate, dividend_yield, assumptions = _rates(book)
    stocks: list[Position] = []
    options: list[tuple[Position, Sourced]] = []
    left_out: list[LeftOut] = []
    for position in book.positions:
        symbol, held = underlying(position), position.instrument
        if symbol not in spots:
            left_out.append(LeftOut(position, f"no quote and no close of {symbol} is known"))
        elif isinstance(held, Stock):
            stocks.append(position)
        else:
            volatility = _volatility(book, held, quotes, spots[symbol].value, volatility_days)
            if isinstance(volatility, Sourced):
                options.append((position, volatility))
            else:
                left_out.append(LeftOut(position, volatility))
    return Priced(
        _arrays(book, known, spots, options, stocks, rate, dividend_yield),
        known,
        tuple(spots.values()),
        tuple(options),
        tuple(stocks),
        tuple(left_out),
        tuple(assumptions),
    )


def spot(book: Book, quotes: Mapping[Instrument, Quote], symbol: str) -> Sourced | None:
    """Return the stock's price and where it is from; None where nothing tells."""
    quote = quotes.get(Stock(symbol))
    if quote is not None and (middle := mid(quote)) is not None:
        return Sourced(middle, f"middle of bid and ask, {quote.source}")
    if quote is not None and quote.last:
        return Sourced(quote.last, f"last trade, {quote.source}")
    if closes := book.prices.get(symbol):
        return Sourced(closes[-1].close, f"close of {closes[-1].day}")
    return None


def mid(quote: Quote) -> float | None:
    """Return the middle of bid and ask; None unless both are there and the ask is above 0."""
    if quote.bid is None or not quote.ask:
        return None
    return (quote.bid + quote.ask) / 2.0


def realised_volatility(book: Book, symbol: str, days: int) -> Sourced | None:
    """Return the volatility of the stock's last daily returns; None with fewer than 20."""
    closes = np.array([price.close for price in book.prices.get(symbol, ())])
    window = min(days, len(closes) - 1)
    if window < FEWEST_RETURNS:
        return None
    value = float(realised(closes, window)[-1])
    return Sourced(value, f"realised over {window} trading days") if value > 0.0 else None


def _volatility(
    book: Book,
    option: Option,
    quotes: Mapping[Instrument, Quote],
    spot_price: float,
    days: int,
) -> Sourced | str:
    """Return the option's volatility, or why there is none."""
    quote = quotes.get(option)
    why = "it has no quote"
    if quote is not None:
        if quote.volatility:
            return Sourced(quote.volatility, f"implied, as quoted ({quote.source})")
        found = _implied(book, option, quote, spot_price)
        if isinstance(found, Sourced):
            return found
        why = found
    history = realised_volatility(book, option.underlying, days)
    if history is None:
        return f"{why}, and there are too few closes of {option.underlying} for a volatility"
    return Sourced(history.value, f"{history.source}, as {why}")


def _implied(book: Book, option: Option, quote: Quote, spot_price: float) -> Sourced | str:
    price = mid(quote)
    if price is None:
        return "its quote has no bid and ask"
    years = max(years_between(book.as_of, option.expiry), 0.0)
    rate, dividend_yield = book.rate or 0.0, book.dividend_yield or 0.0
    found = implied_volatility(
        option.kind, price, spot_price, option.strike, years, rate, dividend_yield
    )
    status = Status(int(found.status))
    if status is not Status.SOLVED:
        return f"its quote implies no volatility: {status.reason}"
    value = float(found.volatility)
    if option.american:
        value = _american(option, price, spot_price, years, rate, dividend_yield, value)
    return Sourced(value, f"implied by the middle {price:g} ({quote.source})")


def _american(
    option: Option,
    price: float,
    spot_price: float,
    years: float,
    rate: float,
    dividend_yield: float,
    start: float,
) -> float:
    """Return the volatility at which the option with its right of early exercise costs `price`.

    The right is worth little and hardly changes with volatility, so steps by the European vega
    from the European volatility gain three digits each.
    """
    value = start
    for _ in range(_STEPS):
        terms = (option.kind, spot_price, option.strike, years, value, rate, dividend_yield)
        try:
            excess = float(american.price(*terms, accuracy="accurate").price) - price
        except InvalidArgument:  # outside of the American method: the European one stands
            return start
        slope = 100.0 * float(european.price(*terms).vega_per_point)
        step = excess / slope if slope > 0.0 else 0.0
        value = min(max(value - step, value / 2.0), value * 2.0)
    return value


def _rates(book: Book) -> tuple[float, float, list[str]]:
    assumptions = []
    if book.rate is None:
        assumptions.append("rate 0 %: neither data nor configuration tells another")
    else:
        assumptions.append(f"rate {book.rate:.2%} a year, continuous, from the configuration")
    if book.dividend_yield is None:
        assumptions.append("dividend yield 0 %: neither data nor configuration tells another")
    elif book.dividend_yield:
        assumptions.append(f"dividend yield {book.dividend_yield:.2%} a year, continuous")
    coming = [one for one in book.dividends if one.ex_date > book.as_of]
    if coming:
        assumptions.append(
            f"{len(coming)} cash dividends to come are not in these values, only the yield is"
        )
    return book.rate or 0.0, book.dividend_yield or 0.0, assumptions


def _arrays(
    book: Book,
    symbols: tuple[str, ...],
    spots: Mapping[str, Sourced],
    options: list[tuple[Position, Sourced]],
    stocks: list[Position],
    rate: float,
    dividend_yield: float,
) -> Portfolio:
    place = {symbol: number for number, symbol in enumerate(symbols)}
    held = np.zeros(len(symbols))
    for position in stocks:
        held[place[underlying(position)]] += position.shares
    terms = [one.instrument for one, _ in options if isinstance(one.instrument, Option)]
    return portfolio(
        spot=[spots[symbol].value for symbol in symbols],
        stock=held,
        kind=[one.kind for one in terms],
        strike=[one.strike for one in terms],
        years=[years_between(book.as_of, one.expiry) for one in terms],
        volatility=[volatility.value for _, volatility in options],
        shares=[one.shares for one, _ in options],
        underlying=[place[one.underlying] for one in terms],
        american=[one.american for one in terms],
        rate=rate,
        dividend_yield=dividend_yield,
    )


def _one_currency(book: Book) -> None:
    currencies = sorted({position.currency for position in book.positions})
    if len(currencies) > 1:
        first = {one.currency: one.source for one in reversed(book.positions)}
        where = ", ".join(f"{currency} ({first[currency]})" for currency in currencies)
        raise MixedCurrencies(
            f"the positions are in {len(currencies)} currencies: {where}",
            "keep each currency in a file of its own; no exchange rate is assumed",
        )
