"""Value at risk and expected shortfall of outcomes: what the three ways to get them share.

Both are losses in currency over a horizon, positive for a loss, at a level such as 0.95. VaR is
the smallest loss that is not exceeded with that probability; expected shortfall (ES, or CVaR) is
the mean of the worst 1 - level of outcomes, the outcome on the border counted with its fraction
(Acerbi and Tasche 2002, *On the coherence of expected shortfall*, definition 2.6).

    value_at_risk_historical    the book revalued at every return that the past has shown
    value_at_risk_parametric    delta and gamma, normal returns, quantile by Cornish and Fisher
    value_at_risk_simulated     the book revalued at stratified normal returns, with its error
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.arguments import Floats, Range, numbers
from engine.kernels.errors import ShapeMismatch

LEVELS: Final = (0.95, 0.99)
LEVEL: Final = Range(0.5, 0.99999, "a level from 0.5 to 0.99999 (0.95 is 95 %)")
TRADING_DAYS_PER_YEAR: Final = 252.0
CALENDAR_DAYS_PER_TRADING_DAY: Final = 365.0 / 252.0


@dataclass(frozen=True, slots=True)
class Tail:
    """The bad end of a book's outcomes, losses in currency and positive.

    Attributes:
        level: of confidence; 0.95 looks at the worst 5 %.
        value_at_risk: the loss that is not exceeded with that probability.
        expected_shortfall: the mean loss of the worst 1 - level.
    """

    level: float
    value_at_risk: float
    expected_shortfall: float


def tail(profit: Floats, level: float) -> Tail:
    """Return VaR and ES of equally likely outcomes `profit`, (n,), n >= 1.

    Raises:
        OutOfRange: the level; ShapeMismatch: there are no outcomes.
    """
    return tails(profit, (level,))[0]


def tails(profit: Floats, levels: Sequence[float] = LEVELS) -> tuple[Tail, ...]:
    """Return the tail at each level; see `tail`."""
    asked = [float(level) for level in numbers("level", levels, LEVEL)]
    if profit.ndim != 1 or profit.size == 0:
        raise ShapeMismatch("profit", f"of shape {profit.shape}", "one or more outcomes, (n,)")
    most = min(int(profit.size * (1.0 - min(asked))) + 1, profit.size - 1)
    losses = 0.0 - np.sort(np.partition(profit, most)[: most + 1])  # never -0
    return tuple(_tail(losses, profit.size, level) for level in asked)


def _tail(losses: Floats, count: int, level: float) -> Tail:
    """Read the tail off the largest of `count` losses, the largest first."""
    weight = count * (1.0 - level)
    nearest = round(weight)
    # 100 * (1 - 0.95) is 5.000000000000004 in binary.
    weight = float(nearest) if abs(weight - nearest) < 1e-9 * count else weight
    whole = min(int(weight), count - 1)
    border = float(losses[whole])
    beyond = float(losses[:whole].sum(dtype=np.float64)) + (weight - whole) * border
    return Tail(level, border, beyond / weight)
