"""Answers that lead with what was asked: risk figures, rolls, assignment, cash, calls, chances."""

from collections.abc import AsyncIterator
from math import exp, log, sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from engine.agents.tool import Refused
from engine.agents.tools import assignment, calls_to_write, rolls
from engine.agents.tools.options import chances as option_chances
from engine.agents.tools.options import price as option_price
from engine.agents.tools.risk import risk
from engine.evidence import Argument, Figures
from engine.store.leases.pool import Pool

from .wheel_desk_book import asked_of, table, write_book

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(2)
    yield pool
    await pool.close()


# ── risk ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"level": 0.99}, "with 99% confidence"),
        ({"level": 0.975, "figure": "shortfall"}, "the expected shortfall over a day with 97.5%"),
        ({"figure": "delta"}, "the delta of the book is +484 shares"),
        ({"figure": "theta"}, "the theta of the book is +$25.02 per calendar day"),
        ({"figure": "delta", "kind": "call"}, "the delta of the calls is -151.9 shares"),
        ({"figure": "gamma", "ticker": "U"}, "the gamma of the U positions is -93.5 shares"),
    ],
)
async def test_the_verdict_on_risk_leads_with_what_is_asked(
    tmp_path: Path, pool: Pool, arguments: dict[str, Argument], said: str
) -> None:
    """The level, the tail or the Greek that the question names stands in the sentence."""
    found = await risk.metrics(asked_of(write_book(tmp_path), pool, arguments))
    assert said in found.verdict


async def test_a_level_that_is_asked_for_is_measured_beside_the_usual(
    tmp_path: Path, pool: Pool
) -> None:
    """97.5 % lies between 95 and 99 %, in every method's rows."""
    found = await risk.metrics(asked_of(write_book(tmp_path), pool, {"level": 0.975}))
    rows = [row for row in table(found, "Loss").rows if str(row[0]).startswith("simulated")]
    assert [row[1] for row in rows] == ["95%", "97.5%", "99%"]
    losses = [float(row[2]) for row in rows if isinstance(row[2], float)]
    assert losses == sorted(losses)
    assert len(losses) == 3


async def test_a_figure_of_what_is_not_held_is_refused(tmp_path: Path, pool: Pool) -> None:
    """The sentence names what is held instead."""
    asked: dict[str, Argument] = {"figure": "delta", "ticker": "XYZ"}
    with pytest.raises(Refused, match="the book holds no XYZ positions, but"):
        await risk.metrics(asked_of(write_book(tmp_path), pool, asked))


async def test_positions_tell_the_volatility_and_the_yield_of_each(
    tmp_path: Path, pool: Pool
) -> None:
    """Of the side that is asked for; the yield is the premium on the strike, a year by 365/days."""
    write_book(tmp_path)
    found = await risk.positions(asked_of(tmp_path, pool, {"figure": "volatility", "kind": "call"}))
    assert found.verdict.startswith("-5 U 2024-03-28 31 call: 48.1% (implied by the middle 0.65")
    found = await risk.positions(asked_of(tmp_path, pool, {"figure": "yield", "kind": "put"}))
    assert f"{0.80 / 26:.2%} on its strike in 30 days, {0.80 / 26 * 365 / 30:.1%} a year" in (
        found.verdict
    )
    asked: dict[str, Argument] = {"figure": "yield", "kind": "put", "strike": 22.0}
    found = await risk.positions(asked_of(tmp_path, pool, asked))
    assert found.verdict == "no 22 put is held that can be valued"


# ── rolls, assignment, cash ──────────────────────────────────────────────────────────────────────


