import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.option_terms import Terms, read

TODAY = date(2026, 11, 22)
PUT = {"kind": "put", "strike": 20.0, "spot": 22.0, "volatility": 0.55, "days": 35.0}


def terms(text: str) -> dict[str, object]:
    """Return what was read, without what is missing."""
    found = read(text, TODAY)
    names = ("kind", "strike", "spot", "volatility", "days", "rate", "dividend_yield")
    return {name: getattr(found, name) for name in names if getattr(found, name) is not None}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("put 20 spot 22 vol 55% 35 days", {}),
        ("price a 20 put 35 days out with spot 22 at 55 vol", {}),
        ("what's a 20 strike put worth with U at 22, 35 dte, 55 iv", {}),
        ("20p 35dte spot 22 iv 55", {}),
        ("20P 35d IV 55% stock 22", {}),
        ("premium for the 20 put at 55 vol, spot 22, 5 weeks", {}),
        ("22 spot 20 strike 55 vol 5 weeks put", {}),
        ("55% vol 20 put 22 spot 35 dte", {}),
        ("spot 22 days 35 strike 20 put vol .55", {}),
        ("strike=20 spot=22 vol=0.55 days=35 put", {}),
        ("strike: 20, spot: 22, vol: 55%, dte: 35, put", {}),
        ("k=20 s=22 sigma=55% t=35d put", {}),
        ("k 20 s 22 sigma 55 35d puts", {}),
        (
            "put with a strike of $20, underlying at $22.00, volatility of 55 percent, in 35 days",
            {},
        ),
        ("the 20-strike 35-day put on Unity trading at 22 with 55% vol", {}),
        ("fair value 20 put stock price is 22 implied vol 55pct 35 days to expiry", {}),
        ("20 put 2026-12-27 spot 22 vol 55%", {}),
        ("20 put dec 27 spot 22 vol 55%", {}),
        ("20 put Dec 27th, 2026 spot 22 vol 55%", {}),
        ("20 put 27 december spot 22 vol 55%", {}),
        ("put 20 spot 22 vol 55% 35 days rate 4.5%", {"rate": 0.045}),
        ("put 20 spot 22 vol 55% 35 days r=0.045 q=1%", {"rate": 0.045, "dividend_yield": 0.01}),
        ("4.5% rate 20 put 55% vol 22 spot 35 days", {"rate": 0.045}),
        ("rate -0.5% put 20 spot 22 vol 55% 35 days", {"rate": -0.005}),
        ("put 20 spot 22 vol 55% 35 days risk-free rate 4% a year", {"rate": 0.04}),
        ("put 20 spot 22 vol 55% 35 days dividend yield 2%", {"dividend_yield": 0.02}),
        ("PUT 20 SPOT 22 VOL 55% 35 DAYS", {}),
        ("put  20\tspot 22   vol 55 % 35  days", {}),
    ],
)
def test_one_option_in_many_words(text: str, more: dict[str, float]) -> None:
    """However it is put, the same option is read."""
    assert terms(text) == PUT | more


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("35 days", 35.0),
        ("35d", 35.0),
        ("35 d", 35.0),
        ("35-day", 35.0),
        ("dte 35", 35.0),
        ("2 weeks", 14.0),
        ("1.5 years", 547.5),
        ("t=0.5", 182.5),
        ("t 0.5", 182.5),
        ("maturity 0.5", 182.5),
        ("maturity 6 weeks", 42.0),
        ("t = 35 days", 35.0),
        ("2026-11-22", 0.0),
        ("2027-11-22", 365.0),
        ("nov 23", 1.0),
        ("nov 21", 364.0),
    ],
)
def test_time_in_many_words(text: str, days: float) -> None:
    """Times are read in days; a day without a year is the next one."""
    assert read(f"20 put {text} spot 22", TODAY).days == days


