"""The fixed numbers of the spectral collocation method: where, and with which weights.

Time to expiry τ runs from 0 to T. The boundary is known at the squares of Chebyshev points in √τ,
1 = x_0 > x_1 > ... > x_n = 0 in units of √T, and between them is the polynomial through
ln(B/X)², which is 0 at x_n; barycentric weights as in Berrut and Trefethen (2004), *SIAM Review*
46, eq. 5.4. Integrals over the time u before then are Gauss-Legendre sums in the angle whose sine
is √((τ - u)/τ), because the boundary is smooth in √u, the cosine, and the rest of the integrand in
the sine: 11 points do what takes 40 in √(τ - u) alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import numpy as np

from engine.kernels.arguments import Floats
from engine.kernels.namespace import A


@dataclass(frozen=True, slots=True)
class Size:
    """How much work is spent on a boundary and on the integral over it.

    Attributes:
        nodes: times at which the boundary is solved, n.
        points: quadrature points of the equation at each node.
        sweeps: times that the equation is applied to the whole boundary.
        premium_points: quadrature points of the early exercise premium.
        crowding: the power with which those crowd towards now.
    """

    nodes: int
    points: int
    sweeps: int
    premium_points: int
    crowding: float = 1.5


@dataclass(frozen=True, slots=True)
class Rule(Generic[A]):
    """The numbers of one `Size`, as arrays of one library and dtype.

    Attributes:
        node: (n, 1), √(τ_i / T), descending from 1; the last, 0, is left out.
        place: (1, l, 1), √((τ_i - u) / τ_i) of each quadrature point.
        weight: (1, l, 1), of each point in an integral over that root from 0 to 1.
        inverse_place, square, place_weight: 1 / place, place² and place · weight.
        between: n arrays (n, l, 1): the share of node j in the polynomial at √u.
        premium_place, premium_weight: (p, 1), as `place` and `weight` but clustered near 0.
        premium_between: n arrays (p, 1).
        premium_turn: n numbers: the slope of the share of node j at √(τ / T) = 1, which is now.
    """

    size: Size
    node: A
    place: A
    weight: A
    inverse_place: A
    square: A
    place_weight: A
    between: tuple[A, ...]
    premium_place: A
    premium_weight: A
    premium_between: tuple[A, ...]
    premium_turn: tuple[float, ...]


def make_rule(size: Size, convert: Callable[[Floats], A]) -> Rule[A]:
    """Return the numbers of `size`, each array passed through `convert`."""
    chebyshev = 0.5 * (1.0 + np.cos(np.pi * np.arange(size.nodes + 1) / size.nodes))
    node = chebyshev[:-1]
    place, since, weight = _quarter_circle(*_gauss_legendre(size.points))
    between = _shares(chebyshev, node[:, None] * since)
    premium_place, premium_since, premium_weight = _quarter_circle(
        *_crowded(*_gauss_legendre(size.premium_points), size.crowding)
    )
    premium_between = _shares(chebyshev, premium_since)
    return Rule(
        size=size,
        node=convert(node[:, None]),
        place=convert(place[None, :, None]),
        weight=convert(weight[None, :, None]),
        inverse_place=convert(1.0 / place[None, :, None]),
        square=convert(place[None, :, None] ** 2),
        place_weight=convert((place * weight)[None, :, None]),
        between=tuple(convert(between[:, :, j, None]) for j in range(size.nodes)),
        premium_place=convert(premium_place[:, None]),
        premium_weight=convert(premium_weight[:, None]),
        premium_between=tuple(convert(premium_between[:, j, None]) for j in range(size.nodes)),
        premium_turn=_slopes_at_one(chebyshev),
    )


def _quarter_circle(place: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return √((τ - u)/τ), √(u/τ) and weights for points on 0 to 1 of an angle.

    The boundary is smooth in √u, the rest of the integrand in √(τ - u): both are in the angle.
    """
    angle = 0.5 * np.pi * place
    return np.sin(angle), np.cos(angle), weight * 0.5 * np.pi * np.cos(angle)


def _crowded(place: Floats, weight: Floats, power: float) -> tuple[Floats, Floats]:
    """Return points and weights on 0 to 1 that crowd towards 0."""
    return place**power, weight * power * place ** (power - 1.0)


def shares(nodes: int, at: Floats) -> Floats:
    """Return each node's share in the polynomial at `at`, of shape (*at.shape, nodes)."""
    return _shares(0.5 * (1.0 + np.cos(np.pi * np.arange(nodes + 1) / nodes)), at)


def _gauss_legendre(points: int) -> tuple[Floats, Floats]:
    place, weight = np.polynomial.legendre.leggauss(points)
    return 0.5 * (1.0 + place), 0.5 * weight


def _shares(chebyshev: Floats, at: Floats) -> Floats:
    sign = (-1.0) ** np.arange(len(chebyshev))
    sign[[0, -1]] *= 0.5
    gap = at[..., None] - chebyshev
    hit = np.abs(gap) < 1e-15
    weight = np.where(hit.any(axis=-1, keepdims=True), hit, sign / np.where(hit, 1.0, gap))
    found: Floats = (weight / weight.sum(axis=-1, keepdims=True))[..., :-1]
    return found


def _slopes_at_one(chebyshev: Floats) -> tuple[float, ...]:
    """Return the slope at 1 of each node's share but the last's: Berrut and Trefethen, eq. 9.4."""
    sign = (-1.0) ** np.arange(len(chebyshev))
    sign[[0, -1]] *= 0.5
    slope = sign[1:] / sign[0] / (1.0 - chebyshev[1:])
    return (-float(slope.sum()), *slope[:-1].tolist())
