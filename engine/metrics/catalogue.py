"""The metrics by name: unit, kind and what each says.

Names and units are those of OpenMetrics, without a prefix: bytes, seconds, ratios from 0 to 1. A
state is one of a few words.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from engine.events import CheckState, CircuitState, Pressure
from engine.evidence import Level

Unit = Literal["bytes", "seconds", "ratio", ""]
Kind = Literal["gauge", "counter", "state"]

CIRCUIT: Final = "circuit."


@dataclass(frozen=True, slots=True)
class Spec:
    """What one metric is; `states` are the words that a state can be."""

    name: str
    unit: Unit
    kind: Kind
    help: str
    states: tuple[str, ...] = ()


def spec(name: str) -> Spec:
    """Return what a metric is, that of one circuit (`circuit.<capability>`) included.

    Raises:
        KeyError: there is no such metric.
    """
    if name.startswith(CIRCUIT) and name != CIRCUIT:
        said = f"Circuit of the capability {name.removeprefix(CIRCUIT)}."
        return Spec(name, "", "state", said, get_args(CircuitState))
    return CATALOGUE[name]


def _gauge(name: str, unit: Unit, said: str) -> Spec:
    return Spec(name, unit, "gauge", said)


def _state(name: str, states: tuple[str, ...], said: str) -> Spec:
    return Spec(name, "", "state", said, states)


_MACHINE = (
    _gauge("memory_used_bytes", "bytes", "Memory of the machine less what is available."),
    _gauge("memory_total_bytes", "bytes", "Memory of the machine."),
    _gauge("memory_available_bytes", "bytes", "Memory that can be had without swapping."),
    _state("memory_pressure", get_args(Pressure), "How short of memory the machine is."),
    _gauge("swap_used_bytes", "bytes", "Swap in use."),
    _gauge("cpu_ratio", "ratio", "Busy share of all cores."),
    _gauge("gpu_ratio", "ratio", "Busy share of the busiest GPU."),
    _gauge("gpu_memory_used_bytes", "bytes", "Memory in use of all GPUs whose memory is known."),
    _gauge("load_1m", "", "Load average over one minute."),
)
_ENGINE = (
    _gauge("own_memory_bytes", "bytes", "Memory of this program and its children."),
    _gauge("memory_budget_bytes", "bytes", "Memory that this program may take."),
    _gauge("own_cpu_ratio", "ratio", "CPU time of this program, as a share of one core."),
    _gauge("loop_lag_p99_seconds", "seconds", "Delay of the event loop over a minute, p99."),
    _gauge("loop_lag_max_seconds", "seconds", "Delay of the event loop over a minute, longest."),
    _gauge("agents_running", "", "Agents at work."),
    _gauge("agents_max", "", "Agents that may work at once."),
    _gauge("tasks_queued", "", "Tasks that wait for an agent."),
    _gauge("leases_open", "", "DuckDB cursors that are lent out."),
    _gauge("leases_waiting", "", "Who waits for a DuckDB cursor."),
    _gauge("journal_pending", "", "Events that are not written yet."),
    Spec("journal_dropped", "", "counter", "Events that the journal dropped in this session."),
    Spec("bus_lagged", "", "counter", "Subscribers that were overrun in this session."),
)
_QUERIES = (
    _gauge("queries_ended", "", "Queries that ended within the window, in all sessions."),
    _gauge(
        "query_success_ratio", "ratio", "Share of answered ones; cancelled and refused don't count."
    ),
    _gauge("response_mean_seconds", "seconds", "Time to the end of a query, mean."),
    _gauge("response_p50_seconds", "seconds", "Time to the end of a query, median."),
    _gauge("response_p95_seconds", "seconds", "Time to the end of a query, 95th percentile."),
    _gauge("response_p99_seconds", "seconds", "Time to the end of a query, 99th percentile."),
    _gauge("errors_last_hour", "", "Queries that failed or ran out of time within the window."),
)
_STANDING = (
    _gauge("circuits_open", "", "Capabilities out of order: circuit open or half open."),
    _state("level", get_args(Level), "What the engine can serve."),
    _gauge("alerts_firing", "", "Alerts that fire."),
    _state("health", get_args(CheckState), "The worst of the last health check within 2 hours."),
    _gauge("deliveries_failing", "", "Messages of the last hour that no receiver took."),
)

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "machine": tuple(one.name for one in _MACHINE),
    "session": tuple(one.name for one in _ENGINE),
    "queries": tuple(one.name for one in _QUERIES),
    "standing": tuple(one.name for one in _STANDING),
}
CATALOGUE: Final[dict[str, Spec]] = {
    one.name: one for one in (*_MACHINE, *_ENGINE, *_QUERIES, *_STANDING)
}
