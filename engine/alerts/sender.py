"""The process that sends one message: `python -E -m engine.alerts.sender FILE`, secrets on stdin.

It writes down itself that the message goes out and what became of it, and holds the lock of the
message's file until its end: the death of the session that started it changes nothing. It ends
within its own time, whatever the receiver, the name service or the session do.

With no FILE it only sees whether the receiver is there.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from smtplib import SMTPException, SMTPServerDisconnected

import msgspec

from engine.alerts import mail, slack
from engine.alerts.errand import DONE, NOT_OURS, NOT_WRITTEN, UNREACHED, Errand, ToSlack, decoded
from engine.alerts.message import Message
from engine.alerts.message_file import Damaged, MessageFile
from engine.alerts.network import cause
from engine.alerts.progress import Head, Intent, Progress, Result, follows
from engine.alerts.undelivered import Refused, Undelivered
from engine.clock import SystemClock

_LOOKS = 10  # others hold the lock for a moment, to look
_LOOK_S = 0.03
_MUTEX_S = 2.0
_SAID = 300


class Attempt:
    """One attempt: `goes_out` and `ends` write it down, each once, and after the time nothing.

    Raises in `goes_out`:
        OSError: it can't be written down, so nothing may be sent.
    """

    def __init__(self, file: MessageFile, head: Head, so_far: Progress, errand: Errand) -> None:
        self._file, self._head, self._so_far, self._errand = file, head, so_far, errand
        self._clock = SystemClock()
        self._mutex = threading.Lock()
        self._out = False

    def goes_out(self) -> None:
        """Write down that from now on the message may arrive."""
        with self._mutex:
            self._file.append(Intent(self._so_far.attempt, self._clock.wall_s()))
            self._out = True

    def ends(self, result: Result) -> None:
        """Write down what it came to; the mutex stays taken, so that nobody says more."""
        if self._mutex.acquire(timeout=_MUTEX_S):  # not: the time is over, that is being said
            self._write(result)

    def runs_out(self, why: str) -> None:
        """Write down that the time is over."""
        if self._mutex.acquire(timeout=_MUTEX_S):  # not: the disk hangs
            self._write(self.broken(why))

    def broken(self, why: str) -> Result:
        """Return what it means that the connection broke now, or that nobody answered."""
        said = self._errand.secret.hide(why)[:_SAID]
        if self._out:
            return Result("unsure", f"the message went out; then: {said}", whole=True)
        return Result("failed", said, whole=True)

    @property
    def out(self) -> bool:
        """Whether the message may have arrived."""
        return self._out

    def _write(self, result: Result) -> None:
        at_s, once = self._clock.wall_s(), self._head.message.kind == "test"
        outcome = follows(self._so_far, result, at_s, once=once, chance=random.random())
        self._file.append(outcome)


def main(arguments: list[str]) -> int:
    """Do the errand on stdin and return how it ended."""
    try:
        errand = decoded(sys.stdin.buffer.read())
    except msgspec.DecodeError:
        return NOT_OURS  # whoever started us died before it had said what to do
    if not arguments:
        return _reach(errand)
    file = _held(Path(arguments[0]))
    if file is None:
        return NOT_OURS
    with file:
        try:
            head, so_far = file.read()
        except Damaged:
            return NOT_OURS
        if so_far.final or so_far.attempt != errand.attempt:
            return NOT_OURS
        return _attempt(Attempt(file, head, so_far, errand), head.message, errand)


def _held(path: Path) -> MessageFile | None:
    for _ in range(_LOOKS):
        if (file := MessageFile.held(path)) is not None:
            return file
        time.sleep(_LOOK_S)
    return None


def _attempt(attempt: Attempt, message: Message, errand: Errand) -> int:
    late = f"{_at(errand)} took longer than {errand.timeout_s:g} s"
    _ends_in_time(errand.timeout_s, lambda: attempt.runs_out(late), DONE)
    try:
        attempt.ends(_result(attempt, message, errand))
    except OSError as error:
        what = "it went out, and what came of it" if attempt.out else "nothing is sent: the attempt"
        _say(f"{what} can't be written down: {error.strerror}")
        return NOT_WRITTEN
    return DONE


def _result(attempt: Attempt, message: Message, errand: Errand) -> Result:
    """Send, and return what it came to.

    Raises:
        OSError: the intent can't be written down.
    """
    unwritten: list[OSError] = []

    def goes_out() -> None:
        try:
            attempt.goes_out()
        except OSError as error:
            unwritten.append(error)
            raise

    try:
        said = _send(message, errand, goes_out)
        return Result("sent", errand.secret.hide(said)[:_SAID])
    except Undelivered as error:
        return _untaken(error, errand)
    except SMTPServerDisconnected as error:
        return attempt.broken(mail.broken(error, _at(errand)))
    except SMTPException:
        return attempt.broken(f"{_at(errand)} answered {mail.NO_SMTP}")
    except OSError as error:
        if unwritten:
            raise
        return attempt.broken(cause(error, _at(errand)))
    except HTTPException:
        return attempt.broken(f"{_at(errand)} answered something that is no HTTP")
    except Exception as error:  # the boundary: its text might have the address in it
        return attempt.broken(f"sending broke with {type(error).__name__}")


def _untaken(error: Undelivered, errand: Errand) -> Result:
    said = errand.secret.hide(str(error))[:_SAID]
    if isinstance(error, Refused):
        return Result("failed", said, error.whole, error.retry_after_s)
    return Result("failed", said, whole=True)


def _send(message: Message, errand: Errand, goes_out: Callable[[], None]) -> str:
    if isinstance(errand.to, ToSlack):
        place = slack.place(errand.to.webhook.reveal())
        return slack.post(place, message, errand.timeout_s, goes_out)
    return mail.send(errand.to, message, errand.timeout_s, goes_out)


def _at(errand: Errand) -> str:
    if isinstance(errand.to, ToSlack):
        return slack.place(errand.to.webhook.reveal()).at
    return errand.to.at


def _reach(errand: Errand) -> int:
    late = f"{_at(errand)} took longer than {errand.timeout_s:g} s"
    _ends_in_time(errand.timeout_s, lambda: _say(late), UNREACHED)
    try:
        if isinstance(errand.to, ToSlack):
            slack.reach(slack.place(errand.to.webhook.reveal()), errand.timeout_s)
        else:
            mail.reach(errand.to, errand.timeout_s)
    except Undelivered as error:
        _say(errand.secret.hide(str(error))[:_SAID])
        return UNREACHED
    return DONE


def _ends_in_time(timeout_s: float, last: Callable[[], None], status: int) -> None:
    """Do `last` and end the process after this time, also out of a call that hangs."""

    def end() -> None:
        time.sleep(timeout_s)
        try:
            last()
        finally:
            os._exit(status)

    threading.Thread(target=end, daemon=True).start()


def _say(sentence: str) -> None:
    with suppress(OSError):  # nobody may be left to hear it
        os.write(1, sentence.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
