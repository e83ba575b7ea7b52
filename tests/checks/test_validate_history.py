"""What is read from history: each figure from journals that sessions wrote, at a known time."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine import __version__
from engine.checks.health.parts.catalogue import GROUPS
from engine.checks.health.parts.look import Group
from engine.checks.validation.criteria import history
from engine.checks.validation.criteria.history_view import History
from engine.checks.validation.criteria.shown import Shown
from engine.events import (
    AlertDelivered,
    AlertFiring,
    Check,
    EngineSample,
    Event,
    HealthChecked,
    Notice,
    Validated,
)
from tests.store.stores import folded, parts

from .validate_ground import (
    DAY_S,
    HOUR_S,
    NOW_S,
    at_noon,
    criterion,
    query,
    session,
    validated,
)

pytestmark = pytest.mark.anyio


async def read(folder: Path) -> History:
    found = await history.read(at_noon(folder))
    assert isinstance(found, History), found
    return found


async def test_nothing_on_record_proves_nothing(tmp_path: Path) -> None:
    """Each is unproven, and says what would prove it; none is passed."""
    shown = await history.measured(at_noon(tmp_path))
    assert {one.state for one in shown.values()} == {"unproven"}
    assert all(one.proof for one in shown.values())


async def test_hours_without_a_crash_are_counted_once(tmp_path: Path) -> None:
    """Two sessions at the same time are no more hours than one; 48 are enough, 40 are not."""
    session(tmp_path / "store", "a", NOW_S - 60 * HOUR_S, 40)
    session(tmp_path / "store", "b", NOW_S - 60 * HOUR_S, 40)
    shown = history.crash_free(await read(tmp_path))
    assert (shown.state, shown.figure) == ("unproven", "40.0 h recorded")
    assert "8.0 h more" in shown.proof


async def test_hours_of_several_sessions_add_up(tmp_path: Path) -> None:
    """Forty-eight hours in two pieces, none of which died."""
    session(tmp_path / "store", "a", NOW_S - 80 * HOUR_S, 30)
    session(tmp_path / "store", "b", NOW_S - 40 * HOUR_S, 18)
    assert history.crash_free(await read(tmp_path)).state == "proven"


async def test_a_session_that_died_starts_the_hours_anew(tmp_path: Path) -> None:
    """Recently dead: failed, with the time; long ago and 48 hours since: proven."""
    store = tmp_path / "store"
    session(store, "dead", NOW_S - 100 * HOUR_S, 1, leaves=False)
    session(store, "after", NOW_S - 98 * HOUR_S, 47)
    shown = history.crash_free(await read(tmp_path))
    assert shown.state == "unproven"
    assert "47.0 h since 2026-11-16 08:59 UTC" in shown.figure


async def test_a_death_of_today_is_a_failure(tmp_path: Path) -> None:
    """Not merely a lack of hours."""
    session(tmp_path / "store", "dead", NOW_S - 60 * HOUR_S, 59, leaves=False)
    found = await read(tmp_path)
    assert history.crash_free(found).state == "failed"
    shown = history.critical_failures(found)
    assert shown.state == "failed"
    assert "session dead died at 2026-11-20 10:59 UTC" in shown.proof


def _end(number: int, *, broke: bool) -> Event:
    return query(number, "failed", error="failed") if broke else query(number, "answered")


async def test_the_success_rate_is_of_the_last_week(tmp_path: Path) -> None:
    """17 of 20 is above 80 % and not above 90 %; cancelled, put wrongly and old don't count."""
    ends: list[tuple[float, Event]] = [
        (NOW_S - HOUR_S + number, _end(number, broke=number < 3)) for number in range(20)
    ]
    ends += [(NOW_S - 60 + number, query(100 + number, "cancelled")) for number in range(9)]
    ends += [
        (NOW_S - 30 + number, query(200 + number, "failed", error="usage")) for number in range(9)
    ]
    session(tmp_path / "store", "now", NOW_S - 2 * HOUR_S, 2, ends)
    old: list[tuple[float, Event]] = [
        (NOW_S - 8 * DAY_S + number, query(number, "failed", 1e6)) for number in range(50)
    ]
    session(tmp_path / "store", "old", NOW_S - 8 * DAY_S, 1, old)
    found = await read(tmp_path)
    eighty, ninety = history.success(found, 0.8), history.success(found, 0.9)
    assert (eighty and eighty.state, ninety and ninety.state) == ("proven", "failed")
    assert eighty is not None
    assert eighty.figure == "85.0 % of 20 queries"
    response = history.response(found, 10.0)
    assert response is not None
    assert (response.state, response.figure) == ("proven", "0.10 s of 20")


