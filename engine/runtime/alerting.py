"""The alerts of a session that stays open: it evaluates and sends them, or relays who does.

Of all such sessions on a store one holds the lock of <store>/alerts/lock. It looks at the rules,
publishes what changes, leaves behind where the alerts stand, and sends. The others wait for the
lock and tell their own readers what that one says; whoever gets it goes on where it was left.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import anyio
from anyio.abc import TaskGroup
from anyio.to_thread import run_sync

from engine.alerts.lock import AlertLock
from engine.alerts.silence import Made
from engine.bus import Bus
from engine.clock import Clock
from engine.events import HostSample
from engine.runtime.alert_delivery import AlertDelivery
from engine.runtime.alert_evaluation import OUTBOX, STANDING, Evaluation, Moment
from engine.runtime.alert_relay import AlertRelay
from engine.runtime.alert_ruling import Ruling
from engine.runtime.alert_silences import SilenceWatch
from engine.runtime.alert_silencing import Silencing
from engine.runtime.complaints import Complaints
from engine.runtime.metrics_feed import MetricsFeed
from engine.standing import Standing
from engine.store.leases.pool import StoreReadError
from engine.store.past.past import Past

LOOK_S: Final = 2.0
BEAT_S: Final = 5.0
SETTLED_S: Final = 5.0  # until a session that begins has its first samples
_ALL: Final = "alerts"
_LOCK: Final = "alerts.lock"
_HOUR: Final = "alerts.last_hour"
_JOURNALS: Final = "alerts.journals"
_MESSAGES: Final = "alerts.messages"
_FILES: Final = "alerts.message_files"
_REMEDIES: Final[Mapping[str, str]] = {
    STANDING: "alerts go on from here; make the store's folder readable and writable",
    OUTBOX: "what is due is put again at the next evaluation",
}
_WORKS: Final[Mapping[str, str]] = {
    STANDING: "where the alerts stand is written again",
    OUTBOX: "the outbox takes messages again",
}


class Alerting:
    """Looks every two seconds; evaluates each `alerts.interval_s` while it has the lock.

    Whether alerts are evaluated at all, `enabled`, is as it was when the session was opened.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        standing: Standing,
        *,
        lock: AlertLock,
        feed: MetricsFeed,
        relay: AlertRelay,
        silences: SilenceWatch,
        ruling: Ruling,
        evaluation: Evaluation,
        delivery: AlertDelivery,
        open_past: Callable[[], Past],
        enabled: bool,
    ) -> None:
        self._enabled, self._bus, self._clock = enabled, bus, clock
        self._standing, self._lock, self._feed, self._relay = standing, lock, feed, relay
        self._silences, self._silencing = silences, Silencing(silences, relay, bus)
        self._ruling, self._evaluation, self._delivery = ruling, evaluation, delivery
        self._open_past = open_past
        self._complaints = Complaints(bus)
        self._group: TaskGroup | None = None
        self._sending: anyio.CancelScope | None = None
        self._looking = anyio.Lock()
        self._closed = False
        self._evaluates = False
        self._begun_s = self.looked_s = self._beat_s = clock.monotonic_s()
        self._due_s = 0.0

    @property
    def evaluates(self) -> bool:
        """Whether this session evaluates the alerts."""
        return self._evaluates

    async def run(self) -> None:
        """Look until cancelled."""
        async with anyio.create_task_group() as self._group:
            while True:
                try:
                    await self.look()
                except Exception as error:
                    # A boundary: what breaks in here must not end the session; it is told.
                    said = f"the alerts could not be looked at: {error!r}"
                    self._complaints.fails(_ALL, said, "it is tried again; please report this")
                else:
                    self._complaints.works(_ALL, "the alerts are looked at again")
                await anyio.sleep(min(LOOK_S, self._ruling.interval_s))

    async def look(self) -> None:
        """Take in what happened, and do what follows from it."""
        async with self._looking:
            if self._closed:
                return
            await self._look_at_journals()
            await self._silencing.look(evaluates=self._evaluates)
            if await self._ruling.look():
                self._due_s = 0.0  # what is new is seen at once
            if await self._may_evaluate():
                await self._evaluate()
            else:
                await self._relay.look(enabled=self._enabled)
            self.looked_s = self._clock.monotonic_s()

    async def _look_at_journals(self) -> None:
        try:
            for report in await self._feed.look():
                self._relay.hand_on(report)
        except OSError as error:
            said = f"other sessions' journals can't be read: {error.strerror or error}"
            self._complaints.fails(_JOURNALS, said, "alerts go by this session alone")
        else:
            self._complaints.works(_JOURNALS, "other sessions' journals are read again")

    async def close(self) -> None:
        """Leave the alerts to the next session."""
        async with self._looking:
            self._closed = True
            self._stop_sending()
            self._lock.release()
            self._feed.close()

    # ── who evaluates ────────────────────────────────────────────────────────────────────────

    async def _may_evaluate(self) -> bool:
        """Return whether this session evaluates now: it has the lock, or nobody can have it."""
        if not self._enabled:
            return False
        had = self._lock.held
        try:
            has = await self._keep() if had else await run_sync(self._lock.take, self._wall_s())
        except OSError as error:
            said = f"no session can have the lock of the alerts: {error.strerror or error}"
            remedy = "each session evaluates for itself and none sends; make the folder writable"
            self._complaints.fails(_LOCK, said, f"{remedy}, on a file system with locks")
            has = True
        else:
            self._complaints.works(_LOCK, "the alerts have one evaluator again")
        if has and not (self._evaluates and self._lock.held == had):
            await self._begin()
        elif not has and self._evaluates:
            self._stop_sending()
        self._evaluates = has
        return has

    async def _keep(self) -> bool:
        """Tell the others now and then that this session works."""
        now_s = self._clock.monotonic_s()
        if now_s - self._beat_s < BEAT_S:
            return True
        self._beat_s = now_s
        return await run_sync(self._lock.beat)

    async def _begin(self) -> None:
        """Go on where the last evaluator left the alerts, and tell of what still stands."""
        with suppress(OSError):  # the look at the journals says so
            await self._relay.last_words()
        self._relay.leave()
        try:
            await self._feed.recall(self._open_past())
        except StoreReadError as error:
            remedy = "windows count from now on; see: bolt-tui store verify"
            self._complaints.fails(_HOUR, f"the last hour can't be read: {error}", remedy)
        fires, problems = await run_sync(self._evaluation.begin)
        self._complain(problems)
        stands = self._evaluation.standing.alerts
        for event in (*fires, *self._relay.ends(stands)):
            self._bus.publish(event)
        self._stop_sending()
        if self._lock.held and self._group is not None:
            self._sending = anyio.CancelScope()
            self._group.start_soon(self._send, self._sending)

    # ── as the one that evaluates ────────────────────────────────────────────────────────────

    async def _evaluate(self) -> None:
        now_s = self._clock.monotonic_s()
        ready = now_s - self._begun_s >= SETTLED_S or self._standing.newest(HostSample) is not None
        if now_s < self._due_s or not ready:
            return
        self._due_s = now_s + self._ruling.interval_s
        done = await run_sync(
            self._evaluation.evaluate,
            self._feed.readings(),
            self._silences.lasting,
            self._delivery.present,
            self._delivery.outbox if self._lock.held else None,
            Moment(now_s, self._wall_s()),
        )
        for event in done.events:
            self._bus.publish(event)
        self._complain(done.problems)
        self._complain_of_sending()
        if done.put:
            self._delivery.wake()

    def _complain_of_sending(self) -> None:
        for said in self._delivery.complaints():
            self._complaints.fails(_FILES, said, "see: bolt-tui alerts")
        if wrong := self._delivery.wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            self._complaints.fails(_MESSAGES, wrong[0] + more, "see: bolt-tui alerts")
        else:
            self._complaints.works(_MESSAGES, "messages about alerts go their way again")

    async def _send(self, scope: anyio.CancelScope) -> None:
        with scope:
            await self._delivery.run()

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _complain(self, problems: Mapping[str, str]) -> None:
        for key, works in _WORKS.items():
            if key in problems:
                self._complaints.fails(key, problems[key], _REMEDIES[key])
            else:
                self._complaints.works(key, works)

    # ── silences ─────────────────────────────────────────────────────────────────────────────

    async def silence(self, matchers: Mapping[str, str], for_s: float, reason: str) -> Made:
        """Silence what fits, in all sessions.

        Raises:
            BadSilence, OSError.
        """
        made = await self._silencing.add(matchers, for_s, reason)
        async with self._looking:
            await self._silencing.look(evaluates=self._evaluates)
        return made

    async def unsilence(self, name: str) -> None:
        """End a silence before its time, in all sessions.

        Raises:
            UnknownSilence, OSError.
        """
        await self._silencing.end(name)
        async with self._looking:
            await self._silencing.look(evaluates=self._evaluates)
        self._delivery.wake()

    def _wall_s(self) -> float:
        return self._clock.wall_s()
