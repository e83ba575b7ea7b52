"""What the worker process is asked and what it answers, one JSON object a line each way."""

from typing import Literal, TypedDict


class Request(TypedDict):
    """The only line on the worker's standard input, which then stays open while it is wanted.

    `imports` answers for each import of `files`, or for those only that reach `target` (not empty);
    `project` are the files that imports are resolved to. `outline` answers once for each file.
    """

    task: Literal["outline", "imports"]
    root: str
    files: list[str]
    project: list[str]
    target: str


class ImportLine(TypedDict):
    answer: Literal["import"]
    path: str
    line: int
    text: str
    module: str
    names: list[str]
    level: int
    kind: Literal["runtime", "type_checking", "conditional", "local"]
    origin: Literal["first-party", "uncertain", "standard library", "unknown", "missing"]
    paths: list[str]


class SymbolLine(TypedDict):
    name: str
    kind: Literal["class", "function", "method"]
    line: int
    end_line: int
    doc: str | None


class OutlineLine(TypedDict):
    answer: Literal["outline"]
    path: str
    symbols: list[SymbolLine]
    lines: list[int]
    problem: tuple[int | None, str] | None


class UnreadLine(TypedDict):
    """A file that could not be read, and why."""

    answer: Literal["unread"]
    path: str
    reason: str


class LastLine(TypedDict):
    """Comes last: without it the worker did not finish."""

    answer: Literal["done"]


Answer = ImportLine | OutlineLine | UnreadLine | LastLine
