"""Words and modules of the user's project to ask about, chosen the same way each time."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.process import run

_WORD: Final = re.compile(rb"[A-Za-z_]{6,24}")
_MOST_BYTES: Final = 200_000
_FILES: Final = 120
_MANY: Final = 2_000  # hits; more of them would measure how rows are written
_COARSE_S: Final = 2.0  # of some file systems' times
_LIST = ("--files", "--no-config", "-0")


@dataclass(frozen=True, slots=True)
class Sample:
    """`files` are all that ripgrep saw at `taken_s` (wall seconds).

    Of the words found in some of them the `rare` stands once, the `common` more often than most.
    """

    root: Path
    taken_s: float
    files: tuple[str, ...] = ()
    rare: str = "main"
    middling: str = "value"
    common: str = "import"

    def changed(self, name: str) -> bool:
        """Whether a file was written since, or is gone: two looks at it may differ."""
        try:
            return (self.root / name).stat().st_mtime > self.taken_s - _COARSE_S
        except OSError:
            return True


async def take(root: Path, rg: str, taken_s: float) -> Sample | None:
    """Look at the project; None where it has no text to ask about.

    Raises:
        ProcessError: ripgrep can't be run.
    """
    listed = await run([rg, *_LIST], cwd=root, timeout_s=30.0)
    names = sorted(name for name in listed.stdout.decode(errors="replace").split("\0") if name)
    looked_at = names[:: max(1, len(names) // _FILES)]
    counts = _counted(root, looked_at)
    many = max(1.0, _MANY * len(looked_at) / max(1, len(names)))
    ordered = [word for word, count in counts.most_common() if count <= many]
    if len(ordered) < 3:
        return None
    rare = min(word for word in ordered if counts[word] == counts[ordered[-1]])
    return Sample(root, taken_s, tuple(names), rare, ordered[len(ordered) // 20], ordered[0])


def _counted(root: Path, names: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name in names:
        try:
            with (root / name).open("rb") as file:
                data = file.read(_MOST_BYTES)
        except OSError:
            continue
        if b"\0" not in data:
            counts.update(word.decode() for word in _WORD.findall(data))
    return counts
