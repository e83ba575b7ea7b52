"""The records that the state is made of: frozen, and replaced when something changes."""

from typing import Literal

from msgspec import Struct

from engine.events import CircuitState, Severity
from engine.evidence import Answer, Level, PlannedTask, Status, TaskStatus, Understanding


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
    """`next_try_s` is on the session's monotonic clock."""

    capability: str
    state: CircuitState
    cause: str
    failures: int
    since_s: float
    since_wall_s: float
    next_try_s: float | None


class LevelView(Struct, frozen=True):
    level: Level
    why: str
    lift: str
    since_s: float
    since_wall_s: float


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
