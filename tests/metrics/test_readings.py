import pytest

from engine.events import (
    AlertDelivered,
    AlertFiring,
    AlertResolved,
    CircuitChanged,
    CircuitState,
    EngineSample,
    Event,
    GpuDevice,
    GpuSample,
    HealthChecked,
    HostSample,
    LevelChanged,
    Notice,
)
from engine.metrics import CATALOGUE, Metrics, Reading, spec

from .events import end, stamped


def after(*events: Event, at_s: float = 0.0) -> Metrics:
    metrics = Metrics()
    for event in events:
        metrics.take(stamped(event), at_s)
    return metrics


def test_every_metric_is_read_in_the_order_of_the_catalogue() -> None:
    """Before any event all are there, unknown ones with a reason and none as 0."""
    found = Metrics().readings(0.0)
    assert list(found) == list(CATALOGUE)
    counts = {"queries_ended", "errors_last_hour", "deliveries_failing"}
    for name, reading in found.items():
        assert reading.unit == CATALOGUE[name].unit
        assert reading.source
        assert (reading.value is None) == bool(reading.reason) == (name not in counts), name


def test_the_machine_in_base_units() -> None:
    """Per cents become ratios; source and age are those of the sample."""
    sample = HostSample(
        cpu_pct=(10.0, 50.0),
        load_avg=(1.5, 1.0, 0.5),
        memory_total_bytes=100,
        memory_used_bytes=40,
        memory_available_bytes=60,
        memory_pressure="warning",
        source="psutil",
        unknown={"swap_used_bytes": "no swap here"},
    )
    found = after(sample).readings(2.0)
    assert found["cpu_ratio"] == Reading(0.3, "ratio", "psutil", "", None, 2.0)
    assert found["memory_used_bytes"].value == 40
    assert found["memory_total_bytes"].value == 100
    assert found["memory_available_bytes"].value == 60
    assert found["memory_pressure"].value == "warning"
    assert found["load_1m"].value == 1.5
    assert found["swap_used_bytes"] == Reading(None, "bytes", "psutil", "no swap here", None, 2.0)


def test_several_gpus_are_the_busiest_and_all_their_memory() -> None:
    """One that doesn't tell is left out, and the source names those that do."""
    devices = (
        GpuDevice("a", "nvml", busy_pct=20.0, memory_used_bytes=3),
        GpuDevice("b", "drm", busy_pct=70.0, unknown={"memory_used_bytes": "shared"}),
    )
    found = after(GpuSample(devices=devices)).readings(1.0)
    assert found["gpu_ratio"] == Reading(0.7, "ratio", "nvml, drm", "", None, 1.0)
    assert found["gpu_memory_used_bytes"] == Reading(3, "bytes", "nvml", "", None, 1.0)


def test_no_gpu_says_why() -> None:
    """The reason is the probe's own, or the first device's."""
    none = after(GpuSample(reason="no driver")).readings(0.0)["gpu_ratio"]
    assert (none.value, none.reason) == (None, "no driver")
    mute = GpuDevice("a", "drm", unknown={"busy_pct": "needs root"})
    said = after(GpuSample(devices=(mute,))).readings(0.0)["gpu_ratio"]
    assert (said.value, said.source, said.reason) == (None, "drm", "needs root")


def test_the_engine_about_itself() -> None:
    """Milliseconds become seconds; what its session did not look at says so."""
    sample = EngineSample(
        cpu_pct=150.0, loop_lag_p99_ms=4.0, loop_lag_max_ms=8.0, agents_running=2, agents_max=6,
        tasks_queued=3, leases_open=1, leases_waiting=4, journal_pending=5, journal_dropped=7,
        bus_lagged=9, memory_budget_bytes=1000,
    )  # fmt: skip
    found = after(sample).readings(0.5)
    names = (
        "own_cpu_ratio", "loop_lag_p99_seconds", "loop_lag_max_seconds", "agents_running",
        "agents_max", "tasks_queued", "leases_open", "leases_waiting", "journal_pending",
        "journal_dropped", "bus_lagged", "memory_budget_bytes",
    )  # fmt: skip
    assert [found[n].value for n in names] == [1.5, 0.004, 0.008, 2, 6, 3, 1, 4, 5, 7, 9, 1000]
    assert found["agents_max"].source == "session s1"
    assert found["own_memory_bytes"].reason == "the session has not looked at its memory yet"


