"""American prices from QuantLib's own spectral engine at high precision, and its grids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import QuantLib as ql  # type: ignore[import-untyped]  # noqa: N813
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_COUNT = ql.Actual365Fixed()


@dataclass(frozen=True, slots=True)
class Sample:
    """Random contracts on a spot of 100 over the domain that the bounds are stated for."""

    kind: NDArray[np.str_]
    strike: Floats
    days: NDArray[np.int64]
    volatility: Floats
    rate: Floats
    dividend_yield: Floats

    @property
    def years(self) -> Floats:
        return self.days / 365.0

    @property
    def arguments(self) -> tuple[object, ...]:
        """Return the arguments of `american.price`."""
        return (
            self.kind,
            100.0,
            self.strike,
            self.years,
            self.volatility,
            self.rate,
            self.dividend_yield,
        )


def sample(size: int, seed: int) -> Sample:
    """Draw contracts: 2 to 730 days, 12 to 120 %, rates to 6 %, yields to 5 %, strikes ±35 %."""
    random = np.random.default_rng(seed)
    return Sample(
        kind=np.where(random.random(size) < 0.5, "call", "put"),
        strike=100.0 * np.exp(random.uniform(np.log(0.65), np.log(1.35), size)),
        days=np.rint(np.exp(random.uniform(np.log(2), np.log(730), size))).astype(np.int64),
        volatility=random.uniform(0.12, 1.2, size),
        rate=random.uniform(0.005, 0.06, size),
        dividend_yield=np.where(random.random(size) < 0.1, 0.0, random.uniform(0, 0.05, size)),
    )


def converged(contracts: Sample) -> Floats:
    """Return QuantLib's prices in its high-precision scheme, about 1e-9."""
    scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
    rows = zip(
        contracts.kind,
        contracts.strike,
        contracts.days,
        contracts.volatility,
        contracts.rate,
        contracts.dividend_yield,
        strict=True,
    )
    prices = []
    for kind, strike, days, volatility, rate, dividend_yield in rows:
        option, process = instrument(
            str(kind),
            float(strike),
            int(days),
            float(volatility),
            float(rate),
            float(dividend_yield),
        )
        option.setPricingEngine(ql.QdFpAmericanEngine(process, scheme))
        prices.append(option.NPV())
    return np.array(prices)


def instrument(
    kind: str,
    strike: float,
    days: int,
    volatility: float,
    rate: float,
    dividend_yield: float,
    *,
    american: bool = True,
) -> tuple[ql.VanillaOption, ql.BlackScholesMertonProcess]:
    """Return QuantLib's option on a spot of 100, and the process of that spot."""
    today = ql.Date(1, 1, 2020)
    ql.Settings.instance().evaluationDate = today
    last = today + days
    exercise = ql.AmericanExercise(today, last) if american else ql.EuropeanExercise(last)
    side = ql.Option.Call if kind == "call" else ql.Option.Put
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(100.0)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, dividend_yield, DAY_COUNT)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, rate, DAY_COUNT)),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(today, ql.NullCalendar(), volatility, DAY_COUNT)
        ),
    )
    return ql.VanillaOption(ql.PlainVanillaPayoff(side, strike), exercise), process


def with_dividends(
    kind: str,
    strike: float,
    days: int,
    volatility: float,
    rate: float,
    dividends: Sequence[tuple[int, float]],
    *,
    american: bool,
) -> tuple[float, float, float]:
    """Return price, delta and gamma from QuantLib's grid in the spot model."""
    option, process = instrument(kind, strike, days, volatility, rate, 0.0, american=american)
    today = ql.Settings.instance().evaluationDate
    schedule = ql.DividendVector(
        [today + day for day, _ in dividends], [amount for _, amount in dividends]
    )
    option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, schedule, 500, 1000, 0))
    return option.NPV(), option.delta(), option.gamma()
