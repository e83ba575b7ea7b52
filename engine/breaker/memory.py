"""How much of its memory budget the program holds, and what follows: shed, refuse, climb back.

    normal ──(80 % of the budget, or the system is short of memory)──► shedding
    shedding ──(95 %, or the system is in distress)──► refusing
    refusing ──► shedding ──► normal      a step at a time, once it has been well below for a while

A state machine without I/O and without a clock: times are monotonic seconds from the caller, and a
time before one that was seen counts as that one. What the program holds counts at once; the
system's pressure counts when two readings in a row agree, as somebody else's peak soon passes.
"""

from dataclasses import dataclass
from typing import Final, Literal

from engine.events import Pressure

State = Literal["normal", "shedding", "refusing"]
STATES: Final[tuple[State, ...]] = ("normal", "shedding", "refusing")
GIB: Final = 1 << 30
MARGIN: Final = 0.05  # of a mark; so far below it before the state goes back
CALM_S: Final = 6.0
_BY_PRESSURE: Final[dict[Pressure | None, State]] = {
    None: "normal",
    "normal": "normal",
    "warning": "shedding",
    "critical": "refusing",
}
Portion = Literal["none", "next", "all"]
_SHED: Final[dict[State, Portion]] = {"normal": "none", "shedding": "next", "refusing": "all"}


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be held; `shed_at` and `refuse_at` are shares of it.

    Attributes:
        problem: what was wrong with it as it was set, and what holds instead; else empty.
    """

    total_bytes: int
    shed_at: float = 0.8
    refuse_at: float = 0.95
    problem: str = ""

    @property
    def shed_bytes(self) -> int:
        return int(self.total_bytes * self.shed_at)

    @property
    def refuse_bytes(self) -> int:
        return int(self.total_bytes * self.refuse_at)


def budget(
    max_gb: float | None, shed_at: float, refuse_at: float, machine_bytes: int | None
) -> Budget:
    """Return the budget as it is set, or half of the machine's memory; never more than it has.

    Args:
        max_gb: GiB; None where it isn't set.
        machine_bytes: None where it isn't known.
    """
    problem = ""
    if max_gb is not None:
        total = int(max_gb * GIB)
        if machine_bytes is not None and total > machine_bytes:
            problem = (
                f"memory.max_memory_gb is {max_gb:g}, but the machine has "
                f"{machine_bytes / GIB:.1f} GB: that is the budget"
            )
            total = machine_bytes
    else:
        total = (machine_bytes or 8 * GIB) // 2
        if machine_bytes is None:
            problem = (
                "the machine's memory isn't known, so the budget is 4 GB; "
                "set memory.max_memory_gb to another"
            )
    if shed_at > refuse_at:
        problem = (
            f"memory.shed_at is {shed_at:g} and above memory.refuse_at, {refuse_at:g}: "
            f"caches are shed from {refuse_at:g} on"
        )
        shed_at = refuse_at
    return Budget(total, shed_at, refuse_at, problem)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one reading.

    Attributes:
        was: the state before, None where it is still the same.
        shed: how many more caches to give back now.
        cause: what is held, and how short of memory the system is.
        room_bytes: what may be taken again before the next shedding; 0 where none.
    """

    state: State
    was: State | None
    shed: Portion
    cause: str
    room_bytes: int


class Watermarks:
    """The state over time."""

    def __init__(self, of: Budget, *, calm_s: float = CALM_S) -> None:
        self.budget: Final = of
        self.state: State = "normal"
        self.cause = ""
        self._calm_s = calm_s
        self._pressure: Pressure | None = None
        self._well_since_s: float | None = None
        self._now_s = float("-inf")

    @property
    def allowed_below_bytes(self) -> int:
        """What may be held at most for heavy tasks to be allowed again."""
        return int(self.budget.refuse_bytes * (1 - MARGIN))

    def take(self, used_bytes: int, pressure: Pressure | None, now_s: float) -> Verdict:
        """Take one reading; `pressure` is the system's, None where it isn't known."""
        now = self._now_s = max(now_s, self._now_s)
        counts, self._pressure = _lesser(pressure, self._pressure), pressure
        wanted = self._at(used_bytes, counts, margin=0.0)
        left = self._at(used_bytes, pressure, margin=MARGIN)
        before = self.state
        if _rank(wanted) > _rank(before):
            self.state, self._well_since_s = wanted, None
        elif _rank(left) >= _rank(before):
            self._well_since_s = None
        elif self._well_since_s is None:
            self._well_since_s = now
        elif now - self._well_since_s >= self._calm_s:
            self.state, self._well_since_s = STATES[_rank(before) - 1], now
        self.cause = self._cause(used_bytes, counts)
        return Verdict(
            state=self.state,
            was=before if before != self.state else None,
            shed=_SHED[wanted],
            cause=self.cause,
            room_bytes=max(0, int(self.budget.shed_bytes - used_bytes))
            if self.state == "normal"
            else 0,
        )

    def _at(self, used_bytes: int, pressure: Pressure | None, *, margin: float) -> State:
        share = used_bytes / self.budget.total_bytes / (1 - margin)
        by_use: State = "normal"
        if share >= self.budget.refuse_at:
            by_use = "refusing"
        elif share >= self.budget.shed_at:
            by_use = "shedding"
        return max(by_use, _BY_PRESSURE[pressure], key=_rank)

    def _cause(self, used_bytes: int, pressure: Pressure | None) -> str:
        share = 100 * used_bytes / self.budget.total_bytes
        held = (
            f"{gigabytes(used_bytes)} of {gigabytes(self.budget.total_bytes)} held ({share:.0f} %)"
        )
        if pressure in ("warning", "critical"):
            held = f"the system's memory pressure is {pressure}; {held}"
        if self.state != "normal" and self._well_since_s is not None:
            well_s = self._now_s - self._well_since_s
            held += f", well below the mark for {well_s:.0f} s; {self._calm_s:g} s are needed"
        return held


def gigabytes(size_bytes: int) -> str:
    """Return a size as a person reads it: `1.50 GB`, `340 MB` (of 2^30 and 2^20 bytes)."""
    if size_bytes >= GIB:
        return f"{size_bytes / GIB:.2f} GB"
    return f"{size_bytes / (1 << 20):.0f} MB"


def _lesser(one: Pressure | None, other: Pressure | None) -> Pressure | None:
    """Return the pressure that both readings reach."""
    return min((one, other), key=lambda level: _rank(_BY_PRESSURE[level]))


def _rank(state: State) -> int:
    return STATES.index(state)
