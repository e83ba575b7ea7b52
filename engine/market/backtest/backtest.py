"""What a backtest is told and what it tells: rules, costs, results. `backtest_run` runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from engine.market.book import Option
from engine.market.ledger_events import Event
from engine.market.parameters import HELD_TO_EXPIRY, Parameters, RollTriggers
from engine.market.returns import Floats, Performance
from engine.market.wheel.cycles import Cycle

Listing = Literal["monthly", "weekly"]
Settlement = Literal["shares", "cash"]
Hour = Literal["close", "midday"]
Ending = Literal[
    "expired", "assigned", "assigned early", "settled", "profit", "delta", "days", "open"
]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is sold when, and when it is bought back.

    Attributes:
        put_delta, call_delta: size of the delta at which puts and calls are sold, 0 to 1; a put
            delta of None sells at the money (strike at spot).
        days_to_expiry: calendar days; the listed expiry nearest to it is taken.
        max_put_delta: no put above this delta is sold.
        min_premium_yield: least premium of a put, after the spread, over its strike.
        triggers: when an option is bought back and the next one sold.
        calls_above_basis: calls are never sold below what the shares cost.
        strike_interval: strikes are multiples of it; 0: any strike.
        listing: expiries on third Fridays, or on every Friday.
        settlement: assignment of shares (the wheel), or cash at expiry (put-writing on an index).
        hour: when options are sold and settled: at the close, or half-way between the close before
            and this one, as an index does that settles at the opening and sells at noon.
        early_exercise: whether holders exercise before expiry where that pays.
        whole_contracts: only whole contracts; otherwise the whole capital is always at work.
    """

    put_delta: float | None = 0.30
    call_delta: float = 0.30
    days_to_expiry: float = 35.0
    max_put_delta: float = 0.45
    min_premium_yield: float = 0.005
    triggers: RollTriggers = HELD_TO_EXPIRY
    calls_above_basis: bool = True
    strike_interval: float = 0.0
    listing: Listing = "monthly"
    settlement: Settlement = "shares"
    hour: Hour = "close"
    early_exercise: bool = True
    whole_contracts: bool = True

    @property
    def label(self) -> str:
        """The rules in short, for a row of a sweep."""
        sold = "at the money" if self.put_delta is None else f"delta {self.put_delta:.2f}"
        triggers = self.triggers
        parts = [
            f"{sold}, {self.days_to_expiry:g} days",
            f"profit {triggers.profit_target_percent:.0%}"
            if triggers.profit_target_percent is not None
            else "",
            f"delta {triggers.delta_breach_threshold:g}"
            if triggers.delta_breach_threshold is not None
            else "",
            f"{triggers.dte_threshold:g} days left" if triggers.dte_threshold is not None else "",
        ]
        said = ", ".join(part for part in parts[1:] if part)
        return f"{parts[0]}; {f'back at {said}' if said else 'held to expiry'}"


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading costs.

    Attributes:
        commission: currency a contract, each way; exercise costs nothing.
        half_spread: currency a share, lost each way.
        half_spread_fraction: fraction of the option's price lost each way, if that is more.
    """

    commission: float = 0.65
    half_spread: float = 0.05
    half_spread_fraction: float = 0.0

    def sold_at(self, price: Floats) -> Floats:
        """Return what a share's worth of option brings, 0 at least, at each of the prices."""
        return np.maximum(price - self._lost(price), 0.0)

    def bought_at(self, price: Floats) -> Floats:
        """Return what a share's worth of option costs at each of the prices."""
        return price + self._lost(price)

    def _lost(self, price: Floats) -> Floats:
        return np.maximum(self.half_spread, self.half_spread_fraction * price)


@dataclass(frozen=True, slots=True)
class Sale:
    """One option that was sold and what became of it; a row of the table.

    Attributes:
        contracts: above 0.
        spot, delta, volatility: at the sale; the volatility is that of the strike.
        premium, closing: per share, after the spread: taken in, and paid at the end (for a cash
            settlement, the payoff; 0 where shares change hands).
        gain: currency, of the option alone; for one exercised into shares, its intrinsic value at
            the close counts as paid.
    """

    option: Option
    contracts: float
    sold: date
    ended: date
    ending: Ending
    spot: float
    delta: float
    volatility: float
    premium: float
    closing: float
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished backtest.

    Attributes:
        equity, benchmark: currency a day: the strategy's, marked to market, and that of buying the
            stock with the same capital on the first day, dividends reinvested.
        sales: every option sold, the last one perhaps still open.
        events: the same as the ledger takes it, dividends and exercises included.
        cycles: from the first put to nothing held.
        idle_days: trading days on which nothing could be sold, by reason.
        assumptions: what the figures rest on, a sentence each.
    """

    rules: Rules
    days: tuple[date, ...]
    equity: Floats
    benchmark: Floats
    performance: Performance
    benchmark_performance: Performance
    sales: tuple[Sale, ...]
    events: tuple[Event, ...]
    cycles: tuple[Cycle, ...]
    idle_days: Mapping[str, int]
    assumptions: tuple[str, ...]

    @property
    def finished(self) -> tuple[Sale, ...]:
        """Sales that ended within the data."""
        return tuple(sale for sale in self.sales if sale.ending != "open")

    @property
    def win_rate(self) -> float | None:
        """Share of finished sales that gained; None if there are none."""
        done = self.finished
        return sum(sale.gain > 0 for sale in done) / len(done) if done else None

    @property
    def assignment_rate(self) -> float | None:
        """Share of finished puts that ended in the money: assigned, or settled at a cost."""
        puts = [sale for sale in self.finished if sale.option.kind == "put"]
        hit = [s for s in puts if s.ending.startswith("assigned") or s.ending == "settled"]
        return len(hit) / len(puts) if puts else None


def rules_of(parameters: Parameters) -> Rules:
    """Return the rules that the user's parameters describe."""
    return Rules(
        put_delta=min(parameters.delta_target, parameters.max_delta_short_put),
        call_delta=parameters.delta_target,
        days_to_expiry=parameters.days_to_expiry_target,
        max_put_delta=parameters.max_delta_short_put,
        min_premium_yield=parameters.min_premium_yield,
        triggers=parameters.roll_triggers,
        strike_interval=min(parameters.strike_intervals, default=0.0),
    )


def costs_of(parameters: Parameters) -> Costs:
    """Return the costs that the user's parameters describe."""
    return Costs(parameters.commission_per_contract, parameters.slippage)
