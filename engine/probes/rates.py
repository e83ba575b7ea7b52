"""Rates from two readings of counters: pure arithmetic.

Counters are compared device by device, so that one that comes, goes or starts again at 0 between
two readings makes no spike.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.probes.psutil_port import CoreTimes
from engine.probes.reading import NEEDS_TWO, Unknown

TICK_S = 0.01  # what kernels count a core's time in, at the finest


class CoreTime(Struct, frozen=True):
    """What one core did since boot, in seconds."""

    busy_s: float
    idle_s: float


class Flow(Struct, frozen=True):
    """Bytes that went in and out of one device since it appeared."""

    into: int
    out: int


def core_time(times: CoreTimes) -> CoreTime:
    """Split a core's time into busy and idle.

    Waiting for a disk is idle. Time stolen by a hypervisor is busy: the core was not ours to use.
    Guest time is not added, because the kernel counts it in user and nice already.
    """
    extra = sum(getattr(times, name, 0.0) for name in ("irq", "softirq", "steal"))
    return CoreTime(
        busy_s=times.user + times.nice + times.system + extra,
        idle_s=times.idle + getattr(times, "iowait", 0.0),
    )


def busy_pct(before: Sequence[CoreTime], after: Sequence[CoreTime]) -> tuple[float, ...] | Unknown:
    """Return each core's busy share from 0 to 100, or why two readings don't tell it."""
    if len(before) != len(after):
        return Unknown(f"the number of cores went from {len(before)} to {len(after)}")
    shares = []
    for was, now in zip(before, after, strict=True):
        # Linux lets idle and iowait run back by a tick or so; that is no negative time.
        busy = max(0.0, now.busy_s - was.busy_s)
        total = busy + max(0.0, now.idle_s - was.idle_s)
        if total < TICK_S / 2:
            return Unknown("the counters of a core moved less than one tick of 10 ms")
        shares.append(min(100.0, 100.0 * busy / total))  # division may round up
    return tuple(shares) or Unknown("the machine names no core")


def flow_bps(
    before: Mapping[str, Flow], after: Mapping[str, Flow], window_s: float
) -> tuple[float, float] | Unknown:
    """Return bytes per second in and out, summed over the devices of both readings."""
    if window_s <= 0:
        return Unknown("the two readings are 0 s apart")
    both = [(before[name], flow) for name, flow in after.items() if name in before]
    if not both:
        return Unknown(NEEDS_TWO)
    into = sum(max(0, now.into - was.into) for was, now in both)
    out = sum(max(0, now.out - was.out) for was, now in both)
    return into / window_s, out / window_s