@pytest.mark.parametrize(("every_s", "limit_s"), [(1.0, 15.0), (10.0, 30.0), (1000.0, 300.0)])
def test_a_sample_is_too_old_after_three_times_its_usual_distance(
    every_s: float, limit_s: float
) -> None:
    """At least 15 s and at most five minutes; then it is unknown, and says since when."""
    metrics = Metrics()
    for tick in range(8):
        metrics.take(HostSample(memory_used_bytes=1, source="psutil"), tick * every_s)
    last_s = 7 * every_s
    assert metrics.readings(last_s + limit_s)["memory_used_bytes"].value == 1
    old = metrics.readings(last_s + limit_s + 1)["memory_used_bytes"]
    assert old.value is None
    assert (
        old.reason == f"last read {limit_s + 1:.0f} s ago, which is too old after {limit_s:.0f} s"
    )


def test_one_pause_does_not_make_old_samples_fresh() -> None:
    """The usual distance is the median of the last ones: a laptop that slept changes nothing."""
    metrics = Metrics()
    for at_s in (0.0, 1.0, 2.0, 3000.0):
        metrics.take(HostSample(memory_used_bytes=1), at_s)
    assert metrics.readings(3016.0)["memory_used_bytes"].value is None


def test_circuits_stand_behind_their_number() -> None:
    """Open and half open ones are out of order; an absent capability is not."""
    states: dict[str, CircuitState] = {
        "search.index": "open",
        "graph": "half_open",
        "notify": "absent",
        "market": "closed",
    }
    changes = [CircuitChanged(capability=name, state=state) for name, state in states.items()]
    found = after(*changes).readings(0.0)
    assert found["circuits_open"].value == 2
    names = list(found)
    first = names.index("circuits_open") + 1
    assert names[first : first + 4] == [f"circuit.{name}" for name in sorted(states)]
    assert {name: found[f"circuit.{name}"].value for name in states} == states
    assert spec("circuit.graph").states == ("closed", "open", "half_open", "absent")
    for name in found:
        assert spec(name).name == name
    with pytest.raises(KeyError):
        spec("circuit.")


def test_level_and_alerts() -> None:
    """Where nobody watches alerts, none is not 0; one that resolved fires no more."""
    metrics = after(LevelChanged(level="limited"))
    assert metrics.readings(0.0)["level"].value == "limited"
    unwatched = metrics.readings(0.0)["alerts_firing"]
    assert (unwatched.value, unwatched.reason) == (None, "no session that watches alerts is read")
    metrics.take(EngineSample(), 0.0)
    assert metrics.readings(0.0)["alerts_firing"].value == 0
    fires = AlertFiring(alert="f", rule="r", severity="warning")
    for _ in range(2):
        metrics.take(fires, 0.0)
    metrics.take(AlertFiring(alert="g", rule="r", severity="warning"), 0.0)
    assert metrics.readings(0.0)["alerts_firing"].value == 2
    metrics.take(AlertResolved(alert="f", rule="r", severity="warning"), 0.0)
    assert metrics.readings(0.0)["alerts_firing"].value == 1


def test_a_delivery_fails_until_it_is_sent_or_an_hour_old() -> None:
    """Each message counts once a channel, whatever it went through."""
    metrics = Metrics()
    assert metrics.readings(0.0)["deliveries_failing"].value == 0

    def delivered(message: str, state: str, at_s: float) -> None:
        event = AlertDelivered(
            message=message, alert="f", rule="r", channel="slack", kind="firing", state=state,  # type: ignore[arg-type]
        )  # fmt: skip
        metrics.take(event, at_s)

    delivered("a", "failed", 0.0)
    delivered("a", "failed", 1.0)
    delivered("b", "unsure", 2.0)
    delivered("c", "given_up", 3.0)
    assert metrics.readings(3.0)["deliveries_failing"].value == 3
    delivered("b", "sent", 4.0)
    assert metrics.readings(4.0)["deliveries_failing"].value == 2
    assert metrics.readings(3602.0)["deliveries_failing"].value == 1
    assert metrics.readings(3604.0)["deliveries_failing"].value == 0
    delivered("b", "unsure", 2.0)  # once more, from its journal
    assert metrics.readings(4.0)["deliveries_failing"].events == 3
    assert metrics.readings(4.0)["deliveries_failing"].value == 2


def test_deliveries_are_bounded() -> None:
    """Who has thousands of messages that fail has so many, and memory for no more."""
    metrics = Metrics()
    for number in range(3000):
        event = AlertDelivered(
            message=f"m{number}", alert="f", rule="r", channel="email", kind="firing",
            state="failed",
        )  # fmt: skip
        metrics.take(event, 0.0)
    assert metrics.readings(0.0)["deliveries_failing"].value == len(metrics._deliveries) == 1000


