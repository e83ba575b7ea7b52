"""All faults, a few at a time, each in a process and in folders of its own."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import anyio
import msgspec

from engine.checks.drill.child_faults import end_stopped
from engine.checks.drill.fault import Fault
from engine.checks.drill.outcome import Outcome, broken
from engine.evidence import clean
from engine.process import ProcessError, run

# Most of a rehearsal is waiting: for a circuit's next try, for the level to climb.
LANES: Final = 5
_LONGEST_S: Final = 110.0
_MODULE: Final = "engine.checks.drill.rehearsal"
Told = Callable[[Outcome], None]


async def drill(
    chosen: tuple[Fault, ...],
    folder: Path,
    told: Told = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> tuple[Outcome, ...]:
    """Return what came of these faults, in their order; `folder` takes what their sessions write.

    `told` hears of each as it ends.
    """
    found: dict[str, Outcome] = {}
    lanes = anyio.CapacityLimiter(LANES)

    async def one(fault: Fault) -> None:
        async with lanes:
            found[fault.name] = await _rehearsed(fault, folder / fault.name, environ)
        told(found[fault.name])

    async with anyio.create_task_group() as group:
        for fault in sorted(chosen, key=lambda fault: -fault.expected.within_s):  # the long first
            group.start_soon(one, fault)
    return tuple(found[fault.name] for fault in chosen)


async def _rehearsed(fault: Fault, folder: Path, environ: Mapping[str, str]) -> Outcome:
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", _MODULE, fault.name, str(folder)]
    try:
        done = await run(argv, env=_surroundings(folder, environ), timeout_s=_LONGEST_S)
    except ProcessError as error:
        return broken(fault, f"its session: {clean(str(error))}")
    finally:
        end_stopped(folder)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        said = f": {clean(last[0])}" if last else ""
        return broken(fault, f"its session ended with status {done.returncode}{said}")
    return msgspec.json.decode(done.stdout, type=Outcome)


def _surroundings(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the user's settings, store and caches."""
    kept = {name: value for name, value in environ.items() if not name.startswith("BOLT_")}
    own = {
        f"XDG_{kind}_HOME": str(folder / "home" / kind.lower())
        for kind in ("STATE", "CONFIG", "CACHE")
    }
    here = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, (kept.get("PYTHONPATH", ""), here)))
    return kept | own | {"PYTHONPATH": path}
