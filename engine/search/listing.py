"""The files below a folder as ripgrep lists them, while something else is done."""

import os
import select
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from engine.search.errors import ScanFailed
from engine.search.rg_output import complaints

_TICK_S: Final = 0.01
_TROUBLE: Final = 2
_READ_BYTES: Final = 1 << 20


@contextmanager
def listing_of(argv: Sequence[str], root: str) -> Iterator["Listing"]:
    """Run a ripgrep that lists the files below `root`, each with a NUL behind it; ended on leaving.

    Raises:
        ScanFailed: the folder is gone, or ripgrep can't list it.
    """
    # Looked for before and after: a folder that goes away meanwhile can look like an empty one.
    if not Path(root).is_dir():
        raise ScanFailed(f"the project folder {root} is gone")
    try:
        with TemporaryFile() as errors:
            listing = Listing(argv, root, errors)
            try:
                yield listing
            finally:
                listing.end()
    except OSError as error:
        raise ScanFailed(f"{argv[0]} can't be run: {error.strerror or error}") from error
    except ScanFailed:
        if Path(root).is_dir():
            raise
        raise ScanFailed(f"the project folder {root} is gone") from None


class Listing:
    """A ripgrep at work."""

    def __init__(self, argv: Sequence[str], root: str, errors: IO[bytes]) -> None:
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
