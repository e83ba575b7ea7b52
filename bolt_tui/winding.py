"""Where the screen stands in time: live, or at a moment of the past, still or playing.

A cursor moves over wall time; what it needs is read from the past in windows of half an hour of one
session: the console's own where it was open then, else the one that had been recording.
"""

from collections.abc import Awaitable, Callable, Sequence

from anyio.lowlevel import checkpoint

from bolt_tui.past_port import PastMark, PastPort, PastSession
from bolt_tui.state import AREAS, ConsoleState
from bolt_tui.timeline import Timeline, woven
from bolt_tui.views import MarkView, MomentView
from engine import events as e
from engine.events import Event

SPANS_S = (600.0, 3600.0, 6 * 3600.0, 86_400.0, 7 * 86_400.0)
SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
WINDOW_S = 1800.0
WARM_UP_S = 600.0  # what the graphs show
ASKED_S = 6 * 3600.0  # queries so much older are not in the list of answers
ASKED = (
    e.QueryAsked, e.QueryPlanned, e.TaskStarted, e.TaskFinished, e.TaskFailed, e.TaskCancelled,
    e.QueryAnswered, e.QueryFailed, e.QueryCancelled,
)  # fmt: skip
TOLD = (
    e.AlertPending, e.AlertFiring, e.AlertResolved, e.SilenceChanged, e.AlertDelivered,
    e.HealthChecked, e.Validated,
)  # fmt: skip
"""What holds for every session, whichever tells it."""
LINGER_S = 1.0  # between two samples a session is not over
STEPS = 60  # steps across the time bar


class NothingRecorded(Exception):
    """No session recorded anything, or nothing that early or late."""


