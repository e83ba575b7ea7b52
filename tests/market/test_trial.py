"""Which calls a pricing function is asked for, and what its results are found to be worth."""

# ruff: noqa: N803 - the functions that are tried spell their arguments as such functions do
from collections.abc import Callable
from math import erf, exp, isnan, log, nan, sqrt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernels import american, european
from engine.kernels.implied_vol import implied_volatility
from engine.market.trial import Judging, Parameter, Planning, Report, Sheet, Target, Tried
from engine.market.trial_grid import assumed, kind_value, obstacle
from engine.market.trial_results import failure, number_in
from engine.market.trial_values import plain, told
from engine.market.trial_worker import plan, verdicts

ROLES = {
    "S": "spot", "F": "forward", "K": "strike", "T": "years", "dte": "days", "r": "rate",
    "q": "yield", "sigma": "volatility", "flag": "kind", "is_call": "kind", "price": "price",
}  # fmt: skip


def target(names: str, computes: str = "price", name: str = "f", **more: Any) -> Target:
    parts: dict[str, Any] = {
        "path": "a.py", "line": 1, "name": name, "owner": "", "computes": computes,
        "parameters": tuple(
            Parameter(one, ROLES.get(one, ""), "certain", "plain", False) for one in names.split()
        ),
        "kinds": ("'c'",), "is_async": False, "binding": "", "needs": (),
    }  # fmt: skip
    return Target(**(parts | more))


def sheet(asked: Target) -> Sheet:
    (found,) = plan(Planning((asked,))).sheets
    assert isinstance(found, Sheet), found
    return found


