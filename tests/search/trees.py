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
