"""The program in a real terminal: it paints, answers, and leaves the terminal as it was."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from .terminal import ROOT, Terminal

SCRIPT = ("-m", "tests.console.open_console")


def console(kind: str, folder: Path, *, columns: int = 100, rows: int = 30) -> Terminal:
    return Terminal([*SCRIPT, kind, str(folder)], columns=columns, rows=rows)


def ready(screen: str) -> bool:
    return "● full" in screen and "no alerts" in screen


def test_quit_restores_the_terminal(tmp_path: Path) -> None:
    """Ctrl+q ends with code 0; screen, cursor, mouse and keyboard are as before."""
    terminal = console("replay", tmp_path)
    terminal.until(ready)
    assert "alternate screen" in terminal.left_on()
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=["SIGTERM", "SIGHUP", "SIGINT"],
)
def test_a_signal_restores_the_terminal(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """A signal ends the program with 128 + n and leaves the terminal in order."""
    terminal = console("replay", tmp_path)
    terminal.until(ready)
    terminal.signal(number)
    assert terminal.exit_code() == code
    assert terminal.left_on() == []


def test_a_signal_before_the_engine_is_open(tmp_path: Path) -> None:
    """A signal right after the first paint gives up the opening and leaves in order."""
    terminal = console("engine", tmp_path)
    terminal.until(lambda screen: "1 CPU" in screen)
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code() == 143
    assert terminal.left_on() == []


def test_a_crash_restores_the_terminal(tmp_path: Path) -> None:
    """A crash ends with code 1, and its traceback is on the ordinary screen."""
    terminal = console("crash", tmp_path)
    terminal.until(ready)
    terminal.type(b"\x1bOP")
    assert terminal.exit_code() == 1
    assert terminal.left_on() == []
    after = terminal.written[terminal.written.rfind(b"\x1b[?1049l") :]
    assert b"crashed on purpose" in after


def test_an_engine_that_does_not_close_is_left_behind(tmp_path: Path) -> None:
    """Closing has a budget; after it the program ends all the same."""
    terminal = console("stuck", tmp_path)
    terminal.until(ready)
    began = time.monotonic()
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0
    assert time.monotonic() - began < 5
    assert terminal.left_on() == []


def test_a_terminal_that_is_gone_ends_the_program(tmp_path: Path) -> None:
    """When its terminal is closed, the program does not live on."""
    terminal = console("replay", tmp_path)
    terminal.until(ready)
    terminal.hang_up()
    assert terminal.ends_within(10), "the program lived on for ten seconds"


def test_a_broken_engine_leaves_a_console(tmp_path: Path) -> None:
    """Where the engine can't be opened the console stays, says why, and refuses questions."""
    terminal = console("broken", tmp_path)
    terminal.until(lambda screen: "CRITICAL" in screen and "the store can't be read" in screen)
    terminal.type(b"hi\r")
    terminal.until(lambda screen: "not asked, the engine is not open" in screen)
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0


def test_a_tiny_terminal_is_told_the_needed_size(tmp_path: Path) -> None:
    """Twenty columns by five rows show which size is needed and which is there."""
    terminal = console("replay", tmp_path, columns=20, rows=5)
    screen = terminal.until(lambda screen: "60×16" in screen)
    assert "20×5" in screen
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0


def test_the_real_engine_answers_on_screen(tmp_path: Path) -> None:
    """A question typed into the console of a real engine is answered there."""
    (tmp_path / "wheel.py").write_text("import math\n")
    (tmp_path / "book.py").write_text("import wheel\n")
    terminal = console("engine", tmp_path, columns=120, rows=40)
    terminal.until(lambda screen: "load" in screen and "● full" in screen)
    terminal.type(b"who imports wheel.py\r")
    terminal.until(lambda screen: "book.py:1" in screen and "answered in" in screen)
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0
    assert terminal.left_on() == []


def test_a_bad_command_is_refused_on_screen(tmp_path: Path) -> None:
    """A command that the engine does not know stays in the prompt, with a precise sentence."""
    terminal = console("engine", tmp_path, columns=120, rows=40)
    terminal.until(lambda screen: "● full" in screen)
    terminal.type(b":statsu\r")
    terminal.until(lambda screen: "✗" in screen and ":status" in screen)
    terminal.type(b"\x11")
    assert terminal.exit_code() == 0


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    """Without a terminal the console does not start, and names the headless way."""
    done = subprocess.run(
        [sys.executable, *SCRIPT, "replay", str(tmp_path)],
        stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"--run" in done.stderr
    assert done.stdout == b""


def test_the_face_imports_nothing_heavy() -> None:
    """Importing the console brings neither duckdb nor numpy nor the engine's runtime."""
    code = (
        "import sys, bolt_tui.app; "
        "print([n for n in ('duckdb', 'numpy', 'scipy', 'psutil', 'engine.runtime', "
        "'rich.traceback', 'tomli_w', 'textual.widgets._data_table') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_terminal_that_takes_no_more_ends_the_program(tmp_path: Path) -> None:
    """With the loop stuck in a write to a terminal that nobody reads, SIGTERM still ends it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "bolt_tui"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            time.sleep(6)  # enough frames to fill the terminal's buffer, none of them read
            process.terminate()
            assert process.wait(30) == 128 + signal.SIGTERM
        finally:
            process.kill()
            os.close(ours)
