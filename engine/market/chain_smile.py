"""The implied volatilities of a quoted chain, told or taken from the middle of bid and ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.market.book import Book, Option
from engine.market.chain_volatility import Row, volatilities
from engine.market.payoff import Smile, smiles
from engine.market.risk.dividends import cash_dividends
from engine.market.scene import Scene

_EACH_SIDE = 2  # of spot: one quote may tell nothing


@dataclass(frozen=True, slots=True)
class ChainSmile:
    """One expiry's smiles, and how many quotes' volatilities are not as quoted.

    Attributes:
        smiles: by kind, ascending by strike.
        computed: quotes whose volatility is the one that their middle implies.
        unknown: quotes that tell none and imply none.
        paying: quotes with a cash dividend to come before expiry.
    """

    smiles: tuple[Smile, ...]
    computed: int
    unknown: int
    paying: int = 0


def expiries(book: Book, symbol: str) -> tuple[date, ...]:
    """Return the expiries that are quoted on a stock and still to come, ascending."""
    days = {option.expiry for _, option in _chain(book, symbol)}
    return tuple(sorted(day for day in days if day > book.as_of))


def chain_smile(
    book: Book, symbol: str, expiry: date, spot: float, *, near: bool = False
) -> ChainSmile:
    """Return the volatilities of one expiry; see `chain_volatility` for those that aren't told.

    Args:
        near: only the strikes nearest to spot, which is quicker with cash dividends to come.
    """
    rows = [(quote, option) for quote, option in _chain(book, symbol) if option.expiry == expiry]
    if near:
        rows = _nearest(rows, spot)
    cash = cash_dividends(book)
    scene = Scene(
        symbol, book.as_of, spot, book.rate or 0.0, cash.yield_of(symbol), dividends=cash.of(symbol)
    )
    found = volatilities(scene, rows)
    known = [
        replace(quote, volatility=value)
        for (quote, _), value in zip(rows, found, strict=True)
        if not isinstance(value, str)
    ]
    computed = sum(
        not isinstance(value, str) and value != quote.volatility
        for (quote, _), value in zip(rows, found, strict=True)
    )
    paying = sum(bool(scene.coming(option)) for _, option in rows)
    return ChainSmile(smiles(known, symbol), computed, len(rows) - len(known), paying)


def _nearest(rows: Sequence[Row], spot: float) -> list[Row]:
    strikes = {option.strike for _, option in rows}
    below = sorted(strike for strike in strikes if strike <= spot)[-_EACH_SIDE:]
    above = sorted(strike for strike in strikes if strike > spot)[:_EACH_SIDE]
    return [row for row in rows if row[1].strike in {*below, *above}]


def _chain(book: Book, symbol: str) -> Iterator[Row]:
    for quote in book.quotes:
        option = quote.instrument
        if isinstance(option, Option) and option.underlying == symbol:
            yield quote, option
