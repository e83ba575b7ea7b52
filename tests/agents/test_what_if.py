"""What a named move does to a book: spot, volatility, rate and time, against QuantLib."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.agents.tool import Refused
from engine.agents.tools.what_if import what_if
from engine.evidence import Argument
from engine.store.leases.pool import Pool

from .wheel_desk_book import asked_of, table, write_book

pytestmark = pytest.mark.anyio
ONE_PUT = "Symbol,Quantity,Avg Price,Open Date\nU   240328P00026000,-4,0.80,2024-02-27\n"


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


def put(spot: float, volatility: float, rate: float, days: int) -> float:
    """Return QuantLib's price of the American 26 put of that many days."""
    ql: Any = pytest.importorskip("QuantLib")
    today = ql.Date(1, 3, 2024)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))
    none = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, count))
    vol = ql.BlackVolTermStructureHandle(
        ql.BlackConstantVol(today, ql.NullCalendar(), volatility, count)
    )
    process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(spot)), none, flat, vol)
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Put, 26.0), ql.AmericanExercise(today, today + days)
    )
    option.setPricingEngine(
        ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())
    )
    return float(option.NPV())


def implied(price: float) -> float:
    """Return the volatility that QuantLib's price of the put is `price` at, by bisection."""
    low, high = 0.1, 2.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if put(28.91, middle, 0.05, 27) < price else (low, middle)
    return low


@pytest.mark.parametrize(
    ("arguments", "moved"),
    [
        ({"spot_amount": -2.0}, lambda vol: put(26.91, vol, 0.05, 27)),
        ({"spot_level": 25.0}, lambda vol: put(25.0, vol, 0.05, 27)),
        ({"rate_points": 1.0}, lambda vol: put(28.91, vol, 0.06, 27)),
        ({"rate_level": 0.02}, lambda vol: put(28.91, vol, 0.02, 27)),
        ({"volatility_level": 0.8}, lambda vol: put(28.91, 0.8, 0.05, 27)),
        ({"volatility_times": 2.0}, lambda vol: put(28.91, 2 * vol, 0.05, 27)),
        ({"pass_days": 5.0}, lambda vol: put(28.91, vol, 0.05, 22)),
        (
            {"spot_move": -0.1, "volatility_points": 20.0, "rate_points": -0.5, "pass_days": 7.0},
            lambda vol: put(28.91 * 0.9, vol + 0.2, 0.045, 20),
        ),
    ],
)
async def test_each_move_is_valued_as_quantlib_does(
    tmp_path: Path, pool: Pool, arguments: dict[str, Argument], moved: Callable[[float], float]
) -> None:
    """400 short puts lose what QuantLib says that each becomes dearer by, to a few cents."""
    write_book(tmp_path, dividends=False, positions=ONE_PUT)
    found = await what_if(asked_of(tmp_path, pool, arguments))
    rows = table(found, "What if").rows
    value = rows[len(rows) // 2][-1]  # of half, whole and one and a half of it, the whole
    assert value == pytest.approx(-400 * (moved(implied(0.53)) - 0.53), abs=0.15)


async def test_the_verdict_says_all_that_moved(tmp_path: Path, pool: Pool) -> None:
    """Spot with its prices, volatility, the rate from and to, and the days."""
    write_book(tmp_path)
    moved: dict[str, Argument] = {
        "spot_amount": -2.0, "volatility_times": 2.0, "rate_points": 1.0, "pass_days": 5.0,
    }  # fmt: skip
    verdict = (await what_if(asked_of(tmp_path, pool, moved))).verdict
    assert "U falls by 6.9% (28.91 to 26.91)" in verdict
    assert "every volatility is 2 times what it is" in verdict
    assert "the rate rises by 1 points (5.00% to 6.00%)" in verdict
    assert "5 days pass" in verdict


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ({"spot_amount": -32.0}, r"U is at 28\.91 and would be at -3\.09"),
        ({"spot_level": 0.0}, r"U is at 28\.91 and would be at 0"),
        ({"spot_move": -1.0}, r"a move of -100%"),
        ({"rate_level": 6.0}, r"a rate of 600\.00% a year"),
        ({"volatility_level": 80.0}, r"a volatility of 8000\.0%"),
        ({"spot_move": -0.1, "ticker": "XYZ"}, r"the book holds nothing on XYZ, but on U"),
    ],
)
async def test_a_move_that_cant_be_is_refused_in_the_users_numbers(
    tmp_path: Path, pool: Pool, moved: dict[str, Argument], said: str
) -> None:
    """The sentence names what was asked for, never an array."""
    write_book(tmp_path)
    with pytest.raises(Refused, match=said):
        await what_if(asked_of(tmp_path, pool, moved))
