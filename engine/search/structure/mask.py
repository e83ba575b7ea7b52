"""A source text with everything blanked that is no code: comments and what strings hold.

The masked text is as long as the text, so offsets mean the same in both. A string is `"`, blanks
and `"`, its prefix included; the fields of f- and t-strings stay, for they are code. Line breaks
inside strings and behind a backslash are `\\r`, which no decoded source has, so that a `\\n` ends a
line of code or stands in brackets.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from typing import Final, NamedTuple

from engine.search.strings import string_end

_EVENT: Final = re.compile(
    r"""
    \#[^\n]*
    |(\"\"\")[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
    |(''')[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
    |"(?!"")[^"\\\n]*(?:(\\).[^"\\\n]*)*"
    |'(?!'')[^'\\\n]*(?:(\\).[^'\\\n]*)*'
    |['"]
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIX: Final = re.compile(r"(?<!\w)[rbuft]{1,2}\Z", re.IGNORECASE)
_PREFIX_ENDS: Final = frozenset("rbuftRBUFT")
_FIELDS: Final = frozenset("ftFT")
_RAW: Final = frozenset("rR")
_FIELD: Final = re.compile(r"\\N\{[^}]*\}|\\[^{}]|\{\{|\{", re.DOTALL)
_RAW_FIELD: Final = re.compile(r"\{\{|\{")
_CODE_STOP: Final = re.compile(r"""\#[^\n]*|!=|[()\[\]{}:!'"]""")
_SPEC_STOP: Final = re.compile(r"[{}]")
_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:[.:][^\W\d]\w*)+\Z")

_PLAIN_FIELD: Final = re.compile(r"[^'\"#\\\n]*\Z")

Span = tuple[int, int]


class Masked(NamedTuple):
    """The masked text, the spans of the comments, and the strings that are a (dotted) name."""

    code: str
    comments: list[Span]
    named: list[str]


def mask(text: str) -> Masked:
    """Return `text` without strings and comments; broken files have a mask too."""
    try:
        return _mask(text, with_fields=True)
    except RecursionError:  # fields in fields in fields: what is in such strings is no real code
        return _mask(text, with_fields=False)


def _mask(text: str, *, with_fields: bool) -> Masked:
    pieces: list[str] = []
    comments: list[Span] = []
    named: list[str] = []
    at = 0
    # A string with fields may end elsewhere than a plain one, so it is read anew from there.
    while (begun := _events(text, at, with_fields, pieces, comments, named)) > at:
        at = begun
    return Masked("".join(pieces).replace("\\\n", " \r"), comments, named)


def _events(
    text: str,
    at: int,
    with_fields: bool,
    pieces: list[str],
    comments: list[Span],
    named: list[str],
) -> int:
    """Mask `text` from `at` on; return the offset behind the string after which to go on."""
    add = pieces.append
    for event in _EVENT.finditer(text, at):
        start, end = event.span()
        add(text[at:start])
        size = end - start
        if text[start] == "#":
            comments.append((start, end))
            add(" " * size)
        elif size > 1 and text[start - 1 : start] not in _PREFIX_ENDS:
            if event.lastindex is None:
                add(f'"{" " * (size - 2)}"')
                _name_in(event[0][1:-1], named)
            else:
                add(_blanked(text, start, end, ()))
        else:
            prefix = _prefix(text, start)
            begin = start - len(prefix)
            pieces[-1] = text[at:begin]
            fielded = with_fields and not _FIELDS.isdisjoint(prefix)
            until = string_end(text, start) if fielded else end
            if size == 1 and not fielded:
                until = _open_end(text, start)
            fields = _fields(text, begin, start, until) if fielded else ()
            add(_blanked(text, begin, until, fields))
            if until != end:
                return until
        at = end
    add(text[at:])
    return -1


def _name_in(held: str, named: list[str]) -> None:
    """Add what a string holds to `named` if it is a name, its parts if it is a dotted one."""
    if held.isidentifier():
        named.append(held)
    elif ("." in held or ":" in held) and _DOTTED.match(held):
        named += held.replace(":", ".").split(".")


def _prefix(text: str, start: int) -> str:
    found = _PREFIX.search(text[max(0, start - 3) : start])
    return found[0] if found else ""


def _open_end(text: str, start: int) -> int:
    """Return where a string ends that is never closed: with its line, or with the text."""
    triple = text.startswith(text[start] * 3, start)
    line_end = -1 if triple else text.find("\n", start)
    return len(text) if line_end < 0 else line_end


def _blanked(text: str, begin: int, end: int, fields: Iterable[Span]) -> str:
    """Return the mask of the string from `begin` to `end`, prefix and quotes included."""
    if end - begin < 2:
        return '"'
    pieces, at = ['"'], begin + 1
    for first, last in fields:
        code = text[first:last]
        if not _PLAIN_FIELD.match(code):
            code = mask(code).code.replace("\n", "\r")
        pieces += (_blanks(text, at, first - 1), '"', code)
        at = last
    return "".join((*pieces, _blanks(text, at, end - 1), '"'))


def _blanks(text: str, start: int, end: int) -> str:
    if "\n" not in text[start:end]:
        return " " * (end - start)
    return "\r".join([" " * len(line) for line in text[start:end].split("\n")])


def _fields(text: str, begin: int, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the code in the f- or t-string whose quotes are at `start`."""
    raw = not _RAW.isdisjoint(text[begin:start])
    at = start + (3 if text.startswith(text[start] * 3, start) else 1)
    stops = _RAW_FIELD if raw else _FIELD
    while stop := stops.search(text, at, end):
        at = stop.end()
        if stop[0] == "{":
            at = yield from _field(text, at, end)


def _field(text: str, start: int, end: int) -> Generator[Span, None, int]:
    """Yield the spans of the field whose code begins at `start`; return the offset behind it."""
    depth, at = 0, start
    while stop := _CODE_STOP.search(text, at, end):
        found, at = stop[0], stop.end()
        if found in "([{":
            depth += 1
        elif found in "'\"":
            at = string_end(text, stop.start())
        elif depth == 0 and found in "}:!":
            yield start, stop.start()
            return at if found == "}" else (yield from _specification(text, at, end))
        elif found in ")]}":
            depth -= 1
    return end


def _specification(text: str, at: int, end: int) -> Generator[Span, None, int]:
    """Yield the spans of the fields in a conversion and format; return the offset behind both."""
    while stop := _SPEC_STOP.search(text, at, end):
        at = stop.end()
        if stop[0] == "}":
            return at
        at = yield from _field(text, at, end)
    return end
