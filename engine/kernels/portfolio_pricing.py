"""How a book's options are priced: the one place that knows which model prices which option.

European options by `engine.kernels.european`, American ones by `engine.kernels.american`. Where
the American method has no answer (under an hour to expiry, a volatility below 1 % or above 1000 %,
negative rates with two boundaries) the European price is a lower bound and is taken.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.kernels import american, european
from engine.kernels.arguments import Flags, Floats

N = TypeVar("N", bound=np.generic)

_SHORTEST_YEARS: Final = 1e-4
_LOWEST_VOLATILITY: Final = 0.01
_HIGHEST_VOLATILITY: Final = 10.0
_GREEKS: Final = (
    "price",
    "delta",
    "gamma",
    "vega_per_point",
    "theta_per_day",
    "rho_per_point",
)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Options to be priced; the fields broadcast together, units as in `european.price`."""

    is_call: Flags
    spot: Floats
    strike: Floats
    years: Floats
    volatility: Floats
    rate: Floats
    dividend_yield: Floats
    american: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """Price and Greeks of one share's worth of each option; units as in `european.Valuation`."""

    price: Floats
    delta: Floats
    gamma: Floats
    vega_per_point: Floats
    theta_per_day: Floats
    rho_per_point: Floats


def priced(terms: Terms) -> Floats:
    """Return the price of one share's worth of each option, American ones to 1e-5 of spot."""
    result = _european(terms).price
    early = _early(terms, result.shape)
    if early.any():
        chosen = _chosen(terms, early)
        found = american.price(*chosen, accuracy="fast").price
        result[early] = np.maximum(found, result[early])
    return result


def valued(terms: Terms, accuracy: american.Accuracy = "accurate") -> Valued:
    """Return price and Greeks of one share's worth of each option."""
    plain = _european(terms)
    results = [getattr(plain, name) for name in _GREEKS]
    early = _early(terms, plain.price.shape)
    if early.any():
        found = american.price_and_greeks(*_chosen(terms, early), accuracy=accuracy)
        for name, result in zip(_GREEKS, results, strict=True):
            result[early] = getattr(found, name)
    return Valued(*results)


def _european(terms: Terms) -> european.Valuation:
    return european.price(
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
        & (terms.years >= _SHORTEST_YEARS)
        & (terms.volatility >= _LOWEST_VOLATILITY)
        & (terms.volatility <= _HIGHEST_VOLATILITY)
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
