"""Where a book's P&L between two markets came from: the Greeks' parts, and what they don't explain.

The parts are the terms of Taylor's expansion at the earlier market, so they mean what the Greeks
said then; the rest is what is left of the true change, and is never spread over the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import numbers
from engine.kernels.dividends import AMOUNT
from engine.kernels.errors import ShapeMismatch
from engine.kernels.portfolio import Portfolio, option_greeks, terms_of
from engine.kernels.portfolio_pricing import priced


@dataclass(frozen=True, slots=True)
class Attribution:
    """Amounts in currency; the parts and the rest add up to `total`.

    Attributes:
        delta: of stock and options, from the move of each underlying with what it paid: a fall by
            a dividend on its ex-date is no surprise to an option's price.
        gamma: half gamma times the squared move.
        vega: from each option's own change of volatility.
        theta: from the calendar days that passed.
        rho: from the change of the rate.
        rest: what these don't explain: cross terms, higher orders, changed dividends.
        total: the true change of value, with the dividends received (or owed on short shares).
    """

    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float
    rest: float
    total: float


def attribute(before: Portfolio, after: Portfolio, paid: ArrayLike = 0.0) -> Attribution:
    """Explain the change of value of the same positions between two markets.

    Args:
        paid: cash that each underlying paid a share meanwhile, (m,).

    Raises:
        NotNumeric, OutOfRange: `paid` is no amount.
        ShapeMismatch: the two don't hold the same positions.
    """
    _same_positions(before, after)
    found = option_greeks(before)
    move = after.spot - before.spot + numbers("paid", paid, AMOUNT)
    option_move = move[before.underlying]
    parts = (
        float(before.stock @ move + found.delta @ option_move),
        float(0.5 * found.gamma @ (option_move * option_move)),
        float(found.vega_per_point @ ((after.volatility - before.volatility) * 100.0)),
        float(found.theta_per_day @ ((before.years - after.years) * 365.0)),
        float(found.rho_per_point.sum() * (after.rate - before.rate) * 100.0),
    )
    change = priced(terms_of(after)) - priced(terms_of(before))
    total = float(before.stock @ move + change @ before.shares)
    return Attribution(*parts, rest=total - sum(parts), total=total)


def _same_positions(before: Portfolio, after: Portfolio) -> None:
    for name in ("stock", "is_call", "strike", "shares", "underlying", "american"):
        if not np.array_equal(getattr(before, name), getattr(after, name)):
            raise ShapeMismatch(
                name, "not what it was before", "the same positions in both markets"
            )