async def test_slow_answers_fail_the_mean(tmp_path: Path) -> None:
    """Ten that took half a minute among twenty: 15.05 s in the mean."""
    ends: list[tuple[float, Event]] = [
        (NOW_S - 60 + number, query(number, "answered", 30_000 if number < 10 else 100))
        for number in range(20)
    ]
    session(tmp_path / "store", "s", NOW_S - HOUR_S, 1, ends)
    shown = history.response(await read(tmp_path), 10.0)
    assert shown is not None
    assert (shown.state, shown.figure) == ("failed", "15.05 s of 20")


async def test_nineteen_queries_are_too_few(tmp_path: Path) -> None:
    """A standard set is asked instead."""
    ends: list[tuple[float, Event]] = [
        (NOW_S - 60 + number, query(number, "answered")) for number in range(19)
    ]
    session(tmp_path / "store", "s", NOW_S - HOUR_S, 1, ends)
    found = await read(tmp_path)
    assert history.success(found, 0.8) is None
    assert history.response(found, 10.0) is None


async def test_the_peak_is_the_most_of_now_and_of_what_is_on_record(tmp_path: Path) -> None:
    """Nine GB a month ago fail it, however little is held now."""
    held: list[tuple[float, Event]] = [
        (NOW_S - 30 * DAY_S, EngineSample(rss_bytes=10**9, memory_used_bytes=9 * 10**9))
    ]
    session(tmp_path / "store", "s", NOW_S - 31 * DAY_S, 48, held)
    shown = history.peak(await read(tmp_path), 0.5)
    assert (shown.state, shown.figure) == ("failed", "9.00 GB")
    assert shown.proof.startswith("0.50 GB now; 9.00 GB on record (with children)")


async def test_critical_health_and_alerts_are_critical_failures(tmp_path: Path) -> None:
    """A warning is none, and one of last month is over."""
    happened: list[tuple[float, Event]] = [
        (NOW_S - 40 * DAY_S, HealthChecked(state="critical", text="old")),
        (NOW_S - 2 * DAY_S, HealthChecked(state="warning", text="nobody watches")),
        (NOW_S - DAY_S, HealthChecked(state="critical", text="the disk is full")),
        (NOW_S - DAY_S, AlertFiring(alert="1", rule="hot", severity="warning", since_s=NOW_S)),
        (NOW_S - DAY_S, AlertFiring(alert="2", rule="full", severity="critical", since_s=NOW_S)),
    ]
    session(tmp_path / "store", "s", NOW_S - 41 * DAY_S, 0, happened)
    shown = history.critical_failures(await read(tmp_path))
    assert shown.state == "failed"
    assert shown.figure.startswith("2 in ")
    assert "the disk is full" in shown.proof
    assert "the alert full fired" in shown.proof
    assert "hot" not in shown.proof


def looked(*groups: Group) -> HealthChecked:
    """Return what was found well in these groups of checks, or in all."""
    checks = tuple(Check(group, group, "ok", "fine") for group in groups or GROUPS)
    return HealthChecked(state="ok", text="all", checks=checks)


async def test_a_look_at_the_disk_is_no_look_at_everything(tmp_path: Path) -> None:
    """`--only` each hour, for a day: some parts are watched, and monitoring is not proven."""
    looks = [(NOW_S - 60 - hour * HOUR_S, looked("dependency")) for hour in range(24)]
    session(tmp_path / "store", "s", NOW_S - DAY_S, 24, looks)
    shown = history.monitored(await read(tmp_path))
    assert (shown.state, shown.figure) == ("unproven", "in 0 of the last 24 hours")


