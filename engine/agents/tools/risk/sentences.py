"""A book's risk in a sentence that leads with what is asked: VaR, shortfall, a Greek, a yield."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.agents.tool import Call, Refused
from engine.agents.tools.money import money, signed
from engine.market.book import Option
from engine.market.reading.reading import underlying

if TYPE_CHECKING:
    from engine.kernels.value_at_risk import Tail
    from engine.market.exposure import Exposure, Line
    from engine.market.risk.risk import Risk

_LEVEL = 0.95
_LEVELS = (0.5, 0.9999)
_DAYS_PER_YEAR = 365
_MOST_NAMED = 6
# The field of an exposure, its unit, and whether it is money.
_GREEKS = {
    "delta": ("delta", "shares", False),
    "gamma": ("gamma", "shares of delta per 1.00 of spot", False),
    "vega": ("vega_per_point", "per volatility point", True),
    "theta": ("theta_per_day", "per calendar day", True),
    "rho": ("rho_per_point", "per percentage point of the rate", True),
}
# Of several stocks together: their shares don't add up.
_IN_MONEY = {
    "delta": ("delta_amount", "(in money: shares of different stocks don't add up)", True),
    "gamma": ("gamma_per_pct", "of delta per 1 % of spot", True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the risk is asked for; `level` is of confidence, `ticker` and the rest narrow it.

    `per_days` are the calendar days that a theta is asked over.
    """

    level: float = _LEVEL
    figure: str = ""
    ticker: str = ""
    kind: str = ""
    strike: float | None = None
    per_days: float = 1.0


def wanted(call: Call) -> Wanted:
    """Return what the arguments ask for.

    Raises:
        Refused: a level that is none.
    """
    level = call.number("level") or _LEVEL
    low, high = _LEVELS
    if not low <= level <= high:
        raise Refused(f"a confidence of {level:.6g}", f"from {low:.0%} to {high:.2%}")
    figure, kind = call.text("figure"), call.text("kind")
    per_days = call.number("per_days") or 1.0
    return Wanted(level, figure, call.text("ticker"), kind, call.number("strike"), per_days)


def of_risk(risk: "Risk", asked: Wanted) -> str:
    """Return the sentence on the whole book."""
    if asked.figure in _GREEKS:
        return f"{_greek(risk, asked)}; {_worth(risk)}"
    if isinstance(risk.simulated, str):
        return f"{_worth(risk)}; its VaR is unknown: {risk.simulated}"
    tail = next(one.tail for one in risk.simulated.tails if one.tail.level == asked.level)
    days = risk.simulated.horizon_days
    span = "a day" if days == 1 else f"{days:g} trading days"
    if asked.figure == "shortfall":
        return (
            f"the expected shortfall over {span} with {percent(tail.level)} confidence is "
            f"{money(tail.expected_shortfall, risk.currency)}{_past(risk, asked, 'es')}: the "
            f"mean loss beyond a VaR of {money(tail.value_at_risk, risk.currency)}; {_worth(risk)}"
        )
    return (
        f"{_worth(risk)} and in {span} loses no more than "
        f"{money(tail.value_at_risk, risk.currency)}{_past(risk, asked, 'var')} with "
        f"{percent(tail.level)} confidence; beyond that "
        f"{money(tail.expected_shortfall, risk.currency)} on average"
    )


def of_positions(risk: "Risk", asked: Wanted) -> str:
    """Return the sentence on the positions: the figure of each that is meant, or their worth."""
    if asked.figure in ("volatility", "yield"):
        return _each(risk, asked)
    many = "1 position" if len(risk.lines) == 1 else f"{len(risk.lines)} positions"
    verdict = f"{many} worth {money(risk.total.value, risk.currency)}"
    if risk.total.profit is not None:
        verdict += f", {signed(risk.total.profit, risk.currency)} since they were opened"
    return verdict


def of_stocks(risk: "Risk", each: "Mapping[str, Exposure]", asked: Wanted) -> str:
    """Return the sentence on each stock's exposure, and that sectors are not known."""
    whole = sum(abs(one.delta_amount) for one in each.values())
    named = [
        f"{symbol} {signed(one.delta_amount, risk.currency)}"
        + (f" ({abs(one.delta_amount) / whole:.0%})" if whole else "")
        for symbol, one in list(each.items())[:_MOST_NAMED]
    ]
    more = [f"{len(each) - len(named)} more stocks"] if len(each) > len(named) else []
    said = f"by stock, the money that moves with it is {'; '.join((*named, *more))}"
    if asked.figure != "sector":
        return said
    return (
        "the exposure by sector is not known: no data here tells which sector a stock is in; "
        f"{said}"
    )


