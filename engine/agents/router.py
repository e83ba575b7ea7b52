"""From words to an understanding: the intent, what it is about, and how sure that is.

An exact command (`:status`) is read as written. Anything else is scored against the vocabulary; its
misspelled words are put right for a second look; a file is looked up among those that exist.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec.structs import replace

from engine.agents import commands
from engine.agents.slots import extract, sought
from engine.agents.vocabulary import COMPILED, EDITS, SAID, WORDS
from engine.evidence import Argument, Understanding

_PARTS = re.compile(
    r"\s*(?:;|\?\s+(?=\w)|,?\s+(?:and|then)\s+(?:also\s+|then\s+)?"
    r"(?=(?:what|who|where|how|which|is|show|find|search|grep|list|give|price|analy[sz]e|review|"
    r"calculate|run|benchmark|monitor|check)\b|(?:the\s+)?(?:memory|system|hardware|error|query)\s))\s*",
    re.IGNORECASE,
)
_ABOUT_FILES = frozenset(
    "wheel_analysis options_analysis risk_analysis performance_analysis code_analysis importers "
    "dependency_graph file_analysis text_search".split()
)


@dataclass(frozen=True, slots=True)
class Located:
    """A file as the query named it, looked up: the path, or the nearest there are."""

    path: str | None
    nearest: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


Locate = Callable[[str], Awaitable[Located]]


async def understand(text: str, locate: Locate) -> list[Understanding]:
    """Read a query; a question in several parts gives one understanding for each.

    Raises:
        BadCommand: it begins with a colon and is no command as it stands.
    """
    if text.lstrip().startswith(":"):
        return [await _located(commands.parse(text.strip()), locate)]
    parts = [part for part in _PARTS.split(text) if part.strip()]
    read = [_read(part) for part in parts]
    if len(parts) < 2 or any(u.confidence < 0.5 for u in read):
        read = [_read(text)]
    return [await _located(one, locate) for one in read]


def _read(text: str) -> Understanding:
    intent, weight = _score(text)
    corrected = text
    if weight < 1.5:
        corrected = _corrected(text)
        if corrected != text:
            intent, weight = _score(corrected)
    slots = extract(text)
    sure = min(0.98, 0.35 + 0.2 * weight) * (1.0 if corrected == text else 0.85)
    if weight < 1.0:
        intent, sure = _by_slots(slots, text)
    slots |= _of_intent(intent, text, slots)
    if EDITS.search(text.lower()):
        slots["asks_for_edit"] = True
    return Understanding(text, _said(intent, slots), intent, slots, round(sure, 2))


def _score(text: str) -> tuple[str, float]:
    """Return the intent that the words speak for most; of equals, the first in the table."""
    lowered = re.sub(r"\s+", " ", text.lower())
    best, most = "unknown", 0.0
    for intent, rules in COMPILED.items():
        hits = [weight for pattern, weight in rules if pattern.search(lowered)]
        weight = max(hits, default=0.0) + 0.25 * (len(hits) - 1 if hits else 0)
        if weight > most:
            best, most = intent, weight
    return best, most


def _corrected(text: str) -> str:
    from rapidfuzz import process  # costs 40 ms: only for what was not understood

    def right(match: re.Match[str]) -> str:
        word = match.group(0)
        near = process.extractOne(word.lower(), WORDS, score_cutoff=80)
        return near[0] if near else word

    return re.sub(r"(?<![\w./])[A-Za-z]{4,}(?![\w./])", right, text)


def _by_slots(slots: dict[str, Argument], text: str) -> tuple[str, float]:
    if "file" in slots:
        return "file_analysis", 0.7
    if "symbol" in slots or "quoted" in slots:
        return "text_search", 0.6
    return ("text_search", 0.3) if len(text.split()) <= 8 else ("unknown", 0.0)


def _of_intent(intent: str, text: str, slots: dict[str, Argument]) -> dict[str, Argument]:
    """Return the slots that only this intent reads."""
    if intent == "option_price":
        return {"terms": text}
    if intent == "benchmark":
        return {"quick": "quick" in text.lower()}
    if intent == "history" and (match := re.search(r"\b(\d{1,4})\b", text)):
        return {"limit": float(match.group(1))}
    if intent == "text_search":
        return _pattern(text, slots)
    return {}


def _pattern(text: str, slots: dict[str, Argument]) -> dict[str, Argument]:
    """Choose what to search: quoted text as it stands, a name as a word, words in any joining."""
    if "quoted" in slots:
        return {"pattern": slots["quoted"]}
    words = sought(text)
    if re.fullmatch(r"\w*[_A-Z0-9]\w*|__\w+__", words):
        return {"pattern": words, "word": True}
    if re.fullmatch(r"[\w-]+(?:\s+[\w-]+){0,5}", words):
        joined = r"[\W_]*".join(re.escape(word) for word in re.split(r"[\s-]+", words) if word)
        return {"pattern": joined, "regex": True, "ignore_case": True}
    return {"pattern": str(slots.get("symbol") or words)}


async def _located(understood: Understanding, locate: Locate) -> Understanding:
    """Look up the file that the query names."""
    named = understood.slots.get("file")
    if not isinstance(named, str) or understood.intent not in _ABOUT_FILES:
        return understood
    place = await locate(named)
    slots = dict(understood.slots)
    if understood.intent == "text_search":
        del slots["file"]
        if place.path is not None and slots.get("pattern") not in (named, None):
            slots["paths"] = (place.path,)
    elif place.path is not None:
        slots |= {"file": place.path, "also": place.also} if place.also else {"file": place.path}
    else:
        del slots["file"]
        slots |= {"missing": named, "nearest": place.nearest}
    if understood.text.lstrip().startswith(":"):
        return replace(understood, slots=slots)
    return replace(understood, slots=slots, understood_as=_said(understood.intent, slots))


def _said(intent: str, slots: dict[str, Argument]) -> str:
    words = SAID.get(intent, intent.replace("_", " "))
    if intent == "text_search":
        how = " (regex)" if slots.get("regex") else " (whole word)" if slots.get("word") else ""
        words += f" for {slots.get('pattern')}{how}"
        if paths := slots.get("paths"):
            words += f" in {', '.join(paths) if isinstance(paths, tuple) else paths}"
    elif file := slots.get("file") or slots.get("missing"):
        words += f" of {file}"
    elif intent in _ABOUT_FILES and (symbol := slots.get("symbol")):
        words += f" of {symbol}"
    if intent in ("options_analysis", "risk_analysis", "wheel_analysis") and "ticker" in slots:
        words += f" for {slots['ticker']}"
    if intent == "monitor" and "duration_s" in slots:
        words += f" for {slots['duration_s']:g} s"
    return words
