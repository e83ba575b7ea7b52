"""The names in masked statements: what an assignment assigns to, what a class is derived from."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.search.structure.names import KEYWORDS

_WORD: Final = re.compile(r"[^\W\d]\w*")
_TARGET_STOP: Final = re.compile(r"\blambda\b|[()\[\]{},:]|[-+*/%&|^@=!<>]=|->|=")
_BASE: Final = re.compile(r"\s*([^\W\d][\w.]*)\s*(?:\[.*\]\s*)?(?:\(.*\)\s*)?\Z", re.DOTALL)


class Targets(NamedTuple):
    """What a statement assigns to: plain names, all before offset `end`; and the annotation."""

    names: list[str]
    annotation: str
    end: int


_NONE: Final = Targets([], "", 0)


def targets(statement: str) -> Targets:
    """Return what a masked statement assigns to; no names where it is no assignment."""
    word = _WORD.match(statement)
    if word and word[0] in KEYWORDS:
        return _NONE
    depth, begin = 0, 0
    parts: list[str] = []
    for stop in _TARGET_STOP.finditer(statement):
        found = stop[0]
        if found in "([{":
            depth += 1
        elif found in ")]}":
            depth -= 1
        elif depth:
            continue
        elif found == "lambda":
            break  # what follows are its own arguments and body
        elif found == ":" and not parts:
            return _annotated(statement, stop.start())
        elif found == "=":
            parts.append(statement[begin : stop.start()])
            begin = stop.end()
        elif found[-1] == "=" and not parts:
            return _NONE
    return Targets([name for part in parts for name in _plain(part)], "", begin)


def _annotated(statement: str, colon: int) -> Targets:
    name = statement[:colon].strip().strip("()").strip()
    annotation = statement[colon + 1 :].partition("=")[0].strip()
    named = _WORD.fullmatch(name) and name not in KEYWORDS
    return Targets([name] if named else [], annotation, colon)


def _plain(part: str) -> Iterator[str]:
    whole = part = part.strip()
    if part[:1] in ("(", "[") and part[-1:] in (")", "]"):
        part = part[1:-1]
    depth, begin = 0, 0
    for stop in re.finditer(r"[()\[\]{},]|\Z", part):
        found = stop[0]
        if found and found in "([{":
            depth += 1
        elif found and found in ")]}":
            depth -= 1
        elif depth == 0:
            piece, begin = part[begin : stop.start()].strip().lstrip("*").strip(), stop.end()
            if piece[:1] in ("(", "["):
                if piece != whole:  # brackets that don't match are no targets
                    yield from _plain(piece)
            elif _WORD.fullmatch(piece) and piece not in KEYWORDS:
                yield piece


def bases_in(header: str) -> Iterator[str]:
    """Yield the bases in the rest of a class's header, keywords and stars left out."""
    header = header.lstrip()
    if header[:1] == "[":
        header = header[_closing(header) :].lstrip()
    if header[:1] != "(":
        return
    inside = header[1 : _closing(header) - 1]
    depth, begin = 0, 0
    for stop in re.finditer(r"[()\[\]{},]|\Z", inside):
        found = stop[0]
        if found and found in "([{":
            depth += 1
        elif found and found in ")]}":
            depth -= 1
        elif depth == 0:
            piece, begin = inside[begin : stop.start()], stop.end()
            if piece.strip() and not re.match(r"\s*(?:\w+\s*=|\*)", piece):
                base = _BASE.match(piece)
                yield base[1] if base else "?"


def _closing(text: str) -> int:
    """Return the offset behind the bracket that closes the one at the start of `text`."""
    depth = 0
    for stop in re.finditer(r"[()\[\]{}]", text):
        depth += 1 if stop[0] in "([{" else -1
        if depth == 0:
            return stop.end()
    return len(text)
