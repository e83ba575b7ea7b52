"""Looks at every part now, within a deadline, whatever hangs; nothing is remembered.

The checks run in one process of their own that tells of each as it is done. At the deadline it is
killed, and what it did not tell of is critical. This side loads nothing that could hang or be
broken: no DuckDB, no NumPy, and it touches no disk but for a temporary folder.
"""

import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Final

import anyio
import msgspec
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from engine.checks.health.child import Recorded
from engine.checks.health.parts.catalogue import CHECKS
from engine.checks.health.parts.look import Ground
from engine.clock import Clock, SystemClock
from engine.events import Check, CheckState, HealthChecked
from engine.evidence import clean

DEADLINE_S: Final = 10.0
WORST_FIRST: Final[tuple[CheckState, ...]] = ("critical", "warning", "unknown", "ok")
_MODULE: Final = "engine.checks.health.child"
_RECORD_S: Final = 2.0
_END_S: Final = 0.5
_LINE_BYTES: Final = 1 << 20
_NAMED: Final = 3
_PATIENCE: Final = 0.15  # of the deadline, for a check that could read for ever
_HANGS: Final = "look after what it touches (a disk, a mount, a network), or give it longer"
Told = Callable[[Check], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found; `not_recorded` says why it is not in the store, where it should be."""

    event: HealthChecked
    not_recorded: str = ""


async def health(
    ground: Ground,
    *,
    deadline_s: float = DEADLINE_S,
    keep: bool = True,
    told: Told = lambda check: None,
    clock: Clock | None = None,
) -> Outcome:
    """Do the ground's checks and return what they found by the deadline.

    `keep` records it in the store, as a session of its own, within a little time more. `told`
    hears of each check as it is done.
    """
    clock = clock or SystemClock()
    with _scratch() as scratch:
        given = replace(ground, scratch=scratch, patience_s=deadline_s * _PATIENCE)
        try:
            process = await _started()
        except OSError as error:
            why = f"the process that looks can't be started: {error.strerror or error}"
            event = _of(given, summed_up([_unanswered(name, why) for name in given.checks]))
            now_s = clock.wall_s() if keep else 0.0
            return Outcome(msgspec.structs.replace(event, wall_s=now_s), why if keep else "")
        async with _looking(process) as child:
            event = _of(given, await child.look(given, deadline_s, told, clock))
            if not keep:  # whoever looks publishes it, and so stamps it
                return Outcome(event)
            recorded = await child.record(event)
    timed = msgspec.structs.replace(event, wall_s=clock.wall_s())
    return Outcome(recorded.event or timed, clean(recorded.why))


def summed_up(checks: Sequence[Check], elapsed_ms: float = 0.0) -> HealthChecked:
    """Return all checks as one event: the worst state, and the first causes in its sentence."""
    wrong = sorted((one for one in checks if one.state != "ok"), key=_badness)
    state = wrong[0].state if wrong else "ok"
    causes: dict[tuple[CheckState, str], list[str]] = {}
    for one in wrong:
        causes.setdefault((one.state, one.text), []).append(one.name)
    said = [f"{', '.join(names)} {how} ({why})" for (how, why), names in causes.items()]
    more = [f"and {len(said) - _NAMED} more"] if len(said) > _NAMED else []
    text = "; ".join(
        (f"{len(checks) - len(wrong)} of {len(checks)} checks ok", *said[:_NAMED], *more)
    )
    return HealthChecked(state=state, text=text, checks=tuple(checks), elapsed_ms=elapsed_ms)


def _of(ground: Ground, event: HealthChecked) -> HealthChecked:
    """Return what was found with whose it is, and whether it is all that there is to look at."""
    rest = len(set(CHECKS) - set(ground.checks))
    text = f"{event.text}; {rest} not looked at" if rest else event.text
    return msgspec.structs.replace(
        event, text=text, project=clean(ground.project), partial=rest > 0
    )


def _badness(check: Check) -> int:
    return WORST_FIRST.index(check.state)


def _unanswered(name: str, text: str, remedy: str = "") -> Check:
    return Check(name=name, group=CHECKS[name][0], state="critical", text=text, remedy=remedy)


class _Child:
    """The process that looks, as this side sees it."""

    def __init__(self, process: Process, errors: bytearray) -> None:
        assert process.stdout is not None
        self._process, self._errors = process, errors
        self._lines = BufferedByteReceiveStream(process.stdout)

    async def send(self, line: bytes) -> None:
        """Write a line; that the process has ended is found out when it is read from."""
        assert self._process.stdin is not None
        with suppress(anyio.BrokenResourceError, BrokenPipeError, ConnectionResetError):
            await self._process.stdin.send(line + b"\n")

    async def look(
        self, ground: Ground, deadline_s: float, told: Told, clock: Clock
    ) -> HealthChecked:
        """Return what the checks found by the deadline."""
        began_s = clock.monotonic_s()
        found: dict[str, Check] = {}
        with anyio.move_on_after(deadline_s) as limit:
            await self.send(ground.packed())
            while len(found) < len(ground.checks) and (line := await self._line()):
                with suppress(msgspec.DecodeError):
                    check = msgspec.json.decode(line, type=Check)
                    found[check.name] = check
                    told(check)
        why = (self.last_words(), "")
        if limit.cancelled_caught:
            why = (f"did not answer within {deadline_s:g} s", _HANGS)
        checks = [found.get(name) or _unanswered(name, *why) for name in ground.checks]
        return summed_up(checks, round((clock.monotonic_s() - began_s) * 1000, 1))

    async def record(self, event: HealthChecked) -> Recorded:
        """Have it recorded, and return what came of it; checks that come late are passed over."""
        with anyio.move_on_after(_RECORD_S):
            await self.send(msgspec.json.encode(event))
            while line := await self._line():
                with suppress(msgspec.DecodeError):
                    return msgspec.json.decode(line, type=Recorded)
            return Recorded(None, f"it can't be recorded: {self.last_words()}")
        return Recorded(None, f"it could not be recorded within {_RECORD_S:g} s")

    def last_words(self) -> str:
        """Return how the process ended without an answer."""
        said = self._errors.decode(errors="replace").strip().rpartition("\n")[2]
        return f"the process that looks ended early: {said or 'it said nothing'}"

    async def _line(self) -> bytes:
        with suppress(anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
            return await self._lines.receive_until(b"\n", _LINE_BYTES)
        return b""


async def _started() -> Process:
    argv = [sys.executable, "-P", "-m", _MODULE]
    return await anyio.open_process(
        argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environ(os.environ), start_new_session=True
    )


@asynccontextmanager
async def _looking(process: Process) -> AsyncIterator[_Child]:
    """Have the process for the length of the block; not waited for where even its end hangs."""
    errors = bytearray()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_drain, process, errors)
            yield _Child(process, errors)
            group.cancel_scope.cancel()
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with anyio.move_on_after(_END_S, shield=True):
            await process.aclose()


@contextmanager
def _scratch() -> Iterator[str]:
    """Make an empty folder for the length of the block; "" where none can be made."""
    try:
        folder = TemporaryDirectory(prefix="bolt-tui-health-", ignore_cleanup_errors=True)
    except OSError:
        yield ""
        return
    with folder as path:
        yield path


async def _drain(process: Process, into: bytearray) -> None:
    assert process.stderr is not None
    async for portion in process.stderr:
        into += portion
        del into[:-_LINE_BYTES]


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the process finds this program, wherever it stands."""
    here = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, (environ.get("PYTHONPATH", ""), here)))
    return {**environ, "PYTHONPATH": path}
