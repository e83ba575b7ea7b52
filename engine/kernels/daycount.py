"""Time between two moments as options count it: ACT/365 fixed.

Actual days over 365, leap years or not: ISDA (2006), *Definitions*, section 4.16(d).
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from engine.kernels.errors import InvalidDate

_YEAR: Final = timedelta(days=365)


def years_between(start: date, end: date) -> float:
    """Return the years from `start` to `end`, ACT/365 fixed; negative if `end` is earlier.

    Two dates are whole days apart. Two moments, which must have time zones, are apart by the time
    that really passes between them, so that an option's last day is counted too.

    Raises:
        InvalidDate: one is a date and the other a moment, or a moment has no time zone.
    """
    start_moment, end_moment = isinstance(start, datetime), isinstance(end, datetime)
    if start_moment != end_moment:
        expected = "a moment as start is" if start_moment else "a date as start is"
        raise InvalidDate("end", repr(end), expected)
    for argument, value in (("start", start), ("end", end)):
        if isinstance(value, datetime) and value.utcoffset() is None:
            raise InvalidDate(argument, repr(value), "a moment with a time zone")
    if isinstance(start, datetime) and isinstance(end, datetime):
        # Two moments of one zone would be subtracted by the wall clock, a changed hour and all.
        return (end.astimezone(UTC) - start.astimezone(UTC)) / _YEAR
    return (end - start) / _YEAR
