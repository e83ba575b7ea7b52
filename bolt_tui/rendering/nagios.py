"""A look at everything as Nagios and its kin read it: one line with perfdata, then the causes.

After the Monitoring Plugins' guidelines: `STATE - text | 'label'=value[UOM];[warn];[crit];[min]`,
UOM one of s, ms, B, %; U for an unknown value; a range "10:" is bad below 10.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from engine.checks.health.parts.limits import LIMITS, Limits
from engine.events import Check, CheckState, HealthChecked

EXIT: Final[dict[CheckState, int]] = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
_UNITS: Final = {"bytes": "B", "pct": "%", "ms": "ms", "s": "s"}


def render(event: HealthChecked) -> str:
    """Return the lines, each with its end."""
    figures = " ".join(_perfdata(event))
    first = f"BOLT {event.state.upper()} - {_plain(event.text)}"
    return "".join(f"{line}\n" for line in (f"{first} | {figures}", *map(_line, event.checks)))


def unknown(sentence: str) -> str:
    """Return the line for where nothing could be looked at."""
    return f"BOLT UNKNOWN - {_plain(sentence)}\n"


def _line(check: Check) -> str:
    remedy = f"; {check.remedy}" if check.remedy else ""
    return f"{check.state.upper():<8} {_plain(f'{check.name}: {check.text}{remedy}')}"


def _plain(text: str) -> str:
    """Return text that holds no line's end, and nothing that begins perfdata."""
    return " ".join(text.split()).replace("|", "/")


def _perfdata(event: HealthChecked) -> Iterator[str]:
    yield _datum("time", event.elapsed_ms, "ms", None)
    for check in event.checks:
        yield _datum(check.name, check.elapsed_ms or None, "ms", None)
        for name, value in check.figures.items():
            unit = _UNITS.get(name.rpartition("_")[2], "")
            limits = LIMITS.get(f"{check.name}.{name}")
            yield _datum(f"{check.name}_{name}", value, unit, limits)


def _datum(label: str, value: float | None, unit: str, limits: Limits | None) -> str:
    """Return one figure; U stands for one that nobody knows, as of a check that never answered."""
    quoted = _plain(label).replace("'", "''").replace("=", "_")
    bounds = ("", "") if limits is None else (_range(limits, 0), _range(limits, 1))
    said = "U" if value is None else f"{_plain_number(value)}{unit}"
    return f"'{quoted}'={said};{bounds[0]};{bounds[1]};0"


def _plain_number(value: float) -> str:
    """Return twelve digits without an exponent, which the guidelines have no place for."""
    return f"{Decimal(f'{value:.12g}'):f}"


def _range(limits: Limits, which: int) -> str:
    limit = (limits.warning, limits.critical)[which]
    if limit is None:
        return ""
    return f"{_plain_number(limit)}:" if limits.low else _plain_number(limit)
