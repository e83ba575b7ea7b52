"""Watches the machine for a while, or until it is stopped, and sums up what it saw."""

from collections import deque
from collections.abc import Callable, Sequence

import anyio

from engine.agents.tool import Call
from engine.agents.tools.figures import GIB, mean
from engine.agents.tools.past.span import some
from engine.events import GpuSample, HostSample
from engine.evidence import Evidence, Series, Table

_KEPT = 3600
_SHOWN = 240
Reading = Callable[[HostSample], float | None]

_READINGS: tuple[tuple[str, str, Reading], ...] = (
    ("CPU", "%", lambda s: mean(s.cpu_pct)),
    ("memory used", "GiB", lambda s: _scaled(s.memory_used_bytes, GIB)),
    ("swap used", "GiB", lambda s: _scaled(s.swap_used_bytes, GIB)),
    ("disk read", "MB/s", lambda s: _scaled(s.disk_read_bps, 1e6)),
    ("disk written", "MB/s", lambda s: _scaled(s.disk_write_bps, 1e6)),
    ("network received", "MB/s", lambda s: _scaled(s.net_recv_bps, 1e6)),
    ("network sent", "MB/s", lambda s: _scaled(s.net_sent_bps, 1e6)),
)


async def monitor(call: Call) -> Evidence:
    """Collect samples for `duration_s`; without it, until cancelled, keeping the last hour."""
    services, duration_s = call.services, call.number("duration_s")
    samples = deque[HostSample](maxlen=_KEPT)
    gpus = deque[GpuSample](maxlen=_KEPT)
    start_s = services.clock.monotonic_s()
    try:
        async with services.sampling():
            with services.bus.subscribe() as subscription:
                with anyio.move_on_after(duration_s):
                    async for event in subscription:
                        if isinstance(event, GpuSample):
                            gpus.append(event)
                        if not isinstance(event, HostSample):
                            continue
                        samples.append(event)
                        elapsed_s = services.clock.monotonic_s() - start_s
                        call.progress(_line(event), round(elapsed_s, 1), duration_s)
    except anyio.get_cancelled_exc_class():
        # Once, and not at each sample: an hour of them takes longer than the loop may be held.
        call.partial(_sum_up(samples, gpus))
        raise
    return _sum_up(samples, gpus)


def _line(sample: HostSample) -> str:
    parts = []
    for name, unit, reading in _READINGS[:2]:
        value = reading(sample)
        parts.append(f"{name} {'unknown' if value is None else f'{value:.1f} {unit}'}")
    return ", ".join(parts)


def _sum_up(samples: Sequence[HostSample], gpus: Sequence[GpuSample]) -> Evidence:
    if not samples:
        return Evidence("No sample was taken in that time", found=False)
    span_s = samples[-1].mono_s - samples[0].mono_s
    rows = [_row(name, unit, [reading(s) for s in samples]) for name, unit, reading in _READINGS]
    rows += [
        _row(f"{device.name} busy", "%", [_busy(sample, place) for sample in gpus])
        for place, device in enumerate(gpus[-1].devices if gpus else ())
    ]
    first, step = samples[0].mono_s, max(1, len(samples) // _SHOWN)
    shown = list(samples)[::step]
    series = [
        Series(
            name,
            tuple(round(s.mono_s - first, 1) for s in shown),
            tuple(_round(reading(s)) for s in shown),
            unit,
        )
        for name, unit, reading in _READINGS[:2]
    ]
    return Evidence(
        verdict=f"{some(len(samples), 'sample')} over {span_s:.0f} s: "
        f"{_line(samples[-1])} at the end",
        sections=(
            Table("Machine", ("reading", "unit", "least", "mean", "most", "samples"), tuple(rows)),
            *series,
        ),
        weight=3,
    )


def _row(
    name: str, unit: str, values: Sequence[float | None]
) -> tuple[str | float | int | None, ...]:
    known = [value for value in values if value is not None]
    if not known:
        return (name, unit, None, None, None, 0)
    average = sum(known) / len(known)
    return (name, unit, _round(min(known)), _round(average), _round(max(known)), len(known))


def _busy(sample: GpuSample, place: int) -> float | None:
    return sample.devices[place].busy_pct if place < len(sample.devices) else None


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
