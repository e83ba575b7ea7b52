"""One option's price in a volatility: which one implies it, or why none does."""

import re

import anyio

from engine.agents.option_premium import premium_in
from engine.agents.tool import Call, Refused
from engine.agents.tools.options.asked import Asked, asked, figure
from engine.evidence import Evidence, Figures

_EXAMPLE = 'for example: "implied vol of a 20 put at 0.61 spot 22 35 days"'
_SOURCE = "inverted Black-Scholes-Merton, float64 on the CPU; tested error 1e-12"
_AMERICAN = "by the American price, Andersen-Lake-Offengenden, float64 on the CPU"
# The volatility is what is asked for: its name takes no number here.
_ASKED_FOR = re.compile(
    r"\b(?:implied\s+)?(?:volatility|vol|iv|sigma)\b(?!\s*(?:of|is|at|=|:)?\s*\d+(?:\.\d+)?\s*%)",
    re.IGNORECASE,
)
_CLOSE = 1e-10
_STEPS = 60
_LOW, _HIGH = 0.01, 10.0


async def implied(call: Call) -> Evidence:
    """Solve the price for its volatility: of American exercise, and of European beside it."""
    premium, rest = premium_in(_ASKED_FOR.sub(" ", call.text("terms")))
    if premium is None:
        raise Refused("the query doesn't say what the option costs", _EXAMPLE)
    found = await asked(call, rest, without="volatility")
    if found.terms.kind is None:
        raise Refused("the query doesn't say whether it is a put or a call", _EXAMPLE)
    return await anyio.to_thread.run_sync(_solved, found, premium)


def _solved(found: Asked, premium: float) -> Evidence:
    from engine.kernels.implied_vol import Status, implied_volatility

    terms = found.terms
    option = (terms.kind or "put", terms.spot or 0.0, terms.strike or 0.0)
    market = (found.years, found.rate, found.dividend_yield)
    try:
        value = implied_volatility(option[0], premium, *option[1:], *market)
    except ValueError as error:
        raise Refused(str(error), _EXAMPLE) from error
    status, plain = Status(int(value.status)), float(value.volatility)
    early = None if found.european else _early(option, market, premium)
    about = f"the {option[0]} at {premium:g} ({found.contract})"
    if early is None and status is not Status.SOLVED:
        return Evidence(
            f"no volatility gives {about}: {status.reason}",
            found=False,
            weight=3,
            assumptions=found.assumptions,
        )
    items = []
    if early is not None:
        items.append(figure("implied volatility, American", early, "per year", _AMERICAN))
    if status is Status.SOLVED:
        items.append(figure("implied volatility, European", plain, "per year", _SOURCE))
    best = plain if early is None else early
    style = "European" if early is None else "American"
    return Evidence(
        verdict=f"{about} implies a volatility of {best:.2%} a year, {style} exercise",
        sections=(Figures("Implied volatility", tuple(items)),),
        weight=3,
        lacks=None if early is not None or found.european else _no_early(option, premium),
        assumptions=found.assumptions,
    )


def _no_early(option: tuple[str, float, float], premium: float) -> str:
    """Return why there is only a European volatility, as a clause."""
    gain = _gain(*option)
    if premium <= gain:
        return (
            f"the American volatility, as to exercise now pays {gain:g}, no less than the price "
            f"of {premium:g}: an arbitrage where early exercise is allowed"
        )
    return (
        f"the American volatility, as the model finds none from {_LOW:.0%} to {_HIGH:.0%} at this "
        "rate and yield"
    )


def _gain(kind: str, spot: float, strike: float) -> float:
    return max(strike - spot if kind == "put" else spot - strike, 0.0)


def _early(
    option: tuple[str, float, float], market: tuple[float, float, float], premium: float
) -> float | None:
    """Return the volatility of the American price, which rises with it; None where there is none.

    By bisection: a price at or below what exercise pays now has no volatility of its own.
    """
    from engine.kernels import american
    from engine.kernels.errors import InvalidArgument

    kind, spot, strike = option
    years, rate, dividend_yield = market

    def worth(volatility: float) -> float:
        terms = (kind, spot, strike, years, volatility, rate, dividend_yield)
        return float(american.price(*terms, accuracy="accurate").price)

    low, high = _LOW, _HIGH
    try:
        if years <= 0.0 or premium <= _gain(*option) or not worth(low) < premium < worth(high):
            return None
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if worth(middle) < premium else (low, middle)
            if high - low < _CLOSE:
                break
    except InvalidArgument:
        return None
    return (low + high) / 2
