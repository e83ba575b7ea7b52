"""What an object is, guessed from where it comes from: made, annotated or entered in sight of it.

Nothing is inferred beyond one step. Where a name is bound in several ways, nothing is said.
"""

import re
from collections.abc import Iterable
from typing import Final

from engine.search.structure.logical_lines import LogicalLine
from engine.search.structure.scan import Definition
from engine.search.structure.source import Source

_DEF: Final = re.compile(r"(?:async\s+)?def\b")
_TYPE: Final = r"(?:Optional\s*\[\s*)?([^\W\d][\w.]*)"
_MADE: Final = r"(?:await\s+)?([^\W\d][\w.]*)\s*\("
_RETURNS: Final = re.compile(rf"->\s*{_TYPE}")


def origin(source: Source, parts: list[str], line: int) -> str | None:
    """Return the dotted name of what makes or annotates `x` or `self.x` in sight of a line.

    It may be a class, or a function that returns it.
    """
    around = source.around(line)
    if len(parts) == 2 and parts[0] in ("self", "cls"):
        owner = next((one for one in reversed(around) if one.kind == "class"), None)
        return _of_attribute(source, owner, parts[1]) if owner else None
    if len(parts) != 1:
        return None
    for function in reversed([one for one in around if one.function]):
        lines = source.between(function.line, function.end_line)
        if any(parts[0] in one[4] for one in lines):
            found = _bound(lines, parts[0])
            if found or _mentioned_as_target(lines, parts[0]):
                return _only(found)
    return _only(_bound((one for one in source.lines if one[2] == 0), parts[0]))


def _only(found: set[str]) -> str | None:
    return found.pop() if len(found) == 1 else None


def _bound(lines: Iterable[LogicalLine], name: str) -> set[str]:
    """Return what makes or annotates a plain name in some logical lines."""
    word = re.escape(name)
    parameter = re.compile(rf"[(,]\s*{word}\s*:\s*{_TYPE}")
    annotated = re.compile(rf"{word}\s*:\s*{_TYPE}")
    made = re.compile(rf"{word}\s*=\s*{_MADE}")
    entered = re.compile(rf"\b{_MADE}[^:]*\)\s*as\s+{word}\b")
    found: set[str] = set()
    for line in lines:
        text = line[4]
        if name not in text:
            continue
        if _DEF.match(text):
            found.update(parameter.findall(text))
        elif text.startswith(("with", "async")):
            found.update(entered.findall(text))
        elif match := annotated.match(text) or made.match(text):
            found.add(match[1])
    return found


def _mentioned_as_target(lines: Iterable[LogicalLine], name: str) -> bool:
    """Return whether the name is a parameter or assigned to, in whatever way."""
    word = re.escape(name)
    bound = re.compile(
        rf"(?:{word}\s*(?::[^=]*)?=(?!=)|(?:async\s+)?def\b.*[(,*]\s*{word}\s*[,:=)])"
    )
    return any(bound.match(line[4]) for line in lines if name in line[4])


def _of_attribute(source: Source, owner: Definition, name: str) -> str | None:
    word = re.escape(name)
    made = re.compile(rf"self\s*\.\s*{word}\s*(?::\s*{_TYPE}[^=]*)?=\s*(?:{_MADE}|(\w+)\s*\Z)?")
    declared = re.compile(rf"{word}\s*:\s*{_TYPE}")
    found: set[str] = set()
    for line in source.between(owner.line, owner.end_line):
        if name not in line[4]:
            continue
        if match := made.match(line[4]):
            annotation, maker, passed = match.groups()
            if passed and passed != "None" and not annotation:
                annotation = origin(source, [passed], line[0])
            found.update({annotation or maker} - {None})
        elif match := declared.match(line[4]):
            found.add(match[1])
    return _only(found)


def returned(source: Source, function: Definition) -> str | None:
    """Return the dotted name in the annotation of what a function returns."""
    header = source.at_line(function.line)
    match = _RETURNS.search(header[0][4]) if header else None
    return match[1] if match else None
