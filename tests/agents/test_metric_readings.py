from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.agents.tools.metric_readings import alerts_firing, metric_figures, success_sentence
from engine.alerts import standing_file
from engine.alerts.lock import LOCK, AlertLock
from engine.alerts.standing import Alert, Phase, Standing
from engine.events import CircuitChanged, EngineSample
from engine.file_lock import Owner
from engine.metrics import Metrics
from tests.metrics.events import end

_PHASES: tuple[Phase, ...] = ("pending", "firing", "kept", "firing")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[AlertLock]:
    """The lock of a session that evaluates."""
    lock = AlertLock(tmp_path / "alerts", Owner("s7", 1, "/p"))
    assert lock.take(0.0)
    yield lock
    lock.release()


def test_what_fires_is_what_the_evaluator_left(tmp_path: Path, held: AlertLock) -> None:
    """Firing and kept ones count, pending ones don't; before the first evaluation none fires."""
    assert alerts_firing(tmp_path).value == 0
    alerts = {
        str(n): Alert(alert=str(n), rule="r", expr="e", phase=phase, severity="warning")
        for n, phase in enumerate(_PHASES)
    }
    standing_file.write(tmp_path / "alerts", Standing(alerts=alerts))
    found = alerts_firing(tmp_path)
    assert (found.value, found.source) == (3, "alerts, by session s7")


def test_without_an_evaluator_nobody_knows_what_fires(tmp_path: Path, held: AlertLock) -> None:
    """What the last one left may be days old."""
    standing_file.write(tmp_path / "alerts", Standing())
    held.release()
    assert (tmp_path / "alerts" / LOCK).exists()
    found = alerts_firing(tmp_path)
    assert (found.value, found.reason) == (None, "no session evaluates alerts now")


def test_a_damaged_state_of_alerts_is_a_reason(tmp_path: Path, held: AlertLock) -> None:
    """It is named, and no number stands in for it."""
    (tmp_path / "alerts" / "standing.json").write_text("{")
    found = alerts_firing(tmp_path)
    assert found.value is None
    assert "standing.json" in found.reason


def test_figures_have_unit_source_age_reason_and_how_many_events() -> None:
    """By group and in the catalogue's order, circuits behind their number."""
    metrics = Metrics()
    metrics.take(EngineSample(loop_lag_p99_ms=1.23456789, session="s"), 0.0)
    metrics.take(CircuitChanged(capability="graph", state="open"), 0.0)
    metrics.take(end("a", "1"), 0.0)
    metrics.take(end("a", "2", "failed"), 0.0)
    readings = metrics.readings(2.04)
    figures = {one.name: one for part in metric_figures(readings) for one in part.items}
    assert list(figures) == list(readings)
    lag = figures["loop_lag_p99_seconds"]
    assert (lag.value, lag.unit, lag.source, lag.age_s) == (0.001235, "seconds", "session s", 2.0)
    ratio = figures["query_success_ratio"]
    assert (ratio.value, ratio.source) == (0.5, "queries of all sessions, last 1 h, 2 counted")
    assert figures["circuit.graph"].value == "open"
    assert figures["cpu_ratio"].reason == "nothing was read yet"
    assert all((one.value is None) == bool(one.reason) for one in figures.values())
    assert success_sentence(readings) == "50 % of 2 queries succeeded"