@pytest.mark.parametrize(("hours", "state"), [(24, "proven"), (23, "proven"), (20, "unproven")])
async def test_health_is_looked_at_every_hour(tmp_path: Path, hours: int, state: str) -> None:
    """One hour may be missing; two looks in one hour are one."""
    looks: list[tuple[float, Event]] = [
        (NOW_S - 60 - hour * HOUR_S - second, looked())
        for hour in range(hours)
        for second in (0, 30)
    ]
    session(tmp_path / "store", "s", NOW_S - DAY_S, 24, looks)
    assert history.monitored(await read(tmp_path)).state == state


async def test_a_timer_that_comes_early_and_late_misses_no_hour(tmp_path: Path) -> None:
    """Between 7 and 12 minutes past each hour, read at 9 minutes past one."""
    looks: list[tuple[float, Event]] = [
        (NOW_S - hour * HOUR_S + (7 + 4 * (hour % 2)) * 60, looked()) for hour in range(1, 24)
    ]
    session(tmp_path / "store", "s", NOW_S - DAY_S, 24, looks)
    shown = history.monitored(replace(await read(tmp_path), now_s=NOW_S + 9 * 60))
    assert (shown.state, shown.figure) == ("proven", "in 23 of the last 24 hours")


@pytest.mark.parametrize(
    ("keys", "state"),
    [
        (["failed", "passed"], "proven"),
        (["passed", "failed"], "failed"),
        (["passed", "short"], "proven"),
        (["failed", "short"], "failed"),
        (["short"], "unproven"),
        ([], "unproven"),
    ],
)
async def test_the_last_soak_counts(tmp_path: Path, keys: list[str], state: str) -> None:
    """However an earlier one ended; other notices are none."""
    told: list[tuple[float, Event]] = [
        (NOW_S - DAY_S + hour, Notice(key=f"soak.{key}", severity="info", text="48 hours"))
        for hour, key in enumerate(keys)
    ]
    told.append((NOW_S - 60, Notice(key="other", severity="info", text="x")))
    session(tmp_path / "store", "s", NOW_S - 2 * DAY_S, 0, told)
    assert history.soak(await read(tmp_path)).state == state


@pytest.mark.parametrize(
    ("text", "state", "figure"),
    [
        ("nothing wrong in 48 hours in 400 s", "proven", "48 h, at "),
        ("nothing wrong in 60.5 hours in 400 s", "proven", "60.5 h, at "),
        ("nothing wrong in 1.0 of 1 hours in 20 s", "unproven", "1 h, at "),
        ("nothing wrong", "unproven", "hours unknown, at "),
    ],
)
async def test_a_soak_proves_by_its_hours(
    tmp_path: Path, text: str, state: str, figure: str
) -> None:
    """A shorter one proves nothing, whatever its key says."""
    told = [(NOW_S - DAY_S, Notice(key="soak.passed", severity="info", text=text))]
    session(tmp_path / "store", "s", NOW_S - 2 * DAY_S, 0, told)
    shown = history.soak(await read(tmp_path))
    assert shown.state == state
    assert shown.figure.startswith(figure)


