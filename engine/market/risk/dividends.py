"""Cash dividends to come, as the pricing of a book takes them, and what is said of it.

Where the data tell a dividend to come of a stock, its options are priced with these and without any
yield: both would count them twice. The stock falls in the night before the ex-date, so an option
that expires on the ex-date has the dividend before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.kernels.daycount import years_between
from engine.kernels.dividends import ERROR
from engine.kernels.dividends_grid import Schedule
from engine.kernels.portfolio import Portfolio, option_greeks, terms_of
from engine.kernels.portfolio_distinct import at, distinct
from engine.kernels.portfolio_dividends import touched
from engine.market.book import Book

MOST_EXACT: Final = 200
"""Options with a cash dividend before expiry that are priced exactly; with more, none is. An option
costs some 13 solutions of 6 ms in a report of risk, so that many cost some 15 s."""

_NIGHT_YEARS: Final = 0.5 / 365.0
_SAMPLE: Final = 24
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class CashDividends:
    """Dividends to come by symbol, and the yield of the stocks that the data tell none of."""

    schedules: Mapping[str, Schedule]
    dividend_yield: float

    def of(self, symbol: str) -> Schedule:
        """Return (years to the night before the ex-date, amount a share), ascending."""
        return self.schedules.get(symbol, ())

    def yield_of(self, symbol: str) -> float:
        """Return the continuous yield: 0 where cash dividends are known."""
        return 0.0 if self.of(symbol) else self.dividend_yield


def cash_dividends(book: Book) -> CashDividends:
    """Return what the book tells of dividends after its day; several of one day add up."""
    found: dict[str, dict[float, float]] = {}
    for one in sorted(book.dividends, key=lambda one: one.ex_date):
        if one.ex_date > book.as_of:
            when = years_between(book.as_of, one.ex_date) - _NIGHT_YEARS
            paid = found.setdefault(one.symbol, {})
            paid[when] = paid.get(when, 0.0) + one.amount
    schedules = {symbol: tuple(paid.items()) for symbol, paid in found.items()}
    return CashDividends(schedules, book.dividend_yield or 0.0)


def escrowed_where_many(portfolio: Portfolio) -> Portfolio:
    """Return the book with the quick stand-in for cash dividends if too many options need them."""
    return replace(portfolio, escrowed=_count(portfolio) > MOST_EXACT)


def said(book: Book, symbols: Sequence[str], portfolio: Portfolio) -> list[str]:
    """Return a sentence for everything about dividends that the values take for granted."""
    known = cash_dividends(book)
    paying = [symbol for symbol in symbols if known.of(symbol)]
    sentences = [_announced(book, symbol) for symbol in paying]
    if _touched(portfolio).any():
        sentences.append(
            "volatilities of options with an ex-date before expiry are those that bid and ask "
            "imply with these dividends; as quoted only where there are none"
        )
    others = [symbol for symbol in symbols if symbol not in paying]
    if book.dividend_yield is None:
        if others:
            whose = f" of {', '.join(others)}" if paying else ""
            sentences.append(f"dividend yield{whose} 0 %: neither data nor configuration tells one")
    elif book.dividend_yield:
        rate = f"{book.dividend_yield:.2%} a year, continuous"
        if others:
            whose = f" of {', '.join(others)}" if paying else ""
            sentences.append(f"dividend yield{whose} {rate}")
        if paying:
            instead = f"is not used for {', '.join(paying)}: the cash dividends are, never both"
            sentences.append(f"the configured dividend yield {rate}, {instead}")
    if portfolio.escrowed:
        sentences.append(_stand_in(portfolio))
    return sentences


def models(portfolio: Portfolio) -> str:
    """Return in a clause by which models the options are priced, and how well they are tested."""
    cash = _touched(portfolio)
    early = portfolio.american & ~cash
    count = [int(cash.sum()), int(early.sum()), int((~portfolio.american & ~cash).sum())]
    by_cash = (
        "with cash dividends by the escrowed spot, whose error is measured below"
        if portfolio.escrowed
        else "with cash dividends on a grid (Crank-Nicolson, the spot falls on the ex-date), "
        f"tested error of a price {ERROR:.0e} of spot"
    )
    texts = (
        by_cash,
        "American (Andersen-Lake-Offengenden), tested error 1e-6 of spot (1e-5 in scenarios), for "
        "2 days to 2 years and volatilities of 12 to 120 %",
        "European (Black-Scholes-Merton), tested error 1e-12 of spot",
    )
    parts = [f"{many} {text}" for many, text in zip(count, texts, strict=True) if many]
    return f"options: {'; '.join(parts)}; float64 on the CPU" if parts else "shares at their price"


def _announced(book: Book, symbol: str) -> str:
    coming = [one for one in book.dividends if one.symbol == symbol and one.ex_date > book.as_of]
    ordered = sorted(coming, key=lambda one: one.ex_date)
    named = ", ".join(f"{one.amount:g} on {one.ex_date}" for one in ordered[:_NAMED])
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return f"cash dividends of {symbol} as announced: {named}{more}; none is assumed after these"


def _stand_in(portfolio: Portfolio) -> str:
    """Measure the stand-in against the exact price on the largest positions that it prices."""
    places = np.flatnonzero(_touched(portfolio))
    largest = places[np.argsort(-np.abs(portfolio.shares[places]))[:_SAMPLE]]
    part = at(portfolio, largest)
    off = option_greeks(part).value - option_greeks(replace(part, escrowed=False)).value
    each = np.abs(off / np.where(part.shares == 0.0, 1.0, part.shares)).max()
    return (
        f"{len(places)} options have an ex-date before expiry, more than {MOST_EXACT}: they are "
        f"priced by the spot less the dividends' present value; on the {len(largest)} largest that "
        f"is off by {each:.4f} a share at most, {off.sum():+.2f} in all"
    )


def _count(portfolio: Portfolio) -> int:
    first, _ = distinct(portfolio)
    return int(_touched(at(portfolio, first)).sum())


def _touched(portfolio: Portfolio) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return touched(terms_of(portfolio), portfolio.shares.shape)