def test_months_are_said_to_be_an_average() -> None:
    """A month is a twelfth of a year, which the reading says."""
    for text in ("3 months", "3m", "3-month"):
        found = read(f"20 put {text}", TODAY)
        assert (found.strike, found.days) == (20.0, 91.25)
        assert found.readings == (f"{text} read as 91.2 days (365/12 a month)",)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("vol 55", 0.55, "volatility 55 read as 55 %"),
        ("vol 2", 2.0, "volatility 2 read as 200 %"),
        ("vol 3.5", 0.035, "volatility 3.5 read as 3.5 %"),
        ("vol 0.55", 0.55, None),
        ("vol 150%", 1.5, None),
        ("rate 4.5", 0.045, "rate 4.5 read as 4.5 %"),
        ("rate 0.3", 0.3, "rate 0.3 read as 30 %"),
        ("rate 0.045", 0.045, None),
        ("rate 30%", 0.3, None),
    ],
)
def test_a_number_without_its_percent_sign_is_read_aloud(
    text: str, value: float, said: str | None
) -> None:
    """Where it isn't plain whether a fraction or per cent is meant, the reading says which."""
    found = read(text, TODAY)
    assert value in (pytest.approx(found.volatility), pytest.approx(found.rate))
    assert found.readings == ((said,) if said else ())


# ── any order ────────────────────────────────────────────────────────────────────────────────────

PRICE = st.decimals(1, 9999, places=2, allow_nan=False, allow_infinity=False)
STYLES = {
    "strike": ("strike {}", "{} strike", "strike={}", "strike of {}", "k={}"),
    "spot": ("spot {}", "{} spot", "spot: {}", "spot is {}", "s={}"),
    "vol": ("vol {}%", "{}% vol", "iv={}%", "sigma at {}%", "{} % implied vol"),
    "days": ("{} days", "{}d", "{} dte", "days {}", "{}-day"),
    "rate": ("rate {}%", "{}% rate", "r={}%", "interest {}%", "{} % risk-free"),
    "dividend": ("dividend {}%", "{}% dividend", "q={}%", "div {}%", "{} % dividend yield"),
}


