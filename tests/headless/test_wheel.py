"""The program as it is installed: a wheel in a fresh environment, without the checkout."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it with what it depends on, and return the environment's bin."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)])
    _run([sys.executable, "-m", "venv", str(folder / "env")])
    [wheel] = folder.glob("*.whl")
    _run([*pip, "--python", str(folder / "env/bin/python"), "install", str(wheel)])
    return folder / "env" / "bin"


def _run(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(600)
def test_an_installed_wheel_answers(installed: Path, tmp_path: Path) -> None:
    """Headless runs from the wheel, with the ripgrep and the worker that came with it."""
    (tmp_path / "tool.py").write_text("import json\n\n\ndef needle() -> None: ...\n")
    done = subprocess.run(
        [str(installed / "bolt-tui"), "--run", "analyze tool.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "4 lines (2 of code), 0 classes and 1 function" in done.stdout
    assert "tool.py:4: needle: complexity 1, 1 lines" in done.stdout


@pytest.mark.timeout(600)
def test_an_installed_wheel_draws_its_screen(installed: Path, tmp_path: Path) -> None:
    """The console paints from the wheel, themes included, and ends with 0 on ctrl+q."""
    terminal, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    with subprocess.Popen(
        [str(installed / "bolt-tui")],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            screen = _read_until(terminal, "Circuits", 60)
            assert "Circuits" in screen
            assert "Traceback" not in screen
            os.write(terminal, b"\x11")
            _read_until(terminal, "\x1b[?1049l", 20)
            assert process.wait(20) == 0
        finally:
            process.kill()
            os.close(terminal)


def _read_until(terminal: int, wanted: str, limit_s: float) -> str:
    """Return what the terminal shows until `wanted` appears or the time is over."""
    seen, end = b"", time.monotonic() + limit_s
    while wanted.encode() not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
    return seen.decode(errors="replace")
