"""Runs the wheel, or put-writing, through a market: sell, hold and mark, end, begin again.

Nothing is decided from what the day doesn't know yet: strike and size come from the day of the
sale, a rule fires on the day's own mark, and only the exchange's calendar and dividends that were
announced are known beforehand. Trades happen at
the close, or where the rules say so half-way to it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.market.backtest.backtest import Costs, Ending, Rules, Sale
from engine.market.backtest.ending import ending, settled_at
from engine.market.backtest.market import BadMarket, Market
from engine.market.backtest.marks import marks
from engine.market.backtest.offer import NO_CAPITAL, SHARES, Holding, Offer, Offers
from engine.market.book import Option
from engine.market.ledger_events import Event, Exercised, Expired, Filled, Paid
from engine.market.returns import Floats

Progress = Callable[[int, int], None]

_BOUGHT_BACK: Final = frozenset({"profit", "delta", "days"})


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What a run leaves: the equity from `start` on, and everything that happened."""

    start: int
    equity: Floats
    interest: float
    sales: tuple[Sale, ...]
    events: tuple[Event, ...]
    idle: Counter[str]


def walk(
    market: Market,
    rules: Rules,
    costs: Costs,
    capital: float,
    progress: Progress | None = None,
) -> Track:
    """Run `rules` from the first day on which the volatility is known to the last.

    Args:
        progress: told the days done and the days in all, after each option.

    Raises:
        BadMarket: no day has a volatility.
        ValueError: the capital isn't above 0.
    """
    if not 0 < capital < 1e15:
        raise ValueError(f"the capital is {capital!r}; expected an amount above 0")
    fresh = np.flatnonzero(market.fresh)
    if not fresh.size:
        raise BadMarket(f"no day of {market.symbol} has a volatility: {market.source}")
    start, end = int(fresh[0]), len(market.days)
    desk = _Desk(market, rules, costs, capital)
    place = start
    while place < end:
        place = desk.step(place)
        if progress is not None:
            progress(min(place, end) - start, end - start)
    return desk.track(start)


class _Desk:
    """Cash, shares and at most one kind of short option at a time."""

    def __init__(self, market: Market, rules: Rules, costs: Costs, capital: float) -> None:
        self._market = market
        self._rules = rules
        self._costs = costs
        self._holding = Holding(capital)
        self._offers = Offers(market, rules, costs)
        self._interest = 0.0
        self._equity = np.full(len(market.days), np.nan)
        self._sales: list[Sale] = []
        self._events: list[Event] = []
        self._idle: Counter[str] = Counter()
        days = np.diff(market.ordinals, append=market.ordinals[-1:])
        self._growth = np.concatenate([[0.0], np.cumsum(market.rate * days / 365)[:-1]])

    def track(self, start: int) -> Track:
        return Track(
            start,
            self._equity[start:],
            self._interest,
            tuple(self._sales),
            tuple(self._events),
            self._idle,
        )

    def step(self, place: int) -> int:
        """Sell what fits at `place` and hold it to its end, or wait; return where that is."""
        offered = self._offers.at(place, self._holding)
        if isinstance(offered, Offer):
            return self._hold(place, offered)
        if offered == NO_CAPITAL:
            return self._wait(place, (offered,))
        return self._wait(place, self._offers.idle(place, self._holding))

    def _wait(self, place: int, reasons: tuple[str, ...]) -> int:
        """Sell nothing for as many days as there are reasons; return the day after them."""
        market = self._market
        until = place + len(reasons)
        cash = self._carry(place, min(until, len(market.days) - 1))[: len(reasons)]
        self._equity[place:until] = cash + self._holding.shares * market.close[place:until]
        self._idle.update(reasons)
        return until

    def _hold(self, place: int, offer: Offer) -> int:
        """Mark the position to its end, whatever comes first; return the place of that."""
        market, option, held = self._market, offer.option, self._holding
        units = offer.contracts * SHARES
        fees = offer.contracts * self._costs.commission
        held.cash += units * offer.premium - fees
        sold = Filled(market.days[place], option, -offer.contracts, offer.premium, fees)
        self._events.append(sold)

        span = slice(place, market.last_by(option.expiry) + 1)
        value = marks(market, self._rules, option.kind, span, option.strike, option.expiry)
        after, how = ending(market, self._rules, self._costs, offer, place, value)
        span = slice(place, after + 1)
        price = value.price[: after - place + 1]
        if how in {"assigned", "settled"}:  # also where the last trading day is before the expiry
            price[-1] = self._intrinsic(after, option, in_cash=how == "settled")
        worth = held.shares * market.close[span] - units * price
        self._equity[span] = self._carry(place, after) + worth
        mark = float(price[-1])
        closing = self._end(after, offer, how, mark)
        self._sales.append(self._sale(place, after, offer, how, closing, mark))
        return len(market.days) if how == "open" else after

    def _intrinsic(self, place: int, option: Option, *, in_cash: bool) -> float:
        """Return what exercise brings a share: in cash as settled, else in shares at the close."""
        market = self._market
        spot = settled_at(market, self._rules, place) if in_cash else float(market.close[place])
        return spot - option.strike if option.kind == "call" else option.strike - spot

    def _end(self, place: int, offer: Offer, how: Ending, mark: float) -> float:
        """Move cash and shares as the ending says; return what was paid per share in trading."""
        option, held, day = offer.option, self._holding, self._market.days[place]
        contracts, units = offer.contracts, offer.contracts * SHARES
        if how == "expired":
            self._events.append(Expired(day, option, contracts))
        elif how in _BOUGHT_BACK or how == "settled":
            paid = float(self._costs.bought_at(np.array(mark))) if how in _BOUGHT_BACK else mark
            fees = contracts * self._costs.commission if how in _BOUGHT_BACK else 0.0
            held.cash -= units * paid + fees
            self._events.append(Filled(day, option, contracts, paid, fees))
            return paid
        elif how != "open":
            sign = 1.0 if option.kind == "put" else -1.0
            held.cash -= sign * units * option.strike
            held.shares += sign * units
            held.basis = option.strike - offer.net if sign > 0 else held.basis
            self._events.append(Exercised(day, option, contracts))
        return 0.0

    def _sale(
        self, place: int, after: int, offer: Offer, how: Ending, closing: float, mark: float
    ) -> Sale:
        market = self._market
        trades = 2 if how in _BOUGHT_BACK else 1
        lost = mark if how == "open" or how.startswith("assigned") else closing
        gain = SHARES * (offer.premium - lost) - trades * self._costs.commission
        return Sale(
            option=offer.option,
            contracts=offer.contracts,
            sold=market.days[place],
            ended=market.days[after],
            ending=how,
            spot=offer.spot,
            delta=offer.delta,
            volatility=offer.volatility,
            premium=offer.premium,
            closing=closing,
            gain=offer.contracts * gain,
        )

    def _carry(self, start: int, end: int) -> Floats:
        """Let cash earn its rate and shares their dividends; return the cash of each day."""
        market = self._market
        growth = np.exp(self._growth[start : end + 1] - self._growth[start])
        paid = self._holding.shares * market.dividends[start : end + 1]
        paid[0] = 0.0  # who bought at the close of an ex-date gets nothing
        cash: Floats = growth * (self._holding.cash + np.cumsum(paid / growth))
        for place in np.flatnonzero(paid):
            day = market.days[start + int(place)]
            self._events.append(Paid(day, market.symbol, float(market.dividends[start + place])))
        self._interest += float(cash[-1]) - self._holding.cash - float(paid.sum())
        self._holding.cash = float(cash[-1])
        return cash
