"""How a book's options are priced: the one place that knows which model prices which option.

European options by `engine.kernels.european`, American ones by `engine.kernels.american`, those
with a cash dividend before expiry by `engine.kernels.portfolio_dividends`. Where
the American method has no answer (under an hour to expiry, a volatility below 1 % or above 1000 %,
negative rates with two boundaries) the European price is a lower bound and is taken.
"""

from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.kernels import american, european
from engine.kernels.arguments import Flags, Floats
from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.portfolio_dividends import (
    HIGHEST_VOLATILITY,
    LOWEST_VOLATILITY,
    SHORTEST_YEARS,
    ended_before,
    escrowed,
    price_touched,
    touched,
    value_touched,
)
from engine.kernels.portfolio_terms import Terms, Valued

N = TypeVar("N", bound=np.generic)

_BROADCAST: Final = ("spot", "strike", "years", "volatility", "rate", "dividend_yield", "passed")


def priced(terms: Terms, door: Door = REFERENCE_DOOR) -> Floats:
    """Return the price of one share's worth of each option, American ones to 1e-5 of spot.

    Args:
        door: through which European prices are got.
    """
    shape = _shape(terms)
    if terms.escrowed and any(terms.schedules):
        result = _at_least_exercise(terms, priced(escrowed(terms, shape), door))
        for where, ended in ended_before(terms, shape):
            result = np.where(where, np.maximum(result, priced(ended, door)), result)
        return result
    cash = touched(terms, shape)
    if cash.all():  # an empty book, too
        result = np.zeros(shape)
    else:
        result = np.broadcast_to(door.european(*_arguments(terms)), shape).copy()
    early = _early(terms, shape) & ~cash
    if early.any():
        found = american.price(*_chosen(terms, early), accuracy="fast").price
        result[early] = np.maximum(found, result[early])
    if cash.any():
        price_touched(terms, cash, result)
    return result


def valued(
    terms: Terms, accuracy: american.Accuracy = "accurate", *, slopes_only: bool = False
) -> Valued:
    """Return price and Greeks of one share's worth of each option.

    Args:
        slopes_only: vega and rho of options that may be exercised early, which are dear, are NaN.
    """
    shape = _shape(terms)
    if terms.escrowed and any(terms.schedules):
        return _valued_escrowed(terms, shape, accuracy, slopes_only=slopes_only)
    cash = touched(terms, shape)
    plain = european.price(*_arguments(terms))
    results = Valued(*(getattr(plain, name) for name in Valued.__slots__))
    early = _early(terms, shape) & ~cash
    if early.any():
        found_early = american.price_and_greeks(
            *_chosen(terms, early), accuracy=accuracy, slopes_only=slopes_only
        )
        for name in Valued.__slots__:
            getattr(results, name)[early] = getattr(found_early, name)
    if cash.any():
        value_touched(terms, cash, results, slopes_only=slopes_only)
    return results


def _valued_escrowed(
    terms: Terms, shape: tuple[int, ...], accuracy: american.Accuracy, *, slopes_only: bool
) -> Valued:
    found = valued(escrowed(terms, shape), accuracy, slopes_only=slopes_only)
    found = replace(found, price=_at_least_exercise(terms, found.price))
    for where, ended in ended_before(terms, shape):
        other = valued(ended, accuracy, slopes_only=slopes_only)
        better = where & (other.price > found.price)
        for name in Valued.__slots__:
            np.copyto(getattr(found, name), getattr(other, name), where=better)
    return found


def _shape(terms: Terms) -> tuple[int, ...]:
    return np.broadcast_shapes(
        *(getattr(terms, name).shape for name in (*_BROADCAST, "is_call", "american"))
    )


def _at_least_exercise(terms: Terms, price: Floats) -> Floats:
    gain = np.where(terms.is_call, terms.spot - terms.strike, terms.strike - terms.spot)
    return np.maximum(price, np.where(terms.american, gain, 0.0))


def _arguments(
    terms: Terms,
) -> tuple[NDArray[np.str_], Floats, Floats, Floats, Floats, Floats, Floats]:
    return (
        np.where(terms.is_call, "call", "put"),
        terms.spot,
        terms.strike,
        terms.years,
        terms.volatility,
        terms.rate,
        terms.dividend_yield,
    )


def _early(terms: Terms, shape: tuple[int, ...]) -> Flags:
    """Return where the right of early exercise is worth anything, and the method has an answer."""
    rate, dividends = terms.rate, terms.dividend_yield
    # A call is exercised early for its dividends, a put for the interest on its strike.
    pays = np.where(terms.is_call, dividends, rate) > 0.0
    found = (
        terms.american
        & pays
        & (terms.years >= SHORTEST_YEARS)
        & (terms.volatility >= LOWEST_VOLATILITY)
        & (terms.volatility <= HIGHEST_VOLATILITY)
    )
    return np.broadcast_to(found, shape)


def _chosen(
    terms: Terms, where: Flags
) -> tuple[NDArray[np.str_], Floats, Floats, Floats, Floats, Floats, Floats]:
    def of(value: NDArray[N]) -> NDArray[N]:
        return np.broadcast_to(value, where.shape)[where]

    return (
        np.where(of(terms.is_call), "call", "put"),
        of(terms.spot),
        of(terms.strike),
        of(terms.years),
        of(terms.volatility),
        of(np.asarray(terms.rate)),
        of(terms.dividend_yield),
    )
