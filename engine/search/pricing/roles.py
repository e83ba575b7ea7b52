"""What a parameter of a pricing function means, by its name in whatever spelling and order."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

Certainty = Literal["certain", "likely", ""]

_CERTAIN: Final[Mapping[str, str]] = {
    "spot": "spot spot_price underlying_price stock_price underlying s0 current_price asset_price",
    "forward": "forward forward_price",
    "strike": "strike strike_price exercise_price",
    "years": "time_to_expiry time_to_expiration time_to_maturity years tau ttm tte t_years "
    "years_to_expiry years_to_expiration year_fraction time_years",
    "days": "dte days_to_expiry days_to_expiration days_to_maturity days expiry_days "
    "expiration_days",
    "rate": "rate risk_free_rate risk_free interest_rate riskfree riskfree_rate rf",
    "yield": "dividend_yield div_yield dividend_rate",
    "volatility": "sigma vol volatility implied_vol implied_volatility iv annual_volatility",
    "kind": "option_type opt_type is_call is_put call_put cp_flag put_call cp call_or_put "
    "option_kind callput",
    "price": "option_price market_price premium market_premium option_premium target_price",
}
_LIKELY: Final[Mapping[str, str]] = {
    "spot": "s price current",
    "forward": "f",
    "strike": "k x",
    "years": "t time expiry maturity expiration",
    "rate": "r",
    "yield": "q div dividend",
    "volatility": "v σ sig",
    "kind": "type kind flag option right call put",
    "price": "price mid market_value value c p",
}
# What every textbook writes: sure where the others stand beside it.
_LETTERS: Final = frozenset("S K T r q t s k X".split())
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _table(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for role, words in names.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), role)
    return found


_CERTAIN_ROLES: Final = _table(_CERTAIN)
_LIKELY_ROLES: Final = _table(_LIKELY)


class Parameter(NamedTuple):
    """A parameter, its role ("" where none is known) and how sure that is."""

    name: str
    role: str
    certainty: Certainty


def words_of(name: str) -> str:
    """Return a name in lower case with its words apart: `spotPrice` is `spot_price`."""
    return _HUMP.sub("_", name).strip("_").lower()


def role_of(name: str) -> tuple[tuple[str, ...], Certainty]:
    """Return the roles that a name may have, the likelier first."""
    plain = words_of(name)
    for spelled in (plain, plain[:-1] if len(plain) > 4 and plain.endswith("s") else plain):
        if spelled in _CERTAIN_ROLES:
            return _CERTAIN_ROLES[spelled], "certain"
    roles = _LIKELY_ROLES.get(plain, ())
    return roles, "likely" if roles else ""


def is_named(name: str, *roles: str) -> bool:
    """Return whether a name may have one of these roles."""
    return not {*roles}.isdisjoint(role_of(name)[0])


def surely(name: str, role: str) -> bool:
    """Return whether a name says nothing but this role."""
    roles, certainty = role_of(name)
    return certainty == "certain" and role in roles


def parameters(names: Iterable[str]) -> tuple[Parameter, ...]:
    """Give each name a role; a role is given once, to who surely has it before who may.

    A name with one possible role chooses before one with several.
    """
    names = tuple(names)
    given: dict[str, tuple[str, Certainty]] = {}
    taken: set[str] = set()
    for wanted in ("certain", "likely"):
        for name in sorted(names, key=lambda one: len(role_of(one)[0])):
            roles, certainty = role_of(name)
            free = [role for role in roles if role not in taken]
            if name not in given and certainty == wanted and free:
                given[name] = free[0], certainty
                taken.add(free[0])
    if is_complete(taken):
        given |= {n: (given[n][0], "certain") for n in _LETTERS.intersection(given)}
    return tuple(Parameter(name, *given.get(name, ("", ""))) for name in names)


def is_complete(roles: Iterable[str]) -> bool:
    """Return whether these say an option: underlying, strike, time, and volatility or price."""
    known = {*roles}
    return (
        bool(known & {"spot", "forward"})
        and "strike" in known
        and bool(known & {"years", "days"})
        and bool(known & {"volatility", "price"})
    )
