"""What to look for, and what was found: the values of a text search."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.search.errors import PatternError
from engine.search.printable import LINE_CHARS

# Linux takes at most 128 KiB in one argument.
_MAX_PATTERN_BYTES: Final = 100_000
# A character has at most four bytes, so this many bytes always hold the characters that are shown.
_ROW_BYTES: Final = 4 * LINE_CHARS
HIDDEN: Final = ("--hidden", "--glob=!.git")
EVERYTHING: Final = (*HIDDEN, "--no-ignore")


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A pattern, literal and case-sensitive unless told otherwise.

    Attributes:
        word: only where the match is not part of a longer word (ripgrep's `-w`).
        paths: files or folders, relative to the project root; empty means the whole project. A file
            named here is searched even if it is hidden or ignored, and, as ripgrep does it, behind
            a NUL as long as no hit holds one.
        suffixes: only files whose names end in one of these, as in `.py`; empty means all.
        smart_case: ignore case unless the pattern has a capital letter (ripgrep's `-S`).
        types: only files of these types, by ripgrep's names for them (`-t`).
        globs: only files that fit one of these, and none that begins with `!` (`-g`); one that fits
            is searched even if it is ignored.
        hidden: hidden and ignored files too, git's own aside.
    """

    pattern: str
    regex: bool = False
    word: bool = False
    ignore_case: bool = False
    paths: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    smart_case: bool = False
    types: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching line, or one `beside` it; `path` and `text` are printable, `line` is from 1."""

    path: str
    line: int
    text: str
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the pattern hits outside the universe; `paths` are the first few such files.

    Attributes:
        lines: matching lines in hidden and ignored files.
        files: how many hidden or ignored text files they are in.
        binary_files: how many binary files hold the pattern, wherever they are.
    """

    lines: int
    files: int
    binary_files: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """The answer of one text search.

    Attributes:
        total: matching lines, as `rg --count` counts them.
        files: how many files they are in.
        rows: the first of them, by path (compared folder by folder) and line.
        truncated: whether there are more than `rows`.
        not_searched: how many files were left out because they are `hidden`, `ignored`, `binary`
            or `unreadable` (at least so many); a number that isn't known is absent.
        elsewhere: hits in what was left out; looked for only when there was no hit inside.
        looked_elsewhere: False where that look took too long and was given up.
        indexed: whether the index answered.
        why_scanned: why ripgrep did; empty where nobody asked for the index.
    """

    total: int
    files: int
    rows: tuple[Hit, ...]
    truncated: bool
    not_searched: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Elsewhere | None = None
    looked_elsewhere: bool = True
    indexed: bool = False
    why_scanned: str = ""


def check_pattern(query: TextQuery) -> None:
    """Raise PatternError for a pattern that can match no line, whatever the files hold."""
    pattern = query.pattern
    if not pattern:
        raise PatternError(pattern, "it is empty")
    if "\0" in pattern:
        raise PatternError(pattern, "it holds a NUL character, and files with NUL aren't searched")
    if "\n" in pattern:
        raise PatternError(pattern, "it holds a line break, and lines are searched one by one")
    try:
        size_bytes = len(pattern.encode())
    except UnicodeEncodeError:
        raise PatternError(pattern, "it is not valid Unicode") from None
    if size_bytes > _MAX_PATTERN_BYTES:
        raise PatternError(pattern, f"it is longer than {_MAX_PATTERN_BYTES:,} bytes")


def match_flags(query: TextQuery) -> list[str]:
    """Return ripgrep's arguments for what matches and in which kinds of file."""
    flags = [] if query.regex else ["--fixed-strings"]
    if query.word:
        flags.append("--word-regexp")
    if query.ignore_case:
        flags.append("--ignore-case")
    elif query.smart_case:
        flags.append("--smart-case")
    if query.hidden:
        flags += EVERYTHING
    # A --glob would bring ignored files back in; a file type doesn't.
    flags += [f"--type-add=wanted:*{suffix}" for suffix in query.suffixes]
    if query.suffixes:
        flags.append("--type=wanted")
    flags += [f"--type={name}" for name in query.types]
    flags += [f"--glob={glob}" for glob in query.globs]
    return flags


def row_flags() -> list[str]:
    """Return ripgrep's arguments for output in the form that `rg_output` reads."""
    return [
        "--heading",
        "--with-filename",
        "--line-number",
        "--null",
        f"--max-columns={_ROW_BYTES}",
        "--max-columns-preview",
    ]
