"""What a question says to sell, in place of what is configured: a delta, and days to expiry."""

from dataclasses import replace

from engine.agents.tool import Call, Refused
from engine.agents.tools.wheel.desk import Desk

_MOST_DAYS = 730


def wanted_delta(call: Call) -> float | None:
    """Return the size of the delta that the question names, None if it names none."""
    delta = call.number("delta")
    if delta is not None and not 0 < delta < 1:
        raise Refused(f"a delta of {delta:g}", "a delta is between 0 and 1, as 0.30")
    return delta


def wanted_days(call: Call) -> float | None:
    """Return the calendar days to expiry that the question names, None if it names none."""
    days = call.number("days")
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise Refused(f"{days:g} days to expiry", f"1 to {_MOST_DAYS} days")
    return days


def aimed(desk: Desk, delta: float | None, days: float | None) -> Desk:
    """Return the desk with what the question aims at; the user's limits stay as they are."""
    own = desk.sourced.parameters
    if delta is not None:
        own = replace(own, delta_target=delta)
    if days is not None:
        own = replace(own, days_to_expiry_target=days)
    notes = desk.sourced.notes
    if delta is not None and delta > own.max_delta_short_put:
        notes += (
            f"delta {delta:g} is asked for, but max_delta_short_put {own.max_delta_short_put:g} "
            f"({desk.sourced.origin('max_delta_short_put')}) still holds for puts",
        )
    return replace(desk, sourced=replace(desk.sourced, parameters=own, notes=notes))
