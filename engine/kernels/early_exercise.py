"""The early exercise boundary of an American put with strike 1, by spectral collocation.

Andersen, Lake and Offengenden (2016), *High-performance American option pricing*, Journal of
Computational Finance 20: the integral equation of the boundary in its fixed-point system A (eqs.
24 to 26), collocated at Chebyshev points in √τ, solved by Jacobi-Newton sweeps over all nodes at
once (eq. 37). Everything runs over
arrays of shape (nodes, points, batch) of any library, and no loop depends on the data.
"""

from typing import Final

from engine.kernels.early_exercise_rule import Rule
from engine.kernels.early_exercise_start import Terms, first_boundary
from engine.kernels.namespace import A, Namespace
from engine.kernels.normal import short_cdf

_INV_SQRT_2PI: Final = 0.3989422804014327

# The slope is that of one node with the others held. It is 0 at the solution but for their part,
# and far from it can come close to 1, where Newton's step means nothing.
_STEEPEST: Final = 0.4


def solve_boundary(terms: Terms[A], rule: Rule[A], xp: Namespace[A]) -> A:
    """Return ln(B/X) at the nodes of `rule`, of shape (n, batch) and never above 0.

    B is the spot at or below which a put of strike 1 is exercised with so much time to expiry, X
    its limit at expiry (`Terms.top`).
    """
    boundary = first_boundary(terms, rule.node, xp)
    for _ in range(rule.size.sweeps):
        boundary = _sweep(boundary, terms, rule, xp)
    return xp.log(boundary / terms.top)


def interpolate(depth: A, between: tuple[A, ...], xp: Namespace[A]) -> A:
    """Return ln(B/X) between the nodes, where `between` are the shares of the nodes there."""
    square = depth * depth
    total = between[0] * square[0]
    for j in range(1, len(between)):
        total += between[j] * square[j]
    return -xp.sqrt(xp.maximum(total, 0.0))


def _sweep(boundary: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]) -> A:
    """Apply one Jacobi-Newton step of the fixed-point system to every node."""
    depth = xp.log(boundary / terms.top)
    root = rule.node * terms.root
    years = root * root
    carried = xp.exp(-terms.dividend_yield * years)
    cash_sum, asset_sum, cash_turn, asset_turn = _integrals(depth, root, terms, rule, xp)

    deviation = terms.volatility * root
    drift = (terms.rate - terms.dividend_yield) * years
    far = (xp.log(boundary) + drift) / deviation + 0.5 * deviation
    near = far - deviation
    gauss = xp.exp(-0.5 * far * far)
    density = carried * gauss * _INV_SQRT_2PI / deviation
    # cash · density(near) is carried · density(far) · boundary, as for every Black-Scholes price.
    top = density * boundary + cash_sum
    bottom = density + carried * short_cdf(far, gauss, xp) + asset_sum
    found = top / bottom
    # Where interest is large against volatility, plain sweeps swing apart unless the slope of the
    # integrals is taken in; elsewhere they settle faster without it.
    strain = 2.0 * terms.rate * root / terms.volatility - 1.0
    share = xp.minimum(xp.maximum(strain, 0.0), 1.0)
    top_slope = -density * near / deviation - share * cash_turn / boundary
    bottom_slope = (density * (deviation - far) / deviation + share * asset_turn) / boundary
    slope = (top_slope - found * bottom_slope) / bottom
    moved = boundary + (boundary - found) / (xp.minimum(slope, _STEEPEST) - 1.0)
    # A boundary that got to its upper end would stay there.
    lowest, highest = 0.25 * boundary, 0.3 * boundary + 0.7 * terms.top
    settled = xp.minimum(xp.maximum(moved, lowest), highest)
    # Thousands of deviations away all of it is 0, and so is what early exercise adds.
    return xp.where(xp.less(settled, 2.0), settled, boundary)


def _integrals(
    depth: A, root: A, terms: Terms[A], rule: Rule[A], xp: Namespace[A]
) -> tuple[A, A, A, A]:
    """Return the integrals of numerator and denominator and of their slopes, each (n, batch).

    Both are discounted to the present: multiplied by exp(-rate·τ) and exp(-dividend_yield·τ).
    """
    drop = depth[:, None, :] - interpolate(depth, rule.between, xp)
    deviation = terms.volatility * root
    inverse = 1.0 / deviation
    lean = ((terms.rate - terms.dividend_yield) / terms.volatility + 0.5 * terms.volatility) * root
    # d₊ = (drop + carry·(τ-u)) / (σ√(τ-u)) + σ√(τ-u)/2, with √(τ-u) = √τ · place.
    steep = drop * rule.inverse_place
    steep *= inverse[:, None, :]
    far = lean[:, None, :] * rule.place
    far += steep
    gauss = far * far
    gauss *= -0.5
    gauss = xp.exp(gauss)
    carried = xp.exp((-terms.dividend_yield * root * root)[:, None, :] * rule.square)
    hit = carried * gauss
    hit *= rule.weight
    chance = short_cdf(far, gauss, xp)
    chance *= carried
    chance *= rule.place_weight
    cash = hit * xp.exp(drop)
    # The slopes of d₊ and d₋ in ln B are 1 / (σ√(τ-u)).
    far *= rule.inverse_place
    far *= inverse[:, None, :]
    hits = xp.sum(hit, 1)
    cashes = xp.sum(cash, 1)
    scale = 2.0 * _INV_SQRT_2PI / terms.volatility * root
    by_rate = scale * terms.rate
    by_yield = scale * terms.dividend_yield
    chances = 2.0 * root * root * terms.dividend_yield * xp.sum(chance, 1)
    return (
        by_rate * cashes,
        chances + by_yield * hits,
        by_rate * (xp.sum(cash * far, 1) - cashes),
        by_yield * (hits - xp.sum(hit * far, 1)),
    )
