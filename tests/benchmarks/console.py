"""What the console costs: time to first paint, CPU and memory while nothing happens.

    python -m tests.benchmarks.console [SECONDS]

Compile first (`python -m compileall -q bolt_tui engine` and the site-packages), on a quiet machine.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.console.terminal import Terminal

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("Answer")
Empty().run()
"""
ROUNDS = 7
WARM_UP_S = 5.0
QUIT = b"\x11"


def first_paint_ms(arguments: list[str]) -> float:
    """Return the time from the start of the process until its first frame is written."""
    began = time.perf_counter()
    terminal = Terminal(arguments, columns=120, rows=40)
    while b"Answer" not in terminal.written:
        terminal.read_for(0.001)
    elapsed_ms = (time.perf_counter() - began - 0.05) * 1000  # the child waits for its size
    terminal.read_for(1.0)
    terminal.type(QUIT)
    terminal.exit_code()
    return elapsed_ms


def idle(arguments: list[str], seconds: float) -> tuple[float, float]:
    """Return CPU in per cent of a core and resident MB of a console that nobody asks."""
    terminal = Terminal(arguments, columns=120, rows=40)
    terminal.read_for(WARM_UP_S)
    before = _cpu_s(terminal.pid)
    terminal.read_for(seconds)
    used = (_cpu_s(terminal.pid) - before) / seconds * 100
    pages = int(Path(f"/proc/{terminal.pid}/statm").read_text().split()[1])
    terminal.type(QUIT)
    terminal.exit_code()
    return used, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
        programs = {"empty Textual app": ["-c", EMPTY], "console": ["-m", "bolt_tui"]}
        paints = {name: [first_paint_ms(command) for _ in range(ROUNDS)]
                  for name, command in programs.items()}  # fmt: skip
        for name, values in paints.items():
            print(f"first paint, {name:<18} {statistics.median(values):6.0f} ms")
        ratio = statistics.median(paints["console"]) / statistics.median(
            paints["empty Textual app"]
        )
        print(f"first paint, ratio              {ratio:6.2f}")
        used, resident = idle(programs["console"], seconds)
        print(f"idle with its engine            {used:6.2f} % of a core, {resident:.0f} MB")


if __name__ == "__main__":
    main()
