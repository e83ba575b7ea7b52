"""`bolt-tui health` as its user runs it: lines, data, exit codes, and what it loads."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from engine.checks.health.parts.catalogue import CHECKS
from engine.events import HealthChecked, decoder
from engine.store.journals.journal import read_events

from .conftest import COMMAND, Bolt

_LOADED = (
    "import sys\n"
    "from bolt_tui.cli import main\n"
    "code = main(sys.argv[1:])\n"
    "heavy = {'duckdb', 'numpy', 'textual', 'psutil', 'rich'} & set(sys.modules)\n"
    "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
)


def test_a_part_that_is_well_exits_0(bolt: Bolt) -> None:
    """One line with perfdata, then a line a check."""
    done = bolt("health", "--only", "store_write", "kernels")
    assert done.code == 0, done.out
    first, *others = done.out.splitlines()
    assert first.startswith("BOLT OK - 2 of 2 checks ok; 16 not looked at | 'time'=")
    assert [line.split(":")[0] for line in others] == ["OK       store_write", "OK       kernels"]


def test_all_of_it_without_a_session_is_a_warning(bolt: Bolt) -> None:
    """The exit code is Nagios' for that, and every check has its line."""
    done = bolt("health")
    assert done.code == 1, done.out
    assert len(done.out.splitlines()) == 1 + len(CHECKS)
    assert done.out.startswith(
        f"BOLT WARNING - {len(CHECKS) - 1} of {len(CHECKS)} checks ok; sessions"
    )


def test_what_is_broken_exits_2(bolt: Bolt) -> None:
    """And names the cause, with what to do."""
    done = bolt("--set", "search.ripgrep=/no/rg", "health", "--only", "ripgrep")
    assert done.code == 2
    assert "CRITICAL ripgrep: the configured ripgrep '/no/rg' is no ripgrep" in done.out
    assert "correct search.ripgrep (--set)" in done.out


def test_what_cannot_be_looked_at_exits_3(bolt: Bolt, tmp_path: Path) -> None:
    """A check that does not exist, settings that can't be read: a line all the same."""
    unknown = bolt("health", "--only", "ripgrap")
    assert unknown.code == 3
    assert 'BOLT UNKNOWN - there is no check "ripgrap"; did you mean "ripgrep"?' in unknown.out
    (tmp_path / "bolt.toml").write_text("[search]\nripgrap = 1\n", encoding="utf-8")
    bad = bolt("health", at=tmp_path)
    assert bad.code == 3
    assert "bolt.toml" in bad.out
    assert bad.out.startswith("BOLT UNKNOWN - ")


def test_json_is_the_event_that_was_recorded(bolt: Bolt, own_folders: Path) -> None:
    """The same checks stand in the journal, under the session's name."""
    done = bolt("-o", "json", "health", "--only", "disk", "git")
    said = decoder.decode(done.out.encode())
    assert isinstance(said, HealthChecked)
    [journal] = (own_folders / "state" / "bolt-tui" / "journals").iterdir()
    [kept] = [event for event in read_events(journal) if isinstance(event, HealthChecked)]
    assert kept.checks == said.checks
    assert said.session == kept.session
    assert abs(said.wall_s - kept.wall_s) < 60
    assert json.loads(done.out)["checks"][0]["figures"]["free_bytes"] > 0


def test_markdown_is_a_table(bolt: Bolt) -> None:
    """For a report; the exit code is the same."""
    done = bolt("-o", "markdown", "health", "--only", "sessions")
    assert done.code == 1
    assert "| check | state | what | ms |" in done.out


def test_help_has_its_exit_codes(bolt: Bolt) -> None:
    """They are not those of the other commands."""
    assert "0 ok   1 warning   2 critical" in bolt("health", "--help").out


def test_it_loads_nothing_that_may_be_broken(project: Path) -> None:
    """What computes, draws or reads databases is loaded by the process that looks alone."""
    argv = [sys.executable, "-c", _LOADED, "-C", str(project), "health", "--only", "duckdb"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_disk_without_room_is_critical(project: Path, own_folders: Path) -> None:
    """No file may grow: the write is refused, the cause is the system's, nothing is recorded."""

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    argv = [*COMMAND, "-C", str(project), "health", "--only", "store_write"]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=60, preexec_fn=no_room
    )
    assert done.returncode == 2
    assert "can't be written: File too large" in done.stdout
    assert "not recorded: the journal" in done.stderr
    assert not list((own_folders / "state" / "bolt-tui").glob(".health*"))


def test_what_hangs_ends_at_the_deadline(bolt: Bolt, own_folders: Path) -> None:
    """A store whose manifest never answers, as on a mount that is gone."""
    store = own_folders / "state" / "bolt-tui"
    store.mkdir(parents=True)
    os.mkfifo(store / "manifest.json")
    done = bolt("health", "--deadline", "2.5", "--only", "store_read", "store_write")
    assert done.code == 2
    assert "CRITICAL store_read: did not answer within 2.5 s; look after" in done.out
    assert "'store_read'=U;;;0" in done.out
    assert "OK       store_write" in done.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--bogus"], "unknown option --bogus"),
        (["--deadline", "0"], "argument --deadline: expected a positive number of seconds"),
        (["--only"], "argument --only: expected at least one argument"),
        (["--only", "nosuch"], 'there is no check "nosuch"'),
    ],
)
def test_words_that_can_not_be_meant_are_unknown(bolt: Bolt, words: list[str], says: str) -> None:
    """The guidelines have 3 for invalid arguments: 2 would wake somebody."""
    done = bolt("health", *words)
    assert done.code == 3
    assert done.out.startswith("BOLT UNKNOWN - ")
    assert says in done.out
    assert says in done.err
