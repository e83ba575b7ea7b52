"""What is searched for by text alone where graph or symbols can't tell exactly.

Each function takes a task's arguments and returns those of a search, or None where the question has
no such way: what a function calls, or where imports go round, no line alone tells.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from engine.evidence import Argument

_DEFINED: Final = r"^\s*(?:async\s+def|def|class)\s+"
Slots = Mapping[str, Argument]
Search = dict[str, Argument]


def _definitions(slots: Slots) -> Search | None:
    name = _name(slots)
    return _regex(rf"{_DEFINED}{name}\b|^\s*{name}\s*[:=]", f"defining {name}") if name else None


def _references(slots: Slots) -> Search | None:
    return {"pattern": name, "word": True} if (name := _name(slots)) else None


def _subclasses(slots: Slots) -> Search | None:
    """Where a class begins on the line of its base; a base on a line below is missed."""
    if not (name := _name(slots)):
        return None
    pattern = rf"^\s*class\s+\w+[^(]*\((?:[^)=#]*[\s,.])?{name}\s*[,)\[]"
    return _regex(pattern, f"classes derived from {name} on one line")


def _callers(slots: Slots) -> Search | None:
    name = _name(slots)
    return _regex(rf"\b{name}\s*\(", f"calling {name}") if name else None


def _tests(slots: Slots) -> Search | None:
    name = _name(slots) or _module(slots)
    found: Search = {"pattern": name, "word": True, "globs": ("test_*.py", "*_test.py")}
    return found if name else None


def _importers(slots: Slots) -> Search | None:
    name = _module(slots)
    said = f"importing {name}"
    return _regex(rf"^\s*(?:from|import)\s.*\b{re.escape(name)}\b", said) if name else None


def _imports(slots: Slots) -> Search | None:
    return _in_file(slots, r"^\s*(?:from|import)\s", "imports")


def _outline(slots: Slots) -> Search | None:
    return _in_file(slots, _DEFINED, "definitions")


def _in_file(slots: Slots, pattern: str, label: str) -> Search | None:
    file = text_of(slots, "file")
    return _regex(pattern, f"{label} in {file}") | {"paths": (file,)} if file else None


def _regex(pattern: str, label: str) -> Search:
    return {"pattern": pattern, "regex": True, "label": label}


def _name(slots: Slots) -> str:
    """Return the name that is asked about, without its class and module."""
    name = text_of(slots, "symbol").rpartition(".")[2]
    return name if name.isidentifier() else ""


def _module(slots: Slots) -> str:
    """Return the word by which a file, folder or library is imported."""
    if not slots.get("file") and not slots.get("folder"):
        return text_of(slots, "module")
    path = PurePosixPath(text_of(slots, "file") or text_of(slots, "folder"))
    return path.parent.name if path.stem == "__init__" else path.stem


POORER: Final[Mapping[str, Callable[[Slots], Search | None]]] = {
    "symbols.definitions": _definitions,
    "symbols.references": _references,
    "symbols.subclasses": _subclasses,
    "symbols.callers": _callers,
    "code.tests": _tests,
    "graph.importers": _importers,
    "graph.impact": _importers,
    "graph.imports": _imports,
    "file.outline": _outline,
}


def text_of(slots: Slots, name: str) -> str:
    """Return a slot as text, empty where it isn't there."""
    value = slots.get(name)
    return " ".join(value) if isinstance(value, tuple) else str(value or "")
