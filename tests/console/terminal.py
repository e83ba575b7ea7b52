"""A program in a real pseudo-terminal: what it writes, and how it leaves."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).parent.parent.parent
PRIVATE_OFF = {
    "alternate screen": b"\x1b[?1049",
    "mouse": b"\x1b[?1000",
    "mouse motion": b"\x1b[?1003",
    "bracketed paste": b"\x1b[?2004",
    "focus reports": b"\x1b[?1004",
}
LIMIT_S = 20.0
# An exported size would count for more than the terminal's.
_OF_SIZE = ("COLUMNS", "LINES")
_SURROUNDINGS = {name: said for name, said in os.environ.items() if name not in _OF_SIZE}
# The terminal becomes its controlling one, which needs a process that leads a session.
_BECOME = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


class Terminal:
    """Starts a program, keeps what it writes, and waits for words on its screen."""

    def __init__(self, arguments: Sequence[str], *, columns: int = 100, rows: int = 30) -> None:
        self.written = bytearray()
        self._size = columns, rows
        self._descriptor, theirs = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _BECOME, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env={**_SURROUNDINGS, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(theirs)
        self.pid = self._process.pid

    def type(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        os.close(self._descriptor)

    def read_for(self, seconds: float) -> bool:
        """Take what comes; False at the end of the program's output."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._descriptor], [], [], left)[0]:
                try:
                    data = os.read(self._descriptor, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                self.written += data
        return True

    def until(self, true: Callable[[str], bool]) -> str:
        """Wait until the screen satisfies a condition, and return it."""
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            alive = self.read_for(0.05)
            if true(screen := self.screen()):
                return screen
            assert alive, f"the program ended; its screen:\n{screen}"
        raise AssertionError(f"not seen in {LIMIT_S} s; the screen:\n{self.screen()}")

    def screen(self) -> str:
        """Return what a terminal shows now."""
        screen = pyte.Screen(*self._size)
        pyte.ByteStream(screen).feed(bytes(self.written))
        return "\n".join(screen.display)

    def exit_code(self) -> int:
        """Wait for the end."""
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            self.read_for(0.02)
            if (code := self._process.poll()) is not None:
                return code
        self._process.kill()
        self._process.wait()
        raise AssertionError(f"the program did not end; its screen:\n{self.screen()}")

    def ends_within(self, seconds: float) -> bool:
        """Return whether it ends by itself; it is ended in any case."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True

    def left_on(self) -> list[str]:
        """Return what the program turned on in the terminal and did not turn off."""
        left = [
            name
            for name, code in PRIVATE_OFF.items()
            if self.written.rfind(code + b"h") > self.written.rfind(code + b"l")
        ]
        if self.written.rfind(b"\x1b[?25l") > self.written.rfind(b"\x1b[?25h"):
            left.append("hidden cursor")
        if self.written.count(b"\x1b[>") > self.written.count(b"\x1b[<u"):
            left.append("keyboard protocol")
        return left
