"""What an analysis is asked of where a bare word says it: "review src", "debug the risk folder".

Whether the word names anything only a look tells. The project itself is meant where it says so, or
where nothing is named.
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re

from engine.agents.pattern import Pattern
from engine.agents.slots import NOT_NAMES
from engine.evidence import Argument

Slots = dict[str, Argument]

# The project as a whole, whatever files are called so.
_WHOLE = frozenset(
    "project projects code codebase everything all repo repository it this that itself".split()
)
# What is looked for in the project, unless a folder is called so.
_ASPECTS = frozenset(
    "performance memory quality complexity structure architecture bottleneck bottlenecks speed bug bugs error errors "
    "problem problems issue issues crash crashes failure failures stuff things security style smells duplication "
    "duplicates hotspots dependencies startup latency queries".split()
)
_VERB = r"(?:review|analy[sz]e|debug|optimi[sz]e|refactor|audit|inspect|improve|simplify|profile|clean\s+up)"
_ASKED = Pattern(
    rf"(?:help\s+me\s+(?:to\s+)?)?{_VERB}\s+(?:(?:the|our|my|this|that|whole|entire|all|of)\s+)*"
    r"(?P<name>[A-Za-z_][\w-]*)(?:\s+(?P<noun>(?:sub)?packages?|modules?|folders?|director(?:y|ies)|dir|files?))?[\s.?!]*",
    re.IGNORECASE,
)
_MINE = Pattern(r"\b(?:my|our)\b", re.IGNORECASE)
# Their words may be a folder's name; the desk is meant where there is none.
_OF_DESK = frozenset({"risk_analysis", "wheel_analysis", "options_analysis"})
_OF_CODE = frozenset({"code_analysis", "file_analysis", "performance_analysis"})


def reviewed(text: str, intent: str) -> Slots:
    """Return the word that the analysis is asked of as `named`, and whether it must exist.

    `must` is not set where the sentence has a meaning without such a file or folder.
    """
    match = _ASKED.fullmatch(text)
    if match is None or intent not in _OF_DESK | _OF_CODE:
        return {}
    name = match["name"]
    if name.lower() in _WHOLE:
        return {}
    if intent in _OF_DESK and _MINE.search(text) and not match["noun"]:
        return {}
    is_name = name.lower() not in NOT_NAMES | _ASPECTS
    if match["noun"] or (intent in _OF_CODE and is_name):
        return {"named": name, "must": True}
    return {"named": name}
