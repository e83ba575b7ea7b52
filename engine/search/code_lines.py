"""What the process that knows a project's Python files is asked and what it answers.

One JSON object a line each way. A long answer comes in pieces, so that whoever reads it can do
something else between two of them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final, TypedDict

from engine.search.facts import Json

PIECE_BYTES: Final = 64 * 1024
BEAT_S: Final = 0.5  # between two signs of life


class Opening(TypedDict):
    """The first line to the process.

    `listing` is the command that lists the project's files, each with a NUL behind it. `topics`
    tells where questions are found: the module whose `QUESTIONS` holds those that begin with the
    topic's name and a dot. `processes` 0 means as many as suit the machine. `cache` is the folder
    where what was read is kept between runs; empty for nowhere.
    """

    root: str
    listing: list[str]
    processes: int
    topics: dict[str, str]
    cache: str


class Asked(TypedDict):
    id: int
    question: str
    arguments: Mapping[str, Json]


class Withdrawn(TypedDict):
    """Nobody waits for the answer any more; a `CancelledLine` says that it was given up."""

    cancel: int


class ProgressLine(TypedDict):
    """What is done, how much of it and of how much (0: unknown)."""

    id: int
    progress: tuple[str, int, int]


class AnswerLine(TypedDict):
    """The answer; if there is `more`, only its outermost list or object, and pieces follow."""

    id: int
    answer: Json
    more: bool


class AliveLine(TypedDict):
    """A sign of life, while there is a question."""

    alive: bool


class PieceLine(TypedDict):
    """`items` belong at the end of the answer, or of what the answer has under `key`."""

    id: int
    key: str | None
    items: Json
    last: bool


class BadLine(TypedDict):
    """The question can't be answered as it was put."""

    id: int
    bad: str


class CancelledLine(TypedDict):
    id: int
    cancelled: bool


class FailedLine(TypedDict):
    id: int
    failed: str


Line = ProgressLine | AnswerLine | PieceLine | BadLine | CancelledLine | FailedLine | AliveLine


def answer_lines(number: int, answer: Json, limit_bytes: int = PIECE_BYTES) -> Iterator[str]:
    """Yield the lines of an answer, each about as long as `limit_bytes` at most.

    Only the answer itself and the lists and objects right in it are taken apart.

    Raises:
        TypeError, ValueError: it is no JSON.
    """
    whole = json.dumps({"id": number, "answer": answer, "more": False})
    if len(whole) <= limit_bytes or not answer or not isinstance(answer, dict | list | tuple):
        yield whole
        return
    pieces = list(_pieces(answer, limit_bytes))
    yield json.dumps({"id": number, "answer": _empty(answer), "more": True})
    for at, (key, items) in enumerate(pieces, 1):
        yield json.dumps({"id": number, "key": key, "items": items, "last": at == len(pieces)})


def _pieces(answer: Json, limit_bytes: int) -> Iterator[tuple[str | None, Json]]:
    if not isinstance(answer, dict):
        yield from ((None, group) for group in _groups(answer, limit_bytes))
        return
    held: dict[Json, Json] = {}
    held_bytes = 0
    for key, value in answer.items():
        size_bytes = len(json.dumps(value))
        long = isinstance(key, str) and isinstance(value, dict | list | tuple)
        long = long and size_bytes > limit_bytes
        held[key] = _empty(value) if long else value
        held_bytes += 0 if long else size_bytes
        if long or held_bytes > limit_bytes:
            yield None, held
            held, held_bytes = {}, 0
        if long:
            yield from ((key, group) for group in _groups(value, limit_bytes))
    if held:
        yield None, held


def _groups(whole: Json, limit_bytes: int) -> Iterator[Json]:
    """Cut a list or an object into such with as many items as are of about that length."""
    items = list(whole.items() if isinstance(whole, dict) else whole)
    count = max(1, len(items) * limit_bytes // len(json.dumps(whole)))
    for at in range(0, len(items), count):
        group = items[at : at + count]
        yield dict(group) if isinstance(whole, dict) else group


def _empty(whole: Json) -> Json:
    return {} if isinstance(whole, dict) else []


def add_piece(answer: Json, key: str | None, items: Json) -> None:
    """Put a piece where it belongs in the answer that has come so far."""
    whole = answer if key is None else answer[key]
    if isinstance(whole, list):
        whole.extend(items)
    else:
        whole.update(items)
