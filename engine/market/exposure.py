"""What each position and the whole book are exposed to, with every sign kept."""

from dataclasses import dataclass
from typing import Literal

from engine.kernels.portfolio import Greeks, option_greeks
from engine.market.book import Option, Position, Stock
from engine.market.reading.reading import underlying
from engine.market.risk.market import Priced


@dataclass(frozen=True, slots=True)
class Exposure:
    """Amounts of one position, or of all together; units as in `kernels.portfolio.Greeks`.

    Attributes:
        value: what it is worth, negative for what is owed.
        profit: value less what was paid for it; None where what was paid isn't known.
        delta: in shares; `delta_amount` in currency.
    """

    value: float
    profit: float | None
    delta: float
    delta_amount: float
    gamma: float
    gamma_per_pct: float
    vega_per_point: float
    theta_per_day: float
    rho_per_point: float


@dataclass(frozen=True, slots=True)
class Line:
    """One position and its exposure; `volatility` and its source for an option."""

    position: Position
    label: str
    exposure: Exposure
    volatility: float | None
    volatility_source: str


def lines(book: Priced) -> tuple[Line, ...]:
    """Return every position that has a value: stocks first, options by expiry and strike."""
    spots = dict(zip(book.symbols, book.spots, strict=True))
    found = [_stock_line(one, spots[underlying(one)].value) for one in book.stocks]
    greeks = option_greeks(book.portfolio)
    options = [
        Line(
            position,
            label(position),
            _exposure(position, greeks, place),
            volatility.value,
            volatility.source,
        )
        for place, (position, volatility) in enumerate(book.options)
    ]
    return (*found, *sorted(options, key=_order))


def total(of: tuple[Line, ...]) -> Exposure:
    """Return the sum; the profit is known only where every position's is."""
    every = [line.exposure for line in of]
    profits = [one.profit for one in every if one.profit is not None]
    return Exposure(
        sum(one.value for one in every),
        sum(profits) if len(profits) == len(every) else None,
        *(
            sum(getattr(one, name) for one in every)
            for name in Exposure.__slots__
            if name not in ("value", "profit")
        ),
    )


def by_stock(of: tuple[Line, ...]) -> dict[str, Exposure]:
    """Return the sum of each stock's shares and options, those that move most money first."""
    found: dict[str, list[Line]] = {}
    for line in of:
        found.setdefault(underlying(line.position), []).append(line)
    sums = {symbol: total(tuple(own)) for symbol, own in found.items()}
    return dict(sorted(sums.items(), key=lambda one: (-abs(one[1].delta_amount), one[0])))


def most(of: tuple[Line, ...], greek: Literal["delta", "gamma"]) -> tuple[str, float]:
    """Return the stock that has most of a Greek in shares, and how much, with its sign.

    Shares of different stocks don't add up, so that a limit on shares holds for each stock. The
    name is "" where there is but one.
    """
    each = {symbol: float(getattr(sums, greek)) for symbol, sums in by_stock(of).items()}
    symbol = max(each, key=lambda one: abs(each[one]), default="")
    return (symbol if len(each) > 1 else ""), each.get(symbol, 0.0)


def label(position: Position) -> str:
    """Return a position as people say it: `-4 U 2025-01-17 20 put`."""
    held = position.instrument
    if isinstance(held, Stock):
        return f"{position.quantity:+g} {held.symbol}"
    size = "" if held.multiplier == 100.0 else f" (x{held.multiplier:g})"
    return (
        f"{position.quantity:+g} {held.underlying} {held.expiry} {held.strike:g} {held.kind}{size}"
    )


def _order(line: Line) -> tuple[str, str, float, str]:
    held = line.position.instrument
    assert isinstance(held, Option)
    return held.underlying, held.expiry.isoformat(), held.strike, held.kind


def _stock_line(position: Position, spot: float) -> Line:
    shares, value = position.shares, position.shares * spot
    exposure = Exposure(value, _profit(position, value), shares, value, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Line(position, label(position), exposure, None, "")


def _exposure(position: Position, greeks: Greeks, place: int) -> Exposure:
    value = float(greeks.value[place])
    return Exposure(
        value,
        _profit(position, value),
        *(float(getattr(greeks, name)[place]) for name in Greeks.__slots__ if name != "value"),
    )


def _profit(position: Position, value: float) -> float | None:
    return None if position.price is None else value - position.price * position.shares
