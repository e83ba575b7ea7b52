"""A spread of option terms to measure kernels on: the same numbers on every machine."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def spread(count: int) -> tuple[Floats, Floats, Floats]:
    """Return spots (50 to 150), years (a day to two years) and volatilities (10 % to 90 %).

    Three arrays of shape (count,); the steps are irrational, so no two contracts are alike.
    """
    place = np.arange(count, dtype=np.float64)
    spot = 50.0 + 100.0 * ((place * np.sqrt(2.0)) % 1.0)
    years = 1 / 365 + 2.0 * ((place * np.sqrt(3.0)) % 1.0)
    volatility = 0.1 + 0.8 * ((place * np.sqrt(5.0)) % 1.0)
    return spot, years, volatility
