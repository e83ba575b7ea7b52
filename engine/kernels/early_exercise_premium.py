"""What the right of early exercise adds to a European put of strike 1, and its slopes in the spot.

The integral over the boundary is that of Kim (1990), Jacka (1991) and Carr, Jarrow and Myneni
(1992), in the root of the time until exercise, with points that crowd towards now, where the
integrand is steep if the spot is close to the boundary. The slopes differentiate the integrand at
a fixed boundary, which is exact: the boundary does not depend on the spot.
"""

from typing import Final, Generic, NamedTuple

from engine.kernels.early_exercise import interpolate
from engine.kernels.early_exercise_rule import Rule
from engine.kernels.early_exercise_start import Terms
from engine.kernels.namespace import A, Namespace
from engine.kernels.normal import short_cdf

_INV_SQRT_2PI: Final = 0.3989422804014327


class Premium(NamedTuple, Generic[A]):
    """The premium over the European put of strike 1, its slope and curvature in the spot."""

    value: A
    slope: A
    curvature: A


def premium(spot: A, depth: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]) -> A:
    """Return the premium at `spot`, of shape (batch,); `depth` is that of `solve_boundary`."""
    weight, cash, asset, _, far, near = _integrand(spot, depth, terms, rule, xp)
    gauss = xp.exp(-0.5 * far * far)
    gauss_near = xp.exp(-0.5 * near * near)
    falls = asset * short_cdf(-far, gauss, xp)
    pays = cash * short_cdf(-near, gauss_near, xp)
    return xp.sum(weight * (pays - spot * falls), 0)


def premium_and_slopes(
    spot: A, depth: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]
) -> Premium[A]:
    """Return the premium at `spot` with its slopes."""
    weight, cash, asset, deviation, far, near = _integrand(spot, depth, terms, rule, xp)
    gauss = xp.exp(-0.5 * far * far)
    gauss_near = xp.exp(-0.5 * near * near)
    falls = asset * short_cdf(-far, gauss, xp)
    pays = cash * short_cdf(-near, gauss_near, xp)
    value = xp.sum(weight * (pays - spot * falls), 0)

    hit = asset * gauss * _INV_SQRT_2PI / deviation
    hit_cash = cash * gauss_near * _INV_SQRT_2PI / (deviation * spot)
    slope = xp.sum(weight * (hit - falls - hit_cash), 0)
    bend_cash = hit_cash * (1.0 + near / deviation)
    bend_asset = hit * (1.0 - far / deviation)
    curvature = xp.sum(weight * (bend_cash + bend_asset), 0) / spot
    return Premium(value, slope, curvature)


def _integrand(
    spot: A, depth: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]
) -> tuple[A, A, A, A, A, A]:
    """Return weights, both flows per year, deviation, d₊ and d₋ at the points, each (p, batch)."""
    until_root = terms.root * rule.premium_place
    until = until_root * until_root
    deviation = terms.volatility * until_root
    away = xp.log(spot / terms.top) - interpolate(depth, rule.premium_between, xp)
    carry = terms.rate - terms.dividend_yield
    far = (away + carry * until) / deviation + 0.5 * deviation
    cash = terms.rate * xp.exp(-terms.rate * until)
    asset = terms.dividend_yield * xp.exp(-terms.dividend_yield * until)
    weight = rule.premium_weight * terms.root * until_root * 2.0
    return weight, cash, asset, deviation, far, far - deviation
