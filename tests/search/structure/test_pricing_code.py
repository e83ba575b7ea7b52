"""Which functions price options, what their arguments mean, and which faults their text shows."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.facts import BadQuestion
from engine.search.pricing.questions import QUESTIONS
from engine.search.pricing.roles import is_complete, parameters
from engine.search.source import decode_source
from tests.search.structure.projects import Project

ROOT = Path(__file__).resolve().parents[3]
SCHOLES = """
from math import erf, exp, log, sqrt

def cdf(x):
    return 0.5 * (1 + erf(x / sqrt(2)))

def {name}({parameters}):
    if {T} <= 0 or {sigma} <= 0:
        return max({S} - {K}, 0.0)
    d1 = (log({S} / {K}) + ({r} + {sigma} ** 2 / 2) * {T}) / ({sigma} * sqrt({T}))
    d2 = d1 - {sigma} * sqrt({T})
    return {S} * cdf(d1) - {K} * exp(-{r} * {T}) * cdf(d2)
"""
PLAIN = {"S": "S", "K": "K", "T": "T", "r": "r", "sigma": "sigma"}
LONG = {
    "S": "underlyingPrice",
    "K": "strike_price",
    "T": "timeToExpiry",
    "r": "risk_free_rate",
    "sigma": "impliedVol",
}


def ask(texts: dict[str, str] | str, **arguments: Any) -> Any:
    files = {"a.py": texts} if isinstance(texts, str) else texts
    return QUESTIONS["pricing.functions"](Project(files), arguments)


def scholes(name: str = "bs_call", spelled: dict[str, str] = PLAIN, order: str = "SKTr") -> str:
    by_letter = {key[0]: value for key, value in spelled.items()}
    names = [by_letter[letter] for letter in order] + [by_letter["s"]]
    return SCHOLES.format(name=name, parameters=", ".join(names), **spelled)


def roles(row: Any) -> dict[str, str]:
    return {name: role for name, role, *_ in row["parameters"]}


@pytest.mark.parametrize("spelled", [PLAIN, LONG])
@pytest.mark.parametrize("order", ["SKTr", "KTSr", "rTKS"])
def test_arguments_are_known_in_any_order_and_spelling(spelled: dict[str, str], order: str) -> None:
    """Spot, strike, time, rate and volatility are told apart by their names."""
    (row,) = ask(scholes("bs_call", spelled, order))["functions"]
    assert (row["computes"], row["certain"], row["by"]) == (
        "price",
        True,
        ["name", "signature", "content"],
    )
    said = {"S": "spot", "K": "strike", "T": "years", "r": "rate", "sigma": "volatility"}
    assert roles(row) == {spelled[key]: role for key, role in said.items()}


def test_content_finds_what_no_name_tells() -> None:
    """A function called f that has the formula and the signature is one that prices."""
    (row,) = ask(scholes("f"))["functions"]
    assert (row["computes"], row["by"]) == ("price", ["signature", "content"])


def test_a_name_alone_is_nothing() -> None:
    """What is called a price of options but neither takes nor computes one is not reported."""
    assert ask("def option_price(page):\n    return page.strike\n")["functions"] == []


def test_a_signature_alone_is_nothing() -> None:
    """A record's parameters are not a formula."""
    text = "def keep(S, K, T, r, sigma):\n    return store(S, K, T, r, sigma)  # strike\n"
    assert ask(text)["functions"] == []


@pytest.mark.parametrize(
    ("name", "computes"),
    [
        ("implied_vol", "implied volatility"),
        ("all_greeks", "Greeks"),
        ("calcTheta", "theta"),
        ("prob_itm", "probability in the money"),
        ("binomial_put", "price"),
    ],
)
def test_what_is_computed_is_told_by_the_name(name: str, computes: str) -> None:
    """Of functions of the same signature and formula, the name says which figure is meant."""
    text = scholes(name).replace("(S, K, T, r, sigma)", "(S, K, T, r, sigma, option_price=None)")
    (row,) = ask(text)["functions"]
    assert row["computes"] == computes


