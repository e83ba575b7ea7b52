"""Trends and kinds of queries as tables: this span beside the one before."""

from collections.abc import Sequence
from typing import Final

from engine.agents.tools.figures import GIB
from engine.agents.tools.past.span import lasting
from engine.agents.tools.report.changes import MINIMUM
from engine.evidence import Cell, Table
from engine.store.past.kinds import Ended, Kind
from engine.store.past.trend import Stretch, Trend

METRICS: Final[dict[str, str]] = {
    "cpu": "CPU",
    "memory": "memory",
    "swap": "swap",
    "temperature": "hottest temperature",
    "gpu": "GPU",
    "engine.memory_used_bytes": "memory of a session",
    "engine.cpu_pct": "CPU of a session",
    "loop_lag_p99_ms": "loop lag p99",
    "leases_waited_max_ms": "longest wait for DuckDB",
}
_BARS = "▁▂▃▄▅▆▇█"
_NO_READING = "·"
_MOST_STEPS = 30
_DAY_S, _HOUR_S, _MIB = 86_400.0, 3600.0, 1024.0**2
_KINDS = ("kind", "queries", "before", "success %", "success % before", "p50 ms", "p50 ms before",
          "p95 ms", "p95 ms before")  # fmt: skip


def steps(length_s: float) -> int:
    """Return into how many steps a span is cut: its days, or its hours where it has few."""
    unit_s = _DAY_S if length_s >= 3 * _DAY_S else _HOUR_S
    return max(1, min(_MOST_STEPS, round(length_s / unit_s)))


def trend_table(trends: Sequence[Trend], length_s: float) -> Table:
    """Return the metrics that were read at all; a change is of the mean, in per cent.

    It is told where either span has MINIMUM minutes with a reading or more.
    """
    each = lasting(length_s / steps(length_s))
    columns = ("metric", "unit", "mean", "before", "change %", "p95", "p95 before", "most",
               f"each {each}")  # fmt: skip
    rows = tuple(_trend_row(one) for one in trends if one.now.count)
    return Table("Trends", columns, rows)


def _trend_row(one: Trend) -> tuple[Cell, ...]:
    size, unit = _scale(one)
    now, before = one.now, one.before
    return (
        METRICS[one.name],
        unit,
        _scaled(now.mean, size),
        _scaled(before.mean, size),
        _change(now, before),
        _scaled(now.p95, size),
        _scaled(before.p95, size),
        _scaled(now.most, size),
        bars(one.steps, 100.0 if one.unit == "%" else None),
    )


def bars(values: Sequence[float | None], full: float | None) -> str:
    """Draw values from 0 up to `full`, or up to the highest of them; a dot has no reading."""
    known = [value for value in values if value is not None]
    highest = max([full or 0.0, *known], default=0.0) or 1.0
    return "".join(
        _NO_READING
        if value is None
        else _BARS[min(len(_BARS) - 1, max(0, int(value / highest * len(_BARS))))]
        for value in values
    )


def _scale(one: Trend) -> tuple[float, str]:
    if one.unit != "B":
        return 1.0, one.unit
    most = max(one.now.most or 0.0, one.before.most or 0.0)
    return (float(GIB), "GiB") if most >= GIB else (_MIB, "MiB")


def _scaled(value: float | None, size: float) -> float | None:
    return None if value is None else round(value / size, 2)


def _change(now: Stretch, before: Stretch) -> float | None:
    if min(now.minutes, before.minutes) < MINIMUM:
        return None  # of a few minutes the mean is that of what just went on
    if now.mean is None or not before.mean or before.mean < 0:
        return None
    return round(100 * (now.mean / before.mean - 1), 1) + 0.0  # no -0.0


def kind_table(kinds: Sequence[Kind]) -> Table:
    """Return the kinds of queries of the span; cancelled ones are in no rate and in no time."""
    rows = tuple(_kind_row(one) for one in kinds if one.now.counted or not one.intent)
    return Table("Queries by kind", _KINDS, rows)


def _kind_row(one: Kind) -> tuple[Cell, ...]:
    now, before = one.now, one.before
    return (
        one.intent or "all",
        now.counted,
        before.counted,
        success_pct(now),
        success_pct(before),
        _scaled(now.p50_ms, 1.0),
        _scaled(before.p50_ms, 1.0),
        _scaled(now.p95_ms, 1.0),
        _scaled(before.p95_ms, 1.0),
    )


def success_pct(ended: Ended) -> float | None:
    """Return how many per cent succeeded; None where none ended."""
    return round(100 * ended.good / ended.counted, 1) if ended.counted else None
