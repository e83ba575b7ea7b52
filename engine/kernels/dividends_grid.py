"""One option on a grid of log-spots, backwards in time through its cash dividends.

Crank and Nicolson's scheme with Rannacher's four implicit half-steps after every kink (Rannacher
1984; Giles and Carter 2006), so that no oscillation is left of the payoff or of a dividend; early
exercise by the operator splitting of Ikonen and Toivanen (2004), *Operator splitting methods for
American option pricing*, eqs. 12 and 13, which keeps the second order.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.arguments import Floats

_WIDTH_IN_DEVIATIONS: Final = 6.0
_SMOOTHING_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Contract:
    """One option and its market; `sign` is 1 for a call and -1 for a put.

    Attributes:
        dividends: (years from now, amount per unit), ascending, all after now and before expiry.
    """

    sign: int
    american: bool
    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float
    dividends: tuple[tuple[float, float], ...]


class Grid:
    """The values of one option at all log-spots, at a time that runs backwards from expiry."""

    def __init__(self, contract: Contract, points: int, steps: int) -> None:
        """Start at expiry; `points` log-spots, about `steps` steps in time for the whole life."""
        self._contract = contract
        self._step_years = contract.years / steps
        cash = sum(amount for _, amount in contract.dividends)
        width = _WIDTH_IN_DEVIATIONS * contract.volatility * np.sqrt(contract.years)
        drift = abs(contract.rate - contract.dividend_yield) * contract.years
        low = min(contract.spot - cash, contract.strike)
        low = max(low, 0.25 * min(contract.spot, contract.strike))
        start = np.log(low) - width - drift
        end = np.log(max(contract.spot, contract.strike + cash)) + width + drift
        gap = (end - start) / (points - 1)
        # The strike is on a point, so that the kink is seen alike at every fineness.
        shift = (np.log(contract.strike) - start) % gap
        self._gap = gap
        self._logs: Floats = start + shift - gap + gap * np.arange(points + 1)
        self._spots: Floats = np.exp(self._logs)
        self._gain: Floats = contract.sign * (self._spots - contract.strike)
        # Deep in the money the value is sign·(asset·S - cash).
        self._asset, self._cash = 1.0, contract.strike
        self._values: Floats = np.maximum(self._gain, 0.0)
        self._multiplier: Floats = np.zeros(points + 1)

    def run(self) -> None:
        """Go back from expiry to now."""
        later = self._contract.years
        for years, amount in reversed(self._contract.dividends):
            self._back(later - years)
            self._pay(amount)
            later = years
        self._back(later)

    def at_spot(self) -> tuple[float, float, float]:
        """Return price, delta and gamma at the spot, by the cubic through the nearest points."""
        spot = self._contract.spot
        around = int((np.log(spot) - self._logs[0]) / self._gap)
        near = slice(around - 1, around + 3)
        powers = np.polyfit(self._spots[near] - spot, self._values[near], 3)
        return float(powers[3]), float(powers[2]), float(2.0 * powers[1])

    def _back(self, years: float) -> None:
        """Let `years` without a dividend pass, backwards."""
        if years <= 0.0:
            return
        steps = max(int(np.ceil(years / self._step_years)), 5)
        half = 0.5 * years / steps
        operator = self._operator()
        inner = len(self._spots) - 2
        solve = np.asarray(np.linalg.inv(np.eye(inner) - half * operator[:, 1:-1]), np.float64)
        for _ in range(_SMOOTHING_STEPS):
            self._step(solve, operator, half, explicit=False)
        for _ in range(steps - _SMOOTHING_STEPS // 2):
            self._step(solve, operator, half, explicit=True)

    def _step(self, solve: Floats, operator: Floats, half: float, *, explicit: bool) -> None:
        """Take an implicit step of `half`, or with an explicit one before it, a whole step."""
        size = 2.0 * half if explicit else half
        known = self._values[1:-1] + size * self._multiplier[1:-1]
        if explicit:
            known = known + half * _apply(operator, self._values)
        self._move_edges(size)
        edges = self._values.copy()
        edges[1:-1] = 0.0
        found = solve @ (known + half * _apply(operator, edges))
        held = found - size * self._multiplier[1:-1]
        if self._contract.american:
            self._values[1:-1] = np.maximum(held, self._gain[1:-1])
            self._multiplier[1:-1] = (self._values[1:-1] - held) / size
        else:
            self._values[1:-1] = held

    def _move_edges(self, years: float) -> None:
        contract = self._contract
        self._asset *= np.exp(-contract.dividend_yield * years)
        self._cash *= np.exp(-contract.rate * years)
        edge = -1 if contract.sign > 0 else 0
        value = contract.sign * (self._asset * self._spots[edge] - self._cash)
        if contract.american and value < self._gain[edge]:
            self._asset, self._cash, value = 1.0, contract.strike, self._gain[edge]
        self._values[edge] = max(float(value), 0.0)

    def _pay(self, amount: float) -> None:
        """Go back past the ex-date: the value before is the value after at the lower spot."""
        after = np.log(np.maximum(self._spots - amount, self._spots[0]))
        self._values = _cubic(self._logs, self._values, after)
        self._cash += self._asset * amount
        self._multiplier[:] = 0.0
        if self._contract.american:
            self._values = np.maximum(self._values, self._gain)

    def _operator(self) -> Floats:
        """Return the three diagonals of Black-Scholes' operator as a matrix (inner, all)."""
        contract, gap = self._contract, self._gap
        variance = contract.volatility**2
        second = 0.5 * variance / gap**2
        first = 0.5 * (contract.rate - contract.dividend_yield - 0.5 * variance) / gap
        inner = len(self._spots) - 2
        rows = np.arange(inner)
        matrix = np.zeros((inner, inner + 2))
        matrix[rows, rows] = second - first
        matrix[rows, rows + 1] = -2.0 * second - contract.rate
        matrix[rows, rows + 2] = second + first
        return matrix


def _apply(operator: Floats, values: Floats) -> Floats:
    below, at, above = operator[0, 0], operator[0, 1], operator[0, 2]
    found: Floats = below * values[:-2] + at * values[1:-1] + above * values[2:]
    return found


def _cubic(at: Floats, values: Floats, where: Floats) -> Floats:
    """Interpolate by the cubic through the four nearest points of an even grid."""
    gap = at[1] - at[0]
    left = np.clip(np.floor((where - at[0]) / gap).astype(np.int64), 1, len(at) - 3)
    t = (where - at[left]) / gap
    before, here, after, beyond = (values[left + k] for k in (-1, 0, 1, 2))
    found: Floats = (
        -before * t * (t - 1.0) * (t - 2.0) / 6.0
        + here * (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
        - after * (t + 1.0) * t * (t - 2.0) / 2.0
        + beyond * (t + 1.0) * t * (t - 1.0) / 6.0
    )
    return found
