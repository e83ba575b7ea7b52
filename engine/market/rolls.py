"""Whether a short option should be rolled: every rule of the user, one by one, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.market.book import Option
from engine.market.parameters import Parameters, Sourced

Name = Literal["profit_target_percent", "delta_breach_threshold", "dte_threshold"]


@dataclass(frozen=True, slots=True)
class Short:
    """A short option now.

    Attributes:
        sold_at: premium that was taken in, per share; None if the book doesn't tell.
        costs_now: what buying it back costs, per share, the ask if there is one.
        delta: of a long option, so below 0 for a put; None if it can't be valued.
        days: calendar days to expiry.
    """

    option: Option
    contracts: float
    sold_at: float | None
    costs_now: float | None
    delta: float | None
    days: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and what it says.

    Attributes:
        value: what was measured; None where it isn't known, and then `fired` is None too.
        threshold: None where the user has switched the rule off.
        source: where the threshold came from.
        explanation: a sentence.
    """

    name: Name
    value: float | None
    threshold: float | None
    fired: bool | None
    source: str
    explanation: str


def rules(short: Short, sourced: Sourced) -> tuple[Rule, ...]:
    """Return what each roll rule says of a short option."""
    return tuple(_rules(short, sourced))


def _rules(short: Short, sourced: Sourced) -> Iterator[Rule]:
    triggers = sourced.parameters.roll_triggers
    yield _profit(short, triggers.profit_target_percent, sourced.origin("profit_target_percent"))
    yield _delta(short, triggers.delta_breach_threshold, sourced.origin("delta_breach_threshold"))
    yield _days(short, triggers.dte_threshold, sourced.origin("dte_threshold"))


def fired(found: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules that say to roll."""
    return tuple(rule for rule in found if rule.fired)


def roll_to(short: Short, parameters: Parameters) -> str:
    """Return in a clause what the parameters would sell instead."""
    return (
        f"a {short.option.kind} at delta {parameters.delta_target:.2f} with about "
        f"{parameters.days_to_expiry_target:g} days"
    )


def _profit(short: Short, threshold: float | None, source: str) -> Rule:
    """Earned so far: what the sale brought less what buying back costs, over the former."""
    name: Name = "profit_target_percent"
    if not short.sold_at:
        return _unknown(name, threshold, source, "the premium that it was sold at isn't known")
    if short.costs_now is None:
        return _unknown(name, threshold, source, "what it costs now isn't known")
    earned = (short.sold_at - short.costs_now) / short.sold_at
    said = (
        f"sold at {short.sold_at:.2f}, {short.costs_now:.2f} to buy back: "
        f"{earned:.0%} of the premium is earned"
    )
    return _judged(name, earned, threshold, source, said, rolls=_at_least(earned, threshold))


def _delta(short: Short, threshold: float | None, source: str) -> Rule:
    name: Name = "delta_breach_threshold"
    if short.delta is None:
        return _unknown(name, threshold, source, "its delta can't be computed")
    size = abs(short.delta)
    said = f"the {short.option.kind} has a delta of {size:.2f}"
    return _judged(name, size, threshold, source, said, rolls=_at_least(size, threshold))


def _days(short: Short, threshold: float | None, source: str) -> Rule:
    name: Name = "dte_threshold"
    said = f"{short.days} days are left until {short.option.expiry}"
    rolls = threshold is not None and short.days <= threshold
    return _judged(name, short.days, threshold, source, said, rolls=rolls)


def _at_least(value: float, threshold: float | None) -> bool:
    # Half of a premium, taken apart in floating point, still is half of it.
    return threshold is not None and value >= threshold - 1e-12


def _judged(
    name: Name, value: float, threshold: float | None, source: str, said: str, *, rolls: bool
) -> Rule:
    if threshold is None:
        return Rule(name, value, None, False, source, f"{said}; the rule is switched off")
    side = "at or below" if name == "dte_threshold" else "at or above"
    shown = f"{threshold:.0%}" if name == "profit_target_percent" else f"{threshold:g}"
    verdict = "roll" if rolls else "hold"
    return Rule(name, value, threshold, rolls, source, f"{said}; rolled {side} {shown}: {verdict}")


def _unknown(name: Name, threshold: float | None, source: str, why: str) -> Rule:
    return Rule(name, None, threshold, None, source, f"{why}, so the rule can't be judged")
