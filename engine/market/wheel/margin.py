"""What short options bind: cash that secures them, or the margin of a Reg-T account.

Margin of an uncovered short option on a stock, per share: the option's price, plus the larger of
20 % of the stock's price less what the option is out of the money, and 10 % of the strike (put) or
of the stock's price (call): FINRA Rule 4210(f)(2)(E); Cboe, *Margin Manual*. A broker may ask for
more, and does so for volatile stocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.market.book import Option, Position, Stock

SOURCE: Final = (
    "Reg T: shares at 50 % of their price, the initial requirement (12 CFR 220.12(a)); short "
    "options that no shares cover by FINRA Rule 4210(f)(2)(E), the least that a broker asks"
)
_MOST, _LEAST, _STOCK = 0.20, 0.10, 0.50


@dataclass(frozen=True, slots=True)
class Bound:
    """Currency that a book binds.

    Attributes:
        cash_secured: strikes of short puts in full.
        assigned: what each stock would bind were all puts exercised: its shares at their price,
            short puts at their strikes, and naked calls at the stock's price.
        margin: Reg-T margin of short options that no shares cover, and half of the shares' price.
        naked_calls: contracts of short calls that no shares cover.
    """

    cash_secured: float
    margin: float
    naked_calls: float
    assigned: Mapping[str, float]


def uncovered(option: Option, spot: float, price: float) -> float:
    """Return the margin of one short contract, currency; its price is counted in.

    Args:
        price: what the option costs now, per share.
    """
    if option.kind == "put":
        outside, floor = max(spot - option.strike, 0.0), _LEAST * option.strike
    else:
        outside, floor = max(option.strike - spot, 0.0), _LEAST * spot
    return (price + max(_MOST * spot - outside, floor)) * option.multiplier


def bound(
    positions: tuple[Position, ...], spots: Mapping[str, float], prices: Mapping[Option, float]
) -> Bound:
    """Return what `positions` bind; short calls are covered by shares, lowest strikes first.

    Options without a price count at their intrinsic value; stocks without a spot are left out.
    """
    shares: dict[str, float] = {}
    for one in positions:
        if isinstance(one.instrument, Stock):
            symbol = one.instrument.symbol
            shares[symbol] = shares.get(symbol, 0.0) + one.quantity
    margin = sum(
        _STOCK * max(held, 0.0) * spots.get(symbol, 0.0) for symbol, held in shares.items()
    )
    secured = naked = 0.0
    assigned = {symbol: abs(held) * spots.get(symbol, 0.0) for symbol, held in shares.items()}
    for option, contracts in _shorts(positions):
        open_ = contracts
        if option.kind == "put":
            owed = contracts * option.multiplier * option.strike
            secured += owed
        else:
            have = max(shares.get(option.underlying, 0.0), 0.0)
            cover = min(contracts * option.multiplier, have)
            shares[option.underlying] = have - cover
            open_ = contracts - cover / option.multiplier
            naked += open_
            owed = open_ * option.multiplier * spots.get(option.underlying, 0.0)
        assigned[option.underlying] = assigned.get(option.underlying, 0.0) + owed
        if (spot := spots.get(option.underlying)) is not None:
            sign = 1.0 if option.kind == "call" else -1.0
            price = prices.get(option, max(sign * (spot - option.strike), 0.0))
            margin += open_ * uncovered(option, spot, price)
    return Bound(secured, margin, naked, assigned)


def _shorts(positions: tuple[Position, ...]) -> list[tuple[Option, float]]:
    found = [
        (one.instrument, -one.quantity)
        for one in positions
        if isinstance(one.instrument, Option) and one.quantity < 0
    ]
    return sorted(found, key=lambda short: (short[0].strike, short[0]))
