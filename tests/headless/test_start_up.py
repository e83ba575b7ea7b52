"""Start-up pays only for what it shows: which modules a run imports."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("textual", "rich", "duckdb", "numpy", "mlx", "scipy", "psutil", "anyio", "msgspec")


def imported(words: list[str], project: Path) -> set[str]:
    """Return the top-level packages that a run of the program has imported at its end."""
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: sys.stderr.write('\\nMODULES ' + ' '.join(sys.modules)))\n"
        "from bolt_tui.cli import main\n"
        f"sys.exit(main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=project,
        timeout=60,
        check=False,
    )
    names = done.stderr.rpartition("MODULES ")[2].split()
    assert names
    return {name.partition(".")[0] for name in names}


def test_help_imports_the_argument_parser_only(project: Path) -> None:
    """--help needs none of the packages that the program depends on."""
    assert not imported(["--help"], project) & set(HEAVY)


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (["--run", "system status"], {"textual", "rich", "duckdb", "numpy", "mlx", "rapidfuzz"}),
        (["--run", ":search black_scholes"], {"textual", "rich", "duckdb", "numpy", "psutil"}),
        (["--run", "price put 20 spot 22 vol 55% 35 days"], {"textual", "rich", "duckdb", "scipy"}),
        (["history"], {"textual", "rich", "mlx"}),
        (["--run", "should I roll"], {"textual", "rich", "duckdb", "numpy", "rapidfuzz"}),
        (["config", "show"], {"textual", "rich", "duckdb", "numpy", "psutil"}),
    ],
)
def test_a_run_imports_only_what_it_shows(
    words: list[str], without: set[str], project: Path
) -> None:
    """Headless never imports textual, and each query leaves out what it doesn't use."""
    assert not imported(words, project) & without
