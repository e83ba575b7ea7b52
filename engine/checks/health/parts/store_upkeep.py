"""Whether the store's upkeep goes on: no fold that never ends, no record from the future."""

from pathlib import Path
from typing import Final

from engine.checks.health.parts.limits import LIMITS
from engine.checks.health.parts.look import Ground, Seen
from engine.clock import SystemClock
from engine.store.errors import ManifestDamaged, ManifestNewer
from engine.store.folding.fold_lock import folding
from engine.store.folding.manifest import read
from engine.store.journals.journal import parse
from engine.store.journals.segments import segments

_LOCK: Final = "fold.lock"
_TAIL_BYTES: Final = 1 << 16


def store_fold(ground: Ground) -> Seen:
    """Find out who folds; its holder writes the lock's file when it begins."""
    store, now_s = Path(ground.store), SystemClock().wall_s()
    who = folding(store, now_s)
    if who is None:
        return Seen("ok", "nobody folds now; the lock is free")
    try:
        held_s = max(0.0, now_s - (store / _LOCK).stat().st_mtime)
    except FileNotFoundError:
        held_s = 0.0
    state = LIMITS["store_fold.held_s"].judge(held_s)
    remedy = "" if state == "ok" else "it hangs or is stopped: end that process"
    return Seen(state, f"the fold's lock is held by {who}", remedy, {"held_s": round(held_s)})


def store_clock(ground: Ground) -> Seen:
    """Compare the clock with the newest record: what is recorded has happened."""
    newest_s = _newest(Path(ground.store))
    if newest_s is None:
        return Seen("ok", "nothing is recorded yet to compare the clock with")
    ahead_s = newest_s - SystemClock().wall_s()
    figures = {"ahead_s": round(max(0.0, ahead_s), 1)}
    if (state := LIMITS["store_clock.ahead_s"].judge(ahead_s)) == "ok":
        return Seen(state, "no record is from the future", figures=figures)
    said = f"the newest record is {ahead_s:,.0f} s in the future: the clock was set back"
    return Seen(state, said, "set the machine's clock by the network's time", figures)


def _newest(store: Path) -> float | None:
    try:
        times = [part.last_s for part in read(store).parts]
    except (ManifestDamaged, ManifestNewer):
        times = []  # which store_read says
    last = {one.session: one.path for one in segments(store)}
    times += [time_s for path in last.values() if (time_s := _last(path)) is not None]
    return max(times, default=None)


def _last(path: Path) -> float | None:
    """Return the time of a journal's last readable record, None where its end has none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return None  # folded meanwhile; what can't be read store_read says
    events = (parse(raw) for raw in reversed(lines) if raw)
    return next((event.wall_s for event in events if event is not None), None)
