"""Metrics over a span: each drawn, with its figures and its gaps."""

from collections.abc import Iterator

from engine.agents.tool import Call, Refused
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past import gaps as past_gaps
from engine.agents.tools.past.figures import figures, mean, peak, scale, steps
from engine.agents.tools.past.span import LONG_S, asked_span, between, clock, not_on_record
from engine.evidence import Curve, Evidence, Figures, Section, Series
from engine.store.past.metric import MetricSpan
from engine.store.past.metrics import METRICS

MOST = 4
_DAY_S = 86_400.0
SAID = {
    "cpu": "CPU",
    "cpu_freq": "CPU frequency",
    "gpu": "GPU",
    "gpu_memory": "GPU memory",
    "rss_bytes": "memory of the engine",
    "engine.cpu_pct": "CPU of the engine",
    "loop_lag_p99_ms": "loop lag, p99",
    "disk_read": "disk, read",
    "disk_write": "disk, written",
    "net_recv": "network, received",
    "net_sent": "network, sent",
}


@of_record
async def metric(call: Call) -> Evidence:
    """Tell the metrics `metrics` over a span; without words for one, over the last hour."""
    services, now_s = call.services, call.services.clock.wall_s()
    asked = asked_span(call, "the last hour")
    extent = await services.past.extent()
    start_s = max(asked.start_s, extent[0] if extent else now_s)
    words = between(asked.start_s, asked.end_s, now_s)
    if start_s >= asked.end_s:
        since = f": the record begins at {clock(extent[0], now_s)}" if extent else ""
        return Evidence(f"Nothing is on record {words}{since}", found=False)
    said, sections, missing = list[str](), list[Section](), list[str]()
    names = call.texts("metrics")
    for name in names[:MOST]:
        label = SAID.get(name, name.replace("_", " "))
        span = await _read(call, name, start_s, asked.end_s)
        said.append(_told(label, span, now_s))
        sections += _sections(label, span, start_s, asked.end_s, now_s)
        if sum(span.count) and (gaps := past_gaps.unread(span, start_s, asked.end_s)):
            missing.append(f"{label}: {past_gaps.said(gaps, now_s)}")
    if start_s > asked.start_s > 0:
        missing.append(f"Anything before {clock(start_s, now_s)}: the record begins there.")
    return Evidence(
        f"{words[0].upper()}{words[1:]}: {'; '.join(said)}",
        (*sections, *not_on_record(*missing)),
        found=any(isinstance(section, Series) for section in sections),
        assumptions=_assumed(names),
        weight=2,
    )


async def _read(call: Call, name: str, start_s: float, end_s: float) -> MetricSpan:
    try:
        past = call.services.past
        return await past.metric(name, start_s, end_s, steps(start_s, end_s))
    except ValueError as error:
        raise Refused(str(error)) from error


def _assumed(names: tuple[str, ...]) -> tuple[str, ...]:
    said, left = list[str](), ", ".join(names[MOST:])
    if any(METRICS[name].kind == "EngineSample" for name in names[:MOST]):
        said.append("figures of the engine are of all sessions together")
    if left:
        said.append(f"{MOST} metrics at once: not looked at is {left}")
    return tuple(said)


def _sections(
    label: str, span: MetricSpan, start_s: float, end_s: float, now_s: float
) -> Iterator[Section]:
    if sum(span.count):
        yield _series(label, span, start_s, end_s, now_s)
    yield Figures(label, tuple(figures(label, span, now_s)))


def _told(label: str, span: MetricSpan, now_s: float) -> str:
    average, highest = mean(span), peak(span)
    if average is None or highest is None:
        return f"{label} was not read"
    size, unit = scale(span)
    high, at_s = highest
    numbers = f"{average / size:.4g} {unit}".strip(), f"{high / size:.4g} {unit}".strip()
    return f"{label} {numbers[0]} in the mean, {numbers[1]} at most, about {clock(at_s, now_s)}"


def _series(label: str, span: MetricSpan, start_s: float, end_s: float, now_s: float) -> Series:
    size, unit = scale(span)
    is_long = end_s - start_s > LONG_S
    x = (
        tuple(at_s / _DAY_S for at_s in span.t)
        if is_long
        else tuple(at_s - span.t[0] for at_s in span.t)
    )
    return Series(
        title=label,
        x=x,
        y=_scaled(span.mean, size),
        unit=unit,
        x_unit="date" if is_long else "s",
        x_label="" if is_long else f"since {clock(span.t[0], now_s)}",
        label="mean",
        others=(Curve("least", _scaled(span.low, size)), Curve("most", _scaled(span.high, size))),
    )


def _scaled(values: tuple[float | None, ...], size: float) -> tuple[float | None, ...]:
    return tuple(None if value is None else round(value / size, 4) for value in values)
