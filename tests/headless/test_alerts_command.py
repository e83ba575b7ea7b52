"""`bolt-tui alerts` and its actions, as a process on a store of its own."""

import errno
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bolt_tui.command_line import parser
from bolt_tui.commands import alerts
from bolt_tui.refusing import OutputError
from engine.alerts import silences, standing_file, values
from engine.alerts.lock import AlertLock
from engine.alerts.message import Message
from engine.alerts.message_file import MessageFile
from engine.alerts.outbox import Outbox
from engine.alerts.progress import Outcome
from engine.alerts.rules import in_force
from engine.alerts.standing import Alert, Standing
from engine.clock import SystemClock
from engine.config import load
from engine.file_lock import Owner
from tests.alerts.fake_slack import SECRET, fake_slack
from tests.headless.conftest import COMMAND, Bolt
from tests.store.faults import room_for

FIRING = Alert(
    alert="a1",
    rule="high_memory",
    expr="memory_used_bytes > 1",
    phase="firing",
    severity="critical",
    text="Memory is short",
    since_s=1_795_000_000.0,
    fired_s=1_795_000_060.0,
)


@pytest.fixture
def folder(own_folders: Path) -> Path:
    """The alerts' folder of a store in which one alert fires."""
    folder = own_folders / "state/bolt-tui/alerts"
    folder.mkdir(parents=True)
    standing_file.write(folder, Standing(at_s=1_795_000_070.0, alerts={"a1": FIRING}))
    return folder


def settings(own_folders: Path, text: str) -> None:
    file = own_folders / "config/bolt-tui/config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def tables(answer: dict[str, Any]) -> dict[str, list[list[Any]]]:
    return {one["title"]: one["rows"] for one in answer["sections"] if one["kind"] == "table"}


def test_list_of_an_empty_store(bolt: Bolt) -> None:
    """Where nobody ever evaluated it says so and what to do, with the rules and absent channels."""
    ran = bolt("alerts", "-o", "json")
    assert ran.code == 0
    assert ran.answer["verdict"].startswith("Nobody evaluates the alerts, and nobody did so far")
    found = tables(ran.answer)
    assert ["high_memory", "not evaluated yet", None] in found["Rules"]
    assert {(row[0], row[1]) for row in found["Channels"]} == {
        ("slack", "absent"),
        ("email", "absent"),
    }


def test_list_says_who_evaluates(bolt: Bolt, folder: Path) -> None:
    """It tells what fires and who evaluates, and without one when it stood like this."""
    ran = bolt("alerts", "list")
    assert ran.code == 0
    assert "Nobody evaluates the alerts now" in ran.out
    assert "high_memory" in ran.out
    lock = AlertLock(folder, Owner("s1", 77, "/there"))
    assert lock.take(1_795_000_000.0)
    ran = bolt("alerts", "list")
    lock.release()
    assert "1 alert fires: high_memory; evaluated by process 77 on /there" in ran.out


def test_times_for_programs(bolt: Bolt, folder: Path) -> None:
    """In JSON each moment has its day and zone; for people what is today's is a time of day."""
    assert bolt("alerts", "silence", "high_memory", "--for", "90s").code == 0
    ran = bolt("alerts", "-o", "json")
    found = tables(ran.answer)
    told = (found["Alerts"][0][3], found["Silences"][0][2])
    assert all(datetime.fromisoformat(one).tzinfo is not None for one in told)
    assert datetime.fromisoformat(told[0]).timestamp() == FIRING.fired_s
    text = bolt("alerts").out
    assert told[1] not in text
    assert told[1][11:19] in text


def test_how_long_it_took_is_measured(bolt: Bolt) -> None:
    """An action tells its own time, and no figure that nobody took."""
    assert bolt("alerts", "rules", "-o", "json").answer["elapsed_ms"] > 0
    last = bolt("alerts", "rules").out.splitlines()[-1]
    assert last.startswith("answered, level full, ")
    assert "task" not in last


