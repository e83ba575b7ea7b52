"""Many processes on one store at once; and whether the user's own is as it was written."""

import shutil
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread

from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, failed, judged, listed
from engine.events import Notice
from engine.evidence import clean
from engine.process import run, spawn
from engine.store.errors import ManifestDamaged, ManifestNewer, StoreError
from engine.store.folding.fold_client import fold
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.manifest import Part, read
from engine.store.folding.parts import problem
from engine.store.leases.pool import Pool
from engine.store.past.events import EVER_S
from engine.store.past.past import Past

_SCRATCH = "validate-"
_LONG_AGO_S = 86_400.0  # no validation takes so long
_WRITERS = 8
_RECORDS = {False: 100, True: 2000}
_READERS = 2
_TIMEOUT_S = 240.0
_PAUSE_S = 0.3
_MODULE = "engine.checks.validation.criteria.database_child"
# More than this is read through with --full only.
_QUICKLY_READ_BYTES = 300_000_000


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return whether nothing is lost or doubled, on the file system of the user's store."""
    return {"database": await _concurrency(ground)}


async def _concurrency(ground: Ground) -> Shown:
    await anyio.to_thread.run_sync(_clear, ground.store, ground.clock.wall_s())
    try:
        ground.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = TemporaryDirectory(prefix=_SCRATCH, dir=ground.store)
    except OSError as error:
        return failed(f"{ground.store}: {error.strerror or error}", "nothing could be written")
    with scratch as name:
        crowd = _Crowd(ground, Path(name))
        await crowd.run()
        problems = crowd.problems
        found, doubled = await _counted(Path(name))
    expected = _WRITERS * _RECORDS[ground.full]
    if found != expected or doubled:
        problems.append(f"{expected - found} of {expected} records are lost, {doubled} doubled")
    proof = f"{_WRITERS} writers, {_READERS} readers and a fold at once"
    sound, own = await _own(ground)
    proof = f"{proof}; own store {own}"
    figure = f"{found:,} of {expected:,}, {doubled} doubled; own {'damaged' if sound else 'sound'}"
    return judged(not problems and not sound, figure, listed([*problems, *sound]) or proof)


def _clear(store: Path, now_s: float) -> None:
    """Delete what validations left in the store that were killed."""
    for folder in store.glob(f"{_SCRATCH}*"):
        with suppress(OSError):
            if now_s - folder.stat().st_mtime > _LONG_AGO_S:
                shutil.rmtree(folder)


class _Crowd:
    """Processes that write and read one store at once; `problems` is what went wrong."""

    def __init__(self, ground: Ground, store: Path) -> None:
        self.problems: list[str] = []
        self._environ, self._store = ground.surroundings(), store
        self._count = str(_RECORDS[ground.full])
        self._written, self._folded = anyio.Event(), anyio.Event()

    async def run(self) -> None:
        """Write, read and fold; return when all of them have ended."""
        async with anyio.create_task_group() as readers:
            for _ in range(_READERS):
                readers.start_soon(self._read)
            async with anyio.create_task_group() as others:
                others.start_soon(self._fold)
                async with anyio.create_task_group() as writers:
                    for number in range(_WRITERS):
                        writers.start_soon(self._write, number)
                self._written.set()
            self._folded.set()

    def _argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", _MODULE, words[0], str(self._store), *words[1:]]

    async def _write(self, number: int) -> None:
        argv = self._argv("write", f"w{number}", self._count)
        done = await run(argv, env=self._environ, timeout_s=_TIMEOUT_S)
        if done.returncode:
            self.problems.append(f"writer {number}: {_last(done.stderr)}")

    async def _read(self) -> None:
        async with spawn(self._argv("read"), env=self._environ, stdin=PIPE) as process:
            await self._folded.wait()
            assert process.stdin is not None
            assert process.stderr is not None
            await process.stdin.aclose()
            said = b"".join([chunk async for chunk in process.stderr])
            if await process.wait():
                self.problems.append(f"a reader: {_last(said)}")

    async def _fold(self) -> None:
        """Fold what is finished while others still write, and once more at the end."""
        last = False
        while not last:
            last = self._written.is_set()
            try:
                await fold(self._store, Limits())
            except StoreError as error:
                self.problems.append(f"a fold: {error}")
            with anyio.move_on_after(_PAUSE_S):
                await self._written.wait()


async def _counted(store: Path) -> tuple[int, int]:
    """Return how many different records are there, and how many of them more than once."""
    pool = Pool(1)
    try:
        keys = [
            event.key
            for event in await Past(pool, store).events(0.0, EVER_S, types=(Notice,))
            if isinstance(event, Notice)
        ]
    finally:
        await pool.close()
    return len(set(keys)), len(keys) - len(set(keys))


async def _own(ground: Ground) -> tuple[list[str], str]:
    """Return what is not sound in the user's store, and what was looked at, in words."""
    return await anyio.to_thread.run_sync(_read_through, ground.store, ground.full)


def _read_through(store: Path, full: bool) -> tuple[list[str], str]:
    try:
        parts = sorted(read(store).parts, key=lambda part: -part.last_s)
    except (ManifestDamaged, ManifestNewer) as error:
        return [str(error)], "unreadable"
    chosen, size = list[Part](), 0
    for part in parts:
        size += part.bytes
        if chosen and not full and size > _QUICKLY_READ_BYTES:
            break
        chosen.append(part)
    problems = [said for part in chosen if (said := problem(store, part)) is not None]
    state = "damaged" if problems else "sound"
    return problems, f"{state}, {len(chosen)} of {len(parts)} parts read"


def _last(said: bytes) -> str:
    lines = said.strip().splitlines()
    return clean(lines[-1].decode(errors="replace")) if lines else "it said nothing"
