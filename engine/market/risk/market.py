"""A book and its market as arrays: for each spot and volatility the best source there is, named.

spot          the stock's own quote (the middle, or the last trade), or else its newest close
volatility    the quote's implied one, or the one that the middle of bid and ask implies (this one
              first where a cash dividend is to come before expiry), or the realised one of the
              stock's daily closes; with none of these the position is left out, with the reason
rate          as set; 0 where not, and said
dividends     the cash dividends that the data tell to come, or else the yield as set; never both
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.daycount import years_between
from engine.kernels.portfolio import Portfolio
from engine.kernels.portfolio import portfolio as make_portfolio
from engine.market.book import Book, Instrument, Option, Position, Quote, Stock
from engine.market.reading.errors import MarketDataError
from engine.market.reading.reading import underlying
from engine.market.risk.dividends import (
    MOST_EXACT,
    cash_dividends,
    escrowed_where_many,
    models,
    said,
)
from engine.market.risk.implied import Asked, first, refined
from engine.market.volatility import realised

FEWEST_RETURNS: Final = 20


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
        models: in a clause, by which models the options are priced and their tested errors.
    """

    portfolio: Portfolio
    symbols: tuple[str, ...]
    spots: tuple[Sourced, ...]
    options: tuple[tuple[Position, Sourced], ...]
    stocks: tuple[Position, ...]
    left_out: tuple[LeftOut, ...]
    assumptions: tuple[str, ...]
    models: str


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
    volatilities = _Volatilities(book, volatility_days).of(
        {
            one.instrument: spots[one.instrument.underlying].value
            for one in book.positions
            if isinstance(one.instrument, Option) and one.instrument.underlying in spots
        }
    )
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
            volatility = volatilities[held]
            if isinstance(volatility, Sourced):
                options.append((position, volatility))
            else:
                left_out.append(LeftOut(position, volatility))
    portfolio = escrowed_where_many(_arrays(book, known, spots, options, stocks))
    return Priced(
        portfolio,
        known,
        tuple(spots.values()),
        tuple(options),
        tuple(stocks),
        tuple(left_out),
        (_rate(book), *said(book, known, portfolio)),
        models(portfolio),
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


def realised_volatility(book: Book, symbol: str, days: int) -> Sourced | str:
    """Return the volatility of the stock's last daily returns, or in a clause why there is none."""
    closes = np.array([price.close for price in book.prices.get(symbol, ())])
    window = min(days, len(closes) - 1)
    if window < FEWEST_RETURNS:
        return f"there are too few closes of {symbol} for a volatility"
    value = float(realised(closes, window)[-1])
    if value == 0.0:
        return f"the last {window + 1} closes of {symbol} are all the same: they have no volatility"
    return Sourced(value, f"realised over {window} trading days")


class _Volatilities:
    """Each option's volatility by the best source; those that cash dividends touch are solved last,
    all together."""

    def __init__(self, book: Book, days: int) -> None:
        self._book, self._days = book, days
        self._quotes = {quote.instrument: quote for quote in book.quotes}
        self._cash = cash_dividends(book)

    def of(self, options: Mapping[Option, float]) -> dict[Option, Sourced | str]:
        """Return the volatility of each option, given its stock's price, or why there is none."""
        found: dict[Option, Sourced | str] = {}
        waiting: list[tuple[Asked, float]] = []
        for option, spot_price in options.items():
            asked = self._asked(option, spot_price)
            start = asked if isinstance(asked, str) else first(asked)
            if not isinstance(asked, str) and not isinstance(start, str) and asked.pays:
                waiting.append((asked, start))
            found[option] = self._sourced(option, asked, start)
        if 0 < len(waiting) <= MOST_EXACT:
            exact = refined([one for one, _ in waiting], [start for _, start in waiting])
            for (asked, _), value in zip(waiting, exact, strict=True):
                found[asked.option] = self._sourced(asked.option, asked, value)
        return found

    def _sourced(self, option: Option, asked: Asked | str, found: float | str) -> Sourced | str:
        if not isinstance(asked, str) and not isinstance(found, str):
            source = self._quotes[option].source
            return Sourced(found, f"implied by the middle {asked.price:g} ({source})")
        quote = self._quotes.get(option)
        if quote is not None and quote.volatility:
            return Sourced(quote.volatility, f"implied, as quoted ({quote.source})")
        history = realised_volatility(self._book, option.underlying, self._days)
        if isinstance(history, str):
            return f"{found}, and {history}"
        return Sourced(history.value, f"{history.source}, as {found}")

    def _asked(self, option: Option, spot_price: float) -> Asked | str:
        """Return the price to take the volatility from, or why it isn't taken from any."""
        quote = self._quotes.get(option)
        if quote is None:
            return "it has no quote"
        price = mid(quote)
        if price is None:
            return "its quote has no bid and ask"
        book, cash = self._book, self._cash
        asked = Asked(
            option,
            price,
            spot_price,
            max(years_between(book.as_of, option.expiry), 0.0),
            book.rate or 0.0,
            cash.yield_of(option.underlying),
            cash.of(option.underlying),
        )
        # A quoted volatility belongs to the model of who quotes it. With cash dividends that is not
        # known to be this one, and the price is what the market pays.
        return "it is quoted" if quote.volatility and not asked.pays else asked


def _rate(book: Book) -> str:
    if book.rate is None:
        return "rate 0 %: neither data nor configuration tells another"
    return f"rate {book.rate:.2%} a year, continuous, from the configuration"


def _arrays(
    book: Book,
    symbols: tuple[str, ...],
    spots: Mapping[str, Sourced],
    options: list[tuple[Position, Sourced]],
    stocks: list[Position],
) -> Portfolio:
    cash = cash_dividends(book)
    place = {symbol: number for number, symbol in enumerate(symbols)}
    held = np.zeros(len(symbols))
    for position in stocks:
        held[place[underlying(position)]] += position.shares
    terms = [one.instrument for one, _ in options if isinstance(one.instrument, Option)]
    return make_portfolio(
        spot=[spots[symbol].value for symbol in symbols],
        stock=held,
        kind=[one.kind for one in terms],
        strike=[one.strike for one in terms],
        years=[years_between(book.as_of, one.expiry) for one in terms],
        volatility=[volatility.value for _, volatility in options],
        shares=[one.shares for one, _ in options],
        underlying=[place[one.underlying] for one in terms],
        american=[one.american for one in terms],
        rate=book.rate or 0.0,
        dividend_yield=[cash.yield_of(symbol) for symbol in symbols],
        dividends=[cash.of(symbol) for symbol in symbols],
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
