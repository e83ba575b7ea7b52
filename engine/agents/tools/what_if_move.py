"""The move of a what-if question, against the book that it moves: relative, and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.agents.tool import Call, Refused

if TYPE_CHECKING:
    from engine.market.risk.market import Priced

_NAME_ONE = "name the stock: what if U goes to 15"
_MOST_DAYS = 3650.0
_RATES = (-0.2, 0.5)
_MOST_VOLATILITY = 10.0


@dataclass(frozen=True, slots=True)
class Volatility:
    """How each option's volatility changes: to a level, by a factor, and by so much a year."""

    level: float | None = None
    times: float = 1.0
    added: float = 0.0

    @property
    def said(self) -> str:
        if self.level is not None:
            return f"every volatility is {self.level:.1%}"
        if self.times != 1.0:
            return f"every volatility is {self.times:g} times what it is"
        return f"volatility {_goes(self.added)} by {abs(self.added) * 100:g} points"

    @property
    def short(self) -> str:
        if self.level is not None:
            return f"{self.level:.1%}"
        return f"x{self.times:g}" if self.times != 1.0 else f"{self.added * 100:+g} pts"


STILL = Volatility()


@dataclass(frozen=True, slots=True)
class Move:
    """A relative move of the stocks at `places`, all of them if empty, and what else changes.

    Attributes:
        rate: added to the rate, per year; days: calendar days that pass.
        said: all of it in words.
    """

    spot: float
    places: tuple[int, ...] = ()
    volatility: Volatility = STILL
    rate: float = 0.0
    days: float = 0.0
    said: str = ""

    @property
    def mixed(self) -> bool:
        """Whether more than spot changes."""
        return self.volatility != STILL or self.rate != 0.0 or self.days != 0.0


def asked(call: Call, market: "Priced") -> Move:
    """Return the move that the arguments name.

    A price that a stock goes to, or an amount of money, needs one stock that it is meant of.

    Raises:
        Refused: the stock isn't held, it isn't plain which is meant, or a number can't be.
    """
    ticker = call.text("ticker")
    places = tuple(at for at, symbol in enumerate(market.symbols) if symbol == ticker)
    if ticker and not places:
        held = ", ".join(market.symbols)
        raise Refused(f"the book holds nothing on {ticker}, but on {held}", f"name one of {held}")
    spot = _spot(call, market, places)
    volatility = _volatility(call)
    rate = _rate(call, market.portfolio.rate)
    days = call.number("pass_days") or 0.0
    if not 0 <= days <= _MOST_DAYS:
        raise Refused(f"{days:g} days that pass", f"0 to {_MOST_DAYS:g} days")
    said = (
        *_moved(spot, market, places),
        *([volatility.said] if volatility != STILL else []),
        *_rated(rate, market.portfolio.rate),
        *([f"{days:g} days pass"] if days else []),
    )
    return Move(spot, places, volatility, rate, days, _listed(said) or "nothing moves")


def _spot(call: Call, market: "Priced", places: tuple[int, ...]) -> float:
    level, amount = call.number("spot_level"), call.number("spot_amount")
    if level is None and amount is None:
        move = call.number("spot_move") or 0.0
        if not -1 < move < 1e3:
            remedy = "a fall is less than 100 %, a rise less than 100,000 %"
            raise Refused(f"a move of {move:+.0%}", remedy)
        return move
    if not places and len(market.symbols) > 1:
        raise Refused(f"the book holds {', '.join(market.symbols)}", _NAME_ONE)
    price = market.spots[places[0] if places else 0].value
    wanted = price + (amount or 0.0) if level is None else level
    if not 0 < wanted < 1e3 * price:
        who = market.symbols[places[0] if places else 0]
        raise Refused(
            f"{who} is at {price:g} and would be at {wanted:.6g}",
            f"name a price above 0 and below {1e3 * price:g}, or a move that leads to one",
        )
    return wanted / price - 1.0


def _volatility(call: Call) -> Volatility:
    level, times = call.number("volatility_level"), call.number("volatility_times")
    added = (call.number("volatility_points") or 0.0) / 100
    if level is not None and not 0 < level <= _MOST_VOLATILITY:
        raise Refused(f"a volatility of {level:.1%}", "volatilities are above 0 and at most 1,000%")
    if abs(added) > _MOST_VOLATILITY:
        raise Refused(f"a volatility moved by {added * 100:g} points", "at most 1,000 points")
    return Volatility(level, 1.0 if times is None else times, added)


def _rate(call: Call, known: float) -> float:
    level, points = call.number("rate_level"), call.number("rate_points")
    rate = known + (points or 0.0) / 100 if level is None else level
    low, high = _RATES
    if not low <= rate <= high:
        raise Refused(f"a rate of {rate:.2%} a year", f"rates are from {low:.0%} to {high:.0%}")
    return rate - known


def _moved(spot: float, market: "Priced", places: tuple[int, ...]) -> Iterator[str]:
    if not spot:
        return
    one = bool(places) or len(market.symbols) == 1
    at = places[0] if places else 0
    who = market.symbols[at] if one else "every stock"
    said = f"{who} {_goes(spot)} by {abs(spot):.1%}"
    price = market.spots[at].value
    yield f"{said} ({price:g} to {price * (1 + spot):.4g})" if one else said


def _rated(move: float, known: float) -> Iterator[str]:
    if move:
        points = f"{abs(move) * 100:.4g} points"
        yield f"the rate {_goes(move)} by {points} ({known:.2%} to {known + move:.2%})"


def _goes(value: float) -> str:
    return "rises" if value > 0 else "falls"


def _listed(said: tuple[str, ...]) -> str:
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
