"""One option: price and Greeks from the terms in the query; American unless it says European."""

from dataclasses import dataclass
from math import isfinite

import anyio

from engine.agents.tool import Call, Refused
from engine.agents.tools.options.asked import EXAMPLE, Asked, asked, figure
from engine.evidence import Cell, Evidence, Figure, Figures

_EARLY = "the right to exercise early, which this European price leaves out"
_EUROPEAN = "Black-Scholes-Merton, float64 on the CPU"
_AMERICAN = "Andersen-Lake-Offengenden, float64 on the CPU; {}"
# Where the errors of the American method were measured: years, volatility, rate, yield, strike.
_TESTED = ((2 / 365, 2.0), (0.12, 1.2), (0.005, 0.06), (0.0, 0.05), (0.65, 1.35))
_OUTER = ((2 / 365, 5.0), (0.01, 3.0), (0.0001, 0.1), (0.0, 0.3), (0.65, 1.35))
_GREEKS = (
    ("price", "price", "per share"),
    ("delta", "delta", "per 1.00 of spot"),
    ("gamma", "gamma", "of delta per 1.00 of spot"),
    ("vega", "vega_per_point", "per volatility point"),
    ("theta", "theta_per_day", "per calendar day"),
    ("rho", "rho_per_point", "per percentage point of rate"),
)
_CHANCE = ("probability in the money", "probability_in_the_money", "risk-neutral")


@dataclass(frozen=True, slots=True)
class _Valued:
    """A section of figures, and why it is not American where that was wanted."""

    section: Figures
    fell_back: str | None = None


async def price(call: Call) -> Evidence:
    """Value the option that is described; what isn't said is assumed aloud, or refused."""
    found = await asked(call, call.text("terms"))
    kinds = [found.terms.kind] if found.terms.kind else ["put", "call"]
    values = [await anyio.to_thread.run_sync(_value, kind, found) for kind in kinds]
    prices = [
        f"the {value.section.title} is worth {_money(value.section.items[0].value)}"
        for value in values
    ]
    fell_back = next((value.fell_back for value in values if value.fell_back), None)
    style = "European exercise, as the query says" if found.european else "American exercise"
    said = f"no American price: {fell_back}" if fell_back else style
    return Evidence(
        verdict=f"{' and '.join(prices)} ({found.contract}, volatility "
        f"{found.terms.volatility or 0.0:.1%})",
        sections=tuple(value.section for value in values),
        assumptions=(*found.assumptions, said),
        weight=3,
        lacks=_EARLY if fell_back else None,
    )


def _value(kind: str, found: Asked) -> _Valued:
    """Value one right; where the American method has no answer, the European one and why."""
    from engine.kernels import american, european  # imports numpy: in this thread, when asked
    from engine.kernels.errors import InvalidArgument

    terms = found.terms
    numbers = (terms.spot, terms.strike, found.years, terms.volatility)
    spot, strike, years, volatility = (value or 0.0 for value in numbers)
    market = (found.rate, found.dividend_yield)
    try:
        plain = european.price(kind, spot, strike, years, volatility, *market)
    except ValueError as error:
        raise Refused(str(error), EXAMPLE) from error
    if found.european:
        return _Valued(_section(f"European {kind}", kind, strike, plain, _EUROPEAN, (_CHANCE,)))
    try:
        value = american.price_and_greeks(kind, spot, strike, years, volatility, *market)
    except InvalidArgument as error:
        section = _section(f"European {kind}", kind, strike, plain, _EUROPEAN, (_CHANCE,))
        return _Valued(section, str(error))
    source = _AMERICAN.format(_error(found))
    section = _section(f"American {kind}", kind, strike, value, source)
    extra = float(value.price) - float(plain.price)
    return _Valued(
        Figures(
            section.title,
            (
                *section.items,
                figure("premium of early exercise", max(extra, 0.0), "per share", source),
                _boundary(float(value.boundary), source),
                _figure(*_CHANCE[::2], float(plain.probability_in_the_money), _EUROPEAN),
            ),
        )
    )


def _error(found: Asked) -> str:
    """Say how far off a price may be, as tests have measured it where this option lies."""
    from engine.kernels import american

    terms = found.terms
    place = (
        found.years,
        terms.volatility or 0.0,
        found.rate,
        found.dividend_yield,
        (terms.strike or 0.0) / (terms.spot or 1.0),
    )
    for bounds, error in ((_TESTED, american.ERRORS), (_OUTER, american.OUTER_ERRORS)):
        if all(low <= value <= high for value, (low, high) in zip(place, bounds, strict=True)):
            return f"tested error of the price {error['accurate']:g} of spot"
    return "an option outside of the range in which its error was measured"


def _section(
    title: str,
    kind: str,
    strike: float,
    value: object,
    source: str,
    more: tuple[tuple[str, str, str], ...] = (),
) -> Figures:
    items = tuple(
        _figure(name, unit, float(getattr(value, field)), source)
        for name, field, unit in (*_GREEKS, *more)
    )
    premium = items[0].value
    paid = float(premium) if isinstance(premium, int | float) else 0.0
    edge = strike - paid if kind == "put" else strike + paid
    return Figures(
        title, (*items, figure("breakeven at expiry", edge, "price of the stock", source))
    )


def _boundary(spot: float, source: str) -> Figure:
    name, unit = "exercised early from", "price of the stock today"
    if not isfinite(spot):
        return Figure(name, None, unit, source, reason="early exercise never pays")
    return figure(name, spot, unit, source)


def _figure(name: str, unit: str, value: float, source: str) -> Figure:
    """Return a figure of eight digits; at the kink of an expired option there is none."""
    if not isfinite(value):
        reason = "unbounded at the strike of an expired option"
        return Figure(name, None, unit, source, reason=reason)
    return figure(name, value, unit, source)


def _money(price: Cell) -> str:
    """Return a price a share and for a contract of 100."""
    value = float(price) if isinstance(price, int | float) else 0.0
    return f"{value:.4f} a share, {value * 100:.2f} a contract"
