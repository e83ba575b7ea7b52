"""One European option: price and Greeks from the terms in the query."""

from datetime import UTC, datetime
from math import isfinite

import anyio

from engine.agents.option_terms import Terms, read
from engine.agents.tool import Call, Refused
from engine.evidence import Cell, Evidence, Figure, Figures

_EXAMPLE = 'for example: "price a put strike 20 spot 22 vol 55% 35 days rate 4.5%"'
_AMERICAN = "the right to exercise early, which this European price leaves out"
_SOURCE = "Black-Scholes-Merton, float64 on the CPU"
_GREEKS = (
    ("price", "price", "per share"),
    ("delta", "delta", "per 1.00 of spot"),
    ("gamma", "gamma", "of delta per 1.00 of spot"),
    ("vega", "vega_per_point", "per volatility point"),
    ("theta", "theta_per_day", "per calendar day"),
    ("rho", "rho_per_point", "per percentage point of rate"),
    ("probability in the money", "probability_in_the_money", "risk-neutral"),
)


async def price(call: Call) -> Evidence:
    """Value the option that is described; what isn't said is assumed aloud, or refused."""
    today = datetime.fromtimestamp(call.services.clock.wall_s(), UTC).astimezone().date()
    try:
        terms = read(call.text("terms"), today)
    except ValueError as error:
        raise Refused(str(error), _EXAMPLE) from error
    if missing := terms.missing():
        raise Refused(f"the query doesn't say: {', '.join(missing)}", _EXAMPLE)
    rate, dividend_yield, assumptions = _assumed(terms, call)
    sections = []
    prices = []
    for kind in [terms.kind] if terms.kind else ["put", "call"]:
        section = await anyio.to_thread.run_sync(_value, kind, terms, rate, dividend_yield)
        sections.append(section)
        prices.append(f"the {kind} is worth {_money(section.items[0].value)}")
    contract = f"strike {terms.strike:g}, {terms.days:g} days, spot {terms.spot:g}"
    return Evidence(
        verdict=f"{' and '.join(prices)} ({contract}, volatility {terms.volatility:.1%})",
        sections=tuple(sections),
        assumptions=tuple(assumptions),
        weight=3,
        lacks=_AMERICAN if "american" in call.text("terms").lower() else None,
    )


def _assumed(terms: Terms, call: Call) -> tuple[float, float, list[str]]:
    """Return rate and dividend yield, and every assumption that the price rests on."""
    pricing = call.services.settings.config.pricing
    said = list(terms.readings)
    values = []
    for name, asked, configured in (
        ("rate", terms.rate, pricing.rate),
        ("dividend yield", terms.dividend_yield, pricing.dividend_yield),
    ):
        if asked is not None:
            values.append(asked)
        elif configured is not None:
            values.append(configured)
            said.append(f"{name} {configured:.2%} from the configuration")
        else:
            values.append(0.0)
            said.append(f"{name} 0 %: neither query nor configuration says another")
    said += [
        "European exercise: the right to exercise early, as U's options have it, is left out",
        "time ACT/365; rate and yield continuous; one contract is 100 shares",
    ]
    return values[0], values[1], said


def _value(kind: str, terms: Terms, rate: float, dividend_yield: float) -> Figures:
    from engine.kernels import european  # imports numpy: in this thread, when a price is asked

    spot, strike, days, volatility = terms.spot, terms.strike, terms.days, terms.volatility
    if spot is None or strike is None or days is None or volatility is None:
        raise Refused("the terms are incomplete", _EXAMPLE)
    try:
        value = european.price(kind, spot, strike, days / 365, volatility, rate, dividend_yield)
    except ValueError as error:
        raise Refused(str(error), _EXAMPLE) from error
    items = tuple(
        _figure(name, float(getattr(value, field)), unit) for name, field, unit in _GREEKS
    )
    premium = float(value.price)
    edge = strike - premium if kind == "put" else strike + premium
    breakeven = Figure("breakeven at expiry", float(f"{edge:.8g}"), "price of the stock", _SOURCE)
    return Figures(f"European {kind}", (*items, breakeven))


def _money(price: Cell) -> str:
    """Return a price a share and for a contract of 100."""
    value = float(price) if isinstance(price, int | float) else 0.0
    return f"{value:.4f} a share, {value * 100:.2f} a contract"


def _figure(name: str, value: float, unit: str) -> Figure:
    """Return a figure of eight digits; at the kink of an expired option there is none."""
    if not isfinite(value):
        return Figure(
            name, None, unit, _SOURCE, reason="unbounded at the strike of an expired option"
        )
    return Figure(name, float(f"{value:.8g}"), unit, _SOURCE)