def test_health_is_the_last_one_for_two_hours() -> None:
    """Of whichever session, told in whatever order."""
    metrics = Metrics()
    metrics.take(HealthChecked(state="ok", text="", session="b", wall_s=20.0), 20.0)
    metrics.take(HealthChecked(state="critical", text="", session="a", wall_s=10.0), 10.0)
    found = metrics.readings(30.0)["health"]
    assert found == Reading("ok", "", "health check of b", "", None, 10.0)
    assert metrics.readings(7220.0)["health"].value == "ok"
    old = metrics.readings(7221.0)["health"]
    assert (old.value, old.reason) == (None, "the last health check is 2.0 h old")


def test_a_look_at_a_part_says_nothing_of_health() -> None:
    """It resolves nothing of what it did not look at, and what it finds is not the whole."""
    metrics = Metrics()
    metrics.take(HealthChecked(state="ok", text="", wall_s=1.0, partial=True), 1.0)
    assert metrics.readings(1.0)["health"].reason == "no health check was seen"
    metrics.take(HealthChecked(state="critical", text="", wall_s=2.0), 2.0)
    metrics.take(HealthChecked(state="ok", text="", wall_s=3.0, partial=True), 3.0)
    assert metrics.readings(3.0)["health"].value == "critical"


def test_health_is_that_of_the_worst_project_until_it_is_mended_there() -> None:
    """What is well in another project mends nothing; the reading names whose it is, and what."""
    metrics = Metrics()
    bad = HealthChecked(state="critical", text="book critical", project="/p", wall_s=10.0)
    metrics.take(bad, 10.0)
    metrics.take(HealthChecked(state="ok", text="", project="/q", wall_s=20.0), 20.0)
    found = metrics.readings(30.0)["health"]
    assert (found.value, found.project, found.about) == (
        "critical",
        "/p",
        "of /p: book critical",
    )
    metrics.take(HealthChecked(state="ok", text="", project="/p", wall_s=40.0), 40.0)
    assert metrics.readings(40.0)["health"].value == "ok"
    metrics.take(bad, 50.0)
    metrics.take(HealthChecked(state="ok", text="", project="/q", wall_s=7251.0), 7251.0)
    assert metrics.readings(7251.0)["health"].value == "ok"


def test_a_copy_shares_nothing() -> None:
    """Whatever the original takes afterwards, the copy reads as it did."""
    events: list[Event] = [
        HostSample(memory_used_bytes=1),
        GpuSample(reason="none"),
        EngineSample(),
        CircuitChanged(capability="graph", state="closed"),
        LevelChanged(level="full"),
        HealthChecked(state="ok", text=""),
        AlertFiring(alert="f", rule="r", severity="info"),
    ]
    metrics = after(*events)
    copy = metrics.copy()
    before = copy.readings(1.0)
    assert before == metrics.readings(1.0)
    metrics.take(HostSample(memory_used_bytes=2), 1.0)
    metrics.take(CircuitChanged(capability="graph", state="open"), 1.0)
    metrics.take(LevelChanged(level="monitoring"), 1.0)
    metrics.take(AlertResolved(alert="f", rule="r", severity="info"), 1.0)
    metrics.take(end("s", "q"), 1.0)
    assert copy.readings(1.0) == before
    assert metrics.readings(1.0) != before


def test_events_of_no_interest_change_nothing() -> None:
    """Most of what goes over the bus is passed over."""
    metrics = after(Notice(key="k", severity="info", text="x"))
    assert metrics.readings(0.0) == Metrics().readings(0.0)


def test_what_others_recorded_is_as_old_as_the_wall_clock_says() -> None:
    """And never of the future, where their clock or this one was set."""
    metrics = Metrics()
    past = [
        HostSample(memory_used_bytes=1, wall_s=995.0),
        HealthChecked(state="ok", text="", wall_s=2000.0),
    ]
    metrics.take_past(past, 50.0, 1000.0)
    found = metrics.readings(50.0)
    assert found["memory_used_bytes"].age_s == 5.0
    assert found["health"].age_s == 0.0


def test_what_is_no_number_is_unknown() -> None:
    """A source that divided by nothing says so, in place of NaN in an alert or on the wire."""
    found = after(EngineSample(cpu_pct=float("nan"), loop_lag_p99_ms=float("inf"))).readings(0.0)
    assert found["own_cpu_ratio"].reason == "the source gave nan, which is no number"
    assert found["loop_lag_p99_seconds"].value is None
