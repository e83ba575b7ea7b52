"""What starting costs, beside its yardsticks: `python -m tests.benchmarks.start_up [ROUNDS]`.

Whole processes, byte-compiled, in turn; medians and ratios of one run. Bars: --help at most 4 × a
bare interpreter; --run "system status" at most 1.5 × importing textual.app.
"""

import compileall
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

COMMANDS = {
    "bare interpreter": [sys.executable, "-c", "pass"],
    "bolt-tui --help": [str(BIN / "bolt-tui"), "--help"],
    "import textual.app": [sys.executable, "-c", "import textual.app"],
    'bolt-tui --run "system status"': [str(BIN / "bolt-tui"), "--run", "system status"],
    'bolt-tui --run ":search x"': [str(BIN / "bolt-tui"), "--run", ":search nowhere_at_all"],
}
RATIOS = (
    ("bolt-tui --help", "bare interpreter", 4.0),
    ('bolt-tui --run "system status"', "import textual.app", 1.5),
)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for place in (ROOT / "engine", ROOT / "bolt_tui", *map(Path, sys.path)):
        if place.is_dir() and ("packages" in place.name or place.parent == ROOT):
            compileall.compile_dir(place, quiet=2)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with TemporaryDirectory() as folder:
        env = {**os.environ, "XDG_STATE_HOME": folder}
        for _ in range(rounds):
            for name, words in COMMANDS.items():
                before = time.perf_counter()
                subprocess.run(words, cwd=folder, env=env, capture_output=True, check=False)
                times[name].append((time.perf_counter() - before) * 1000)
    for name, measured in times.items():
        median, least = statistics.median(measured), min(measured)
        print(f"{name:34} median {median:6.1f} ms   least {least:6.1f} ms")
    for name, yardstick, bar in RATIOS:
        ratio = statistics.median(times[name]) / statistics.median(times[yardstick])
        print(f"{name} is {ratio:.2f} × {yardstick} (bar {bar:g})")


if __name__ == "__main__":
    main()
