"""What the keys, the mouse and the prompt do to the time cursor of an open console."""

import re
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from typing import Any, Final, Protocol

import anyio

from bolt_tui.panes.hints import Tone
from bolt_tui.state import ConsoleState
from bolt_tui.views import MomentView
from bolt_tui.winding import NothingRecorded, Winding
from engine.agents.moments import BadMoment, moment
from engine.clock import Clock

_AT: Final = re.compile(r":?at\s+(.+)", re.IGNORECASE)
_RECORDING_ONLY: Final = "this is a recording; there is no live to go back to"


class Shows(Protocol):
    """What the control needs of the screen."""

    def show_past(self, state: ConsoleState, moment: MomentView) -> None: ...

    def show_live(self) -> None: ...

    def say(self, text: str, tone: Tone = "good") -> None: ...


Run = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a worker that takes the place of the one before."""


class TimeControl:
    """Moves the cursor at once, and lets a worker read and show what was there."""

    def __init__(
        self, screen: Shows, run: Run, clock: Clock, zone: tzinfo | None, frames_per_s: float
    ) -> None:
        self._screen, self._run, self._clock, self._zone = screen, run, clock, zone
        self._frame_s = 1 / frames_per_s
        self._winding: Winding | None = None

    def take(self, winding: Winding) -> None:
        """Have a past to go through."""
        self._winding = winding

    def asked(self, text: str) -> bool:
        """Follow "at 14:03" and "live"; False where the text is something else."""
        if text.lower() == "live":
            self.live()
            return True
        found = _AT.fullmatch(text)
        if found is None:
            return False
        try:
            self.to(moment(found[1], self._clock.wall_s(), self._zone))
        except BadMoment as error:
            self._screen.say(str(error), "bad")
        return True

    def step(self, steps: float) -> None:
        if (winding := self._ready()) and winding.step(steps):
            self._moved()
        elif winding and not winding.is_live:
            self.live()

    def to(self, wall_s: float) -> None:
        if winding := self._ready():
            winding.go(wall_s)
            self._moved()

    def to_mark(self, direction: int) -> None:
        if winding := self._ready():
            self._run(self._to_mark(winding, direction))

    def widen(self, by: int) -> None:
        if self._winding is not None and not self._winding.is_live:
            self._winding.widen(by)
            self._moved()

    def play(self) -> None:
        """Play from the cursor, or stand still; live, there is nothing to play."""
        winding = self._ready()
        if winding is None:
            return
        if winding.is_live:
            self._screen.say("this is live; wind back first", "warn")
        elif winding.speed:
            winding.speed = 0.0
            self._moved()
        else:
            winding.speed = 1.0
            self._run(self._play(winding))

    def faster(self, by: int) -> None:
        if self._winding is None or self._winding.is_live:
            return
        playing = self._winding.speed > 0
        self._winding.faster(by if playing else 0)
        if not playing:
            self._run(self._play(self._winding))

    def replay(self, start_s: float, speed: float) -> None:
        """Play a recording from its beginning."""
        if winding := self._ready():
            winding.go(start_s)
            winding.speed = speed
            self._run(self._play(winding))

    def live(self) -> None:
        """Leave the past."""
        if self._winding is None or self._winding.is_live:
            return
        if self._winding.recording:
            self._screen.say(_RECORDING_ONLY, "warn")
            return
        self._winding.live()
        self._run(_nothing())
        self._screen.show_live()

    def _ready(self) -> Winding | None:
        if self._winding is None:
            self._screen.say("the engine is not open; its past can't be read", "warn")
        return self._winding

    def _moved(self) -> None:
        winding = self._winding
        if winding is not None:
            self._run(self._play(winding) if winding.speed else self._stand(winding))

    async def _to_mark(self, winding: Winding, direction: int) -> None:
        await winding.read_marks()
        moved = winding.to_mark(direction)
        if not moved:
            where = "after" if direction > 0 else "before"
            self._screen.say(f"no mark {where} this on the time bar; - covers more", "warn")
        if winding.speed:
            await self._play(winding)
        elif moved:
            await self._show(winding)

    async def _stand(self, winding: Winding) -> None:
        await self._show(winding)

    async def _show(self, winding: Winding) -> bool:
        """Show the moment of the cursor; False where it can't be."""
        said = ""
        try:
            try:
                state = await winding.arrive()
            except NothingRecorded as error:
                said = str(error)
                state = await winding.arrive()  # at the nearest that there is
        except NothingRecorded as error:
            winding.live()
            self._screen.say(str(error), "warn")
            return False
        except Exception as error:  # whatever the store raises, the console goes on
            self._screen.say(f"the past can't be read: {error}", "bad")
            return False
        if view := winding.view():
            self._screen.show_past(state, view)
        if said:
            self._screen.say(said, "warn")
        return True

    async def _play(self, winding: Winding) -> None:
        before_s = self._clock.monotonic_s()
        while winding.speed and await self._show(winding):
            await anyio.sleep(self._frame_s)
            now_s = self._clock.monotonic_s()
            if not winding.play(now_s - before_s):
                break
            before_s = now_s
        if winding.recording:
            winding.speed = 0.0
            await self._show(winding)
        elif winding.speed:
            self.live()


async def _nothing() -> None:
    """Take the place of a worker that shows the past."""
