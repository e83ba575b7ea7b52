"""Liveness: whether a console or a monitor session watches, and doesn't only seem to."""

import os
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from engine.checks.health.parts.look import Ground, Seen
from engine.checks.service_units import installed
from engine.clock import SystemClock
from engine.events import EngineSample, HostSample
from engine.store.journals.journal import parse
from engine.store.journals.segments import Segment, is_live, segments

_TAIL_BYTES: Final = 1 << 17
_FEW: Final = 3  # one who samples for a query only has no more, and but one segment
_LATE: Final = 3.0
_LEAST_S: Final = 15.0  # a machine under load is late by seconds, and hangs in nothing
_START: Final = "start the console, or keep one running: bolt-tui service install"

_RESTART: Final = "see why it ended: systemctl --user status bolt-tui-monitor, or launchctl list"


class _Watcher(NamedTuple):
    session: str
    age_s: float
    limit_s: float

    @property
    def hangs(self) -> bool:
        return abs(self.age_s) > self.limit_s


def sessions(ground: Ground) -> Seen:
    """A session with a locked journal counts where its newest sample is young."""
    found = _watchers(ground)
    alive = [one for one in found if not one.hangs]
    hanging = [one for one in found if one.hangs]
    figures = {"watching": float(len(alive))}
    if alive:
        newest = min(alive, key=lambda one: one.age_s)
        figures["sample_age_s"] = round(max(0.0, newest.age_s), 1)
    said = [_count(len(alive))] if alive else []
    said += [
        f"session {one.session} is there, but its newest sample is {one.age_s:.0f} s old"
        for one in hanging
    ]
    if hanging:
        remedy = "it hangs or is stopped: end it and start it again"
        return Seen("warning" if alive else "critical", "; ".join(said), remedy, figures)
    if alive:
        return Seen("ok", said[0], figures=figures)
    if installed():
        cause = "the service is installed, and no session watches"
        return Seen("critical", cause, _RESTART, figures)
    return Seen("warning", "no console and no monitor runs: nobody watches", _START, figures)


def _count(alive: int) -> str:
    return "1 session watches" if alive == 1 else f"{alive} sessions watch"


def _watchers(ground: Ground) -> list[_Watcher]:
    config, now_s = ground.settings.config, SystemClock().wall_s()
    found = []
    everyone = segments(Path(ground.store))
    for session, parts in groupby(everyone, lambda part: part.session):
        last = list(parts)[-2:]
        if not is_live(last[-1].path):
            continue
        # The newest segment may have just been begun, and the one before be folded already.
        times = [time_s for part in last for time_s in _sampled(part)]
        if len(times) >= (1 if last[-1].number else _FEW):
            apart_s = max(config.probes.host_interval_s, times[-1] - times[-2:][0])
            limit_s = max(_LEAST_S, _LATE * apart_s + config.store.flush_interval_s)
            found.append(_Watcher(session, now_s - times[-1], limit_s))
    return found


def _sampled(part: Segment) -> list[float]:
    """Return when the last samples in a segment were taken; none where it is folded meanwhile."""
    try:
        with part.path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read(_TAIL_BYTES).split(b"\n")
    except FileNotFoundError:
        return []
    events = (parse(raw) for raw in lines if b"Sample" in raw[:64])
    known = [event for event in events if isinstance(event, HostSample | EngineSample)]
    kinds = {type(event) for event in known}
    kind = HostSample if HostSample in kinds else EngineSample
    return [event.wall_s for event in known if isinstance(event, kind)]
