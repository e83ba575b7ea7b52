"""Tells systemd how a service is: ready, at work, about to stop (sd_notify(3), Type=notify).

Each notice is one datagram to the socket that NOTIFY_SOCKET names, whose leading @ stands for the
abstract namespace. Nothing is said where the variable is not set. WATCHDOG_USEC is the time after
which systemd ends a service that did not say WATCHDOG=1; it counts only for WATCHDOG_PID.
"""

import os
import socket
from collections.abc import Callable, Mapping
from typing import Final

import anyio

_BEATS: Final = 3  # notices in each watchdog time: one that is late is made up for


class ReadyNotice:
    """Says it to whoever started this process; silent where nobody listens."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_s = _watchdog_s(environ) if self._address else None

    def ready(self) -> None:
        """Say that the service does its work from now on."""
        self._say("READY=1")

    def stopping(self) -> None:
        """Say that it is about to end."""
        self._say("STOPPING=1")

    async def keep(self, trouble: Callable[[], str]) -> None:
        """Say that it works, again and again, but only while `trouble` is empty.

        Where it is not, systemd is told why, and ends the service after the watchdog's time.
        """
        if self.watchdog_s is None:
            return
        said = ""
        while True:
            why = trouble()
            if not why:
                self._say("WATCHDOG=1\nSTATUS=at work" if said else "WATCHDOG=1")
            elif why != said:
                self._say(f"STATUS=no longer at work: {' '.join(why.split())}")
            said = why
            await anyio.sleep(self.watchdog_s / _BEATS)

    def _say(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
                speaker.setblocking(False)  # a full queue is systemd's; the loop waits for nobody
                speaker.sendto(text.encode(), self._address)
        except OSError:
            pass  # who started it listens no more: the work itself goes on


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Return the watchdog's time in seconds, None where there is none for this process."""
    time_us, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not time_us.isdecimal() or int(time_us) == 0:
        return None
    if pid and pid != str(os.getpid()):
        return None
    return int(time_us) / 1e6
