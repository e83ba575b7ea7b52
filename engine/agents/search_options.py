"""How to search, as a query says it: in words ("in python files, ignoring case"), or with ripgrep's
own options (`-i -t py -C 3`).

What is quoted is never an option, apart from an option's own value.
"""

import re
from collections.abc import Callable

from engine.agents.pattern import Pattern
from engine.agents.slots import veiled
from engine.evidence import Argument

Slots = dict[str, Argument]

# ripgrep's name for each kind of file that people name.
TYPES: dict[str, str] = {
    "python": "py",
    "py": "py",
    "rust": "rust",
    "go": "go",
    "java": "java",
    "javascript": "js",
    "js": "js",
    "typescript": "ts",
    "ts": "ts",
    "c": "c",
    "c++": "cpp",
    "cpp": "cpp",
    "html": "html",
    "css": "css",
    "sql": "sql",
    "shell": "sh",
    "bash": "sh",
    "sh": "sh",
    "markdown": "md",
    "md": "md",
    "yaml": "yaml",
    "yml": "yaml",
    "toml": "toml",
    "json": "json",
    "csv": "csv",
    "xml": "xml",
    "text": "txt",
    "txt": "txt",
    "rst": "rst",
    "notebook": "jupyter",
    "jupyter": "jupyter",
}
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_SOME_CONTEXT = 2.0

_KIND = r"(?:" + "|".join(sorted(map(re.escape, TYPES), key=len, reverse=True)) + r")"
_AND = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)"
# What is surely a place and not a word to search for.
_PLACE = (
    r"(?:[\w.*/-]*[*/][\w.*/-]*|[\w-]+\.\w+|tests?|docs?|documentation|backups?|examples?|vendor|scripts?|"
    r"migrations|build|dist|node_modules|archive|benchmarks?)"
)


def _flag(slot: str, *, is_on: bool = True) -> Callable[[str], Slots]:
    return lambda value: {slot: is_on}


def _types(value: str) -> Slots:
    return {"types": tuple(TYPES.get(kind.lower(), kind) for kind in re.split(_AND, value) if kind)}


def _type(value: str) -> Slots:
    return {"types": (value,)}


def _glob(value: str) -> Slots:
    return {"globs": (value.strip("\"'`"),)}


def _excepted(value: str) -> Slots:
    return {"globs": tuple(glob for name in re.split(_AND, value) for glob in _without(name))}


def _without(name: str) -> tuple[str, ...]:
    """Return the globs that leave a place out: a path is meant from the root, a word anywhere."""
    if "*" in name or re.search(r"\w\.\w+$", name):
        return (f"!{name}",)
    if "/" in name:
        return (f"!{name.strip('/')}/**",)
    if name.lower() in ("test", "tests"):
        return ("!**/tests/**", "!**/test_*")
    return (f"!**/{name}/**",)


def _context(value: str) -> Slots:
    return {"context": float(_COUNTS.get(value.lower(), 0) or value)}


def _some_context(_: str) -> Slots:
    return {"context": _SOME_CONTEXT}


_RULES: tuple[tuple[Pattern, Callable[[str], Slots]], ...] = tuple(
    (Pattern(pattern, re.IGNORECASE if words else 0), read)
    for pattern, words, read in (
        (r"\s-(?:t\s*|-type[= ])([\w+-]+)", False, _type),
        (r"\s-(?:g\s*|-glob[= ])(\S+)", False, _glob),
        (r"\s-(?:C\s*|-context[= ])(\d{1,3})\b", False, _context),
        (r"\s-(?:S|-smart-case)(?!\S)", False, _flag("smart_case")),
        (r"\s--ignore-case(?!\S)", False, _flag("ignore_case")),
        (r"\s--word(?:-regexp)?(?!\S)", False, _flag("word")),
        (r"\s(?:--hidden|--no-ignore|-u{1,3}|-\.)(?!\S)", False, _flag("hidden")),
        (r"\s(?:-l|--files-with-matches)(?!\S)", False, _flag("files_only")),
        (r"\s(?:-c|--count)(?!\S)", False, _flag("count_only")),
        (
            r",?\s+(?:and\s+)?(?:with|showing|show|plus|-)?\s*(\d{1,3}|a|one|two|three|four|five|ten)\s+"
            r"(?:context\s+lines?|lines?\s+(?:of\s+context|around(?:\s+(?:it|them|each))?))\b",
            True,
            _context,
        ),
        (r",?\s+(?:with|showing|in)\s+(?:some\s+|its\s+)?context\b", True, _some_context),
        (
            r",?\s+(?:(?:also|even|and)\s+)*(?:including|include|in|with)\s+(?:the\s+|all\s+)?"
            r"(?:hidden|ignored)(?:\s+(?:and|or)\s+(?:hidden|ignored))?\s+(?:files?|ones|folders?)"
            r"(?:\s+(?:too|as\s+well))?",
            True,
            _flag("hidden"),
        ),
        (
            r",?\s+(?:except(?:\s+(?:for|in))?|excluding|exclude|without|but\s+not(?:\s+in)?|not\s+in|"
            r"outside(?:\s+of)?|ignoring|skipping|other\s+than\s+in)\s+(?:(?:the|all|any)\s+)?"
            rf"({_PLACE}(?:{_AND}{_PLACE})*)(?:\s+(?:folders?|director(?:y|ies)|dirs?|files?))?(?!\S)",
            True,
            _excepted,
        ),
        (
            r"\s+(?:only\s+)?(?:in|across|within|from)\s+(?:(?:all|the|only|our)\s+)*"
            rf"({_KIND}(?:{_AND}{_KIND})*)\s+(?:source\s+)?(?:files?|code|sources?|documents?)"
            r"(?:\s+only)?\b",
            True,
            _types,
        ),
        (
            r",?\s+(?:and\s+)?(?:case[\s-]?insensitiv(?:e|ely)|(?:ignor(?:e|ing)|regardless\s+of)\s+"
            r"(?:the\s+)?case)\b",
            True,
            _flag("ignore_case"),
        ),
        (r",?\s+(?:with\s+|using\s+|in\s+)?smart[\s-]?case\b", True, _flag("smart_case")),
        (
            r",?\s+(?:and\s+)?(?:case[\s-]?sensitiv(?:e|ely)|match(?:ing)?\s+(?:the\s+)?case)\b",
            True,
            _flag("ignore_case", is_on=False),
        ),
        (
            r",?\s+(?:only\s+)?(?:as\s+|match(?:ing)?\s+)?(?:(?:a|the)\s+)?whole[\s-]words?(?:\s+only)?\b",
            True,
            _flag("word"),
        ),
        (
            r",?\s+(?:as|using|with)\s+(?:a\s+)?(?:regexp?|regular\s+expression)\b",
            True,
            _flag("regex"),
        ),
        (
            r",?\s+(?:(?:list|show)\s+)?(?:only\s+)?(?:the\s+)?(?:files?|file\s?names)\s+only$",
            True,
            _flag("files_only"),
        ),
    )
)


def read_options(text: str) -> tuple[str, Slots]:
    """Return the text without what it says about how to search, and that as slots."""
    slots: Slots = {}
    text = f" {text}"
    for pattern, read in _RULES:
        while match := pattern.search(veiled(text)):
            value = text[match.start(1) : match.end(1)] if match.re.groups else ""
            for name, given in read(value).items():
                before = slots.get(name)
                if isinstance(given, tuple) and isinstance(before, tuple):
                    slots[name] = (*before, *given)
                else:
                    slots[name] = given
            text = text[: match.start()] + text[match.end() :]
    return text.strip(), slots
