"""The engine about itself: in a few quiet words, and in full."""

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line
from bolt_tui.panes.units import UNKNOWN, size
from engine.events import EngineSample

LATE_MS = 8.0  # what the loop may be late: a frame and a half


def brief(sample: EngineSample | None, ink: Ink) -> Line:
    """Return memory, CPU and lateness of the engine; late is loud."""
    if sample is None:
        return []
    late = sample.loop_lag_p99_ms is not None and sample.loop_lag_p99_ms > LATE_MS
    used = UNKNOWN if sample.cpu_pct is None else f"{sample.cpu_pct:.1f} %"
    return [
        (f"engine {size(sample.rss_bytes)}  {used}  ", ink.quiet),
        (f"lag {_ms(sample.loop_lag_p99_ms)} ", ink.warn if late else ink.quiet),
    ]


def full(sample: EngineSample, ink: Ink) -> list[Line]:
    """Return every counter of the engine, a few to a line."""
    rows = (
        (
            ("memory", size(sample.rss_bytes)),
            ("loop lag p99", _ms(sample.loop_lag_p99_ms)),
            ("most", _ms(sample.loop_lag_max_ms)),
        ),
        (
            ("events", f"{sample.bus_published:,}"),
            ("waiting", f"{sample.bus_depth:,}"),
            ("conflated", f"{sample.bus_conflated:,}"),
            ("overruns", f"{sample.bus_lagged:,}"),
            ("readers", f"{sample.subscribers}"),
        ),
        (
            ("journal written", f"{sample.journal_written:,}"),
            ("pending", f"{sample.journal_pending:,}"),
            ("dropped", f"{sample.journal_dropped:,}"),
        ),
        (
            ("cursors", f"{sample.leases_open} of {sample.leases_max}"),
            ("waiting", f"{sample.leases_waiting}"),
            ("waited most", _ms(sample.leases_waited_max_ms)),
            ("held most", _ms(sample.leases_held_max_ms)),
        ),
    )
    return [_row(row, ink) for row in rows]


def _row(pairs: tuple[tuple[str, str], ...], ink: Ink) -> Line:
    line: Line = [("  ", ink.text)]
    for name, value in pairs:
        line += [(f"{name} ", ink.quiet), (f"{value}   ", ink.text)]
    return line


def _ms(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} ms"
