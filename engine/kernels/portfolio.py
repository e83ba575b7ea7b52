"""A book as arrays: what it is worth and its Greeks, with their signs kept.

A short position is a negative number of shares, from the door to the total: nothing here takes an
absolute value, so books scale, negate and add up as numbers do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.kernels.arguments import (
    PRICE,
    RATE,
    VOLATILITY,
    YEARS,
    Flags,
    Floats,
    Kinds,
    Range,
    calls,
    common_shape,
    numbers,
)
from engine.kernels.dividends import schedule_of
from engine.kernels.dividends_grid import Schedule
from engine.kernels.errors import OutOfRange, ShapeMismatch
from engine.kernels.portfolio_distinct import at, distinct
from engine.kernels.portfolio_pricing import valued
from engine.kernels.portfolio_terms import Terms

Places = NDArray[np.intp]

SHARES: Final = Range(-1e15, 1e15, "a number of shares, -1e+15 to 1e+15")


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """m underlyings, the shares held of each, and n options on them; made by `portfolio`.

    Attributes:
        spot: price of a share, (m,).
        stock: shares held, negative where short, (m,).
        dividend_yield: continuous, per year, (m,).
        rate: continuous, per year.
        is_call, strike, years, volatility, american: each option's terms, (n,).
        shares: contracts times multiplier, negative where short, (n,).
        underlying: which of the m underlyings, (n,).
        dividends: cash that each underlying pays, (years from now to the ex-date, amount a share)
            ascending, m of them; where there is any, its `dividend_yield` is 0.
        escrowed: options with a cash dividend before expiry are priced by the escrowed spot, not
            exactly; see `engine.kernels.portfolio_dividends`.
    """

    spot: Floats
    stock: Floats
    dividend_yield: Floats
    rate: float
    is_call: Flags
    strike: Floats
    years: Floats
    volatility: Floats
    shares: Floats
    underlying: Places
    american: Flags
    dividends: tuple[Schedule, ...]
    escrowed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Greeks:
    """Amounts of the positions as held, each with its sign; all fields have one shape.

    Attributes:
        value: in currency; negative for what is owed.
        delta: in shares of the underlying.
        delta_amount: delta times spot, in currency.
        gamma: change of delta, in shares, per 1.00 of spot.
        gamma_per_pct: change of delta_amount, in currency, for a move of 1 %: gamma·spot²/100.
        vega_per_point: currency per volatility point (volatility + 0.01).
        theta_per_day: currency per calendar day that passes.
        rho_per_point: currency per percentage point of the rate.
    """

    value: Floats
    delta: Floats
    delta_amount: Floats
    gamma: Floats
    gamma_per_pct: Floats
    vega_per_point: Floats
    theta_per_day: Floats
    rho_per_point: Floats


def portfolio(
    *,
    spot: ArrayLike,
    stock: ArrayLike = 0.0,
    kind: Kinds = (),
    strike: ArrayLike = (),
    years: ArrayLike = (),
    volatility: ArrayLike = (),
    shares: ArrayLike = (),
    underlying: ArrayLike = 0,
    american: ArrayLike = False,
    rate: float = 0.0,
    dividend_yield: ArrayLike = 0.0,
    dividends: Sequence[Sequence[tuple[float, float]]] = (),
    escrowed: bool = False,
) -> Portfolio:
    """Check a book's arrays and put them together; see `Portfolio` for shapes and units.

    Raises:
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`.
    """
    spots = np.atleast_1d(numbers("spot", spot, PRICE))
    of_underlyings = {
        "spot": spots,
        "stock": numbers("stock", stock, SHARES),
        "dividend_yield": numbers("dividend_yield", dividend_yield, RATE),
    }
    _no_wider(of_underlyings, spots.shape)
    is_call = np.atleast_1d(calls("kind", kind))
    of_options = {
        "shares": np.atleast_1d(numbers("shares", shares, SHARES)),
        "strike": numbers("strike", strike, PRICE),
        "years": numbers("years", years, YEARS),
        "volatility": numbers("volatility", volatility, VOLATILITY),
    }
    places = np.asarray(underlying, dtype=np.intp)
    flags = np.asarray(american, dtype=np.bool_)
    shape = common_shape({"kind": is_call, **of_options, "underlying": places, "american": flags})
    if places.size and not ((places >= 0) & (places < spots.size)).all():
        raise OutOfRange("underlying", str(places.tolist()), f"places from 0 to {spots.size - 1}")

    yields = np.broadcast_to(of_underlyings["dividend_yield"], spots.shape).copy()

    def wide(name: str) -> Floats:
        return np.broadcast_to(of_options[name], shape).astype(np.float64)

    return Portfolio(
        spot=spots,
        stock=np.broadcast_to(of_underlyings["stock"], spots.shape).astype(np.float64),
        dividend_yield=yields,
        rate=float(numbers("rate", rate, RATE)),
        is_call=np.broadcast_to(is_call, shape).copy(),
        strike=wide("strike"),
        years=wide("years"),
        volatility=wide("volatility"),
        shares=wide("shares"),
        underlying=np.broadcast_to(places, shape).copy(),
        american=np.broadcast_to(flags, shape).copy(),
        dividends=_schedules(dividends, yields),
        escrowed=escrowed,
    )


def option_greeks(book: Portfolio) -> Greeks:
    """Return the Greeks of each option position as held, (n,)."""
    first, which = distinct(book)
    found = valued(terms_of(at(book, first)))
    spot, shares = book.spot[book.underlying], book.shares
    delta, gamma = shares * found.delta[which], shares * found.gamma[which]
    return Greeks(
        value=shares * found.price[which],
        delta=delta,
        delta_amount=delta * spot,
        gamma=gamma,
        gamma_per_pct=gamma * spot * spot * 0.01,
        vega_per_point=shares * found.vega_per_point[which],
        theta_per_day=shares * found.theta_per_day[which],
        rho_per_point=shares * found.rho_per_point[which],
    )


def stock_greeks(book: Portfolio) -> Greeks:
    """Return the Greeks of the shares held of each underlying, (m,)."""
    value, nothing = book.stock * book.spot, np.zeros_like(book.spot)
    return Greeks(value, book.stock.copy(), value, nothing, nothing, nothing, nothing, nothing)


def greeks(book: Portfolio) -> Greeks:
    """Return the Greeks of everything held, by underlying, (m,)."""
    stock, options = stock_greeks(book), option_greeks(book)

    def summed(name: str) -> Floats:
        total: Floats = getattr(stock, name).copy()
        np.add.at(total, book.underlying, getattr(options, name))
        return total

    return Greeks(*(summed(name) for name in Greeks.__slots__))


def only(book: Portfolio, underlying: int) -> Portfolio:
    """Return the part of the book that is about one underlying."""
    mine = book.underlying == underlying
    here = slice(underlying, underlying + 1)
    return Portfolio(
        spot=book.spot[here],
        stock=book.stock[here],
        dividend_yield=book.dividend_yield[here],
        rate=book.rate,
        is_call=book.is_call[mine],
        strike=book.strike[mine],
        years=book.years[mine],
        volatility=book.volatility[mine],
        shares=book.shares[mine],
        underlying=np.zeros(int(mine.sum()), dtype=np.intp),
        american=book.american[mine],
        dividends=book.dividends[here],
        escrowed=book.escrowed,
    )


def terms_of(book: Portfolio) -> Terms:
    """Return the options of the book as they are to be priced today."""
    return Terms(
        book.is_call,
        book.spot[book.underlying],
        book.strike,
        book.years,
        book.volatility,
        np.asarray(book.rate),
        book.dividend_yield[book.underlying],
        book.american,
        schedules(book),
        escrowed=book.escrowed,
    )


def schedules(book: Portfolio) -> tuple[Schedule, ...]:
    """Return each option's cash dividends, those of its underlying, n of them."""
    return tuple(book.dividends[place] for place in book.underlying.tolist())


def _schedules(
    dividends: Sequence[Sequence[tuple[float, float]]], yields: Floats
) -> tuple[Schedule, ...]:
    """Check cash dividends, a schedule for each underlying or none at all."""
    if not dividends:
        return ((),) * yields.size
    if len(dividends) != yields.size:
        expected = f"one schedule for each of {yields.size} underlyings"
        raise ShapeMismatch("dividends", f"{len(dividends)} schedules", expected)
    found = tuple(schedule_of(one) for one in dividends)
    for place, one in enumerate(found):
        if one and yields[place] != 0.0:
            expected = "0 where an underlying pays cash dividends: they would count twice"
            raise OutOfRange("dividend_yield", repr(float(yields[place])), expected, (place,))
    return found


def _no_wider(arrays: dict[str, Floats], shape: tuple[int, ...]) -> None:
    for name, array in arrays.items():
        if array.shape not in ((), (1,), shape) or len(shape) != 1:
            raise ShapeMismatch(name, f"of shape {array.shape}", f"one for each of {shape} spots")
