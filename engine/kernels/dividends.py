"""Options on a stock that pays cash dividends, exactly: the spot falls by each on its ex-date.

This is the spot model of Haug, Haug and Lewis (2003), *Back to basics: a new approach to the
discrete dividend problem*: between ex-dates the spot is lognormal with the given volatility, and a
dividend can't take more than the spot. It is solved on two grids, the finer with half the steps,
and extrapolated (Richardson). Slow, some tenths of a second an option, and meant for the few of a
book that have an ex-date before expiry; `ERROR` is what tests against converged engines bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.american_arguments import american_arguments
from engine.kernels.arguments import Floats, Kind, Range, numbers
from engine.kernels.dividends_grid import Contract, Grid

ERROR: Final = 2e-5
"""The tested bound of the price's error as a fraction of spot, European and American."""

AMOUNT: Final = Range(0.0, 1e100, "an amount per unit of the underlying, 0 to 1e+100")
WHEN: Final = Range(0.0, 30.0, "years from now, 0 to 30")

_POINTS: Final = 300
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Valuation:
    """One option with its cash dividends; per unit of the underlying, for who is long.

    Attributes:
        price, delta, gamma: as in `european.Valuation`.
        error: an estimate of the price's error: what the finer grid changed, over three.
    """

    price: float
    delta: float
    gamma: float
    error: float


def price(
    kind: Kind,
    spot: float,
    strike: float,
    years: float,
    volatility: float,
    rate: float = 0.0,
    dividends: Sequence[tuple[float, float]] = (),
    *,
    dividend_yield: float = 0.0,
    american: bool = True,
) -> Valuation:
    """Value one option on a stock with cash dividends.

    Args:
        kind, spot, strike, years, volatility, rate, dividend_yield: as in `american.price`, but
            `years` and `volatility` above 0.
        dividends: (years from now to the ex-date, amount per unit); those now or earlier and those
            at expiry or later don't matter.
        american: whether it can be exercised early, also just before an ex-date.

    Raises:
        NotNumeric, OutOfRange, UnknownKind: see `engine.kernels.errors`.
    """
    is_call, checked = american_arguments(
        kind, spot, strike, years, volatility, rate, dividend_yield
    )
    when = numbers("dividends", [at for at, _ in dividends], WHEN)
    amounts = numbers("dividends", [amount for _, amount in dividends], AMOUNT)
    for argument in ("years", "volatility"):
        numbers(argument, checked[argument], Range(1e-4, 30.0, "above 0 with dividends"))
    coming = sorted(
        (float(at), float(amount))
        for at, amount in zip(when, amounts, strict=True)
        if 0.0 < at < years and amount > 0.0
    )
    contract = Contract(
        sign=1 if bool(is_call) else -1,
        american=american,
        dividends=tuple(coming),
        **{name: float(value) for name, value in checked.items()},
    )
    coarse, fine = (_solve(contract, fineness) for fineness in (1, 2))
    found = fine + (fine - coarse) / 3.0
    gain = (spot - strike) if bool(is_call) else (strike - spot)
    worth = max(float(found[0]), gain if american else 0.0, 0.0)
    return Valuation(worth, float(found[1]), float(found[2]), abs(float(fine[0] - coarse[0])) / 3.0)


def _solve(contract: Contract, fineness: int) -> Floats:
    grid = Grid(contract, _POINTS * fineness, _STEPS * fineness)
    grid.run()
    return np.array(grid.at_spot())
