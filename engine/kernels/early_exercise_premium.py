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
_FLAT: Final = 1e-12


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
    bend = hit_cash * (1.0 + near / deviation) + hit * (1.0 - far / deviation)
    soon, soon_points = _soon(spot, depth, terms, rule, xp)
    curvature = (xp.sum(weight * (bend - soon_points), 0) + soon) / spot
    return Premium(value, slope, curvature)


def _soon(spot: A, depth: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]) -> tuple[A, A]:
    """Return what exercise in the next moments adds to the curvature: in all, and at the points.

    In the root s of the time until exercise, the integrand of the curvature is a peak at the
    distance from the boundary over the volatility, of the same area however close that is, and no
    fixed points see it. If the logarithm of the boundary moved evenly and nothing were discounted,
    d = a/s + m·s, and the integral of 2·exp(-d²/2)/√(2π)·d/s over s from 0 to √T would be
    2·exp(-2am)·N(m·√T - a/√T), as for the first passage of a Brownian motion through a level.
    What is left for the points to integrate is smooth.

    The points' share is per unit of time, of shape (p, batch).
    """
    away = xp.log(spot / terms.top) - depth[0]
    drift = terms.rate - terms.dividend_yield - _pace(depth, terms, rule, xp)
    half = 0.5 * terms.volatility
    until = terms.root * rule.premium_place
    scale = 1.0 / terms.volatility
    share = _INV_SQRT_2PI * scale / (until * until)
    whole, points = 0.0, 0.0
    for flow, lean in (
        (terms.rate / spot, drift * scale - half),
        (-terms.dividend_yield, drift * scale + half),
    ):
        d = away * scale / until + lean * until
        whole += flow * _passage(away * scale, lean, terms.root, xp)
        points += flow * (share * d * xp.exp(-0.5 * d * d))
    return scale * scale * whole, scale * points


def _pace(depth: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]) -> A:
    """Return the rate per year at which ln B rises now as time passes, of shape (batch,)."""
    turn: A = rule.premium_turn[0] * (depth[0] * depth[0])
    for j in range(1, len(rule.premium_turn)):
        turn += rule.premium_turn[j] * (depth[j] * depth[j])
    return turn / (4.0 * terms.years * xp.maximum(-depth[0], _FLAT))


def _passage(away: A, lean: A, root: A, xp: Namespace[A]) -> A:
    """Return 2·exp(-2·away·lean)·N(lean·root - away/root), and its like for away below 0."""
    inside = xp.less(away, 0.0)
    away = xp.abs(away)
    lean = xp.where(inside, -lean, lean)
    reach = lean * root - away / root
    back = lean * root + away / root
    tail = short_cdf(-xp.abs(reach), xp.exp(-0.5 * back * back), xp)
    found = xp.where(xp.less(reach, 0.0), tail, xp.exp(-2.0 * away * lean) - tail)
    return 2.0 * xp.where(inside, -found, found)


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
