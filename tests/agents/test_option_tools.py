"""One option in words: its price, the volatility of its price, its chances; QuantLib as oracle."""

from pathlib import Path

import pytest

from engine.agents.option_premium import premium_in
from engine.agents.tool import Call, Refused
from engine.agents.tools.options.chances import chances
from engine.agents.tools.options.implied import implied
from engine.agents.tools.options.price import price
from engine.evidence import Evidence, Figures

from .scene import Scene

pytestmark = pytest.mark.anyio

TERMS = "put 20 spot 22 vol 55% 365 days rate 6%"


def call(folder: Path, terms: str) -> Call:
    return Call({"terms": terms}, Scene(folder).services)


def figures(evidence: Evidence) -> dict[str, float]:
    found = (i for s in evidence.sections if isinstance(s, Figures) for i in s.items)
    return {item.name: item.value for item in found if isinstance(item.value, float)}


def oracle(*, american: bool) -> float:
    """Return QuantLib's price of TERMS."""
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(22, 11, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    spot = ql.QuoteHandle(ql.SimpleQuote(22.0))
    rate = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.06, count))
    none = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, count))
    vol = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.55, count))
    process = ql.BlackScholesMertonProcess(spot, none, rate, vol)
    payoff, end = ql.PlainVanillaPayoff(ql.Option.Put, 20.0), today + 365
    if american:
        option = ql.VanillaOption(payoff, ql.AmericanExercise(today, end))
        option.setPricingEngine(
            ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())
        )
    else:
        option = ql.VanillaOption(payoff, ql.EuropeanExercise(end))
        option.setPricingEngine(ql.AnalyticEuropeanEngine(process))
    return float(option.NPV())


async def test_an_option_is_american_unless_the_query_says_otherwise(tmp_path: Path) -> None:
    """Listed options can be exercised early; "european" in the query takes that away."""
    found = await price(call(tmp_path, TERMS))
    assert figures(found)["price"] == pytest.approx(oracle(american=True), abs=2.2e-5)
    assert "American put" in found.verdict
    assert found.lacks is None
    found = await price(call(tmp_path, f"european {TERMS}"))
    assert figures(found)["price"] == pytest.approx(oracle(american=False), abs=1e-7)
    assert "European put" in found.verdict
    assert found.lacks is None


async def test_where_there_is_no_american_price_the_european_one_lacks_something(
    tmp_path: Path,
) -> None:
    """Below 1 % of volatility the method has no answer, which degrades the figure."""
    found = await price(call(tmp_path, "put 20 spot 22 vol 0.5% 35 days rate 4%"))
    assert "European put" in found.verdict
    assert found.lacks is not None
    assert any(said.startswith("no American price: volatility") for said in found.assumptions)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (35, "tested error of the price 1e-06 of spot"),
        (1500, "tested error of the price 6e-05 of spot"),
        (9000, "outside of the range in which its error was measured"),
    ],
)
async def test_the_error_is_that_of_where_the_option_lies(
    tmp_path: Path, days: int, said: str
) -> None:
    """Each figure carries the bound that tests have measured there, or that none was."""
    found = await price(call(tmp_path, f"put 20 spot 22 vol 55% {days} days rate 4%"))
    section = found.sections[0]
    assert isinstance(section, Figures)
    assert said in section.items[0].source


@pytest.mark.parametrize("several", ["20 straddle", "20/25 put spread", "iron condor 20"])
async def test_several_options_are_refused_by_name(tmp_path: Path, several: str) -> None:
    """A combination isn't taken for one of its legs."""
    for tool in (price, implied, chances):
        with pytest.raises(Refused, match=r"is several options|what the option costs"):
            await tool(call(tmp_path, f"{several} spot 22 vol 55% 35 days"))


async def test_a_price_gives_back_the_volatility_that_it_was_made_with(tmp_path: Path) -> None:
    """The American price's volatility is the one that it was priced at."""
    made = figures(await price(call(tmp_path, TERMS)))["price"]
    found = await implied(
        call(tmp_path, f"implied vol of a 20 put at {made:.7f} spot 22 365 days rate 6%")
    )
    assert figures(found)["implied volatility, American"] == pytest.approx(0.55, abs=1e-6)
    assert figures(found)["implied volatility, European"] > 0.55


async def test_a_price_below_what_exercise_pays_lacks_the_american_volatility(
    tmp_path: Path,
) -> None:
    """Below 8.00, which exercise pays, only a European put has a volatility, and that is said."""
    terms = "30 put at 7.9 spot 22 35 days rate 4%"
    found = await implied(call(tmp_path, terms))
    assert "European exercise" in found.verdict
    assert "to exercise now pays 8, no less than the price of 7.9" in (found.lacks or "")
    assert (await implied(call(tmp_path, f"european {terms}"))).lacks is None


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ("iv of a 30 put at 5 spot 22 35 days", "below the discounted intrinsic value"),
        ("iv of a 20 call at 25 spot 22 35 days", "not below the discounted asset"),
    ],
)
async def test_a_price_that_no_volatility_gives_is_said_to_be_one(
    tmp_path: Path, terms: str, why: str
) -> None:
    """An arbitrage has no implied volatility, and the answer says why."""
    found = await implied(call(tmp_path, terms))
    assert not found.found
    assert why in found.verdict


@pytest.mark.parametrize(
    "terms", ["iv of a 20 put spot 22 35 days", "iv at 0.61 strike 20 spot 22 35 days", "iv put"]
)
async def test_what_a_volatility_takes_is_asked_for(tmp_path: Path, terms: str) -> None:
    """Without the price, or the right, nothing is guessed."""
    with pytest.raises(Refused):
        await implied(call(tmp_path, terms))


async def test_chances_add_up(tmp_path: Path) -> None:
    """One side earns or the other; to end beyond the strike the stock has to touch it."""
    found = figures(
        await chances(call(tmp_path, "pop of a 20 put sold at 0.61 spot 22 vol 55% 35d"))
    )
    assert found["profit for who sold"] + found["profit for who bought"] == pytest.approx(1.0)
    assert found["touches 20 before"] > found["ends in the money (put)"] > 0.0
    assert found["profit for who sold"] > 1.0 - found["ends in the money (put)"]


async def test_a_level_may_be_named_without_an_option(tmp_path: Path) -> None:
    """ "below 20" is what a put struck there needs."""
    found = await chances(call(tmp_path, "odds of ending below 20 with spot 22 vol 55% in 35 days"))
    assert "ends in the money (put)" in figures(found)


@pytest.mark.parametrize(
    ("text", "premium"),
    [
        ("a 20 put at 0.61 spot 22", 0.61),
        ("put 20, price 0.61, stock price 22", 0.61),
        ("20p at .61 spot 22 35d", 0.61),
        ("put 20 stock at 22 for $0.61", 0.61),
        ("put 20 stock trading at 22 vol at 55", None),
        ("20 put at 55% vol in 35 days", None),
        ("spot price 22 strike price 20", None),
    ],
)
async def test_the_price_of_the_option_is_told_from_that_of_the_stock(
    text: str, premium: float | None
) -> None:
    """A price belongs to the option unless the stock's name stands before it."""
    assert premium_in(text)[0] == premium
