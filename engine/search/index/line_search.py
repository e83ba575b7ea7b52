"""The lines of an index that match a query, each either sure or decided by ripgrep."""

from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.search.index.deciding import Check, matching
from engine.search.index.file_choice import Chosen, FileChoice
from engine.search.index.lookup import find_lines
from engine.search.index.segment import Ints, Segment
from engine.search.index.text_index import TextIndex
from engine.search.index.wanted import Wanted, read
from engine.search.rg_output import path_order
from engine.search.text_query import TextQuery

_MAX_DOUBTFUL_LINES: Final = 150_000
_MAX_DOUBTFUL_BYTES: Final = 24 << 20
_KEPT_PATTERNS: Final = 1000


@dataclass(frozen=True, slots=True)
class FileLines:
    """One file's matching lines, numbered from 1 as the file's own.

    Attributes:
        file: its number in the segment.
        numbers: ascending, of 32 bits.
    """

    path: bytes
    segment: Segment
    file: int
    numbers: npt.NDArray[np.uint32]


class LineSearch:
    """Searches indexes with one ripgrep; remembers what it was found to be able to read."""

    def __init__(self, rg: str) -> None:
        self._rg = rg
        self._choice = FileChoice(rg)
        self._compiled: set[str] = set()

    def search(self, index: TextIndex, query: TextQuery, check: Check) -> list[FileLines] | None:
        """Return the files with matching lines in path order; None where only ripgrep can tell.

        Raises:
            PatternError, ScanFailed; whatever `check` raises.
        """
        wanted = read(query)
        if wanted is None or query.globs or query.hidden:
            return None
        chosen = index.chosen(query, self._choice)
        if chosen is None:
            return None
        found: list[FileLines] = []
        for segment in index.segments():
            if not segment.paths:
                continue
            lines = self._lines(segment, wanted, query, check)
            if lines is None:
                return None
            found += _by_file(segment, lines, chosen)
            check()
        if not wanted.decides:
            self._compile(query, check)
        found.sort(key=lambda one: path_order(one.path))
        return found

    def _lines(
        self, segment: Segment, wanted: Wanted, query: TextQuery, check: Check
    ) -> Ints | None:
        found = find_lines(segment, wanted)
        doubtful = found.doubtful
        if not len(doubtful):
            return found.sure
        if len(doubtful) > _MAX_DOUBTFUL_LINES:
            return None
        lines = [segment.line(number) for number in doubtful.tolist()]
        if not wanted.ignore_case and any(len(way) > 1 for way in wanted.ways):
            # So far each of a way's literals is in the line's block only.
            holds = [_holds_a_way(line, wanted) for line in lines]
            doubtful = doubtful[np.asarray(holds, bool)]
            lines = list(compress(lines, holds))
        if sum(map(len, lines)) > _MAX_DOUBTFUL_BYTES:
            return None
        if not lines:
            return found.sure
        right = doubtful[matching(self._rg, query, lines, check)]
        merged: Ints = np.sort(np.concatenate((found.sure, right)))
        return merged

    def _compile(self, query: TextQuery, check: Check) -> None:
        """Have ripgrep refuse what doesn't compile, also where no line had to be looked at."""
        if query.regex and query.pattern not in self._compiled:
            matching(self._rg, query, (), check)
            if len(self._compiled) >= _KEPT_PATTERNS:
                self._compiled.clear()
            self._compiled.add(query.pattern)


def _holds_a_way(line: bytearray, wanted: Wanted) -> bool:
    return any(all(literal in line for literal in way) for way in wanted.ways)


def _by_file(segment: Segment, lines: Ints, chosen: Chosen) -> list[FileLines]:
    """Cut a segment's lines into those of each file that is alive and chosen."""
    if not len(lines):
        return []
    files = segment.files_of(lines)
    numbers = (lines - segment.first_lines[files] + 1).astype(np.uint32)
    starts = np.flatnonzero(np.diff(files, prepend=-1))
    bounds = [*starts.tolist(), len(lines)]
    found = []
    for file, start, end in zip(files[starts].tolist(), bounds, bounds[1:], strict=False):
        path = segment.paths[file]
        if not segment.dead[file] and chosen(path):
            found.append(FileLines(path, segment, file, numbers[start:end]))
    return found