def test_silence_and_unsilence(bolt: Bolt, folder: Path) -> None:
    """A silence is a file that says what, until when, by whom and why; unsilence ends it."""
    ran = bolt(
        "alerts", "silence", "high_memory", "--for", "2h", "--because", "I know", "-o", "json"
    )
    assert ran.code == 0, ran.err
    (made,) = silences.read(folder / "silences").silences
    assert (made.matchers, made.reason) == ({"rule": "high_memory"}, "I know")
    assert made.until_s - made.starts_s == pytest.approx(7200)
    assert "it mutes high_memory" in ran.answer["verdict"]
    assert made.id in ran.answer["verdict"]
    assert tables(bolt("alerts", "-o", "json").answer)["Silences"][0][0] == made.id
    assert bolt("alerts", "unsilence", made.id).code == 0
    assert silences.read(folder / "silences").silences[0].ended
    again = bolt("alerts", "unsilence", made.id)
    assert (again.code, again.out) == (2, "")
    assert made.id in again.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("silence", "hgh_memory"), 'did you mean "high_memory"'),
        (("silence",), "a silence of everything is not made"),
        (("silence", "high_memory", "--for", "soon"), 'found "soon"'),
        (("silence", "high_memory", "--for", "31d"), "30d"),
        (("silence", "Label=x"), "Label"),
        (("unsilence",), "expects the id"),
        (("unsilence", "zz"), 'no silence "zz"'),
        (("list", "high_memory"), "takes no name"),
        (("silence", "desk=nope"), "no rule has desk=nope; there are: severity=critical"),
        (("silence", "high_memory", "--for", "-5m"), "--for=2h"),
        (("test", "--for", "3h"), "alerts test takes no --for: it belongs to alerts silence"),
        (("rules", "--channel", "slack"), "alerts rules takes no --channel"),
        (("test",), "SLACK_WEBHOOK_URL is not set"),
        (("test", "--channel", "email"), "email.host is empty"),
    ],
)
def test_what_can_not_be_meant(bolt: Bolt, words: tuple[str, ...], said: str) -> None:
    """Each slip is one sentence on stderr that says what was found, and exit code 2."""
    ran = bolt("alerts", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_silence_of_several(bolt: Bolt, folder: Path) -> None:
    """Each name is a silence of its own, also that of an alert that fires without its rule."""
    gone = replace(FIRING, alert="a2", rule="gone")
    standing_file.write(folder, Standing(at_s=1_795_000_070.0, alerts={"a1": FIRING, "a2": gone}))
    ran = bolt("alerts", "silence", "gone", "low_success")
    assert ran.code == 0, ran.err
    made = silences.read(folder / "silences").silences
    assert sorted(one.matchers["rule"] for one in made) == ["gone", "low_success"]
    assert all(one.id in ran.out for one in made)


def test_an_evaluator_that_stands_still(bolt: Bolt, folder: Path) -> None:
    """Who holds the lock and does nothing is no evaluator, and the answer says so."""
    lock = AlertLock(folder, Owner("s1", 77, "/there"))
    assert lock.take(0.0)
    os.utime(folder / "lock", (1_795_000_000.0, 1_795_000_000.0))
    ran = bolt("alerts", "-o", "json")
    lock.release()
    assert ran.answer["verdict"].startswith("process 77 holds the alerts and has not worked for")
    assert ran.answer["status"] == "degraded"
    assert bolt("alerts", "-o", "json").answer["status"] == "degraded"  # nobody has it


def test_why_nobody_is_told(bolt: Bolt, folder: Path) -> None:
    """A message that is not taken is listed with its cause, and its alert is not told."""
    standing = Standing(alerts={"a1": replace(FIRING, sent=1, sent_s=FIRING.fired_s)})
    standing_file.write(folder, standing)
    message = Message(
        id="m1", alert="a1", rule="high_memory", kind="firing", severity="critical",
        summary="Memory is short", at_s=FIRING.fired_s,
    )  # fmt: skip
    Outbox(folder).put(message, ["slack"])
    path = folder / "outbox/m1.slack.jsonl"
    with MessageFile.held(path) or pytest.fail("the message is not there") as file:
        now_s = SystemClock().wall_s()
        file.append(Outcome(1, now_s, "failed", "slack.test answered 503", 600.0))
    found = tables(bolt("alerts", "-o", "json").answer)
    assert found["Alerts"][0][5] == "not yet told: slack: slack.test answered 503"
    (row,) = found["Messages that did not arrive"]
    assert row[:5] == ["high_memory", "firing", "slack", "failing", 1]
    assert row[6] == "slack.test answered 503"
    assert row[7] == "none: no session sends"
    slack = next(row for row in found["Channels"] if row[0] == "slack")
    assert slack[2].startswith("not taken at ")
    with MessageFile.held(path) or pytest.fail("the message is not there") as file:
        file.append(Outcome(2, now_s, "sent"))
    found = tables(bolt("alerts", "-o", "json").answer)
    assert found["Alerts"][0][5].startswith("1, last at ")
    assert "Messages that did not arrive" not in found


def test_rules_in_force(bolt: Bolt, own_folders: Path) -> None:
    """It lists every rule with its condition and where it is from."""
    settings(
        own_folders,
        '[alerts.rules.low_success]\nfor = "5m"\n[alerts.rules.mine]\nexpr = "cpu_ratio > 0.9"\n',
    )
    rows = {row[0]: row for row in tables(bolt("alerts", "rules", "-o", "json").answer)["Rules"]}
    assert rows["low_success"][2] == "5m"
    assert rows["low_success"][-1] == "default, changed by your settings"
    assert (rows["mine"][1], rows["mine"][-1]) == ("cpu_ratio > 0.9", "your settings")
    assert rows["high_memory"][-1] == "default"


@pytest.mark.parametrize(
    "words", [("alerts", "rules"), ("alerts",), ("monitor", "--duration", "1")]
)
def test_bad_rule(bolt: Bolt, own_folders: Path, words: tuple[str, ...]) -> None:
    """A rule that can't be used is a sentence with its key and the nearest metric, exit code 2."""
    settings(own_folders, '[alerts.rules.mine]\nexpr = "memory_usd_bytes > 1"\n')
    ran = bolt(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "alerts.rules.mine.expr" in ran.err
    assert "memory_used_bytes" in ran.err
    assert "config.toml:2: " in ran.err


@pytest.fixture
def evaluated(folder: Path, own_folders: Path) -> Iterator[Callable[[str], None]]:
    """A session that evaluates the rules of a project by the settings as they are; `problem`."""
    lock = AlertLock(folder, Owner("s1", 77, "/there"))
    assert lock.take(SystemClock().wall_s())

    def evaluate(problem: str = "") -> None:
        found = values.values_of(in_force(load(own_folders)), {})
        values.write(folder, values.Values(SystemClock().wall_s(), "s1", found, problem))

    yield evaluate
    lock.release()


MINE = '[alerts.rules.mine]\nexpr = "cpu_ratio > 0.9"\n'
OTHER = "Rules that are not those of your settings"


def test_the_same_rules_are_not_spoken_of(bolt: Bolt, evaluated: Callable[[str], None]) -> None:
    """Where the evaluator goes by what the settings say there is nothing to say."""
    evaluated("")
    ran = bolt("alerts")
    assert "evaluated by process 77 on /there" in ran.out
    assert "other rules" not in ran.out
    assert OTHER not in ran.out


def test_an_evaluator_with_other_rules(
    bolt: Bolt, own_folders: Path, evaluated: Callable[[str], None]
) -> None:
    """The answer says so, names them, and marks what each of them saw."""
    settings(own_folders, MINE)
    evaluated("")
    settings(own_folders, '[alerts.rules.new]\nexpr = "cpu_ratio > 0.9"\n'
             '[alerts.rules.low_success]\nfor = "5m"\n')  # fmt: skip
    ran = bolt("alerts", "-o", "json")
    assert ran.code == 0
    assert "evaluated by process 77 on /there" in ran.answer["verdict"]
    assert ran.answer["verdict"].endswith(", by other rules than your settings have")
    (said,) = [one["text"] for one in ran.answer["sections"] if one["title"] == OTHER]
    assert "(low_success, new, mine): a change is taken within seconds" in said
    rows = [row[0] for row in tables(ran.answer)[rules_title(ran.answer)]]
    assert {"low_success (as it was before)", "mine (not in your settings)", "new"} <= set(rows)
    assert said in bolt("alerts", "rules", "-o", "json").answer["verdict"]


def test_an_evaluator_goes_on_where_alerts_are_turned_off(
    bolt: Bolt, own_folders: Path, evaluated: Callable[[str], None]
) -> None:
    """Settings that turn them off evaluate nothing; a session that has others still does."""
    evaluated("")
    settings(own_folders, "[alerts]\nenabled = false\n")
    said = bolt("alerts", "rules").out.splitlines()[0]
    assert "none is evaluated" not in said
    assert "alerts.enabled is false in your settings, but process 77 on /there" in said
    assert "evaluated by process 77" in bolt("alerts").out.splitlines()[0]


def test_a_wrong_rule_beside_an_evaluator(
    bolt: Bolt, own_folders: Path, evaluated: Callable[[str], None]
) -> None:
    """How the alerts stand is told all the same, by the rules that were read before, and why."""
    settings(own_folders, MINE)
    evaluated("")
    settings(own_folders, '[alerts.rules.mine]\nexpr = "memory_usd_bytes > 1"\n')
    ran = bolt("alerts", "-o", "json")
    assert ran.code == 0
    assert "high_memory; evaluated by process 77" in ran.answer["verdict"]
    (said,) = [one["text"] for one in ran.answer["sections"] if one["title"] == OTHER]
    assert said.startswith("process 77 on /there")
    assert " goes by the rules that it read before: " in said
    assert "config.toml:2: alerts.rules.mine.expr: " in said
    rows = [row[0] for row in tables(ran.answer)[rules_title(ran.answer)]]
    assert "mine" in rows
    assert bolt("alerts", "rules").code == 2


def test_settings_that_can_not_be_read(bolt: Bolt, own_folders: Path) -> None:
    """The sentence says what is wrong, and what those go by who are open."""
    settings(own_folders, "[alerts")
    ran = bolt("alerts")
    assert (ran.code, ran.out) == (2, "")
    assert "config.toml: this is not valid TOML" in ran.err
    assert "; a session that is open goes by the rules that it read before" in ran.err


def rules_title(answer: dict[str, Any]) -> str:
    return next(title for title in tables(answer) if title.startswith("Rules at"))


def test_test_message_is_taken(bolt: Bolt, own_folders: Path) -> None:
    """The receiver gets one message, its answer is told, and the secret is told nowhere."""
    with fake_slack() as slack:
        ran = bolt("alerts", "test", "-o", "json", env={"SLACK_WEBHOOK_URL": slack.webhook})
        assert ran.code == 0, ran.err
        ((channel, how, said),) = tables(ran.answer)["Channels"]
        assert (channel, how) == ("slack", "taken")
        assert "answered 200" in said
        assert len(slack.ids) == 1
        assert slack.ids[0] in ran.answer["verdict"]
    assert SECRET not in ran.out + ran.err
    assert not [
        path
        for path in own_folders.rglob("*")
        if path.is_file() and SECRET.encode() in path.read_bytes()
    ]


def test_test_message_is_refused(bolt: Bolt) -> None:
    """A receiver that says no is exit code 1, with what it said; it is not tried again later."""
    with fake_slack("503") as slack:
        ran = bolt("alerts", "test", "-o", "json", env={"SLACK_WEBHOOK_URL": slack.webhook})
        assert ran.code == 1
        ((_, how, said),) = tables(ran.answer)["Channels"]
        assert how == "not taken"
        assert "503" in said
        assert len(slack.received) == 1
    messages = bolt("alerts", "-o", "json").answer["sections"]
    (counts,) = [one for one in messages if one["title"] == "Messages"]
    assert [item["value"] for item in counts["items"]] == [0, 0, 0]


def test_test_beside_a_session(bolt: Bolt, folder: Path) -> None:
    """It works just the same while a session holds the lock of the alerts."""
    lock = AlertLock(folder, Owner("s1", 77, "/there"))
    assert lock.take(0.0)
    with fake_slack() as slack:
        assert bolt("alerts", "test", env={"SLACK_WEBHOOK_URL": slack.webhook}).code == 0
        assert len(slack.ids) == 1
    lock.release()


def test_store_that_can_not_be_written(bolt: Bolt, own_folders: Path) -> None:
    """A silence that can't be written is exit code 1 and a sentence with the folder."""
    (own_folders / "state/bolt-tui").mkdir(parents=True)
    (own_folders / "state/bolt-tui/alerts").write_text("a file in its place")
    ran = bolt("alerts", "silence", "high_memory")
    assert (ran.code, ran.out) == (1, "")
    assert "bolt-tui/alerts" in ran.err
    assert "set store.folder to a folder" in ran.err


def test_no_silence_on_a_full_disk(folder: Path, project: Path) -> None:
    """It is not done in halves; the sentence says where, why, and that room would help."""
    words = ["-C", str(project), "alerts", "silence", "high_memory"]
    with room_for(3), pytest.raises(OutputError) as refused:
        alerts.run(parser().parse_args(words))
    said = str(refused.value)
    assert said.startswith("alerts silence could not be done: ")
    assert str(folder) in said
    assert said.endswith(f"{os.strerror(errno.ENOSPC)}; free space on its disk")
    assert list((folder / "silences").iterdir()) == []


def test_monitor_is_a_service(project: Path, tmp_path: Path) -> None:
    """`monitor` says ready, at work and stopping to systemd, and ends with 143 on SIGTERM."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(30)
        env = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
        argv = [*COMMAND, "-C", str(project), "-o", "json", "monitor"]
        with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) as process:
            said = [heard.recv(4096).decode() for _ in range(4)]
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=30)
            while said[-1].startswith("WATCHDOG"):
                said.append(heard.recv(4096).decode())
    assert said[0] == "READY=1"
    assert set(said[1:-1]) == {"WATCHDOG=1"}
    assert said[-1] == "STOPPING=1"
    assert process.returncode == 128 + signal.SIGTERM
    answer = json.loads(out)
    assert answer["status"] == "cancelled"
    assert " sample" in answer["verdict"]
