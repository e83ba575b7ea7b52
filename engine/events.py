"""The vocabulary: everything that happens is one of these.

*Samples* are periodic readings, *facts* happen once. The struct is the schema, the journal line and
the NDJSON line. The bus stamps session, sequence number and both clocks when it publishes.

A reading that could not be taken is None, and `unknown` maps the field's name to the reason.
"""

from typing import Literal

from msgspec import Struct, field
from msgspec.json import Decoder, Encoder

from engine.evidence import Answer, Level, PlannedTask, TaskError, Understanding

EVENT_VERSION = 1

CircuitState = Literal["closed", "open", "half_open", "absent"]
Severity = Literal["info", "warning", "critical"]
Pressure = Literal["normal", "warning", "critical"]


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """`seq` counts from 1 within a session; `mono_s` compares only within it; `wall_s` is UTC."""

    v: int = EVENT_VERSION
    session: str = ""
    seq: int = 0
    mono_s: float = 0.0
    wall_s: float = 0.0


class Sample(Event, frozen=True, kw_only=True):
    """A periodic reading: only the newest of a type matters to a screen.

    `tick` counts a session's samples of a type from 1.
    """

    tick: int = 0


class HostSample(Sample, frozen=True, kw_only=True, tag=True):
    """The machine. Percentages from 0 to 100 per core; rates in bytes per second."""

    cpu_pct: tuple[float, ...] = ()
    core_kinds: str = ""  # a letter a core, P or E, in the order of cpu_pct; empty: not known
    cpu_freq_mhz: tuple[float, ...] = ()  # one a core, or one for all
    load_avg: tuple[float, float, float] | None = None  # 1, 5, 15 minutes
    memory_total_bytes: int | None = None
    memory_used_bytes: int | None = None  # total less available
    memory_available_bytes: int | None = None
    memory_pressure: Pressure | None = None
    memory_stall_pct: float | None = None  # PSI "some" over 10 s; Linux only
    swap_total_bytes: int | None = None
    swap_used_bytes: int | None = None
    disk_read_bps: float | None = None
    disk_write_bps: float | None = None
    net_recv_bps: float | None = None
    net_sent_bps: float | None = None
    temperatures_c: dict[str, float] = field(default_factory=dict)
    source: str = ""
    unknown: dict[str, str] = field(default_factory=dict)


class GpuDevice(Struct, frozen=True):
    """One GPU as one source sees it; `busy_pct` from 0 to 100."""

    name: str
    source: str
    busy_pct: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    freq_mhz: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    cores: int | None = None
    unknown: dict[str, str] = field(default_factory=dict)


class GpuSample(Sample, frozen=True, kw_only=True, tag=True):
    """All GPUs; `reason` says why there are none."""

    devices: tuple[GpuDevice, ...] = ()
    mlx_memory_bytes: int | None = None  # active memory of this process only
    reason: str | None = None
    unknown: dict[str, str] = field(default_factory=dict)


class ProcessRow(Struct, frozen=True):
    """`cpu_pct` is of one core, so it may pass 100."""

    pid: int
    name: str
    cpu_pct: float | None
    rss_bytes: int | None
    user: str = ""


class ProcessSample(Sample, frozen=True, kw_only=True, tag=True):
    """The busiest processes first; `total` counts all of them."""

    rows: tuple[ProcessRow, ...] = ()
    total: int = 0
    unknown: dict[str, str] = field(default_factory=dict)


class EngineSample(Sample, frozen=True, kw_only=True, tag=True):
    """The engine about itself; lag over the last minute, counters since the session began."""

    rss_bytes: int | None = None
    memory_used_bytes: int | None = None  # this process and its children
    memory_budget_bytes: int | None = None
    cpu_pct: float | None = None  # of one core
    loop_lag_p99_ms: float | None = None
    loop_lag_max_ms: float | None = None
    agents_max: int = 0
    agents_running: int = 0
    tasks_queued: int = 0
    subscribers: int = 0
    bus_depth: int = 0
    bus_published: int = 0
    bus_conflated: int = 0
    bus_lagged: int = 0
    journal_pending: int = 0
    journal_written: int = 0
    journal_dropped: int = 0
    leases_open: int = 0
    leases_max: int = 0
    leases_waiting: int = 0
    leases_waited_p50_ms: float | None = None
    leases_waited_max_ms: float | None = None
    leases_held_p50_ms: float | None = None
    leases_held_max_ms: float | None = None
    leases_reconnects: int = 0
    unknown: dict[str, str] = field(default_factory=dict)


class QueryAsked(Event, frozen=True, kw_only=True, tag=True):
    query: str
    text: str


class QueryPlanned(Event, frozen=True, kw_only=True, tag=True):
    query: str
    understanding: Understanding
    tasks: tuple[PlannedTask, ...]