def attempt(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    try:
        return plain(function(**arguments))
    except Exception as error:  # as the trial script does
        return told(error)


def tried(asked: Target, function: Callable[..., Any]) -> Report:
    """Judge what a function makes of its sheet, as the trial script would call it."""
    calls = sheet(asked)
    results = Tried(
        id=0,
        results=[attempt(function, one) for one in calls.cases],
        seconds=0.001 * len(calls.cases),
        probes=[attempt(function, one) for one in calls.probes],
        scalar=attempt(function, calls.cases[0]),
        arrays=attempt(function, calls.arrays),
        arrays_s=0.001,
        printed=0,
    )
    (report,) = verdicts(Judging((asked,), (results,))).reports
    return report


def normal(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


def scholes(S: float, K: float, T: float, r: float, sigma: float, flag: str = "c") -> float:
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
    d2 = d1 - sigma * sqrt(T)
    sign = 1 if flag == "c" else -1
    return sign * (S * normal(sign * d1) - K * exp(-r * T) * normal(sign * d2))


NAMES = "S K T r sigma flag"


def test_a_right_function_has_no_error_and_breaks_only_where_it_does() -> None:
    """Its errors are rounding; what it raises at the edges is told word for word."""
    report = tried(target(NAMES), scholes)
    (row,) = report.rows
    assert (row.what, row.taken_as, row.compared, row.worst) == ("price", "European", 360, "")
    assert row.largest is not None
    assert row.largest < 1e-13
    assert report.failed == 0
    assert report.us_per_call == pytest.approx(1000)
    assert report.breaks == (
        "zero time: raises ZeroDivisionError: float division by zero",
        "zero volatility: raises ZeroDivisionError: float division by zero",
    )
    assert report.arrays.startswith("no: raises TypeError")


def test_a_wrong_discount_is_measured_and_its_worst_case_told() -> None:
    """An error is given as a share of spot, with the arguments at which it is the largest."""
    report = tried(target(NAMES), lambda **a: scholes(**a) * exp(a["r"] * a["T"]))
    (row,) = report.rows
    dearest = float(european.price("put", 100, 140, 2, 0.8, 0.045).price)
    assert row.largest == pytest.approx(dearest * (exp(0.045 * 2) - 1) / 100)
    assert "730 days" in row.worst
    assert "volatility 0.8" in row.worst


def test_what_is_not_said_is_what_fits_best() -> None:
    """Without an option type the results tell which of the two is meant."""
    report = tried(target("S K T r sigma", name="value"), lambda **a: scholes(**a, flag="p"))
    assert report.rows[0].taken_as == "European put"


def test_american_prices_are_compared_with_american_ones() -> None:
    """Where the name says tree, the nearer of both models is the reference."""

    def early(**a: float) -> float:
        found = american.price("put", a["S"], a["K"], a["T"], a["sigma"], a["r"])
        return float(found.price)

    report = tried(target("S K T r sigma", name="binomial_put"), early)
    assert report.rows[0].taken_as == "American put"
    assert (report.rows[0].largest or 0) < 1e-4


@pytest.mark.parametrize(
    ("theta", "vega", "said"),
    [
        (1.0, 1.0, ("European, per volatility point", "European, per calendar day")),
        (365.0, 100.0, ("European, per 1.00 of volatility", "European, per year")),
        (-365.0, 1.0, ("European, per volatility point",
                       "European, per year, positive where value is lost")),
    ],
)  # fmt: skip
def test_the_units_of_greeks_are_told_apart(
    theta: float, vega: float, said: tuple[str, str]
) -> None:
    """Per day or year, per point or 1.00: an error is not made of a unit."""

    def greeks(S: float, K: float, T: float, r: float, sigma: float, flag: str) -> Any:
        one = european.price("call" if flag == "c" else "put", S, K, T, sigma, r)
        return {"vega": float(one.vega_per_point) * vega, "theta": float(one.theta_per_day) * theta}

    rows = tried(target(NAMES, "Greeks"), greeks).rows
    assert tuple(row.taken_as for row in rows) == said
    assert all((row.largest or 0) < 1e-12 for row in rows)


def test_an_implied_volatility_is_asked_of_prices_that_have_one() -> None:
    """Its errors are in volatility; a price that allows no volatility must not get one."""

    def solve(price: float, S: float, K: float, T: float, r: float, flag: str) -> float:
        kind = "call" if flag == "c" else "put"
        return float(implied_volatility(kind, price, S, K, T, r).volatility)

    report = tried(target("price S K T r flag", "implied volatility"), solve)
    assert 200 < report.calls < 360
    assert (report.failed, report.breaks) == (0, ())
    assert (report.rows[0].largest or 0) < 1e-9

    made_up = tried(target("price S K T r flag", "implied volatility"), lambda **a: 0.3)
    assert made_up.rows[0].largest == pytest.approx(0.5)
    assert made_up.breaks[1] == "a price below the intrinsic value: gives 0.3 without complaint"


def test_forwards_and_days_are_what_they_say() -> None:
    """A function of a forward and of days gets those of the same contract."""

    def black(F: float, K: float, dte: float, r: float, sigma: float, flag: str) -> float:
        years = dte / 365
        return exp(-r * years) * scholes(F, K, years, 0.0, sigma, flag)

    report = tried(target("F K dte r sigma flag"), black)
    assert (report.rows[0].largest or 0) < 1e-12


def test_arrays_are_believed_only_where_they_give_what_numbers_give() -> None:
    """A list of the right length and values says yes; one of other values says no."""
    asked = target(NAMES)

    def price(**a: Any) -> Any:
        kind = "call" if a["flag"] == "c" else "put"
        return european.price(kind, a["S"], a["K"], a["T"], a["sigma"], a["r"]).price

    assert tried(asked, price).arrays == "yes"
    wrong = tried(asked, lambda **a: price(**a) * (2 if isinstance(a["S"], list) else 1))
    assert wrong.arrays.startswith("no: gives ")
    assert "where the call with numbers gives" in wrong.arrays
    one = tried(asked, lambda **a: 1.0 if isinstance(a["S"], list) else float(price(**a)))
    assert one.arrays == "no: gives one number for 8 contracts"


def test_calls_that_fail_are_counted() -> None:
    """What raises, or gives no finite number, on an ordinary contract is no result."""
    report = tried(target(NAMES), lambda **a: nan if a["flag"] == "p" else scholes(**a))
    assert (report.failed, report.first_failure) == (180, "gives NaN")
    dead = tried(target(NAMES), lambda **a: 1 / 0)
    assert (dead.failed, dead.us_per_call, dead.rows[0].largest) == (360, None, None)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (target("batch"), "its arguments are not those of one option"),
        (target("S K T sigma smile"), "what its argument smile means is not known"),
        (target("S K T sigma price"), "it asks for a price (price) to compute a price"),
        (target("S K T sigma", name="A.f", owner="A", needs=("book",)),
         "its class A can't be made without book"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_has_a_reason(asked: Target, reason: str) -> None:
    """No argument is made up for a parameter whose meaning isn't known."""
    assert obstacle(asked) == reason
    assert plan(Planning((asked,))).sheets == (reason,)


def test_usual_values_are_assumed_aloud() -> None:
    """Steps and paths get a usual number, which is told with everything else that is guessed."""
    asked = target("S K T sigma n_steps flag", kinds=())
    assert obstacle(asked) == ""
    assert assumed(asked) == ("n_steps = 200", 'calls and puts are passed as "call" and "put"')
    assert {case["n_steps"] for case in sheet(asked).cases} == {200}


@pytest.mark.parametrize(
    ("name", "kinds", "put"),
    [
        ("flag", ("'c'",), "p"),
        ("flag", ("'CALL'", "'x'"), "PUT"),
        ("flag", ("'put'",), "put"),
        ("flag", ("1",), -1),
        ("flag", (), "put"),
        ("is_call", ("False",), False),
        ("is_put", (), True),
    ],
)
def test_puts_are_spelled_as_the_function_spells_them(
    name: str, kinds: tuple[str, ...], put: object
) -> None:
    """From what the option type is compared with, or from its name."""
    parameter = Parameter(name, "kind", "certain", "plain", False)
    found = kind_value(parameter, target("S K T", kinds=kinds), "put")
    assert (found, type(found)) == (put, type(put))


class Slotted:
    __slots__ = ("delta",)

    def __init__(self) -> None:
        self.delta = 0.5


@pytest.mark.parametrize(
    ("value", "what", "found"),
    [
        (3, "price", 3.0),
        ({"price": 2.0, "x": 1}, "price", 2.0),
        ({"call": 2.0, "put": 1.0}, "price", 2.0),
        (({"delta": 0.4, "theta": -1}, 0.9), "theta", -1.0),
        ((4.5, 0.9), "price", 4.5),
        ({"greeks": {"Delta": 0.4}}, "delta", 0.4),
        (Slotted(), "delta", 0.5),
        (True, "price", None),
        ("high", "price", None),
        (None, "price", None),
        ({"delta": 1}, "gamma", None),
    ],
)
def test_the_number_that_is_meant_is_found(value: object, what: str, found: float | None) -> None:
    """In mappings and objects by name, in tuples the first part that has it."""
    assert number_in(plain(value), what) == found


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
))  # fmt: skip
def test_whatever_is_returned_becomes_json(value: object) -> None:
    """NaN and deep values too: what comes back is read as it was written."""
    written = plain(value)
    assert msgspec.json.decode(msgspec.json.encode(written)) == written
    number = number_in(written, "price")
    assert number is None or isinstance(number, float)


def test_words_for_what_no_number_is() -> None:
    """NaN, infinity, complex numbers, errors and nothing are told apart."""
    assert isnan(number_in(plain(nan), "price") or 0)
    for value, said in (
        (nan, "gives NaN"),
        (float("inf"), "gives inf"),
        (None, "gives None"),
        (1j, "gives a complex number, 1j"),
        ("x", "gives no number"),
        (2.0, ""),
    ):
        written = plain(value)
        assert failure(written, number_in(written, "price")) == said
    assert failure(told(ValueError("a\nb")), None) == "raises ValueError: a b"
