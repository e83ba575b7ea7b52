"""The soak as its user runs it: bad numbers, an early end, a session that is lost, a leak."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import psutil  # type: ignore[import-untyped]
import pytest
from msgspec.structs import replace

from bolt_tui.command_line import parser
from bolt_tui.commands.soak_scorecard import scorecard
from bolt_tui.refusing import BadUsage
from engine.checks.soak import soak as soaking
from engine.checks.soak.gates import Mark
from engine.checks.soak.report import FLAPS, AlertsSeen, Asked, Progress, Soaked, TickAccount
from engine.checks.soak.soak import BadSoak, Outcome, Soak, soak

MIB = 1 << 20
BOLT = [sys.executable, "-m", "bolt_tui", "soak"]
PROBE = "the host probe"


def marks(each: int = 0) -> tuple[Mark, ...]:
    """Two days of marks; `each` bytes more an hour."""
    return tuple(
        Mark(hour * 3600.0, 100 * MIB + hour * each, 15, 17, 25, 2, 4, 20 * MIB)
        for hour in range(1, 49)
    )


GOOD = Soaked(
    own_s=172_800,
    real_s=400,
    done=True,
    marks=marks(),
    ticks=(TickAccount(PROBE, 1.0, 172_801, 172_801, 172_790, 0, {"the loop came too late": 11}),),
    questions=Asked(288, 288),
    alerts=AlertsSeen(5, {FLAPS: 5}, {FLAPS: 5}, 10, 10),
    published=1000,
    recorded=1000,
)


def outcome(seen: Soaked) -> Outcome:
    return Outcome(Soak(), "waiting was skipped", 400.0, seen)


def test_a_good_one_passes_and_says_how_fast_it_was() -> None:
    """Missed ticks that are accounted for are shown, and no fault."""
    answer = scorecard(outcome(GOOD))
    assert answer.status == "answered"
    assert answer.verdict == "nothing wrong in 48 hours in 400 s, 432 times as fast"
    assert "11 the loop came too late" in str(answer.sections)
    assert outcome(GOOD).notice.key == "soak.passed"


@pytest.mark.parametrize(
    ("hours", "seen", "status"),
    [
        (47.0, GOOD, "answered"),
        (48.0, replace(GOOD, marks=marks()[-9:]), "degraded"),
        (1.0, replace(GOOD, own_s=3600, marks=()), "degraded"),
    ],
)
def test_what_was_too_short_or_not_judged_has_not_passed(
    hours: float, seen: Soaked, status: str
) -> None:
    """It is on record as short, and its headline says where growth is not known."""
    short = Outcome(Soak(hours), "", 400.0, seen)
    assert short.notice.key == "soak.short"
    assert scorecard(short).status == status
    assert ("growth could not be judged" in short.verdict) == (status == "degraded")


def test_growth_that_is_unclear_proves_nothing() -> None:
    """The interval of its slope reaches beyond the bound: the verdict names what it is of."""
    chance = random.Random(5)
    noisy = tuple(
        replace(mark, rss_bytes=mark.rss_bytes + chance.randrange(80 * MIB)) for mark in marks()
    )
    seen = outcome(replace(GOOD, marks=noisy))
    assert seen.notice.key == "soak.short"
    assert scorecard(seen).status == "degraded"
    assert seen.verdict.endswith(", but growth of rss_bytes could not be judged")


@pytest.mark.parametrize(
    ("seen", "where", "says"),
    [
        (replace(GOOD, marks=marks(each=MIB)), "rss_bytes", "grows by 24 MiB a day"),
        (replace(GOOD, recorded=999), "the record", "999 of 1,000"),
        (replace(GOOD, questions=Asked(288, 287)), "questions", "1 had no answer"),
        (replace(GOOD, questions=Asked(288, 288, failed=2)), "questions", "2 of 288 failed"),
        (replace(GOOD, alerts=AlertsSeen(5, {FLAPS: 4}, {FLAPS: 4}, 8, 10)), "alerts", "4 times"),
        (
            replace(GOOD, alerts=AlertsSeen(0, {"high_memory": 1})),
            "alerts",
            "not expected: high_memory",
        ),
        (
            replace(GOOD, alerts=AlertsSeen(5, {FLAPS: 5}, {FLAPS: 5}, 9, 10)),
            "alerts",
            "9 messages arrived, 10 expected",
        ),
        (replace(GOOD, problems=("a visitor was refused",)), "the session", "a visitor"),
        (
            replace(GOOD, ticks=(TickAccount(PROBE, 1.0, 172_801, 172_700, 172_700, 0),)),
            PROBE,
            "172801 ticks by the clock, 172700 by",
        ),
        (
            replace(GOOD, ticks=(TickAccount(PROBE, 1.0, 10, 10, 8, 0, {}, 2),)),
            PROBE,
            "2 ticks of the host probe are in no column",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_thing_that_is_wrong_fails_it_by_name(seen: Soaked, where: str, says: str) -> None:
    """Alone, and with its figure."""
    ((name, what),) = seen.wrong
    assert name == where
    assert says in what
    assert scorecard(outcome(seen)).status == "failed"
    assert outcome(seen).notice.key == "soak.failed"


@pytest.mark.parametrize(("fired", "resolved", "received"), [(5, 5, 10), (6, 5, 11), (6, 6, 12)])
def test_an_alert_that_the_end_cut_off_is_no_fault(
    fired: int, resolved: int, received: int
) -> None:
    """Ended early, the last one made to fire may not have, or not have ended; and no other."""
    seen = AlertsSeen(5, {FLAPS: fired}, {FLAPS: resolved}, received, 10, under_way=1)
    early = replace(GOOD, done=False, own_s=7200, alerts=seen)
    assert outcome(early).notice.key == "soak.ended"
    one_more = replace(seen, fired={FLAPS: 7})
    assert outcome(replace(early, alerts=one_more)).notice.key == "soak.failed"


def test_one_that_was_ended_early_has_neither_passed_nor_failed() -> None:
    """What there is so far is shown; exit code 130."""
    early = outcome(replace(GOOD, done=False, own_s=7200))
    assert scorecard(early).status == "cancelled"
    assert early.verdict.startswith("ended early: 2.0 of 48 hours")
    assert early.notice.key == "soak.ended"


@pytest.mark.parametrize(
    ("hours", "speed", "says"),
    [(0.5, 2000, "--hours 0.5: expected 1 to 10,000"), (48, 0.5, "--speed 0.5: expected 1 to")],
)
def test_hours_and_speed_have_bounds(hours: float, speed: float, says: str) -> None:
    """Refused before anything is started, with what would do."""
    with pytest.raises(BadSoak, match=says):
        Soak(hours, speed)
    done = subprocess.run(
        [*BOLT, "--hours", str(hours), "--speed", str(speed)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--hours", "-1", "expected a positive number of hours, found '-1'"),
        ("--hours", "1e5", "expected a positive number of hours, at most 10,000, found '1e5'"),
        ("--speed", "x", "expected a positive number of times, found 'x'"),
        ("--speed", "1e9", "expected a positive number of times, at most 1,000,000, found"),
    ],
)
def test_a_bad_number_is_told_with_its_unit(option: str, value: str, says: str) -> None:
    """And with the bound where it is passed."""
    with pytest.raises(BadUsage, match=re.escape(f"argument {option}: {says}")):
        parser().parse_args(["soak", option, value])


@pytest.mark.anyio
async def test_a_session_that_is_lost_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No figures are made up for it."""
    monkeypatch.setattr(soaking, "_MODULE", "engine.checks.no_such_session")
    lost = await soak(Soak(), tmp_path)
    assert lost.seen is None
    assert not lost.passed
    assert "its process ended with status 1" in lost.lost
    assert "no_such_session" in lost.lost
    assert scorecard(lost).status == "failed"