class TaskEvent(Event, frozen=True, kw_only=True):
    """Something that one agent did in one attempt at one task of one query."""

    query: str
    task: str
    tool: str
    agent: str
    attempt: int = 1


class TaskStarted(TaskEvent, frozen=True, kw_only=True, tag=True):
    """Always followed by exactly one of TaskFinished, TaskFailed, TaskCancelled."""


class TaskProgressed(TaskEvent, frozen=True, kw_only=True, tag=True):
    text: str = ""
    done: float | None = None
    total: float | None = None


class TaskFinished(TaskEvent, frozen=True, kw_only=True, tag=True):
    elapsed_ms: float
    verdict: str = ""
    found: bool = True


class TaskFailed(TaskEvent, frozen=True, kw_only=True, tag=True):
    elapsed_ms: float
    error: TaskError
    will_retry: bool = False


class TaskCancelled(TaskEvent, frozen=True, kw_only=True, tag=True):
    elapsed_ms: float


class QueryEnded(Event, frozen=True, kw_only=True):
    """Exactly one of these ends every query, and carries its answer."""

    query: str
    answer: Answer


class QueryAnswered(QueryEnded, frozen=True, kw_only=True, tag=True):
    """Status answered, nothing_found or degraded."""


class QueryFailed(QueryEnded, frozen=True, kw_only=True, tag=True):
    """Status failed or timed_out."""


class QueryCancelled(QueryEnded, frozen=True, kw_only=True, tag=True):
    """Status cancelled."""


class CircuitChanged(Event, frozen=True, kw_only=True, tag=True):
    """`next_try_s` counts from this event; the first event of a capability has no `was`."""

    capability: str
    state: CircuitState
    was: CircuitState | None = None
    cause: str = ""
    failures: int = 0  # in a row
    next_try_s: float | None = None
    calls: int = 0  # in the window
    failure_rate: float | None = None  # 0 to 1, None below the minimum of calls
    slow_rate: float | None = None
    window: str = ""  # in words: "20 calls", "60 s"
    forced: Literal["open", "closed", "disabled"] | None = None  # by the operator
    reason: str = ""  # the operator's
    until_s: float | None = None  # wall time at which the force ends
    canaries: int = 0  # in flight


class LevelChanged(Event, frozen=True, kw_only=True, tag=True):
    """`why` names the cause, `lift` what would raise the level again."""

    level: Level
    was: Level | None = None
    why: str = ""
    lift: str = ""
    cap: Level = "full"  # no higher than this, by rollout
    pinned: bool = False  # by the operator
    held_until_s: float | None = None  # wall time before which it does not climb


class MemoryChanged(Event, frozen=True, kw_only=True, tag=True):
    """How much of the budget this program and its children hold; `holders` the biggest first."""

    state: Literal["normal", "shedding", "refusing"]
    used_bytes: int
    budget_bytes: int
    holders: tuple[tuple[str, int], ...] = ()
    cause: str = ""


class IndexProgressed(Event, frozen=True, kw_only=True, tag=True):
    """An index of the project's files; `reason` says why it is off, `total` is unknown at first.

    `text` is the index that text searches use, `code` what is known of Python files.
    """

    index: Literal["text", "code"]
    state: Literal["building", "ready", "off"]
    done: int = 0  # files
    total: int | None = None  # files
    memory_bytes: int | None = None
    elapsed_ms: float | None = None
    reason: str = ""


class SessionJoined(Event, frozen=True, kw_only=True, tag=True):
    project: str
    pid: int
    version: str
    interactive: bool = False


class SessionLeft(Event, frozen=True, kw_only=True, tag=True):
    reason: str


class PeerChanged(Event, frozen=True, kw_only=True, tag=True):
    """Another session on the same store: it came, asked or ended something, left or died."""

    peer: str
    project: str
    pid: int
    interactive: bool
    state: Literal["here", "left", "died"]
    running: tuple[str, ...] = ()  # the texts of its queries that have no answer yet


class StoreFolded(Event, frozen=True, kw_only=True, tag=True):
    """Finished journals became parts of the store; `problem` says why they could not."""

    journals: int = 0
    records: int = 0
    bytes: int = 0
    elapsed_ms: float = 0.0
    problem: str = ""


class Notice(Event, frozen=True, kw_only=True, tag=True):
    """What its user should know. A later one with the same key replaces it; `resolved` ends it."""

    key: str
    severity: Severity
    text: str
    remedy: str = ""
    resolved: bool = False


class AlertEvent(Event, frozen=True, kw_only=True):
    """Something about one alert, told by the session that evaluates the rules.

    `alert` is the fingerprint of rule and labels; `value` says in words what the condition saw;
    `since_s` is the wall time from which it held.
    """

    alert: str
    rule: str
    severity: Severity
    labels: dict[str, str] = field(default_factory=dict)
    text: str = ""
    value: str = ""
    since_s: float = 0.0


