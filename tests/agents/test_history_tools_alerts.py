"""What the past tells of alerts, of watches, and of sessions that died of late."""

import os
from pathlib import Path

import pytest

from engine.agents.tool import Call, Refused
from engine.agents.tools.alerts.history import history as alerts
from engine.agents.tools.history import history
from engine.agents.tools.session_list import sessions
from engine.agents.tools.what_happened import happened
from engine.events import (
    AlertDelivered,
    AlertFiring,
    AlertResolved,
    Check,
    CheckState,
    HealthChecked,
    QueryAsked,
    SilenceChanged,
    ended,
)
from engine.evidence import Answer, Evidence, Table, Understanding
from engine.file_lock import locked
from tests.store.stores import folded

from .past_store import Recorder, at, services

pytestmark = pytest.mark.anyio


def fires(kept: bool = False) -> AlertFiring:
    return AlertFiring(alert="a1", rule="busy", severity="warning", text="CPU 99 %", kept=kept)


def delivered(state: str, kind: str = "firing", message: str = "m1") -> AlertDelivered:
    return AlertDelivered(
        message=message,
        alert="a1",
        rule="busy",
        channel="slack",
        kind=kind,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        cause="" if state == "sent" else "HTTP 500",
    )


def looked(state: CheckState) -> HealthChecked:
    return HealthChecked(state=state, text="", checks=(Check("store", "dependency", state, ""),))


def watched(store: Path) -> None:
    """Write a monitor's hour: an alert that is told again and again, and what was sent of it."""
    one = Recorder("monitor", interactive=False)
    one.join(at(13, 50))
    one.put(at(13, 55), fires())
    one.put(at(14, 1), fires())  # told again: it fired before the span
    one.put(at(14, 2), AlertResolved(alert="a1", rule="busy", severity="warning", why="over"))
    one.put(at(14, 3), fires())
    one.put(at(14, 3, 1), delivered("failed"))
    one.put(at(14, 3, 2), delivered("failed"))
    one.put(at(14, 3, 3), delivered("failed", kind="test", message="m2"))
    one.put(at(14, 3, 4), delivered("given_up"))
    one.put(at(14, 3, 5), delivered("sent", message="m3"))
    one.put(at(14, 4), fires(kept=True))
    silence = SilenceChanged(
        silence="s1", matchers={"rule": "busy"}, starts_s=at(14, 5), until_s=at(14, 35), by="ann"
    )
    one.put(at(14, 5), silence)
    one.put(at(14, 5, 1), silence)
    for minute, state in enumerate(("ok", "critical", "critical", "ok")):
        one.put(at(14, 6 + minute), looked(state))  # type: ignore[arg-type]
    one.leave(at(14, 50))
    one.save(store)


def table(evidence: Evidence, title: str) -> Table:
    return next(
        one for one in evidence.sections if isinstance(one, Table) and one.title.startswith(title)
    )


@pytest.mark.parametrize("is_folded", [False, True])
async def test_alerts_are_in_the_time_line_once(is_folded: bool, tmp_path: Path) -> None:
    """Each change is told once, what is told again is no change, and what is well is not told."""
    watched(tmp_path)
    if is_folded:
        folded(tmp_path)
    async with services(tmp_path) as made:
        told = await happened(Call({"when": "from 14:00 to 14:20"}, made))
    rows = [row[1:3] for row in table(told, "Time line").rows]
    assert rows == [
        ("alert", "busy is resolved: over"),
        ("alert", "busy fires: CPU 99 %"),
        ("message", "busy (firing) by slack did not go out: HTTP 500"),
        ("message", "busy (firing) by slack given up: HTTP 500"),
        ("silence", "rule=busy silenced until 14:35:00 by ann"),
        ("alert", "health critical: "),
    ]
    assert told.verdict == (
        "From 14:00:00 to 14:20:00: no query, 1 alert fired, 1 message not delivered at once, "
        "health not ok once"
    )


