"""One live session in a process of its own: what it answers, how fast, and what it takes."""

import pickle
import sys
from collections.abc import Set
from dataclasses import dataclass, field
from subprocess import PIPE
from typing import Final

import anyio
import anyio.abc
import msgspec

from engine.checks.validation.criteria import history
from engine.checks.validation.criteria.catalogue import text_of
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.history_view import History
from engine.checks.validation.criteria.session_talk import STANDARD, Line, Order, Standard
from engine.checks.validation.criteria.shown import Shown, failed, judged, unproven
from engine.checks.validation.criteria.tree_memory import TreeMemory
from engine.evidence import clean
from engine.process import spawn

_MODULE: Final = "engine.checks.validation.criteria.session_child"
_LONGEST_S: Final = {False: 120.0, True: 420.0}
_PHASE_1_GB: Final = 5.0
_SUCCESS: Final = {"success_80": 0.8, "success_90": 0.9}
_RESPONSE_S: Final = 10.0
# What the session itself says nothing of.
_MEMORY: Final = frozenset({"memory", "memory_peak"})
_OF_HISTORY: Final = frozenset({*_SUCCESS, "response", *_MEMORY})


@dataclass(slots=True)
class _Heard:
    """What the session has said so far; `ending` says how it ended too early."""

    shown: dict[str, Shown] = field(default_factory=dict)
    standard: Standard | None = None
    peak_gb: float | None = None
    ending: str = ""


async def measured(ground: Ground, names: Set[str]) -> dict[str, Shown]:
    """Return what is wanted of what a session shows; history goes before a standard set."""
    past = await history.read(ground) if names & _OF_HISTORY else ""
    found = dict[str, Shown]()
    if isinstance(past, History):
        found = {name: one for name in names if (one := _from_history(past, name)) is not None}
    elif past:
        found = {name: failed(past) for name in names & {*_SUCCESS, "response"}}
    asked = names & {*_SUCCESS, "response"} - found.keys()
    # What a session takes shows while it is asked the usual.
    usual = {STANDARD} if asked or names & _MEMORY else set[str]()
    heard = await _session(ground, (names - _OF_HISTORY) | usual)
    found |= heard.shown | {name: _by_standard(heard, name) for name in asked}
    if "memory" in names:
        found["memory"] = _memory(heard)
    if "memory_peak" in names:
        found["memory_peak"] = (
            history.peak(past, heard.peak_gb) if isinstance(past, History) else failed(past)
        )
    lost = failed(heard.ending or "the session said nothing of it")
    return dict.fromkeys(names, lost) | found


def _from_history(past: History, name: str) -> Shown | None:
    if name in _SUCCESS:
        return history.success(past, _SUCCESS[name])
    return history.response(past, _RESPONSE_S) if name == "response" else None


def _by_standard(heard: _Heard, name: str) -> Shown:
    if (seen := heard.standard) is None:
        return failed(heard.ending or "the standard set was not asked")
    proof = seen.first_failed or "too few queries on record in 7 days, so a standard set was asked"
    if name == "response":
        return judged(seen.mean_s < _RESPONSE_S, f"{seen.mean_s:.2f} s of {seen.count}", proof)
    figure = f"{100 * seen.rate:.1f} % of {seen.count} queries"
    return judged(seen.rate > _SUCCESS[name], figure, proof)


def _memory(heard: _Heard) -> Shown:
    if heard.ending:
        return failed(heard.ending)
    if heard.peak_gb is None:
        return unproven("its memory could not be read")
    proof = "the most that a live session with all children held meanwhile, looked at every 30 ms"
    return judged(heard.peak_gb < _PHASE_1_GB, f"{heard.peak_gb:.2f} GB", proof)


async def _session(ground: Ground, names: Set[str]) -> _Heard:
    """Run the session to its end, and listen."""
    heard = _Heard()
    order = Order(
        str(ground.project), ground.loaded, str(ground.scratch / "live"), frozenset(names),
        ground.full,
    )  # fmt: skip
    longest_s = _LONGEST_S[ground.full]
    async with spawn(
        [sys.executable, "-m", _MODULE], env=ground.surroundings(), stdin=PIPE
    ) as process:
        memory = TreeMemory(process.pid)
        with anyio.move_on_after(longest_s) as limit:
            async with anyio.create_task_group() as watch:
                watch.start_soon(memory.run)
                last = await _listen(process, order, heard, ground)
                if await process.wait():
                    heard.ending = f"the session ended with status {process.returncode}: {last}"
                watch.cancel_scope.cancel()
        if limit.cancelled_caught:
            heard.ending = f"the session did not end within {longest_s:.0f} s"
    heard.peak_gb = None if heard.ending else memory.peak_gb
    return heard


async def _listen(process: anyio.abc.Process, order: Order, heard: _Heard, ground: Ground) -> str:
    """Give the order, take what comes; return the last line of stderr."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    said = bytearray()

    async def complaints(stream: anyio.abc.ByteReceiveStream) -> None:
        async for chunk in stream:
            said.extend(chunk)

    async with anyio.create_task_group() as group:
        group.start_soon(complaints, process.stderr)
        await process.stdin.send(pickle.dumps(order))  # left open: its end is ours
        rest = b""
        async for chunk in process.stdout:
            *lines, rest = (rest + chunk).split(b"\n")
            for one in lines:
                _take(msgspec.json.decode(one, type=Line), heard, ground)
    last = said.strip().splitlines()[-1:]
    return clean(last[0].decode(errors="replace")) if last else "it said nothing"


def _take(line: Line, heard: _Heard, ground: Ground) -> None:
    if isinstance(line, Standard):
        heard.standard = line
        return
    heard.shown[line.name] = line.shown
    ground.told(f"{text_of(line.name)}: {line.shown.state}: {line.shown.figure}")