async def test_rolls_are_judged_of_the_options_that_are_meant(tmp_path: Path, pool: Pool) -> None:
    """Side and strike narrow rules and verdict; what isn't short is named with what is."""
    write_book(tmp_path)
    found = await rolls.rolls(asked_of(tmp_path, pool, {"kind": "call"}))
    assert found.verdict.startswith("1 of 1 short calls is to be rolled: sold at 0.95")
    assert {row[0] for row in table(found, "Roll rules").rows} == {"-5 2024-03-28 31 call"}
    found = await rolls.rolls(asked_of(tmp_path, pool, {"kind": "put", "strike": 22.0}))
    assert not found.found
    assert found.verdict.startswith("no short 22 put is held that can be valued; short are ")
    assert "of 3 short options" in (await rolls.rolls(asked_of(tmp_path, pool, {}))).verdict


async def test_dividends_to_come_are_told_with_what_they_pay(tmp_path: Path, pool: Pool) -> None:
    """The next ex-date leads; each option says which one comes before its expiry."""
    found = await assignment.assignment(asked_of(write_book(tmp_path), pool, {"asks": "dividends"}))
    assert found.verdict.startswith(
        "next ex-date: U on 2024-03-20 with 0.6 a share, $300.00 on the 500 shares held"
    )
    assert {row[3] for row in table(found, "Short options").rows} == {"2024-03-20"}
    (row,) = table(found, "Dividends to come").rows
    assert row[:5] == ("U", "2024-03-20", 0.6, 500.0, 300.0)


async def test_without_dividends_it_is_said_where_they_would_be_read(
    tmp_path: Path, pool: Pool
) -> None:
    """None known is not none to come."""
    call = asked_of(write_book(tmp_path, dividends=False), pool, {"asks": "dividends"})
    found = await assignment.assignment(call)
    assert "no ex-date after 2024-03-01 is known" in found.verdict
    assert any(said.startswith("no dividends are known: set") for said in found.assumptions)


async def test_a_call_in_the_money_before_its_ex_date_leads(tmp_path: Path, pool: Pool) -> None:
    """The 25 call at 28.91: time value 0.24 against a dividend of 0.60."""
    held = (
        "Symbol,Quantity,Avg Price,Open Date\nU,500,33.00,2024-01-19\n"
        "U   240328C00025000,-5,1.95,2024-02-27\n"
    )
    write_book(tmp_path, positions=held)
    with (tmp_path / "quotes.csv").open("a") as quotes:
        quotes.write("U   240328C00025000,2024-03-01,4.05,4.25\n")
    found = await assignment.assignment(asked_of(tmp_path, pool, {}))
    assert found.verdict.startswith(
        "early assignment is likely for 1 of 1 short options: U 2024-03-28 25 call, "
    )


async def test_cash_tells_what_all_assignments_take_and_what_is_left(
    tmp_path: Path, pool: Pool
) -> None:
    """Puts bind their strikes, 4 x 2,600 and 2 x 2,500; calls bring theirs."""
    write_book(tmp_path)
    found = await assignment.cash(asked_of(tmp_path, pool, {}))
    assert "all short puts bind $15,400.00: assigned, they bring 600 shares of U " in found.verdict
    assert "all short calls assigned take 500 shares of U and bring $15,500.00" in found.verdict
    left = 60000 - 500 * 28.91 - 15400
    assert f"free cash, with every short put secured in full: ${left:,.2f}" in found.verdict
    of_puts = await assignment.cash(asked_of(tmp_path, pool, {"kind": "put"}))
    assert "short calls" not in of_puts.verdict
    assert len(table(of_puts, "If all").rows) == 2


async def test_a_call_to_write_is_a_call_and_says_what_the_shares_cover(
    tmp_path: Path, pool: Pool
) -> None:
    """With 500 shares under five calls none is left to cover another; without them, five are."""
    write_book(tmp_path)
    found = await calls_to_write.calls(asked_of(tmp_path, pool, {}))
    assert found.verdict.startswith("no further call on U is covered: 500 shares are held")
    free = "Symbol,Quantity,Avg Price,Open Date\nU,500,29.00,2024-01-19\n"
    write_book(tmp_path, positions=free)
    found = await calls_to_write.calls(asked_of(tmp_path, pool, {}))
    assert found.verdict.startswith("write the 2024-03-28 31 call on U for 0.62 a share")
    assert "5 would be covered" in found.verdict
    few = "Symbol,Quantity,Avg Price,Open Date\nU,50,29.00,2024-01-19\n"
    write_book(tmp_path, positions=few)
    found = await calls_to_write.calls(asked_of(tmp_path, pool, {}))
    assert found.verdict.startswith("no call on U can be covered: 50 shares are held")


