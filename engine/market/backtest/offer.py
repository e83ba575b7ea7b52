"""Which option a backtest sells: strike, expiry and size, from what the day of the sale knows.

Offers are worked out for a block of days at once, each from its own day alone: a wheel that waits
for years under its basis asks each day, and one by one the kernels' calls would be all it does.
"""

from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Final

import numpy as np

from engine.market.backtest.backtest import Costs, Rules
from engine.market.backtest.expiries import nearest
from engine.market.backtest.market import Market
from engine.market.backtest.marks import worth_on
from engine.market.book import Option, OptionKind
from engine.market.returns import Floats
from engine.market.wheel.value import strike_at

SHARES: Final = 100.0
"""Shares per contract."""

NO_CAPITAL: Final = "the capital is below one contract's collateral"

_CENT: Final = 0.01
_BLOCK_DAYS: Final = 128
_SKEW_STEPS: Final = 4
_FITS: Final = ""


@dataclass(slots=True)
class Holding:
    """Cash in currency, shares, and what each of them cost."""

    cash: float
    shares: float = 0.0
    basis: float = 0.0

    @property
    def sells(self) -> OptionKind:
        """What is sold next: calls on the shares, or else puts."""
        return "call" if self.shares > 0 else "put"


@dataclass(frozen=True, slots=True)
class Offer:
    """An option that fits the rules today.

    Attributes:
        spot: what a share costs at the time of the sale.
        volatility: that the option was priced at, per year.
        premium, net: per share, what it brings after the spread, and after the commission too.
    """

    option: Option
    contracts: float
    spot: float
    premium: float
    net: float
    delta: float
    volatility: float


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Options of consecutive days, one a day; arrays of one length, "" is the reason of what fits.

    `owed` is the cash that must stand behind a share's worth of a put.
    """

    start: int
    expiries: tuple[date, ...]
    strike: Floats
    premium: Floats
    net: Floats
    delta: Floats
    volatility: Floats
    owed: Floats
    reason: tuple[str, ...]


class Offers:
    """What the rules would sell each day, by what is held; worked out as it is asked for."""

    def __init__(self, market: Market, rules: Rules, costs: Costs) -> None:
        self._market = market
        self._rules = rules
        self._costs = costs
        self._spot = market.midday if rules.hour == "midday" else market.close
        self._blocks: dict[tuple[OptionKind, float, int], _Block] = {}

    def at(self, place: int, holding: Holding) -> Offer | str:
        """Return the option to sell on day `place`, or why none fits the rules."""
        block = self._block(place, holding)
        at = place - block.start
        if reason := block.reason[at]:
            return reason
        kind, strike, net = holding.sells, float(block.strike[at]), float(block.net[at])
        contracts = self._contracts(kind, float(block.owed[at]) - net, holding)
        if contracts <= 0:
            return NO_CAPITAL
        physical = self._rules.settlement == "shares"
        option = Option(self._market.symbol, block.expiries[at], kind, strike, SHARES, physical)
        return Offer(
            option,
            contracts,
            float(self._spot[place]),
            float(block.premium[at]),
            net,
            float(block.delta[at]),
            float(block.volatility[at]),
        )

    def idle(self, place: int, holding: Holding) -> tuple[str, ...]:
        """Return why nothing fits on `place` and on the days after it, to the first that may fit.

        Holding shares or not doesn't change on such days; it ends early where a block of days does.
        """
        block = self._block(place, holding)
        reasons = block.reason[place - block.start :]
        return reasons[: reasons.index(_FITS)] if _FITS in reasons else reasons

    def _block(self, place: int, holding: Holding) -> _Block:
        kind = holding.sells
        basis = holding.basis if kind == "call" and self._rules.calls_above_basis else 0.0
        key = (kind, basis, place // _BLOCK_DAYS)
        if (found := self._blocks.get(key)) is None:
            start = place // _BLOCK_DAYS * _BLOCK_DAYS
            stop = min(start + _BLOCK_DAYS, len(self._market.days))
            found = self._blocks[key] = self._priced(kind, basis, start, stop)
        return found

    def _priced(self, kind: OptionKind, basis: float, start: int, stop: int) -> _Block:
        market, rules, costs = self._market, self._rules, self._costs
        days = market.days[start:stop]
        expiries = tuple(nearest(day, rules.days_to_expiry, rules.listing) for day in days)
        years = np.array([(e - d).days for e, d in zip(expiries, days, strict=True)]) / 365.0
        reasons = [self._closed(start + at, expiry) for at, expiry in enumerate(expiries)]
        strike = self._strikes(kind, basis, start, years, reasons)
        price, delta, volatility = (np.full(stop - start, np.nan) for _ in range(3))
        if (asked := np.flatnonzero(strike > 0)).size:
            places, terms = asked + start, (strike[asked], years[asked])
            value = worth_on(market, rules, kind, places, self._spot, *terms)
            price[asked], delta[asked] = value.price, value.delta
            volatility[asked] = market.volatility_at(places, self._spot[places], *terms)
        premium = costs.sold_at(price)
        net = premium - costs.commission / SHARES
        for at in asked:
            found = (float(one[at]) for one in (strike, premium, net, delta))
            reasons[at] = _unfit(rules, kind, *found)
        # T-bills that grow to the strike secure a payment at expiry; shares may come earlier.
        lent = np.exp(-market.rate[start:stop] * years) if rules.settlement == "cash" else 1.0
        return _Block(
            start, expiries, strike, premium, net, delta, volatility, strike * lent, tuple(reasons)
        )

    def _strikes(
        self, kind: OptionKind, basis: float, start: int, years: Floats, reasons: list[str]
    ) -> Floats:
        """Return the strikes of the days that have no reason against a sale yet; NaN on the rest.

        Where the listed strikes leave none above 0, that becomes the reason.
        """
        strike = np.full(len(years), np.nan)
        for at in np.flatnonzero([not reason for reason in reasons]):
            strike[at] = self._strike(kind, basis, start + int(at), years[at : at + 1])
            if strike[at] <= 0:
                reasons[at] = "the strike interval is wider than the stock's price"
        return strike

    def _closed(self, place: int, expiry: date) -> str:
        """Return why nothing at all can be sold on a day, "" if something can."""
        market = self._market
        if not market.fresh[place]:
            return "no fresh volatility"
        if expiry <= market.days[-1] and market.last_by(expiry) <= place:
            return "no trading day before the expiry"
        return _FITS

    def _strike(self, kind: OptionKind, basis: float, place: int, years: Floats) -> float:
        rules = self._rules
        delta = rules.call_delta if kind == "call" else rules.put_delta
        strike = float(self._spot[place])
        if delta is not None:
            size = delta if kind == "call" else min(delta, rules.max_put_delta)
            strike = self._at_delta(kind, size, place, years)
        strike = max(strike, basis)
        if rules.strike_interval > 0:
            steps = strike / rules.strike_interval
            up = np.ceil(steps - 1e-9) if kind == "call" else np.floor(steps + 1e-9)
            strike = float(up) * rules.strike_interval
        return strike

    def _at_delta(self, kind: OptionKind, size: float, place: int, years: Floats) -> float:
        """Return the strike of a delta; its volatility hangs on it, so it is sought in steps."""
        market, at = self._market, slice(place, place + 1)
        spot = self._spot[at]
        strike = float(spot[0])
        for _ in range(_SKEW_STEPS if market.skew else 1):
            volatility = float(market.volatility_at(at, spot, strike, years)[0])
            strike = strike_at(
                kind,
                size,
                float(spot[0]),
                float(years[0]),
                volatility,
                float(market.rate[place]),
                float(market.yields[place]),
            )
        return strike

    def _contracts(self, kind: OptionKind, needed: float, holding: Holding) -> float:
        """Return as many as the shares cover, or as cash and premium secure in full.

        `needed` is the cash that secures one share's worth of a put, the premium already counted.
        """
        have = holding.shares if kind == "call" else holding.cash / needed
        count = have / SHARES
        return float(floor(count + 1e-9)) if self._rules.whole_contracts else count


def _unfit(
    rules: Rules, kind: OptionKind, strike: float, premium: float, net: float, delta: float
) -> str:
    """Return which rule the option breaks, "" if none."""
    if kind == "call":
        return "a call that the rules allow brings less than a cent" if net < _CENT else _FITS
    if rules.put_delta is not None and abs(delta) > rules.max_put_delta + 1e-9:
        return "the put's delta is above the maximum"
    if net <= 0 or premium < rules.min_premium_yield * strike:
        return "the premium yield is below the minimum"
    return _FITS
