"""The two discounted legs of a European option, and how far they are apart."""

from dataclasses import dataclass

import numpy as np

from engine.kernels.arguments import Flags, Floats
from engine.kernels.log_ratio import log_ratio


@dataclass(frozen=True, slots=True)
class Legs:
    """What a call receives and pays, seen from today; arrays that broadcast.

    Attributes:
        asset: spot times its discount, exp(-dividend_yield · years).
        asset_discount: that discount.
        cash: the strike, discounted.
        moneyness: ln(asset / cash), accurate where they are close.
        gain: asset - cash, without the rounding of the legs.
    """

    asset: Floats
    asset_discount: Floats
    cash: Floats
    moneyness: Floats
    gain: Floats

    @property
    def call_is_out(self) -> Flags:
        """Return where the call is out of the money (and the put in it)."""
        return self.moneyness < 0.0

    @property
    def cheaper(self) -> Floats:
        """Return the leg that the side out of the money receives."""
        return np.where(self.call_is_out, self.asset, self.cash)


def discounted_legs(
    spot: Floats, strike: Floats, years: Floats, rate: Floats, dividend_yield: Floats
) -> Legs:
    """Return the legs of options on `spot` struck at `strike`."""
    asset_discount = np.exp(-dividend_yield * years)
    cash_discount = np.exp(-rate * years)
    asset = spot * asset_discount
    cash = strike * cash_discount
    drift = (rate - dividend_yield) * years
    carried = np.where(drift > 0.0, asset, cash) * np.expm1(-np.abs(drift))
    today = (spot - strike) * np.minimum(asset_discount, cash_discount)
    return Legs(
        asset=asset,
        asset_discount=asset_discount,
        cash=cash,
        moneyness=log_ratio(spot, strike) + drift,
        gain=today + np.copysign(carried, drift),
    )
