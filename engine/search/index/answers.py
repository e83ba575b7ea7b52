"""What the process answers to a search: counts and the first rows, or every line as numbers."""

import os
from array import array
from collections.abc import Sequence
from typing import Any

from engine.search.index.index_lines import Answer, Request, Row
from engine.search.index.line_search import FileLines
from engine.search.index.text_index import TextIndex
from engine.search.printable import clip, printable
from engine.search.rg_output import show_path
from engine.search.text_query import TextQuery


def query_of(request: Request) -> TextQuery:
    """Return a request's query; lists of the line are tuples of the query."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in request["query"].items()
    }
    return TextQuery(**fields)


def fill(answer: Answer, request: Request, index: TextIndex, found: Sequence[FileLines]) -> bytes:
    """Put what was found into `answer`; return the bytes that follow it."""
    answer["total"] = sum(len(one.numbers) for one in found)
    answer["files"] = len(found)
    answer["unreadable"] = index.count("unreadable")
    if not request.get("all"):
        answer["rows"] = _rows(found, request["max_rows"])
        return b""
    counts = array("I", [len(one.numbers) for one in found])
    payload = counts.tobytes() + b"".join([one.numbers.tobytes() for one in found])
    answer["paths"] = [os.fsdecode(one.path) for one in found]
    answer["bytes"] = len(payload)
    return payload


def _rows(found: Sequence[FileLines], max_rows: int) -> list[Row]:
    rows: list[Row] = []
    for one in found:
        if len(rows) >= max_rows:
            break
        path = show_path(one.path)
        first, _ = one.segment.line_range(one.file)
        for number in one.numbers[: max_rows - len(rows)].tolist():
            text = one.segment.line(first + number - 1).decode("utf-8", "replace").rstrip("\r")
            rows.append((path, number, clip(printable(text))))
    return rows
