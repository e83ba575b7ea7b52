"""Chances of a lognormal spot: to end in the money, to touch a level, to end with a profit.

Each takes the drift of the spot, continuous and per year: rate - dividend_yield gives risk-neutral
chances, as prices contain them; any other number is the caller's own view, and no price's.
"""

from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import (
    PRICE,
    RATE,
    Flags,
    Floats,
    Kinds,
    Range,
    calls,
    common_shape,
    numbers,
)
from engine.kernels.log_ratio import log_ratio
from engine.kernels.normal import cdf, erfcx

Side: TypeAlias = Literal["long", "short"]

YEARS: Final = Range(0.0, 100.0, "a number of years, 0 to 100")
VOLATILITY: Final = Range(0.0, 100.0, "a volatility per year, 0 to 100 (0.2 is 20 %)")
PREMIUM: Final = Range(0.0, 1e100, "a premium per unit, 0 to 1e+100")

_SQRT_HALF: Final = 0.7071067811865476
_TINY: Final = 1e-150
_MIRROR: Final = -20.0


def in_the_money(
    kind: Kinds,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    drift: ArrayLike = 0.0,
) -> Floats:
    """Return the chance that the spot ends beyond the strike: above for calls, below for puts.

    Arguments broadcast as NumPy's do; units are those of `european.price`. Where nothing is random
    the chance is 0 or 1, and one half exactly at the strike. Error: 2e-15.

    Raises:
        NotNumeric, OutOfRange, UnknownKind, ShapeMismatch: see `engine.kernels.errors`.
    """
    is_call = calls("kind", kind)
    level = numbers("strike", strike, PRICE)
    return _beyond(is_call, spot, level, years, volatility, drift)


def profit(
    kind: Kinds,
    side: Side,
    spot: ArrayLike,
    strike: ArrayLike,
    premium: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    drift: ArrayLike = 0.0,
) -> Floats:
    """Return the chance that an option held to expiry earns more than nothing.

    Breakeven is strike + premium for a call and strike - premium for a put; who is long profits
    beyond it, who is short on this side of it. Interest on the premium doesn't count, nor does
    early exercise.

    Args:
        premium: per unit, what was paid (long) or taken in (short), 0 or more.
        others: as in `in_the_money`.

    Raises:
        As `in_the_money`.
    """
    is_call = calls("kind", kind)
    struck = numbers("strike", strike, PRICE)
    paid = numbers("premium", premium, PREMIUM)
    common_shape({"kind": is_call, "strike": struck, "premium": paid})
    breakeven = struck + np.where(is_call, paid, -paid)
    reachable = breakeven > 0.0
    beyond = _beyond(is_call, spot, np.maximum(breakeven, PRICE.low), years, volatility, drift)
    # A put whose premium is above its strike can't earn its premium back.
    chance = np.where(reachable, beyond, 0.0)
    if side == "long":
        return chance
    before = _beyond(~is_call, spot, np.maximum(breakeven, PRICE.low), years, volatility, drift)
    return np.where(reachable, before, 1.0)


def touch(
    spot: ArrayLike,
    barrier: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    drift: ArrayLike = 0.0,
) -> Floats:
    """Return the chance that the spot reaches the barrier, from whichever side, before the end.

    By the reflection principle; watched continuously, so a spot that is seen once a day touches
    less often: Broadie, Glasserman and Kou (1997) move the barrier away by 0.5826·σ·√(1/252).
    Harrison (1985), *Brownian Motion and Stochastic Flow Systems*, sec. 1.8. Error: 1e-13.

    Arguments as in `in_the_money`. Raises: as that.
    """
    level = numbers("barrier", barrier, PRICE)
    start, end, span, growth = _market(spot, level, years, volatility, drift)
    away = log_ratio(level, start)
    distance = np.abs(away)
    deviation = np.maximum(end * np.sqrt(span), _TINY)
    towards = np.copysign(1.0, away) * (growth - 0.5 * end * end) * span
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        direct = (towards - distance) / deviation
        back = (towards + distance) / deviation
        scaled = np.maximum(back * _SQRT_HALF, _MIRROR)
        reflected = np.where(
            scaled > _MIRROR,
            0.5 * np.exp(-0.5 * direct * direct) * erfcx(scaled, np),
            np.exp(np.minimum(2.0 * distance * towards / deviation / deviation, 0.0)),
        )
        chance = np.minimum(cdf(direct, np) + reflected, 1.0)
    return np.where(distance == 0.0, 1.0, chance)


def _beyond(
    is_call: Flags,
    spot: ArrayLike,
    level: Floats,
    years: ArrayLike,
    volatility: ArrayLike,
    drift: ArrayLike,
) -> Floats:
    start, end, span, growth = _market(spot, level, years, volatility, drift, is_call)
    deviation = np.maximum(end * np.sqrt(span), _TINY)
    with np.errstate(over="ignore", under="ignore"):
        above = (log_ratio(start, level) + (growth - 0.5 * end * end) * span) / deviation
        return np.asarray(cdf(np.where(is_call, above, -above), np))


def _market(
    spot: ArrayLike,
    level: Floats,
    years: ArrayLike,
    volatility: ArrayLike,
    drift: ArrayLike,
    *others: Flags,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return spot, volatility, years and drift as arrays that broadcast with the level."""
    start = numbers("spot", spot, PRICE)
    span = numbers("years", years, YEARS)
    end = numbers("volatility", volatility, VOLATILITY)
    growth = numbers("drift", drift, RATE)
    common_shape(
        {
            "level": level,
            "spot": start,
            "years": span,
            "volatility": end,
            "drift": growth,
            **{f"other {i}": other for i, other in enumerate(others)},
        }
    )
    return start, end, span, growth
