"""Silences as every session sees them: by their folder."""

import os
from pathlib import Path

import pytest

from engine.alerts.errors import UnknownSilence
from engine.clock import ManualClock
from engine.config import Config
from engine.runtime.alert_silences import TIDY_S, SilenceWatch
from engine.runtime.secrets_apart import secrets_apart


def test_seen_by_another(tmp_path: Path) -> None:
    """What one session makes and ends the other sees at its next look, each once."""
    clock = ManualClock()
    mine, other = SilenceWatch(tmp_path, clock), SilenceWatch(tmp_path, clock)
    name = mine.add({"rule": "hot"}, 600.0, "known").silence.id
    for watch in (mine, other):
        (begun,) = watch.look()
        assert (begun.silence, begun.reason, begun.ended) == (name, "known", False)
        assert [one.id for one in watch.lasting] == [name]
        assert watch.look() == ()
    other.end(name)
    for watch in (mine, other):
        (over,) = watch.look()
        assert (over.silence, over.ended) == (name, True)
        assert watch.lasting == ()
        assert watch.look() == ()
    with pytest.raises(UnknownSilence):
        mine.end(name)


def test_ends_by_itself(tmp_path: Path) -> None:
    """It ends after its time by the monotonic clock, wherever the wall clock was set."""
    clock = ManualClock()
    watch = SilenceWatch(tmp_path, clock)
    watch.add({"rule": "hot"}, 600.0, "")
    watch.look()
    clock.set_wall(clock.wall_s() + 86_400)
    assert watch.look() == ()
    clock.advance(599.0)
    assert watch.look() == ()
    clock.advance(2.0)
    (over,) = watch.look()
    assert over.ended


def test_what_stands_already_is_named(tmp_path: Path) -> None:
    """Whoever silences hears of the one that fits all of it and lasts longest, if there is one."""
    watch = SilenceWatch(tmp_path, ManualClock(wall_s=1_750_000_000.7))
    wide, stands = watch.add({"rule": "hot"}, 600.0, "")
    assert stands is None
    assert wide.until_s == 1_750_000_600.0  # what people read has no parts of a second
    assert watch.add({"rule": "hot", "desk": "a"}, 60.0, "").stands == wide
    assert watch.add({"rule": "hot"}, 60.0, "").stands == wide
    assert watch.add({"desk": "a"}, 60.0, "").stands is None
    watch.end(wide.id)
    assert watch.add({"rule": "hot", "room": "b"}, 90.0, "").stands != wide


def test_a_sleep_does_not_prolong_it(tmp_path: Path) -> None:
    """A laptop that sleeps over the end of a silence mutes nobody once it is awake."""
    clock = ManualClock()
    watch = SilenceWatch(tmp_path, clock)
    watch.add({"rule": "hot"}, 600.0, "")
    watch.look()
    clock.sleep(599.0)
    assert watch.look() == ()
    assert watch.lasting
    clock.sleep(2.0)
    (over,) = watch.look()
    assert over.ended
    assert watch.lasting == ()


def test_damaged_file_mutes_nobody(tmp_path: Path) -> None:
    """It is named, and the others go on."""
    watch = SilenceWatch(tmp_path, ManualClock())
    name = watch.add({"rule": "hot"}, 600.0, "").silence.id
    (tmp_path / "0badf00d.json").write_bytes(b"{")
    (begun,) = watch.look()
    assert begun.silence == name
    assert "0badf00d.json" in watch.damaged[0]


def test_old_ones_are_removed(tmp_path: Path) -> None:
    """What ended more than a day ago is removed, looked for once an hour."""
    clock = ManualClock()
    watch = SilenceWatch(tmp_path, clock)
    name = watch.add({"rule": "hot"}, 60.0, "").silence.id
    clock.set_wall(clock.wall_s() + 2 * 86_400)
    watch.tidy()
    assert (tmp_path / f"{name}.json").exists()
    clock.advance(TIDY_S + 1)
    watch.tidy()
    assert not (tmp_path / f"{name}.json").exists()


def test_secrets_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children inherit no secret while any session is open; each session has it."""
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.invalid/x")
    with secrets_apart(Config()) as first, secrets_apart(Config()) as second:
        assert "SLACK_WEBHOOK_URL" not in os.environ
        assert first["SLACK_WEBHOOK_URL"] == second["SLACK_WEBHOOK_URL"]
    assert os.environ["SLACK_WEBHOOK_URL"] == "https://hooks.invalid/x"
