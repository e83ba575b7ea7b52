"""A book's payoff and a chain's smile as series, and their values at the prices that count."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean

from engine.evidence import Cell, Curve, Place, Series, Table
from engine.market.payoff import Payoff, Smile

_NEAREST = 25


def payoff_series(
    found: Payoff, symbol: str, currency: str, spot: float, breakevens: Sequence[float]
) -> Series:
    """Return the gain at expiry, and today beside it, over the stock's price."""
    within = [price for price in breakevens if found.spots[0] <= price <= found.spots[-1]]
    return Series(
        f"Payoff on {symbol}",
        tuple(round(float(price), 4) for price in found.spots),
        tuple(_unsigned(gain) for gain in found.at_expiry),
        currency,
        x_unit=currency,
        x_label=f"price of {symbol}, {currency}",
        label="at expiry",
        others=(Curve("today", tuple(_unsigned(gain) for gain in found.today)),),
        marks=(
            Place(round(spot, 4), "spot"),
            *(Place(round(price, 4), "breakeven") for price in within),
        ),
    )


def payoff_table(found: Payoff, named: Mapping[float, str], currency: str, spot: float) -> Table:
    """Return the gain at each price that has a name, ascending."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            round(float(price), 2), f"{float(price) / spot - 1:+.1%}", _unsigned(now),
            _unsigned(end), named[float(price)],
        )
        for price, now, end in zip(found.spots, found.today, found.at_expiry, strict=True)
        if float(price) in named
    )  # fmt: skip
    columns = ("price", "move", "today", "at expiry", "what is there")
    return Table(f"Gain at a price, {currency}", columns, rows)


def smile_series(title: str, found: Sequence[Smile], symbol: str, spot: float) -> Series:
    """Return the volatilities over strikes, a line a kind; strikes that one lacks are gaps.

    Kinds with the same volatilities throughout are one line.
    """
    strikes = tuple(sorted({strike for one in found for strike in one.strikes}))
    first, *rest = [Curve(f"{one.kind}s", _over(strikes, one)) for one in found]
    if rest and all(one.y == first.y for one in rest):
        first, rest = Curve(" and ".join(f"{one.kind}s" for one in found), first.y), []
    return Series(
        title,
        strikes,
        first.y,
        "% a year",
        x_unit="strike",
        x_label=f"strike of {symbol}",
        label=first.name,
        others=tuple(rest),
        marks=(Place(round(spot, 4), "spot"),),
    )


def smile_table(found: Sequence[Smile], spot: float) -> Table:
    """Return the volatilities of the strikes nearest to spot, a column a kind."""
    strikes = sorted({strike for one in found for strike in one.strikes})
    near = sorted(sorted(strikes, key=lambda strike: abs(strike - spot))[:_NEAREST])
    title = "By strike" if len(near) == len(strikes) else f"By strike (the {len(near)} nearest)"
    columns = ("strike", "of spot", *(f"{one.kind} %" for one in found))
    values = [_over(near, one) for one in found]
    rows = tuple(
        (strike, f"{strike / spot - 1:+.1%}", *row)
        for strike, *row in zip(near, *values, strict=True)
    )
    return Table(title, columns, rows)


def term_table(rows: Sequence[tuple[date, int, float | None]]) -> Table:
    """Return the volatility at the money of each expiry: its day, days to go, and per year."""
    cells = tuple(
        (str(expiry), days, None if value is None else round(100 * value, 2))
        for expiry, days, value in rows
    )
    return Table("At the money by expiry", ("expiry", "days", "volatility %"), cells)


def volatility_at(found: Sequence[Smile], strike: float) -> float | None:
    """Return the volatility at a strike, between the nearest quoted ones by the straight line.

    Where both kinds are quoted at a strike, it is their mean; None outside of what is quoted.
    """
    quoted: dict[float, list[float]] = {}
    for one in found:
        for level, value in zip(one.strikes, one.volatilities, strict=True):
            quoted.setdefault(level, []).append(value)
    strikes = sorted(quoted)
    at = bisect_left(strikes, strike)
    if at == len(strikes) or (at == 0 and strikes[0] != strike):
        return None
    right, high = strikes[at], fmean(quoted[strikes[at]])
    if right == strike:
        return high
    left, low = strikes[at - 1], fmean(quoted[strikes[at - 1]])
    return low + (high - low) * (strike - left) / (right - left)


def _over(strikes: Sequence[float], smile: Smile) -> tuple[float | None, ...]:
    known = dict(zip(smile.strikes, smile.volatilities, strict=True))
    return tuple(round(100 * known[strike], 2) if strike in known else None for strike in strikes)


def _unsigned(gain: float) -> float:
    """Return cents without the sign of a rounded 0."""
    return round(float(gain), 2) + 0.0
