"""The text of a project in memory, kept as it is on disk, and the lines in it that match.

Changed files go into a small segment that is made anew with each change, and seal it off once it is
large; what they were before is marked dead where it stands.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.search.index.deciding import Check, matching, matching_in_files
from engine.search.index.file_choice import Chosen, FileChoice
from engine.search.index.files import File, Stamp, read_file, stamp_of
from engine.search.index.lookup import find_lines
from engine.search.index.segment import Ints, Segment
from engine.search.index.wanted import Wanted, read
from engine.search.rg_output import path_order
from engine.search.text_query import TextQuery

# Bytes of changed files that are packed anew with each change.
_FRESH_BYTES: Final = 1 << 20
_MAX_SEGMENTS: Final = 12
_MAX_DOUBTFUL_LINES: Final = 150_000
_MAX_DOUBTFUL_BYTES: Final = 24 << 20
# What a text takes in memory while it is packed, bitmap and line ends included.
_PACKED: Final = 1.8
_READ_BETWEEN_LOOKS: Final = 64
_KEPT_PATTERNS: Final = 1000
Progress = Callable[[int, int], None]


class OverLimit(Exception):
    """The project's text takes more memory than the index may have."""

    def __init__(self, needed_bytes: int, limit_bytes: int) -> None:
        self.needed_bytes = needed_bytes
        self.limit_bytes = limit_bytes
        needed, limit = -(-needed_bytes // 2**20), limit_bytes // 2**20
        super().__init__(
            f"the index would take about {needed:,} MB of memory, more than its {limit:,} MB; "
            f"raise search.index_mb to have it"
        )


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


class TextIndex:
    """Everything that a search of `root` looks at; not for use by several threads."""

    def __init__(self, rg: str, root: str, limit_bytes: int) -> None:
        self.root = root
        self._rg = rg
        self._limit_bytes = limit_bytes
        self._folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._segments: list[Segment] = []
        self._fresh: dict[bytes, File] = {}
        self._fresh_segment = Segment(())
        self._where: dict[bytes, tuple[Segment, int]] = {}
        self._stamps: dict[bytes, Stamp] = {}
        self._left_out: dict[bytes, str] = {}
        self._choice = FileChoice(rg)
        self._compiled: set[str] = set()

    def __contains__(self, path: object) -> bool:
        return path in self._stamps

    def __len__(self) -> int:
        return len(self._stamps)

    @property
    def paths(self) -> Iterable[bytes]:
        return self._stamps.keys()

    @property
    def nbytes(self) -> int:
        return sum(segment.nbytes for segment in self._all())

    @property
    def index_bytes(self) -> int:
        return sum(segment.index_bytes for segment in self._all())

    @property
    def text_bytes(self) -> int:
        return sum(len(segment.text) for segment in self._all())

    @property
    def worn(self) -> bool:
        """Whether so much has changed that it is better built anew."""
        dead = sum(int(segment.dead.sum()) for segment in self._segments)
        return len(self._segments) > _MAX_SEGMENTS or 2 * dead > len(self._stamps)

    def count(self, kind: str) -> int:
        """Return how many files are `binary` or `unreadable`."""
        return sum(1 for found in self._left_out.values() if found == kind)

    def _all(self) -> list[Segment]:
        return [*self._segments, self._fresh_segment]

    # ── being filled and kept ────────────────────────────────────────────────────────────────

    def fill(self, paths: Sequence[bytes], progress: Progress) -> None:
        """Read all of `paths`, in the order in which rows are given.

        Raises:
            OverLimit: found out before much memory is taken.
        """
        self._seal(Segment(self._read_all(sorted(paths, key=path_order), progress)))

    def _read_all(self, paths: Sequence[bytes], progress: Progress) -> Iterator[File]:
        size_bytes = 0
        for number, path in enumerate(paths):
            file = read_file(self._folder, path)
            self._note(file)
            size_bytes += len(file.text)
            if file.text:
                yield file
            if number % _READ_BETWEEN_LOOKS == 0:
                progress(number, len(paths))
                if size_bytes * _PACKED > self._limit_bytes:
                    whole = size_bytes * len(paths) // (number + 1)
                    raise OverLimit(int(whole * _PACKED), self._limit_bytes)

    def _note(self, file: File) -> None:
        self._stamps[file.path] = file.stamp
        if file.kind in ("text", "marked"):
            self._left_out.pop(file.path, None)
        else:
            self._left_out[file.path] = file.kind

    def _seal(self, segment: Segment) -> None:
        self._segments.append(segment)
        self._place(segment)

    def _place(self, segment: Segment) -> None:
        for number, path in enumerate(segment.paths):
            self._where[path] = (segment, number)

    def changed(self) -> list[bytes]:
        """Return the files whose stamps differ from what was read; those that are gone too."""
        found = []
        for path, stamp in self._stamps.items():
            try:
                now = stamp_of(os.stat(path, dir_fd=self._folder, follow_symlinks=False))
            except OSError:
                found.append(path)
                continue
            if now != stamp:
                found.append(path)
        return found

    def update(self, changed: Iterable[bytes], removed: Iterable[bytes] = ()) -> bool:
        """Take up files that are new or have changed, and drop others; return whether any was.

        Of `changed`, what is gone is dropped.

        Raises:
            OverLimit
        """
        touched = False
        for path in removed:
            touched = self._forget(path) or touched
        for path in changed:
            file = read_file(self._folder, path)
            if file.kind == "unreadable" and not self._exists(path):
                touched = self._forget(path) or touched
            elif self._stamps.get(path) != file.stamp:
                touched = True
                self._drop(path)
                self._note(file)
                if file.text:
                    self._fresh[path] = file
        if touched:
            self._pack_fresh()
        return touched

    def _exists(self, path: bytes) -> bool:
        try:
            os.stat(path, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            return False
        return True

    def _forget(self, path: bytes) -> bool:
        self._drop(path)
        self._left_out.pop(path, None)
        return self._stamps.pop(path, None) is not None

    def _drop(self, path: bytes) -> None:
        self._fresh.pop(path, None)
        if (place := self._where.pop(path, None)) is not None:
            segment, number = place
            segment.dead[number] = True

    def _pack_fresh(self) -> None:
        files = [self._fresh[path] for path in sorted(self._fresh, key=path_order)]
        segment = Segment(files)
        if len(segment.text) > _FRESH_BYTES:
            self._fresh.clear()
            self._seal(segment)
            segment = Segment(())
        self._fresh_segment = segment
        self._place(segment)
        if self.nbytes > self._limit_bytes:
            raise OverLimit(self.nbytes, self._limit_bytes)

    # ── being searched ───────────────────────────────────────────────────────────────────────

    def search(self, query: TextQuery, check: Check) -> list[FileLines] | None:
        """Return the files with matching lines in path order; None where only ripgrep can tell.

        Raises:
            PatternError, ScanFailed; whatever `check` raises.
        """
        wanted = read(query)
        if wanted is None or query.globs or query.hidden:
            return None
        chosen = self._choice.of(query, self._stamps.keys(), self._where)
        if chosen is None:
            return None
        found: list[FileLines] = []
        for segment in self._all():
            if not segment.paths:
                continue
            lines = self._lines(segment, wanted, query, check)
            if lines is None:
                return None
            found += _by_file(segment, lines, chosen)
            check()
        if not wanted.decides:
            self._compile(query, check)
            if marked := self._marked(chosen):
                found += self._in_marked(query, marked, check)
        found.sort(key=lambda one: path_order(one.path))
        return found

    def _lines(
        self, segment: Segment, wanted: Wanted, query: TextQuery, check: Check
    ) -> Ints | None:
        found = find_lines(segment, wanted)
        doubtful = found.doubtful
        if not wanted.decides:
            check()
            doubtful = doubtful[~segment.marked[segment.files_of(doubtful)]]
        if not len(doubtful):
            return found.sure
        if len(doubtful) > _MAX_DOUBTFUL_LINES:
            return None
        lines = [segment.line(number) for number in doubtful.tolist()]
        if sum(map(len, lines)) > _MAX_DOUBTFUL_BYTES:
            return None
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

    def _marked(self, chosen: Chosen) -> list[bytes]:
        return [
            path
            for segment in self._all()
            for path in map(
                segment.paths.__getitem__, np.flatnonzero(segment.marked & ~segment.dead).tolist()
            )
            if chosen(path)
        ]

    def _in_marked(self, query: TextQuery, paths: Sequence[bytes], check: Check) -> list[FileLines]:
        found = matching_in_files(self._rg, query, self.root, paths, check)
        return [
            FileLines(path, *self._where[path], np.asarray(numbers, np.uint32))
            for path, numbers in found.items()
        ]


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
