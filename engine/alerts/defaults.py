"""The rules that hold without a word from the user: few, each something to act upon, else quiet.

They are tables as a user writes them, so that a table of the same name replaces key by key. Those
over a window of queries are kept firing for a while: a ratio that swings about its bar is one
incident, not ten.
"""

from collections.abc import Mapping
from typing import Final

Tables = Mapping[str, Mapping[str, object]]

DEFAULTS: Final[Tables] = {
    # The plan's 15 GB alone would tell of a healthy 64 GB machine; pressure says that it hurts.
    # Its own processes over their own budget are a fault on any machine. Both come and go within
    # seconds while something loads, so a minute of it counts.
    "high_memory": {
        "expr": (
            '(memory_used_bytes > 15 * GiB and memory_pressure != "normal")'
            " or own_memory_bytes > memory_budget_bytes"
        ),
        "for": "1m",
        "keep_firing_for": "2m",
        "severity": "critical",
        "summary": "Memory is short: {value}",
        "remedy": "see who holds it: bolt-tui --run memory; close what is not needed",
    },
    # The plan's 0.8. Of fewer than ten queries two failed ones would be under it.
    "low_success": {
        "expr": "query_success_ratio < 0.8",
        "minimum_events": 10,
        "keep_firing_for": "5m",
        "severity": "critical",
        "summary": "Too few queries succeed: {value}",
        "remedy": 'see which failed and why: bolt-tui --run "failed queries of the last hour"',
    },
    # The plan's ten an hour; more than ten failures come of at least eleven queries.
    "many_errors": {
        "expr": "errors_last_hour > 10",
        "minimum_events": 11,
        "keep_firing_for": "5m",
        "severity": "warning",
        "summary": "Many queries fail: {value}",
        "remedy": 'see which and why: bolt-tui --run "failed queries of the last hour"',
    },
    # The plan's 30 s. A mean of fewer than five could rest on a single query that ran out of time.
    "slow_responses": {
        "expr": "response_mean_seconds > 30",
        "minimum_events": 5,
        "keep_firing_for": "5m",
        "severity": "warning",
        "summary": "Answers take long: {value}",
        "remedy": 'see which: bolt-tui --run "slowest queries of the last hour"',
    },
    # A circuit heals itself within a minute or so; one that is out for a quarter of an hour needs
    # somebody.
    "circuit_open": {
        "expr": "circuits_open > 0",
        "for": "15m",
        "severity": "warning",
        "summary": "A capability stays out of order: {value}",
        "remedy": "see which and why: bolt-tui --run circuits",
    },
    # The health check names the cause itself; it is looked at hourly, so nothing is to be awaited.
    "health_failed": {
        "expr": 'health == "critical"',
        "severity": "critical",
        "summary": "The last health check failed: {value}",
        "remedy": "see what: bolt-tui -C {project} health",
    },
    # Told on the screen and over the other channel. The outbox tries again at least every ten
    # minutes, so after a quarter of an hour it was no hiccup.
    "delivery_failing": {
        "expr": "deliveries_failing > 0",
        "for": "15m",
        "severity": "warning",
        "summary": "Alerts do not arrive: {value}",
        "remedy": "see why, and try it: bolt-tui alerts test",
    },
}
