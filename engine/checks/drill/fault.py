"""What is done to a scratch session, and how it has to react."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.checks.drill.clocks import DrillClock
from engine.events import CircuitChanged, Event
from engine.evidence import Level, Status
from engine.runtime import Engine

RAISES_S: Final = 2.0
SLOWS_S: Final = 15.0
# Nobody waits longer for a fault to be noticed: the drill has to come to an end.
LONGEST_S: Final = 25.0
_NO_SETTINGS: Final[Mapping[str, str]] = {}
SEARCH: Final = "find black_scholes"
IMPORTS: Final = "what imports desk/pricing.py"
STATUS: Final = "system status"


@dataclass(slots=True)
class Scene:
    """The scratch session that a fault is done to."""

    folder: Path
    clock: DrillClock
    project: Path
    store: Path
    engine: Engine | None = None
    wrong: list[str] = field(default_factory=list)  # what a fault itself finds not as it should be

    @property
    def open(self) -> Engine:
        """The session's engine, once it is open."""
        assert self.engine is not None
        return self.engine


Hold = Callable[[Scene], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Expected:
    """The reaction that is right.

    Attributes:
        circuit: the capability whose circuit opens; empty: none may; None: either way.
        level: the lowest level that is reached; None: any.
        question: asked while the fault lasts.
        statuses: what its answer may be.
        says: what its answer must say.
        within_s: the longest time to detection.
    """

    circuit: str | None
    level: Level | None
    question: str
    statuses: frozenset[Status]
    says: str = ""
    within_s: float = RAISES_S

    @property
    def words(self) -> str:
        """The reaction in a phrase."""
        status = " or ".join(sorted(self.statuses))
        if self.circuit is None:
            return status
        circuit = f"{self.circuit} opens" if self.circuit else "no circuit opens"
        return f"{circuit}, {self.level}, {status}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: entering `hold` does it, leaving it undoes it.

    Attributes:
        does: what is done, a phrase.
        settings: of the scratch session, beside those that all have.
        engine: the class of the scratch session's engine.
        ready: makes what the fault needs of a project, before the session opens.
        seen: whether an event shows that the fault was noticed; without it the circuit's opening.
        well: whether nothing is left of it; without it circuit and level are as before.
        lasts_s: how long it goes on once it was noticed.
        notice: whether anything must be noticed at all.
        from_start: it is done before the session opens.
        askers: how many ask at the same time.
        most_errors: the share of the queries that may fail, from 0 to 1.
        impossible: why it can't be done on this machine; empty where it can.
        after: looks at what the session left and returns what is wrong with it.
    """

    name: str
    does: str
    expected: Expected
    hold: Hold
    settings: Mapping[str, str] = field(default_factory=lambda: _NO_SETTINGS)
    engine: type[Engine] = Engine
    ready: Callable[[Scene], None] | None = None
    seen: Callable[[Event], bool] | None = None
    well: Callable[[Engine], bool] | None = None
    lasts_s: float = 1.0
    notice: bool = True
    from_start: bool = False
    askers: int = 3
    most_errors: float = 0.1
    impossible: Callable[[], str] = str
    after: Callable[[Scene], list[str]] | None = None

    def notices(self, event: Event) -> bool:
        """Whether an event shows that the fault was noticed."""
        if self.seen is not None:
            return self.seen(event)
        circuit = self.expected.circuit
        return (
            isinstance(event, CircuitChanged)
            and event.capability == circuit
            and event.state == "open"
        )

    def is_over(self, engine: Engine, level: Level) -> bool:
        """Whether all is as it was before, when the level was `level`."""
        if engine.board.standing.level != level:
            return False
        if self.well is not None:
            return self.well(engine)
        return not {"open", "half_open"} & set(engine.board.states().values())
