"""Small projects on disk, and plain ripgrep as the oracle of what is in them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def write(root: Path, files: Mapping[str, str | bytes]) -> str:
    """Write files below `root` and return it as a string."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(root)


def plain(rg: str, root: str, *args: str) -> bytes:
    """Return what ripgrep itself writes when it is run plainly in `root`."""
    done = subprocess.run(
        [rg, "--no-config", *args],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.stdout


def counted(rg: str, root: str, *args: str) -> dict[str, int]:
    """Return the matching lines of each file, by `rg --count`."""
    output = plain(rg, root, "--count", "--null", "--with-filename", *args)
    found: dict[str, int] = {}
    while output:
        path, _, output = output.partition(b"\0")
        number, _, output = output.partition(b"\n")
        found[os.fsdecode(path).removeprefix("./")] = int(number)
    return found


def _processes() -> list[list[str]]:
    """Return id, parent and state of every process that has not ended."""
    printed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, check=True, text=True
    ).stdout
    rows = [line.split() for line in printed.splitlines()]
    return [row for row in rows if not row[2].startswith("Z")]


def living() -> set[int]:
    return {int(pid) for pid, *_ in _processes()}


def children() -> set[int]:
    """Return the processes whose parent is this one, without the one that lists them."""
    mine = {int(pid) for pid, parent, _ in _processes() if int(parent) == os.getpid()}
    return mine & living()
