"""Why a figure is a dash: shown in a zoomed pane and in its tooltip; why there is none yet."""

from collections.abc import Mapping

from bolt_tui.panes.line import Line, wrapped
from bolt_tui.panes.pane import Canvas
from bolt_tui.state import ConsoleState

UNITS = ("bps", "bytes", "c", "mhz", "pct", "w")


def nothing_yet(state: ConsoleState, canvas: Canvas, awaited: str) -> list[Line]:
    """Return what stands in place of what was not told so far, and never is without an engine."""
    said = "unknown: the engine is not open" if state.refused else f"waiting for {awaited}"
    return [[(row, canvas.ink.quiet)] for row in wrapped(said, canvas.width)]


def sentences(unknown: Mapping[str, str]) -> list[str]:
    """Return one sentence for each reading that could not be taken."""
    return [f"{_spoken(field)}: {reason}" for field, reason in sorted(unknown.items())]


def _spoken(field: str) -> str:
    """Return a field's name without its unit."""
    words = field.split("_")
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in UNITS else words)


def reasons(unknown: Mapping[str, str], canvas: Canvas) -> list[Line]:
    """Return the reasons as lines of a zoomed pane; elsewhere nothing."""
    if not (canvas.zoomed and unknown):
        return []
    rows = [row for sentence in sentences(unknown) for row in wrapped(sentence, canvas.width - 2)]
    ink = canvas.ink
    return [[], [("not known", ink.quiet)], *([("  " + row, ink.text)] for row in rows)]