def test_a_price_and_no_volatility_make_an_implied_volatility() -> None:
    """What takes a price and lacks a volatility solves for it, whatever it is called."""
    text = (
        "def solve(price, S, K, T, r):\n    lo = 1e-4\n    while lo < 5:\n"
        "        d1 = (log(S / K) + lo * T) / (lo * sqrt(T))\n        lo *= 2 if cdf(d1) else 1\n"
    )
    (row,) = ask(text)["functions"]
    assert row["computes"] == "implied volatility"
    assert roles(row)["price"] == "price"


def test_what_calls_and_puts_are_compared_with_is_kept() -> None:
    """Literals of comparisons, defaults and annotations of the option type."""
    text = (
        scholes()
        .replace("sigma):", "sigma, flag: 'c' = 'c'):")
        .replace("if T <= 0", "if flag == 'p' or T <= 0")
    )
    (row,) = ask(text)["functions"]
    assert sorted(row["kinds"]) == ["'c'", "'p'"]


@pytest.mark.parametrize(
    ("body", "takes"),
    [
        ("return S * math.exp(-r * T) * norm.cdf(math.log(S / K) / sqrt(T)) * sigma", "no"),
        ("return S * np.exp(-r * T) * norm.cdf(np.log(S / K) / np.sqrt(T)) * sigma", "yes"),
        ("if T <= 0: return 0\n    return norm.cdf(np.log(S / K) / np.sqrt(T * r))", "no"),
        ("if np.all(T <= 0): return 0\n    return norm.cdf(np.log(S / K) / np.sqrt(T * r))", "yes"),
    ],
)
def test_whether_it_takes_arrays_is_read_from_the_text(body: str, takes: str) -> None:
    """math and decisions on one number say no, array functions say yes."""
    (row,) = ask(f"def bs_price(S, K, T, r, sigma):\n    {body}\n")["functions"]
    assert row["vectorised"] == takes


def test_classes_and_methods_say_what_they_need() -> None:
    """A method has its class, what that must be given, and how it is bound."""
    inner = scholes("price").partition("def price")[2].replace("\n", "\n    ")
    text = (
        f"class A:\n    def __init__(self, book, x=1): ...\n    def price{inner}\n"
        f"class B:\n    @staticmethod\n    def price{inner}\n"
    ).replace("def price(S", "def price(self, S", 1)
    first, second = ask(text)["functions"]
    assert (first["owner"], first["needs"], first["binding"]) == ("A", ["book"], "")
    assert (second["name"], second["needs"], second["binding"]) == ("B.price", [], "static")
    assert roles(first) == roles(second)


def test_live_code_comes_before_tests_and_backups_and_only_it_is_at_fault() -> None:
    """Copies and tests are listed and counted, not blamed."""
    text = scholes().replace("    if T <= 0 or sigma <= 0:\n        return max(S - K, 0.0)\n", "")
    answer = ask({"old/a.py": text, "tests/test_a.py": text, "z/b.py": text})
    assert [row["place"] for row in answer["functions"]] == ["live", "test", "backup"]
    assert answer["places"] == {"live": 1, "test": 1, "backup": 1}
    assert {row["path"] for row in answer["faults"]} == {"z/b.py"}


def test_files_that_do_not_parse_are_told() -> None:
    """A syntax error in a file with option words is named, not hidden."""
    answer = ask("def bs_price(strike, :\n")
    assert answer["functions"] == []
    assert answer["unparsed"] == {"a.py": "invalid syntax (line 1)"}


def test_a_question_can_be_about_a_folder_or_a_file_only() -> None:
    """Others are not looked at; a place that isn't there is refused."""
    texts = {"a/x.py": scholes(), "b/x.py": scholes()}
    assert [one["path"] for one in ask(texts, folder="b/")["functions"]] == ["b/x.py"]
    assert [one["path"] for one in ask(texts, file="a/x.py")["functions"]] == ["a/x.py"]
    assert ask(texts, limit=1)["total"] == 2
    with pytest.raises(BadQuestion, match="no Python file in c"):
        ask(texts, folder="c")
    with pytest.raises(BadQuestion, match="limit"):
        ask(texts, limit=-1)


