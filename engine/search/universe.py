"""Which files a project has now, and which of its Python files are what they were before."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from engine.search.errors import ScanFailed
from engine.search.listing import listing_of
from engine.search.python_file import Stamp, refusal, stamp_of
from engine.search.rg_output import path_order, paths

_PYTHON: Final = (".py", ".pyi")
_STATS_A_TURN: Final = 200


class Universe:
    """What `rg --files` lists below `root`, with the stamps of the Python files.

    Attributes:
        files: all of them, folder by folder.
        stamps: those of the Python files that can be read as far as is known, in the same order;
            replaced, never changed, when one does.
        refused: the other Python files, each with the reason.
    """

    def __init__(self, root: str, listing: list[str]) -> None:
        self.root = root
        self.files: tuple[str, ...] = ()
        self.stamps: dict[str, Stamp] = {}
        self.refused: dict[str, str] = {}
        self._argv = listing
        self._listed: frozenset[bytes] = frozenset()
        self._python: tuple[str, ...] = ()

    def refresh(self, tick: Callable[[], None]) -> None:
        """Look at the disk again; calls `tick` every few milliseconds.

        Raises:
            ScanFailed: the folder is gone, or ripgrep can't list it.
        """
        with listing_of(self._argv, self.root) as listing:
            # What was there before is looked at while ripgrep works; it rarely changes.
            seen: dict[str, os.stat_result | None] = {}
            for at in range(0, len(self._python), _STATS_A_TURN):
                self._look(self._python[at : at + _STATS_A_TURN], seen)
                listing.read()
                tick()
            self._take(listing.finish(tick))
        self._look((path for path in self._python if path not in seen), seen)
        self._sort(seen)

    def _take(self, output: bytes) -> None:
        if not output and not Path(self.root).is_dir():
            raise ScanFailed("nothing was listed")
        names = paths(output)
        listed = frozenset(names)
        if listed == self._listed:
            return
        self._listed = listed
        self.files = tuple(os.fsdecode(name) for name in sorted(names, key=path_order))
        self._python = tuple(path for path in self.files if path.endswith(_PYTHON))

    def _look(self, wanted: Iterable[str], seen: dict[str, os.stat_result | None]) -> None:
        for path in wanted:
            try:
                seen[path] = os.lstat(f"{self.root}/{path}")
            except OSError:
                seen[path] = None

    def _sort(self, seen: dict[str, os.stat_result | None]) -> None:
        stamps: dict[str, Stamp] = {}
        self.refused = {}
        for path in self._python:
            status = seen[path]
            reason = "it went away while it was looked at" if status is None else refusal(status)
            if reason or status is None:
                self.refused[path] = reason
            else:
                stamps[path] = stamp_of(status)
        if stamps != self.stamps:
            self.stamps = stamps
