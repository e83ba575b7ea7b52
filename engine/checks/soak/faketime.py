"""libfaketime, where it is: the time of a process and of all its children runs faster.

Everything in them takes as many times as long as their time runs faster: a search of 20 ms is one
of 0.4 s at 20 times. It does only where all waits are shortened, which is tried. The build of the
PyPI package of that name shortens none (compiled without FAKE_SLEEP); 0.9.10 as distributions build
it leaves out the waits of threads (sem_clockwait), in which CPython 3.11 waits for locks: a child's
sign of life then comes hours late.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import anyio

from engine.evidence import clean
from engine.process import ProcessError, run

# Beyond it deadlines strike that a machine of this speed would keep.
MOST_SPEED: Final = 20.0
_FOLDERS: Final = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib", "/opt/local/lib")
_NAMES: Final = ("*/faketime/libfaketime.so.1", "faketime/libfaketime.so.1",
                 "faketime/libfaketime.1.dylib", "libfaketime.1.dylib")  # fmt: skip
_TRIED_SPEED: Final = 20.0
# Ways in which this program waits, for a second each.
_WAITS: Final = {
    "sleep": "import time; time.sleep(1)",
    "select": "import select; select.select([], [], [], 1)",
    "poll": "import select; select.poll().poll(1000)",
    "a thread's lock": "import threading; threading.Event().wait(1)",
}
_PATIENCE_S: Final = 0.8


def found(folders: tuple[str, ...] = _FOLDERS) -> Path | None:
    """Return the library of this machine; None where there is none."""
    for folder in folders:
        for name in _NAMES:
            for path in sorted(Path(folder).glob(name)):
                return path
    return None


def surroundings(library: Path, speed: float) -> Mapping[str, str]:
    """Return the variables that have a process's time run so many times as fast."""
    preload = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
    flat = {"DYLD_FORCE_FLAT_NAMESPACE": "1"} if sys.platform == "darwin" else {}
    return {preload: str(library), "FAKETIME": f"+0 x{speed:g}", **flat}


async def unusable(library: Path, environ: Mapping[str, str]) -> str:
    """Return why the library doesn't do here; empty where it does: each wait is tried."""
    env = {**environ, **surroundings(library, _TRIED_SPEED)}
    for name, program in _WAITS.items():
        try:
            argv = [sys.executable, "-S", "-E", "-c", program]
            done = await run(argv, env=env, timeout_s=_PATIENCE_S)
        except ProcessError:
            return f"with {library} a wait ({name}) of 1 s is no shorter than without it"
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            return f"{library} does not work: {clean(said) or f'exit status {done.returncode}'}"
    return ""


async def chosen(speed: float, environ: Mapping[str, str]) -> tuple[Path | None, str]:
    """Return the library to use, and why it is it or none."""
    library = await anyio.to_thread.run_sync(found)
    if library is None:
        return None, "libfaketime is not on this machine"
    if speed > MOST_SPEED:
        return None, (
            f"libfaketime makes all work {speed:g} times as long as well, which deadlines bear up "
            f"to {MOST_SPEED:g} times"
        )
    if why := await unusable(library, environ):
        return None, why
    return library, f"{library}: all processes' time runs faster, and all work takes as much longer"
