"""Whether a function prices options, and what it computes: by name, signature and content.

One of the three is not enough: a name is somebody's wish, a signature may be a record's.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from engine.search.pricing.body import GREEKS, Body
from engine.search.pricing.roles import is_complete, role_of, surely, words_of

Computes = Literal[
    "price", "implied volatility", "Greeks", "delta", "gamma", "vega", "theta", "rho",
    "probability in the money", "part of a formula", "Greeks of a portfolio", "value at risk",
    "roll rule",
]  # fmt: skip

_GREEK: Final = re.compile(r"(?:^|_)(delta|gamma|vega|theta|rho)s?(?:_|$)")
_IMPLIED: Final = re.compile(
    r"implied_?vol|(?:^|_)(?:calc\w*|solve|find|compute|get|estimate)_iv(?:_|$)|^iv$|"
    r"(?:^|_)iv_(?:solver|from|newton|bisect)"
)
_PRICE: Final = re.compile(
    r"black_?scholes|(?:^|_)(?:gb|b)sm?(?:_|$)|black_?76|(?:^|_)black(?:_|$)|merton|binomial|"
    r"trinomial|leisen|bjerksund|barone|bachelier|garman|(?:^|_)crr(?:_|$)|monte_?carlo|"
    r"(?:option|call|put|european|american|vanilla)s?_(?:price|value|premium|pricing)|"
    r"(?:price|value|pricing)_(?:of_)?(?:an?_)?(?:option|call|put|european|american|vanilla)|"
    r"theoretical_(?:price|value)|(?:^|_)price(?:r)?$"
)
_PROBABILITY: Final = re.compile(
    r"prob\w*_(?:itm|in_the_money|assign\w*|exercise)|(?:itm|assign\w*|exercise)_prob|"
    r"predict_assign"
)
_BOOK: Final = re.compile(r"portfolio|aggregate|total|book|positions?(?:_|$)")
_SIZED: Final = re.compile(r"position|portfolio|holding|book|exposure|contracts|quantit")
_RISK: Final = re.compile(r"(?:^|_)c?var(?:_|$)|value_at_risk|expected_shortfall")
_RISKY: Final = re.compile(r"confidence|percentile|quantile|^ppf$|returns|z_?score|^pnl|volatility")
_SHOWN: Final = re.compile(r"demo|requirement|example|plot|print|report|test|show")
_ROLL: Final = re.compile(r"(?:^|_)roll(?:_|$)|(?:^|_)should_roll")
_ROLLED: Final = frozenset("strike delta dte days_to_expiry".split())
_NAMES: Final = re.compile("|".join(
    one.pattern for one in (_GREEK, _IMPLIED, _PRICE, _PROBABILITY, _RISK, _ROLL)
) + "|greek")  # fmt: skip
_NORMAL: Final = re.compile(r"cdf|erf|ndtr|\bN\(|[Pp]hi\(|cnd")
_FORMULA: Final = 3
_SOME: Final = 2
_VALUED: Final = frozenset(GREEKS)


def may_be(name: str, names: Iterable[str], text: str) -> bool:
    """Return False for what `recognise` says no to, without a look at its tree."""
    words = words_of(name)
    if _NAMES.search(words) or ("log" in text and _NORMAL.search(text)):
        return True
    roles = {role for one in names for role in role_of(one)[0]}
    return (
        {"strike"} <= roles
        and bool(roles & {"spot", "forward"})
        and bool(roles & {"years", "days"})
    )


class Recognised(NamedTuple):
    """What a function computes, how sure that is, and by what it shows."""

    computes: Computes
    certain: bool
    by: tuple[str, ...]


def recognise(name: str, roles: set[str], body: Body) -> Recognised | None:
    """Return what the function of this plain name computes; None if it isn't about options."""
    words = words_of(name)
    if book := _of_book(words, body):
        return book
    named = _named(words)
    complete = is_complete(roles)
    score = body.score
    simulated = body.has_lattice or body.draws
    by = tuple(
        what
        for what, holds in (
            ("name", named is not None),
            ("signature", complete),
            ("content", score >= _SOME or simulated),
        )
        if holds
    )
    if complete and (len(by) > 1):
        return Recognised(_computed(named, roles, body), len(by) == 3 or score >= _FORMULA, by)
    if score >= _FORMULA and body.has_cdf and (body.has_d or body.has_log_ratio) and _priced(body):
        return Recognised(named or "part of a formula", False, by)
    return None


def _named(words: str) -> Computes | None:
    if _IMPLIED.search(words):
        return "implied volatility"
    if "greeks" in words:
        return "Greeks"
    if _PROBABILITY.search(words):
        return "probability in the money"
    if found := _GREEK.search(words):
        return found[1]  # type: ignore[return-value]
    return "price" if _PRICE.search(words) else None


def _computed(named: Computes | None, roles: set[str], body: Body) -> Computes:
    if named == "implied volatility" and "price" not in roles:
        named = None
    if named is not None and named != "price":
        return named
    if "price" in roles and "volatility" not in roles:
        return "implied volatility"
    if named is None and len(body.greeks) >= 3:
        return "Greeks"
    return "price"


def _of_book(words: str, body: Body) -> Recognised | None:
    """Recognise what is about many positions or about holding one."""
    if _SHOWN.search(words):
        return None
    if _RISK.search(words) and any(_RISKY.search(word) for word in body.words):
        return Recognised("value at risk", False, ("name", "content"))
    if _ROLL.search(words) and not _ROLLED.isdisjoint(body.words):
        return Recognised("roll rule", False, ("name", "content"))
    greek = "greek" in words or _GREEK.search(words)
    many = any(_SIZED.search(word) for word in body.words)
    if greek and _BOOK.search(words) and many and _VALUED & _endings(body):
        return Recognised("Greeks of a portfolio", False, ("name", "content"))
    return None


def _priced(body: Body) -> bool:
    """Return whether something is struck here: other formulas have a normal distribution too."""
    return any(word == "k" or surely(word, "strike") for word in body.words)


def _endings(body: Body) -> set[str]:
    """Return the last parts of all words, one Greek in plural as well."""
    return {part.removesuffix("s") for word in body.words for part in word.split("_")}
