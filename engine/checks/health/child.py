"""Looks at everything, and says so line by line: `python -m engine.checks.health.child`.

    stdin    a packed Ground                   then, if wanted, what is to be recorded
    stdout   {"name":"duckdb","state":"ok",…}  a Check as each is done
             {"event":…,"why":…}               after it was recorded, or could not be

A process of its own, because a check may hang in the system where nothing can interrupt it: then
the others go on, and whoever started this kills it. It ends with its stdin.
"""

import os
import shutil
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import msgspec
from msgspec import Struct

from engine.checks.health.parts.catalogue import CHECKS, SLOW, look
from engine.checks.health.parts.look import Ground, Seen
from engine.clock import SystemClock
from engine.events import Check, HealthChecked
from engine.evidence import clean

LANES: Final = 2
_HANGS_S: Final = 1.0  # after which the next check begins beside it
_LOOK_S: Final = 0.05


class Recorded(Struct, frozen=True):
    """The event as it was recorded, or None and why it could not be."""

    event: HealthChecked | None
    why: str


def main() -> None:
    """Read the ground, look, and stay until nobody wants anything any more."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    write = partial(_write, out)
    ground = Ground.unpacked(sys.stdin.buffer.readline())
    looking = threading.Thread(target=_all, args=(ground, write), daemon=True)
    looking.start()
    if line := sys.stdin.buffer.readline():
        write(msgspec.json.encode(_record(ground, line)))
        sys.stdin.buffer.readline()
    if ground.scratch:  # whoever made it may have been killed
        shutil.rmtree(ground.scratch, ignore_errors=True)
    # Threads may hang, and Python would wait for them.
    os._exit(0)


def _all(ground: Ground, write: Callable[[bytes], None]) -> None:
    """Do the checks in a few threads; one that hangs soon takes no lane any more."""
    clock = SystemClock()
    waiting = deque(sorted(ground.checks, key=lambda name: name not in SLOW))
    done: SimpleQueue[Check] = SimpleQueue()
    since: dict[str, float] = {}
    while waiting or since:
        now_s = clock.monotonic_s()
        young = sum(now_s - began_s < _HANGS_S for began_s in since.values())
        while waiting and young < LANES:
            name, young = waiting.popleft(), young + 1
            since[name] = now_s
            threading.Thread(target=_one, args=(name, ground, done), daemon=True).start()
        try:
            check = done.get(timeout=_LOOK_S)
        except Empty:
            continue
        del since[check.name]
        write(msgspec.json.encode(check))


def _one(name: str, ground: Ground, done: SimpleQueue[Check]) -> None:
    done.put(checked(name, ground))


def checked(name: str, ground: Ground) -> Check:
    """Do one check; what it did not expect is critical, with its cause."""
    clock = SystemClock()
    began_s = clock.monotonic_s()
    try:
        seen = look(name, ground)
    except OSError as error:
        seen = _refused(error, ground)
    except Exception as error:
        # A boundary: a check that fails has found something.
        seen = Seen("critical", f"{type(error).__name__}: {error}")
    return Check(
        name=name,
        group=CHECKS[name][0],
        state=seen.state,
        text=clean(seen.text),
        remedy=clean(seen.remedy),
        elapsed_ms=round((clock.monotonic_s() - began_s) * 1000, 3),
        figures=seen.figures,
    )


def _refused(error: OSError, ground: Ground) -> Seen:
    """Return what the system refused; a remedy is known for what belongs to the store."""
    from engine.store.errors import said

    reason, remedy = said(error)
    if not isinstance(error.filename, str):
        return Seen("critical", f"{type(error).__name__}: {reason}")
    belongs = Path(error.filename).is_relative_to(ground.store)
    return Seen("critical", f"{error.filename}: {reason}", remedy if belongs else "")


def _record(ground: Ground, line: bytes) -> Recorded:
    from engine.checks.recorded import record
    from engine.store.errors import JournalError

    event = msgspec.json.decode(line, type=HealthChecked)
    try:
        record(Path(ground.store), Path(ground.project), SystemClock(), event)
    except JournalError as error:
        return Recorded(None, f"{error}; {error.remedy}" if error.remedy else str(error))
    return Recorded(event, "")  # which was stamped


def _write(out: int, line: bytes) -> None:
    """Write a line; who is left without a reader has nothing more to do."""
    try:
        os.write(out, line + b"\n")
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    main()
