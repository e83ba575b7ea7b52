"""`bolt-tui metrics` as its user, or Prometheus, runs it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bolt_tui.openmetrics import PREFIX, openmetrics
from engine.clock import SystemClock
from engine.events import (
    CircuitChanged,
    EngineSample,
    Event,
    HealthChecked,
    LevelChanged,
    SessionJoined,
)
from engine.metrics import CATALOGUE, CIRCUIT, Metrics, Reading, spec
from engine.store.journals.journal import Journal
from engine.store.journals.segments import segments
from engine.store.sessions.live_session import lately
from engine.store.sessions.sessions import Peer
from tests.store.events import Session
from tests.store.stores import folded, write, write_raw

from .conftest import COMMAND, Bolt, Ran
from .test_start_up import imported

pytestmark = pytest.mark.anyio

Sample = tuple[str, tuple[tuple[str, str], ...]]
NOW_S = SystemClock().wall_s()


@pytest.fixture
def store(own_folders: Path) -> Path:
    return own_folders / "state" / "bolt-tui"


def samples(text: str) -> dict[Sample, float]:
    """Read the text back by the library's own parser, which is strict."""
    found = dict[Sample, float]()
    for family in families(text):
        for one in family.samples:
            found[one.name, tuple(sorted(one.labels.items()))] = one.value
    return found


def families(text: str) -> Iterator[Metric]:
    yield from text_string_to_metric_families(text)  # type: ignore[no-untyped-call]


