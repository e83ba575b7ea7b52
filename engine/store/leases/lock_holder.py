"""Which process has a database open for writing, as DuckDB and the system tell of it."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_NAMED = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process; `started_s` is since when it runs (wall), None where the system won't tell.

    Since when it has had the file open is kept nowhere.
    """

    program: str
    pid: int
    started_s: float | None

    def __str__(self) -> str:
        if self.started_s is None:
            return f"{self.program} (pid {self.pid})"
        return f"{self.program} (pid {self.pid}, running since {clock_time(self.started_s)})"


def holder(complaint: str) -> Holder | None:
    """Return who is named in DuckDB's complaint of a lock, None where nobody is."""
    found = _NAMED.search(complaint)
    if found is None:
        return None
    pid = int(found["pid"])
    program, started_s = Path(found["program"]).name, None
    import psutil  # type: ignore[import-untyped]  # 25 ms: only for a conflict

    try:
        process = psutil.Process(pid)
        started_s = process.create_time()
        program = _called(program, process.cmdline())
    except psutil.Error:
        pass  # it ended meanwhile, or belongs to someone else: DuckDB's own words stand
    return Holder(program, pid, started_s)


def _called(program: str, command: Sequence[str]) -> str:
    """Return the program and its script; other arguments may be secrets."""
    script = command[1] if len(command) > 1 else ""
    return f"{program} {Path(script).name}" if script and not script.startswith("-") else program


def clock_time(wall_s: float, now_s: float | None = None) -> str:
    """Return a moment as people say it: the time of day, before it the day where it isn't today."""
    now_s = time.time() if now_s is None else now_s
    then, now = time.localtime(wall_s), time.localtime(now_s)
    today = then[:3] == now[:3] and abs(now_s - wall_s) < _DAY_S
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", then)