# ── one option ───────────────────────────────────────────────────────────────────────────────────


async def test_an_expiry_is_counted_from_the_day_that_the_book_is_valued_on(
    tmp_path: Path, pool: Pool
) -> None:
    """as_of is 2024-03-01: 2024-04-19 is 49 days away, and 2024-02-16 is in the past."""
    write_book(tmp_path)
    terms = "30 call spot 28.91 vol 50% expiring {}"
    found = await option_price.price(
        asked_of(tmp_path, pool, {"terms": terms.format("2024-04-19")})
    )
    assert "49 days" in found.verdict
    with pytest.raises(Refused, match=r"is in the past \(valued on 2024-03-01\)"):
        await option_price.price(asked_of(tmp_path, pool, {"terms": terms.format("2024-02-16")}))


async def test_a_chance_takes_from_the_book_what_the_question_leaves_out(
    tmp_path: Path, pool: Pool
) -> None:
    """Spot less the dividend, the volatility that the quote implies, the days: N(-d2)."""
    write_book(tmp_path)
    asked: dict[str, Argument] = {"terms": "probability that my 26 puts expire worthless"}
    found = await option_chances.chances(asked_of(tmp_path, pool, asked))
    (section,) = found.sections
    assert isinstance(section, Figures)
    spot, years = 28.91 - 0.6 * exp(-0.05 * 19 / 365), 27 / 365
    (said,) = (one for one in found.assumptions if one.startswith("volatility"))
    vol = float(said.split("%")[0].split()[1]) / 100
    d2 = (log(spot / 26) + (0.05 - vol**2 / 2) * years) / (vol * sqrt(years))
    assert section.items[0].value == pytest.approx(NormalDist().cdf(-d2), abs=2e-4)
    asked = {"terms": "probability of touching 26 before 28 March"}
    assert "27 days" in (await option_chances.chances(asked_of(tmp_path, pool, asked))).verdict


async def test_an_option_that_is_not_held_is_said_so(tmp_path: Path, pool: Pool) -> None:
    """What is held is named, rather than that spot and volatility are missing."""
    asked: dict[str, Argument] = {"terms": "probability that my 22 puts expire worthless"}
    with pytest.raises(Refused, match="the book holds no 22 put that fits; it holds 31 call"):
        await option_chances.chances(asked_of(write_book(tmp_path), pool, asked))


async def test_without_a_book_the_question_is_told_what_it_lacks(
    tmp_path: Path, pool: Pool
) -> None:
    """No book: the terms have to be in the question."""
    asked: dict[str, Argument] = {"terms": "probability that my 22 puts expire worthless"}
    with pytest.raises(Refused, match="the query doesn't say: spot"):
        await option_chances.chances(asked_of(tmp_path, pool, asked))


async def test_assigned_shares_of_two_stocks_are_told_apart(tmp_path: Path, pool: Pool) -> None:
    """400 shares at an average of 27 and 700 would be a figure of nothing."""
    held = (
        "Symbol,Quantity,Avg Price,Open Date\nU,500,33.00,2024-01-19\n"
        "U   240328P00026000,-3,1.95,2024-02-27\nAAA 240328P00700000,-1,9.95,2024-02-27\n"
    )
    write_book(tmp_path, positions=held)
    found = await assignment.cash(asked_of(tmp_path, pool, {}))
    assert (
        "they bring 100 shares of AAA at 700.00 on average, beside 0 held and 300 shares of U at "
        "26.00 on average, beside 500 held"
    ) in found.verdict
