"""Series to draw: gain of positions over the stock's price, now and at expiry, and the smile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.kernels.portfolio_pricing import priced
from engine.kernels.portfolio_terms import Terms
from engine.market.book import Book, Dividend, Option, OptionKind, Position, Quote, Stock
from engine.market.risk.dividends import cash_dividends

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Payoff:
    """Gain in currency over the stock's price; arrays of one length.

    Attributes:
        spots: currency a share.
        today, at_expiry: gain against what was paid and taken in: valued on the day asked for, and
            when the last option has expired, each option's payoff taken at the same price.
        breakevens: spots between which `at_expiry` changes its sign, interpolated.
        left_out: positions without a price paid, or without a volatility.
    """

    spots: Floats
    today: Floats
    at_expiry: Floats
    breakevens: tuple[float, ...]
    left_out: tuple[Position, ...]


def payoff(
    positions: Iterable[Position],
    symbol: str,
    spots: Sequence[float],
    *,
    as_of: date,
    volatilities: Mapping[Option, float],
    rate: float = 0.0,
    dividend_yield: float = 0.0,
    dividends: Iterable[Dividend] = (),
) -> Payoff:
    """Return the gain of the positions in one stock and its options over `spots`, ascending.

    Args:
        dividends: cash dividends; where one of the stock is to come, the yield is not used. What
            it pays until the last expiry is not in `at_expiry`.

    Raises:
        ValueError: `spots` are not prices in ascending order.
    """
    x = np.asarray(spots, dtype=np.float64)
    if (
        x.ndim != 1
        or len(x) < 2
        or not (np.isfinite(x).all() and x[0] > 0 and (np.diff(x) > 0).all())
    ):
        raise ValueError("expected two or more prices of the stock, above 0 and ascending")
    cash = cash_dividends(
        Book(as_of, (), dividends=tuple(dividends), dividend_yield=dividend_yield)
    )
    today, end = np.zeros_like(x), np.zeros_like(x)
    left_out: list[Position] = []
    for one in positions:
        held = one.instrument
        if (held.symbol if isinstance(held, Stock) else held.underlying) != symbol:
            continue
        if one.price is None or (isinstance(held, Option) and not volatilities.get(held)):
            left_out.append(one)
            continue
        if isinstance(held, Stock):
            now = at = x
        else:
            sign = 1.0 if held.kind == "call" else -1.0
            at = np.maximum(sign * (x - held.strike), 0.0)
            years = max((held.expiry - as_of).days, 0) / 365
            now = priced(
                Terms(
                    np.asarray(held.kind == "call"),
                    x[:, np.newaxis],
                    np.array([held.strike]),
                    np.array([years]),
                    np.array([volatilities[held]]),
                    np.array([rate]),
                    np.array([cash.yield_of(symbol)]),
                    np.array([held.american]),
                    (cash.of(symbol),),
                )
            )[:, 0]
        today += one.shares * (now - one.price)
        end += one.shares * (at - one.price)
    return Payoff(x, today, end, _crossings(x, end), tuple(left_out))


def grid(spot: float, width: float = 0.4, points: int = 81) -> list[float]:
    """Return prices round `spot`, `width` of it to either side."""
    return [float(price) for price in np.linspace(spot * (1 - width), spot * (1 + width), points)]


@dataclass(frozen=True, slots=True)
class Smile:
    """Implied volatility over strikes of one expiry and kind, ascending by strike."""

    expiry: date
    kind: OptionKind
    strikes: tuple[float, ...]
    volatilities: tuple[float, ...]


def smiles(quotes: Iterable[Quote], symbol: str) -> tuple[Smile, ...]:
    """Return the smiles that the quotes' own implied volatilities draw, by expiry and kind."""
    found: dict[tuple[date, OptionKind], dict[float, float]] = {}
    for quote in quotes:
        option = quote.instrument
        if isinstance(option, Option) and option.underlying == symbol and quote.volatility:
            found.setdefault((option.expiry, option.kind), {})[option.strike] = quote.volatility
    return tuple(
        Smile(expiry, kind, tuple(sorted(points)), tuple(points[k] for k in sorted(points)))
        for (expiry, kind), points in sorted(found.items())
    )


def _crossings(x: Floats, y: Floats) -> tuple[float, ...]:
    places = np.flatnonzero(np.signbit(y[:-1]) != np.signbit(y[1:]))
    return tuple(float(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i])) for i in places)
