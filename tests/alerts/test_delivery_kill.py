"""Kill -9 at each step, of the process that sends and of the session that started it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import anyio
import psutil  # type: ignore[import-untyped]
import pytest

from engine.alerts.errand import encoded
from engine.alerts.message_file import name_of, read
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.clock import ManualClock
from tests.alerts.delivering import Channels, mail_only, message, names, round_of, slack_only
from tests.alerts.dying_sender import STEPS
from tests.alerts.fake_slack import FakeSlack, fake_slack
from tests.alerts.mail_server import MailServer, mail_server

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
ARRIVED_AND_UNKNOWN = ("sent", "answered")


async def emptied(outbox: Outbox, clock: ManualClock, by: Channels) -> list[str]:
    """Deliver until nothing waits, without waiting; return how each attempt ended."""
    states: list[str] = []
    for _ in range(30):
        told, due = await round_of(outbox, by)
        states += [one.state for one in told]
        if due is None:
            return states
        clock.advance(due)
        await anyio.sleep(0.01)
    raise AssertionError(f"it never ends: {states}")


@pytest.mark.parametrize("name", ["slack", "email"])
@pytest.mark.parametrize("step", STEPS)
async def test_the_sending_process_killed_at_a_step_costs_at_most_one_duplicate(
    tmp_path: Path, name: ChannelName, step: str
) -> None:
    """Only what arrived and was not written down goes out again, once, with the same id."""
    clock = ManualClock(wall_s=time.time())
    outbox = Outbox(tmp_path, clock=clock)
    outbox.put(message(), [name])
    with fake_slack() as slack, mail_server() as mail:
        by = slack_only(slack) | {"email": mail_only(mail)["email"]}
        await killed(tmp_path / "outbox" / name_of("m1", name), by, name, step)
        states = await emptied(outbox, clock, by)
        got = slack.ids + mail.ids
    assert got == ["m1"] * (2 if step in ARRIVED_AND_UNKNOWN else 1)
    assert states[-1] == "sent"
    assert ("unsure" in states) == (step in (*ARRIVED_AND_UNKNOWN, "after intent"))
    assert names(tmp_path / "outbox") == []


async def test_killed_twice_after_it_arrived_it_is_given_up(tmp_path: Path) -> None:
    """There is no third time, and the reason is told."""
    clock = ManualClock(wall_s=time.time())
    outbox = Outbox(tmp_path, clock=clock)
    outbox.put(message(), ["slack"])
    path = tmp_path / "outbox" / "m1.slack.jsonl"
    with fake_slack() as slack:
        by = slack_only(slack)
        await killed(path, by, "slack", "answered")
        told, _ = await round_of(outbox, by)
        await killed(path, by, "slack", "answered", attempt=2)
        more, due = await round_of(outbox, by)
    assert [one.state for one in (*told, *more)] == ["unsure", "given_up"]
    assert (slack.ids, due) == (["m1", "m1"], None)


async def killed(path: Path, by: Channels, name: ChannelName, step: str, attempt: int = 1) -> None:
    channel = by[name]
    assert not isinstance(channel, str)
    argv = [sys.executable, "-m", "tests.alerts.dying_sender", step, str(path)]
    done = subprocess.run(
        argv, input=encoded(await channel.errand(attempt)), cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL


async def test_the_death_of_the_session_changes_nothing_for_a_message_on_its_way(
    tmp_path: Path,
) -> None:
    """The process that sends writes down the receiver's yes itself; the next session tells it."""
    Outbox(tmp_path).put(message(), ["slack"])
    path = tmp_path / "outbox" / "m1.slack.jsonl"
    with fake_slack("wait") as slack:
        with session(tmp_path, slack) as process:
            assert slack.read.wait(20)
            process.kill()
            process.wait()
        slack.go.set()
        with anyio.fail_after(10):
            while read(path)[1].last is None:  # noqa: ASYNC110 - another process writes it
                await anyio.sleep(0.02)
        told, _ = await round_of(Outbox(tmp_path), slack_only(slack))
    assert [(one.state, one.attempt) for one in told] == [("sent", 1)]
    assert slack.ids == ["m1"]


async def test_three_sessions_that_are_killed_again_and_again_keep_the_promise(
    tmp_path: Path,
) -> None:
    """Each message arrives over each channel, at most twice, and twice only where that is known."""
    dice, ids = random.Random(7), [f"m{number}" for number in range(8)]
    kinds = ["200", "lost", "200", "silent", "200"]
    with ExitStack() as stack:
        slack = stack.enter_context(fake_slack(*kinds))
        mail = stack.enter_context(mail_server("250 taken", "451 later", "lost"))
        sessions = [stack.enter_context(session(tmp_path, slack, mail)) for _ in range(3)]
        for number, name in enumerate(ids):
            Outbox(tmp_path).put(message(name, alert=f"a{number % 4}"), ["slack", "email"])
            await anyio.sleep(dice.uniform(0.2, 0.6))
            if dice.random() < 0.5:
                kill_a_sender(tmp_path)
            one = dice.randrange(3)
            sessions[one].kill()
            sessions[one].wait()
            sessions[one] = stack.enter_context(session(tmp_path, slack, mail))
        for one_session in sessions:
            one_session.kill()
            one_session.wait()
        await no_sender_left(tmp_path)
        clock = ManualClock(wall_s=time.time())
        by = slack_only(slack) | {"email": mail_only(mail)["email"]}
        await emptied(Outbox(tmp_path, clock=clock), clock, by)
        arrived: dict[ChannelName, Counter[str]] = {
            "slack": Counter(slack.ids),
            "email": Counter(mail.ids),
        }
    for channel, counted in arrived.items():
        for name in ids:
            _, so_far = read(tmp_path / "sent" / name_of(name, channel))
            assert so_far.last is not None
            unknown = so_far.unsure + (so_far.last.state == "given_up")
            assert so_far.last.state in ("sent", "given_up")
            assert counted[name] <= unknown + (so_far.last.state == "sent"), (name, so_far)
            assert counted[name] >= (so_far.last.state == "sent")
            assert unknown <= 2


def kill_a_sender(folder: Path) -> None:
    for process in senders(folder)[:1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def senders(folder: Path) -> list[psutil.Process]:
    """Return the processes that send a message of this folder: this test's own."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            if "engine.alerts.sender" in words and words[-1].startswith(str(folder)):
                found.append(process)
    return found


async def no_sender_left(folder: Path) -> None:
    """Return once those that outlived their sessions have ended by themselves, as they must."""
    with anyio.fail_after(15):
        while senders(folder):  # noqa: ASYNC110 - of another process
            await anyio.sleep(0.1)


@contextmanager
def session(
    folder: Path, slack: FakeSlack, mail: MailServer | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    port = str(mail.port if mail is not None else 0)
    argv = [sys.executable, "-m", "tests.alerts.delivering_session", str(folder), port]
    environment = {**os.environ, "SLACK_WEBHOOK_URL": slack.webhook}
    with subprocess.Popen(argv, cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()