@pytest.mark.anyio
async def test_stopped_it_ends_with_what_there_is(tmp_path: Path) -> None:
    """A real session, told to end after its first marks: ticks in balance, all of it on record."""
    stopped, seen = anyio.Event(), list[Progress]()

    def told(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            stopped.set()

    with anyio.fail_after(90):
        ended = await soak(Soak(hours=1), tmp_path, told, stopped)
    assert ended.seen is not None
    assert not ended.seen.done
    assert ended.seen.wrong == ()
    assert ended.seen.ticks
    assert ended.seen.recorded == ended.seen.published > 0
    assert ended.cut_short


def test_the_first_ctrl_c_ends_it_in_order(own_folders: Path, tmp_path: Path) -> None:
    """Exit code 130, a scorecard on stdout, and the verdict in the user's history."""
    process = subprocess.Popen(
        [*BOLT, "--hours", "10", "-o", "json", "-C", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    time.sleep(6)  # it is under way then; what it has seen until then is not asserted
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 130, err
    assert "it ends with what there is so far" in err
    assert json.loads(out)["status"] == "cancelled"
    (journal,) = (own_folders / "state" / "bolt-tui" / "journals").iterdir()
    assert "soak.ended" in journal.read_text()


def test_the_second_ctrl_c_ends_it_at_once(own_folders: Path, tmp_path: Path) -> None:
    """Exit code 130 without a traceback, with no child left and nothing on record."""
    process = subprocess.Popen(
        [*BOLT, "--hours", "10", "-C", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    assert process.stderr is not None
    time.sleep(4)  # its child is at work then
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert "it ends with what there is so far" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    assert not (own_folders / "state" / "bolt-tui" / "journals").exists()
