"""What a backtest process is asked and what it says, as JSON lines."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from engine.evidence import Evidence
from engine.market.backtest.backtest import Costs, Rules
from engine.market.book import DailyPrice, Dividend
from engine.market.sweep import Row
from engine.market.volatility import Implied, Realised, VolatilitySource

Kind = Literal["wheel", "put_write", "sweep", "validate"]


class Request(Struct, frozen=True, kw_only=True):
    """One question; exactly one of `implied` and `realised` is set.

    Attributes:
        rules: one for a backtest, the cases of a sweep.
        rates: continuous per year: one for all days, or one a day.
        published_pct, published_levels, fit_years: of a validation; see `engine.market.put_write`.
        skew: see `backtest_market.Market`.
        begin: the first day to trade on, None for the first that has a volatility; prices before
            it warm the volatility up.
        assumptions: what was assumed when the question was put; the answer repeats them.
    """

    kind: Kind
    prices: tuple[DailyPrice, ...]
    rules: tuple[Rules, ...]
    costs: Costs
    capital: float
    implied: Implied | None = None
    realised: Realised | None = None
    rates: tuple[float, ...] = (0.0,)
    dividends: tuple[Dividend, ...] = ()
    dividend_yield: float | None = None
    skew: float = 0.0
    published_pct: Mapping[int, float] = {}
    published_levels: Mapping[date, float] = {}
    fit_years: tuple[int, ...] = ()
    begin: date | None = None
    assumptions: tuple[str, ...] = ()

    @property
    def source(self) -> VolatilitySource:
        """Return the volatility source.

        Raises:
            ValueError: there is none.
        """
        source = self.implied or self.realised
        if source is None:
            raise ValueError("no volatility source is named; expected implied or realised")
        return source


class Done(Struct, frozen=True, tag="done"):
    """So many days, or cases, of all."""

    done: int
    total: int


class Case(Struct, frozen=True, tag="case"):
    """One case of a sweep."""

    row: Row


class Found(Struct, frozen=True, tag="found"):
    """The answer."""

    evidence: Evidence


class Failed(Struct, frozen=True, tag="failed"):
    """The question can't be answered; a sentence."""

    cause: str


Line = Done | Case | Found | Failed
