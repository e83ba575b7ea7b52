"""The one worker that draws: it waits for a frame, folds what has gathered, and shows it."""

from collections.abc import Callable, Iterable, Set

import anyio
from anyio.lowlevel import checkpoint

from bolt_tui.engine_port import EnginePort
from bolt_tui.state import ConsoleState
from engine.clock import Clock
from engine.events import Event, Lagged

SLICE_S = 0.004
EVENTS_PER_LOOK_AT_THE_CLOCK = 64


class Pump:
    """From an engine's bus to the screen, until the bus ends or the worker is cancelled."""

    def __init__(
        self,
        state: ConsoleState,
        draw: Callable[[], None],
        wanted: Callable[[], Set[type[Event]]],
        *,
        clock: Clock,
        frames_per_s: float,
    ) -> None:
        self._state = state
        self._draw = draw
        self._wanted = wanted
        self._clock = clock
        self._frame_s = 1 / frames_per_s

    async def run(self, engine: EnginePort) -> None:
        """Fold and draw; a reader that was overrun fetches what it missed."""
        with engine.bus.subscribe(conflate=True, wants=self._wanted()) as subscription:
            await self.fold(engine.state_events())
            self._draw()
            while batch := await subscription.batch():
                # The rest comes first: what is sampled in one tick arrives within a few
                # milliseconds, and is drawn once.
                await anyio.sleep(self._frame_s)
                batch += subscription.take()
                await self.fold(await self.filled(engine, batch))
                self._draw()
                subscription.wants = set(self._wanted())

    async def fold(self, events: Iterable[Event]) -> None:
        """Fold events in; hand the loop back every few milliseconds."""
        began = self._clock.monotonic_s()
        for count, event in enumerate(events, 1):
            self._state.apply(event)
            if count % EVENTS_PER_LOOK_AT_THE_CLOCK:
                continue
            if self._clock.monotonic_s() - began > SLICE_S:
                await checkpoint()
                began = self._clock.monotonic_s()

    async def filled(self, engine: EnginePort, batch: list[Event]) -> list[Event]:
        """Return the batch with what the reader missed put in front."""
        filled: list[Event] = []
        for event in batch:
            if isinstance(event, Lagged):
                filled += await engine.events(event.from_seq, event.to_seq)
            else:
                filled.append(event)
        return filled
