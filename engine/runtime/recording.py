"""One session written to a file as it happens, beside the journal: `--record FILE`."""

from pathlib import Path

import anyio

from engine import __version__
from engine.bus import Bus
from engine.clock import Clock
from engine.events import Notice
from engine.store.past.recording import FORMAT, Header, RecordingError, RecordingFile

_KEY = "recording"
_CAPACITY = 100_000


class SessionRecording:
    """Takes everything from the bus, from its first event on."""

    def __init__(self, path: Path, bus: Bus, clock: Clock, interval_s: float) -> None:
        """Create the file.

        Raises:
            RecordingError: it is there already, or can't be created.
        """
        header = Header(FORMAT, __version__, bus.session, clock.wall_s())
        self._file = RecordingFile(path, header)
        self._events = bus.subscribe(capacity=_CAPACITY)
        self._bus, self._interval_s = bus, interval_s
        self._failing = False

    async def run(self) -> None:
        """Write what has gathered, again and again, until cancelled."""
        while True:
            await anyio.sleep(self._interval_s)
            await self.flush()

    async def flush(self) -> None:
        for event in self._events.take():
            self._file.record(event)
        try:
            await self._file.flush()
        except RecordingError as error:
            if not self._failing:
                remedy = "free space; what waits is kept and tried again"
                self._say(Notice(key=_KEY, severity="warning", text=str(error), remedy=remedy))
            self._failing = True
        else:
            if self._failing:
                text = "the recording is written again"
                self._say(Notice(key=_KEY, severity="info", text=text, resolved=True))
            self._failing = False

    def _say(self, notice: Notice) -> None:
        self._bus.publish(notice)

    async def close(self) -> None:
        """Write the rest and let go of the file."""
        self._events.close()
        await self.flush()
        self._file.close()
