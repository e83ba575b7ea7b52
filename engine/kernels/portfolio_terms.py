"""Options as they are to be priced, and what is found of them."""

from dataclasses import dataclass, field

import numpy as np

from engine.kernels.arguments import Flags, Floats
from engine.kernels.dividends_grid import Schedule


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """n options in s scenarios; the arrays broadcast to (n,) or (s, n), as in `european.price`.

    Attributes:
        strike, is_call, american: the same in each scenario.
        schedules: of cash dividends, as seen today, one an option; () where none pays cash.
        passed: years gone by since today.
        escrowed: cash dividends are taken off the spot (`portfolio_dividends.escrowed`).
    """

    is_call: Flags
    spot: Floats
    strike: Floats
    years: Floats
    volatility: Floats
    rate: Floats
    dividend_yield: Floats
    american: Flags
    schedules: tuple[Schedule, ...] = ()
    passed: Floats = field(default_factory=lambda: np.zeros(()))
    escrowed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """Price and Greeks of one share's worth of each option; units as in `european.Valuation`."""

    price: Floats
    delta: Floats
    gamma: Floats
    vega_per_point: Floats
    theta_per_day: Floats
    rho_per_point: Floats
