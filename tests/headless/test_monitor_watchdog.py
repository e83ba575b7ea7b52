"""What a service tells systemd, over real sockets."""

import os
import socket
from pathlib import Path

import anyio
import pytest

from bolt_tui.ready_notice import ReadyNotice

pytestmark = pytest.mark.anyio


def listener(address: str) -> socket.socket:
    """Return a socket bound as systemd binds its own."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(address)
    heard.settimeout(5)
    return heard


async def test_watchdog_only_while_it_works(tmp_path: Path) -> None:
    """It says WATCHDOG=1 while nothing is wrong, once why not, and again when it works again."""
    troubles = ["", "", "no sample for 70 s", "no sample for 70 s", "", ""]
    with listener(str(tmp_path / "s")) as heard:
        notice = ReadyNotice({"NOTIFY_SOCKET": str(tmp_path / "s"), "WATCHDOG_USEC": "30000"})
        notice.ready()
        with anyio.CancelScope() as scope:

            def trouble() -> str:
                if len(troubles) == 1:
                    scope.cancel()
                return troubles.pop(0)

            await notice.keep(trouble)
        notice.stopping()
        said = [heard.recv(4096).decode() for _ in range(7)]
    assert said == [
        "READY=1",
        "WATCHDOG=1",
        "WATCHDOG=1",
        "STATUS=no longer at work: no sample for 70 s",
        "WATCHDOG=1\nSTATUS=at work",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


@pytest.mark.skipif(not hasattr(socket, "SOCK_SEQPACKET") or os.uname().sysname != "Linux",
                    reason="abstract sockets are Linux's")  # fmt: skip
async def test_abstract_socket() -> None:
    """An address with @ is in the abstract namespace."""
    name = f"bolt-tui-{os.getpid()}"
    with listener(f"\0{name}") as heard:
        ReadyNotice({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert heard.recv(64) == b"READY=1"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "1000000"},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"},
        {"NOTIFY_SOCKET": "/nowhere/at/all", "WATCHDOG_USEC": "soon"},
    ],
)
async def test_nobody_listens(environ: dict[str, str]) -> None:
    """Without a listener, or with a watchdog for another process, nothing happens at all."""
    notice = ReadyNotice(environ)
    notice.ready()
    notice.stopping()
    assert notice.watchdog_s is None
    with anyio.fail_after(5):
        await notice.keep(lambda: pytest.fail("was asked"))
