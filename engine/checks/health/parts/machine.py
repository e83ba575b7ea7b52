"""What the machine has left: disk for the store, memory, and whether it has a GPU."""

import shutil
from pathlib import Path

import anyio

from engine.checks.health.parts.limits import LIMITS
from engine.checks.health.parts.look import Ground, Seen
from engine.clock import SystemClock
from engine.events import CheckState
from engine.probes.gpu import Found, source_here
from engine.probes.reading import Absent

_RANK: tuple[CheckState, ...] = ("ok", "warning", "critical")


def disk(ground: Ground) -> Seen:
    """Look at the room on the disk that the store is on, or will be."""
    store = Path(ground.store)
    there = next(folder for folder in (store, *store.parents) if folder.is_dir())
    room = shutil.disk_usage(there)
    if not room.total:
        return Seen("unknown", f"the disk of {store} doesn't say how much room it has")
    free_pct = round(100 * room.free / room.total, 1)
    figures = {"free_bytes": float(room.free), "free_pct": free_pct}
    state = _worst("disk", figures)
    said = f"{_size(room.free)} of {_size(room.total)} are free on the disk of {store}"
    remedy = "" if state == "ok" else "free space there, or set store.max_gb lower and fold"
    return Seen(state, said, remedy, figures)


def memory(_: Ground) -> Seen:
    """Look at the memory that is available, and at the system's own word on it."""
    import psutil  # type: ignore[import-untyped]

    from engine.probes.host import machine_here
    from engine.probes.reading import Unknown

    whole = machine_here(psutil)
    read, pressure = whole.memory(), whole.pressure().level
    if isinstance(read.total, Unknown) or isinstance(read.available, Unknown):
        why = read.total if isinstance(read.total, Unknown) else read.available
        return Seen("unknown", f"memory can't be read: {getattr(why, 'reason', why)}")
    percent = round(100 * read.available / read.total, 1)
    figures = {"available_bytes": float(read.available), "available_pct": percent}
    state = _worst("memory", figures)
    said = f"{read.available / 1e9:,.1f} GB of {read.total / 1e9:,.1f} GB are available"
    if pressure in ("warning", "critical"):
        state = max(state, pressure, key=_RANK.index)
        said += f", and the system's pressure is {pressure}"
    remedy = "" if state == "ok" else "close what holds it: bolt-tui --run ':memory'"
    return Seen(state, said, remedy, figures)


def gpu(ground: Ground) -> Seen:
    """Look for a GPU; a machine without one is as well as one with it."""
    found = anyio.run(_found, ground.settings.config.probes.macmon or None)
    broken = [one.reason for one in found.without if not isinstance(one, Absent)]
    if found.devices:
        return Seen("ok", ", ".join(device.name for device in found.devices))
    reasons = "; ".join(broken or [one.reason for one in found.without])
    if broken:
        return Seen("warning", f"a GPU can't be read: {reasons}", "look after its driver")
    return Seen("ok", f"absent: {reasons}")


async def _found(macmon: str | None) -> Found:
    import sys

    source = source_here(SystemClock(), macmon, sys.platform, 2.0)
    try:
        return await source.read()
    finally:
        await source.aclose()


def _size(count_bytes: float) -> str:
    return f"{count_bytes / 1e9:,.1f} GB" if count_bytes >= 1e9 else f"{count_bytes / 1e6:,.1f} MB"


def _worst(check: str, figures: dict[str, float]) -> CheckState:
    judged = (
        LIMITS[key].judge(value)
        for name, value in figures.items()
        if (key := f"{check}.{name}") in LIMITS
    )
    return max(judged, key=_RANK.index)
