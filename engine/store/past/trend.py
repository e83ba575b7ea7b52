"""Metrics of a span against those of the span before it, counted by DuckDB in one pass a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.store.journals.records import SAMPLES, Kind, SampleKind
from engine.store.past.metrics import METRICS
from engine.store.past.snapshot import View


@dataclass(frozen=True, slots=True)
class Stretch:
    """The readings of one metric in one span; without a reading all but the count is None.

    `mean` and `p95` are of the means of its minutes, `most` is of single readings.
    """

    count: int = 0
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
    found = dict[str, Trend]()
    for kind in SAMPLES:
        of_kind = [name for name in names if METRICS[name].kind == kind]
        if of_kind:
            found |= {one.name: one for one in _of_kind(view, kind, of_kind, start_s, end_s, steps)}
    return [found[name] for name in names]


def _of_kind(
    view: View, kind: SampleKind, names: list[str], start_s: float, end_s: float, steps: int
) -> Iterable[Trend]:
    before_s, width_s = 2 * start_s - end_s, (end_s - start_s) / steps
    values = ", ".join(f"({METRICS[name].value})::DOUBLE AS v{n}" for n, name in enumerate(names))
    minutes = ", ".join(
        f"count(v{n}) AS c{n}, avg(v{n}) AS m{n}, max(v{n}) AS h{n}" for n in range(len(names))
    )
    folded = ", ".join(
        f"sum(c{n})::BIGINT, avg(m{n}), quantile_cont(m{n}, 0.95), max(h{n})"
        for n in range(len(names))
    )
    # First by the minute, so that a machine that two sessions watch does not count twice; then each
    # step by itself and (where `step` is NULL) the two spans.
    rows = view.execute(
        f"SELECT is_now, step, {folded} FROM (SELECT floor(wall_s / 60)::BIGINT AS minute, "
        "wall_s >= ? AS is_now, least(floor((wall_s - ?) / ?), ?)::BIGINT AS step, "
        f"{minutes} FROM (SELECT wall_s, {values} "
        f"FROM {view.table(kind, before_s, end_s)} WHERE wall_s >= ? AND wall_s <= ?) "
        "GROUP BY ALL) GROUP BY GROUPING SETS ((is_now), (is_now, step))",
        [start_s, start_s, width_s, steps - 1, before_s, end_s],
    )
    places = {(row[0], row[1]): row[2:] for row in rows}
    for n, name in enumerate(names):
        stretches = {key: _stretch(cells[4 * n : 4 * n + 4]) for key, cells in places.items()}
        yield Trend(
            name,
            METRICS[name].unit,
            stretches.get((True, None), Stretch()),
            stretches.get((False, None), Stretch()),
            tuple(stretches.get((True, step), Stretch()).mean for step in range(steps)),
        )


def _stretch(cells: Sequence[object]) -> Stretch:
    count, mean, p95, most = cells
    return Stretch(int(_number(count) or 0), _number(mean), _number(p95), _number(most))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


_SIGNS: Final[tuple[Kind, ...]] = ("facts", "EngineSample")


def read_recorded(view: View, start_s: float, end_s: float) -> Recorded:
    """Return how much of a span and of the one before is on record, whoever recorded it."""
    before_s = 2 * start_s - end_s
    times = " UNION ALL ".join(
        f"SELECT wall_s FROM {view.table(kind, before_s, end_s)}" for kind in _SIGNS
    )
    rows = view.execute(
        "SELECT is_now, count(*) FROM (SELECT DISTINCT floor(wall_s / 60) AS minute, "
        f"floor(wall_s / 60) >= floor(? / 60) AS is_now FROM ({times}) "
        "WHERE wall_s >= ? AND wall_s <= ?) GROUP BY is_now",
        [start_s, before_s, end_s],
    )
    minutes = {bool(row[0]): int(_number(row[1]) or 0) for row in rows}
    return Recorded(minutes.get(True, 0), minutes.get(False, 0))
