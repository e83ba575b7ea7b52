"""Looks up what a query names: which file, folder or name of code is meant.

What reads like a file but is none is a name where the question can be asked of a name; otherwise it
is missed, with the nearest names that do exist.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec.structs import replace

from engine.agents.pattern import Pattern
from engine.agents.slots import plain
from engine.agents.sought import optioned, says_where, sought
from engine.agents.wording import CODE, understood_as
from engine.evidence import Argument, Understanding

Slots = dict[str, Argument]

_SEARCHES = Pattern(r"^(?:search|grep|rg|ripgrep)\b", re.IGNORECASE)
_WHETHER = Pattern(r"^(?:do|does|did|is|are)\b", re.IGNORECASE)
_SCOPE = Pattern(
    r"\s+(?:in|under|inside|within)\s+(?:the\s+|all\s+)?(?:\*?\.(?P<suffix>\w+)(?:\s+files)?|"
    r"(?P<folder>[\w.-]+)/?(?:\s+(?:folder|directory|dir|package))?)[\s?!.]*$",
    re.IGNORECASE,
)
_OF_NAMES = frozenset({"definitions", "subclasses", "references", "callers", "calls"})
# Questions that a module and a name of code can both be asked about, and the one for a name.
_OF_EITHER = {
    "importers": "references",
    "imports": "calls",
    "impact": "impact",
    "tests_of": "tests_of",
    "code_analysis": "code_analysis",
    "file_analysis": "code_analysis",
    "performance_analysis": "performance_analysis",
}
# And the one for a file, of those that are put to names.
_OF_FILE = {
    "references": "importers",
    "callers": "importers",
    "calls": "imports",
    "definitions": "outline",
    "subclasses": "outline",
}
_PYTHON = (".py", ".pyi")
_PARTS_OF_SEARCH = ("pattern", "words", "regex", "word", "label", "ignore_case")


@dataclass(frozen=True, slots=True)
class Located:
    """A file as the query named it, looked up: the path, or the nearest there are."""

    path: str | None
    nearest: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    is_folder: bool = False


Locate = Callable[[str], Awaitable[Located]]


async def look_up(read: Understanding, locate: Locate) -> Understanding:
    """Return the understanding with its files found, and with its intent where that changes it."""
    is_exact = read.text.lstrip().startswith(":")
    if read.intent in ("text_search", "code_question"):
        found = await _place_of_search(read, locate, is_exact=is_exact)
    elif read.intent in CODE:
        found = await _subject(read, locate, is_exact=is_exact)
    else:
        return read
    if is_exact:
        return found
    return replace(found, understood_as=understood_as(found.intent, found.slots))


# ── where to search ──────────────────────────────────────────────────────────────────────────────


async def _place_of_search(read: Understanding, locate: Locate, *, is_exact: bool) -> Understanding:
    if not is_exact:
        read = await _untexted(read, locate)
    named = read.slots.get("file")
    if isinstance(named, str):
        return await _search_in(read, named, locate)
    return read if is_exact else await _scoped(read, locate)


async def _untexted(read: Understanding, locate: Locate) -> Understanding:
    """Take out of the places those that only read like one: they are in the text to look for."""
    slots = dict(read.slots)
    files = slots.pop("files", None) or (slots.pop("file", None),)
    slots.pop("file", None)
    named = [name for name in files if isinstance(name, str)] if isinstance(files, tuple) else []
    alone = len(named) == 1
    places = tuple([one for one in named if not await _is_text(read, one, locate, alone=alone)])
    if places:
        slots["file"] = places[0]
    if len(places) > 1:
        slots["files"] = places
    return replace(read, slots=slots)


async def _scoped(read: Understanding, locate: Locate) -> Understanding:
    """Take "in src" or "in *.py" at the end of a search as the place to look in.

    A word alone is a place only where a folder of that name exists; otherwise it is searched for.
    """
    if "pattern" not in read.slots and read.intent == "text_search":
        return read
    asked, options = _unoptioned(read)
    match = _SCOPE.search(asked)
    if not match:
        return read
    slots = {k: v for k, v in read.slots.items() if k not in _PARTS_OF_SEARCH}
    if suffix := match["suffix"]:
        slots["suffixes"] = (f".{suffix.lower()}",)
    else:
        place = await locate(match["folder"])
        if not place.is_folder:
            return read
        slots["paths"] = (place.path or "",)
    slots = optioned(sought(asked[: match.start()]) | slots, options)
    if "question" in slots:
        slots["question"] = plain(asked[: match.start()])
    return replace(read, slots=slots)


def _unoptioned(read: Understanding) -> tuple[str, Slots]:
    """Return the query as the reader of places sees it, and its options, which may stand behind."""
    from engine.agents.search_options import read_options

    return read_options(read.text) if read.intent == "text_search" else (read.text, {})


async def _search_in(read: Understanding, named: str, locate: Locate) -> Understanding:
    place = await locate(named)
    slots = {name: value for name, value in read.slots.items() if name != "file"}
    if slots.get("pattern") == named:
        # "where is wheel.py" asks for the file; "grep wheel.py" and "find os.path" for the text.
        if place.path is None or _SEARCHES.match(plain(read.text)):
            return replace(read, slots=slots)
        for part in _PARTS_OF_SEARCH:
            slots.pop(part, None)
        slots |= {"file": named, "focus": "review"}
        return await _subject(replace(read, intent="file_analysis", slots=slots), locate)
    if place.path is None:
        return replace(read, slots=slots | {"missing": named, "nearest": place.nearest})
    return replace(read, slots=slots | await _places(place.path, slots, locate))


async def _is_text(read: Understanding, named: str, locate: Locate, *, alone: bool) -> bool:
    pattern = str(read.slots.get("pattern", ""))
    if named not in pattern or (alone and named == pattern) or says_where(read.text, named):
        return False
    return (await locate(named)).path is None


async def _places(first: str, slots: Slots, locate: Locate) -> Slots:
    """Return all places to search; one that isn't there makes the whole search miss it."""
    names, paths = slots.get("files"), [first]
    for name in names[1:] if isinstance(names, tuple) else ():
        place = await locate(name)
        if place.path is None:
            return {"missing": name, "nearest": place.nearest}
        paths.append(place.path)
    return {"paths": tuple(paths)}


