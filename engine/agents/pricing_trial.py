"""Runs functions of the project away from the engine, with consent, and has them judged.

Each file's functions run in a process of its own (`engine.market.trial_script`), which is limited,
and ended with its group when a function takes too long; the rest go on in a new one. Where the
system allows it, that process has no network and can't change a file. It is no jail: it reads what
the user can read, and may send signals to his other programs.
"""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Final, TypeVar

import anyio
import msgspec

from engine.evidence import clean
from engine.market.trial import (
    Begun,
    Judged,
    Judging,
    Line,
    Planned,
    Planning,
    Ready,
    Report,
    Request,
    Sheet,
    Target,
    Tried,
    Unimportable,
    Unreachable,
)
from engine.process import ProcessError, run, spawn

T = TypeVar("T", Planned, Judged)
Progress = Callable[[str, float | None, float | None], None]

_ENGINE: Final = Path(__file__).parents[2]
_SCRIPT: Final = _ENGINE / "engine" / "market" / "trial_script.py"
_FUNCTION_S: Final = 20.0
_TOTAL_S: Final = 120.0
_BUDGET_S: Final = 4.0  # of a function's grid; probes and arrays come on top
_WORKER_S: Final = 60.0
_MOST_BYTES: Final = 16 << 20
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "CONDA_PREFIX")
_ONE_THREAD: Final = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip


class Outcome(msgspec.Struct, frozen=True):
    """What came of a trial.

    Attributes:
        reports: by the place of the target.
        reasons: why there is no report, by the place of the target.
        without_network, without_files: whether every process was cut off from them; None where
            nothing was run.
    """

    reports: dict[int, Report]
    reasons: dict[int, str]
    without_network: bool | None
    without_files: bool | None


async def run_trial(
    project: Path,
    targets: Sequence[Target],
    *,
    python: str = "",
    function_s: float = _FUNCTION_S,
    total_s: float = _TOTAL_S,
    progress: Progress = lambda text, done, total: None,
) -> Outcome:
    """Try functions on a grid, in `python` (empty: this interpreter), and judge the results.

    Ask for the user's consent first: this runs his code.

    Raises:
        ProcessError: the engine's own side could not work.
    """
    planned = await _worker(Planning(tuple(targets)), Planned)
    reasons = {n: one for n, one in enumerate(planned.sheets) if isinstance(one, str)}
    sheets = [one for one in planned.sheets if isinstance(one, Sheet)]
    trial = _Trial(project, python or sys.executable, function_s, anyio.current_time() + total_s)
    for path, group in groupby(sheets, key=lambda one: targets[one.id].path):
        progress(f"running {clean(path)}", len(trial.tried), len(sheets))
        await trial.file(path, list(group))
    reports: dict[int, Report] = {}
    if trial.tried:
        judged = await _worker(Judging(tuple(targets), tuple(trial.tried)), Judged)
        reports = {one.id: one for one in judged.reports}
    cut_off = trial.cut_off
    return Outcome(
        reports=reports,
        reasons=reasons | trial.reasons,
        without_network=all(one.without_network for one in cut_off) if cut_off else None,
        without_files=all(one.without_files for one in cut_off) if cut_off else None,
    )


class _Trial:
    def __init__(self, project: Path, python: str, function_s: float, until: float) -> None:
        self._project, self._python = project, python
        self._function_s, self._until = function_s, until
        self.tried: list[Tried] = []
        self.reasons: dict[int, str] = {}
        self.cut_off: list[Ready] = []

    async def file(self, path: str, sheets: list[Sheet]) -> None:
        """Run the functions of a file; after one that doesn't return, in a new process."""
        while sheets:
            if anyio.current_time() >= self._until:
                self._all(sheets, "not run: the time for all functions was over")
                return
            known = len(self.tried) + len(self.reasons)
            try:
                await self._process(path, sheets)
            except ProcessError as error:
                self._all(sheets, f"not run: {error}")
                return
            done = {one.id for one in self.tried} | self.reasons.keys()
            if len(self.tried) + len(self.reasons) == known:
                self._all(sheets[:1], "the process ended before it began")
                done = done | {sheets[0].id}
            sheets = [one for one in sheets if one.id not in done]

    def _all(self, sheets: Sequence[Sheet], why: str) -> None:
        self.reasons |= {one.id: clean(why) for one in sheets}

    async def _process(self, path: str, sheets: Sequence[Sheet]) -> None:
        cpu_s = int(2 * self._function_s * len(sheets)) + 10
        budget_s = min(_BUDGET_S, self._function_s / 2)
        request = Request(str(self._project), path, tuple(sheets), budget_s, cpu_s)
        command = [self._python, str(_SCRIPT)]
        ending = ""
        async with spawn(
            command, cwd=self._project, env=_environment(os.environ), stdin=PIPE, stderr=DEVNULL
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            current: Sheet | None = None
            lines = _lines(process.stdout)
            try:
                with anyio.fail_after(self._function_s):
                    await process.stdin.send(msgspec.json.encode(request))
                    await process.stdin.aclose()
                while True:
                    with anyio.fail_after(self._wait_s()):
                        line = await anext(lines)
                    current = self._take(line, sheets, current)
            except TimeoutError:
                ending = f"did not end within {self._function_s:g} s"
            except (StopAsyncIteration, anyio.BrokenResourceError):
                ending = "ended the process"
            except msgspec.MsgspecError:
                ending = "garbled what it was asked"
        if current is not None:
            self.reasons[current.id] = ending
        elif ending.startswith("did not"):
            self._all(sheets, f"its file could not be imported: it {ending}")

    def _wait_s(self) -> float:
        return max(0.1, min(self._function_s, self._until - anyio.current_time()))

    def _take(self, line: Line, sheets: Sequence[Sheet], current: Sheet | None) -> Sheet | None:
        """Keep what a line says; return the function that runs now."""
        by_id = {one.id: one for one in sheets}
        match line:
            case Ready():
                self.cut_off.append(line)
            case Unimportable(error):
                self._all(sheets, f"could not be imported: {error}")
            case Begun(id_) if id_ in by_id:
                return by_id[id_]
            case Unreachable(id_, error) if id_ in by_id:
                self.reasons[id_] = clean(f"could not be reached: {error}")
            case Tried(id=id_) if id_ in by_id:
                self.tried.append(line)
            case _:
                raise msgspec.ValidationError("a line about a function that was not asked for")
        return None if not isinstance(line, Ready) else current


async def _lines(stream: anyio.abc.ByteReceiveStream) -> AsyncIterator[Line]:
    """Yield what the process says, line by line; what it may say in all is bounded."""
    rest, read = b"", 0
    async for chunk in stream:
        read += len(chunk)
        if read > _MOST_BYTES:
            raise msgspec.ValidationError("too much was said")
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield msgspec.json.decode(line, type=Line)


async def _worker(request: Planning | Judging, kind: type[T]) -> T:
    paths = [str(_ENGINE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "engine.market.trial_worker"]
    body = await anyio.to_thread.run_sync(msgspec.json.encode, request)
    done = await run(command, env=environment, stdin=body, timeout_s=_WORKER_S)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ProcessError(f"the process that judges trials failed: {clean(last)}")
    return msgspec.json.decode(done.stdout, type=kind)


def _environment(whole: Mapping[str, str]) -> dict[str, str]:
    """Return what a trial may know of the user's environment: no keys, no tokens."""
    kept = {name: whole[name] for name in _KEPT if name in whole}
    return kept | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONDONTWRITEBYTECODE": "1"}
