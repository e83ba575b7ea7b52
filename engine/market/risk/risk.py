"""The risk of a book as it stands: exposure, VaR three ways, stress, and what was assumed.

VaR needs a volatility of the stock's own returns. That is the realised one where there are closes,
or else the mean of the options' volatilities, weighted by vega; which of them is said. The past is
taken at its word only where it has a hundred returns or more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.portfolio import option_greeks
from engine.kernels.stress import StressGrid, stress
from engine.kernels.value_at_risk import LEVELS
from engine.kernels.value_at_risk_historical import Historical, Windows, historical
from engine.kernels.value_at_risk_parametric import Parametric, parametric
from engine.kernels.value_at_risk_simulated import Simulated, simulated
from engine.market.book import Book
from engine.market.exposure import Exposure, Line, lines, total
from engine.market.returns import split_like
from engine.market.risk.market import (
    FEWEST_RETURNS,
    LeftOut,
    Priced,
    Sourced,
    priced,
    realised_volatility,
)
from engine.market.together import shared_closes

Floats = NDArray[np.float64]

SPOT_MOVES: Final = (-0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3)
VOLATILITY_MOVES: Final = (-0.1, 0.0, 0.1, 0.25)
FEWEST_FOR_HISTORY: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """How risk is to be measured.

    Attributes:
        horizon_days: trading days.
        paths, seed: of the simulation.
        volatility_days: daily returns that realised volatility is taken of.
    """

    horizon_days: int = 1
    paths: int = 1 << 18
    seed: int = 1
    volatility_days: int = 60
    windows: Windows = "overlapping"
    levels: tuple[float, ...] = LEVELS


USUAL: Final = Question()


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """The risk of a book on one day.

    Attributes:
        lines: every position that has a value, and `total` of them.
        volatilities: of each underlying's returns, for VaR.
        simulated, parametric, historical: VaR, or in a clause why there is none.
        assumptions: a sentence for everything that no data told.
        tail_assumptions: the same of VaR alone.
        left_out: positions that are in none of these figures.
        models: in a clause, by which models the options are priced and their tested errors.
    """

    as_of: date
    currency: str
    symbols: tuple[str, ...]
    spots: tuple[Sourced, ...]
    lines: tuple[Line, ...]
    total: Exposure
    volatilities: tuple[Sourced, ...]
    simulated: Simulated | str
    parametric: Parametric | str
    historical: Historical | str
    stress: StressGrid
    assumptions: tuple[str, ...]
    tail_assumptions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    models: str


def assess(
    book: Book,
    question: Question = USUAL,
    spot_moves: Sequence[float] = SPOT_MOVES,
    volatility_moves: Sequence[float] = VOLATILITY_MOVES,
    progress: Callable[[str], None] = lambda text: None,
    door: Door = REFERENCE_DOOR,
) -> Risk | None:
    """Measure the book's risk; None where no position of it has a value.

    Args:
        door: through which European prices of scenarios are got.

    Raises:
        MixedCurrencies: amounts of several currencies can't be added up.
    """
    known = priced(book, question.volatility_days)
    if not known.options and not known.stocks:
        return None
    progress("Greeks")
    every = lines(known)
    volatilities = _volatilities(book, known, question.volatility_days)
    correlation = _correlation(book, known)
    progress("value at risk")
    return Risk(
        as_of=book.as_of,
        currency=book.positions[0].currency,
        symbols=known.symbols,
        spots=known.spots,
        lines=every,
        total=total(every),
        volatilities=tuple(one for one in volatilities if isinstance(one, Sourced)),
        simulated=_simulated(known, volatilities, correlation, question, door),
        parametric=_parametric(known, volatilities, correlation, question),
        historical=_historical(book, known, question, door),
        stress=stress(known.portfolio, spot_moves, volatility_moves, door=door),
        assumptions=(*known.assumptions, *_pricing(known)),
        tail_assumptions=(*_conventions(question, volatilities, known), *_odd(book, known)),
        left_out=known.left_out,
        models=known.models,
    )


def _volatilities(book: Book, known: Priced, days: int) -> list[Sourced | str]:
    """Return the volatility of each underlying's returns, or why it isn't known."""
    found: list[Sourced | str] = []
    weights = np.abs(option_greeks(known.portfolio).vega_per_point)
    for place, symbol in enumerate(known.symbols):
        past = realised_volatility(book, symbol, days)
        mine = known.portfolio.underlying == place
        if isinstance(past, Sourced):
            found.append(past)
        elif mine.any() and weights[mine].sum() > 0.0:
            mean = float(np.average(known.portfolio.volatility[mine], weights=weights[mine]))
            found.append(Sourced(mean, "mean of its options', weighted by vega"))
        else:
            found.append(past)
    return found


def _correlation(book: Book, known: Priced) -> Floats | str | None:
    """Return correlations of daily log returns, None for one underlying, or why there are none."""
    if len(known.symbols) == 1:
        return None
    shared = shared_closes(book.prices, known.symbols)
    if isinstance(shared, str):
        return shared
    _, closes = shared
    if len(closes) <= FEWEST_RETURNS:
        return f"only {len(closes)} days have closes of all of {', '.join(known.symbols)}"
    returns = np.diff(np.log(closes), axis=0)
    if not (returns.std(axis=0) > 0.0).all():
        return "a stock's closes never change"
    matrix: Floats = np.corrcoef(returns, rowvar=False)
    return np.clip((matrix + matrix.T) / 2.0, -1.0, 1.0)


def _simulated(
    known: Priced,
    volatilities: Sequence[Sourced | str],
    correlation: Floats | str | None,
    question: Question,
    door: Door,
) -> Simulated | str:
    values = _values(volatilities, correlation)
    if isinstance(values, str) or isinstance(correlation, str):
        return values if isinstance(values, str) else str(correlation)
    return simulated(
        known.portfolio,
        values,
        correlation,
        seed=question.seed,
        horizon_days=question.horizon_days,
        paths=question.paths,
        levels=question.levels,
        door=door,
    )


def _parametric(
    known: Priced,
    volatilities: Sequence[Sourced | str],
    correlation: Floats | str | None,
    question: Question,
) -> Parametric | str:
    values = _values(volatilities, correlation)
    if isinstance(values, str) or isinstance(correlation, str):
        return values if isinstance(values, str) else str(correlation)
    if not np.isfinite(option_greeks(known.portfolio).gamma).all():
        return "an option expires today exactly at its strike and has no gamma"
    return parametric(
        known.portfolio,
        values,
        correlation,
        horizon_days=question.horizon_days,
        levels=question.levels,
    )


def _values(
    volatilities: Sequence[Sourced | str], correlation: Floats | str | None
) -> list[float] | str:
    """Return the volatilities, or the first reason that something is missing."""
    for one in volatilities:
        if isinstance(one, str):
            return one
    if isinstance(correlation, str):
        return correlation
    return [one.value for one in volatilities if isinstance(one, Sourced)]


def _historical(book: Book, known: Priced, question: Question, door: Door) -> Historical | str:
    shared = shared_closes(book.prices, known.symbols)
    if isinstance(shared, str):
        return shared
    _, closes = shared
    returns = len(closes) - question.horizon_days
    if returns < FEWEST_FOR_HISTORY:
        return f"the closes give {max(returns, 0)} returns, expected {FEWEST_FOR_HISTORY} or more"
    return historical(
        known.portfolio,
        closes,
        question.horizon_days,
        question.windows,
        question.levels,
        door=door,
    )


def _odd(book: Book, known: Priced) -> Iterator[str]:
    """Yield a sentence on each underlying whose closes jump as at a split."""
    for symbol in known.symbols:
        past = book.prices.get(symbol, ())
        days, closes = [one.day for one in past], np.array([one.close for one in past])
        if jumps := split_like(days, closes):
            yield f"{symbol}: {jumps}; taken as returns: if it is a split, adjust the closes"


def _pricing(known: Priced) -> tuple[str, ...]:
    if not known.options:
        return ()
    return "time ACT/365; options at their own volatilities, one at a time", known.models


def _conventions(
    question: Question, volatilities: Sequence[Sourced | str], known: Priced
) -> list[str]:
    days = question.horizon_days
    said = [
        f"horizon {days} trading day{'s' if days > 1 else ''} (252 a year), over which options age "
        f"{days * 365 / 252:.1f} calendar days and keep their volatility",
        "simulated and parametric returns are normal, without drift: real tails are fatter",
    ]
    for symbol, one in zip(known.symbols, volatilities, strict=True):
        if isinstance(one, Sourced):
            said.append(f"volatility of {symbol}'s returns {one.value:.1%} a year: {one.source}")
    if days * 365 / 252 / 365 > min(
        (one[0][0] for one in known.portfolio.dividends if one), default=np.inf
    ):
        said.append(
            "an ex-date lies within the horizon: returns are the stock's with its dividend, which "
            "shares receive (short ones pay) and options are valued without"
        )
    return said
