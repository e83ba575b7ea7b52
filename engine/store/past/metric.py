"""One metric over a span, down-sampled by DuckDB."""

import difflib
from dataclasses import dataclass

from engine.store.leases.pool import Parameter
from engine.store.past.metrics import METRICS
from engine.store.past.snapshot import View


@dataclass(frozen=True, slots=True)
class MetricSpan:
    """A metric in equal steps of time; a step without a reading is None with a count of 0.

    `t` is the middle of each step in wall seconds. `source` is where the newest reading is from,
    empty where there is none.
    """

    unit: str
    source: str
    t: tuple[float, ...]
    low: tuple[float | None, ...]
    mean: tuple[float | None, ...]
    high: tuple[float | None, ...]
    count: tuple[int, ...]


def check(name: str, start_s: float, end_s: float, points: int) -> None:
    """Make sure that a metric can be asked for.

    Raises:
        ValueError: there is no such metric, or no span.
    """
    if name not in METRICS:
        near = difflib.get_close_matches(name, METRICS, n=1)
        hint = f"; do you mean {near[0]!r}?" if near else f": there are {', '.join(METRICS)}"
        raise ValueError(f"no metric is called {name!r}{hint}")
    if points < 1 or not start_s < end_s:
        raise ValueError(f"a metric needs a span and points, not {start_s}..{end_s} in {points}")


def read_metric(
    view: View, name: str, start_s: float, end_s: float, points: int, session: str | None
) -> MetricSpan:
    """Return a metric from `start_s` to `end_s` in `points` steps, once that is checked."""
    metric = METRICS[name]
    width_s = (end_s - start_s) / points
    parameters: list[Parameter] = [start_s, width_s, points - 1, start_s, end_s]
    whose = ""
    if session is not None:
        whose = " AND session = ?"
        parameters.append(session)
    rows = view.execute(
        "SELECT least(floor((wall_s - ?) / ?)::BIGINT, ?) AS step, "
        "min(v), avg(v), max(v), count(v), arg_max(source, wall_s) FROM ("
        f"SELECT wall_s, session, ({metric.value})::DOUBLE AS v, {metric.source} AS source "
        f"FROM {view.table(metric.kind, start_s, end_s)}"
        f") WHERE wall_s >= ? AND wall_s <= ?{whose} AND v IS NOT NULL GROUP BY step ORDER BY step",
        parameters,
    )
    steps = {row[0]: row for row in rows}
    nothing = (None, None, None, None, 0, "")
    in_order = [steps.get(step, nothing) for step in range(points)]
    return MetricSpan(
        unit=metric.unit,
        source=str(rows[-1][5] or "") if rows else "",
        t=tuple(start_s + (step + 0.5) * width_s for step in range(points)),
        low=tuple(_number(row[1]) for row in in_order),
        mean=tuple(_number(row[2]) for row in in_order),
        high=tuple(_number(row[3]) for row in in_order),
        count=tuple(int(_number(row[4]) or 0) for row in in_order),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
