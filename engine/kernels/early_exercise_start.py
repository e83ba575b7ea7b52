"""A first early exercise boundary of an American put with strike 1.

It starts from the flat boundary of Bjerksund and Stensland (1993), *Closed-form approximation of
American options*, eqs. 5 to 12, turned from call to put by the symmetry of McDonald and Schroder
(1998), and is then moved by Newton's method to the solution of the QD+ equation of Li (2010),
*Analytical approximations for the critical stock prices of American options*, eq. 25, whose form
without a division by the time value is that of Andersen, Lake and Offengenden (2016), app. B.
"""

from dataclasses import dataclass
from typing import Final, Generic

from engine.kernels.namespace import A, Namespace
from engine.kernels.normal import short_cdf

_INV_SQRT_2PI: Final = 0.3989422804014327
_NEWTON_STEPS: Final = 3
_SLIGHT: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Terms(Generic[A]):
    """What a put of strike 1 depends on; each of shape (batch,).

    Attributes:
        years: time to expiry, above 0.
        volatility: per square root of a year, above 0.
        rate: continuously compounded, per year, above 0.
        dividend_yield: continuous, per year, 0 or more (or any, if the boundary stays single).
        root: √years.
        top: X, the boundary just before expiry: min(1, rate / dividend_yield).
    """

    years: A
    volatility: A
    rate: A
    dividend_yield: A
    root: A
    top: A


def first_boundary(terms: Terms[A], node: A, xp: Namespace[A]) -> A:
    """Return the boundary at the times `node`² · years, of shape (n, batch); node is (n, 1)."""
    root = node * terms.root
    years = root * root
    boundary = _flat_boundary(terms, root, xp)
    return _newton(terms, boundary, years, root, xp)


def _flat_boundary(terms: Terms[A], root: A, xp: Namespace[A]) -> A:
    variance = terms.volatility * terms.volatility
    carry = terms.dividend_yield - terms.rate
    lean = -carry / variance - 0.5
    load = 2.0 * terms.rate / variance
    spread = xp.sqrt(lean * lean + load)
    # The negative root of λ² + 2·lean·λ - load, without cancellation.
    power = xp.where(xp.less(0.0, lean), -lean - spread, -load / (spread + xp.abs(lean)))
    perpetual = 1.0 - 1.0 / power
    soon = 1.0 / terms.top
    # With a falling forward the authors' exponent turns round; from there on it is kept.
    early = xp.minimum(root, terms.volatility / xp.maximum(-carry, _SLIGHT))
    away = (carry * early + 2.0 * terms.volatility) * early
    slope = away * (soon / (perpetual - soon))
    return 1.0 / (perpetual - (perpetual - soon) * xp.exp(-slope))


def _newton(terms: Terms[A], boundary: A, years: A, root: A, xp: Namespace[A]) -> A:
    volatility, rate, dividend_yield = terms.volatility, terms.rate, terms.dividend_yield
    variance = volatility * volatility
    deviation = volatility * root
    cash = xp.exp(-rate * years)
    carried = xp.exp(-dividend_yield * years)
    drift = (rate - dividend_yield) * years

    interest = -rate / xp.expm1(-rate * years)
    lean = 2.0 * (rate - dividend_yield) / variance - 1.0
    spread = xp.sqrt(lean * lean + 8.0 * interest / variance)
    power = -0.5 * (lean + spread)
    power_slope = 2.0 * interest * interest / (variance * spread)
    # 2·power + lean is -spread.
    alpha = -2.0 / (variance * spread)  # over the discount factor of the strike
    beta = alpha * cash * (interest - power_slope / spread) - power

    lowest = 0.25 * boundary
    for _ in range(_NEWTON_STEPS):
        far = (xp.log(boundary) + drift) / deviation + 0.5 * deviation
        near = far - deviation
        gauss = xp.exp(-0.5 * far * far)
        gauss_near = xp.exp(-0.5 * near * near)
        density = gauss * _INV_SQRT_2PI * carried
        falls = short_cdf(-far, gauss, xp) * carried
        pays = short_cdf(-near, gauss_near, xp) * cash
        put = pays - boundary * falls
        theta = (
            rate * pays
            - dividend_yield * boundary * falls
            - 0.5 * volatility * boundary / root * density
        )
        charm = density * (0.5 * near / years - (rate - dividend_yield) / deviation)
        charm = charm - dividend_yield * falls
        kept = 1.0 - falls
        miss = kept * boundary - beta * (1.0 - boundary - put) + alpha * theta
        slope = kept * (1.0 + beta) + density / deviation + alpha * charm
        boundary = xp.minimum(xp.maximum(boundary - miss / slope, lowest), terms.top)
    return boundary
