"""How a session that doesn't evaluate the alerts tells its own readers of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from anyio.to_thread import run_sync
from msgspec.structs import replace

from engine.alerts import standing_file
from engine.alerts.errors import DamagedStanding
from engine.alerts.lock import AlertLock, evaluator
from engine.bus import Bus
from engine.clock import Clock
from engine.events import AlertEvent, Event
from engine.file_lock import Owner
from engine.runtime.complaints import Complaints
from engine.runtime.followers import ended, left_events
from engine.standing import Standing
from engine.store.sessions.endings import Endings

STILL_S: Final = 60.0
_HOLDER: Final = "alerts.holder"
_GONE: Final = "it was over when the next session took over the alerts"


class AlertRelay:
    """Hands on what the evaluator says: to this session's readers, not to its journal."""

    def __init__(
        self, folder: Path, lock: AlertLock, words: Endings, bus: Bus, clock: Clock, known: Standing
    ) -> None:
        self._folder, self._lock, self._words = folder, lock, words
        self._bus, self._clock, self._known = bus, clock, known
        self._complaints = Complaints(bus)
        self._followed = ""
        self._beat: int | None = None
        self._moved_s = clock.monotonic_s()

    async def look(self, *, enabled: bool) -> None:
        """Tell what was said since the last look; `enabled`: this session waits for the lock."""
        who = self._lock.said() if enabled else await run_sync(evaluator, self._folder)
        if who is None:
            await self.last_words()
            return
        if who.session != self._followed:
            await self._join(who)
        await self.last_words()
        self._watch(who)

    async def last_words(self) -> None:
        """Tell what others wrote since the last look, also one that has ended meanwhile.

        Raises:
            OSError: the store's folder can't be listed.
        """
        for event in await run_sync(self._words.look):
            if event.session != self._bus.session:
                self.hand_on(event)

    def leave(self) -> None:
        """This session evaluates from now on."""
        self._followed = ""
        self._complaints.works(_HOLDER, "the alerts are evaluated again")

    def ends(self, standing: Iterable[str]) -> list[AlertEvent]:
        """Return an end for each alert that is shown here and does not stand any more."""
        return ended(self._shown(), standing, _GONE)

    def _shown(self) -> list[AlertEvent]:
        return [one for one in self._known.events() if isinstance(one, AlertEvent)]

    def hand_on(self, event: Event) -> None:
        """Tell this session's readers; what has no place in a session yet gets none."""
        if not event.seq:
            session = event.session or self._bus.session
            event = replace(
                event,
                session=session,
                mono_s=self._clock.monotonic_s(),
                wall_s=self._clock.wall_s(),
            )
        self._known.take(event)
        self._bus.deliver(event)

    async def _join(self, who: Owner) -> None:
        """Tell how the alerts stand, as it was left behind, before anything new is told."""
        self._followed, self._beat = who.session, None
        try:
            left = await run_sync(standing_file.read, self._folder)
        except DamagedStanding:
            return  # its evaluator says so
        shown = {one.alert for one in self._shown()}
        for event in left_events(left):
            if event.alert not in shown:  # else what is new of it comes in its own words
                self.hand_on(replace(event, session=who.session))

    def _watch(self, who: Owner) -> None:
        """Say where the evaluator has stood still for long; it keeps its lock all the same."""
        now_s, beat = self._clock.monotonic_s(), self._lock.last_beat()
        if beat != self._beat:
            self._beat, self._moved_s = beat, now_s
            self._complaints.works(_HOLDER, "the alerts are evaluated again")
        elif now_s - self._moved_s >= STILL_S:
            pid = "" if who.pid is None else f" {who.pid}"
            self._complaints.fails(
                _HOLDER,
                f"alerts are not evaluated: {who} holds their lock and has stood still for "
                f"{STILL_S:g} s",
                f"let it go on (kill -CONT{pid}) or end it (kill -KILL{pid}); another takes over",
            )
