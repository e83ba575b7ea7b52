"""A masked text cut into logical lines: as Python joins them in brackets and behind backslashes."""

import re
from collections.abc import Iterator
from typing import Final

_NEW_STATEMENT: Final = re.compile(
    r"[ \t]*(?:import|class|def|async[ \t]+def|from[ \t]+[.\w]+[ \t]+import)[ \t(]"
)
_FLAT: Final = str.maketrans("[]{}", "()()")

# First and last line (from 1), indentation (tabs to multiples of eight), offset, text. The text is
# a statement, several joined by `;`, or a header with what follows it on its line.
LogicalLine = tuple[int, int, int, int, str]


def logical_lines(code: str) -> Iterator[LogicalLine]:
    """Yield the logical lines of a masked text; brackets that are never closed end with `def`."""
    number, at, depth = 1, 0, 0
    first, column, offset = 1, 0, 0
    parts: list[str] = []
    for line, flat in zip(code.split("\n"), code.translate(_FLAT).split("\n"), strict=True):
        if parts and not _NEW_STATEMENT.match(line):
            parts.append(line)
        else:
            if parts:
                yield first, number - 1, column, offset, "\n".join(parts)
            body = line.lstrip()
            parts, depth = ([body] if body else []), 0
            first, offset = number, at + len(line) - len(body)
            column = _column(line, len(line) - len(body))
        number += 1 + line.count("\r")
        at += len(line) + 1
        if "(" in flat or depth:
            depth += flat.count("(") - flat.count(")")
        if parts and depth <= 0:
            yield first, number - 1, column, offset, "\n".join(parts)
            parts = []
    if parts:
        yield first, number - 1, column, offset, "\n".join(parts)


def _column(line: str, indent: int) -> int:
    if indent and line[:indent] != " " * indent:
        return len(line[:indent].rpartition("\f")[2].expandtabs(8))
    return indent


def suite_start(text: str) -> int:
    """Return the offset behind the colon of a header, 0 where there is none."""
    depth = waiting = 0
    for stop in re.finditer(r"[()\[\]{}:]|\blambda\b", text):
        found = stop[0]
        if found == "lambda":
            waiting += depth == 0
        elif found != ":":
            depth += 1 if found in "([{" else -1
        elif depth == 0 and waiting:
            waiting -= 1
        elif depth == 0:
            return stop.end()
    return 0
