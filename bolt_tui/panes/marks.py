"""The glyph and the word of every state. Colour only repeats what these two say."""

from typing import Literal, NamedTuple

from bolt_tui.glyphs import STATUS
from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line, Span
from bolt_tui.panes.units import UNKNOWN
from engine.events import CheckState, CircuitState, Pressure, Severity
from engine.evidence import Level, Status, TaskStatus

Tone = Literal["text", "quiet", "good", "accent", "warn", "bad"]


class Mark(NamedTuple):
    glyph: str
    word: str
    tone: Tone


QUERY: dict[Status | Literal["running"], Mark] = {
    "running": Mark("◌", "running", "accent"),
    "answered": Mark(*STATUS["answered"], "good"),
    "nothing_found": Mark(*STATUS["nothing_found"], "quiet"),
    "degraded": Mark(*STATUS["degraded"], "warn"),
    "failed": Mark(*STATUS["failed"], "bad"),
    "timed_out": Mark(*STATUS["timed_out"], "bad"),
    "cancelled": Mark(*STATUS["cancelled"], "quiet"),
}
TASK: dict[TaskStatus | Literal["running", "queued"], Mark] = {
    "running": Mark("◌", "running", "accent"),
    "queued": Mark("·", "queued", "quiet"),
    "finished": Mark("✓", "finished", "good"),
    "failed": Mark("✗", "failed", "bad"),
    "cancelled": Mark("■", "cancelled", "quiet"),
    "timed_out": Mark("✗", "timed out", "bad"),
    "skipped": Mark("○", "skipped", "quiet"),
}
CIRCUIT: dict[CircuitState, Mark] = {
    "open": Mark("✗", "open", "bad"),
    "half_open": Mark("◐", "half-open", "warn"),
    "closed": Mark("●", "closed", "good"),
    "absent": Mark("○", "absent", "quiet"),
}
LEVEL: dict[Level, Mark] = {
    "full": Mark("●", "full", "good"),
    "limited": Mark("▲", "limited", "warn"),
    "monitoring": Mark("▲", "monitoring", "bad"),
    "existing_tools": Mark("✗", "existing tools", "bad"),
}
SEVERITY: dict[Severity, Mark] = {
    "critical": Mark("✗", "critical", "bad"),
    "warning": Mark("▲", "warning", "warn"),
    "info": Mark("●", "note", "accent"),
}
CHECK: dict[CheckState, Mark] = {
    "ok": Mark("●", "ok", "good"),
    "warning": Mark("▲", "warning", "warn"),
    "critical": Mark("✗", "critical", "bad"),
    "unknown": Mark("–", "unknown", "warn"),
}
CRITERION: dict[Literal["proven", "failed", "unproven"], Mark] = {
    "proven": Mark("✓", "proven", "good"),
    "failed": Mark("✗", "failed", "bad"),
    "unproven": Mark("○", "unproven", "quiet"),
}
DELIVERY: dict[Literal["sent", "unsure", "failed", "given_up", "withdrawn"], Mark] = {
    "sent": Mark("✓", "sent", "good"),
    "unsure": Mark("▲", "unsure", "warn"),
    "failed": Mark("✗", "failed", "bad"),
    "given_up": Mark("✗", "given up", "bad"),
    "withdrawn": Mark("○", "withdrawn", "quiet"),
}
PRESSURE: dict[Pressure, Mark] = {
    "normal": Mark("●", "normal", "good"),
    "warning": Mark("▲", "warning", "warn"),
    "critical": Mark("✗", "critical", "bad"),
}


def span_of(mark: Mark, ink: Ink) -> Span:
    """Return glyph and word in the state's tone."""
    return f"{mark.glyph} {mark.word}", getattr(ink, mark.tone)


def glyph_of(mark: Mark, ink: Ink) -> Span:
    return mark.glyph, getattr(ink, mark.tone)


def figure_of(name: str, value: str, ink: Ink) -> Line:
    """Return a quiet name and its value."""
    return [(f"{name} ", ink.quiet), (value, ink.text if value != UNKNOWN else ink.quiet)]
