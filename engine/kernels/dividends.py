"""Options on a stock that pays cash dividends, exactly: the spot falls by each on its ex-date.

This is the spot model of Haug, Haug and Lewis (2003), *Back to basics: a new approach to the
discrete dividend problem*: between ex-dates the spot is lognormal with the given volatility, and a
dividend can't take more than the spot. `ERROR` is what tests against converged engines bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.american_arguments import american_arguments
from engine.kernels.arguments import Kind, Range, numbers
from engine.kernels.dividends_grid import Schedule
from engine.kernels.dividends_sheet import Contract, sheets

ERROR: Final = 2e-5
"""The tested bound of the price's error as a fraction of spot, European and American."""

AMOUNT: Final = Range(0.0, 1e100, "an amount per unit of the underlying, 0 to 1e+100")
WHEN: Final = Range(0.0, 30.0, "years from now, 0 to 30")


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
    for argument in ("years", "volatility"):
        numbers(argument, checked[argument], Range(1e-4, 30.0, "above 0 with dividends"))
    contract = Contract(
        is_call=bool(is_call),
        american=american,
        near=float(checked.pop("spot")),
        dividends=coming(schedule_of(dividends), years),
        **{name: float(value) for name, value in checked.items()},
    )
    sheet, at = sheets([contract])[contract], np.array([spot], np.float64)
    delta, gamma = sheet.derivatives(at)
    return Valuation(
        float(sheet.price(at)[0]), float(delta[0]), float(gamma[0]), float(sheet.error(at)[0])
    )


def coming(dividends: Iterable[tuple[float, float]], years: float) -> Schedule:
    """Return those of the dividends that matter to an option that expires in `years`."""
    return tuple(sorted((at, paid) for at, paid in dividends if 0.0 < at < years and paid > 0.0))


def schedule_of(dividends: Sequence[tuple[float, float]]) -> Schedule:
    """Return checked dividends ascending, those of one moment together, those gone left out.

    Raises:
        NotNumeric, OutOfRange: a moment or an amount can't be.
    """
    when = numbers("dividends", [at for at, _ in dividends], WHEN)
    amounts = numbers("dividends", [amount for _, amount in dividends], AMOUNT)
    found: dict[float, float] = {}
    for at, amount in sorted(zip(when.tolist(), amounts.tolist(), strict=True)):
        found[at] = found.get(at, 0.0) + amount
    return tuple((at, amount) for at, amount in found.items() if at > 0.0 and amount > 0.0)
