"""Where a Python string ends: plain ones, and f- and t-strings with code inside (PEP 701, 750)."""

import re
from typing import Final

# What may come before the quote, looked at backwards from it.
_FIELDS_PREFIX: Final = re.compile(r"(?<!\w)(?:[ft]|[ft]r|r[ft])\Z", re.IGNORECASE)
_PREFIX_CHARS: Final = 3

_ENDS: Final = {
    "'": re.compile(r"[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    '"': re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    "'''": re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
    '"""': re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
}
_TEXT_STOP: Final = {
    "'": re.compile(r"\\[^{}]|\{\{|['\n{}]", re.DOTALL),
    '"': re.compile(r'\\[^{}]|\{\{|["\n{}]', re.DOTALL),
    "'''": re.compile(r"\\[^{}]|\{\{|'''|[{}]", re.DOTALL),
    '"""': re.compile(r'\\[^{}]|\{\{|"""|[{}]', re.DOTALL),
}
_CODE_STOP: Final = re.compile(r"""#[^\n]*|[()\[\]{}:'"]""")


def string_end(text: str, start: int) -> int:
    """Return the offset behind the string whose opening quote is at `start`.

    One that is never closed ends before the next line break, or with the file if it is
    triple-quoted.
    """
    quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
    behind = start + len(quote)
    if _has_fields(text, start) and (end := _fields_end(text, behind, quote)) is not None:
        return end
    if closed := _ENDS[quote].match(text, behind):
        return closed.end()
    line_end = text.find("\n", behind) if len(quote) == 1 else -1
    return len(text) if line_end < 0 else line_end


def _has_fields(text: str, start: int) -> bool:
    return _FIELDS_PREFIX.search(text[max(0, start - _PREFIX_CHARS) : start]) is not None


def _fields_end(text: str, at: int, quote: str) -> int | None:
    """Return the end of an f- or t-string's text from `at` on, None where it isn't well formed."""
    while stop := _TEXT_STOP[quote].search(text, at):
        found, at = stop[0], stop.end()
        if found == quote:
            return at
        if found == "\n":
            return None
        if found == "{":
            behind = _field_end(text, at, quote)
            if behind is None:
                return None
            at = behind
    return None


def _field_end(text: str, at: int, quote: str) -> int | None:
    """Return the offset behind the `}` that ends the field whose code begins at `at`."""
    depth = 0
    while stop := _CODE_STOP.search(text, at):
        found, at = stop[0], stop.end()
        if found in "([{":
            depth += 1
        elif found == "}" and depth == 0:
            return at
        elif found in ")]}":
            depth -= 1
        elif found in "'\"":
            at = string_end(text, stop.start())
        elif found == ":" and depth == 0:
            return _spec_end(text, at, quote)
    return None


def _spec_end(text: str, at: int, quote: str) -> int | None:
    """Return the offset behind the `}` that ends a format specification, which may hold fields."""
    while stop := _TEXT_STOP[quote].search(text, at):
        found, at = stop[0], stop.end()
        if found == "}":
            return at
        if found in (quote, "\n"):
            return None
        if found in ("{", "{{"):
            behind = _field_end(text, stop.start() + 1, quote)
            if behind is None:
                return None
            at = behind
    return None