@st.composite
def phrasings(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A whole option: each term in any style, in any order, with or without commas."""
    numbers: dict[str, Decimal | int] = {
        "strike": draw(PRICE),
        "spot": draw(PRICE),
        "vol": draw(st.decimals(1, 300, places=1)),
        "days": draw(st.integers(0, 900)),
        "rate": draw(st.decimals(0, 20, places=2)),
        "dividend": draw(st.decimals(0, 20, places=2)),
    }
    kind = draw(st.sampled_from(["put", "call", "puts", "calls"]))
    left_out = draw(st.sets(st.sampled_from(["rate", "dividend", "vol", "days"])))
    words = [
        draw(st.sampled_from(STYLES[name])).format(number)
        for name, number in numbers.items()
        if name not in left_out
    ]
    order = draw(st.permutations([*words, kind]))
    said = draw(st.sampled_from([" ", ", "])).join(order)
    expected: dict[str, object] = {
        "kind": kind.removesuffix("s"),
        "strike": float(numbers["strike"]),
        "spot": float(numbers["spot"]),
        "volatility": float(numbers["vol"]) / 100,
        "days": float(numbers["days"]),
        "rate": float(numbers["rate"]) / 100,
        "dividend_yield": float(numbers["dividend"]) / 100,
    }
    names = {"vol": "volatility", "dividend": "dividend_yield"}
    for name in left_out:
        del expected[names.get(name, name)]
    return said, expected


@given(phrasings())
def test_any_order_and_style_reads_the_same(phrasing: tuple[str, dict[str, object]]) -> None:
    """Labels before or after their numbers, in any order: each term has its own number."""
    text, expected = phrasing
    assert terms(text) == pytest.approx(expected)
    assert not [note for note in read(text, TODAY).readings if "not used" in note]


@given(st.permutations(["20 put", "spot 22", "vol 55%", "35 days", "rate 4%"]))
def test_the_strike_may_be_said_by_the_right_alone(words: list[str]) -> None:
    """ "20 put" names strike and right, wherever it stands."""
    assert terms(" ".join(words)) == PUT | {"rate": 0.04}


PIECES = st.sampled_from(
    "strike spot vol rate days put call 20 22 55% 35 4.5 $7 = at of , is 35d 20p k s t r u "
    "2026-12-18 dec 18 months years -5 1e3 20-25 12/18 the".split()
)


@given(st.lists(PIECES, max_size=14))
def test_any_words_are_read_or_refused(pieces: list[str]) -> None:
    """Scraps give terms within their bounds or a ValueError."""
    text = " ".join(pieces)
    try:
        found = read(text, TODAY)
    except ValueError:
        return
    assert isinstance(found, Terms)
    for value in (found.strike, found.spot):
        assert value is None or value > 0
    assert found.days is None or found.days >= 0


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """So does arbitrary text."""
    try:
        read(text, TODAY)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - any other exception fails the test


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20 strike 22 spot 55", "it can't be told which number is the spot: 22 or 55?"),
        ("strike 20 22 spot 24 put vol", "it can't be told which number is the "),
        ("put 20 call 25", "there are two values for the strike: 20 and 25"),
        ("strike 20 strike 25", "there are two values for the strike: 20 and 25"),
        ("30-day vol 55% 45 days", "there are two values for the time to expiry: 30 and 45"),
        ("1 year 3 months", "there are two values for the time to expiry: 365 and 91.25"),
        ("put 20 2026-12-18 35 days", "there are two values for the time to expiry: 26 and 35"),
        ("strike 0", "the strike must be above 0 and at most 10,000,000, found 0"),
        ("strike -5", "the strike must be above 0 and at most 10,000,000, found -5"),
        ("spot=-5", "the spot must be above 0 and at most 10,000,000, found -5"),
        ("strike 99999999999", "the strike must be above 0 and at most 10,000,000, found 1e+11"),
        ("vol -5%", "the volatility must be from 0 to 20, found -0.05 a year"),
        ("vol 5500%", "the volatility must be from 0 to 20, found 55 a year"),
        ("rate 900%", "the rate must be from -1 to 2, found 9 a year"),
        ("-3 days", "the time to expiry must be from 0 to 36525 days, found -3"),
        ("500 years", "the time to expiry must be from 0 to 36525 days, found 182500"),
        ("2026-11-21", "the expiry 2026-11-21 is in the past (valued on 2026-11-22)"),
        ("2026-02-30", "there is no day 2026-02-30"),
        ("feb 30", "there is no day feb 30"),
        ("2026-13-01", "there is no day 2026-13-01"),
        ("12/18/2026", "12/18/2026 can be read in two ways; write a date as 2026-01-16"),
        (
            "27 december 20 put",
            "27 december 20 can be read in two ways; write a date as 2026-01-16",
        ),
        ("put 20 dec 18", "20 dec 18 can be read in two ways; write a date as 2026-01-16"),
        ("put " * 3 + "20 put " * 12, "there are too many terms at once; ask for one option"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    """Bounds, days that don't exist, and numbers that could be two things are refused in words."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        read(text, TODAY)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("price a put", ["strike", "spot (the stock's price)", "volatility", "time to expiry"]),
        ("20 put", ["spot (the stock's price)", "volatility", "time to expiry"]),
        ("20-25 put spread spot 22", ["strike", "volatility", "time to expiry"]),
        ("1e3 strike", ["strike", "spot (the stock's price)", "volatility", "time to expiry"]),
        ("20,5 strike spot 22 vol 50% 3d", ["strike"]),
        ("0.30 delta put spot 22 vol 50% 3d", ["strike"]),
        ("q4 earnings 20 put spot 22 vol 50%", ["time to expiry"]),
        ("put 20 spot 22 vol 55% 35 days", []),
    ],
)
def test_what_is_missing_is_named(text: str, missing: list[str]) -> None:
    """A number that isn't plainly a term's is nobody's."""
    assert read(text, TODAY).missing() == missing


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100 shares at 22", "100"),
        ("20-25 put", "20-25"),
        ("1e3 strike", "1e3"),
        ("buy 10 of the 20 put", "10"),
    ],
)
def test_a_number_that_is_not_used_is_named(text: str, number: str) -> None:
    """Nothing that was written is passed over in silence."""
    assert f"{number} is not used: it stands beside no term" in read(text, TODAY).readings


@pytest.mark.parametrize("text", ["put and call 20", "20 straddle", "strike 20"])
def test_without_one_right_none_is_chosen(text: str) -> None:
    """Both rights, or none, leave the kind open."""
    assert read(text, TODAY).kind is None
