"""The glyph and the word for each status of an answer, on screen and in text alike."""

from engine.evidence import Status

STATUS: dict[Status, tuple[str, str]] = {
    "answered": ("✓", "answered"),
    "nothing_found": ("○", "nothing found"),
    "degraded": ("▲", "degraded"),
    "failed": ("✗", "failed"),
    "timed_out": ("✗", "timed out"),
    "cancelled": ("■", "cancelled"),
}
