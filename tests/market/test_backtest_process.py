"""Backtests, sweeps and validations in processes of their own: answers, progress, refusals."""

from dataclasses import replace

import anyio
import msgspec
import psutil  # type: ignore[import-untyped]
import pytest

from engine.evidence import Evidence, Table
from engine.market.backtest import evidence
from engine.market.backtest.backtest import Costs, Rules
from engine.market.backtest.client import BacktestFailed, ask, sweep
from engine.market.backtest.report import backtest
from engine.market.backtest.request import Kind, Request
from engine.market.parameters import HELD_TO_EXPIRY, RollTriggers
from engine.market.sweep import best_first, grid, row, run, shares
from engine.market.volatility import Implied, Realised
from tests.commands_of_processes import command_of
from tests.market.synthetic import prices, walk_of

pytestmark = pytest.mark.anyio

FOUND = prices(7, 150)
CASES = grid(Rules(), (0.2, 0.3), (21, 35), (HELD_TO_EXPIRY, RollTriggers()))


def request(kind: Kind, *rules: Rules, realised: Realised | None = None) -> Request:
    """A question about the synthetic market."""
    return Request(
        kind=kind,
        prices=tuple(FOUND),
        rules=rules,
        costs=Costs(),
        capital=1e5,
        realised=realised,
        implied=None if realised else Implied("flat", {price.day: 0.5 for price in FOUND}),
        rates=(0.03,),
    )


def test_a_request_survives_its_journey() -> None:
    """Dates as keys, nested rules and unset sources come back as they were sent."""
    sent = request("sweep", *CASES)
    assert msgspec.json.decode(msgspec.json.encode(sent), type=Request) == sent


async def test_the_process_answers_as_the_function_does() -> None:
    """The evidence has the figures of the same backtest run here, and progress was told."""
    told: list[tuple[int, int]] = []
    found = await ask(request("wheel", Rules()), lambda done, total: told.append((done, total)))
    here = backtest(walk_of(FOUND), Rules())
    assert f"{here.performance.cagr:.1%}" in found.verdict
    assert told
    assert told == sorted(told)
    assert _cell(found, "Sharpe") == pytest.approx(here.performance.sharpe, abs=0.01)


async def test_a_sweep_over_two_processes_is_the_sweep_over_one() -> None:
    """Every case comes back once, the best first, whoever worked on it."""
    counts: list[int] = []
    found = await sweep(request("sweep", *CASES), 2, lambda done, total: counts.append(done))
    here = best_first(run(walk_of(FOUND), CASES, Costs(), 1e5))
    (table,) = found.sections
    assert isinstance(table, Table)
    assert [line[0] for line in table.rows] == [one.label for one in here]
    assert counts == list(range(1, len(CASES) + 1))
    assert any("luck" in line for line in found.assumptions)


async def test_what_cannot_be_run_is_said_in_a_sentence() -> None:
    """A market too short for its volatility, and a sweep of it, fail with the reason."""
    short = request("wheel", Rules(), realised=Realised(500))
    with pytest.raises(BacktestFailed, match="has a volatility"):
        await ask(short)
    with pytest.raises(BacktestFailed, match="has a volatility"):
        await sweep(msgspec.structs.replace(short, kind="sweep", rules=CASES), 2)
    with pytest.raises(BacktestFailed, match="implied volatility series"):
        await ask(msgspec.structs.replace(short, kind="validate"))


async def test_a_cancelled_sweep_leaves_no_process() -> None:
    """Who stops asking leaves no worker behind."""
    many = grid(Rules(), (0.1, 0.2, 0.3, 0.4), (14, 21, 35, 49), (RollTriggers(),))
    asked = request("sweep", *many, realised=Realised())
    asked = msgspec.structs.replace(asked, prices=tuple(prices(7, 2000)))
    with anyio.move_on_after(1.0) as scope:
        await sweep(asked, 2)
    assert scope.cancelled_caught
    here = psutil.Process().children(recursive=True)
    assert not [one for one in here if "backtest_worker" in command_of(one)]


def test_cases_are_dealt_out_evenly() -> None:
    """Each case is in exactly one hand, no hand is empty, and each has as many that trade much."""
    hands = shares(CASES, 3)
    assert sorted(one.label for hand in hands for one in hand) == sorted(c.label for c in CASES)
    assert len(shares(CASES[:1], 8)) == 1
    rolled = [sum(one.triggers != HELD_TO_EXPIRY for one in hand) for hand in shares(CASES, 2)]
    assert rolled == [2, 2]


def test_a_row_has_the_figures_of_its_backtest() -> None:
    """The row of a sweep repeats the result's own figures."""
    result = backtest(walk_of(FOUND), CASES[0])
    assert row(result).sharpe == result.performance.sharpe
    assert row(result).idle_days == sum(result.idle_days.values())


def test_where_nothing_earned_more_than_cash_the_return_ranks() -> None:
    """Below 0 more volatility makes a better Sharpe ratio, so the smaller loss comes first."""
    one = row(backtest(walk_of(FOUND), CASES[0]))
    wild = replace(one, label="wild", sharpe=-0.1, total_return=-0.5)
    mild = replace(one, label="mild", sharpe=-0.9, total_return=-0.1)
    good = replace(one, label="good", sharpe=0.1, total_return=0.05)
    assert [found.label for found in best_first([wild, mild])] == ["mild", "wild"]
    assert [found.label for found in best_first([mild, wild, good])] == ["good", "wild", "mild"]
    assert evidence.sweep([wild, mild]).verdict.startswith("none of the 2 rules earned more")


def _cell(found: Evidence, name: str) -> object:
    table = next(s for s in found.sections if isinstance(s, Table) and "buy-and-hold" in s.columns)
    return next(line[1] for line in table.rows if line[0] == name)
