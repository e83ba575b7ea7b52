"""What the screen shows: a fold of events.

Pure: no terminal, no clock. Time is the newest event's. The records are frozen and replaced, so a
copy shares them and a paused screen keeps what it had.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, get_args

from msgspec.structs import replace

from bolt_tui.alert_state import AlertState
from bolt_tui.histories import Histories
from bolt_tui.views import CircuitView, LevelView, QueryView, Segment, Work
from engine import events as e
from engine.evidence import TaskStatus

if TYPE_CHECKING:  # it is not needed for the first paint
    from engine.metrics import Metrics

QUERIES_KEPT = 200
SEGMENTS_KEPT = 64
NOT_OPEN = "engine.open"  # the notice that there is no engine

# "clock" is each new second; "elapsed" the same, while a query runs.
Area = Literal[
    "host", "gpu", "processes", "engine", "agents", "queries", "circuits", "level", "notices",
    "session", "clock", "elapsed", "indexes", "peers", "memory", "alerts",
]  # fmt: skip
AREAS: frozenset[Area] = frozenset(get_args(Area))


class ConsoleState:
    """Mutable; `apply` is the only way in. `changed` gathers what was touched since last drawn."""

    def __init__(self, own: str = "") -> None:
        """Begin empty; `own` is whose events move the clock, else the first session that joins."""
        self.own = own
        self.now_s = 0.0
        self.wall_s: float | None = None
        self.session: e.SessionJoined | None = None
        self.host: e.HostSample | None = None
        self.gpu: e.GpuSample | None = None
        self.processes: e.ProcessSample | None = None
        self.engine: e.EngineSample | None = None
        self.level: LevelView | None = None
        self.memory: e.MemoryChanged | None = None
        self.histories = Histories()
        self.agents: dict[str, Work | None] = {}
        self.segments: deque[Segment] = deque(maxlen=SEGMENTS_KEPT)
        self.queries: dict[str, QueryView] = {}
        self.circuits: dict[str, CircuitView] = {}
        self.notices: dict[str, e.Notice] = {}
        self.indexes: dict[str, e.IndexProgressed] = {}
        self.peers: dict[str, e.PeerChanged] = {}
        self.alerts = AlertState()
        self.metrics: Metrics | None = None  # None: nothing has happened
        self.changed: set[Area] = set()
        self.folded = 0
        self._newest_seq: dict[str, int] = {}

    def copy(self) -> "ConsoleState":
        """Return a state that later events of this one do not touch."""
        twin = ConsoleState.__new__(ConsoleState)
        twin.__dict__.update(self.__dict__)
        twin.histories = self.histories.copy()
        twin.segments = self.segments.copy()
        twin.alerts = self.alerts.copy()
        twin.metrics = self.metrics and self.metrics.copy()
        for name in (
            "agents", "queries", "circuits", "notices", "indexes", "peers", "changed",
            "_newest_seq",
        ):  # fmt: skip
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def apply(self, event: e.Event) -> None:
        """Fold one event in; one that was folded before changes nothing."""
        if event.seq:
            if event.seq <= self._newest_seq.get(event.session, 0):
                return
            self._newest_seq[event.session] = event.seq
        self.folded += 1
        if event.wall_s and not self._is_relayed(event):
            self._move_clock(event)
        self._measure(event)
        fold = _FOLDS.get(type(event))
        if fold is not None:
            fold(self, event)

    def _is_relayed(self, event: e.Event) -> bool:
        """Whether another session said it, which has a monotonic clock of its own."""
        return bool(event.session and self.own) and event.session != self.own

    def _measure(self, event: e.Event) -> None:
        if self.metrics is None:
            from engine.metrics import Metrics

            self.metrics = Metrics()
        if not self._is_relayed(event):
            self.metrics.take(event, event.mono_s)
        elif self.wall_s is not None:  # how long ago it was by the wall is all that is known
            self.metrics.take(event, self.now_s - max(0.0, self.wall_s - event.wall_s))

    def _move_clock(self, event: e.Event) -> None:
        if self.wall_s is None or int(event.wall_s) != int(self.wall_s):
            self.changed.add("clock")
            if any(query.running for query in self.queries.values()):
                self.changed.add("elapsed")
        self.wall_s = event.wall_s
        self.now_s = event.mono_s

    def age_s(self, event: e.Event) -> float:
        """Seconds from the event to the newest one."""
        if self._is_relayed(event):
            return max(0.0, (self.wall_s or event.wall_s) - event.wall_s)
        return max(0.0, self.now_s - event.mono_s)

    @property
    def refused(self) -> str:
        """Why no engine could be opened; empty where one is open or may still be."""
        notice = self.notices.get(NOT_OPEN)
        return notice.text if notice else ""

    @property
    def running(self) -> Iterator[tuple[str, Work]]:
        """The agents at work, by name."""
        return ((name, work) for name, work in self.agents.items() if work is not None)

    @property
    def queued(self) -> int:
        """Tasks that are planned in running queries and that no agent has or had."""
        waiting = 0
        for query in reversed(self.queries.values()):
            if query.running:
                held = {work.task for _, work in self.running if work.query == query.id}
                waiting += sum(t.id not in query.done and t.id not in held for t in query.tasks)
        return waiting

    def active_notices(self) -> list[e.Notice]:
        """Return the notices that hold, the most severe and then the newest first."""
        rank = {"critical": 0, "warning": 1, "info": 2}
        return sorted(self.notices.values(), key=lambda n: (rank[n.severity], -n.wall_s, -n.seq))

    def _host(self, event: e.HostSample) -> None:
        self.host = event
        self.histories.add_host(event)
        self.changed.add("host")

    def _gpu(self, event: e.GpuSample) -> None:
        self.gpu = event
        self.histories.add_gpu(event)
        self.changed.add("gpu")

    def _processes(self, event: e.ProcessSample) -> None:
        self.processes = event
        self.changed.add("processes")

    def _engine(self, event: e.EngineSample) -> None:
        self.engine = event
        self.changed.add("engine")

    def _joined(self, event: e.SessionJoined) -> None:
        self.session = self.session or event
        self.own = self.own or event.session
        self.changed.add("session")

    def _asked(self, event: e.QueryAsked) -> None:
        self.queries[event.query] = QueryView(event.query, event.text, event.mono_s, event.wall_s)
        self.changed.add("queries")
        if len(self.queries) > QUERIES_KEPT:
            ended = (q.id for q in self.queries.values() if not q.running)
            for query in list(islice(ended, len(self.queries) - QUERIES_KEPT)):
                del self.queries[query]

    def _planned(self, event: e.QueryPlanned) -> None:
        if query := self.queries.get(event.query):
            self.queries[event.query] = replace(
                query, understanding=event.understanding, tasks=event.tasks
            )
        self.changed |= {"queries", "agents"}

    def _started(self, event: e.TaskStarted) -> None:
        self.agents[event.agent] = Work(
            event.query, event.task, event.tool, event.attempt, event.mono_s, event.mono_s
        )
        self.changed |= {"agents", "queries"}

    def _progressed(self, event: e.TaskProgressed) -> None:
        work = self.agents.get(event.agent)
        if work is not None and (work.query, work.task) == (event.query, event.task):
            self.agents[event.agent] = replace(
                work, text=event.text, done=event.done, total=event.total, touched_s=event.mono_s
            )
        self.changed |= {"agents", "queries"}

    def _task_ended(self, event: e.TaskFinished | e.TaskFailed | e.TaskCancelled) -> None:
        segment = Segment(
            event.query, event.task, event.tool, event.agent, event.attempt, _outcome(event),
            event.mono_s, event.elapsed_ms, getattr(event, "error", None),
        )  # fmt: skip
        self.segments.append(segment)
        self.agents[event.agent] = None
        query = self.queries.get(event.query)
        if query and not (isinstance(event, e.TaskFailed) and event.will_retry):
            self.queries[query.id] = replace(query, done={**query.done, event.task: segment})
        self.changed |= {"agents", "queries"}

    def _query_ended(self, event: e.QueryEnded) -> None:
        query = self.queries.get(event.query) or QueryView(
            event.query, event.answer.query.text, event.mono_s, event.wall_s
        )
        answer = event.answer
        self.queries[event.query] = replace(
            query, status=answer.status, answer=answer, understanding=answer.query
        )
        self.changed |= {"queries", "agents"}

    def _circuit(self, event: e.CircuitChanged) -> None:
        wait = event.next_try_s
        self.circuits[event.capability] = CircuitView(
            event.capability, event.state, event.cause, event.failures, event.mono_s, event.wall_s,
            None if wait is None else event.mono_s + wait, event.calls, event.failure_rate,
            event.slow_rate, event.window, event.forced, event.reason, event.until_s,
            event.canaries,
        )  # fmt: skip
        self.changed.add("circuits")

    def _level(self, event: e.LevelChanged) -> None:
        before, held = self.level, event.held_until_s
        stays = before is not None and before.level == event.level
        since = (before.since_s, before.since_wall_s) if before and stays else None
        self.level = LevelView(
            event.level, event.why, event.lift, *(since or (event.mono_s, event.wall_s)),
            event.cap, event.pinned, None if held is None else event.mono_s + held - event.wall_s,
        )  # fmt: skip
        self.changed.add("level")

    def _memory(self, event: e.MemoryChanged) -> None:
        self.memory = event
        self.changed.add("memory")

    def _index(self, event: e.IndexProgressed) -> None:
        self.indexes[event.index] = event
        self.changed.add("indexes")

    def _peer(self, event: e.PeerChanged) -> None:
        """Keep who is there, and the one who died last until the next change."""
        gone = [peer for peer, was in self.peers.items() if was.state != "here"]
        for peer in gone:
            del self.peers[peer]
        self.peers.pop(event.peer, None)
        if event.state != "left":
            self.peers[event.peer] = event
        self.changed.add("peers")

    def _notice(self, event: e.Notice) -> None:
        self.notices.pop(event.key, None)
        if not event.resolved:
            self.notices[event.key] = event
        self.changed.add("notices")

    def _alert(self, event: e.Event) -> None:
        self.alerts.apply(event)
        self.changed.add("alerts")

    def recall(self, events: Iterable[e.Event]) -> None:
        """Take in what other sessions had told of alerts, health and readiness before."""
        self.alerts.recall(events)
        self.changed.add("alerts")


def _outcome(event: e.TaskFinished | e.TaskFailed | e.TaskCancelled) -> TaskStatus:
    if isinstance(event, e.TaskFailed):
        return "timed_out" if event.error.kind == "timeout" else "failed"
    return "cancelled" if isinstance(event, e.TaskCancelled) else "finished"


_FOLDS: dict[type[e.Event], Callable[[ConsoleState, Any], None]] = {
    e.HostSample: ConsoleState._host,
    e.GpuSample: ConsoleState._gpu,
    e.ProcessSample: ConsoleState._processes,
    e.EngineSample: ConsoleState._engine,
    e.SessionJoined: ConsoleState._joined,
    e.QueryAsked: ConsoleState._asked,
    e.QueryPlanned: ConsoleState._planned,
    e.TaskStarted: ConsoleState._started,
    e.TaskProgressed: ConsoleState._progressed,
    e.TaskFinished: ConsoleState._task_ended,
    e.TaskFailed: ConsoleState._task_ended,
    e.TaskCancelled: ConsoleState._task_ended,
    e.QueryAnswered: ConsoleState._query_ended,
    e.QueryFailed: ConsoleState._query_ended,
    e.QueryCancelled: ConsoleState._query_ended,
    e.CircuitChanged: ConsoleState._circuit,
    e.LevelChanged: ConsoleState._level,
    e.MemoryChanged: ConsoleState._memory,
    e.IndexProgressed: ConsoleState._index,
    e.PeerChanged: ConsoleState._peer,
    e.Notice: ConsoleState._notice,
    e.AlertPending: ConsoleState._alert,
    e.AlertFiring: ConsoleState._alert,
    e.AlertResolved: ConsoleState._alert,
    e.SilenceChanged: ConsoleState._alert,
    e.AlertDelivered: ConsoleState._alert,
    e.HealthChecked: ConsoleState._alert,
    e.Validated: ConsoleState._alert,
}
