"""Single checks of health: who watches, who folds, what is left, whom an alert would reach."""

import errno
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.alerts.outbox import Outbox
from engine.checks.health.child import checked
from engine.checks.health.parts import store_writing
from engine.checks.health.parts.catalogue import look
from engine.checks.health.parts.limits import LIMITS, Limits
from engine.checks.service_units import MONITOR, kind_here, mark, units_folder
from tests.alerts.delivering import message
from tests.alerts.fake_slack import fake_slack
from tests.checks.health_ground import ground
from tests.store.stores import samples, write


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file's lock as a session does; to another open file it is somebody else's."""
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@pytest.fixture
def install() -> None:
    """Put the unit of a service where the user's are; the tests have a home of their own."""
    kind = kind_here()
    assert kind is not None
    folder = units_folder(kind)
    folder.mkdir(parents=True)
    (folder / MONITOR[kind]).write_text(f"# {mark(0)}\n", encoding="utf-8")


def test_a_session_that_samples_watches(tmp_path: Path) -> None:
    """Its journal is locked and its newest sample young; unlocked, it has died."""
    now_s = time.time()
    journal = write(tmp_path / "store", "alive", samples("alive", 30, now_s - 30))
    given = ground(tmp_path, "sessions")
    with held(journal):
        seen = look("sessions", given)
    assert (seen.state, seen.text) == ("ok", "1 session watches")
    assert seen.figures["watching"] == 1
    died = look("sessions", given)
    assert (died.state, died.figures["watching"]) == ("warning", 0)


def test_a_session_whose_samples_stopped_hangs(tmp_path: Path) -> None:
    """Alone it is critical, beside one that works a warning; each time it is named."""
    now_s = time.time()
    stopped = write(tmp_path / "store", "stopped", samples("stopped", 30, now_s - 200))
    given = ground(tmp_path, "sessions")
    with held(stopped):
        alone = look("sessions", given)
        works = write(tmp_path / "store", "works", samples("works", 30, now_s - 30))
        with held(works):
            beside = look("sessions", given)
    assert (alone.state, beside.state) == ("critical", "warning")
    assert "session stopped is there, but its newest sample is 1" in alone.text
    assert "session stopped" in beside.text
    assert beside.text.startswith("1 session watches")


def test_one_who_samples_for_a_query_does_not_watch(tmp_path: Path) -> None:
    """Two samples are a look, and no look that goes on."""
    journal = write(tmp_path / "store", "query", samples("query", 2, time.time() - 2))
    with held(journal):
        assert look("sessions", ground(tmp_path, "sessions")).figures["watching"] == 0


@pytest.mark.parametrize("folded", [False, True])
def test_a_session_that_has_just_begun_its_next_segment_watches(
    tmp_path: Path, folded: bool
) -> None:
    """One sample is enough there: it was there for an hour, whether the last segment is or not."""
    store, now_s = tmp_path / "store", time.time()
    events = samples("alive", 30, now_s - 30)
    if not folded:
        write(store, "alive", events[:-1])
    journal = write(store, "alive", events[-1:], number=1)
    with held(journal):
        seen = look("sessions", ground(tmp_path, "sessions"))
    assert (seen.state, seen.text) == ("ok", "1 session watches")


@pytest.mark.usefixtures("install")
def test_where_a_service_is_installed_nobody_watching_is_critical(tmp_path: Path) -> None:
    """It should be there."""
    seen = look("sessions", ground(tmp_path, "sessions"))
    assert seen.state == "critical"
    assert "the service is installed" in seen.text


def test_journals_that_cannot_be_written_are_found_though_the_store_can(tmp_path: Path) -> None:
    """Nothing would be recorded: it is no comfort that a file beside them could be written."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "journals").write_text("no folder\n", encoding="utf-8")
    seen = look("store_write", ground(tmp_path))
    assert (seen.state, seen.remedy) == ("critical", "set store.folder to a folder")
    assert f"{tmp_path / 'store' / 'journals'} is no folder" in seen.text


def test_what_the_system_refuses_names_the_file_the_cause_and_the_remedy(tmp_path: Path) -> None:
    """Each check of a store whose journals are a loop of links; no class of Python's is told."""
    (tmp_path / "store").mkdir()
    journals = tmp_path / "store" / "journals"
    journals.symlink_to(journals)
    for name in ("sessions", "store_clock"):
        seen = checked(name, ground(tmp_path, name))
        assert (seen.state, seen.remedy) == ("critical", "set store.folder to a folder that works")
        assert seen.text == f"{journals}: {os.strerror(errno.ELOOP)}"


def test_a_manifest_that_the_system_does_not_give_is_not_made_anew_by_a_fold(
    tmp_path: Path,
) -> None:
    """Where its folder is a file the setting is wrong, and nothing is damaged."""
    (tmp_path / "store").write_text("no folder\n", encoding="utf-8")
    seen = look("store_read", ground(tmp_path))
    assert (seen.state, seen.remedy) == ("critical", "set store.folder to a folder")


def test_a_disk_that_tells_no_size_is_unknown_and_not_full(tmp_path: Path) -> None:
    """As of a system that is made up as it is read; 0 of 0 bytes is no figure."""
    given = replace(ground(tmp_path, "disk"), store="/proc/store")
    if sys.platform != "linux":
        pytest.skip("no /proc here")
    seen = look("disk", given)
    assert (seen.state, seen.figures) == ("unknown", {})


