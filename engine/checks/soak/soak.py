"""Days of a session's life in minutes: in a process and folders of its own, watched for leaks.

The session is a console as its user opens it: it samples, folds, evaluates and sends alerts, is
asked and visited, and has its children killed. Its time is leaping (soak_clock), or all of it runs
faster (soak_faketime).
"""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Final

import anyio
import msgspec
from anyio.abc import ByteReceiveStream, Process
from msgspec.structs import replace

from engine.checks.soak.faketime import chosen, surroundings
from engine.checks.soak.gates import Mark
from engine.checks.soak.report import Progress, Soaked
from engine.clock import SystemClock
from engine.errors import EngineError
from engine.events import Notice, Severity
from engine.evidence import clean
from engine.process import spawn

MOST_HOURS: Final = 10_000.0
LEAST_HOURS: Final = 1.0  # less has no room for what has to happen
PROVING_HOURS: Final = 48.0  # as long as the criterion of no crashes asks for
MOST_SPEED: Final = 1_000_000.0
_MODULE: Final = "engine.checks.soak.child"
_CLOSES_S: Final = 60.0
_KEPT_STDERR: Final = 1 << 16
_LINE: Final[msgspec.json.Decoder[Progress | Soaked]] = msgspec.json.Decoder(Progress | Soaked)


class BadSoak(EngineError):
    """Hours or speed are none that a soak can have."""


@dataclass(frozen=True, slots=True)
class Soak:
    """One run: so many hours of its own time, so many times as fast at most.

    Raises:
        BadSoak.
    """

    hours: float = 48.0
    speed: float = 2000.0

    def __post_init__(self) -> None:
        if not LEAST_HOURS <= self.hours <= MOST_HOURS:
            raise BadSoak(
                f"--hours {self.hours:g}: expected {LEAST_HOURS:g} to {MOST_HOURS:,.0f}; "
                "try --hours 48"
            )
        if not 1 <= self.speed <= MOST_SPEED:
            raise BadSoak(
                f"--speed {self.speed:g}: expected 1 to {MOST_SPEED:,.0f}, times as fast as the "
                "clock on the wall; try --speed 2000"
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: `seen` is None where its process was lost, and `lost` says how."""

    asked: Soak
    way: str
    real_s: float
    seen: Soaked | None
    lost: str = ""
    so_far: tuple[Mark, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it lived to its end and nothing was wrong; what is unclear is not wrong."""
        return self.seen is not None and self.seen.done and not self.seen.wrong

    @property
    def proves(self) -> bool:
        """Whether it passed, lived as long as the criterion asks for, and all growth was judged."""
        seen = self.seen
        if not self.passed or seen is None:
            return False
        return self.asked.hours >= PROVING_HOURS and not seen.unjudged

    @property
    def verdict(self) -> str:
        """What came of it, in a sentence."""
        if (seen := self.seen) is None:
            return f"it did not live {self.asked.hours:g} hours: {self.lost}"
        hours = "1 hour" if self.asked.hours == 1 else f"{self.asked.hours:g} hours"
        if not seen.done:
            hours = f"{seen.own_s / 3600:.1f} of {hours}"
        lived = f"{hours} in {seen.real_s:.0f} s, {seen.speed:.0f} times as fast"
        if seen.wrong:
            return f"{len(seen.wrong)} wrong in {lived}: {seen.wrong[0][0]}: {seen.wrong[0][1]}"
        if not seen.done:
            return f"ended early: {lived}; nothing was wrong until then"
        if unjudged := seen.unjudged:
            what = "" if len(unjudged) == len(seen.gates) else f" of {', '.join(unjudged)}"
            return f"nothing wrong in {lived}, but growth{what} could not be judged"
        return f"nothing wrong in {lived}"

    @property
    def notice(self) -> Notice:
        """The verdict for the history, where later validations read it.

        `passed` is only what proves the criterion; a shorter or unjudged one is `short`.
        """
        how = "ended" if self.cut_short else "failed"
        if self.passed:
            how = "passed" if self.proves else "short"
        severity: Severity = "warning" if how == "failed" else "info"
        return Notice(key=f"soak.{how}", severity=severity, text=self.verdict)

    @property
    def cut_short(self) -> bool:
        """Whether it was only ended before its time."""
        return self.seen is not None and not self.seen.done and not self.seen.wrong


async def soak(
    asked: Soak,
    folder: Path,
    told: Callable[[Progress], None] = lambda _: None,
    stopped: anyio.Event | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Outcome:
    """Run it and return what came of it; once `stopped` is set it ends early with what there is."""
    env = _surroundings(folder, environ)
    library, why = await chosen(asked.speed, env)
    way = why if library else f"waiting was skipped, and work took the time that it takes: {why}"
    speed = asked.speed if library is None else 0.0
    if library is not None:
        env |= surroundings(library, asked.speed)
    argv = [sys.executable, "-m", _MODULE, str(folder), str(asked.hours * 3600), str(speed)]
    begun_s = SystemClock.monotonic_s()
    child = _Child(told)
    async with spawn(argv, stdin=PIPE, env=env) as process:
        await child.follow(process, stopped or anyio.Event())
        status = await process.wait()
    real_s = SystemClock.monotonic_s() - begun_s
    seen = child.seen
    if seen is not None and library is not None:  # its own clock can't say
        seen = replace(seen, real_s=real_s)
    lost = "" if seen is not None else child.last_words(status)
    return Outcome(asked, way, real_s, seen, lost, tuple(child.marks))


class _Child:
    """What the session's process says."""

    def __init__(self, told: Callable[[Progress], None]) -> None:
        self.seen: Soaked | None = None
        self.marks: list[Mark] = []
        self._told = told
        self._stderr = bytearray()

    async def follow(self, process: Process, stopped: anyio.Event) -> None:
        """Read to the end; stopped, it is told so, and ended where it takes too long."""
        assert process.stdout is not None
        assert process.stderr is not None
        async with anyio.create_task_group() as group:
            group.start_soon(self._stop, process, stopped)
            group.start_soon(self._drain, process.stderr)
            async for line in _lines(process.stdout):
                self._take(line)
            group.cancel_scope.cancel()

    def last_words(self, status: int) -> str:
        """Return how it ended that had not said what it saw."""
        how = f"signal {-status}" if status < 0 else f"status {status}"
        said = self._stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return f"its process ended with {how}{f': {clean(said)}' if said else ''}"

    def _take(self, line: bytes) -> None:
        said = _LINE.decode(line)
        if isinstance(said, Soaked):
            self.seen = said
        else:
            self.marks.append(said.mark)
            self._told(said)

    async def _stop(self, process: Process, stopped: anyio.Event) -> None:
        await stopped.wait()
        assert process.stdin is not None
        await process.stdin.aclose()
        await anyio.sleep(_CLOSES_S)
        process.kill()

    async def _drain(self, stderr: ByteReceiveStream) -> None:
        async for chunk in stderr:
            self._stderr = (self._stderr + chunk)[-_KEPT_STDERR:]


async def _lines(stdout: ByteReceiveStream) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in stdout:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line


def _surroundings(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the user's settings, store, caches and secrets of alerts."""
    kept = {name: value for name, value in environ.items() if not name.startswith("BOLT_")}
    kept.pop("SLACK_WEBHOOK_URL", None)
    own = {
        f"XDG_{kind}_HOME": str(folder / "home" / kind.lower())
        for kind in ("STATE", "CONFIG", "CACHE")
    }
    here = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, (here, kept.get("PYTHONPATH", ""))))
    return kept | own | {"PYTHONPATH": path}