# ── what a question is about ─────────────────────────────────────────────────────────────────────


async def _subject(read: Understanding, locate: Locate, *, is_exact: bool = False) -> Understanding:
    slots, intent = dict(read.slots), read.intent
    if isinstance(bare := slots.pop("named", None), str):
        return await _reviewed(replace(read, slots=slots), bare, locate)
    named, symbol = slots.get("file"), slots.get("symbol")
    if not isinstance(named, str):
        if not isinstance(symbol, str) or intent not in _OF_EITHER or is_exact:
            return read
        named = symbol  # a module has a name like any other
    place = await locate(named)
    if place.path is None:
        return _not_a_file(read, named, place, is_exact=is_exact)
    if intent in _OF_NAMES and not symbol and not is_exact:
        intent = _OF_FILE[intent]
    if intent in _OF_EITHER and symbol == named:
        del slots["symbol"]
    if intent == "importers" and "/" not in named and not named.endswith(_PYTHON):
        slots["module"] = named  # of that name there may be a library's, too
    slots |= _slots_of(place)
    if place.is_folder:
        slots.pop("file", None)
    if intent in ("imports", "import_path"):
        intent, slots = await _imported(replace(read, intent=intent, slots=slots), locate)
    return replace(read, intent=intent, slots=slots)


async def _reviewed(read: Understanding, named: str, locate: Locate) -> Understanding:
    """Make a bare word the subject of an analysis, where there is such a file, folder or name."""
    slots = dict(read.slots)
    must = slots.pop("must", False)
    place = await locate(named)
    if place.path is None and not must:
        return replace(read, slots=slots)
    intent = read.intent if read.intent in _OF_EITHER else "code_analysis"
    slots.setdefault("focus", "review")
    if place.path is not None:
        return replace(read, intent=intent, slots=slots | _slots_of(place))
    if named != named.lower() and not named.isupper():  # written as a class is
        return replace(read, intent=intent, slots=slots | {"symbol": named})
    missed: Slots = {"missing": named, "nearest": place.nearest, "or_name": True}
    return replace(read, intent=intent, slots=slots | missed)


def _slots_of(place: Located) -> Slots:
    if place.is_folder:
        return {"folder": place.path}
    return {"file": place.path, "also": place.also} if place.also else {"file": place.path}


def _not_a_file(
    read: Understanding, named: str, place: Located, *, is_exact: bool
) -> Understanding:
    """Make of a file that isn't there a name of code, a library, or a file that is missed."""
    slots, intent = dict(read.slots), read.intent
    slots.pop("file", None)
    missed = replace(read, slots=slots | {"missing": named, "nearest": place.nearest})
    if is_exact or "/" in named:
        return missed
    is_name = slots.get("symbol") == named or intent in _OF_NAMES
    if intent in _OF_NAMES:
        return replace(read, slots={"symbol": named} | slots)
    if intent == "importers" and not is_name and not named.endswith(_PYTHON):  # perhaps a library's
        return replace(read, slots=slots | {"module": named, "nearest": place.nearest})
    if intent in _OF_EITHER and (is_name or "." not in named):
        slots |= {"module": named} if intent == "importers" else {}
        return replace(read, intent=_OF_EITHER[intent], slots=slots | {"symbol": named})
    return missed


async def _imported(read: Understanding, locate: Locate) -> tuple[str, Slots]:
    """Tell a way to another file from the import of what is no file, as a library's module."""
    intent, slots = read.intent, dict(read.slots)
    sought = slots.pop("sought", None)
    if intent == "imports" and sought is None:
        return intent, slots
    named = str(sought or slots.get("to") or "")
    place = await locate(named)
    is_path = "/" in named or named.endswith(_PYTHON)
    if not is_path and "file" in slots and (sought or _WHETHER.match(plain(read.text))):
        # There may be a file of that name, and a library's module is imported all the same.
        slots.pop("to", None)
        return "imports", slots | {"sought": named} | ({"to": place.path} if place.path else {})
    if place.path is None:
        return intent, slots | {"missing": named, "nearest": place.nearest}
    whether: Slots = {"whether": True} if _WHETHER.match(plain(read.text)) else {}
    return "import_path", slots | {"to": place.path} | whether
