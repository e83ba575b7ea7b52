"""The plan's acceptance criteria, in its order, with what belongs to them besides."""

from dataclasses import dataclass
from typing import Final, Literal

Phase = Literal["1", "2", "3", "final"]
Which = Literal["1", "2", "3", "final", "all"]
Part = Literal[
    "commands", "fallback", "kernels", "history", "session", "database", "integration", "health",
    "alerting",
]  # fmt: skip
PHASES: Final[tuple[Phase, ...]] = ("1", "2", "3", "final")


@dataclass(frozen=True, slots=True)
class Bar:
    """One criterion, what it is held against, which part measures it, how to see it again."""

    name: str
    phase: Phase
    part: Part
    text: str
    bar: str
    again: str
    required: bool = True


BARS: Final = (
    # ── phase 1 ──────────────────────────────────────────────────────────────────────────────
    Bar("status", "1", "commands", "status works reliably", "each run answers, at level full",
        "bolt-tui status"),
    Bar("monitor", "1", "commands", "monitor works reliably", "watches to its end and answers",
        "bolt-tui monitor --duration 30"),
    Bar("status_memory", "1", "commands", "status takes little memory", "below 2 GB",
        "bolt-tui validate --phase 1"),
    Bar("memory", "1", "session", "memory of a live session", "below 5 GB",
        "bolt-tui validate --phase 1"),
    Bar("acceleration", "1", "kernels", "hardware acceleration functional",
        "Metal right to 1e-3, beats NumPy", "bolt-tui benchmark"),
    Bar("vectors", "1", "kernels", "vectorised kernels", "right to 1e-10, 5 x a scalar loop",
        "bolt-tui benchmark", required=False),
    Bar("fallback", "1", "fallback", "fallback system operational",
        "the rest answers, gaps say why", "bolt-tui drill"),
    Bar("crash_free", "1", "history", "zero crashes in a 48-hour test period",
        "48 h of sessions, none died", "bolt-tui --run 'sessions of the last 90 days'"),
    Bar("soak", "1", "history", "soak in accelerated time",
        "48 h or more, nothing wrong", "bolt-tui soak --hours 48", required=False),
    # ── phase 2 ──────────────────────────────────────────────────────────────────────────────
    Bar("search", "2", "session", "text search restored", "the same lines as ripgrep",
        "bolt-tui --run 'find WORD'; rg WORD"),
    Bar("graph", "2", "session", "dependency analysis working",
        "same importers as Python's parser", "bolt-tui --run ':importers FILE'"),
    Bar("database", "2", "database", "database concurrency resolved",
        "nothing lost or doubled, store sound", "bolt-tui store verify"),
    Bar("success_80", "2", "session", "query success rate", "above 80 %",
        "bolt-tui --run 'success rate'"),
    Bar("parallel", "2", "session", "parallel execution",
        "above 1.2 tasks at a time, no slower", "bolt-tui validate --phase 2"),
    Bar("integration", "2", "integration", "integration tests pass",
        "drill as expected, tests pass", "bolt-tui drill"),
    # ── phase 3 ──────────────────────────────────────────────────────────────────────────────
    Bar("agents", "3", "session", "multi-agent orchestration functional",
        "all tasks finish, in their order", "bolt-tui --run 'analyze FILE' -o json"),
    Bar("trading_wheel", "3", "session", "wheel strategy query", "answered with evidence",
        "bolt-tui --run 'analyze wheel strategy performance in FILE'"),
    Bar("trading_pricing", "3", "session", "options pricing query", "answered with evidence",
        "bolt-tui --run 'review options pricing models for Unity'"),
    Bar("trading_risk", "3", "session", "risk of current positions", "answered with evidence",
        "bolt-tui --run 'calculate risk metrics for current positions'"),
    Bar("existing_tools", "3", "session", "performance matches existing tools",
        "searches no slower than ripgrep's", "bolt-tui benchmark"),
    Bar("load", "3", "session", "stable under concurrent load",
        "20 in under 60 s, under 10 % errors", "bolt-tui validate --phase 3"),
    Bar("health", "3", "health", "every part is well", "nothing critical", "bolt-tui health"),
    Bar("alerts_mechanism", "3", "alerting", "alerting: the mechanism",
        "refused once, a message arrives once", "bolt-tui validate --phase 3"),
    # ── final ────────────────────────────────────────────────────────────────────────────────
    Bar("week", "final", "history", "all validations passing for 1 week",
        "one on each of 7 days, all passed", "bolt-tui report --span 7d"),
    Bar("memory_peak", "final", "session", "memory peak", "below 8 GB, now and on record",
        "bolt-tui --run 'memory over the last 90 days'"),
    Bar("success_90", "final", "session", "query success rate", "above 90 %",
        "bolt-tui --run 'success rate'"),
    Bar("response", "final", "session", "average response time", "below 10 s",
        "bolt-tui --run 'response times'"),
    Bar("critical_failures", "final", "history", "zero critical failures in production",
        "none in 7 days, 24 h recorded", "bolt-tui report --span 7d"),
    Bar("monitored", "final", "history", "monitoring fully operational",
        "health looked at in 23 of 24 hours", "bolt-tui service install"),
    Bar("alerts_delivered", "final", "history", "alerting fully operational",
        "your channel took one in 90 days", "bolt-tui alerts test"),
    Bar("trading", "final", "session", "trading integration with real scenarios",
        "all three answered on your book", "bolt-tui validate --phase 3"),
)  # fmt: skip


def text_of(name: str) -> str:
    """Return what people read for a criterion's name."""
    return next((bar.text for bar in BARS if bar.name == name), name)


def bars(phase: Which) -> tuple[Bar, ...]:
    """Return the criteria of one phase, or all."""
    return tuple(bar for bar in BARS if phase in (bar.phase, "all"))
