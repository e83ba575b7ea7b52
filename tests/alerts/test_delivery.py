"""The process that sends ends by itself, and says what it can of how it ended."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from engine.alerts import message_file
from engine.alerts.errand import DONE, NOT_OURS, NOT_WRITTEN, Errand, encoded
from engine.alerts.message_file import MessageFile, read
from engine.alerts.outbox import Outbox
from engine.alerts.progress import Intent, Outcome
from tests.alerts.delivering import message, round_of, slack_only
from tests.alerts.fake_slack import FakeSlack, fake_slack

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


async def errand(slack: FakeSlack, attempt: int = 1, timeout_s: float = 5.0) -> Errand:
    channel = slack_only(slack, timeout_s)["slack"]
    assert not isinstance(channel, str)
    return await channel.errand(attempt)


def sent(
    path: Path, what: bytes, module: str = "sender", *words: str
) -> subprocess.CompletedProcess[bytes]:
    where = "engine.alerts.sender" if module == "sender" else f"tests.alerts.{module}"
    argv = [sys.executable, "-m", where, *words, str(path)]
    return subprocess.run(argv, input=what, cwd=ROOT, check=False, capture_output=True, timeout=60)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Outbox(tmp_path).put(message(), ["slack"])
    return tmp_path / "outbox" / "m1.slack.jsonl"


async def test_a_name_service_that_hangs_is_a_failure_in_time(path: Path) -> None:
    """No call is left to take longer than the message's time, and what happened is written."""
    with fake_slack() as slack:
        done = sent(path, encoded(await errand(slack, timeout_s=0.5)), "dying_sender", "no names")
    _, so_far = read(path)
    assert so_far.last is not None
    assert (done.returncode, so_far.last.state) == (DONE, "failed")
    assert so_far.last.cause == f"localhost:{slack.port} took longer than 0.5 s"


async def test_an_answer_that_never_ends_is_unsure_in_time(tmp_path: Path, path: Path) -> None:
    """A byte now and then keeps no connection for longer than the message's time."""
    with fake_slack("drip") as slack:
        told, _ = await round_of(Outbox(tmp_path), slack_only(slack, timeout_s=0.8))
    assert [one.state for one in told] == ["unsure"]
    assert "took longer than 0.8 s" in told[0].cause


async def test_what_cant_be_written_down_is_not_sent(path: Path) -> None:
    """On a full disk nothing goes out of which nobody would know."""
    with fake_slack() as slack:
        done = sent(path, encoded(await errand(slack)), "dying_sender", "full disk")
    assert (done.returncode, slack.received) == (NOT_WRITTEN, [])
    assert done.stdout.decode().startswith("nothing is sent: the attempt can't be written down: No")


def test_an_intent_that_the_disk_refuses_counts_as_none(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks say only at the end that they are full; nothing went out, so nothing is unsure."""

    def refuses(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(message_file, "sync", refuses)
    before = path.read_bytes()
    file = MessageFile.held(path)
    assert file is not None
    with file, pytest.raises(OSError, match="No space"):
        file.append(Intent(1, 0.0))
    assert path.read_bytes() == before


async def test_an_attempt_that_was_made_is_not_made_again(path: Path) -> None:
    """A process that comes late, with a number that is over, leaves the message alone."""
    with fake_slack() as slack:
        file = MessageFile.held(path)
        assert file is not None
        with file:
            file.append(Outcome(1, 0.0, "failed"))
        assert sent(path, encoded(await errand(slack, 1))).returncode == NOT_OURS
        assert slack.received == []


@pytest.mark.parametrize("what", [b"", b'{"to":{"type":"slack","webhook":"http://loc'])
def test_a_session_that_dies_before_it_said_what_to_do_sends_nothing(
    path: Path, what: bytes
) -> None:
    """Half an errand is none."""
    done = sent(path, what)
    assert (done.returncode, done.stderr, read(path)[1].last) == (NOT_OURS, b"", None)


async def test_a_round_that_is_cancelled_lets_a_message_end_that_is_going_out(
    tmp_path: Path, path: Path
) -> None:
    """A session that closes in between costs no duplicate, where the receiver answers soon."""
    with fake_slack("wait") as slack:
        async with anyio.create_task_group() as group:
            group.start_soon(round_of, Outbox(tmp_path), slack_only(slack))
            assert await anyio.to_thread.run_sync(slack.read.wait, 20)
            group.cancel_scope.cancel()
            slack.go.set()
        told, _ = await round_of(Outbox(tmp_path), slack_only(slack))
    assert [one.state for one in told] == ["sent"]
    assert slack.ids == ["m1"]
