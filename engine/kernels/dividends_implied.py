"""The volatility at which options with cash dividends cost what is asked for them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from engine.kernels import european
from engine.kernels.arguments import Floats
from engine.kernels.dividends_sheet import Contract, sheets

_STEPS: Final = 6
_CLOSE: Final = 3e-6
_ENOUGH: Final = 1e-4
_LEAST, _MOST = 0.01, 10.0


def implied(contracts: Sequence[Contract], spot: Floats, price: Floats) -> Floats:
    """Return each option's volatility, (n,); NaN where none gives its price to 1e-4 of spot.

    Steps by the European vega from the contracts' own volatilities, all options together: the
    right of early exercise hardly changes with volatility, so each step gains digits.
    """
    found = np.array([one.volatility for one in contracts])
    excess, left = np.full(len(contracts), np.inf), np.arange(len(contracts))
    for _ in range(_STEPS):
        trial = [replace(contracts[int(at)], volatility=float(found[at])) for at in left]
        known = sheets(trial)
        worth = [
            known[one].price(spot[at : at + 1])[0] for at, one in zip(left, trial, strict=True)
        ]
        excess[left] = np.array(worth) - price[left]
        far = np.abs(excess[left]) >= _CLOSE * spot[left]
        if not far.any():
            break
        step = excess[left] / np.maximum(_slope(trial, spot[left]), 1e-4 * spot[left])
        moved = np.clip(found[left] - step, found[left] / 2.0, found[left] * 2.0)
        found[left] = np.where(far, np.clip(moved, _LEAST, _MOST), found[left])
        left = left[far]
    return np.where(np.abs(excess) < _ENOUGH * spot, found, np.nan)


def _slope(contracts: Sequence[Contract], spot: Floats) -> Floats:
    """Return vegas per 1.00 of volatility, of the spot less the dividends' present value."""
    paid = [
        sum(amount * np.exp(-one.rate * at) for at, amount in one.dividends) for one in contracts
    ]
    value = european.price(
        ["call" if one.is_call else "put" for one in contracts],
        np.maximum(spot - np.array(paid), 1e-6 * spot),
        [one.strike for one in contracts],
        [one.years for one in contracts],
        [one.volatility for one in contracts],
        [one.rate for one in contracts],
    )
    return 100.0 * value.vega_per_point
