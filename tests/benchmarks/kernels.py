"""How fast the kernels are beside QuantLib and, where installed, vollib, fast-vollib and pyvolr.

    python tests/benchmarks/kernels.py

Ratios are worth more than times: all sides take turns on the same machine in the same minutes, and
of each the shortest turn counts. Every peer gets its arguments in the form that is cheapest for it.
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
import QuantLib as ql  # type: ignore[import-untyped]  # noqa: N813
from numpy.typing import NDArray

from engine.clock import SystemClock
from engine.kernels import american, european
from engine.kernels.crossover import measure_crossover
from engine.kernels.implied_vol import implied_volatility

CONTRACTS = 300_000
LOOPED = 5_000
EARLY = 20_000
EARLY_LOOPED = 500
ROUNDS = 7
THREADS = 2
RATE, DIVIDEND_YIELD = 0.03, 0.01

Floats = NDArray[np.float64]
Work = Callable[[], object]


def race(works: Mapping[str, Work], rounds: int = ROUNDS) -> dict[str, float]:
    """Return of each work the shortest of several turns, in seconds."""
    clock = SystemClock()
    best = dict.fromkeys(works, math.inf)
    for _ in range(rounds):
        for name, work in works.items():
            start = clock.monotonic_s()
            work()
            best[name] = min(best[name], clock.monotonic_s() - start)
    return best


def peer(name: str) -> ModuleType | None:
    """Return a package to compare with, or None where it isn't installed or doesn't load."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(name)
    # The boundary to packages that are no part of the project: some break at import.
    except Exception:
        return None


@dataclass(frozen=True, slots=True)
class Book:
    """Listed options over the domain of the kernels' bounds, always the same."""

    kind: NDArray[np.str_]
    spot: Floats
    strike: Floats
    years: Floats
    volatility: Floats

    def first(self, size: int) -> "Book":
        return Book(*(getattr(self, name)[:size] for name in Book.__dataclass_fields__))

    def rows(self) -> list[tuple[str, float, float, float, float]]:
        columns = (getattr(self, name).tolist() for name in Book.__dataclass_fields__)
        return list(zip(*columns, strict=True))

    @property
    def arguments(self) -> tuple[NDArray[np.str_], Floats, Floats, Floats, Floats, float, float]:
        return (
            self.kind,
            self.spot,
            self.strike,
            self.years,
            self.volatility,
            RATE,
            DIVIDEND_YIELD,
        )

    @property
    def sign(self) -> NDArray[np.int8]:
        return np.where(self.kind == "call", 1, -1).astype(np.int8)


def book(size: int) -> Book:
    """Draw a book: whole days to two years, 12 to 120 %, strikes within 35 %, out of the money."""
    random = np.random.default_rng(7)
    spot = random.uniform(20.0, 500.0, size)
    strike = spot * np.exp(random.uniform(np.log(0.65), np.log(1.35), size))
    days = np.rint(np.exp(random.uniform(np.log(2.0), np.log(730.0), size)))
    kind = np.where(strike > spot, "call", "put")
    return Book(kind, spot, strike, days / 365.0, random.uniform(0.12, 1.2, size))


def calculator(kind: str, spot: float, strike: float, years: float, volatility: float) -> object:
    """Return price and five Greeks from QuantLib's calculator."""
    carried, discount = math.exp(-DIVIDEND_YIELD * years), math.exp(-RATE * years)
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if kind == "call" else ql.Option.Put, strike)
    found = ql.BlackCalculator(
        payoff, spot * carried / discount, volatility * math.sqrt(years), discount
    )
    return (
        found.value(),
        found.delta(spot),
        found.gamma(spot),
        found.vega(years),
        found.theta(spot, years),
        found.rho(years),
    )


def european_section(pool: ThreadPoolExecutor) -> Iterator[str]:
    options = book(CONTRACTS)
    rows = options.first(LOOPED).rows()
    works: dict[str, Work] = {
        "kernel": lambda: european.price(*options.arguments),
        "kernel, 2 threads": lambda: european.price(*options.arguments, spread=pool.map),
    }
    counts = {"QuantLib, calculator loop": LOOPED}
    works["QuantLib, calculator loop"] = lambda: [calculator(*row) for row in rows]
    if (pyvolr := peer("pyvolr")) is not None:
        market = (options.spot, options.strike, options.years, RATE, options.volatility)
        sign = options.sign
        works["pyvolr"] = lambda: (
            pyvolr.bs.price(sign, *market, q=DIVIDEND_YIELD),
            pyvolr.bs.greeks(sign, *market, q=DIVIDEND_YIELD),
        )
    if (fast := peer("fast_vollib")) is not None:
        letters = np.where(options.kind == "call", "c", "p")
        rest = (options.spot, options.strike, options.years, RATE, options.volatility)
        works["fast-vollib"] = lambda: (
            fast.fast_black_scholes_merton(letters, *rest, DIVIDEND_YIELD, return_as="numpy"),
            fast.get_all_greeks(
                letters, *rest, DIVIDEND_YIELD, model="black_scholes_merton", return_as="numpy"
            ),
        )
    yield from table("European price and five Greeks", works, counts, CONTRACTS)


