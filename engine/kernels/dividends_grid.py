"""Options of one expiry on a grid of log-spots, backwards in time through their cash dividends.

Crank and Nicolson's scheme with Rannacher's four implicit half-steps after every kink (Rannacher
1984; Giles and Carter 2006), so that no oscillation is left of the payoff or of a dividend; early
exercise by the operator splitting of Ikonen and Toivanen (2004), *Operator splitting methods for
American option pricing*, eqs. 12 and 13, which keeps the second order. All options of a grid are
stepped together: what they share is the moments, each has its own strike, volatility and rate.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.arguments import Flags, Floats
from engine.kernels.dividends_step import Implicit

_WIDTH_IN_DEVIATIONS: Final = 6.0
_SMOOTHING_STEPS: Final = 4

Schedule = tuple[tuple[float, float], ...]
"""(years from now to the ex-date, amount per unit), ascending."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """n options with one expiry and one schedule; arrays of shape (n,).

    Attributes:
        sign: 1 for a call and -1 for a put.
        near: a spot that the grid is to reach besides the strike.
        years: to expiry.
        dividends: all after now and before expiry.
    """

    sign: Floats
    american: Flags
    near: Floats
    strike: Floats
    volatility: Floats
    rate: Floats
    dividend_yield: Floats
    years: float
    dividends: Schedule


class Grid:
    """The values of n options at all log-spots, at a time that runs backwards from expiry."""

    def __init__(self, options: Options, points: int, steps: int) -> None:
        """Start at expiry; `points` log-spots, about `steps` steps in time for the whole life."""
        self._options = options
        self._step_years = options.years / steps
        cash = sum(amount for _, amount in options.dividends)
        width = _WIDTH_IN_DEVIATIONS * options.volatility * np.sqrt(options.years)
        drift = np.abs(options.rate - options.dividend_yield) * options.years
        lowest = np.minimum(options.near, options.strike)
        low = np.maximum(np.minimum(options.near - cash, options.strike), 0.25 * lowest)
        start = np.log(low) - width - drift
        end = np.log(np.maximum(options.near, options.strike + cash)) + width + drift
        self._gap: Floats = (end - start) / (points - 1)
        # The strike is on a point, so that the kink is seen alike at every fineness.
        shift = (np.log(options.strike) - start) % self._gap
        self._start: Floats = start + shift - self._gap
        places = np.arange(points + 1)
        self._spots: Floats = np.exp(self._start[:, None] + self._gap[:, None] * places)
        self._gain: Floats = options.sign[:, None] * (self._spots - options.strike[:, None])
        self._least: Floats = np.where(options.american[:, None], self._gain, -np.inf)
        # Deep in the money the value is sign·(asset·S - cash), and at most `top`: what a dividend
        # takes of a spot that hasn't so much is the less.
        self._asset, self._cash = np.ones_like(start), options.strike.copy()
        self._top: Floats = np.where(options.sign > 0, np.inf, options.strike)
        self._values: Floats = np.maximum(self._gain, 0.0)
        self._multiplier: Floats = np.zeros((len(start), points - 1))
        variance = options.volatility**2
        second = 0.5 * variance / self._gap**2
        first = 0.5 * (options.rate - options.dividend_yield - 0.5 * variance) / self._gap
        # Black and Scholes' operator: three diagonals, the same at every point.
        self._below, self._above = second - first, second + first
        self._at = -2.0 * second - options.rate

    def run(self) -> "Grid":
        """Go back from expiry to now."""
        later = self._options.years
        for years, amount in reversed(self._options.dividends):
            self._back(later - years)
            self._pay(amount)
            later = years
        self._back(later)
        return self

    def slope(self, place: int) -> "Slope":
        """Return the values of one of the options as they are now."""
        options = self._options
        return Slope(
            float(options.sign[place]),
            float(self._start[place]),
            float(self._gap[place]),
            self._values[place].copy(),
            float(self._asset[place]),
            float(self._cash[place]),
            float(self._top[place]),
        )

    def _back(self, years: float) -> None:
        """Let `years` without a dividend pass, backwards."""
        if years <= 0.0:
            return
        steps = max(int(np.ceil(years / self._step_years)), 5)
        half = 0.5 * years / steps
        implicit = Implicit(self._below, self._at, self._above, half, self._multiplier.shape[1])
        for _ in range(_SMOOTHING_STEPS):
            self._step(implicit, half, explicit=False)
        for _ in range(steps - _SMOOTHING_STEPS // 2):
            self._step(implicit, half, explicit=True)

    def _step(self, implicit: Implicit, half: float, *, explicit: bool) -> None:
        """Take an implicit step of `half`, or with an explicit one before it, a whole step."""
        size = 2.0 * half if explicit else half
        values, pushed = self._values, size * self._multiplier
        known = values[:, 1:-1] + pushed
        if explicit:
            known += (half * self._below)[:, None] * values[:, :-2]
            known += (half * self._at)[:, None] * values[:, 1:-1]
            known += (half * self._above)[:, None] * values[:, 2:]
        self._move_edges(size)
        known[:, 0] += half * self._below * values[:, 0]
        known[:, -1] += half * self._above * values[:, -1]
        held = implicit.solved(known) - pushed
        np.maximum(held, self._least[:, 1:-1], out=values[:, 1:-1])
        np.subtract(values[:, 1:-1], held, out=self._multiplier)
        self._multiplier /= size

    def _move_edges(self, years: float) -> None:
        options = self._options
        self._asset *= np.exp(-options.dividend_yield * years)
        self._cash *= np.exp(-options.rate * years)
        self._top *= np.exp(-options.rate * years)
        edge = np.where(options.sign > 0, -1, 0)
        rows = np.arange(len(edge))
        value = options.sign * (self._asset * self._spots[rows, edge] - self._cash)
        value = np.minimum(value, self._top)
        self._exercise(value < self._least[rows, edge])
        self._values[rows, edge] = np.maximum(np.maximum(value, self._least[rows, edge]), 0.0)

    def _exercise(self, where: Flags) -> None:
        strike = self._options.strike[where]
        self._asset[where], self._cash[where] = 1.0, strike
        self._top[where] = np.where(self._options.sign[where] > 0, np.inf, strike)

    def _pay(self, amount: float) -> None:
        """Go back past the ex-date: the value before is the value after at the lower spot."""
        after = np.maximum(self._spots - amount, np.finfo(np.float64).tiny)
        rows = zip(range(len(after)), after, strict=True)
        self._values = np.stack([self.slope(place).value(spots) for place, spots in rows])
        self._cash += self._asset * amount
        self._multiplier[:] = 0.0
        np.maximum(self._values, self._least, out=self._values)


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """One option's values on evenly spaced log-spots; beyond them the value is linear in spot."""

    sign: float
    start: float
    gap: float
    values: Floats
    asset: float
    cash: float
    top: float

    def value(self, spot: Floats) -> Floats:
        """Return the value at each spot, (k,), by the cubic through the nearest four points."""
        left, t = self._place(spot)
        before, here, after, beyond = (self.values[left + k] for k in (-1, 0, 1, 2))
        found: Floats = (
            -before * t * (t - 1.0) * (t - 2.0) / 6.0
            + here * (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
            - after * (t + 1.0) * t * (t - 2.0) / 2.0
            + beyond * (t + 1.0) * t * (t - 1.0) / 6.0
        )
        linear, _ = self._linear(spot)
        return np.where(self._outside(spot), linear, found)

    def derivatives(self, spot: Floats) -> tuple[Floats, Floats]:
        """Return delta and gamma at each spot, (k,), of the same cubic."""
        left, t = self._place(spot)
        before, here, after, beyond = (self.values[left + k] for k in (-1, 0, 1, 2))
        first = (
            before * (-3.0 * t * t + 6.0 * t - 2.0) / 6.0
            + here * (3.0 * t * t - 4.0 * t - 1.0) / 2.0
            + after * (-3.0 * t * t + 2.0 * t + 2.0) / 2.0
            + beyond * (3.0 * t * t - 1.0) / 6.0
        ) / self.gap
        second = (
            before * (1.0 - t) + here * (3.0 * t - 2.0) + after * (1.0 - 3.0 * t) + beyond * t
        ) / self.gap**2
        _, slope = self._linear(spot)
        outside = self._outside(spot)
        return (
            np.where(outside, slope, first / spot),
            np.where(outside, 0.0, (second - first) / (spot * spot)),
        )

    def _place(
        self, spot: Floats
    ) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], Floats]:
        place = (np.log(spot) - self.start) / self.gap
        left = np.clip(np.floor(place), 1, len(self.values) - 3).astype(np.int64)
        return left, np.clip(place, 0.0, len(self.values) - 1.0) - left

    def _outside(self, spot: Floats) -> Flags:
        place = (np.log(spot) - self.start) / self.gap
        return np.asarray((place < 0.0) | (place > len(self.values) - 1.0))

    def _linear(self, spot: Floats) -> tuple[Floats, Floats]:
        value = self.sign * (self.asset * spot - self.cash)
        sloping = (value > 0.0) & (value < self.top)
        return np.clip(value, 0.0, self.top), np.where(sloping, self.sign * self.asset, 0.0)