def delivery(state: str, channel: str = "slack") -> Event:
    return AlertDelivered(
        message="m", alert="a", rule="r", channel=channel, kind="test", state=state,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(("state", "expected"), [("sent", "proven"), ("unsure", "unproven")])
async def test_a_delivery_counts_where_the_channel_acknowledged(
    tmp_path: Path, state: str, expected: str
) -> None:
    """Sent and unanswered is no proof; one of four months ago is none either."""
    sent = [(NOW_S - HOUR_S, delivery(state)), (NOW_S - 120 * DAY_S, delivery("sent", "email"))]
    session(tmp_path / "store", "s", NOW_S - 121 * DAY_S, 0, sent)
    shown = history.delivered(await read(tmp_path))
    assert shown.state == expected
    assert "email" not in shown.figure + shown.proof.replace("[email]", "")


async def week(folder: Path, *runs: tuple[float, Validated]) -> Shown:
    session(folder / "store", "v", NOW_S - 20 * DAY_S, 0, runs)
    return history.week(await read(folder))


def daily(*states: str) -> list[tuple[float, Validated]]:
    """Return a run a day, the last an hour ago, each with a criterion in a state."""
    return [
        (
            NOW_S - HOUR_S - day * DAY_S,
            validated(criterion("a", state), criterion("week", "unproven")),
        )
        for day, state in enumerate(states)
    ]


async def test_a_week_of_passed_runs_is_proven(tmp_path: Path) -> None:
    """Seven days in a row; that the week itself was not proven in them does not matter."""
    shown = await week(tmp_path, *daily(*["proven"] * 7))
    assert (shown.state, shown.figure) == ("proven", "7 of 7 days, 0 of 7 not passed")


@pytest.mark.parametrize("late_s", [0.0, -600.0, 600.0])
async def test_a_run_of_each_day_is_a_week_whenever_it_came(tmp_path: Path, late_s: float) -> None:
    """By turns a quarter of an hour early and late, read before today's and after yesterday's."""
    runs = [
        (when_s + 600.0 * (day % 2), run)
        for day, (when_s, run) in enumerate(daily(*["proven"] * 8))
    ]
    session(tmp_path / "store", "v", NOW_S - 20 * DAY_S, 0, runs[1:])
    shown = history.week(replace(await read(tmp_path), now_s=runs[0][0] + late_s))
    assert (shown.state, shown.figure) == ("proven", "7 of 7 days, 0 of 7 not passed")


async def test_six_days_are_no_week(tmp_path: Path) -> None:
    """Neither are ten runs on one of them, nor runs of one phase only."""
    of_one_day = [
        (NOW_S - 60 - second, validated(criterion("a", "proven"))) for second in range(10)
    ]
    of_a_phase = [(NOW_S - 6.5 * DAY_S, validated(criterion("a", "proven"), phase="1"))]
    shown = await week(tmp_path, *daily(*["proven"] * 6), *of_one_day, *of_a_phase)
    assert (shown.state, shown.figure.partition(",")[0]) == ("unproven", "6 of 7 days")


@pytest.mark.parametrize("state", ["failed", "unproven"])
async def test_one_run_that_did_not_pass_breaks_the_week(tmp_path: Path, state: str) -> None:
    """Failed where something had failed, else unproven; it says what was lacking."""
    shown = await week(tmp_path, *daily("proven", "proven", state, *["proven"] * 5))
    assert shown.state == state
    assert shown.proof.endswith("for a")


async def test_a_full_run_holds_for_its_version(tmp_path: Path) -> None:
    """What another version found, or a quick run, is not taken over."""
    drilled = validated(criterion("integration", "proven"), full=True)
    quick = validated(criterion("integration", "unproven"))
    store = tmp_path / "store"
    session(store, "old", NOW_S - DAY_S, 0, [(NOW_S - DAY_S, drilled)], version="0.0.1")
    assert history.last_full(await read(tmp_path), "integration") is None
    again = tmp_path / "again"
    again.mkdir()
    same = [(NOW_S - HOUR_S, validated(criterion("integration", "proven"), full=True))]
    session(again / "store", "new", NOW_S - DAY_S, 0, same, version=__version__)
    session(again / "store", "quick", NOW_S - 60, 0, [(NOW_S - 60, quick)], version=__version__)
    found = history.last_full(await read(again), "integration")
    assert found is not None
    assert found.session == "new"


@pytest.mark.parametrize("kind", ["EngineSample", "facts"])
async def test_a_damaged_part_fails_what_rests_on_it(tmp_path: Path, kind: str) -> None:
    """What is left of history proves nothing, and the part is named."""
    session(tmp_path / "store", "s", NOW_S - 60 * HOUR_S, 50)
    folded(tmp_path / "store")
    damaged = next(path for path in parts(tmp_path / "store") if path.stem == kind)
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    shown = await history.measured(at_noon(tmp_path))
    assert {one.state for one in shown.values()} == {"failed"}
    assert all(str(damaged) in one.proof for one in shown.values())
