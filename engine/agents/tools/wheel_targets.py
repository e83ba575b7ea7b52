"""What a question says to sell, in place of what is configured: a delta, and days to expiry."""

from engine.agents.tool import Call, Refused

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
