"""Alerts in the past: how they stood, whoever told them, and their marks on the time bar."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import (
    AlertFiring,
    AlertPending,
    AlertResolved,
    Event,
    HealthChecked,
    HostSample,
    Notice,
    SessionJoined,
    SilenceChanged,
    Validated,
)
from engine.standing import Standing
from engine.store.leases.pool import Pool
from engine.store.past.marks import marks_of
from engine.store.past.past import Past

from .events import Session
from .stores import NOON_S, write
from .test_past import keep

pytestmark = pytest.mark.anyio


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    pool = Pool(4)
    yield Past(pool, tmp_path)
    await pool.close()


def firing(alert: str = "a", text: str = "x", *, kept: bool = False) -> AlertFiring:
    return AlertFiring(alert=alert, rule=alert, severity="critical", text=text, kept=kept)


def resolved(alert: str = "a") -> AlertResolved:
    return AlertResolved(alert=alert, rule=alert, severity="critical", why="mended")


def pending(alert: str = "a", *, over: bool = False) -> AlertPending:
    return AlertPending(alert=alert, rule=alert, severity="critical", over=over)


def silence(*, ended: bool = False) -> SilenceChanged:
    return SilenceChanged(silence="s", matchers={"rule": "a"}, starts_s=0, until_s=4e9, ended=ended)


@pytest.mark.parametrize("how", ["journals", "parts", "both"])
async def test_how_alerts_stood_at_every_moment(past: Past, tmp_path: Path, how: str) -> None:
    """At each moment the store tells what a reader of both sessions would have known."""
    first, second = Session("one", NOON_S), Session("two", NOON_S + 0.5)
    told: list[Event] = []
    for session, event in (
        (first, pending()), (first, firing()), (second, pending("b")), (first, silence()),
        (second, HealthChecked(state="warning", text="disk")), (first, firing(text="moved")),
        (second, pending("b", over=True)), (first, resolved()), (second, firing("c")),
        (second, silence(ended=True)), (first, Validated(phase="1", full=False, ready_pct=50.0)),
        (second, firing(text="two sees it")), (first, HealthChecked(state="ok", text="")),
    ):  # fmt: skip
        session.clock.set_wall(NOON_S + len(told))
        told.append(session.stamped(event))
    for name in ("one", "two"):
        keep(tmp_path, how, name, [one for one in told if one.session == name])
    for number in range(len(told) + 1):
        standing = Standing()
        for one in told[:number]:
            standing.take(one)
        at_s = (told[number - 1].wall_s if number else NOON_S) + 0.01
        found = await past.told(at_s)
        assert sorted(found, key=lambda one: one.wall_s) == found
        assert {id_of(one) for one in found} == {id_of(one) for one in standing.events()}, number


def id_of(event: Event) -> tuple[str, int]:
    return event.session, event.seq


async def test_a_session_keeps_its_own_alerts_in_its_standing(past: Past, tmp_path: Path) -> None:
    """What one session told stands in its own state, and not what another told."""
    one, two = Session("one", NOON_S), Session("two", NOON_S)
    mine = [one.stamped(SessionJoined(project="/p", pid=1, version="1")), one.stamped(firing())]
    write(tmp_path, "one", mine)
    write(tmp_path, "two", [two.stamped(firing("b"))])
    assert await past.standing(NOON_S + 9, "one") == mine


def test_a_standing_gives_its_own_first_and_others_after() -> None:
    """A late reader knows whose clock counts before it hears of other sessions."""
    own, other = Session("mine", 1000.0), Session("theirs", 900.0)
    other.clock.advance(5e6)
    standing = Standing()
    events = [
        other.stamped(firing("a")), own.stamped(SessionJoined(project="/p", pid=1, version="1")),
        other.stamped(HealthChecked(state="ok", text="")), own.stamped(HostSample()),
        other.stamped(firing("b")),
    ]  # fmt: skip
    for event in events:
        standing.take(event)
    assert [event.session for event in standing.events()] == ["mine", "mine", *["theirs"] * 3]
    standing.take(other.stamped(resolved("a")))
    assert events[0] not in standing.events()


async def test_only_the_first_firing_has_a_mark(past: Past, tmp_path: Path) -> None:
    """Told again in other words, by another session, or before the span: one mark, one end."""
    one, two = Session("one", NOON_S), Session("two", NOON_S + 20)
    early = [one.stamped(firing(text="first")), one.stamped(firing(text="moved"))]
    write(tmp_path, "one", early)
    late = [
        two.stamped(event)
        for event in (firing(text="taken over"), resolved(), pending(), firing(text="again"),
                      firing(kept=True), HealthChecked(state="unknown", text="no answer"),
                      HealthChecked(state="ok", text=""), Notice(key="k", severity="info",
                                                                 text="n"))
    ]  # fmt: skip
    write(tmp_path, "two", late)
    marks = await past.marks(NOON_S, NOON_S + 100)
    said = [(mark.kind, mark.severity, mark.text) for mark in marks]
    assert said == [
        ("alert", "critical", "a fires: first"),
        ("alert", "info", "a is resolved: mended"),
        ("alert", "critical", "a fires: again"),
        ("alert", "warning", "health unknown: no answer"),
        ("notice", "info", "n"),
    ]
    later = await past.marks(NOON_S + 10, NOON_S + 100)
    assert later == marks[1:]
    assert await past.marks(NOON_S + 2.5, NOON_S + 21.5) == []


_STEPS = st.sampled_from(["fires", "resolved", "pending", "other"])


@given(st.lists(st.tuples(_STEPS, st.sampled_from("ab")), max_size=30), st.integers(0, 30))
@settings(deadline=None)
def test_marks_of_a_part_are_part_of_the_marks(steps: list[tuple[str, str]], cut: int) -> None:
    """Wherever a span is cut, its two halves have together the marks of the whole."""
    session = Session("s", NOON_S)
    made: dict[str, Event] = {}
    events = []
    for step, alert in steps:
        made = {"fires": firing(alert), "resolved": resolved(alert), "pending": pending(alert),
                "other": HostSample()}  # fmt: skip
        events.append(session.stamped(made[step]))
    standing = Standing()
    for event in events[:cut]:
        standing.take(event)
    halves = [*marks_of(events[:cut]), *marks_of(events[cut:], standing.events())]
    assert halves == marks_of(events)


async def test_an_empty_store_has_no_alerts() -> None:
    """Where nothing was recorded nothing stood."""
    with TemporaryDirectory() as folder:
        pool = Pool(1)
        assert await Past(pool, Path(folder)).told(NOON_S) == []
        await pool.close()


def test_a_look_at_a_part_of_the_checks_replaces_no_whole_one() -> None:
    """Whoever comes late hears of both."""
    one, standing = Session("s1"), Standing()
    whole = HealthChecked(state="critical", text="")
    part = HealthChecked(state="ok", text="", partial=True)
    for event in (whole, part):
        standing.take(one.stamped(event))
    assert standing.events() == [whole, part]
