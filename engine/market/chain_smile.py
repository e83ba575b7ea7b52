"""The implied volatilities of a quoted chain, told or taken from the middle of bid and ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from engine.kernels.daycount import years_between
from engine.kernels.implied_vol import Status, implied_volatility
from engine.market.book import Book, Option, Quote
from engine.market.payoff import Smile, smiles
from engine.market.risk_market import mid

_Row = tuple[Quote, Option]


@dataclass(frozen=True, slots=True)
class ChainSmile:
    """One expiry's smiles, and how many quotes told no volatility of their own.

    Attributes:
        smiles: by kind, ascending by strike.
        computed: quotes whose volatility is the one that their middle implies.
        unknown: quotes that tell none and imply none.
    """

    smiles: tuple[Smile, ...]
    computed: int
    unknown: int


def expiries(book: Book, symbol: str) -> tuple[date, ...]:
    """Return the expiries that are quoted on a stock and still to come, ascending."""
    days = {option.expiry for _, option in _chain(book, symbol)}
    return tuple(sorted(day for day in days if day > book.as_of))


def chain_smile(book: Book, symbol: str, expiry: date, spot: float) -> ChainSmile:
    """Return the volatilities of one expiry; what is not told is solved of the European price."""
    rows = [(quote, option) for quote, option in _chain(book, symbol) if option.expiry == expiry]
    told = [quote for quote, _ in rows if quote.volatility]
    silent = [(quote, option) for quote, option in rows if not quote.volatility]
    solved = _implied(book, spot, expiry, silent)
    return ChainSmile(smiles([*told, *solved], symbol), len(solved), len(silent) - len(solved))


def _chain(book: Book, symbol: str) -> Iterator[_Row]:
    for quote in book.quotes:
        option = quote.instrument
        if isinstance(option, Option) and option.underlying == symbol:
            yield quote, option


def _implied(book: Book, spot: float, expiry: date, rows: Sequence[_Row]) -> list[Quote]:
    """Return the quotes whose middle implies a volatility, with that volatility."""
    priced = [(quote, option, price) for quote, option in rows if (price := mid(quote)) is not None]
    if not priced:
        return []
    found = implied_volatility(
        np.array([option.kind for _, option, _ in priced]),
        np.array([price for _, _, price in priced]),
        spot,
        np.array([option.strike for _, option, _ in priced]),
        years_between(book.as_of, expiry),
        book.rate or 0.0,
        book.dividend_yield or 0.0,
    )
    return [
        replace(quote, volatility=float(value))
        for (quote, _, _), value, status in zip(priced, found.volatility, found.status, strict=True)
        if int(status) == Status.SOLVED
    ]
