"""Start-up pays only for what it shows: which modules a run imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.agents.vocabulary import likely

HEAVY = ("textual", "rich", "duckdb", "numpy", "mlx", "scipy", "psutil", "anyio", "msgspec")


def told_at_the_end(of: str, words: list[str], project: Path) -> list[str]:
    """Return what the expression `of`, a list of words, is when a run of the program ends."""
    script = (
        "import atexit, gc, sys\n"
        f"atexit.register(lambda: sys.stderr.write('\\nTOLD ' + ' '.join({of})))\n"
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
    told = done.stderr.rpartition("TOLD ")[2].split()
    assert told
    return told


def imported(words: list[str], project: Path) -> set[str]:
    """Return the packages and modules that a run of the program has imported at its end."""
    names = told_at_the_end("sys.modules", words, project)
    return {name.partition(".")[0] for name in names} | set(names)


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


def test_a_status_imports_no_search_no_past_and_no_stand_in(project: Path) -> None:
    """What other questions need is left to them, also where it is our own."""
    names = imported(["--run", "system status"], project)
    assert "engine.probes.host" in names
    assert not names & {
        "engine.search.text_search",
        "engine.search.code_talk",
        "engine.store.past.digest",
        "engine.existing_tools",
        "engine.probes.processes",
        "tomllib",
    }
    if sys.platform != "darwin":
        assert not names & {"engine.probes.apple", "engine.probes.macos", "engine.probes.sysctl"}


def test_a_run_never_collects_all_that_it_imported(project: Path) -> None:
    """No full collection of garbage takes place, neither among the imports nor at the end."""
    of = "[str(gc.get_stats()[2]['collections']), str(gc.isenabled()), str(gc.get_freeze_count())]"
    collections, enabled, frozen = told_at_the_end(of, ["--run", "system status"], project)
    assert (collections, enabled) == ("0", "True")
    assert int(frozen) > 10_000


def test_a_question_about_the_machine_is_not_read_as_one_to_the_desk() -> None:
    """Of the patterns of questions only those of its own intent are compiled."""
    assert list(likely("system status")) == ["system_status"]
