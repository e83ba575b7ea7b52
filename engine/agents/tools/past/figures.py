"""A metric of a span as figures: mean, extremes with their times, how much was read."""

from collections.abc import Iterator

from engine.agents.tools.figures import GIB
from engine.agents.tools.past.span import clock, some
from engine.evidence import Figure
from engine.store.past.metric import MetricSpan

_MIB = 1024**2
_STEP_S = 5.0  # a step is longer than the time between two readings, or it would look like a gap
_STEPS = 120


def steps(start_s: float, end_s: float) -> int:
    """Return into how many steps a span is cut."""
    return max(1, min(_STEPS, int((end_s - start_s) / _STEP_S)))


def scale(metric: MetricSpan) -> tuple[float, str]:
    """Return the divisor and the unit with which a metric's values are read at ease."""
    if metric.unit not in ("B", "B/s"):
        return 1.0, metric.unit
    most = max((value for value in metric.high if value is not None), default=0.0)
    size, name = (GIB, "GiB") if most >= GIB else (_MIB, "MiB")
    return float(size), name + metric.unit[1:]


def mean(metric: MetricSpan) -> float | None:
    """Return the mean of all readings."""
    total = sum(metric.count)
    weighted = sum(
        value * count
        for value, count in zip(metric.mean, metric.count, strict=True)
        if value is not None
    )
    return weighted / total if total else None


def peak(metric: MetricSpan) -> tuple[float, float] | None:
    """Return the highest reading and the middle of the step in which it was taken."""
    found = [(high, at) for high, at in zip(metric.high, metric.t, strict=True) if high is not None]
    return max(found, key=lambda one: (one[0], -one[1])) if found else None


def low(metric: MetricSpan) -> float | None:
    """Return the lowest reading."""
    return min((value for value in metric.low if value is not None), default=None)


def figures(name: str, metric: MetricSpan, now_s: float) -> Iterator[Figure]:
    """Yield the figures of one metric; without a reading one that says so."""
    count = sum(metric.count)
    if not count:
        yield Figure(name, None, metric.unit, "", reason="no reading is on record in this span")
        return
    size, unit = scale(metric)
    source = f"{metric.source or 'unnamed source'}, {some(count, 'reading')}"
    highest, average, least = peak(metric), mean(metric), low(metric)
    assert highest is not None
    assert average is not None
    assert least is not None
    yield Figure(f"{name}, mean", round(average / size, 2), unit, source)
    yield Figure(
        f"{name}, most, about {clock(highest[1], now_s)}",
        round(highest[0] / size, 2),
        unit,
        source,
    )
    yield Figure(f"{name}, least", round(least / size, 2), unit, source)
