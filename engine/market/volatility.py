"""Volatility that a backtest prices options with, each day from what was known that day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.market.returns import TRADING_DAYS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STALE_DAYS: Final = 7
"""After so many calendar days an implied volatility is too old to sell an option at."""


@dataclass(frozen=True, slots=True)
class Implied:
    """An implied volatility series, as the VIX, times a factor.

    Attributes:
        name: what the series is, for the statement of the source.
        values: per year, 0.2 is 20 %.
        factor: at-the-money volatility of the options over the series. The VIX also counts puts
            far out of the money, so it lies above; see `engine.market.put_write`.
    """

    name: str
    values: Mapping[date, float]
    factor: float = 1.0

    def __str__(self) -> str:
        return f"{self.name} × {self.factor:g}"


@dataclass(frozen=True, slots=True)
class Realised:
    """The stock's own volatility over the last `window` daily returns, times a factor.

    Options usually cost more than what is realised; a factor of 1 leaves that premium out.
    """

    window: int = 21
    factor: float = 1.0

    def __str__(self) -> str:
        return f"realised volatility of {self.window} trading days × {self.factor:g}"


VolatilitySource = Implied | Realised


def realised(close: Floats, window: int) -> Floats:
    """Return the standard deviation of the last `window` daily log returns, per year.

    Shape as `close`. Place i uses closes i - window to i only; before there are so many it is NaN.
    The mean is not taken out: over days it is noise (Figlewski 1997, *Forecasting Volatility*).

    Raises:
        ValueError: a window below 2.
    """
    if window < 2:
        raise ValueError(f"window is {window}; expected 2 or more daily returns")
    found = np.full(len(close), np.nan)
    if len(close) > window:
        squares = np.diff(np.log(close)) ** 2
        windows = np.lib.stride_tricks.sliding_window_view(squares, window)
        found[window:] = np.sqrt(windows.mean(axis=1) * TRADING_DAYS)
    return found


def series(source: VolatilitySource, days: Sequence[date], close: Floats) -> tuple[Floats, Flags]:
    """Return the volatility of each day, and whether it is fresh enough to sell an option at.

    Both have the shape of `days`. Where nothing new is known the last value stays, so that what is
    held can be valued; before the first value it is NaN.

    Raises:
        ValueError: a factor or an implied volatility that isn't above 0.
    """
    if not source.factor > 0:
        raise ValueError(f"the factor of {source} is not above 0")
    if isinstance(source, Realised):
        values = realised(close, source.window) * source.factor
        return values, np.asarray(values > 0)
    return _aligned(source, days)


def _aligned(source: Implied, days: Sequence[date]) -> tuple[Floats, Flags]:
    known = sorted(source.values.items())
    for day, value in known:
        if not 0 < value < 100:
            raise ValueError(f"{source.name} is {value!r} on {day}; expected a volatility above 0")
    at = np.array([day.toordinal() for day, _ in known], dtype=np.int64)
    values = np.array([value for _, value in known], dtype=np.float64)
    wanted = np.array([day.toordinal() for day in days], dtype=np.int64)
    place = np.searchsorted(at, wanted, side="right") - 1
    if not known:
        return np.full(len(days), np.nan), np.zeros(len(days), dtype=np.bool_)
    aligned = np.where(place >= 0, values[np.maximum(place, 0)] * source.factor, np.nan)
    fresh = (place >= 0) & (wanted - at[np.maximum(place, 0)] <= _STALE_DAYS)
    return aligned, fresh
