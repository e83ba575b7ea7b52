"""Keeping an index as the disk is: what is read, listed and looked at again, and when."""

import math
from typing import Final

from engine.clock import SystemClock
from engine.search.errors import ScanFailed
from engine.search.index.following import Changes
from engine.search.index.text_index import Progress, TextIndex
from engine.search.index.universe import Universe, list_universe

_SWEEPS_APART_S: Final = 60.0
# The watch may lose what comes while it tells of something else, so that is followed by a sweep.
_SWEEP_BEHIND_S: Final = 2.0
_SWEEP_SHARE: Final = 20.0
_SWEPT_LATELY_S: Final = 0.05
# How much longer than a listing took the next one waits, where it took long.
_LISTINGS_APART: Final = 5.0
_QUICK_LISTING_S: Final = 0.05
_now_s: Final = SystemClock().monotonic_s


class Upkeep:
    """An index and what has to be done for it.

    Attributes:
        index: replaced by another where it is built anew.
        generation: grows whenever files come or go.
        folders: every folder that holds a file of the universe, at any depth.
    """

    def __init__(self, rg: str, root: str, limit_bytes: int) -> None:
        self._rg = rg
        self._root = root
        self._limit_bytes = limit_bytes
        self.index = self._empty()
        self.generation = 0
        self.folders: set[bytes] = set()
        self._list_wanted = False
        self._list_from_s = 0.0
        self._swept_s = 0.0
        self._sweep_at_s = 0.0
        self._sweep_took_s = 0.0

    def _empty(self) -> TextIndex:
        return TextIndex(self._root, self._limit_bytes)

    def build(self, progress: Progress) -> None:
        """Read everything.

        Raises:
            OverLimit, ScanFailed.
        """
        begun_s = _now_s()
        universe = list_universe(self._rg, self._root)
        self._listed(universe, begun_s)
        self.index.fill(universe, progress)
        self._swept(_now_s())

    def build_anew(self, progress: Progress) -> None:
        """Give back what changes have left behind.

        Raises:
            OverLimit, ScanFailed.
        """
        self.index.close()
        self.index = self._empty()
        self.generation += 1
        self.build(progress)

    # ── what is due ──────────────────────────────────────────────────────────────────────────

    @property
    def due_in_s(self) -> float:
        """How long there is nothing to do but what is told."""
        due_s = min(self._list_from_s if self._list_wanted else math.inf, self._sweep_at_s)
        return max(0.0, due_s - _now_s())

    def do_what_is_due(self, *, unwatched: bool) -> None:
        """List files or look at them again where it is time; at once where nobody else would.

        Raises:
            OverLimit
            ScanFailed: also where the folder isn't the one that was read.
        """
        if self._list_wanted and _now_s() >= self._list_from_s:
            self._list_again()
        if _now_s() > (self._swept_s + _SWEPT_LATELY_S if unwatched else self._sweep_at_s):
            self.sweep()
        if not self.index.in_place:
            raise ScanFailed("the project folder is gone, or another is in its place")

    def take_up(self, changes: Changes) -> None:
        """Read what has changed; list again when it is time.

        Raises:
            OverLimit, ScanFailed.
        """
        if changes.sweep:
            self.sweep()
            return
        self.index.update(changes.files)
        self._list_wanted |= changes.list_again or any(
            path not in self.index and self.index.has_folder(path) for path in changes.files
        )
        soon_s = _now_s() + max(_SWEEP_BEHIND_S, _SWEEP_SHARE * self._sweep_took_s)
        self._sweep_at_s = min(self._sweep_at_s, soon_s)

    def sweep(self) -> None:
        """Look at every file, whatever was told.

        Raises:
            OverLimit, ScanFailed.
        """
        begun_s = _now_s()
        self._list_again()
        self.index.update(self.index.changed())
        self._swept(begun_s)

    def _swept(self, begun_s: float) -> None:
        self._swept_s = _now_s()
        self._sweep_took_s = self._swept_s - begun_s
        self._sweep_at_s = self._swept_s + _SWEEPS_APART_S

    def _list_again(self) -> None:
        begun_s = _now_s()
        self._list_wanted = False
        universe = list_universe(self._rg, self._root)
        if self.index.belong(universe):
            self.generation += 1
        self._listed(universe, begun_s)

    def _listed(self, universe: Universe, begun_s: float) -> None:
        now_s = _now_s()
        took_s = now_s - begun_s
        self._list_from_s = now_s + (_LISTINGS_APART * took_s if took_s > _QUICK_LISTING_S else 0)
        self.folders = set()
        for path in universe.files:
            folder = path.rpartition(b"/")[0]
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition(b"/")[0]