def implied_section(pool: ThreadPoolExecutor) -> Iterator[str]:
    options = book(CONTRACTS)
    price = european.price(*options.arguments).price
    keep = price > 1e-6 * options.spot
    options = Book(*(getattr(options, name)[keep] for name in Book.__dataclass_fields__))
    price = price[keep]
    size = len(price)
    market = (options.spot, options.strike, options.years, RATE, DIVIDEND_YIELD)
    works: dict[str, Work] = {
        "kernel": lambda: implied_volatility(options.kind, price, *market),
        "kernel, 2 threads": lambda: implied_volatility(
            options.kind, price, *market, spread=pool.map
        ),
    }
    rows = list(zip(options.first(LOOPED).rows(), price[:LOOPED].tolist(), strict=True))

    def one(row: tuple[str, float, float, float, float], cost: float) -> float:
        kind, spot, strike, years, _ = row
        side = ql.Option.Call if kind == "call" else ql.Option.Put
        discount = math.exp(-RATE * years)
        forward = spot * math.exp((RATE - DIVIDEND_YIELD) * years)
        deviation: float = ql.blackFormulaImpliedStdDevLiRS(side, strike, forward, cost, discount)
        return deviation / math.sqrt(years)

    counts = {"QuantLib, loop": LOOPED}
    works["QuantLib, loop"] = lambda: [one(*row) for row in rows]
    if (pyvolr := peer("pyvolr")) is not None:
        sign = options.sign
        works["pyvolr"] = lambda: pyvolr.bs.implied_vol(
            price, sign, *market[:4], DIVIDEND_YIELD, on_error="ignore"
        )
    if (fast := peer("fast_vollib")) is not None:
        letters = np.where(options.kind == "call", "c", "p")
        works["fast-vollib"] = lambda: fast.fast_implied_volatility(
            price,
            *market[:4],
            letters,
            DIVIDEND_YIELD,
            model="black_scholes_merton",
            return_as="numpy",
            on_error="ignore",
        )
    if (vollib := peer("vollib.black_scholes_merton.implied_volatility")) is not None:
        few = rows[: LOOPED // 10]
        counts["vollib, loop"] = len(few)
        works["vollib, loop"] = lambda: [
            vollib.implied_volatility(cost, row[1], row[2], row[3], RATE, DIVIDEND_YIELD, row[0][0])
            for row, cost in few
        ]
    yield from table("Implied volatility", works, counts, size)
    found = implied_volatility(options.kind, price, *market).volatility
    yield f"  largest error {np.abs(found - options.volatility).max():.1e}"


def spectral(
    row: tuple[str, float, float, float, float], scheme: object
) -> tuple[object, Callable[[], float]]:
    """Return QuantLib's option with its engine, ready, and what prices it anew."""
    kind, spot, strike, years, volatility = row
    today = ql.Date(1, 1, 2020)
    ql.Settings.instance().evaluationDate = today
    counting, calendar = ql.Actual365Fixed(), ql.NullCalendar()
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(spot)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, DIVIDEND_YIELD, counting)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, RATE, counting)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, calendar, volatility, counting)),
    )
    side = ql.Option.Call if kind == "call" else ql.Option.Put
    exercise = ql.AmericanExercise(today, today + round(years * 365.0))
    option = ql.VanillaOption(ql.PlainVanillaPayoff(side, strike), exercise)
    option.setPricingEngine(ql.QdFpAmericanEngine(process, scheme))

    def again() -> float:
        option.recalculate()
        price: float = option.NPV()
        return price

    return process, again


def american_section(pool: ThreadPoolExecutor) -> Iterator[str]:
    options = book(EARLY)
    few = options.first(EARLY_LOOPED)
    engine = ql.QdFpAmericanEngine
    schemes = {
        "QuantLib QdFp fast": engine.fastScheme(),
        "QuantLib QdFp accurate": engine.accurateScheme(),
    }
    ready = {name: [spectral(row, s) for row in few.rows()] for name, s in schemes.items()}
    truth = np.array([spectral(row, engine.highPrecisionScheme())[1]() for row in few.rows()])

    def loop(name: str) -> Floats:
        return np.array([again() for _, again in ready[name]])

    counts = dict.fromkeys(schemes, EARLY_LOOPED)

    def race_of(accuracy: american.Accuracy) -> Iterator[str]:
        works: dict[str, Work] = {
            f"kernel {accuracy}, 2 threads": lambda: american.price(
                *options.arguments, accuracy=accuracy, spread=pool.map
            ),
            f"kernel {accuracy}": lambda: american.price(*options.arguments, accuracy=accuracy),
            f"QuantLib QdFp {accuracy}": lambda: loop(f"QuantLib QdFp {accuracy}"),
        }
        yield from table(f"American price, {accuracy}", works, counts, EARLY)
        found = american.price(*few.arguments, accuracy=accuracy).price
        for name, prices in (("kernel", found), ("QuantLib", loop(f"QuantLib QdFp {accuracy}"))):
            yield f"  {name}: largest error {np.abs((prices - truth) / few.spot).max():.1e} of spot"

    yield from race_of("fast")
    yield from race_of("accurate")
    greeks: dict[str, Work] = {
        "kernel accurate, 2 threads": lambda: american.price_and_greeks(
            *options.arguments, spread=pool.map
        )
    }
    yield from table("American price and Greeks", greeks, {}, EARLY, rounds=2)


def table(
    title: str, works: dict[str, Work], counts: dict[str, int], size: int, rounds: int = ROUNDS
) -> Iterator[str]:
    """Run the works in turns and say what one contract costs each, and how often more."""
    yield title
    each = {name: took / counts.get(name, size) for name, took in race(works, rounds).items()}
    mine = {name: cost for name, cost in each.items() if name.startswith("kernel")}
    for name, cost in each.items():
        ratios = "" if name in mine else ", ".join(f"{cost / m:.1f} x {n}" for n, m in mine.items())
        yield f"  {name:28}{cost * 1e6:9.3f} us each  {ratios}".rstrip()


def report() -> Iterator[str]:
    """Measure, line by line."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from european_section(pool)
        yield from implied_section(pool)
        yield from american_section(pool)
    found = measure_crossover(SystemClock().monotonic_s)
    yield f"MLX from {found.contracts or 'no'} contracts on ({found.device}): {found.reason}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for line in report():
        print(line, flush=True)