def value(found: dict[Sample, float], name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def reasons(text: str) -> dict[str, str]:
    """Return why each unknown metric is unknown."""
    unknown = [dict(labels) for name, labels in samples(text) if name == "bolt_unknown"]
    return {one["metric"].removeprefix(PREFIX): one["reason"] for one in unknown}


def figures(ran: Ran) -> dict[str, object]:
    return {
        item["name"]: item["value"] for part in ran.answer["sections"] for item in part["items"]
    }


def three_queries(session: str, start_s: float = NOW_S - 600) -> list[Event]:
    one = Session(session, wall_s=start_s)
    return [one.answered("q1", "a"), one.answered("q2", "b"), one.answered("q3", "c", "failed")]


# ── the text ─────────────────────────────────────────────────────────────────────────────────


def expected(readings: dict[str, Reading]) -> dict[Sample, float]:
    """Work out by hand which samples the readings have to become."""
    found = dict[Sample, float]()
    for name, reading in readings.items():
        full = PREFIX + name
        if reading.value is None:
            found["bolt_unknown", (("metric", full), ("reason", reading.reason))] = 1
        elif isinstance(reading.value, str):
            of_circuit = name.startswith(CIRCUIT)
            key = "bolt_circuit" if of_circuit else full
            more = (("capability", name.removeprefix(CIRCUIT)),) if of_circuit else ()
            for state in spec(name).states:
                found[key, ((key, state), *more)] = state == reading.value
        else:
            counter = spec(name).kind == "counter"
            found[f"{full}_total" if counter else full, ()] = reading.value
    return found


def test_every_reading_is_read_back_by_another_reader() -> None:
    """Numbers, states, circuits and what is unknown: the parser gives what went in."""
    metrics = Metrics()
    events = (
        EngineSample(journal_dropped=7, bus_lagged=2, loop_lag_p99_ms=1.25, session="s"),
        CircuitChanged(capability="graph", state="half_open"),
        CircuitChanged(capability="kernels.gpu", state="absent"),
        LevelChanged(level="limited"),
    )
    for event in events:
        metrics.take(event, 0.0)
    readings = metrics.readings(1.0)
    text = openmetrics(readings, None).decode()
    assert text.endswith("# EOF\n")
    assert samples(text) == expected(readings)
    read = {family.name: family for family in families(text)}
    for name, one in CATALOGUE.items():
        family = read[PREFIX + name]
        assert family.unit == one.unit
        assert family.documentation == one.help
        assert family.type == ("stateset" if one.kind == "state" else one.kind)


def test_labels_of_any_text_are_read_back() -> None:
    """A project's path may have quotes, backslashes, line ends and what is no character at all."""
    readings = Metrics().readings(0.0)
    peer = Peer("s1", None, 'C:\\a "b"\n\udc80é', True, "here")
    found = samples(openmetrics(readings, peer).decode())
    labels = {
        "session": "s1",
        "project": 'C:\\a "b"\ufffd\ufffdé',
        "pid": "",
        "kind": "console",
    }
    assert value(found, "bolt_session_info", **labels) == 1


# ── the command ──────────────────────────────────────────────────────────────────────────────


def test_without_any_session_the_machine_is_read_and_the_rest_says_why(
    bolt: Bolt, tmp_path: Path
) -> None:
    """In a folder that is no project either; nothing is made by looking."""
    ran = bolt("metrics", at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    found, why = samples(ran.out), reasons(ran.out)
    assert (value(found, "bolt_memory_total_bytes") or 0) > 1e8
    assert value(found, "bolt_queries_ended") == 0
    assert why["level"] == why["agents_running"] == "no console or monitor is running"
    assert why["query_success_ratio"] == "no query was answered or failed in the last hour"
    assert value(found, "bolt_agents_running") is None


@pytest.mark.parametrize("fold", [False, True])
def test_queries_of_all_sessions_count_folded_or_not(bolt: Bolt, store: Path, fold: bool) -> None:
    """Those of the last hour, by the definitions; a health check of the last two."""
    write(store, "a", three_queries("a"))
    old = Session("b", wall_s=NOW_S - 5400)
    checked = old.stamped(HealthChecked(state="warning", text="nobody watches"))
    write(store, "b", [checked, old.answered("q1", "too old", "failed")])
    if fold:
        folded(store)
    found = samples(bolt("metrics").out)
    assert value(found, "bolt_queries_ended") == 3
    assert value(found, "bolt_query_success_ratio") == pytest.approx(2 / 3)
    assert value(found, "bolt_errors_last_hour") == 1
    assert value(found, "bolt_response_p95_seconds") == 0.0075
    assert value(found, "bolt_health", bolt_health="warning") == 1


def test_duckdb_is_imported_only_where_parts_have_to_be_read(project: Path, store: Path) -> None:
    """A store without fresh parts costs no database; the console's packages are never needed."""
    write(store, "old", three_queries("old", NOW_S - 86_400))
    folded(store)
    write(store, "new", three_queries("new"))
    got = imported(["metrics"], project)
    assert "prometheus_client" in got
    assert not got & {"duckdb", "textual", "rich", "numpy", "mlx"}
    assert "prometheus_client" not in imported(["metrics", "-o", "json"], project)
    folded(store)
    assert "duckdb" in imported(["metrics"], project)


def sampled(store: Path) -> bool:
    newest = [lately(store, one.session, (EngineSample,))[-1:] for one in segments(store)]
    return any(
        isinstance(one, EngineSample) and one.memory_used_bytes is not None
        for found in newest
        for one in found
    )


def test_questions_that_were_put_wrongly_are_no_errors(bolt: Bolt, project: Path) -> None:
    """Neither those that nobody understands nor those that name nothing; each ends with 1."""
    for text in ("is purple heavier than thursday", "who imports it"):
        assert bolt("--run", text, at=project).code == 1
    found = samples(bolt("metrics").out)
    assert value(found, "bolt_queries_ended") == 2
    assert value(found, "bolt_errors_last_hour") == 0


@contextmanager
def watching(project: Path, store: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A monitor that has sampled itself: its memory, too, which may not be in the first sample."""
    argv, nowhere = [*COMMAND, "-C", str(project), "monitor"], subprocess.DEVNULL
    with subprocess.Popen(argv, stdout=nowhere, stderr=nowhere) as process:
        try:
            deadline_s = time.monotonic() + 30
            while not sampled(store):
                assert time.monotonic() < deadline_s, "the monitor recorded no sample"
                time.sleep(0.05)
            yield process
        finally:
            process.kill()


def test_the_session_that_runs_tells_of_itself(bolt: Bolt, project: Path, store: Path) -> None:
    """Its samples, circuits and level are read from its journal, under its name."""
    with watching(project, store) as process:
        found = samples(bolt("metrics").out)
        info = next(dict(labels) for name, labels in found if name == "bolt_session_info")
        assert info["pid"] == str(process.pid)
        assert (info["project"], info["kind"]) == (str(project), "monitor")
        assert value(found, "bolt_agents_running") in (0, 1)  # its watch may just begin
        assert value(found, "bolt_level", bolt_level="full") == 1
        assert value(found, "bolt_circuits_open") == 0
        assert value(found, "bolt_circuit", bolt_circuit="closed", capability="store.write") == 1
        assert (value(found, "bolt_own_memory_bytes") or 0) > 1e6
    after = bolt("metrics")
    assert reasons(after.out)["level"] == "no console or monitor is running"


async def test_a_session_that_is_silent_is_told_and_not_believed(bolt: Bolt, store: Path) -> None:
    """Its lock is held and its last sample old: as of a process that was stopped."""
    one = Session("s1", wall_s=NOW_S - 120)
    journal = Journal(store, "s1")
    joined = SessionJoined(project="/p", pid=1, version="1")
    for event in (joined, EngineSample(agents_running=5), LevelChanged(level="full")):
        journal.record(one.stamped(event))
    await journal.flush()
    ran = bolt("metrics")
    journal.close()
    assert ran.code == 0
    assert "session s1 is there and silent: last read" in reasons(ran.out)["level"]
    assert "level" in ran.err


async def test_of_a_long_session_the_circuits_are_found_in_the_parts(
    bolt: Bolt, store: Path
) -> None:
    """They were told at its beginning, hours ago, which is folded by now."""
    one = Session("s1", wall_s=NOW_S - 8000)
    journal = Journal(store, "s1", segment_bytes=1)
    joined = one.stamped(SessionJoined(project="/p", pid=1, version="1"))
    changed = one.stamped(CircuitChanged(capability="graph", state="open"))
    journal.record(joined)
    journal.record(changed)
    journal.record(one.stamped(LevelChanged(level="limited")))
    await journal.flush()
    late = Session("s1", wall_s=SystemClock().wall_s())
    late.bus._seq = 10
    journal.record(late.stamped(EngineSample(agents_running=3)))
    await journal.flush()
    folded(store)
    (store / "journals" / "s1.jsonl").unlink()
    found = samples(bolt("metrics").out)
    journal.close()
    assert value(found, "bolt_circuit", bolt_circuit="open", capability="graph") == 1
    assert value(found, "bolt_level", bolt_level="limited") == 1
    assert value(found, "bolt_agents_running") == 3


def test_a_store_that_can_not_be_read_leaves_the_machine(bolt: Bolt, tmp_path: Path) -> None:
    """What is left out is said on stderr, and no query is counted as none."""
    place = tmp_path / "store"
    place.mkdir()
    (place / "journals").symlink_to(place / "journals")  # a loop: even root can't list it
    ran = bolt("metrics", "--set", f"store.folder={place}")
    assert ran.code == 0
    assert "the store can't be read" in ran.err
    found = samples(ran.out)
    assert (value(found, "bolt_memory_used_bytes") or 0) > 0
    assert value(found, "bolt_queries_ended") is None
    assert "the store can't be read" in reasons(ran.out)["queries_ended"]
    strict = bolt("metrics", "--strict", "-o", "json", "--set", f"store.folder={place}")
    assert (strict.code, strict.answer["status"]) == (4, "degraded")


def test_damaged_lines_are_told_and_the_others_counted(bolt: Bolt, store: Path) -> None:
    """A flipped byte in a journal costs its line."""
    write(store, "a", three_queries("a"))
    write_raw(store, "b", b'{"crc":"00000000","type":"QueryFailed"}\n')
    assert value(samples(bolt("metrics").out), "bolt_queries_ended") == 3


def test_json_and_a_question_show_the_same_figures(bolt: Bolt, store: Path) -> None:
    """The same names, units and values as the text, with the reason for what is unknown."""
    write(store, "a", three_queries("a"))
    text, ran, asked = (
        bolt("metrics"),
        bolt("metrics", "-o", "json"),
        bolt("--run", ":metrics", "-o", "json"),
    )
    assert ran.code == asked.code == 0
    shown, also, found = figures(ran), figures(asked), samples(text.out)
    assert list(shown) == list(CATALOGUE)
    for name in ("queries_ended", "query_success_ratio", "response_mean_seconds"):
        assert shown[name] == also[name] == pytest.approx(value(found, PREFIX + name), abs=1e-6)
    assert ran.answer["verdict"] == "67 % of 3 queries succeeded"
    reason = {
        item["name"]: item["reason"]
        for part in ran.answer["sections"]
        for item in part["items"]
        if item["value"] is None
    }
    assert reason == reasons(text.out)
    assert also["circuit.store.read"] == "closed"
    assert also["level"] == "full"
    assert also["agents_running"] is None


def test_it_ends_in_time_or_says_that_it_did_not(bolt: Bolt) -> None:
    """--timeout is kept, with its exit code."""
    ran = bolt("metrics", "--timeout", "0.001")
    assert (ran.code, ran.out) == (124, "")
    assert "could not be read within 0.001 s" in ran.err


def test_a_closed_pipe_is_no_failure(project: Path) -> None:
    """Who reads only the first line has what it wanted."""
    argv = [*COMMAND, "-C", str(project), "metrics"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait() == 0, said
