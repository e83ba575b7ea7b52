"""Which option a backtest sells today: strike, expiry and size, from what today knows."""

from dataclasses import dataclass
from datetime import date
from math import ceil, exp, floor
from typing import Final

from engine.market.backtest import Costs, Rules
from engine.market.backtest_expiries import nearest
from engine.market.backtest_market import Market
from engine.market.book import Option, OptionKind
from engine.market.wheel_value import Worth, strike_at, worth

SHARES: Final = 100.0
"""Shares per contract."""

_CENT: Final = 0.01


@dataclass(slots=True)
class Holding:
    """Cash in currency, shares, and what each of them cost."""

    cash: float
    shares: float = 0.0
    basis: float = 0.0


@dataclass(frozen=True, slots=True)
class Offer:
    """An option that fits the rules today.

    Attributes:
        premium, net: per share, what it brings after the spread, and after the commission too.
    """

    option: Option
    contracts: float
    premium: float
    net: float
    delta: float


def offer(market: Market, rules: Rules, costs: Costs, holding: Holding, place: int) -> Offer | str:
    """Return the option to sell at the close of day `place`, or why none fits the rules."""
    if not market.fresh[place]:
        return "no fresh volatility"
    kind: OptionKind = "call" if holding.shares > 0 else "put"
    expiry = nearest(market.days[place], rules.days_to_expiry, rules.listing)
    if expiry <= market.days[-1] and market.last_by(expiry) <= place:
        return "no trading day before the expiry"
    years = (expiry - market.days[place]).days / 365
    strike = _strike(market, rules, holding, kind, place, years)
    if strike <= 0:
        return "the strike interval is wider than the stock's price"
    value = marks(market, rules, kind, slice(place, place + 1), strike, expiry)
    premium = costs.sold_at(float(value.price[0]))
    net = premium - costs.commission / SHARES
    delta = float(value.delta[0])
    if why := _unfit(rules, kind, strike, premium, net, delta):
        return why
    cash_settled = rules.settlement == "cash"
    # T-bills that grow to the strike secure a payment at expiry; shares may come earlier.
    owed = strike * exp(-float(market.rate[place]) * years) if cash_settled else strike
    contracts = _contracts(kind, owed - net, holding, rules)
    if contracts <= 0:
        return "the capital is below one contract's collateral"
    option = Option(market.symbol, expiry, kind, strike, SHARES, not cash_settled)
    return Offer(option, contracts, premium, net, delta)


def marks(
    market: Market, rules: Rules, kind: OptionKind, span: slice, strike: float, expiry: date
) -> Worth:
    """Return what an option is worth on each day of `span`, at that day's own volatility."""
    return worth(
        kind,
        market.close[span],
        strike,
        market.years(span, expiry),
        market.volatility[span],
        market.rate[span],
        market.yields[span],
        american=rules.early_exercise and rules.settlement == "shares",
    )


def _strike(
    market: Market, rules: Rules, holding: Holding, kind: OptionKind, place: int, years: float
) -> float:
    delta = rules.call_delta if kind == "call" else rules.put_delta
    spot = float(market.close[place])
    strike = spot
    if delta is not None:
        size = delta if kind == "call" else min(delta, rules.max_put_delta)
        known = (market.volatility[place], market.rate[place], market.yields[place])
        strike = strike_at(kind, size, spot, years, *(float(value) for value in known))
    if kind == "call" and rules.calls_above_basis:
        strike = max(strike, holding.basis)
    if rules.strike_interval > 0:
        steps = strike / rules.strike_interval
        up = ceil(steps - 1e-9) if kind == "call" else floor(steps + 1e-9)
        strike = up * rules.strike_interval
    return strike


def _unfit(
    rules: Rules, kind: OptionKind, strike: float, premium: float, net: float, delta: float
) -> str:
    """Return which rule the option breaks, "" if none."""
    if kind == "call":
        return "a call that the rules allow brings less than a cent" if net < _CENT else ""
    if rules.put_delta is not None and abs(delta) > rules.max_put_delta + 1e-9:
        return "the put's delta is above the maximum"
    if net <= 0 or premium < rules.min_premium_yield * strike:
        return "the premium yield is below the minimum"
    return ""


def _contracts(kind: OptionKind, needed: float, holding: Holding, rules: Rules) -> float:
    """Return as many as the shares cover, or as cash and premium secure in full.

    `needed` is the cash that secures one share's worth of a put, the premium already counted.
    """
    have = holding.shares if kind == "call" else holding.cash / needed
    count = have / SHARES
    return float(floor(count + 1e-9)) if rules.whole_contracts else count
