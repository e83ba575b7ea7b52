"""Which files a project has now, and which of its Python files are what they were before."""

import os
import select
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from engine.search.errors import ScanFailed
from engine.search.python_file import Stamp, refusal, stamp_of
from engine.search.rg_output import complaints, path_order, paths

_PYTHON: Final = (".py", ".pyi")
_STATS_A_TURN: Final = 200
_TICK_S: Final = 0.01
_TROUBLE: Final = 2
_READ_BYTES: Final = 1 << 20


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
        with self._listing() as listing:
            # What was there before is looked at while ripgrep works; it rarely changes.
            seen: dict[str, os.stat_result | None] = {}
            for at in range(0, len(self._python), _STATS_A_TURN):
                self._look(self._python[at : at + _STATS_A_TURN], seen)
                listing.read()
                tick()
            self._take(listing.finish(tick))
        self._look((path for path in self._python if path not in seen), seen)
        self._sort(seen)

    @contextmanager
    def _listing(self) -> Iterator["_Listing"]:
        # Looked for before and after: a folder that goes away meanwhile can look like an empty one.
        if not Path(self.root).is_dir():
            raise ScanFailed(f"the project folder {self.root} is gone")
        try:
            with TemporaryFile() as errors:
                listing = _Listing(self._argv, self.root, errors)
                try:
                    yield listing
                finally:
                    listing.end()
        except OSError as error:
            raise ScanFailed(f"{self._argv[0]} can't be run: {error.strerror or error}") from error
        except ScanFailed:
            if Path(self.root).is_dir():
                raise
            raise ScanFailed(f"the project folder {self.root} is gone") from None

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


class _Listing:
    """A ripgrep that lists files while something else is done."""

    def __init__(self, argv: list[str], root: str, errors: IO[bytes]) -> None:
        self._errors = errors
        self._output: list[bytes] = []
        self._process = subprocess.Popen(
            argv, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        assert self._process.stdout is not None
        self._pipe = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)

    def read(self) -> bool:
        """Take what it wrote by now; return whether it writes no more."""
        while True:
            try:
                data = os.read(self._pipe, _READ_BYTES)
            except BlockingIOError:
                return False
            if not data:
                return True
            self._output.append(data)

    def finish(self, tick: Callable[[], None]) -> bytes:
        """Return all that it lists.

        Raises:
            ScanFailed
        """
        while not self.read():
            select.select([self._pipe], (), (), _TICK_S)
            tick()
        status = self._process.wait()
        if status not in (0, 1):
            self._errors.seek(0)
            _, cause = complaints(self._errors.read())
            if status != _TROUBLE or cause:
                raise ScanFailed(f"ripgrep can't list the files: {cause}")
        return b"".join(self._output)

    def end(self) -> None:
        self._process.kill()
        with self._process:
            pass
