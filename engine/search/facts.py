"""What the process that reads a project's code offers to the questions that are put to it.

A *scan* reads one Python file: `(path, text) -> value`, a module-level function without state, so
that it can run in another process; its value is made of tuples, strings, numbers and None only. A
*question* is put to the whole project: `(facts, arguments) -> answer`, where arguments and answer
are JSON. Paths are relative to the project's root, written as `os.fsdecode` does.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Scan = Callable[[str, str], T]
Json = Any  # what `json.dumps` takes
Question = Callable[["Facts", Mapping[str, Json]], Json]


class Facts(Protocol):
    """The project as it is on disk now; kept current between questions by size and times."""

    @property
    def root(self) -> str:
        """The project's folder."""

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the universe (`rg --files`), folder by folder."""

    @property
    def python(self) -> tuple[str, ...]:
        """Those that end in .py or .pyi and can be read, in the same order."""

    @property
    def unread(self) -> Mapping[str, str]:
        """Python files that can't be read, each with the reason."""

    def text(self, path: str) -> str:
        """Return the decoded text of a Python file; empty for one that can't be read."""

    def layer(self, scan: Scan[T]) -> Mapping[str, T]:
        """Return `scan`'s value for each of `python`.

        A value stays the same object until its file changes: compare by identity to see what did.
        """

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` returned when it was first asked for under this name.

        For what is dear to build and can be brought up to date, as a graph: make it empty, and
        update it from the layers each time. Lives as long as the process.
        """

    def progress(self, text: str, done: int, total: int) -> None:
        """Tell whoever waits how far it is; raises Cancelled when nobody does any more.

        Call it at least every few milliseconds of work.
        """


class Cancelled(Exception):
    """The question was withdrawn."""


class BadQuestion(Exception):
    """The question can't be answered as it was put; the sentence says why and what to do."""


class Unreadable(BadQuestion):
    """It was put well, about a file that can't be read."""
