"""A line of the screen: pieces of text, each with its style."""

from collections.abc import Iterable

import rich.cells
from rich.cells import set_cell_size
from rich.style import Style

Span = tuple[str, Style]
Line = list[Span]


def cell_len(text: str) -> int:
    """Return how many cells a text takes; plain letters, which most are, without a look at each."""
    return len(text) if text.isascii() and text.isprintable() else rich.cells.cell_len(text)


def width_of(line: Line) -> int:
    """Return the line's width in cells."""
    return sum([cell_len(text) for text, _ in line])


def plain(line: Line) -> str:
    """Return the line's text."""
    return "".join(text for text, _ in line)


def shorten(text: str, width: int) -> str:
    """Return the text in at most `width` cells; an ellipsis marks what was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    """Return the text in exactly `width` cells, to the left."""
    room = width - cell_len(text)
    return text + " " * room if room >= 0 else set_cell_size(shorten(text, width), width)


def right(text: str, width: int) -> str:
    """Return the text in at least `width` cells, to the right."""
    return " " * (width - cell_len(text)) + text


def fit(line: Line, width: int) -> Line:
    """Cut the line to `width` cells, with an ellipsis where something is lost."""
    if width_of(line) <= width:
        return line
    fitted: Line = []
    for text, style in line:
        room = width - width_of(fitted)
        if cell_len(text) >= room:
            shortened = shorten(text, room) if cell_len(text) > room else shorten(text + " ", room)
            return [*fitted, (shortened, style)]
        fitted.append((text, style))
    return fitted


def spread(left: Line, to_the_right: Line, width: int) -> Line:
    """Put one line at each end; the left one gives way."""
    left = fit(left, max(0, width - width_of(to_the_right) - 1))
    gap = max(0, width - width_of(left) - width_of(to_the_right))
    return [*left, (" " * gap, Style.null()), *to_the_right]


def joined(pieces: Iterable[Line], gap: str = "   ") -> Line:
    """Put pieces in a row; empty ones vanish."""
    line: Line = []
    for piece in pieces:
        if piece and line:
            line.append((gap, Style.null()))
        line.extend(piece)
    return line


def wrapped(text: str, width: int) -> list[str]:
    """Break a text at blanks into rows of at most `width` cells; its own line breaks stay."""
    rows: list[str] = []
    for paragraph in text.split("\n"):
        if cell_len(paragraph) <= width:
            rows.append(paragraph)  # its own indentation stays
            continue
        row = ""
        for word in paragraph.split(" "):
            grown = f"{row} {word}" if row else word
            if cell_len(grown) <= width:
                row = grown
                continue
            if row:
                rows.append(row)
            while cell_len(word) > width > 0:
                rows.append(set_cell_size(word, width).rstrip())
                word = word[len(rows[-1]) :]  # noqa: PLW2901
            row = word
        rows.append(row)
    return rows
