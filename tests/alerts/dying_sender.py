"""The process that sends, killed at one step of its way: `STEP FILE`, the errand on stdin."""

import errno
import os
import signal
import smtplib
import socket
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Final

from engine.alerts import sender
from engine.alerts.message_file import MessageFile
from engine.alerts.progress import Intent, Outcome, Record

STEPS: Final = (
    "connected",
    "half sent",
    "before intent",
    "after intent",
    "sent",
    "answered",
    "recorded",
)


def spoil(what: str) -> None:
    """Let the name service hang, or the disk be full."""
    if what == "no names":
        socket.getaddrinfo = lambda *_, **__: time.sleep(60)  # type: ignore[assignment]
    if what == "full disk":

        def full(self: MessageFile, record: Record) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        MessageFile.append = full  # type: ignore[method-assign]


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str, path: str) -> None:
    """Do the errand until the step."""
    append = MessageFile.append

    def appended(self: MessageFile, record: Record) -> None:
        if step == "before intent" and isinstance(record, Intent):
            die()
        if step == "answered" and isinstance(record, Outcome):
            die()
        append(self, record)
        if step == ("after intent" if isinstance(record, Intent) else "recorded"):
            die()

    MessageFile.append = appended  # type: ignore[method-assign]
    spoil(step)
    patch_http(step)
    patch_smtp(step)
    sys.exit(sender.main([path]))


def patch_http(step: str) -> None:
    if step == "connected":
        HTTPConnection.connect = dying(HTTPConnection.connect)  # type: ignore[method-assign,assignment]
    if step == "sent":
        HTTPConnection.getresponse = die  # type: ignore[method-assign,assignment]
    if step == "half sent":
        endheaders = HTTPConnection.endheaders

        def half(self: HTTPConnection, body: bytes) -> None:
            endheaders(self, body[: len(body) // 2])
            die()

        HTTPConnection.endheaders = half  # type: ignore[assignment,method-assign]


def patch_smtp(step: str) -> None:
    if step == "connected":
        smtplib.SMTP.connect = dying(smtplib.SMTP.connect)  # type: ignore[method-assign,assignment]
    send = smtplib.SMTP.send

    def sent(self: smtplib.SMTP, data: bytes | str) -> None:
        if step == "half sent" and b"Message-ID" in (data if isinstance(data, bytes) else b""):
            send(self, data[: len(data) // 2])
            die()
        send(self, data)
        if step == "sent" and data == b".\r\n":
            die()

    smtplib.SMTP.send = sent  # type: ignore[assignment,method-assign]


def dying(call: Callable[..., object]) -> Callable[..., object]:
    def dead(*arguments: object, **named: object) -> None:
        call(*arguments, **named)
        die()

    return dead


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