async def test_a_session_that_died_of_late_is_told(tmp_path: Path) -> None:
    """Who asks who is here sees who died within the hour, and nobody who died before that."""
    for name, hour in (("late", 14), ("long ago", 12)):
        one = Recorder(name)
        one.join(at(hour, 30))
        one.save(tmp_path)
    async with services(tmp_path) as made:
        told = await sessions(Call({}, made))
    assert told.verdict == "no other session is here; 1 session died in the last hour"
    assert [row[0] for row in table(told, "Died in the last hour").rows] == ["late"]


async def test_a_watch_is_no_slow_query(tmp_path: Path) -> None:
    """What was asked to last is not among the slowest, and that is said."""
    one = Recorder("one")
    one.join(at(14))
    one.ask(at(14, 1), "q1", "risk", took_s=2.0)
    watch = Answer(
        status="answered",
        level="full",
        query=Understanding("monitor", "monitor", "monitor"),
        verdict="",
        elapsed_ms=160_000.0,
    )
    one.ask(at(14, 2), "q2", "status", took_s=1.0)
    one.put(at(14, 3), QueryAsked(query="q3", text="monitor"))
    one.put(at(14, 6), ended("q3", watch))
    one.save(tmp_path)
    async with services(tmp_path) as made:
        told = await history(Call({"slow": True, "when": "today"}, made))
    assert [row[2] for row in table(told, "Queries").rows] == ["risk", "status"]
    assert told.assumptions[0].endswith("validation, and questions with one of them as a part")


async def test_words_that_name_no_time_are_refused(tmp_path: Path) -> None:
    """They do not stand for the span that is taken without words."""
    watched(tmp_path)
    async with services(tmp_path) as made:
        with pytest.raises(Refused, match="'nonsense time' names no time"):
            await happened(Call({"when": "nonsense time"}, made))


async def test_how_many_are_over_is_said_in_words(tmp_path: Path) -> None:
    """Those that are over, and those that were not, at the end of a span or when last evaluated."""
    watched(tmp_path)
    async with services(tmp_path) as made:
        two = await alerts(Call({"when": "since 13:50"}, made))
        then = await alerts(Call({"when": "from 13:50 to 14:20"}, made))
        over = await alerts(Call({"when": "from 13:50 to 14:02"}, made))
    assert two.verdict == "2 incidents from 13:50:00 to now, 1 of which was on when last evaluated"
    assert table(two, "Alerts").rows[1][3:5] == ("on when last evaluated at 14:50:00", "47 min")
    assert then.verdict == "2 incidents from 13:50:00 to 14:20:00, 1 of which was not over then"
    assert table(then, "Alerts").rows[1][3:5] == ("not by 14:20:00", "17 min")
    assert over.verdict == "1 incident from 13:50:00 to 14:02:00, which is over"


async def test_what_fires_is_that_of_a_session_that_is_here(tmp_path: Path) -> None:
    """While the monitor holds its journal its alert fires still, and no longer once it died."""
    monitor = Recorder("monitor", interactive=False)
    monitor.join(at(13, 50))
    monitor.put(at(14, 0), fires())
    monitor.save(tmp_path)
    held = locked(tmp_path / "journals/monitor.jsonl")
    assert held is not None
    async with services(tmp_path) as made:
        here = await alerts(Call({"when": "today"}, made))
        os.close(held)
        died = await alerts(Call({"when": "today"}, made))
    assert here.verdict.endswith(", which still fires")
    assert table(here, "Alerts").rows[0][3:5] == ("fires", "1 h")
    assert died.verdict.endswith(", which was on when last evaluated")


async def test_who_took_over_tells_what_fires(tmp_path: Path) -> None:
    """An evaluator's death ends nothing where the next one tells that it fires."""
    for name, hour in (("first", 13), ("second", 14)):
        monitor = Recorder(name, interactive=False)
        monitor.join(at(hour))
        monitor.put(at(hour, 1), fires())
        monitor.put(at(hour, 30), looked("ok"))
        monitor.save(tmp_path)
    async with services(tmp_path) as made:
        told = await alerts(Call({"when": "today"}, made))
    (row,) = table(told, "Alerts").rows
    assert row[3:5] == ("on when last evaluated at 14:30:00", "1 h 29 min")