def test_a_look_that_is_killed_while_it_writes_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk hangs, the file has no name any more: a later look stumbles over none."""
    seen, folder = list[Path](), tmp_path / "store"
    monkeypatch.setattr(store_writing, "sync", lambda _: seen.extend(folder.rglob(".*")))
    assert look("store_write", ground(tmp_path)).state == "ok"
    assert seen == []


@pytest.mark.parametrize(("hours", "state"), [(0, "ok"), (1, "warning"), (3, "critical")])
def test_a_fold_that_never_ends_is_told(tmp_path: Path, hours: int, state: str) -> None:
    """By how long its lock is held, with the process that holds it."""
    store, since_s = tmp_path / "store", time.time() - hours * 3600
    store.mkdir()
    lock = store / "fold.lock"
    lock.write_text(json.dumps({"pid": 4711, "since_s": since_s}), encoding="utf-8")
    os.utime(lock, (since_s, since_s))
    with held(lock):
        seen = look("store_fold", ground(tmp_path))
    assert seen.state == state
    assert "process 4711" in seen.text
    assert look("store_fold", ground(tmp_path)).state == "ok"


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("disk.free_bytes", 2e9, "ok"),
        ("disk.free_bytes", 5e8, "warning"),
        ("disk.free_bytes", 5e7, "critical"),
        ("disk.free_pct", 4.9, "warning"),
        ("disk.free_pct", 5.0, "ok"),
        ("memory.available_pct", 1.0, "critical"),
        ("store_clock.ahead_s", 61.0, "warning"),
        ("outbox.oldest_s", 3601.0, "warning"),
        ("kernels.error", 2e-10, "critical"),
        ("kernels.error", 1e-10, "ok"),
    ],
)
def test_a_figure_is_judged_by_its_limits(name: str, value: float, state: str) -> None:
    """On a limit it is still well."""
    assert LIMITS[name].judge(value) == state


def test_limits_have_a_right_order() -> None:
    """No figure is critical before it is a warning."""
    for name, one in LIMITS.items():
        if one.warning is not None and one.critical is not None:
            assert (one.warning > one.critical) == one.low, name
    assert Limits(None, None).judge(1e300) == "ok"


def test_channels_are_reached_or_absent_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that is there is ok; one that is gone critical, and its secret is not told."""
    given = ground(tmp_path, "channels")
    absent = look("channels", given)
    assert absent.state == "ok"
    assert "slack absent: SLACK_WEBHOOK_URL is not set" in absent.text
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook)
        there = look("channels", given)
        assert not slack.received
    gone = look("channels", given)
    assert (there.state, gone.state) == ("ok", "critical")
    assert "slack: reached" in there.text
    assert "localhost" in gone.text
    assert "keepThisHidden" not in gone.text


def test_a_message_that_waits_too_long_is_told(tmp_path: Path) -> None:
    """One that was just put is not."""
    alerts = tmp_path / "store" / "alerts"
    given = ground(tmp_path, "outbox")
    assert look("outbox", given).text == "messages on their way: 0"
    Outbox(alerts).put(message(), ["slack"])
    assert look("outbox", given).state == "ok"
    Outbox(alerts, clock=_Earlier()).put(message("m2"), ["slack"])
    seen = look("outbox", given)
    assert seen.state == "warning"
    assert seen.figures["waiting"] == 2
    assert "the oldest for 120 min" in seen.text


class _Earlier:
    """The machine's clock as it was two hours ago."""

    def monotonic_s(self) -> float:
        return time.perf_counter()

    def sleepless_s(self) -> float:
        return time.perf_counter()

    def wall_s(self) -> float:
        return time.time() - 7200


def test_settings_say_how_many_rules_are_in_force(tmp_path: Path) -> None:
    """With the defaults all is well."""
    seen = look("settings", ground(tmp_path, "settings"))
    assert seen.state == "ok"
    assert f"{seen.figures['rules']:.0f} alert rules" in seen.text


def test_a_rule_that_keeps_the_monitor_from_starting_is_critical(tmp_path: Path) -> None:
    """The sentence names the rule and what was expected."""
    wrong = '{ mine = { expr = "no_such_metric > 1" } }'
    seen = look("settings", ground(tmp_path, "settings", alerts_rules=wrong))
    assert seen.state == "critical"
    assert "alerts.rules.mine" in seen.text
    assert "no monitor" in seen.remedy


def test_settings_are_looked_at_as_they_are_now(tmp_path: Path) -> None:
    """Whoever asks may have read them long ago; what became wrong since is told."""
    asked = ground(tmp_path, "settings")
    (tmp_path / "project" / "bolt.toml").write_text("[alerts]\ninterval_s = 'often'\n")
    seen = look("settings", asked)
    assert seen.state == "critical"
    assert "alerts.interval_s" in seen.text


def test_settings_that_are_ignored_are_a_warning(tmp_path: Path) -> None:
    """A project's claim on what only its user may set, with file and line."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "bolt.toml").write_text("[email]\nhost = 'x'\n", encoding="utf-8")
    seen = look("settings", ground(tmp_path, "settings"))
    assert seen.state == "warning"
    assert "bolt.toml:2: email.host is ignored" in seen.text


def test_an_empty_book_is_a_warning_as_a_bad_cell_is(tmp_path: Path) -> None:
    """Both are their owner's to mend."""
    given = ground(tmp_path, "book", market_positions="book.csv")
    book = tmp_path / "project" / "book.csv"
    for text in ("", "symbol,quantity\nU,many\n"):
        book.write_text(text, encoding="utf-8")
        seen = look("book", given)
        assert (seen.state, "book.csv" in seen.text) == ("warning", True)


def test_a_store_that_is_a_file_has_no_outbox(tmp_path: Path) -> None:
    """Critical, in a sentence with what to do."""
    (tmp_path / "store").touch()
    seen = look("outbox", ground(tmp_path, "outbox"))
    assert seen.state == "critical"
    assert seen.text.endswith("alerts can't be read: not a directory")
    assert "store.folder" in seen.remedy
