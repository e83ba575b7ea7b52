"""Numbers as people read them: short, with their unit, and a dash for what is not known."""

from datetime import UTC, datetime, tzinfo

UNKNOWN = "–"

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_DECIMAL = ("B/s", "kB/s", "MB/s", "GB/s", "TB/s")


def percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0f} %"


def size(count: float | None) -> str:
    """Return bytes in binary units."""
    return _scaled(count, 1024, _BINARY)


def share(used: float | None, total: float | None) -> tuple[str, str]:
    """Return how much of how much, in one unit where both have the same."""
    part, whole_of = size(used), size(total)
    if total is None:
        return part, ""
    value, _, unit = part.partition(" ")
    return (value if unit == whole_of.partition(" ")[2] else part), f" of {whole_of}"


def rate(count: float | None) -> str:
    """Return bytes per second in decimal units."""
    return _scaled(count, 1000, _DECIMAL)


def _scaled(count: float | None, step: int, units: tuple[str, ...]) -> str:
    if count is None:
        return UNKNOWN
    value, unit = float(count), units[0]
    for unit in units:  # noqa: B007
        if value < step * 0.9995:
            break
        value /= step
    decimals = 0 if unit == units[0] or value >= 99.95 else 1
    return f"{value:.{decimals}f} {unit}"


def span(seconds: float) -> str:
    """Return a duration in its two largest units at most."""
    if 0 < seconds < 0.00095:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} m {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def whole(seconds: float) -> str:
    """Return a duration that is counted up or down on screen, in whole seconds."""
    return span(float(max(0, int(seconds)))) if seconds >= 10 else f"{max(0, int(seconds))} s"


def age(seconds: float) -> str:
    """Return how long ago something was, in one unit, so that it seldom changes."""
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{max(0, int(seconds))} s"


def milliseconds(elapsed_ms: float | None) -> str:
    return UNKNOWN if elapsed_ms is None else span(elapsed_ms / 1000)


def clock(wall_s: float | None, zone: tzinfo | None) -> str:
    """Return the time of day in `zone`, the machine's own where it is None."""
    if wall_s is None:
        return "--:--:--"
    return datetime.fromtimestamp(wall_s, UTC).astimezone(zone).strftime("%H:%M:%S")


def date_and_clock(wall_s: float, now_s: float, zone: tzinfo | None) -> str:
    """Return the time of day, with its date where that is not the date of `now_s`."""
    there, here = (datetime.fromtimestamp(s, UTC).astimezone(zone) for s in (wall_s, now_s))
    day = "" if there.date() == here.date() else f"{there:%Y-%m-%d} "
    return f"{day}{there:%H:%M:%S}"


def figure(value: object) -> str:
    """Return a cell of a table or the value of a figure."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _float(value)
    return str(value)


def _float(value: float) -> str:
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        return f"{value:,.6g}" if abs(value) < 10_000 else f"{value:,.2f}"
    return f"{value:.4g}"
