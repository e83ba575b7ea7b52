"""One file's text ready to be looked into: masked, in logical lines, with its definitions."""

from bisect import bisect_right
from functools import cached_property

from engine.search.printable import clip, printable
from engine.search.structure.logical_lines import LogicalLine, logical_lines
from engine.search.structure.mask import Masked, mask
from engine.search.structure.scan import Definition

_SHOWN = 200


class Source:
    """A text; what is dear to find in it is found when it is first asked for."""

    def __init__(self, path: str, text: str, definitions: list[Definition]) -> None:
        self.path = path
        self.text = text
        self.definitions = definitions

    @cached_property
    def masked(self) -> Masked:
        return mask(self.text)

    @property
    def code(self) -> str:
        return self.masked.code

    @cached_property
    def lines(self) -> list[LogicalLine]:
        return list(logical_lines(self.code))

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [0], 0
        while (at := self.text.find("\n", at) + 1) > 0:
            starts.append(at)
        return starts

    @cached_property
    def _offsets(self) -> list[int]:
        return [line[3] for line in self.lines]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1; columns count characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def shown(self, line: int) -> str:
        """Return a line of the text, fit to be shown."""
        start = self._starts[line - 1]
        end = self.text.find("\n", start)
        line_end = end if end >= 0 else len(self.text)
        # Twice as much as is shown, for the blanks at its start.
        written = self.text[start : min(line_end, start + 2 * _SHOWN)].strip()
        return clip(printable(written), _SHOWN)

    def statement(self, offset: int) -> LogicalLine | None:
        """Return the logical line that holds an offset of code."""
        at = bisect_right(self._offsets, offset) - 1
        return self.lines[at] if at >= 0 else None

    def at_line(self, number: int) -> tuple[LogicalLine, LogicalLine | None] | None:
        """Return the logical line that begins at a line, and the next one."""
        for at, line in enumerate(self.lines):
            if line[0] == number:
                return line, self.lines[at + 1] if at + 1 < len(self.lines) else None
        return None

    @cached_property
    def _blocks(self) -> list[Definition]:
        return [one for one in self.definitions if one.function or one.kind == "class"]

    def between(self, first: int, last: int) -> list[LogicalLine]:
        """Return the logical lines that begin from line `first` to line `last`."""
        return [line for line in self.lines if first <= line[0] <= last]

    def around(self, line: int) -> list[Definition]:
        """Return the classes and functions that hold a line, the outermost first."""
        return [one for one in self._blocks if one.line <= line <= one.end_line]
