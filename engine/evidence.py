"""What a query becomes: an understanding, a plan, evidence, an answer.

An `Answer` is one value: the console draws it, headless prints it as text, Markdown or JSON, and
the journal keeps it. Its JSON form is a public contract, versioned by `schema_version`.
"""

import re
from typing import Final, Literal

from msgspec import Struct, field

SCHEMA_VERSION = 1

Level = Literal["full", "limited", "monitoring", "existing_tools"]
Status = Literal["answered", "nothing_found", "degraded", "failed", "timed_out", "cancelled"]
TaskStatus = Literal["finished", "failed", "cancelled", "timed_out", "skipped"]
ErrorKind = Literal["usage", "not_understood", "unavailable", "failed", "timeout", "skipped"]
PUT_WRONGLY: Final[tuple[ErrorKind, ...]] = ("usage", "not_understood")
Cell = str | int | float | bool | None
Argument = str | int | float | bool | None | tuple[str, ...]

SEVERAL: Final = ("multi_part", "multi_part_untimed")
"""What a query of several parts is understood as; the second where one of them is not timed."""
NOT_TIMED: Final = ("monitor", "benchmark", "validation", SEVERAL[1])
"""Intents whose length was asked for, or is what is measured: they count in no response time."""
NOT_TIMED_WORDS: Final = f"{', '.join(NOT_TIMED[:-1])}, and questions with one of them as a part"

# C0 (tab apart), DEL, C1, the bidirectional overrides, and halves of surrogate pairs.
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Return one line of text that a terminal shows as it is: no control or escape characters."""
    return _UNSAFE.sub("\ufffd", text.expandtabs(4))


def counted(count: int, one: str, many: str = "") -> str:
    """Return "1 row", "2 rows", "0 rows"."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


class Finding(Struct, frozen=True):
    """One place that shows what was said; `line` counts from 1, None means the whole file."""

    path: str
    line: int | None
    text: str


class Figure(Struct, frozen=True):
    """One number with its unit and source; an unknown one has no value but a reason."""

    name: str
    value: Cell
    unit: str = ""
    source: str = ""
    age_s: float | None = None
    reason: str | None = None


class Findings(Struct, frozen=True, tag="findings", tag_field="kind"):
    title: str
    items: tuple[Finding, ...]
    total: int
    truncated: bool = False


class Figures(Struct, frozen=True, tag="figures", tag_field="kind"):
    title: str
    items: tuple[Figure, ...]


class Table(Struct, frozen=True, tag="table", tag_field="kind"):
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Curve(Struct, frozen=True):
    """A further line of a series, over the same x and in the same unit; None is a gap."""

    name: str
    y: tuple[float | None, ...]


class Place(Struct, frozen=True):
    """A place on the x of a series that is worth a name: a breakeven, the spot, a strike."""

    x: float
    name: str


class Series(Struct, frozen=True, tag="series", tag_field="kind"):
    """One line or several over one ascending x; None is a gap.

    `y` is in `unit`, and `label` names it beside `others`. `x_unit` says what x counts: "s",
    seconds since the first point; "date", days since 1970-01-01; anything else is the unit itself
    (a currency). `x_label` names the axis where its unit does not.
    """

    title: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    unit: str
    x_unit: str = "s"
    x_label: str = ""
    label: str = ""
    others: tuple[Curve, ...] = ()
    marks: tuple[Place, ...] = ()


class Text(Struct, frozen=True, tag="text", tag_field="kind"):
    title: str
    text: str


Section = Findings | Figures | Table | Series | Text


class Mark(Struct, frozen=True):
    """One thing that a review should weigh: what is there, and why it matters.

    `severity` is from 0 to 1, comparable between tools: from about 2/3 on it breaks or endangers
    something, from about 1/3 on it costs, below that it is worth knowing. `line` counts from 1,
    None means the whole file. `source` is the name of the tool that saw it.
    """

    path: str
    line: int | None
    text: str
    severity: float
    reason: str
    source: str


class Evidence(Struct, frozen=True):
    """What one tool found: a sentence and its proof.

    `found=False` says that the tool worked and there was nothing. `weight` orders verdicts: the
    heaviest task's sentence leads the answer. `lacks` says in what way this is the poorer answer.
    `marks` are for a task that needs this one and ranks what several tools saw.
    """

    verdict: str
    sections: tuple[Section, ...] = ()
    found: bool = True
    weight: int = 0
    lacks: str | None = None
    assumptions: tuple[str, ...] = ()
    not_searched: dict[str, int | str] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


class Understanding(Struct, frozen=True):
    """How a query was read; `confidence` from 0 to 1."""

    text: str
    understood_as: str
    intent: str
    slots: dict[str, Argument] = field(default_factory=dict)
    confidence: float = 1.0


class PlannedTask(Struct, frozen=True):
    """One node of a plan: data only, so that it can be shown, journaled and shipped."""

    id: str
    tool: str
    arguments: dict[str, Argument] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    capability: str | None = None
    priority: int = 0


class Plan(Struct, frozen=True):
    tasks: tuple[PlannedTask, ...]
    assumptions: tuple[str, ...] = ()


class TaskError(Struct, frozen=True):
    """Why a task gave nothing: one sentence of cause, one of remedy (it may be empty)."""

    kind: ErrorKind
    cause: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.cause}; {self.remedy}" if self.remedy else self.cause


class TaskRecord(Struct, frozen=True):
    """What became of a task; times in ms since the query was asked."""

    id: str
    tool: str
    agent: str | None
    status: TaskStatus
    needs: tuple[str, ...]
    started_ms: float | None
    elapsed_ms: float | None
    attempts: int
    error: TaskError | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to one query: a verdict in a sentence first, then the proof."""

    schema_version: int = SCHEMA_VERSION
    status: Status
    level: Level
    query: Understanding
    verdict: str
    sections: tuple[Section, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    assumptions: tuple[str, ...] = ()
    not_searched: dict[str, int | str] = field(default_factory=dict)
    elapsed_ms: float = 0.0


def timed(answer: Answer) -> bool:
    """Whether the time that the answer took tells how fast queries are served."""
    return answer.query.intent not in NOT_TIMED


def usage_error(answer: Answer) -> bool:
    """Whether what was asked for can't be, as with wrong options or a pattern that is none."""
    return _failed_of(answer, ("usage",))


def put_wrongly(answer: Answer) -> bool:
    """Whether the answer failed because of how the question was put, understood or not."""
    return _failed_of(answer, PUT_WRONGLY)


def _failed_of(answer: Answer, kinds: tuple[ErrorKind, ...]) -> bool:
    errors = [task.error for task in answer.tasks if task.error is not None]
    return answer.status == "failed" and any(error.kind in kinds for error in errors)