class Winding:
    """The time cursor. Moving it is immediate; `arrive` reads and returns what to show."""

    def __init__(
        self,
        past: PastPort,
        own: str,
        now_s: Callable[[], float],
        *,
        flush: Callable[[], Awaitable[object]] | None = None,
        recording: bool = False,
    ) -> None:
        """Start live.

        Args:
            own: the console's own session.
            now_s: the present, wall time; of a recording its end.
            flush: writes what happened a moment ago, before it is read.
            recording: there is no live to go back to.
        """
        self.cursor_s: float | None = None
        self.speed = 0.0
        self.recording = recording
        self._past, self._own, self._now_s, self._flush = past, own, now_s, flush
        self._span = 1
        self._from_s = 0.0  # left end of the time bar
        self._timeline = Timeline([], [])
        self._window: tuple[float, float] = (0.0, 0.0)
        self._session = ""
        self._folded: tuple[int, ConsoleState] | None = None
        self._marks: Sequence[PastMark] = ()
        self._marked: tuple[float, float] | None = None

    # ── moving ───────────────────────────────────────────────────────────────────────────────

    @property
    def is_live(self) -> bool:
        return self.cursor_s is None

    @property
    def span_s(self) -> float:
        """What the time bar covers."""
        return SPANS_S[self._span]

    def go(self, wall_s: float) -> None:
        """Put the cursor at a moment; what is later than now is now."""
        self.cursor_s = min(wall_s, self._now_s())
        self._frame()

    def step(self, steps: float) -> bool:
        """Move by so many sixtieths of the time bar; False where that would be the future."""
        at = self._now_s() if self.cursor_s is None else self.cursor_s
        wanted = at + steps * self.span_s / STEPS
        if wanted >= self._now_s() and steps > 0:
            return False
        self.go(wanted)
        return True

    def to_mark(self, direction: int) -> bool:
        """Move to the next mark on the time bar, or to the one before."""
        at = self._now_s() if self.cursor_s is None else self.cursor_s
        walls = [mark.wall_s for mark in self._marks]
        there = [
            wall for wall in walls if (wall > at + 1e-3 if direction > 0 else wall < at - 1e-3)
        ]
        if not there:
            return False
        self.go(min(there) if direction > 0 else max(there))
        return True

    def live(self) -> None:
        """Leave the past."""
        self.cursor_s, self.speed, self._folded = None, 0.0, None

    def widen(self, by: int) -> None:
        """Let the time bar cover more or less."""
        self._span = min(max(self._span + by, 0), len(SPANS_S) - 1)
        self._from_s = 0.0
        self._frame()

    def faster(self, by: int) -> None:
        """Play one speed faster or slower."""
        at = SPEEDS.index(self.speed) if self.speed in SPEEDS else 0
        self.speed = SPEEDS[min(max(at + by, 0), len(SPEEDS) - 1)]

    def play(self, elapsed_s: float) -> bool:
        """Let time pass while playing; False where the present or the end is reached."""
        if self.cursor_s is None:
            return False
        wanted = self.cursor_s + elapsed_s * self.speed
        self.go(wanted)
        return wanted < self._now_s()

    def _frame(self) -> None:
        """Keep the cursor on the time bar; it moves on by half of it."""
        if self.cursor_s is None:
            return
        if not self._from_s <= self.cursor_s <= self._from_s + self.span_s:
            self._from_s = self.cursor_s - self.span_s / 2
        self._from_s = min(self._from_s, self._now_s() - self.span_s)

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    async def arrive(self) -> ConsoleState:
        """Return the state at the cursor.

        Raises:
            NothingRecorded: there is no past, or the cursor was moved to the nearest that there is.
        """
        cursor_s = self.cursor_s
        if cursor_s is None:
            raise NothingRecorded("the console is live")
        start_s, end_s = self._window
        behind = self._timeline.end_s is None or cursor_s > self._timeline.end_s
        if not start_s <= cursor_s < end_s or (behind and end_s > self._now_s()):
            await self._load(cursor_s)
        await self.read_marks()
        return await self._fold(cursor_s)

    async def beginning(self, start_s: float, end_s: float) -> float:
        """Return when a span begins, but for what others had told before that and still stood."""
        events = await self._past.events(start_s, end_s)
        own = [one for one in events if one.session == self._own or not isinstance(one, TOLD)]
        return min((one.wall_s for one in own), default=start_s)

    async def _load(self, cursor_s: float) -> None:
        if self._flush is not None:
            await self._flush()
        session = await self._session_at(cursor_s)
        start_s = cursor_s // WINDOW_S * WINDOW_S
        end_s = start_s + WINDOW_S
        early_s = start_s - WARM_UP_S
        before = await self._before(early_s, session.session)
        events = await self._past.events(early_s, end_s, session=session.session)
        told = await self._told(early_s, end_s, session.session)
        self._timeline = Timeline(before, woven(events, told), session.session)
        self._session, self._folded = session.session, None
        # Before its beginning and after its end another session is looked for.
        last_s = end_s if session.session == self._own else session.last_s + LINGER_S
        self._window = (max(start_s, session.joined_s), min(end_s, last_s))

    async def _before(self, at_s: float, session: str) -> list[Event]:
        """Return how things stood, with the queries and the alerts of the hours before."""
        standing = await self._past.standing(at_s, session)
        asked = await self._past.events(at_s - ASKED_S, at_s, session=session, types=ASKED)
        told = await self._told(at_s - ASKED_S, at_s, session)
        stood = [one for one in await self._past.told(at_s) if one.session != session]
        own = {event.seq: event for event in (*standing, *asked)}
        others = {(event.session, event.seq): event for event in (*told, *stood)}
        return woven(own.values(), others.values())

    async def _told(self, start_s: float, end_s: float, session: str) -> list[Event]:
        """Return what other sessions told of alerts, silences, health and readiness."""
        told = await self._past.events(start_s, end_s, types=TOLD)
        return [event for event in told if event.session != session]

    async def _session_at(self, cursor_s: float) -> PastSession:
        sessions = await self._past.sessions(cursor_s - WARM_UP_S, cursor_s + WARM_UP_S)
        at = [one for one in sessions if one.joined_s <= cursor_s <= one.last_s + LINGER_S]
        if at:
            longest = max(at, key=lambda one: one.last_s - one.joined_s)  # a run has no samples
            return next((one for one in at if one.session == self._own), longest)
        extent = await self._past.extent()
        if extent is None:
            raise NothingRecorded("nothing has been recorded yet")
        every = await self._past.sessions(*extent)
        later = [one.joined_s for one in every if one.joined_s > cursor_s]
        if self.speed and later:
            self.go(min(later))
            raise NothingRecorded("nothing was recorded until here")
        nearest = min(every, key=lambda one: max(one.joined_s - cursor_s, cursor_s - one.last_s))
        self.go(min(max(cursor_s, nearest.joined_s), nearest.last_s))
        raise NothingRecorded("nothing was recorded then; this is the nearest that was")

    async def read_marks(self) -> None:
        """Read what the time bar marks, where it covers another span than before."""
        if self.cursor_s is None:
            self._from_s = self._now_s() - self.span_s
        span = (self._from_s, self._from_s + self.span_s)
        if self._marked != span:
            self._marks = await self._past.marks(*span)
            self._marked = span

    async def _fold(self, cursor_s: float) -> ConsoleState:
        """Go on from the last state where the cursor moved forward, else from a keyframe."""
        count = self._timeline.upto(cursor_s)
        if self._folded is not None and self._folded[0] <= count:
            done, state = self._folded
            for event in self._timeline.events[done:count]:
                state.apply(event)
        else:
            for state in self._timeline.folding(count):  # noqa: B007
                await checkpoint()
            state.changed = set(AREAS)  # against what was on screen before
        self._folded = (count, state)
        return state

    def view(self) -> MomentView | None:
        """Return what header and time bar show of the cursor, None when live."""
        if self.cursor_s is None:
            return None
        return MomentView(
            at_s=self.cursor_s,
            now_s=self._now_s(),
            start_s=self._from_s,
            span_s=self.span_s,
            speed=self.speed,
            session=self._session if self._session != self._own else "",
            recording=self.recording,
            marks=tuple(MarkView(m.wall_s, m.kind, m.text, m.severity) for m in self._marks),
        )
