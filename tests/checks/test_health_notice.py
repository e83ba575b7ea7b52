"""Who is told of a health check that is not well, and how often."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from engine.alerts import silences
from engine.alerts.lock import AlertLock
from engine.alerts.silence import silence
from engine.checks.health.health import summed_up
from engine.checks.health.notice import RULE, message, notify
from engine.checks.health.parts.look import Ground
from engine.clock import ManualClock, SystemClock
from engine.events import AlertDelivered, Check, HealthChecked
from engine.file_lock import Owner
from engine.store.journals.journal import read_events
from tests.alerts.fake_slack import FakeSlack, fake_slack
from tests.checks.health_ground import ground

pytestmark = pytest.mark.anyio


def bad(*names: str, state: str = "critical") -> HealthChecked:
    checks = [Check(name, "dependency", state, f"{name} broke") for name in names]  # type: ignore[arg-type]
    return summed_up([*checks, Check("well", "dependency", "ok", "fine")])


async def told(given: Ground, event: HealthChecked, slack: FakeSlack, wall_s: float) -> str:
    clock = ManualClock(wall_s=wall_s)
    return await notify(given, event, clock, {"SLACK_WEBHOOK_URL": slack.webhook})


async def test_the_same_finding_is_told_once_in_the_time_of_repetition(tmp_path: Path) -> None:
    """Hour by hour for a day, with one of four hours: every fourth run tells it, to the second."""
    given = ground(tmp_path)
    with fake_slack() as slack:
        said = [
            await told(given, bad("disk"), slack, 1_795_000_000.0 + hour * 3600)
            for hour in range(13)
        ]
        sent = [hour for hour, line in enumerate(said) if line == "slack: sent"]
        assert sent == [0, 4, 8, 12]
        assert len(slack.received) == len(set(slack.ids)) == 4
        assert "told already" in said[1]
        assert await told(given, bad("disk", "git"), slack, 1_795_000_000.0) == "slack: sent"


async def test_the_same_finding_in_two_projects_of_one_store_is_told_of_each(
    tmp_path: Path,
) -> None:
    """Their books are two, and one may be mended; in the first it is told once, as always."""
    given, now_s = ground(tmp_path), 1_795_000_000.0
    with fake_slack() as slack:
        assert await told(given, bad("book"), slack, now_s) == "slack: sent"
        other = replace(given, project=str(tmp_path / "other"))
        assert await told(other, bad("book"), slack, now_s) == "slack: sent"
        assert "told already" in await told(given, bad("book"), slack, now_s + 3600)


async def test_what_was_not_taken_is_tried_by_the_next_run(tmp_path: Path) -> None:
    """It waits in the outbox, and goes out under the id that it had."""
    given, now_s = ground(tmp_path), SystemClock().wall_s()
    with fake_slack("500") as slack:
        first = await told(given, bad("disk"), slack, now_s)
        assert first.startswith("slack: failed")
        assert await told(given, bad("disk"), slack, now_s + 3600) == "slack: sent"
        assert len(set(slack.ids)) == 1
    journals = (tmp_path / "store" / "journals").glob("*.jsonl")
    events = [event for path in sorted(journals) for event in read_events(path)]
    states = sorted(one.state for one in events if isinstance(one, AlertDelivered))
    assert states == ["failed", "sent"]


async def test_nobody_is_told_of_what_is_well_or_silenced_or_has_no_channel(tmp_path: Path) -> None:
    """Each time the sentence says why."""
    given, now_s = ground(tmp_path), 1_795_000_000.0
    with fake_slack() as slack:
        assert "all is well" in await told(given, bad(), slack, now_s)
        assert "no channel is set" in await notify(given, bad("a"), ManualClock(), {})
        made = silence("0123abcd", {"rule": RULE}, now_s - 60, 3600.0, reason="moving house")
        silences.add(tmp_path / "store" / "alerts" / "silences", made)
        assert "moving house" in await told(given, bad("a"), slack, now_s)
        assert not slack.received


async def test_a_session_that_evaluates_alerts_tells_of_it_itself(tmp_path: Path) -> None:
    """As long as it works, and only of what its rule fires for."""
    given = ground(tmp_path)
    alerts = tmp_path / "store" / "alerts"
    environ = {"SLACK_WEBHOOK_URL": ""}
    with fake_slack() as slack:
        environ["SLACK_WEBHOOK_URL"] = slack.webhook
        lock = AlertLock(alerts, Owner("other", 1))
        assert lock.take(0.0)
        clock = SystemClock()
        assert "a session evaluates" in await notify(given, bad("a"), clock, environ)
        part = msgspec.structs.replace(bad("part"), partial=True)  # its rule takes whole looks only
        assert "a session evaluates" not in await notify(given, part, clock, environ)
        assert await notify(given, bad("a", state="warning"), clock, environ) == "slack: sent"
        late = ManualClock(wall_s=clock.wall_s() + 3600)
        assert await notify(given, bad("a"), late, environ) == "slack: sent"
        lock.release()
        assert await notify(given, bad("b"), clock, environ) == "slack: sent"


def test_the_message_names_each_cause_and_its_remedy() -> None:
    """In the order of the checks; what is well is not in it."""
    check = Check("disk", "dependency", "critical", "0.1 GB are free", "free space")
    event = summed_up([check, Check("git", "dependency", "warning", "absent")])
    made = message(event, "/desk", 1_795_000_000.0, 3600.0)
    assert made.text == "critical disk: 0.1 GB are free\nwarning git: absent"
    assert made.remedy == "disk: free space"
    assert (made.severity, made.rule, made.kind) == ("critical", RULE, "firing")
