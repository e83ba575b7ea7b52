"""How much dearer strikes below the stock are, measured on the chain that is quoted now."""

from dataclasses import dataclass
from math import log, sqrt
from typing import Final

import numpy as np

from engine.market.book import Book
from engine.market.chain_smile import chain_smile, expiries

_LEAST_DAYS: Final = 7
_MOST_STEPS: Final = 1.0
_LEAST_QUOTES: Final = 5
_FRESH_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class QuotedSkew:
    """The slope of volatility per unit of ln(spot/strike)/√years, and what it was measured on."""

    slope: float
    quotes: int
    expiries: int


def quoted_skew(book: Book, symbol: str) -> QuotedSkew | None:
    """Return the slope that fits the out-of-the-money quotes best, each expiry on a level its own.

    Least squares, over strikes within 1 unit of ln(spot/strike)/√years and expiries a week away or
    more. None where fewer than five quotes tell or imply a volatility, or the last close of the
    stock is older than a week and so says nothing of the chain.
    """
    prices = book.prices.get(symbol, ())
    if not prices or (book.as_of - prices[-1].day).days > _FRESH_DAYS:
        return None
    spot = prices[-1].close
    steps: list[float] = []
    level: list[float] = []
    used = 0
    for expiry in expiries(book, symbol):
        days = (expiry - book.as_of).days
        if days < _LEAST_DAYS:
            continue
        points = [
            (log(spot / strike) / sqrt(days / 365), volatility)
            for smile in chain_smile(book, symbol, expiry, spot).smiles
            for strike, volatility in zip(smile.strikes, smile.volatilities, strict=True)
            if (strike <= spot) == (smile.kind == "put")
        ]
        near = np.array([point for point in points if abs(point[0]) <= _MOST_STEPS])
        if len(near) < 2:
            continue
        used += 1
        steps += list(near[:, 0] - near[:, 0].mean())
        level += list(near[:, 1] - near[:, 1].mean())
    spread = float(np.dot(steps, steps))
    if len(steps) < _LEAST_QUOTES or spread == 0.0:
        return None
    return QuotedSkew(float(np.dot(steps, level)) / spread, len(steps), used)
