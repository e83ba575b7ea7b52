"""Readings as OpenMetrics text (OpenMetrics 1.0), which Prometheus and its kin read.

A state is a state set; the circuits are one family with the capability as a label. What is unknown
has no sample of its own: `bolt_unknown` names it with the reason.
"""

from collections.abc import Iterator, Mapping

from prometheus_client.core import (
    CollectorRegistry,
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    StateSetMetricFamily,
)
from prometheus_client.openmetrics.exposition import generate_latest

from engine.evidence import clean
from engine.metrics import CATALOGUE, CIRCUIT, Reading, Spec, spec
from engine.store.sessions.sessions import Peer

PREFIX = "bolt_"


def openmetrics(readings: Mapping[str, Reading], session: Peer | None) -> bytes:
    """Return the text, "# EOF" at its end."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Readings(readings, session))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text


class _Readings:
    """Hands the readings to the library, family by family."""

    def __init__(self, readings: Mapping[str, Reading], session: Peer | None) -> None:
        self._readings, self._session = readings, session

    def collect(self) -> Iterator[Metric]:
        for name, one in CATALOGUE.items():
            yield _family(one, self._readings[name])
            if name == "circuits_open":
                yield self._circuits()
        yield self._unknown()
        if self._session is not None:
            yield _info(self._session)

    def _circuits(self) -> Metric:
        family = StateSetMetricFamily(
            f"{PREFIX}circuit", "Circuit of a capability.", labels=["capability"]
        )
        for name, reading in self._readings.items():
            if name.startswith(CIRCUIT):
                family.add_metric([name.removeprefix(CIRCUIT)], _states(spec(name), reading))
        return family

    def _unknown(self) -> Metric:
        family = GaugeMetricFamily(
            f"{PREFIX}unknown", "A metric that can't be told now.", labels=["metric", "reason"]
        )
        for name, reading in self._readings.items():
            if reading.value is None:
                family.add_metric([PREFIX + name, clean(reading.reason)], 1)
        return family


def _family(one: Spec, reading: Reading) -> Metric:
    name, value = PREFIX + one.name, reading.value
    if one.kind == "state":
        states = StateSetMetricFamily(name, one.help)
        if value is not None:
            states.add_metric([], _states(one, reading))
        return states
    number = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
    family = number(name, one.help, unit=one.unit)
    if isinstance(value, int | float):
        family.add_metric([], value)
    return family


def _states(one: Spec, reading: Reading) -> dict[str, bool]:
    return {state: state == reading.value for state in one.states}


def _info(session: Peer) -> Metric:
    family = InfoMetricFamily(f"{PREFIX}session", "The session whose figures these are.")
    said = {
        "session": session.session,
        "project": session.project,
        "pid": "" if session.pid is None else str(session.pid),
        "kind": "console" if session.interactive else "monitor",
    }
    family.add_metric([], {name: clean(text) for name, text in said.items()})
    return family
