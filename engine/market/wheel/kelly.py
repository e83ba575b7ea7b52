"""The share of the capital that a short put deserves, by Kelly's rule.

The full Kelly bet maximises the expected logarithm of wealth (Kelly 1956; Thorp 2006, *The Kelly
Criterion in Blackjack, Sports Betting and the Stock Market*). One bet is the cash that secures the
put: it earns the premium and loses what the stock ends below the strike. The stock is lognormal
with the drift and volatility that the trader believes; where these are the option's own, there is
no edge and the bet is 0.
"""

from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from engine.market.candidates import Candidate
from engine.market.parameters import Parameters
from engine.market.scene import Scene

_POINTS: Final = 2000
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Motion:
    """How one believes that the stock moves until expiry; all but spot and years per year.

    Its log moves by (drift - dividend_yield - volatility²/2)·years, give or take.
    """

    spot: float
    years: float
    volatility: float
    drift: float
    dividend_yield: float = 0.0

    @property
    def mean(self) -> float:
        """Expected log return."""
        return (self.drift - self.dividend_yield - self.volatility**2 / 2) * self.years

    @property
    def deviation(self) -> float:
        """Standard deviation of the log return."""
        return self.volatility * sqrt(self.years)


@dataclass(frozen=True, slots=True)
class KellyBet:
    """The part of the capital to secure one put with.

    Attributes:
        full: by the whole of Kelly's rule, 0 to 1.
        part: how much of that the configuration takes.
        most: what it allows at most; None: no limit.
    """

    put: Candidate
    motion: Motion
    full: float
    part: float
    most: float | None

    @property
    def bet(self) -> float:
        """What is bet: the configured part, at most what is allowed."""
        wanted = self.part * self.full
        return wanted if self.most is None else min(wanted, self.most)


def kelly_bet(best: Candidate, at: Scene, parameters: Parameters) -> KellyBet | None:
    """Return the part of the capital to secure a put with, by the configured part of Kelly's rule.

    The stock is believed to move with its realised volatility and to earn the rate; None where no
    realised volatility is known.
    """
    if at.volatility is None:
        return None
    years = best.days / 365
    # What the stock pays until then is taken off it: the put's holder never gets it.
    motion = Motion(at.after_dividends(years), years, at.volatility, at.rate, at.dividend_yield)
    full = full_kelly(best.option.strike, best.premium, motion, at.rate)
    return KellyBet(
        best, motion, full, parameters.kelly_fraction, parameters.limits.max_kelly_fraction
    )


def full_kelly(strike: float, premium: float, motion: Motion, rate: float = 0.0) -> float:
    """Return the best fraction of the capital to secure such puts with, 0 to 1.

    Never more than 1: who secures with borrowed cash is ruined where the stock falls to 0.

    Args:
        premium: per share, received now.
        rate: what the cash earns meanwhile, continuous per year.
    """
    quantiles = (np.arange(_POINTS) + 0.5) / _POINTS
    steps = np.array([NormalDist().inv_cdf(float(q)) for q in quantiles])
    final = motion.spot * np.exp(motion.mean + motion.deviation * steps)
    bound = strike - premium
    if bound <= 0:
        return 1.0
    # Against the same cash left alone, which earns the rate as the secured cash does.
    lost = np.maximum(strike - final, 0.0) * exp(-rate * motion.years)
    gain = (strike - lost) / bound - 1.0

    def slope(fraction: float) -> float:
        return float(np.mean(gain / (1.0 + fraction * gain)))

    if slope(0.0) <= 0:
        return 0.0
    if slope(1.0 - 1e-9) >= 0:
        return 1.0
    low, high = 0.0, 1.0 - 1e-9
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2
