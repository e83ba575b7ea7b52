"""Python source cut into statements by its tokens alone.

Nothing is parsed, so this works on files with syntax errors and on syntax that is newer than the
interpreter. Only strings, comments, brackets, line ends, `;` and `:` matter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.search.strings import string_end

_STOP: Final = re.compile(r"""[\n'"#\\()\[\]{};:]""")
_INDENT: Final = re.compile(r"[ \t\f]*")
_TAB: Final = 8
_HEADER: Final = re.compile(
    r"(?:async|class|def|if|elif|else|try|except|finally|for|while|with|match|case)\b"
)
# No line inside brackets begins like this, so brackets still open before it were never closed.
_NEW_STATEMENT: Final = re.compile(
    r"[ \t]*(?:import|class|def|async[ \t]+def|from[ \t]+[.\w]+[ \t]+import)[ \t(]"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A simple statement, or the header of a compound one without its colon.

    Attributes:
        line, end_line: where its first and its last token are, counted from 1.
        column: the indentation of its line, tabs to multiples of eight.
        text: without comments; strings are `""`, line breaks are spaces.
        header: whether a block follows.
        inline: whether something precedes it on its line: a header or a `;`.
    """

    line: int
    end_line: int
    column: int
    text: str
    header: bool
    inline: bool


class StatementReader:
    """Reads a text once, from `start` on, where a statement begins.

    Attributes:
        string_lines: after reading, the first and last line of each string of several lines.
        offset: how far the text is read.
    """

    def __init__(self, text: str, start: int = 0) -> None:
        self.string_lines: list[tuple[int, int]] = []
        self.offset = start
        self._text = text
        self._line = 1
        self._depth = 0
        self._pieces: list[str] = []
        self._first_line = 1
        self._last_line = 1
        self._column = self._indent(start)
        self._inline = False

    def __iter__(self) -> Iterator[Statement]:
        while stop := _STOP.search(self._text, self.offset):
            self._keep(self._text[self.offset : stop.start()])
            self.offset = at = stop.end()
            found = stop[0]
            if found == "\n":
                yield from self._line_end(at)
            elif found in "'\"":
                self.offset = self._string(at - 1)
            elif found == "#":
                self.offset = self._comment_end(at)
            elif found == "\\":
                self.offset = self._continuation(at)
            elif found in ";:":
                yield from self._separator(found)
            else:
                self._bracket(found)
        self._keep(self._text[self.offset :])
        self.offset = len(self._text)
        yield from self._finish(header=False)

    def _keep(self, piece: str) -> None:
        if not self._pieces:
            piece = piece.lstrip()
            self._first_line = self._line
        if piece:
            self._pieces.append(piece)
            self._last_line = self._line

    def _finish(self, *, header: bool) -> Iterator[Statement]:
        if text := "".join(self._pieces).strip():
            yield Statement(
                self._first_line, self._last_line, self._column, text, header, self._inline
            )
        self._pieces.clear()
        self._inline = True

    def _line_end(self, at: int) -> Iterator[Statement]:
        if self._depth and not _NEW_STATEMENT.match(self._text, at):
            self._keep(" ")
            self._line += 1
            return
        yield from self._finish(header=False)
        self._line += 1
        self._depth = 0
        self._inline = False
        self._column = self._indent(at)

    def _indent(self, at: int) -> int:
        found = _INDENT.match(self._text, at)
        blank = found[0] if found else ""
        return len(blank.rpartition("\f")[2].expandtabs(_TAB))

    def _string(self, start: int) -> int:
        self._keep('""')
        end = string_end(self._text, start)
        if breaks := self._text.count("\n", start, end):
            self.string_lines.append((self._line, self._line + breaks))
            self._line += breaks
            self._last_line = self._line
        return end

    def _comment_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _continuation(self, at: int) -> int:
        if not self._text.startswith("\n", at):
            return at
        self._keep(" ")
        self._line += 1
        return at + 1

    def _separator(self, found: str) -> Iterator[Statement]:
        if self._depth:
            self._keep(found)
        elif found == ";":
            yield from self._finish(header=False)
        elif self._pieces and _HEADER.match("".join(self._pieces)):
            yield from self._finish(header=True)
        else:
            self._keep(found)

    def _bracket(self, found: str) -> None:
        self._keep(found)
        self._depth = self._depth + 1 if found in "([{" else max(0, self._depth - 1)
