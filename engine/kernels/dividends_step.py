"""One implicit step of many options at once: a tridiagonal system with constant diagonals.

Such a matrix is a product of two one-sided recursions, x[i] = d[i] + p·x[i-1], except at its first
element, which the formula of Sherman and Morrison (1950) puts right. A recursion is a sum of powers
of p, and that is done by doubling: a dozen array operations, whatever the number of points.
"""

from typing import Final

import numpy as np

from engine.kernels.arguments import Floats

_NEGLIGIBLE: Final = 1e-11


class Implicit:
    """Solves (1 - half·L)·x = d for n operators L, each of three constant diagonals."""

    def __init__(self, below: Floats, at: Floats, above: Floats, half: float, points: int) -> None:
        """Factor the matrices; `below`, `at` and `above` are L's diagonals, (n,)."""
        lower, middle, upper = half * below, 1.0 - half * at, half * above
        scale = 0.5 * (middle + np.sqrt(middle * middle - 4.0 * lower * upper))
        self._scale = 1.0 / scale[:, None]
        self._down, self._up = _powers(lower / scale, points), _powers(upper / scale, points)
        self._spare: Floats = np.empty((len(scale), points))
        first = np.zeros((len(scale), points))
        first[:, 0] = 1.0
        reply = self._recursed(first)
        missing = lower * upper / scale
        self._reply = reply * (missing / (1.0 + missing * reply[:, 0]))[:, None]

    def solved(self, known: Floats) -> Floats:
        """Return x for the right-hand sides, (n, points), which are used up."""
        found = self._recursed(known)
        found -= self._reply * found[:, :1]
        return found

    def _recursed(self, known: Floats) -> Floats:
        known *= self._scale
        for shift, power in self._down:
            part = np.multiply(known[:, :-shift], power, out=self._spare[:, shift:])
            known[:, shift:] += part
        for shift, power in self._up:
            part = np.multiply(known[:, shift:], power, out=self._spare[:, shift:])
            known[:, :-shift] += part
        return known


def _powers(factor: Floats, points: int) -> list[tuple[int, Floats]]:
    """Return (shift, factor**shift) for shifts 1, 2, 4 ... while they matter."""
    found, shift, power = [], 1, factor[:, None].copy()
    while shift < points and np.abs(power).max() > _NEGLIGIBLE:
        found.append((shift, power))
        shift, power = 2 * shift, power * power
    return found
