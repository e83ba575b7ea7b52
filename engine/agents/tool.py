"""What a tool is, what it is given, and how it fails.

ToolError         the task gave nothing; carries cause and remedy, each a sentence
├── Refused       the question can't be worked on as it was put
└── Unavailable   this machine or project lacks what it takes
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.agents.services import Services
from engine.evidence import Argument, ErrorKind, Evidence, TaskError, clean

Progress = Callable[[str, float | None, float | None], None]


class ToolError(Exception):
    """A task that failed; `blameless` ones say nothing about the capability's health."""

    kind: ErrorKind = "failed"
    blameless = False

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause)
        self.error = TaskError(self.kind, clean(cause), clean(remedy))


class Refused(ToolError):
    kind = "usage"
    blameless = True


class NotUnderstood(ToolError):
    kind = "not_understood"
    blameless = True


class Unavailable(ToolError):
    kind = "unavailable"
    blameless = True


@dataclass(slots=True)
class Call:
    """One attempt's surroundings: arguments, evidence of the tasks it needs, the engine's parts.

    `progress(text, done, total)` shows how far it is; `partial` keeps what there is so far, for an
    answer that is cut short. `untried` says why the task's capability is left alone, to a tool that
    has a poorer way. `poorer` takes a sentence on each way in which the evidence is the poorer one,
    and what the capability failed of: it counts as failed where it was tried.
    """

    arguments: Mapping[str, Argument]
    services: Services
    inputs: Mapping[str, Evidence] = field(default_factory=dict)
    progress: Progress = lambda text, done, total: None
    partial: Callable[[Evidence], None] = lambda evidence: None
    untried: str = ""
    poorer: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def number(self, name: str) -> float | None:
        value = self.arguments.get(name)
        return float(value) if isinstance(value, int | float) else None

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) is True

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.arguments.get(name)
        return value if isinstance(value, tuple) else ()


def lacking(evidence: Evidence, poorer: Iterable[str]) -> Evidence:
    """Return the evidence with what makes it the poorer one, after what it lacks by itself."""
    said = [*([evidence.lacks] if evidence.lacks else []), *poorer]
    return replace(evidence, lacks="; ".join(said)) if said else evidence


@dataclass(frozen=True, slots=True)
class Tool:
    """A piece of work by name.

    `idempotent` work is tried a second time when it fails. A `tolerant` tool runs when at least one
    of the tasks that it needs has succeeded. `timeout_s` None takes the configured one. `heavy`
    work takes much memory, and isn't begun when that is short.
    """

    run: Callable[[Call], Awaitable[Evidence]]
    idempotent: bool = True
    tolerant: bool = False
    timeout_s: float | None = None
    endless: bool = False
    heavy: bool = False