D1 = "d1 = (log(S / K) + r * T) / (sigma * sqrt(T))"
HEAD = "def bs_price(S, K, T, r, sigma):\n    "
GUARD = "if T <= 0 or sigma <= 0: return 0\n    "
BOOK = "def portfolio_greeks(positions):\n    "
SOLVE = "def implied_vol(price, S, K, T, r):\n    "
CHAIN = "def chain_price(S, K, T, r, sigma):\n    "
GREEKS = "def greeks(S, K, T, r, sigma):\n    "
RISK = "def value_at_risk(returns, horizon=10):\n    "
# A fault, and the same code without it.
FAULTS = {
    "divides by the root of time": (
        f"{HEAD}{D1}\n    return cdf(d1)\n",
        f"{HEAD}{GUARD}{D1}\n    return cdf(d1)\n",
    ),
    "divides by volatility": (
        f"{HEAD}T = max(T, 1e-6)\n    {D1}\n    return cdf(d1)\n",
        f"{HEAD}check_inputs(T, sigma)\n    {D1}\n    return cdf(d1)\n",
    ),
    "calls np.erf": (
        f"{HEAD}{GUARD}{D1}\n    return np.erf(d1)\n",
        f"{HEAD}{GUARD}{D1}\n    return special.erf(d1)\n",
    ),
    "a logistic curve": (
        f"{HEAD}{GUARD}{D1}\n    return mx.sigmoid(1.7 * d1) + cdf(d1)\n",
        f"{HEAD}{GUARD}{D1}\n    return mx.sigmoid(score) + cdf(d1)\n",
    ),
    "a delta is taken as N(-d1) - 1": (
        f"{HEAD}{GUARD}{D1}\n    low = cdf(-d1 * 1.0)\n    return low - 1.0\n",
        f"{HEAD}{GUARD}{D1}\n    low = cdf(d1)\n    return low - 1.0\n",
    ),
    "bare except": (
        f"{HEAD}{GUARD}try:\n        {D1}\n    except:\n        pass\n    return cdf(d1)\n",
        f"{HEAD}{GUARD}try:\n        {D1}\n    except ValueError:\n        pass\n"
        "    return cdf(d1)\n",
    ),
    "except Exception returns 0.65": (
        f"{HEAD}{GUARD}try:\n        {D1}\n    except Exception:\n        return 0.65\n"
        "    return cdf(d1)\n",
        f"{HEAD}{GUARD}try:\n        {D1}\n    except Exception:\n        raise\n"
        "    return cdf(d1)\n",
    ),
    "returns a volatility of 0.3": (
        f"{SOLVE}if T <= 0: return 0.3\n    sigma = 1\n    {D1}\n"
        "    if sigma > 0: return cdf(d1)\n",
        f"{SOLVE}if T <= 0: return None\n    sigma = 1\n    {D1}\n"
        "    if sigma > 0: return cdf(d1)\n",
    ),
    "prices one contract at a time": (
        f"{CHAIN}return [black_scholes(S, k, T, r, sigma) * exp(-r) * sqrt(T) for k in K]\n",
        f"{CHAIN}return black_scholes(S, K, T, r, sigma) * exp(-r) * sqrt(T)\n",
    ),
    "calls norm.cdf in a loop": (
        f"{HEAD}{GUARD}for _ in range(9):\n        {D1}\n        x = norm.cdf(d1)\n    return x\n",
        f"{HEAD}{GUARD}for _ in range(9):\n        {D1}\n    return norm.cdf(d1)\n",
    ),
    "theta is per year": (
        f"{GREEKS}{GUARD}{D1}\n    theta = -S * pdf(d1) * cdf(d1)\n    return theta\n",
        f"{GREEKS}{GUARD}{D1}\n    theta = -S * pdf(d1) * cdf(d1) / 365\n    return theta\n",
    ),
    "takes abs() of quantity": (
        f"{BOOK}return sum(p.delta * abs(p.quantity) for p in positions)\n",
        f"{BOOK}return sum(abs(p.delta) * p.quantity for p in positions)\n",
    ),
    "the root of a quadratic form": (
        f"{BOOK}delta = [p.delta * p.quantity for p in positions]\n"
        "    return np.sqrt(delta @ C @ delta)\n",
        f"{BOOK}delta = [p.delta * p.quantity for p in positions]\n    return ones @ delta\n",
    ),
    "without the number of contracts": (
        f"{BOOK}return sum(p['delta'] for p in positions)\n",
        f"{BOOK}return sum(p['delta'] * p['contracts'] for p in positions)\n",
    ),
    "horizon is not under a root": (
        f"{RISK}return -1.645 * std(returns) + horizon\n",
        f"{RISK}return -1.645 * std(returns) * horizon ** 0.5\n",
    ),
    "rolls where the spot passes the strike times 0.5": (
        "def should_roll(spot, strike):\n    return spot > strike * 0.5\n",
        "def should_roll(spot, strike):\n    return spot > strike * 0.98\n",
    ),
    "the strike times profit_target": (
        "def should_roll(spot, position):\n    return spot > position.strike * profit_target\n",
        "def should_roll(spot, position):\n    return spot > position.strike * delta_limit\n",
    ),
    "hard-codes a volatility of 0.45": (
        f"{HEAD}return strike_price(implied_volatility=0.45)\n",
        f"{HEAD}return strike_price(implied_volatility=quote.iv)\n",
    ),
    "falls back on a volatility of 0.25": (
        f"{HEAD}return strike_price(quote.get('implied_vol', 0.25))\n",
        f"{HEAD}return strike_price(quote.get('implied_vol'))\n",
    ),
    "falls back on a volatility of 0.2 ": (
        f"{HEAD}return strike_price(quote.implied_volatility or 0.2)\n",
        f"{HEAD}return strike_price(quote.implied_volatility or None)\n",
    ),
    "hard-codes a rate of 0.05": (
        f"{HEAD}risk_free_rate = 0.05\n    return strike_price(risk_free_rate)\n",
        f"{HEAD}risk_free_rate = 0.05\n    risk_free_rate = ask()\n"
        "    return strike_price(risk_free_rate)\n",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_seen_and_its_cure_is_quiet(fault: str) -> None:
    """A rule speaks of the faulty code once, at a severity from 0 to 1, and not of the mended."""
    faulty, mended = FAULTS[fault]
    (found,) = [row for row in ask(faulty)["faults"] if fault in row["text"]]
    assert 0 < found["severity"] <= 1
    assert 1 <= found["line"] <= faulty.count("\n")
    assert [row for row in ask(mended)["faults"] if fault in row["text"]] == []


def test_the_worst_fault_comes_first() -> None:
    """Faults are in order of severity."""
    answer = ask({f"{n}.py": texts[0] for n, texts in enumerate(FAULTS.values())})
    severities = [row["severity"] for row in answer["faults"]]
    assert severities == sorted(severities, reverse=True)
    assert answer["total_faults"] == len(severities) >= len(FAULTS)


def sources(*folders: Path) -> dict[str, str]:
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    return {f"{path.parent.name}/{path.name}": decode_source(path.read_bytes()) for path in files}


def test_code_without_these_faults_raises_no_alarm() -> None:
    """The kernels have pricing functions and no fault; the standard library has neither."""
    kernels = ask(sources(ROOT / "engine" / "kernels"))
    assert {"price", "implied_volatility"} <= {row["name"] for row in kernels["functions"]}
    assert kernels["faults"] == []
    library = ask(sources(Path(sysconfig.get_path("stdlib"))))
    assert (library["functions"], library["faults"]) == ([], [])


def test_the_question_needs_the_standard_library_only() -> None:
    """It runs in a process that has no other packages."""
    program = (
        f"import sys; sys.path.append({str(ROOT)!r})\n"
        "from engine.search.pricing.questions import QUESTIONS\nprint(*QUESTIONS)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["pricing.functions"]


@given(st.permutations(["S", "K", "T", "r", "sigma", "q", "option_type", "price"]))
def test_a_role_is_given_once_and_never_by_place(names: list[str]) -> None:
    """Whatever the order, each name has the same role, and no two have the same."""
    given_roles = {one.name: one.role for one in parameters(names)}
    assert given_roles == {
        "S": "spot", "K": "strike", "T": "years", "r": "rate", "sigma": "volatility",
        "q": "yield", "option_type": "kind", "price": "price",
    }  # fmt: skip
    assert is_complete(given_roles.values())


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    """Broken files are told, never raised."""
    answer = ask(f"strike = 1\n{text}\n".replace("\r", ""))
    assert answer["total"] >= 0
