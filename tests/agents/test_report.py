"""The report of a fortnight whose second week went worse than its first."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from engine.agents import planner
from engine.agents.commands import parse
from engine.agents.past_vocabulary import past_slots
from engine.agents.services import Services
from engine.agents.tool import Call, Refused
from engine.agents.tools.report.changes import changes_of
from engine.agents.tools.report.report import report, span_s
from engine.agents.tools.report.trends import bars, steps
from engine.events import (
    AlertDelivered,
    AlertFiring,
    AlertResolved,
    Check,
    CheckState,
    CircuitChanged,
    EngineSample,
    HealthChecked,
    HostSample,
    LevelChanged,
    MemoryChanged,
    QueryAsked,
    SessionLeft,
    Severity,
    StoreFolded,
    ended,
)
from engine.evidence import (
    Answer,
    Argument,
    ErrorKind,
    Evidence,
    Figures,
    Status,
    Table,
    TaskError,
    TaskRecord,
    Text,
    Understanding,
)
from engine.file_lock import locked
from engine.store.past.kinds import Ended, Kind
from tests.store.stores import folded

from .past_store import NOW_S, Recorder, services

pytestmark = pytest.mark.anyio

DAY_S = timedelta(days=1).total_seconds()
HOUR_S = 3600.0


def ago(days: float, seconds: float = 0.0) -> float:
    return NOW_S - days * DAY_S + seconds


def ask(
    one: Recorder,
    at_s: float,
    intent: str,
    took_ms: float,
    status: Status = "answered",
    tasks: tuple[TaskRecord, ...] = (),
) -> None:
    query = f"q{len(one.events)}"
    one.put(at_s, QueryAsked(query=query, text=intent))
    answer = Answer(
        status=status,
        level="full",
        query=Understanding(intent, intent, intent),
        verdict="",
        tasks=tasks,
        elapsed_ms=took_ms,
    )
    one.put(at_s + took_ms / 1000, ended(query, answer))


def week(one: Recorder, first: float, took_ms: float, failed: int, swing: float) -> None:
    """Ask a dozen of three kinds; the searches fail so often, the risk takes so long."""
    for k in range(12):
        at_s = ago(first, k * HOUR_S)
        ask(one, at_s, "risk_analysis", took_ms + k * swing)
        status: Status = "failed" if k < failed else "answered"
        ask(one, at_s + 60, "text_search", 20.0 + (k * 7) % 12, status)
        ask(one, at_s + 120, "system_status", 10.0 + (k * 5) % 12)
        one.put(at_s + 180, HostSample(cpu_pct=(took_ms / 10, took_ms / 10), source="psutil"))
        one.put(at_s + 180, EngineSample(rss_bytes=100 << 20, memory_used_bytes=200 << 20))


def alert(one: Recorder, at_s: float, rule: str, severity: Severity, lasts_s: float | None) -> None:
    for again in range(3):
        one.put(
            at_s + again,
            AlertFiring(alert=f"{rule}-1", rule=rule, severity=severity, value=f"seen {again}"),
        )
    if lasts_s is not None:
        over = AlertResolved(alert=f"{rule}-1", rule=rule, severity=severity, fired_s=at_s)
        one.put(at_s + lasts_s, over)


def fortnight(store: Path) -> None:
    one = Recorder("one")
    one.join(ago(14, -HOUR_S))
    week(one, 13, took_ms=100.0, failed=0, swing=3.0)
    alert(one, ago(12), "high_memory", "critical", HOUR_S)  # of the week before
    week(one, 6, took_ms=300.0, failed=9, swing=3.0)
    alert(one, ago(5), "low_success", "warning", 1800.0)
    alert(one, ago(4), "low_success", "warning", 600.0)
    one.put(
        ago(3), CircuitChanged(capability="search.index", state="open", was="closed", cause="x")
    )
    one.put(ago(3, 1), LevelChanged(level="limited", was="full", why="search.index open"))
    one.put(ago(3, 60), CircuitChanged(capability="search.index", state="half_open", was="open"))
    one.put(ago(3, 61), CircuitChanged(capability="search.index", state="open", was="half_open"))
    one.put(ago(3, 120), CircuitChanged(capability="search.index", state="closed", was="half_open"))
    one.put(ago(3, 301), LevelChanged(level="full", was="limited"))
    for later in (0.0, 10.0):
        one.put(ago(2, later), MemoryChanged(state="refusing", used_bytes=9, budget_bytes=8))
    one.put(ago(2, 90), MemoryChanged(state="normal", used_bytes=1, budget_bytes=8))
    one.put(ago(2, 100), StoreFolded(problem="no space left"))
    for hours, state in ((30, "critical"), (29, "critical"), (28, "ok")):
        one.put(NOW_S - hours * HOUR_S, health(state))  # type: ignore[arg-type]
    for message, states in (("m1", ("failed", "sent")), ("m2", ("failed", "given_up"))):
        for n, said in enumerate(states):
            one.put(ago(1, n), delivered(message, said))
    alert(one, ago(0.5), "circuit_open", "warning", None)
    one.put(ago(0.01), SessionLeft(reason="closed"))
    one.save(store)
    dead = Recorder("dead")
    dead.join(ago(1.5))
    dead.save(store)


def health(state: CheckState) -> HealthChecked:
    checks = (
        Check("ripgrep", "dependency", state, f"it is {state}"),
        Check("store", "dependency", "ok", "it is ok"),
    )
    return HealthChecked(state=state, text="", checks=checks)


def delivered(message: str, state: str) -> AlertDelivered:
    return AlertDelivered(
        message=message,
        alert="low_success-1",
        rule="low_success",
        channel="slack",
        kind="firing",
        state=state,  # type: ignore[arg-type]
        cause="" if state == "sent" else "HTTP 500",
    )


@pytest.fixture(params=["journals", "parts"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Services]:
    """The fortnight, read from journals or from parts."""
    fortnight(tmp_path)
    if request.param == "parts":
        folded(tmp_path)
    async with services(tmp_path) as made:
        yield made


async def told(services: Services, **arguments: Argument) -> Evidence:
    return await report(Call(arguments, services))


def table(evidence: Evidence, title: str) -> Table:
    return next(
        one for one in evidence.sections if isinstance(one, Table) and one.title.startswith(title)
    )


def text(evidence: Evidence, title: str) -> str:
    return next(
        one.text for one in evidence.sections if isinstance(one, Text) and one.title == title
    )


async def test_a_week_is_told_in_one_sentence(desk: Services) -> None:
    """What was recorded, how the queries went, the gravest incident, what became worse."""
    verdict = (await told(desk)).verdict
    assert "36 queries, 75 % succeeded, p95 330 ms" in verdict
    assert "9 kinds of incidents, gravest session died: console; " in verdict
    assert verdict.endswith("2 regressions (risk_analysis slower, text_search fails more)")


async def test_incidents_come_by_their_weight(desk: Services) -> None:
    """Each once, with how often and how long; those of the week before are not among them."""
    rows, circuit = table(await told(desk), "Incidents").rows, ("alert fired", "circuit_open")
    assert [row[:5] for row in rows] == [
        ("session died", "console", "died", 1, None),
        ("alert not delivered", "slack", "given_up", 1, None),
        ("health check not ok", "ripgrep", "critical", 2, None),
        ("fold failed", "store", "failed", 1, None),
        ("heavy work refused", "refusing", "refusing", 1, "1 min 30 s"),
        (*circuit, "warning", 1, "11 h 45 min, on when last evaluated at 14:45:36"),
        ("alert fired", "low_success", "warning", 2, "40 min"),
        ("level below full", "limited", "limited", 1, "5 min"),
        ("circuit opened", "search.index", "open", 1, "2 min"),
    ]
    assert rows[1][6] == "HTTP 500"
    assert rows[6][6] == "seen 2"


async def lasted(store: Path, span: str = "24h") -> list[tuple[object, ...]]:
    """Return the alerts among the incidents, how often and how long each was."""
    async with services(store) as made:
        rows = table(await told(made, span=span), "Incidents").rows
    return [(row[1], *row[3:5]) for row in rows if row[0] == "alert fired"]


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("", "59 min, still on"),  # it holds its journal
        ("closed", "59 min, on when last evaluated at 14:59:00"),
        ("died", "59 min, on when last evaluated at 14:59:00"),
        ("hung", "10 min, on when last evaluated at 14:10:00"),  # no sign of it for long
    ],
)
async def test_an_alert_is_on_while_somebody_evaluates_it(
    tmp_path: Path, ends: str, said: str
) -> None:
    """Once there is no sign of its evaluator nothing is known of it any more."""
    one = Recorder("one")
    one.join(ago(1))
    alert(one, NOW_S - HOUR_S, "hot", "warning", None)
    one.put(NOW_S - 3000, EngineSample(rss_bytes=1))
    last = SessionLeft(reason="closed") if ends == "closed" else EngineSample(rss_bytes=1)
    if ends != "hung":
        one.put(NOW_S - 60, last)
    one.save(tmp_path)
    with held(tmp_path, "" if ends in ("closed", "died") else "one"):
        assert await lasted(tmp_path) == [("hot", 1, said)]


@contextmanager
def held(store: Path, session: str) -> Iterator[None]:
    """Hold the journal of a session, as one does that is here."""
    file = locked(store / f"journals/{session}.jsonl") if session else None
    yield
    if file is not None:
        os.close(file)


async def test_who_takes_over_goes_on_with_an_alert(tmp_path: Path) -> None:
    """It is on for as long as there is a sign of whoever told of it last."""
    for name, begun_s, end_s in (("first", 7200, 6000), ("second", 3600, 30)):
        one = Recorder(name)
        one.join(NOW_S - begun_s)
        alert(one, NOW_S - begun_s, "hot", "warning", None)
        one.put(NOW_S - end_s, EngineSample(rss_bytes=1))
        one.save(tmp_path)
    with held(tmp_path, "second"):
        assert await lasted(tmp_path) == [("hot", 1, "1 h 59 min, still on")]


async def test_an_alert_of_an_evaluator_long_gone_is_none_of_the_span(tmp_path: Path) -> None:
    """What nobody has looked at since is in the span in which somebody did."""
    one, other = Recorder("one"), Recorder("other")
    one.join(ago(5))
    alert(one, ago(5), "hot", "warning", None)
    one.save(tmp_path)
    other.join(ago(0.5))
    alert(other, ago(0.5), "cold", "warning", 60.0)
    other.save(tmp_path)
    assert await lasted(tmp_path) == [("cold", 1, "1 min")]
    assert [row[0] for row in await lasted(tmp_path, "7d")] == ["cold", "hot"]


async def test_regressions_are_told_with_n_and_p(desk: Services) -> None:
    """Every risk analysis took longer than any before; nine of twelve searches failed."""
    rows = {row[0]: row for row in table(await told(desk), "Regressions").rows}
    slower, fails = rows["risk_analysis"], rows["text_search"]
    assert slower[1:6] == ("slower", "315 ms median", "115 ms median", 12, 12)
    # The most extreme of all orders, of 5 comparisons: 5 / C(24, 12).
    assert slower[6] == pytest.approx(3 / 2_704_156, rel=0.4)
    assert fails[1:6] == ("fails more", "75.0 % failed", "0.0 % failed", 12, 12)
    assert "system_status" not in rows


async def test_kinds_stand_beside_the_week_before(desk: Services) -> None:
    """All kinds together come first; times are of those that succeeded."""
    rows = {row[0]: row[1:] for row in table(await told(desk), "Queries by kind").rows}
    assert next(iter(rows)) == "all"
    assert rows["all"][:4] == (36, 36, 75.0, 100.0)
    assert rows["text_search"][:4] == (12, 12, 25.0, 100.0)
    assert rows["risk_analysis"][4:6] == (315.0, 115.0)


async def test_trends_stand_beside_the_week_before(desk: Services) -> None:
    """The means of both weeks and their change; days without a reading are dots."""
    rows = {row[0]: row[1:] for row in table(await told(desk), "Trends").rows}
    assert rows["CPU"][:4] == ("%", 30.0, 10.0, 200.0)
    assert rows["CPU"][-1] == "·▃·····"
    assert rows["memory of a session"][:4] == ("MiB", 200.0, 200.0, 0.0)
    assert "No reading in this span: memory, swap" in text(await told(desk), "Not on record")


async def test_what_was_recorded_is_counted_in_minutes(desk: Services) -> None:
    """A session that stands still is no record."""
    evidence = await told(desk)
    figures = next(one for one in evidence.sections if isinstance(one, Figures)).items
    assert figures[0].name == "this span"
    assert 0.5 < float(str(figures[0].value)) < 1.5
    assert "in which no session was recording" in text(evidence, "Not on record")


async def test_too_few_to_tell_is_said(desk: Services) -> None:
    """A span of five days has nothing before it to compare with but a day."""
    said = text(await told(desk, span="150h"), "How regressions are told")
    assert "Too few to tell, now and before: " in said
    assert "risk_analysis (12 and 0)" in said


async def test_a_record_that_begins_too_late_is_said(desk: Services) -> None:
    """Of ninety days there are fourteen."""
    said = text(await told(desk, span="90d"), "Not on record")
    assert "the record begins there, so the span before is not whole" in said


async def test_without_a_record_nothing_is_found(tmp_path: Path) -> None:
    """It says what to do; a record that ended before the span is none of it."""
    async with services(tmp_path) as made:
        empty = await told(made)
        assert not empty.found
        assert "bolt-tui service install" in empty.verdict
    old = Recorder("old")
    old.join(ago(30))
    old.save(tmp_path)
    async with services(tmp_path) as made:
        late = await told(made)
        assert (late.found, "the record ends at" in late.verdict) == (False, True)


@pytest.mark.parametrize(
    ("written", "days"), [("7d", 7), ("90 days", 90), ("4w", 28), ("36h", 1.5), ("1D", 1)]
)
def test_a_span_is_a_length(written: str, days: float) -> None:
    """Hours, days and weeks."""
    assert span_s(written) == days * DAY_S


@pytest.mark.parametrize("written", ["", "0d", "7", "d", "-3d", "7m", "99999w", "7d7d", "../x"])
def test_what_is_no_span_is_refused(written: str) -> None:
    """The sentence says what was found and how to write it."""
    with pytest.raises(Refused, match="length of time") as refused:
        span_s(written)
    assert "24h, 7d" in str(refused.value.error)


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("weekly report", {"span": "7d"}),
        ("report of the last 12 days", {"span": "12d"}),
        ("report for the past two weeks", {"span": "14d"}),
        ("save the quarterly report", {"span": "90d", "save": True}),
        ("report of the last 24 hours", {"span": "24h"}),
        ("any regressions?", {}),
    ],
)
def test_words_name_the_span(said: str, slots: dict[str, Argument]) -> None:
    """Every length that is read is one that a report takes."""
    found = past_slots("report", said)
    assert found == slots
    assert span_s(str(found.get("span", "7d"))) > 0


def test_a_report_that_is_kept_is_made_first() -> None:
    """Keeping it needs it; without being asked for nothing is kept."""
    made, kept = planner.plan([parse(":report --span 30d --save")]).tasks
    assert (made.tool, made.arguments) == ("store.report", {"span": "30d"})
    assert (kept.tool, kept.needs) == ("store.save_report", (made.id,))
    assert len(planner.plan([parse(":report")]).tasks) == 1


def test_bars_begin_at_zero() -> None:
    """A gauge is drawn against all of it, anything else against its highest; gaps stay."""
    assert bars((0.0, 50.0, 100.0, None), 100.0) == "▁▅█·"
    assert bars((10.0, 10.0), None) == "██"
    assert bars((None, 0.0), None) == "·▁"
    assert (steps(7 * DAY_S), steps(DAY_S), steps(90 * DAY_S)) == (7, 24, 30)


async def test_a_watch_has_no_response_time(tmp_path: Path) -> None:
    """It is counted, and neither its kind nor all kinds together take its length for a time."""
    one = Recorder("one")
    one.join(ago(1))
    ask(one, ago(0.5), "monitor", 160_000.0)
    ask(one, ago(0.4), "system_status", 20.0)
    one.save(tmp_path)
    async with services(tmp_path) as made:
        told = await report(Call({"span": "1d"}, made))
    assert "2 queries, 100 % succeeded, p95 20 ms" in told.verdict
    kinds = next(
        one for one in told.sections if isinstance(one, Table) and one.title == "Queries by kind"
    )
    found = {row[0]: row[kinds.columns.index("p95 ms")] for row in kinds.rows}
    assert found == {"all": 20.0, "monitor": None, "system_status": 20.0}


async def test_a_question_that_was_put_wrongly_is_no_failure(tmp_path: Path) -> None:
    """It is neither success nor failure, as in the metrics; one that broke is a failure."""
    one = Recorder("one")
    one.join(ago(1))
    ask(one, ago(0.5), "system_status", 20.0)
    kinds: tuple[ErrorKind, ...] = ("usage", "failed")
    for kind in kinds:
        task = TaskRecord(
            "t1", "desk.smile", "a1", "failed", (), 0.0, 1.0, 1, TaskError(kind, "no such symbol")
        )
        ask(one, ago(0.4), "smile", 20.0, "failed", (task,))
    one.save(tmp_path)
    async with services(tmp_path) as made:
        told = await report(Call({"span": "1d"}, made))
    assert "2 queries, 50 % succeeded" in told.verdict


def test_a_span_too_short_for_a_report() -> None:
    """The sentence says the least and the most."""
    with pytest.raises(Refused, match=r"from 1h to 3660d, found '10m'"):
        span_s("10m")


async def test_a_change_is_not_told_of_a_few_minutes(tmp_path: Path) -> None:
    """A mean of what just went on is no trend; the means stand side by side all the same."""
    one = Recorder("one")
    one.join(ago(1.6))
    for days, count, cpu in ((1.5, 7, 10.0), (0.5, 30, 20.0)):
        for minute in range(count):
            one.put(ago(days, 60.0 * minute), HostSample(cpu_pct=(cpu,), source="psutil"))
            one.put(ago(days, 60.0 * minute), EngineSample(rss_bytes=1, cpu_pct=cpu))
    one.put(ago(1.1), EngineSample(rss_bytes=1, cpu_pct=10.0))
    one.save(tmp_path)
    async with services(tmp_path) as made:
        rows = {row[0]: row[1:5] for row in table(await told(made, span="1d"), "Trends").rows}
    assert rows["CPU"] == ("%", 20.0, 10.0, None)
    assert rows["CPU of a session"] == ("%", 20.0, 10.0, 100.0)


async def test_who_died_of_an_unknown_beginning_is_told_as_such(tmp_path: Path) -> None:
    """Nothing is said of whether it was a console."""
    one = Recorder("one")
    one.put(ago(0.5), EngineSample(rss_bytes=1))
    one.save(tmp_path)
    async with services(tmp_path) as made:
        rows = table(await told(made), "Incidents").rows
    assert [row[:4] for row in rows] == [("session died", "begun off the record", "died", 1)]


def test_the_median_is_that_of_the_times_that_are_compared() -> None:
    """A kind that is asked often is compared by its newest times."""
    now = Ended(good=5000, p50_ms=99.0, times_ms=(20.0,) * 9)
    before = Ended(good=5000, p50_ms=1.0, times_ms=(10.0,) * 8)
    slower = next(one for one in changes_of(Kind("x", now, before)) if one.what == "slower")
    assert (slower.now, slower.before, slower.n, slower.n_before) == (20.0, 10.0, 9, 8)
