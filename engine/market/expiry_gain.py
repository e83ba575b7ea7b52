"""The gain of a book in one stock when its last option has expired: exact, over every price.

It is a chain of straight lines that bend at the strikes, so its extremes lie at 0, at a strike, or
nowhere, where the last line goes on for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.market.book import Option, Position


@dataclass(frozen=True, slots=True)
class ExpiryGain:
    """What is gained at most and lost at worst, in the positions' currency.

    Attributes:
        most, most_at: the largest gain and the lowest price that brings it; None: it has no limit.
        least, least_at: the smallest gain, a loss if below 0, and the lowest price that brings it;
            None: the loss has no limit.
        breakevens: prices between which the gain changes its sign, ascending.
    """

    most: float | None
    most_at: float | None
    least: float | None
    least_at: float | None
    breakevens: tuple[float, ...]


def expiry_gain(positions: Iterable[Position]) -> ExpiryGain:
    """Return the extremes and breakevens of positions in one stock, each with a price paid."""
    held = tuple(positions)
    strikes = {one.instrument.strike for one in held if isinstance(one.instrument, Option)}
    knots = [0.0, *sorted(strikes)]
    gains = [_gain(held, price) for price in knots]
    slope = sum(one.shares for one in held if _follows(one))
    most, least = max(gains), min(gains)
    return ExpiryGain(
        None if slope > 0 else most,
        None if slope > 0 else knots[gains.index(most)],
        None if slope < 0 else least,
        None if slope < 0 else knots[gains.index(least)],
        tuple(sorted({*_between(knots, gains), *_beyond(knots[-1], gains[-1], slope)})),
    )


def _follows(position: Position) -> bool:
    """Whether it moves with the stock above every strike."""
    held = position.instrument
    return not isinstance(held, Option) or held.kind == "call"


def _gain(held: Iterable[Position], price: float) -> float:
    return sum(one.shares * (worth_at_expiry(one, price) - (one.price or 0.0)) for one in held)


def worth_at_expiry(position: Position, price: float) -> float:
    """Return what one share's worth of a position pays when it has expired with the stock there."""
    held = position.instrument
    if not isinstance(held, Option):
        return price
    return max(price - held.strike if held.kind == "call" else held.strike - price, 0.0)


def _between(knots: Sequence[float], gains: Sequence[float]) -> Iterable[float]:
    for (left, before), (right, after) in pairwise(zip(knots, gains, strict=True)):
        if (before < 0) != (after < 0):
            yield left - before * (right - left) / (after - before)


def _beyond(knot: float, gain: float, slope: float) -> Iterable[float]:
    if slope and gain / slope < 0:
        yield knot - gain / slope
