"""Warns of early assignment: of short calls before a dividend, of short puts deep in the money.

A holder gives up an option's time value by exercising it. A call is exercised on the day before the
ex-date if the dividend is more than that; a put if the interest on the strike until expiry is more,
less what the dividends until then still take off the stock (Hull, *Options, Futures, and Other
Derivatives*, on American options and dividends).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from typing import Literal

from engine.market.book import Dividend, Option

Danger = Literal["likely", "possible", "unlikely"]

_NEAR = 1.5
"""Time value within so many times of what exercise earns is called possible."""


@dataclass(frozen=True, slots=True)
class EarlyAssignment:
    """What early exercise would bring the holder of an option that is short here.

    Attributes:
        by: the last day on which exercising pays: the last weekday before the ex-date;
            None for a put.
        inside: intrinsic value, per share.
        time_value: what exercising throws away, per share; None if no price is known.
        earned: dividend (calls) or interest (puts) that it brings, per share.
        explanation: a sentence.
    """

    option: Option
    danger: Danger
    by: date | None
    inside: float
    time_value: float | None
    earned: float
    explanation: str


def early_assignment(
    option: Option,
    *,
    spot: float,
    price: float | None,
    as_of: date,
    rate: float,
    dividends: Iterable[Dividend] = (),
) -> EarlyAssignment | None:
    """Return the danger for one short option; None if it isn't in the money or can't be.

    Args:
        price: what the option trades at, per share, the middle or the ask.
        rate: continuous, per year.
        dividends: announced ones; those of other stocks and past ones are passed over.
    """
    sign = 1.0 if option.kind == "call" else -1.0
    inside = sign * (spot - option.strike)
    if not option.american or inside <= 0 or option.expiry < as_of:
        return None
    coming = sorted(
        (one for one in dividends if one.symbol == option.underlying and as_of < one.ex_date),
        key=lambda one: one.ex_date,
    )
    within = [one for one in coming if one.ex_date <= option.expiry]
    time_value = None if price is None else max(price - inside, 0.0)
    if option.kind == "call":
        return _call(option, inside, time_value, within)
    return _put(option, inside, time_value, within, as_of, rate)


def _call(
    option: Option, inside: float, time_value: float | None, within: Sequence[Dividend]
) -> EarlyAssignment | None:
    if not within:
        return None
    largest = max(within, key=lambda one: one.amount)
    earned = largest.amount
    danger = _danger(time_value, earned)
    by = _weekday_before(largest.ex_date)
    said = (
        f"ex-dividend {largest.ex_date} with {earned:.2f} a share; {_left(time_value)}: "
        f"assignment on {by} is {danger}"
    )
    return EarlyAssignment(option, danger, by, inside, time_value, earned, said)


def _put(
    option: Option,
    inside: float,
    time_value: float | None,
    within: Sequence[Dividend],
    as_of: date,
    rate: float,
) -> EarlyAssignment | None:
    years = (option.expiry - as_of).days / 365
    interest = option.strike * (1 - exp(-max(rate, 0.0) * years))
    earned = interest - sum(one.amount for one in within)
    if earned <= 0:
        return None
    danger = _danger(time_value, earned)
    said = (
        f"{inside:.2f} in the money; interest on the strike until {option.expiry} is "
        f"{interest:.2f} a share; {_left(time_value)}: assignment before then is {danger}"
    )
    return EarlyAssignment(option, danger, None, inside, time_value, earned, said)


def _weekday_before(day: date) -> date:
    """Return the last weekday before `day`; holidays aren't known here."""
    back = {0: 3, 6: 2}.get(day.weekday(), 1)
    return day - timedelta(days=back)


def _danger(time_value: float | None, earned: float) -> Danger:
    if time_value is None:
        return "possible"
    if time_value < earned:
        return "likely"
    return "possible" if time_value < _NEAR * earned else "unlikely"


def _left(time_value: float | None) -> str:
    if time_value is None:
        return "its time value isn't known"
    return f"{time_value:.2f} of time value is left"