class AlertPending(AlertEvent, frozen=True, kw_only=True, tag=True):
    """The condition holds, not yet for `for_s`; `over` says that it stopped before that."""

    for_s: float = 0.0
    over: bool = False


class AlertFiring(AlertEvent, frozen=True, kw_only=True, tag=True):
    """The condition held for long enough; said again where its words, or its keeping, change.

    `kept` says that it holds no longer and is kept firing; `unknown` why it can't be told now.
    """

    remedy: str = ""
    expr: str = ""
    kept: bool = False
    unknown: str = ""


class AlertResolved(AlertEvent, frozen=True, kw_only=True, tag=True):
    """It fired and is over; `why` says how."""

    fired_s: float = 0.0  # wall time
    why: str = ""


class SilenceChanged(Event, frozen=True, kw_only=True, tag=True):
    """Somebody silenced what matches, or a silence ended; wall times.

    `matchers` are label values that all have to fit; "rule" and "severity" count as labels.
    """

    silence: str
    matchers: dict[str, str]
    starts_s: float
    until_s: float
    by: str = ""
    reason: str = ""
    ended: bool = False


class AlertDelivered(Event, frozen=True, kw_only=True, tag=True):
    """What became of one attempt to send a message over a channel.

    sent: the receiver acknowledged it. unsure: it was sent and nobody said whether it was taken.
    failed: it was not taken; `next_try_s` counts from this event. given_up: it is tried no more,
    `cause` says why. withdrawn: nobody needs it any more.
    """

    message: str
    alert: str
    rule: str
    channel: Literal["slack", "email"]
    kind: Literal["firing", "repeated", "resolved", "test"]
    state: Literal["sent", "unsure", "failed", "given_up", "withdrawn"]
    attempt: int = 1
    cause: str = ""
    next_try_s: float | None = None


CheckState = Literal["ok", "warning", "critical", "unknown"]


class Check(Struct, frozen=True):
    """One thing that was looked at, now; `figures` by name, with unit in the name."""

    name: str
    group: Literal["liveness", "readiness", "dependency"]
    state: CheckState
    text: str
    remedy: str = ""
    elapsed_ms: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)


class HealthChecked(Event, frozen=True, kw_only=True, tag=True):
    """What was looked at in `project`; `state` is the worst of the checks.

    `partial`: only the checks that were asked for were done, so it says nothing of the whole.
    """

    state: CheckState
    text: str
    checks: tuple[Check, ...] = ()
    elapsed_ms: float = 0.0
    project: str = ""
    partial: bool = False


class Criterion(Struct, frozen=True):
    """One acceptance criterion: what was seen, against what, and how to see it again.

    unproven: it can't be shown here, `proof` says why; that is not passed.
    """

    name: str
    phase: Literal["1", "2", "3", "final"]
    text: str
    state: Literal["proven", "failed", "unproven"]
    figure: str
    bar: str
    proof: str
    again: str
    required: bool = True


class Validated(Event, frozen=True, kw_only=True, tag=True):
    """The acceptance criteria of a phase, or of all; `ready_pct` of the required ones proven."""

    phase: Literal["1", "2", "3", "final", "all"]
    full: bool
    ready_pct: float
    criteria: tuple[Criterion, ...] = ()
    elapsed_ms: float = 0.0


class Lagged(Event, frozen=True, kw_only=True, tag=True):
    """To one subscriber only: it missed `from_seq`..`to_seq`, which the journal still has."""

    from_seq: int
    to_seq: int


AnyEvent = (
    HostSample
    | GpuSample
    | ProcessSample
    | EngineSample
    | QueryAsked
    | QueryPlanned
    | TaskStarted
    | TaskProgressed
    | TaskFinished
    | TaskFailed
    | TaskCancelled
    | QueryAnswered
    | QueryFailed
    | QueryCancelled
    | CircuitChanged
    | LevelChanged
    | MemoryChanged
    | IndexProgressed
    | SessionJoined
    | SessionLeft
    | PeerChanged
    | StoreFolded
    | Notice
    | AlertPending
    | AlertFiring
    | AlertResolved
    | SilenceChanged
    | AlertDelivered
    | HealthChecked
    | Validated
    | Lagged
)

encoder = Encoder()
decoder: Decoder[AnyEvent] = Decoder(AnyEvent)


def ended(query: str, answer: Answer) -> QueryEnded:
    """Return the terminal event that fits the answer's status."""
    if answer.status == "cancelled":
        return QueryCancelled(query=query, answer=answer)
    if answer.status in ("failed", "timed_out"):
        return QueryFailed(query=query, answer=answer)
    return QueryAnswered(query=query, answer=answer)
