"""The book: what it holds, what it risks, and what it would lose; all from the user's own files."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.backend_door import door, used
from engine.agents.tools.book_reading import read
from engine.agents.tools.money import signed
from engine.agents.tools.risk.sentences import (
    Wanted,
    levels,
    of_positions,
    of_risk,
    of_stocks,
    wanted,
)
from engine.evidence import Evidence, Section
from engine.market.reading.reading import Reading
from engine.market.settings import Sources

if TYPE_CHECKING:
    from engine.market.risk.risk import Risk

_EXAMPLE = "an EXAMPLE book: every figure of it is invented"
_MOST_DAYS = 250
_NOTHING = "no position of this book can be valued"


@dataclass(frozen=True, slots=True)
class _Found:
    """A book that was read, where from, for which project, and what of it is asked for."""

    reading: Reading
    sources: Sources
    project: Path
    asked: Wanted


async def metrics(call: Call) -> Evidence:
    """Measure the current positions: value, Greeks, VaR three ways, stress, limits."""
    return await _answer(call, _metrics)


async def positions(call: Call) -> Evidence:
    """Show every position with its value, profit and Greeks."""
    return await _answer(call, _positions)


async def stress(call: Call) -> Evidence:
    """Show what the book would gain or lose over moves of spot and volatility."""
    return await _answer(call, _stress)


async def by_stock(call: Call) -> Evidence:
    """Show what each stock's positions are worth and exposed to; sectors are not known."""
    return await _answer(call, _by_stock)


async def _answer(call: Call, compose: Callable[["Risk", _Found], Evidence]) -> Evidence:
    asked = wanted(call)
    reading, where = await read(call)
    if not reading.book.positions:
        return Evidence("the book holds no position", found=False, assumptions=reading.book.notes)
    call.progress("measuring risk", None, None)
    found = _Found(reading, where, call.services.project, asked)
    # NumPy is imported and computes in the thread; it lets go of the interpreter while it does.
    return await anyio.to_thread.run_sync(lambda: _measured(call, found, compose))


def _measured(call: Call, found: _Found, compose: Callable[["Risk", _Found], Evidence]) -> Evidence:
    from engine.kernels.value_at_risk import LEVELS
    from engine.market.risk.market import MixedCurrencies
    from engine.market.risk.risk import Question, assess

    days = call.number("horizon_days") or call.number("days") or 1.0
    if days != int(days) or not 1 <= days <= _MOST_DAYS:
        raise Refused(f"a horizon of {days:g} days", f"1 to {_MOST_DAYS} whole trading days")
    through = door(call.services)
    question = Question(
        int(days),
        volatility_days=found.sources.volatility_days,
        levels=levels(found.asked, LEVELS),
    )
    try:
        risk = assess(found.reading.book, question, door=through)
    except MixedCurrencies as error:
        raise Refused(str(error), error.remedy) from error
    if risk is None:
        return Evidence(_NOTHING, found=False, assumptions=_assumptions(found))
    return compose(replace(risk, assumptions=(*risk.assumptions, *used(through))), found)


def _metrics(risk: "Risk", found: _Found) -> Evidence:
    from engine.agents.tools.risk import rows

    limits, notes = _limits(risk, found)
    sections: list[Section] = [
        rows.greeks(risk),
        rows.tails(risk),
        *limits,
        rows.stress(risk),
        rows.positions(risk),
        *rows.left_out(risk),
        rows.ages(found.reading, risk),
    ]
    notes = (*risk.tail_assumptions, *notes)
    return _evidence(of_risk(risk, found.asked), risk, found, sections, notes)


def _positions(risk: "Risk", found: _Found) -> Evidence:
    from engine.agents.tools.risk import rows

    verdict = of_positions(risk, found.asked)
    sections = [rows.positions(risk), *rows.left_out(risk), rows.ages(found.reading, risk)]
    return _evidence(verdict, risk, found, sections)


def _by_stock(risk: "Risk", found: _Found) -> Evidence:
    from engine.agents.tools.risk import rows
    from engine.market.exposure import by_stock

    each = by_stock(risk.lines)
    sections = [rows.by_stock(risk, each), *rows.left_out(risk), rows.ages(found.reading, risk)]
    return _evidence(of_stocks(risk, each, found.asked), risk, found, sections)


def _stress(risk: "Risk", found: _Found) -> Evidence:
    from engine.agents.tools.risk import rows

    lost, spot, volatility = risk.stress.worst
    verdict = (
        f"the worst of these moves is {spot:+.0%} of spot with {volatility * 100:+g} points of "
        f"volatility: {signed(lost, risk.currency)}"
    )
    sections = [rows.stress(risk), *rows.left_out(risk), rows.ages(found.reading, risk)]
    return _evidence(verdict, risk, found, sections)


def _evidence(
    verdict: str,
    risk: "Risk",
    found: _Found,
    sections: list[Section],
    notes: tuple[str, ...] = (),
) -> Evidence:
    missing = len(risk.left_out)
    every = missing + len(risk.lines)
    unvalued = [f"{missing} of {every} positions, which can't be valued"] if missing else []
    lacks = [*unvalued, *found.reading.book.lacks]
    return Evidence(
        verdict=f"{_EXAMPLE}; {verdict}" if found.sources.example else verdict,
        sections=tuple(sections),
        weight=3,
        lacks="; ".join(lacks) or None,
        assumptions=(*_assumptions(found), *risk.assumptions, *notes),
    )


def _assumptions(found: _Found) -> tuple[str, ...]:
    example = (_EXAMPLE,) if found.sources.example else ()
    return (*example, f"valued on {found.sources.as_of}", *found.reading.book.notes)


def _limits(risk: "Risk", found: _Found) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Return the limits of the user's YAML as a section, and what was odd about the file."""
    from engine.agents.tools.risk import rows
    from engine.market.parameters import ParameterError
    from engine.market.parameters_file import load as parameters
    from engine.market.risk.limits import risk_limits

    try:
        sourced = parameters(found.project, os.environ)
    except ParameterError as error:
        return (), (f"no limits: {error}",)
    limits = risk_limits(risk, sourced, found.sources.account_value)
    return ((rows.limits(limits),) if limits else ()), ()
