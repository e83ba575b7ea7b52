"""What the worker process is asked and what it answers, one JSON object a line each way."""

from typing import Literal, TypedDict


class Request(TypedDict):
    """The only line on the worker's standard input, which then stays open while it is wanted."""

    root: str
    files: list[str]


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


Answer = OutlineLine | UnreadLine | LastLine
