"""The program as its user starts it, run to its end and looked at meanwhile."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import anyio
import msgspec

from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.tree_memory import TreeMemory
from engine.evidence import Answer, clean
from engine.process import spawn

_TIMEOUT_S = 90.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a child ended: `code` is None where it did not end in time."""

    words: tuple[str, ...]
    code: int | None
    out: bytes
    err: bytes
    elapsed_s: float
    peak_gb: float | None

    @property
    def answer(self) -> Answer | None:
        """What it answered, where that was asked for as JSON."""
        try:
            return msgspec.json.decode(self.out, type=Answer)
        except msgspec.DecodeError:
            return None

    @property
    def said(self) -> str:
        """Its last word on stderr, else what it answered."""
        if last := self.err.strip().splitlines()[-1:]:
            return clean(last[0].decode(errors="replace")).removeprefix("bolt-tui: ")
        if (answer := self.answer) is not None:
            return f"{answer.status}, {answer.verdict}"
        first = self.out.strip().splitlines()[:1]
        return clean(first[0].decode(errors="replace")) if first else "it said nothing"

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        asked = shlex.join(takewhile(lambda word: word != "-o", self.words))
        return f"`bolt-tui {asked}` {self.end}: {self.said}"

    @property
    def end(self) -> str:
        """With which status it ended, in words."""
        return "did not end in time" if self.code is None else f"ended with status {self.code}"


async def bolt(
    ground: Ground,
    *words: str,
    store: Path | None = None,
    first: tuple[Path, ...] = (),
    timeout_s: float = _TIMEOUT_S,
    environ: Mapping[str, str] | None = None,
) -> Ran:
    """Run `bolt-tui` on the project with a store, by default one in the scratch folder."""
    folder = ground.scratch / "store" if store is None else store
    options = ("-C", str(ground.project), *ground.words, "--set", f"store.folder={folder}")
    argv = [sys.executable, "-m", "bolt_tui", *words, *options]
    surroundings = {**ground.surroundings(*first), **(environ or {})}
    return await ran(argv, words, surroundings, ground, timeout_s)


async def ran(
    argv: list[str],
    words: tuple[str, ...],
    environ: Mapping[str, str],
    ground: Ground,
    timeout_s: float,
) -> Ran:
    """Run a command to its end; whatever it started ends with it.

    Raises:
        ProcessError: it can't be started.
    """
    out, err = bytearray(), bytearray()
    code: int | None = None
    began_s = ground.clock.monotonic_s()
    async with spawn(argv, env=environ, cwd=ground.scratch) as process:
        memory = TreeMemory(process.pid)
        with anyio.move_on_after(timeout_s):
            async with anyio.create_task_group() as watch:
                watch.start_soon(memory.run)
                async with anyio.create_task_group() as group:
                    for stream, into in ((process.stdout, out), (process.stderr, err)):
                        assert stream is not None
                        group.start_soon(_drain, stream, into)
                code = await process.wait()
                watch.cancel_scope.cancel()
    elapsed_s = ground.clock.monotonic_s() - began_s
    return Ran(words, code, bytes(out), bytes(err), elapsed_s, memory.peak_gb)


async def _drain(stream: anyio.abc.ByteReceiveStream, into: bytearray) -> None:
    async for chunk in stream:
        into += chunk
