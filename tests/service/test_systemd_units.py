"""The units for systemd, read by systemd itself where it is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bolt_tui.service import systemd
from bolt_tui.service.jobs import JOBS, Program
from engine.checks.service_units import folders_made
from engine.errors import BadQuery

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
HARD = (
    "/srv/two words",
    "/srv/100% of %h",
    "/srv/$HOME ${HOME} $$",
    '/srv/it\'s "so"',
    "/srv/back\\slash\\n",
    "/srv/Übung/日本",
    "/srv/tab\there",
    "/srv/esc\x1b[1m",
    "/srv/; rm -rf {} | cat #",
)


def program(folder: Path, *words: str) -> Program:
    start = folder / "bolt-tui"
    start.write_text("#!/bin/sh\n")
    start.chmod(0o755)
    return Program((str(start), *words), (("PATH", "/usr/bin:/bin"),), folder / "environment")


def analyzed(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Let systemd read units, with all that it makes of them on stderr."""
    assert ANALYZE is not None
    run = folder / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(run), "SYSTEMD_LOG_LEVEL": "debug", "HOME": "/"}
    return subprocess.run(
        [ANALYZE, "verify", "--user", "--man=no", *(str(folder / name) for name in names)],
        capture_output=True,
        text=True,
        env=env,
        timeout=60,
        check=False,
    )


def complaints(said: str, folder: Path) -> list[str]:
    """Return what it says against units of the folder; others on this machine are not ours."""
    found = [line for line in said.splitlines() if line.startswith(f"{folder}/")]
    wrong = [
        line for line in said.splitlines() if re.search("bad unit|Unknown|Failed to parse", line)
    ]
    return found + [line for line in wrong if "bolt-tui" in line]


@needs_systemd
@pytest.mark.parametrize("word", HARD)
def test_systemd_reads_the_words_that_were_meant(tmp_path: Path, word: str) -> None:
    """Blanks, quotes, `%`, `$` and control characters arrive as they are, by systemd's own dump."""
    for name, text in systemd.units(program(tmp_path, "-C", word), 0).items():
        (tmp_path / name).write_bytes(text)
    ran = analyzed(tmp_path, "bolt-tui-monitor.service")
    assert (ran.returncode, complaints(ran.stderr, tmp_path)) == (0, [])
    dumped = re.search(r"Command Line: (.*?)\n\t", ran.stdout, re.DOTALL)
    assert dumped is not None
    # It dumps a command as a shell would read it, so a shell reads it; control characters it dumps
    # as C writes them.
    shown = word.replace("\t", "\\t").replace("\x1b", "\\033")
    argv = subprocess.run(
        ["/bin/bash", "-c", f"printf '%s\\0' {dumped[1]}"], capture_output=True, check=True
    ).stdout
    assert argv.decode().split("\0")[1:-1] == ["-C", shown, "monitor"]


@needs_systemd
def test_all_units_pass_systemds_own_check(tmp_path: Path) -> None:
    """Every service and timer is sound, and its calendar is one."""
    made = systemd.units(program(tmp_path), 2)
    for name, text in made.items():
        (tmp_path / name).write_bytes(text)
    ran = analyzed(tmp_path, *made)
    assert (ran.returncode, complaints(ran.stderr, tmp_path)) == (0, [])


def test_a_broken_unit_would_be_seen(tmp_path: Path) -> None:
    """The check above does fail where a unit is not sound."""
    if ANALYZE is None:
        pytest.skip("systemd is not installed")
    text = systemd.units(program(tmp_path), 0)["bolt-tui-health.timer"]
    (tmp_path / "bolt-tui-health.timer").write_bytes(text.replace(b"OnCalendar=*", b"OnCalendar=x"))
    ran = analyzed(tmp_path, "bolt-tui-health.timer")
    assert ran.returncode != 0 or complaints(ran.stderr, tmp_path)


@needs_systemd
@pytest.mark.parametrize(
    ("job", "due"),
    [
        ("health", "*-*-* *:07:00"),
        ("validate-day", "*-*-* 06:30:00"),
        ("report-week", "Mon *-*-* 07:00:00"),
        ("validate-month", "*-*-01 05:00:00"),
        ("report-quarter", "*-01,04,07,10-01 07:30:00"),
    ],
)
def test_the_calendar_is_the_plans(tmp_path: Path, job: str, due: str) -> None:
    """Hourly health, daily and monthly validation, weekly and quarterly reports."""
    text = systemd.units(program(tmp_path), 0)[f"bolt-tui-{job}.timer"].decode()
    said = re.search(r"^OnCalendar=(.*)$", text, re.MULTILINE)
    assert said is not None
    assert ANALYZE is not None
    read = subprocess.run(
        [ANALYZE, "calendar", said[1]], capture_output=True, text=True, check=True
    )
    assert f"Normalized form: {due}\n" in read.stdout or f"Original form: {due}\n" in read.stdout
    assert "Persistent=true\n" in text


def test_answers_are_no_failures_of_the_run(tmp_path: Path) -> None:
    """Health that is not well, criteria that are not proven: the unit did what it is for."""
    made = systemd.units(program(tmp_path), 0)
    assert b"SuccessExitStatus=1 2 3 129" in made["bolt-tui-health.service"]
    assert all(b"Type=oneshot" in made[f"bolt-tui-{job.name}.service"] for job in JOBS)
    assert b"RestartPreventExitStatus=2\n" in made["bolt-tui-monitor.service"]


def test_each_unit_says_whose_it_is(tmp_path: Path) -> None:
    """By that it is known as one that may be replaced and deleted."""
    made = systemd.units(program(tmp_path), 3)
    assert {folders_made(text) for text in made.values()} == {3}
    assert folders_made(b"[Unit]\nDescription=mine\n") is None


def test_a_program_that_systemd_can_not_start_is_refused(tmp_path: Path) -> None:
    """It takes no quotes in a program's path, however they are written."""
    with pytest.raises(BadQuery, match="quote or backslash"):
        systemd.units(Program(("/srv/a'b/bolt-tui",), (), tmp_path), 0)


def unquoted(text: str) -> str:
    """Read one word as systemd.syntax(7) says, by a reader of this test's own."""
    assert text[0] == text[-1] == '"'
    inner, plain = text[1:-1], bytearray()
    escapes = {"n": b"\n", "t": b"\t", "r": b"\r", "\\": b"\\", '"': b'"'}
    at = 0
    while at < len(inner):
        if inner[at] == "\\" and inner[at + 1] == "x":
            plain.append(int(inner[at + 2 : at + 4], 16))
            at += 4
        elif inner[at] == "\\":
            plain += escapes[inner[at + 1]]
            at += 2
        else:
            assert inner[at] != '"'
            plain += inner[at].encode()
            at += 1
    said = plain.decode(errors="surrogateescape")
    assert said.count("%") == 2 * said.count("%%")
    return said.replace("%%", "%")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_word_is_read_as_it_was(word: str) -> None:
    """Quoting and the manual's way of reading are each other's inverse; it is one line of text."""
    text = systemd.quoted(word)
    assert unquoted(text) == word
    assert "\n" not in text


def test_a_path_that_is_no_text_survives() -> None:
    """Bytes that are not UTF-8 are written by their numbers."""
    word = os.fsdecode(b"/srv/caf\xe9")
    assert systemd.quoted(word) == '"/srv/caf\\xe9"'
    assert unquoted(systemd.quoted(word)) == word
