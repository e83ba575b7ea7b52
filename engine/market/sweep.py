"""Many backtests of one market: every combination of delta, days to expiry and rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import sqrt

from engine.market.backtest.backtest import Costs, Result, Rules
from engine.market.backtest.market import Market
from engine.market.backtest.report import backtest
from engine.market.parameters import HELD_TO_EXPIRY, RollTriggers


@dataclass(frozen=True, slots=True)
class Row:
    """One backtest in figures; fractions and currency as in `returns.Performance`."""

    label: str
    put_delta: float | None
    days_to_expiry: float
    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    win_rate: float | None
    assignment_rate: float | None
    sales: int
    idle_days: int


def grid(
    base: Rules,
    deltas: Iterable[float],
    days_to_expiry: Iterable[float],
    triggers: Iterable[RollTriggers],
) -> tuple[Rules, ...]:
    """Return `base` with every combination; a put delta above the base's maximum raises that."""
    return tuple(
        replace(
            base,
            put_delta=delta,
            call_delta=delta,
            max_put_delta=max(base.max_put_delta, delta),
            days_to_expiry=days,
            triggers=trigger,
        )
        for delta, days, trigger in product(deltas, days_to_expiry, triggers)
    )


def row(result: Result) -> Row:
    """Return a backtest in figures."""
    found = result.performance
    return Row(
        label=result.rules.label,
        put_delta=result.rules.put_delta,
        days_to_expiry=result.rules.days_to_expiry,
        total_return=found.total_return,
        cagr=found.cagr,
        volatility=found.volatility,
        sharpe=found.sharpe,
        sortino=found.sortino,
        max_drawdown=found.max_drawdown,
        win_rate=result.win_rate,
        assignment_rate=result.assignment_rate,
        sales=len(result.sales),
        idle_days=sum(result.idle_days.values()),
    )


def run(market: Market, cases: Iterable[Rules], costs: Costs, capital: float) -> Iterator[Row]:
    """Yield the figures of each case as it is done.

    Raises:
        BadMarket, ValueError: see `backtest_report.backtest`.
    """
    for case in cases:
        yield row(backtest(market, case, costs, capital))


def best_first(rows: Iterable[Row]) -> list[Row]:
    """Return rows by Sharpe ratio, highest first, those without one last.

    Where none is above 0 they are by return: below 0 a ratio is the better for more volatility.
    """
    found = list(rows)
    if beats_cash(found):
        return sorted(found, key=lambda one: (one.sharpe is None, -(one.sharpe or 0.0), one.label))
    return sorted(found, key=lambda one: (-one.total_return, one.label))


def beats_cash(rows: Iterable[Row]) -> bool:
    """Return whether any of them earned more than the cash would have."""
    return any(one.sharpe is not None and one.sharpe > 0 for one in rows)


def shares(cases: Sequence[Rules], workers: int) -> list[tuple[Rules, ...]]:
    """Deal the cases out, each to whom has the least to do so far; no hand is left empty."""
    hands: list[list[Rules]] = [[] for _ in range(min(workers, len(cases)))]
    for case in sorted(cases, key=_work, reverse=True):
        min(hands, key=lambda hand: sum(map(_work, hand))).append(case)
    return [tuple(hand) for hand in hands]


def _work(case: Rules) -> float:
    """Return about how long a case takes, beside others: as long as it trades often.

    What is rolled is sold ten times as often (measured on ten years of a stock that fell by half).
    """
    often = 1.0 if case.triggers == HELD_TO_EXPIRY else 10.0
    return often / sqrt(case.days_to_expiry)
