"""Tells who is silenced: to this session's readers at once, to its journal where it evaluates."""

from collections.abc import Mapping
from typing import Final

from anyio.to_thread import run_sync

from engine.alerts.silence import Made
from engine.bus import Bus
from engine.events import SilenceChanged
from engine.runtime.alert_relay import AlertRelay
from engine.runtime.alert_silences import SilenceWatch
from engine.runtime.complaints import Complaints

_KEY: Final = "alerts.silences"


class Silencing:
    """Looks at the silences of all sessions, and makes and ends them for this one's user."""

    def __init__(self, watch: SilenceWatch, relay: AlertRelay, bus: Bus) -> None:
        self._watch, self._relay, self._bus = watch, relay, bus
        self._complaints = Complaints(bus)
        self._looked = False

    async def add(self, matchers: Mapping[str, str], for_s: float, reason: str) -> Made:
        """Silence what fits.

        Raises:
            BadSilence, OSError.
        """
        return await run_sync(self._watch.add, matchers, for_s, reason)

    async def end(self, name: str) -> None:
        """End a silence before its time.

        Raises:
            UnknownSilence, OSError.
        """
        await run_sync(self._watch.end, name)

    async def look(self, *, evaluates: bool) -> None:
        """Tell what began and what ended since the last look."""
        try:
            changed = await run_sync(self._watch.look)
            if evaluates:
                await run_sync(self._watch.tidy)
        except OSError as error:
            said = f"the silences can't be read: {error.strerror or error}"
            self._complaints.fails(_KEY, said, "those that are known go on")
            return
        if damaged := self._watch.damaged:
            remedy = "remove it, or silence once more"
            self._complaints.fails(_KEY, "; ".join(damaged), remedy)
        else:
            self._complaints.works(_KEY, "the silences are read again")
        for event in changed:
            self._tell(event, evaluates=evaluates)
        self._looked = True

    def _tell(self, event: SilenceChanged, *, evaluates: bool) -> None:
        """Tell it here; one session writes it down, and nobody what was there before."""
        if self._looked and evaluates:
            self._bus.publish(event)
        else:
            self._relay.hand_on(event)
