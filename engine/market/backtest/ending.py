"""How a short option of a backtest ends: which rule fires first, or who exercises, or neither."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.market.backtest.backtest import Costs, Ending, Rules
from engine.market.backtest.market import Market
from engine.market.backtest.offer import Offer
from engine.market.wheel.value import Worth

Flags = NDArray[np.bool_]

_CENT: Final = 0.01
"""OCC exercises what is so much in the money at expiry (OCC Rule 805)."""


def ending(
    market: Market, rules: Rules, costs: Costs, offer: Offer, place: int, value: Worth
) -> tuple[int, Ending]:
    """Return the day's place and the way in which an option sold at `place` ends.

    Args:
        value: its worth on each day from `place` to its last one, or to the last day of data.
    """
    option = offer.option
    last = place + len(value.price) - 1
    expires = option.expiry <= market.days[-1]
    until = -1 if expires else None  # on its last day it is left to expire
    fired = {
        name: days[:until] for name, days in _rolled(market, rules, costs, offer, place, value)
    }
    fired["assigned early"] = _early(market, rules, offer, place, value)[:until]
    firsts = [
        (place + 1 + int(np.argmax(days)), name) for name, days in fired.items() if days.any()
    ]
    if firsts:
        return min(firsts, key=lambda first: first[0])
    if not expires:
        return last, "open"
    sign = 1.0 if option.kind == "call" else -1.0
    if sign * (settled_at(market, rules, last) - option.strike) < _CENT:
        return last, "expired"
    return last, "assigned" if rules.settlement == "shares" else "settled"


def settled_at(market: Market, rules: Rules, place: int) -> float:
    """Return the price that settles what expires on a day."""
    return float((market.midday if rules.hour == "midday" else market.close)[place])


def _rolled(
    market: Market, rules: Rules, costs: Costs, offer: Offer, place: int, value: Worth
) -> list[tuple[Ending, Flags]]:
    """Return on which days each rule fires, from the day after the sale on."""
    triggers, price = rules.triggers, value.price[1:]
    fired: list[tuple[Ending, Flags]] = []
    if (target := triggers.profit_target_percent) is not None:
        cost = costs.bought_at(price)
        fired.append(("profit", np.asarray(cost <= (1 - target) * offer.premium)))
    if (breach := triggers.delta_breach_threshold) is not None:
        fired.append(("delta", np.asarray(np.abs(value.delta[1:]) >= breach)))
    if (least := triggers.dte_threshold) is not None:
        span = slice(place + 1, place + len(value.price))
        left = market.years(span, offer.option.expiry) * 365
        fired.append(("days", np.asarray(left <= least + 1e-9)))
    return fired


def _early(market: Market, rules: Rules, offer: Offer, place: int, value: Worth) -> Flags:
    """Return on which days holders exercise, from the day after the sale on."""
    size = len(value.price)
    if not rules.early_exercise or rules.settlement == "cash":
        return np.zeros(size - 1, dtype=np.bool_)
    if offer.option.kind == "put":
        return value.exercised[1:]
    tomorrow = np.append(market.dividends, 0.0)[place + 2 : place + size + 1]
    inside = np.maximum(market.close[place + 1 : place + size] - offer.option.strike, 0.0)
    return np.asarray((inside > 0) & (value.price[1:] - inside < tomorrow))
