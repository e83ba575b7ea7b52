"""Three real services on one store whose evaluator is killed: one takes over, and all is sent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.alerts import standing_file
from engine.alerts.lock import evaluator
from engine.alerts.standing import Standing
from engine.file_lock import Owner
from tests.alerts.fake_slack import SECRET, FakeSlack, fake_slack
from tests.alerts.mail_server import MailServer, mail_server

_LONGEST_S = 40.0
_CONFIG = """
[store]
folder = "{store}"
[alerts]
interval_s = 1
[alerts.rules.always]
expr = "memory_used_bytes > 1"
[email]
host = "localhost"
port = {port}
security = "none"
sender = "bolt@example.org"
to = ["me@example.org"]
"""


@contextmanager
def monitors(
    count: int, folder: Path, webhook: str
) -> Iterator[dict[int, "subprocess.Popen[bytes]"]]:
    """Run so many services; each ends with the block."""
    argv = [sys.executable, "-m", "bolt_tui", "-C", str(folder), "-o", "ndjson", "monitor"]
    env = {**os.environ, "SLACK_WEBHOOK_URL": webhook}
    started = []
    for number in range(count):
        with (folder / f"{number}.ndjson").open("wb") as out:
            started.append(subprocess.Popen(argv, env=env, stdout=out, stderr=out))
    try:
        yield {one.pid: one for one in started}
    finally:
        for one in started:
            one.kill()
            one.wait()


def evaluating(alerts: Path, *others: int) -> Owner:
    """Wait until somebody evaluates who is none of these."""
    limit_s = time.monotonic() + _LONGEST_S
    while time.monotonic() < limit_s:
        who = evaluator(alerts)
        if who is not None and who.pid is not None and who.pid not in others:
            return who
        time.sleep(0.05)
    raise AssertionError("nobody evaluates the alerts")


def sent(to: FakeSlack | MailServer) -> list[str]:
    """Wait for the first message and return the ids of all that came."""
    limit_s = time.monotonic() + _LONGEST_S
    while not to.ids and time.monotonic() < limit_s:
        time.sleep(0.05)
    return to.ids


def test_killed_evaluator(tmp_path: Path) -> None:
    """Each time one of the others goes on with the same incident; nothing is sent a second time."""
    alerts = tmp_path / "store/alerts"
    with fake_slack() as slack, mail_server() as mail:
        config = Path(os.environ["XDG_CONFIG_HOME"]) / "bolt-tui/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(_CONFIG.format(store=tmp_path / "store", port=mail.port))
        with monitors(3, tmp_path, slack.webhook) as running:
            first = evaluating(alerts)
            assert len(sent(slack)) == 1
            assert len(sent(mail)) == 1
            gone: list[int] = []
            for _ in range(2):
                who = evaluating(alerts, *gone)
                assert who.pid in running
                running[who.pid].send_signal(signal.SIGKILL)
                running[who.pid].wait()
                gone.append(who.pid)
            last = evaluating(alerts, *gone)
            assert {*gone, last.pid} == set(running)
            assert last.session != first.session
            left = _standing_after(alerts, standing_file.read(alerts).at_s)
            assert left.incidents == 1
            running[last.pid or 0].terminate()
            assert running[last.pid or 0].wait(_LONGEST_S) == 128 + signal.SIGTERM
        assert evaluator(alerts) is None
        assert slack.ids == mail.ids
        assert len(slack.ids) == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def _standing_after(alerts: Path, at_s: float) -> Standing:
    """Return what the last evaluator left after a moment: it has evaluated."""
    limit_s = time.monotonic() + _LONGEST_S
    while time.monotonic() < limit_s:
        left = standing_file.read(alerts)
        if left.at_s > at_s:
            return left
        time.sleep(0.05)
    raise AssertionError("the new evaluator evaluates nothing")
