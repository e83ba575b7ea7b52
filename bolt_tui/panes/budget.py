"""The program's own memory beside its budget: quiet while there is room, loud when there isn't."""

from typing import Literal

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line
from bolt_tui.panes.marks import Mark, span_of
from bolt_tui.panes.units import share, size
from engine.events import MemoryChanged

BUDGET: dict[Literal["normal", "shedding", "refusing"], Mark] = {
    "normal": Mark("●", "within", "good"),
    "shedding": Mark("▲", "shedding", "warn"),
    "refusing": Mark("✗", "refusing", "bad"),
}
NAMED = 3


def budget_line(memory: MemoryChanged, ink: Ink) -> Line:
    """Return whether it is within its budget, and how much of it was used at the last change."""
    used, of = share(memory.used_bytes, memory.budget_bytes)
    return [
        span_of(BUDGET[memory.state], ink),
        (f" {used}", ink.text),
        (f"{of} budget", ink.quiet),
    ]


def holders_of(memory: MemoryChanged, most: int = NAMED) -> str:
    """Return who holds most, the biggest first; empty where nobody is named."""
    return ", ".join(f"{name} {size(held)}" for name, held in memory.holders[:most])
