"""One fault done to one scratch session, in a process of its own; the outcome goes to stdout.

`python -m engine.checks.drill.rehearsal FAULT FOLDER`: the drill starts it, with folders of its own
for settings, store and caches.
"""

import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import anyio
import msgspec

from engine.breaker.errors import innermost, sentence
from engine.checks.drill.catalogue import faults
from engine.checks.drill.clocks import DrillClock
from engine.checks.drill.fault import LONGEST_S, Fault, Scene
from engine.checks.drill.outcome import Outcome, Seen, judged, not_tried
from engine.checks.drill.stream import Stream
from engine.checks.drill.watch import Watch, p95
from engine.config import load
from engine.events import Event, IndexProgressed
from engine.evidence import Answer, Level

# A first wait that doesn't make the drill last; what decides when a circuit opens is as it is.
SETTINGS: Final = {"circuits.wait_s": "1", "agents.max": "8"}
FILES: Final = {
    "desk/__init__.py": "",
    "desk/pricing.py": "def black_scholes(spot, strike):\n    return max(0.0, spot - strike)\n",
    "desk/book.py": "from desk.pricing import black_scholes\n\nWORTH = black_scholes(2.0, 1.0)\n",
    "README.md": "The desk prices with black_scholes.\n",
}
_READY_S: Final = 20.0
_CALM_S: Final = 1.5
_ASKED_S: Final = 15.0
_RECOVERED_S: Final = 45.0
_LOOK_S: Final = 0.05


def lay_out(folder: Path, fault: Fault) -> Scene:
    """Make the scratch project, and what the fault needs of it."""
    project = folder / "project"
    for name, text in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    scene = Scene(folder, DrillClock(), project, folder / "store")
    if fault.ready is not None:
        fault.ready(scene)
    return scene


async def rehearse(fault: Fault, folder: Path) -> Outcome:
    """Do the fault and return what came of it."""
    if why := fault.impossible():
        return not_tried(fault, why)
    scene = lay_out(folder, fault)
    flags = {**SETTINGS, "store.folder": str(scene.store), **fault.settings}
    settings = load(scene.project, flags=flags)
    async with AsyncExitStack() as held:
        if fault.from_start:
            await held.enter_async_context(fault.hold(scene))
        opened = fault.engine.open(scene.project, settings=settings, clock=scene.clock, live=True)
        async with opened as scene.engine:
            seen = await _Rehearsal(fault, scene).run(held)
    wrong = scene.wrong + (fault.after(scene) if fault.after is not None else [])
    seen = msgspec.structs.replace(seen, wrong=tuple(wrong))
    return judged(fault, seen)


class _Rehearsal:
    """The course of it in an open session."""

    def __init__(self, fault: Fault, scene: Scene) -> None:
        self._fault, self._scene, self._engine = fault, scene, scene.open
        self._now = scene.clock.monotonic_s
        self._watch = Watch(self._engine.bus, scene.clock)
        asked = fault.expected.question
        other = "find black_scholes", "system status"
        questions = tuple((asked, *other)[number % 3] for number in range(fault.askers))
        self._stream = Stream(self._engine, scene.clock, questions)
        self._level: Level = "full"

    async def run(self, held: AsyncExitStack) -> Seen:
        """Calm, fault, recovery; `held` has the fault where it began before the session."""
        began_s = self._now()
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch.run)
            if self._fault.from_start:
                self._watch.begin()
            else:
                await self._be_ready()
            group.start_soon(self._stream.run)
            if not self._fault.from_start:
                await anyio.sleep(_CALM_S)
                self._watch.begin()
                began_s = self._now()
                await held.enter_async_context(self._fault.hold(self._scene))
            detected_s = await self._last()
            answer = await self._ask()
            over_s = self._now()
            await held.aclose()
            recovered_s = await self._recover()
            self._stream.stop()
            with anyio.move_on_after(_ASKED_S):
                while self._stream.tally.unanswered:  # noqa: ASYNC110 - they end elsewhere
                    await anyio.sleep(_LOOK_S)
            group.cancel_scope.cancel()
        return self._seen(
            None if detected_s is None else detected_s - began_s,
            None if recovered_s is None else recovered_s - over_s,
            answer,
        )

    async def _be_ready(self) -> None:
        for index in ("text", "code"):

            def stands(event: Event, index: str = index) -> bool:
                return (
                    isinstance(event, IndexProgressed)
                    and event.index == index
                    and event.state == "ready"
                )

            await self._watch.until(stands, _READY_S)
        # Once before it is needed: an earlier answer is one of the ways out.
        await self._engine.ask(self._fault.expected.question)
        self._level = self._engine.board.standing.level

    async def _last(self) -> float | None:
        """Let the fault last, and return when it was noticed."""
        noticed_s = None
        if self._fault.notice:
            noticed_s = await self._watch.until(self._fault.notices, LONGEST_S)
        await anyio.sleep(self._fault.lasts_s)
        return noticed_s

    async def _ask(self) -> Answer | None:
        with anyio.move_on_after(_ASKED_S):
            return await self._engine.ask(self._fault.expected.question)
        return None

    async def _recover(self) -> float | None:
        with anyio.move_on_after(_RECOVERED_S):
            while not self._fault.is_over(self._engine, self._level):  # noqa: ASYNC110
                await anyio.sleep(_LOOK_S)
            return self._now()
        return None

    def _seen(self, detect_s: float | None, recover_s: float | None, answer: Answer | None) -> Seen:
        watch, tally = self._watch, self._stream.tally
        return Seen(
            detect_s=_tenths(detect_s),
            recover_s=_tenths(recover_s),
            opened=dict(watch.opened),
            lowest=watch.lowest,
            status=answer.status if answer else None,
            verdict=answer.verdict if answer else "",
            asked=tally.asked,
            unanswered=tally.unanswered,
            errors=tally.errors,
            causeless=tally.causeless,
            slowest_s=round(tally.slowest_s, 2),
            lag_calm_ms=p95(watch.lag_ms[True]),
            lag_ms=p95(watch.lag_ms[False]),
            reach_calm_ms=p95(watch.reach_ms[True]),
            reach_ms=p95(watch.reach_ms[False]),
        )


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def main() -> None:
    """Rehearse the fault that the command line names."""
    (fault,) = faults((sys.argv[1],))
    try:
        outcome = anyio.run(rehearse, fault, Path(sys.argv[2]))
    except Exception as error:
        # A boundary: what a session is lost of is the scorecard's sentence.
        cause = innermost(error)
        sys.exit(f"{type(cause).__name__}: {sentence(cause)}")
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