def percent(level: float) -> str:
    """Return a level of confidence: 95%, 97.5%."""
    return f"{level * 100:.6g}%"


def _worth(risk: "Risk") -> str:
    return f"the book is worth {money(risk.total.value, risk.currency)}"


def _past(risk: "Risk", asked: Wanted, figure: str) -> str:
    if isinstance(risk.historical, str):
        return ""
    tail: Tail = next(one.tail for one in risk.historical.tails if one.tail.level == asked.level)
    value = tail.value_at_risk if figure == "var" else tail.expected_shortfall
    return f" ({money(value, risk.currency)} by its own past)"


def _greek(risk: "Risk", asked: Wanted) -> str:
    lines = [
        line
        for line in risk.lines
        if asked.ticker in ("", underlying(line.position))
        and ((not asked.kind and asked.strike is None) or _is_meant(line, asked))
    ]
    if not lines:
        held = ", ".join(line.label for line in risk.lines[:_MOST_NAMED])
        raise Refused(f"the book holds no {_narrowed(asked)}, but {held}", "name one of these")
    several = len({underlying(line.position) for line in lines}) > 1
    greeks = _GREEKS | _IN_MONEY if several else _GREEKS
    field, unit, is_money = greeks[asked.figure]
    value = sum(float(getattr(line.exposure, field)) for line in lines)
    amount = signed(value, risk.currency) if is_money else f"{value:+,.4g}"
    whose = (
        f"of the {_narrowed(asked)}"
        if asked != Wanted(asked.level, asked.figure, per_days=asked.per_days)
        else "of the book"
    )
    said = f"the {asked.figure} {whose} is {amount} {unit}"
    if asked.figure != "theta" or asked.per_days == 1.0:
        return said
    week = signed(value * asked.per_days, risk.currency)
    return f"{said}: {week} in {asked.per_days:g} days at that pace, as if nothing moved meanwhile"


def _narrowed(asked: Wanted) -> str:
    """Return whose figure it is: "U positions", "22 puts"."""
    what = f"{asked.kind}s" if asked.kind else "positions" if asked.strike is None else "options"
    strike = "" if asked.strike is None else f"{asked.strike:g}"
    return " ".join(filter(None, (asked.ticker, strike, what)))


def _each(risk: "Risk", asked: Wanted) -> str:
    """Name each option that is meant with its figure."""
    meant = [line for line in risk.lines if _is_meant(line, asked)]
    what = f"{f'{asked.strike:g} ' if asked.strike else ''}{asked.kind or 'option'}"
    if not meant:
        return f"no {what} is held that can be valued"
    figure = _volatility if asked.figure == "volatility" else _yield
    named = [f"{line.label}: {figure(line)}" for line in meant[:_MOST_NAMED]]
    more = len(meant) - len(named)
    return "; ".join((*named, *([f"{more} more"] if more else [])))


def _is_meant(line: "Line", asked: Wanted) -> bool:
    held = line.position.instrument
    return (
        isinstance(held, Option)
        and asked.kind in ("", held.kind)
        and asked.strike in (None, held.strike)
    )


def _volatility(line: "Line") -> str:
    if line.volatility is None:
        return "volatility unknown"
    return f"{line.volatility:.1%} ({line.volatility_source})"


def _yield(line: "Line") -> str:
    """Say what the premium of a short option brings on its strike, to its expiry and a year."""
    position, option = line.position, line.position.instrument
    assert isinstance(option, Option)
    if position.quantity >= 0:
        return "bought: it has no premium to earn"
    if position.price is None or position.opened is None:
        lacks = "price" if position.price is None else "day"
        return f"yield unknown: no {lacks} of its sale is known"
    whole, days = position.price / option.strike, (option.expiry - position.opened).days
    if days <= 0:
        return f"{whole:.2%} on its strike"
    year = whole * _DAYS_PER_YEAR / days
    return f"{whole:.2%} on its strike in {days} days, {year:.1%} a year, if it expires worthless"


def levels(asked: Wanted, usual: Sequence[float]) -> tuple[float, ...]:
    """Return the levels to measure at: the usual ones and the one that is asked for."""
    return tuple(sorted({*usual, asked.level}))
