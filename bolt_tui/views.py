"""The records that the state is made of: frozen, and replaced when something changes."""

from typing import Literal

from msgspec import Struct

from engine.events import CircuitState, Severity
from engine.evidence import (
    Answer,
    Level,
    PlannedTask,
    Status,
    TaskError,
    TaskStatus,
    Understanding,
)


class Work(Struct, frozen=True):
    """What an agent does now; `touched_s` is when it last gave a sign."""

    query: str
    task: str
    tool: str
    attempt: int
    started_s: float
    touched_s: float
    text: str = ""
    done: float | None = None
    total: float | None = None


class Segment(Struct, frozen=True):
    """One attempt that ended."""

    query: str
    task: str
    tool: str
    agent: str
    attempt: int
    status: TaskStatus
    ended_s: float
    elapsed_ms: float
    error: TaskError | None = None


class QueryView(Struct, frozen=True):
    """One query: running until it has an answer."""

    id: str
    text: str
    asked_s: float
    asked_wall_s: float
    status: Status | Literal["running"] = "running"
    understanding: Understanding | None = None
    tasks: tuple[PlannedTask, ...] = ()
    done: dict[str, Segment] = {}
    answer: Answer | None = None

    @property
    def running(self) -> bool:
        return self.status == "running"


class CircuitView(Struct, frozen=True):
    """`next_try_s` is on the session's monotonic clock.

    `calls` and the rates, from 0 to 1, are those of the last change; of `forced` the `reason` is
    the operator's, and `until_wall_s` None means until it is released.
    """

    capability: str
    state: CircuitState
    cause: str
    failures: int
    since_s: float
    since_wall_s: float
    next_try_s: float | None
    calls: int = 0
    failure_rate: float | None = None
    slow_rate: float | None = None
    window: str = ""
    forced: Literal["open", "closed", "disabled"] | None = None
    reason: str = ""
    until_wall_s: float | None = None
    canaries: int = 0

    @property
    def in_trouble(self) -> bool:
        """Whether it is out, or held by the operator: what its user should see first."""
        return self.state in ("open", "half_open") or self.forced is not None


class LevelView(Struct, frozen=True):
    """It climbs no higher than `cap`, and not before `held_s` on the session's monotonic clock."""

    level: Level
    why: str
    lift: str
    since_s: float
    since_wall_s: float
    cap: Level = "full"
    pinned: bool = False
    held_s: float | None = None


class MarkView(Struct, frozen=True):
    """One mark on the time bar."""

    wall_s: float
    kind: Literal["query", "circuit", "level", "alert", "session", "notice"]
    text: str
    severity: Severity


class MomentView(Struct, frozen=True):
    """Where the screen stands in the past; wall times, the time bar from `start_s` on.

    `speed` is 0 while it stands still; `session` is empty where it is the console's own.
    """

    at_s: float
    now_s: float
    start_s: float
    span_s: float
    speed: float
    session: str
    recording: bool
    marks: tuple[MarkView, ...] = ()
