"""What one measurement showed of one criterion."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

State = Literal["proven", "failed", "unproven"]
UNKNOWN = "unknown"  # the figure of what could not be seen
_WORST: tuple[State, ...] = ("proven", "unproven", "failed")
_MANY = 3
_LONG = 300


class Shown(Struct, frozen=True):
    """`figure` is what was seen; `proof` how, or why it can't be shown, or what to do."""

    state: State
    figure: str
    proof: str


def judged(holds: bool, figure: str, proof: str) -> Shown:
    """Return what was measured, held against its bar."""
    return Shown("proven" if holds else "failed", figure, proof)


def failed(proof: str, figure: str = UNKNOWN) -> Shown:
    """Return what does not hold, and why."""
    return Shown("failed", figure, proof)


def unproven(proof: str, figure: str = UNKNOWN) -> Shown:
    """Return what can't be shown here, and why."""
    return Shown("unproven", figure, proof)


def worst(shown: Sequence[Shown]) -> State:
    """Return the state of what needs all of these."""
    return max((one.state for one in shown), key=_WORST.index, default="unproven")


def listed(problems: Sequence[str]) -> str:
    """Return the first of some sentences as one, each once, and how many there are besides."""
    each = list(dict.fromkeys(problems))
    rest = f"; and {len(each) - _MANY} more" if len(each) > _MANY else ""
    return "; ".join(map(shortened, each[:_MANY])) + rest


def shortened(text: str) -> str:
    """Return a text that fits a few lines."""
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
