"""Durations as people write them: `90s`, `5m`, `1h30m`, `2d`."""

import re

from engine.alerts.errors import BadDuration

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
# Each unit once, the biggest first; nine digits are more than any bound.
_PATTERN = re.compile("".join(rf"(?:(\d{{1,9}}){unit})?" for unit in _UNITS), re.ASCII)

LONGEST_S = 30 * 86_400.0


def seconds(text: str, least_s: float = 0.0, most_s: float = LONGEST_S) -> float:
    """Return the length of a duration in seconds.

    Raises:
        BadDuration: it is none, or lies out of bounds.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None or not match.group():
        raise BadDuration(
            f'expected a duration such as "90s", "5m" or "1h30m", found "{text[:60]}"'
        )
    found_s = float(
        sum(
            int(count or 0) * unit
            for count, unit in zip(match.groups(), _UNITS.values(), strict=True)
        )
    )
    if not least_s <= found_s <= most_s:
        raise BadDuration(
            f'expected a duration from {words(least_s)} to {words(most_s)}, found "{text[:60]}"'
        )
    return found_s


def words(span_s: float) -> str:
    """Return a span as `seconds` reads it, whole seconds, never shorter than it is by one."""
    left, parts = max(0, round(span_s)), []
    for unit, length in _UNITS.items():
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
