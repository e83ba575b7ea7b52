"""Metrics of a span against those of the span before it, counted by DuckDB minute by minute.

A minute belongs to the span, and to the step, in which it begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from engine.store.past.metrics import METRICS
from engine.store.past.minutes import MINUTE_S, Minutes, by_kind
from engine.store.past.snapshot import View


@dataclass(frozen=True, slots=True)
class Stretch:
    """The readings of one metric in one span; without a reading all but the counts is None.

    `mean` and `p95` are of the means of its minutes, `most` is of single readings.
    """

    count: int = 0
    minutes: int = 0
    mean: float | None = None
    p95: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """One metric of a span and of the one before; `steps` are the means of the span's equal steps.

    A step without a reading is None.
    """

    name: str
    unit: str
    now: Stretch
    before: Stretch
    steps: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """In how many minutes of a span, and of the one before, anything was recorded."""

    minutes: int
    minutes_before: int


def read_trends(
    view: View, names: Sequence[str], start_s: float, end_s: float, steps: int
) -> list[Trend]:
    """Return metrics (metrics.METRICS) of a span with those of the span of the same length before.

    Raises:
        KeyError: there is no such metric.
    """
    found = {
        one.name: one
        for minutes in by_kind(names)
        for one in _of_kind(view, minutes, start_s, end_s, steps)
    }
    return [found[name] for name in names]


def _of_kind(
    view: View, minutes: Minutes, start_s: float, end_s: float, steps: int
) -> Iterator[Trend]:
    names, width_s = minutes.names, (end_s - start_s) / steps
    # First by the minute, so that a machine that two sessions watch does not count twice; then each
    # step by itself and (where `step` is NULL) the two spans.
    each = ", ".join(
        f"sum(c{n}) AS c{n}, sum(s{n}) / sum(c{n}) AS m{n}, max(h{n}) AS h{n}"
        for n in range(len(names))
    )
    together = ", ".join(
        f"sum(c{n})::BIGINT, count(m{n}), avg(m{n}), quantile_cont(m{n}, 0.95), max(h{n})"
        for n in range(len(names))
    )
    rows = view.execute(
        f"SELECT is_now, step, {together} FROM (SELECT minute * {MINUTE_S!r} >= ? AS is_now, "
        f"least(floor((minute * {MINUTE_S!r} - ?) / ?), ?)::BIGINT AS step, {each} "
        f"FROM {minutes.table(view, *_both(start_s, end_s))} GROUP BY minute) "
        "GROUP BY GROUPING SETS ((is_now), (is_now, step))",
        [start_s, start_s, width_s, steps - 1],
    )
    places = {(row[0], row[1]): row[2:] for row in rows}
    for n, name in enumerate(names):
        stretches = {key: _stretch(cells[5 * n : 5 * n + 5]) for key, cells in places.items()}
        yield Trend(
            name,
            METRICS[name].unit,
            stretches.get((True, None), Stretch()),
            stretches.get((False, None), Stretch()),
            tuple(stretches.get((True, step), Stretch()).mean for step in range(steps)),
        )


def _both(start_s: float, end_s: float) -> tuple[int, int]:
    """Return the first and the last minute of a span with the one before it."""
    return ceil((2 * start_s - end_s) / MINUTE_S), ceil(end_s / MINUTE_S) - 1


def _stretch(cells: Sequence[object]) -> Stretch:
    count, minutes, *figures = cells
    return Stretch(int(_number(count) or 0), int(_number(minutes) or 0), *map(_number, figures))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def read_recorded(view: View, names: Sequence[str], start_s: float, end_s: float) -> Recorded:
    """Return how much of a span and of the one before is on record, whoever recorded it.

    By its facts and by what the sessions read of themselves, which of `names` are some metrics.
    """
    first, last = _both(start_s, end_s)
    facts = view.table("facts", first * MINUTE_S, (last + 1) * MINUTE_S)
    minutes = [f"SELECT floor(wall_s / {MINUTE_S!r})::BIGINT AS minute FROM {facts}"]
    minutes += [
        f"SELECT minute FROM {one.table(view, first, last)}"
        for one in by_kind(names)
        if one.kind == "EngineSample"
    ]
    rows = view.execute(
        f"SELECT minute * {MINUTE_S!r} >= ? AS is_now, count(DISTINCT minute) "
        f"FROM ({' UNION ALL '.join(minutes)}) WHERE minute BETWEEN ? AND ? GROUP BY is_now",
        [start_s, first, last],
    )
    minutes_of = {bool(row[0]): int(_number(row[1]) or 0) for row in rows}
    return Recorded(minutes_of.get(True, 0), minutes_of.get(False, 0))
