"""The text of a project in memory, kept as it is on disk.

Changed files go into a small segment that is made anew with each change, and seal it off once it is
large; what they were before is marked dead where it stands.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from engine.search.index.file_choice import Chosen, FileChoice
from engine.search.index.files import File, Stamp, TooLarge, read_file, stamp_of
from engine.search.index.segment import Segment
from engine.search.index.universe import Universe
from engine.search.rg_output import path_order
from engine.search.text_query import TextQuery

# Bytes of changed files that are packed anew with each change.
_FRESH_BYTES: Final = 1 << 20
_MAX_SEGMENTS: Final = 12
# Bytes of what has changed since, above which they are given back once they are half of all.
_WORN_BYTES: Final = 8 << 20
# Positions in a text are of 32 bits.
_MOST_BYTES: Final = 1 << 32
# What a text takes in memory while it is packed, bitmap and line ends included.
_PACKED: Final = 1.8
_READ_BETWEEN_LOOKS: Final = 64
Progress = Callable[[int, int], None]


class OverLimit(Exception):
    """The project's text takes more memory than the index may have."""

    def __init__(self, needed_bytes: int, limit_bytes: int) -> None:
        self.needed_bytes = needed_bytes
        self.limit_bytes = limit_bytes
        needed, limit = -(-needed_bytes // 2**20), limit_bytes // 2**20
        super().__init__(
            f"the index would take up to {needed:,} MB of memory, more than its {limit:,} MB; "
            f"raise search.index_mb to have it"
        )


class TextIndex:
    """Everything that a search of `root` looks at; not for use by several threads."""

    def __init__(self, root: str, limit_bytes: int) -> None:
        self.root = root
        self._limit_bytes = min(limit_bytes, _MOST_BYTES)
        self._folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._segments: list[Segment] = []
        self._fresh: dict[bytes, File] = {}
        self._fresh_segment = Segment(())
        self._where: dict[bytes, tuple[Segment, int]] = {}
        self._stamps: dict[bytes, Stamp] = {}
        self._left_out: dict[bytes, str] = {}
        self._hidden: frozenset[bytes] = frozenset()

    def __contains__(self, path: object) -> bool:
        return path in self._stamps

    def __len__(self) -> int:
        return len(self._stamps) - len(self._hidden)

    @property
    def nbytes(self) -> int:
        return sum(segment.nbytes for segment in self.segments())

    @property
    def index_bytes(self) -> int:
        return sum(segment.index_bytes for segment in self.segments())

    @property
    def text_bytes(self) -> int:
        return sum(len(segment.text) for segment in self.segments())

    @property
    def in_place(self) -> bool:
        """Whether the folder that was opened is still the one of that name."""
        try:
            return os.path.samestat(Path(self.root).stat(), os.fstat(self._folder))
        except OSError:
            return False

    @property
    def worn(self) -> bool:
        """Whether so much has changed that it is better built anew."""
        dead_bytes = sum(segment.dead_bytes for segment in self._segments)
        return (
            len(self._segments) > _MAX_SEGMENTS
            or dead_bytes > max(_WORN_BYTES, self.text_bytes // 2)
            or (dead_bytes > 0 and self.nbytes > self._limit_bytes)
        )

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._folder)

    def count(self, kind: str) -> int:
        """Return how many files are `binary` or `unreadable`."""
        return sum(
            1
            for path, found in self._left_out.items()
            if found == kind and path not in self._hidden
        )

    def segments(self) -> list[Segment]:
        """Return the texts that hold all files, dead ones too."""
        return [*self._segments, self._fresh_segment]

    def chosen(self, query: TextQuery, choice: FileChoice) -> Chosen | None:
        """Return what tells the files that a query looks at; None where only ripgrep can."""
        return choice.of(query, self._stamps.keys(), self._where, self._hidden)

    # ── being filled and kept ────────────────────────────────────────────────────────────────

    def fill(self, universe: Universe, progress: Progress) -> None:
        """Read all files, in the order in which rows are given.

        Raises:
            OverLimit: found out before much memory is taken.
        """
        self._hidden = universe.hidden
        paths = sorted(universe.files | universe.hidden, key=path_order)
        self._seal(Segment(self._read_all(paths, progress)))

    def belong(self, universe: Universe) -> bool:
        """Take up files that have come and drop those that have gone; return whether any did.

        Raises:
            OverLimit
        """
        moved = self._hidden != universe.hidden
        self._hidden = universe.hidden
        listed = universe.files | universe.hidden
        known = self._stamps.keys()
        return self.update(listed - known, known - listed) or moved

    def _read_all(self, paths: Sequence[bytes], progress: Progress) -> Iterator[File]:
        size_bytes = 0
        for number, path in enumerate(paths):
            file = self._read(path)
            self._note(file)
            size_bytes += len(file.text)
            if size_bytes * _PACKED > self._limit_bytes:
                size_bytes += sum(map(self._size, paths[number + 1 :]))
                raise OverLimit(int(size_bytes * _PACKED), self._limit_bytes)
            if file.text:
                yield file
            if number % _READ_BETWEEN_LOOKS == 0:
                progress(number, len(paths))

    def _read(self, path: bytes) -> File:
        try:
            return read_file(self._folder, path, int(self._limit_bytes / _PACKED))
        except TooLarge as error:
            raise OverLimit(int(error.size_bytes * _PACKED), self._limit_bytes) from None

    def _note(self, file: File) -> None:
        self._stamps[file.path] = file.stamp
        if file.kind == "text":
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
            file = self._read(path)
            if file.kind == "unreadable" and not stat.S_ISREG(self._mode(path)):
                touched = self._forget(path) or touched
            elif not file.same_as(self._stamps.get(path)):
                touched = True
                self._drop(path)
                self._note(file)
                if file.text:
                    self._fresh[path] = file
        if touched:
            self._pack_fresh()
        return touched

    def _size(self, path: bytes) -> int:
        try:
            return os.stat(path, dir_fd=self._folder, follow_symlinks=False).st_size
        except OSError:
            return 0

    def has_folder(self, path: bytes) -> bool:
        """Return whether there is a folder of that name now."""
        return stat.S_ISDIR(self._mode(path))

    def _mode(self, path: bytes) -> int:
        try:
            return os.stat(path, dir_fd=self._folder, follow_symlinks=False).st_mode
        except OSError:
            return 0

    def _forget(self, path: bytes) -> bool:
        self._drop(path)
        self._left_out.pop(path, None)
        return self._stamps.pop(path, None) is not None

    def _drop(self, path: bytes) -> None:
        self._fresh.pop(path, None)
        if (place := self._where.pop(path, None)) is not None:
            segment, number = place
            segment.bury(number)
            if segment.all_dead and segment in self._segments:
                self._segments.remove(segment)

    def _pack_fresh(self) -> None:
        files = [self._fresh[path] for path in sorted(self._fresh, key=path_order)]
        segment = Segment(files)
        if len(segment.text) > _FRESH_BYTES:
            self._fresh.clear()
            self._seal(segment)
            segment = Segment(())
        self._fresh_segment = segment
        self._place(segment)
        if self.nbytes > self._limit_bytes and not self.worn:
            raise OverLimit(self.nbytes, self._limit_bytes)
