"""Texts of many files in one piece, with their line ends, ready to be searched.

Positions are offsets into the piece; a *line* counts from 0 through all files.
"""

import ctypes
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import stringzilla as sz

from engine.search.index.bitmap import Bitmap
from engine.search.index.files import File

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_SMALL_BLOCK: Final = 1 << 14
_LARGE_BLOCK: Final = 1 << 16
# Above this, larger blocks keep the bitmap near an eighth of the text instead of a half.
_LARGE_TEXT: Final = 48 << 20
# A text that is searched through in less time than its bitmap takes to look at has none.
_NO_BITMAP: Final = 1 << 18
# Of all blocks: above this all are searched in one go. To begin at a block costs about a
# microsecond, as long as a small one takes.
_MOST_SMALL: Final = 0.35
_MOST_LARGE: Final = 0.8
# Hits above which they are found all at once, at the price of a copy of the text.
_MANY: Final = 12_000
_PART: Final = 1 << 22
_NEWLINE: Final = 10
# Letters of other scripts that ignoring case folds to "s" and "k".
_FOLDING: Final = ("\u017f".encode(), "\u212a".encode())


class Segment:
    """Files that don't change any more; `dead` marks those that have changed since.

    Attributes:
        paths: of each file, in the order in which it was given.
        dead_bytes: how much of the text is of dead files.
        folding: the lines with a character beyond ASCII that folds to an ASCII letter, ascending.
    """

    def __init__(self, files: Iterable[File]) -> None:
        text = bytearray()
        self.paths: list[bytes] = []
        starts: list[int] = []
        for file in files:
            self.paths.append(file.path)
            starts.append(len(text))
            text += file.text
            if file.text and not file.text.endswith(b"\n"):
                text += b"\n"
        self.text = text
        self._quick = sz.Str(text)
        # Where each line ends: the offsets of the line breaks.
        self.ends = _line_breaks(text)
        self.first_lines = np.searchsorted(self.ends, np.asarray(starts, np.uint32)).astype(
            np.int64
        )
        self.dead: Mask = np.zeros(len(self.paths), bool)
        self.dead_bytes = 0
        self._bounds = self._block_bounds()
        self._bitmap = Bitmap(self.text, self._bounds) if len(self.text) > _NO_BITMAP else None
        self.folding = self.lines_at(
            np.sort(np.concatenate([self._one_by_one(folded, 0, None) for folded in _FOLDING]))
        )

    def bury(self, file: int) -> None:
        """Mark a file as one that has changed since."""
        self.dead[file] = True
        first, last = self.line_range(file)
        start = int(self.ends[first - 1]) + 1 if first else 0
        self.dead_bytes += int(self.ends[last - 1]) + 1 - start

    @property
    def all_dead(self) -> bool:
        return self.dead_bytes == len(self.text)

    @property
    def nbytes(self) -> int:
        """Memory in bytes: the text, its line ends and the bitmap."""
        return len(self.text) + self.ends.nbytes + self.index_bytes

    @property
    def index_bytes(self) -> int:
        return self._bitmap.nbytes if self._bitmap else 0

    @property
    def _large(self) -> bool:
        return len(self.text) > _LARGE_TEXT

    def _block_bounds(self) -> list[int]:
        """Return where blocks begin: each begins with a line."""
        size = _LARGE_BLOCK if self._large else _SMALL_BLOCK
        wanted = np.arange(size, len(self.text), size)
        at = self.ends[np.searchsorted(self.ends, wanted)].astype(np.int64) + 1
        bounds: list[int] = np.unique(np.concatenate(([0], at, [len(self.text)]))).tolist()
        return bounds

    # ── positions ────────────────────────────────────────────────────────────────────────────

    def positions(self, literal: bytes, beside: Sequence[bytes], *, ignore_case: bool) -> Ints:
        """Return where `literal` stands, ascending and not overlapping.

        Args:
            beside: literals that must be in the same block; what is outside of such blocks may be
                left out.
            ignore_case: for ASCII letters; `literal` is in lower case then.
        """
        found = [
            self._in_run(literal, start, end, ignore_case=ignore_case)
            for start, end in self._runs([literal, *beside])
        ]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _runs(self, literals: Sequence[bytes]) -> list[tuple[int, int | None]]:
        blocks = self._bitmap.candidates(literals) if self._bitmap else None
        most = (_MOST_LARGE if self._large else _MOST_SMALL) * (len(self._bounds) - 1)
        if blocks is None or len(blocks) > most:
            return [(0, None)]
        runs: list[tuple[int, int | None]] = []
        begin = before = -2
        for block in blocks.tolist():
            if block != before + 1:
                if begin >= 0:
                    runs.append((self._bounds[begin], self._bounds[before + 1]))
                begin = block
            before = block
        if begin >= 0:
            runs.append((self._bounds[begin], self._bounds[before + 1]))
        return runs

    def _in_run(self, literal: bytes, start: int, end: int | None, *, ignore_case: bool) -> Ints:
        if ignore_case:
            lowered = sz.Str(self.text[start:end].lower())
            return _one_by_one(lowered, literal) + start
        if end is None and self._quick.count(literal) > _MANY:
            return self._all_at_once(literal)
        return self._one_by_one(literal, start, end)

    def _one_by_one(self, literal: bytes, start: int, end: int | None) -> Ints:
        whole = start == 0 and end is None
        return _one_by_one(self._quick if whole else self._quick[start:end], literal) + start

    def _all_at_once(self, literal: bytes) -> Ints:
        """Return the positions as the lengths of the pieces between them tell.

        By parts of the text, because the pieces are copies.
        """
        bounds = self._bounds[:: max(1, _PART // _SMALL_BLOCK)] + self._bounds[-1:]
        return np.concatenate(
            [
                _between(self._quick[start:end], literal) + start
                for start, end in pairwise(bounds)
                if start < end
            ]
        )

    # ── lines ────────────────────────────────────────────────────────────────────────────────

    def lines_at(self, positions: Ints) -> Ints:
        """Return the lines of ascending positions, each once."""
        lines = np.searchsorted(self.ends, positions.astype(np.uint32)).astype(np.int64)
        fresh: Mask = np.empty(len(lines), bool)
        fresh[:1] = True
        np.not_equal(lines[1:], lines[:-1], out=fresh[1:])
        return lines[fresh]

    def files_of(self, lines: Ints) -> Ints:
        """Return the number of the file of each of the ascending lines."""
        return np.searchsorted(self.first_lines, lines, side="right").astype(np.int64) - 1

    def line(self, number: int) -> bytearray:
        """Return a line's text without its line break."""
        start = int(self.ends[number - 1]) + 1 if number else 0
        return self.text[start : int(self.ends[number])]

    def line_range(self, file: int) -> tuple[int, int]:
        """Return a file's first line and the one behind its last."""
        last = int(self.first_lines[file + 1]) if file + 1 < len(self.paths) else len(self.ends)
        return int(self.first_lines[file]), last


def _one_by_one(text: sz.Str, literal: bytes) -> Ints:
    found: list[int] = []
    keep, find, size = found.append, text.find, len(literal)
    at = find(literal, 0)
    while at >= 0:
        keep(at)
        at = find(literal, at + size)
    return np.asarray(found, np.int64)


def _between(text: sz.Str, literal: bytes) -> Ints:
    pieces = text.split(literal)
    kind = ctypes.c_uint64 if pieces.offsets_are_large else ctypes.c_uint32
    # The pieces' offsets into a text of the pieces alone; the first is 0.
    offsets = np.ctypeslib.as_array((kind * len(pieces)).from_address(pieces.offsets_address))
    found: Ints = offsets[1:].astype(np.int64)
    found += np.arange(0, len(literal) * len(found), len(literal))
    return found


def _line_breaks(text: bytearray) -> npt.NDArray[np.uint32]:
    codes = np.frombuffer(text, np.uint8)
    parts = [
        (np.flatnonzero(codes[start : start + _PART] == _NEWLINE) + start).astype(np.uint32)
        for start in range(0, len(codes), _PART)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.uint32)
