"""What a search in words looks for: the query without its verb, its options and its places."""

# ruff: noqa: E501 - a pattern is read as one piece

import re

from engine.agents.pattern import Pattern
from engine.agents.search_options import read_options
from engine.agents.slots import QUOTED, plain
from engine.evidence import Argument

Slots = dict[str, Argument]

_LEAD = Pattern(
    r"^(?:(?:(?:search(?:\s+for)?|find|list|show|count|how\s+many)\s+)?(?:all\s+|the\s+)?files?\s+(?:(?:that|which)\s+(?:contain|mention|have|say)s?|containing|mentioning|(?:contain|mention)s?)|"
    r"(?:text\s+)?search(?:\s+for)?|find|count|grep(?:\s+for)?|rg|ripgrep|locate|look(?:\s+for|\s+up|\s+where)?|"
    r"how\s+(?:many|often)(?:\s+(?:times|lines))?(?:\s+(?:is|are|does|do))?|any(?=\s+[A-Z]{3})|"
    r"where\s+(?:is|are|was|do(?:es)?|did)(?:\s+(?:we|i|you|they)\b)?|which\s+(?:files?|lines?|modules?)\s+"
    r"(?:contains?|mentions?|ha(?:s|ve)|says?)|(?:who|what)\s+(?:uses?|calls?)|(?:is|are)\s+there|(?:show|list|get|see)(?:\s+me)?)\s+",
    re.IGNORECASE,
)
_REGEX_FIRST = Pattern(r"^(regexp?)\s+(search(?:\s+for)?)\s+(?=\S)", re.IGNORECASE)
_FLAGS = Pattern(r"^(?:-([a-zA-Z]+)\s+)")
_LETTERS = {"w": "word", "i": "ignore_case", "E": "regex", "P": "regex", "e": "regex"}
_REGEX = Pattern(
    r"^(?:the\s+|a\s+)?(?:regexp?|regular\s+expression)\s+(?:for\s+)?(?=\S)", re.IGNORECASE
)
_FILES = Pattern(
    r"\bfiles?\s+(?:that\s+|which\s+)?(?:contain|mention|have|has)(?:s|ing)?\b", re.IGNORECASE
)
_FILLER = Pattern(
    r"^(?:all\s+|the\s+|every\s+|any\s+|a\s+|an\s+|out\s+)*(?:(?:occurrences?|mentions?|usages?|uses|definitions?|lines?|where|places?)"
    r"\s+(?:of|with|containing|that\s+(?:contain|mention|say))\s+)?(?:the\s+|where\s+)*(?:(?:text|word|string|function|class|method|symbol)\s+)?",
    re.IGNORECASE,
)
_TAIL = Pattern(
    r"\s+(?:(?:is\s+|are\s+|get\s+|gets\s+)?(?:defined|computed|calculated|used|implemented|located|set|"
    r"happening|enforced|checked|declared|called|handled|done|made|created|stored|configured|mentioned)|"
    r"(?:in|across)\s+(?:the|this|my|our)\s+(?:whole\s+)?(?:code(?:base)?|repo(?:sitory)?|project|"
    r"source|files?)|live|come\s+from|(?:are|is)\s+(?:there|left)|(?:do|did)\s+we\s+have|left|appears?|occurs?)\s*$",
    re.IGNORECASE,
)
_WITHIN = r"\s+(?:in|under|inside|within|from|of|on|below)\s+(?:the\s+)?(?:(?:file|folder|directory|module)\s+)?"
_SMALL = frozenset("the a an of our my your its to in is are".split())
_OR = Pattern(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
_NAME = Pattern(r"\w*[_A-Z0-9]\w*|__\w+__")
# A search without anything to search for.
_EMPTY = Pattern(
    r"(?:search(?:\s+for)?|find|grep(?:\s+for)?|rg|ripgrep|locate|look\s+(?:for|up)|count)"
    r"(?:\s+(?:''|\"\"|``)(?:\s+(?:in|under|within)\s+\S+)?)?[\s.?!*]*",
    re.IGNORECASE,
)
_COUNTED = Pattern(r"(?:count\b(?!.*\bfiles\b)|how\s+(?:many\s+times|often)\b)", re.IGNORECASE)
_A_WORD = Pattern(r"(?:the\s+|a\s+)?word\s+(?=\S)", re.IGNORECASE)
_LINES = Pattern(
    r"(?:all\s+|the\s+|any\s+)*lines?\s+(?:(?:that|which)\s+)?(?P<end>start|begin|end)(?:s|n?ing|ting)?\s+(?:with|in)\s+(?P<text>\S.*)",
    re.IGNORECASE,
)
MARKERS = frozenset("TODO FIXME XXX HACK BUG NOTE".split())


def sought(text: str, places: tuple[str, ...] = ()) -> Slots:
    """Return the slots of a search: the pattern, how it is meant, and the options of the query.

    Quoted text stands as it is, a name is a word, names in a row are each looked for, and plain
    words may be joined in any way.
    """
    asked = plain(text).rstrip("?! ")
    asked = asked.rstrip(".") if not asked.endswith("-.") else asked
    bare, options = read_options(asked)
    if options and not _LEAD.sub("", f"{bare} ").strip():
        return _looked_for(asked, places)  # "find ignoring case": the words are what is looked for
    slots = _looked_for(bare, places)
    if _FILES.search(asked):
        options = {"files_only": True} | options
    if _COUNTED.match(asked):
        options = {"count_only": True} | options
    return optioned(slots, options)


def names_no_text(text: str) -> bool:
    """Whether a search says not what for: "find", "grep ''"."""
    return _EMPTY.fullmatch(plain(text).strip()) is not None


def says_where(text: str, place: str) -> bool:
    """Whether a search calls that a place to look in, and not text to look for."""
    return re.search(rf"(?i:{_WITHIN}){re.escape(place)}(?!\\S)", plain(text)) is not None


def optioned(slots: Slots, options: Slots) -> Slots:
    """Return the slots of a search as its options want them; one word may be meant as it stands."""
    slots = slots | options
    if "smart_case" in slots:
        slots.pop("ignore_case", None)
    is_strict = slots.get("ignore_case") is False
    if is_strict and re.fullmatch(r"[^\W_]+", str(slots.get("words", ""))):
        for part in ("regex", "words"):
            slots.pop(part)
    return {name: value for name, value in slots.items() if value is not False}


def _looked_for(text: str, places: tuple[str, ...]) -> Slots:
    if places:
        named = "|".join(re.escape(place) for place in places)
        text = re.sub(rf"{_WITHIN}(?:{named})(?:\s*(?:,|and|or)\s*(?:{named}))*(?=\s|$)", "", text)
    text = _LEAD.sub("", _REGEX_FIRST.sub(r"\2 \1 ", text))
    flags: Slots = {}
    while match := _FLAGS.match(text):
        flags |= {name: True for letter, name in _LETTERS.items() if letter in match.group(1)}
        text = text[match.end() :]
    if match := _REGEX.match(text):
        flags["regex"], text = True, text[match.end() :]
    if match := _LINES.fullmatch(text):
        return _at_an_end(match["text"].strip(), at_start=match["end"].lower() != "end")
    if match := _A_WORD.match(text):
        flags["word"], text = True, text[match.end() :]
    if quoted := _quoted(text):
        return quoted | flags
    if flags.get("regex"):
        return {"pattern": text.strip(), **flags}
    return _pattern(_core(text)) | flags


def _at_an_end(text: str, *, at_start: bool) -> Slots:
    """Return a search for lines that start with a text, or end with it, space aside."""
    said = str(_quoted(text).get("pattern") or text)
    pattern = re.escape(said)
    if at_start:
        pattern = rf"^\s*{pattern}" + (r"\b" if said[-1:].isalnum() else "")
    else:
        pattern = rf"{pattern}\s*$"
    how = "starting" if at_start else "ending"
    return {"pattern": pattern, "regex": True, "label": f"lines {how} with {said}"}


def _core(text: str) -> str:
    text = _FILLER.sub("", text) or text
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    return text.strip()


def _quoted(text: str) -> Slots:
    """Return what is quoted; several quotations in a row are each looked for."""
    found = [next(filter(None, match.groups())) for match in QUOTED.finditer(text)]
    if len(found) > 1 and not re.sub(r"[\s,]|\b(?:and|or)\b", "", QUOTED.sub("", text)):
        pattern = "|".join(map(re.escape, found))
        return {"pattern": pattern, "regex": True, "label": " or ".join(found)}
    return {"pattern": found[0]} if found else {}


def _pattern(words: str) -> Slots:
    words = _singular(words.removesuffix("()"))
    if _NAME.fullmatch(words):
        return {"pattern": words, "word": True}
    if several := _alternatives(words):
        return several
    if not re.fullmatch(r"[\w-]+(?:\s+[\w-]+){0,5}", words):
        return {"pattern": words}
    parts = [part for part in re.split(r"[\s-]+", words) if part]
    if not parts:
        return {"pattern": words}
    pattern = "".join(
        rf"(?:{part}[\W_]*)?"
        if part.lower() in _SMALL and place < len(parts) - 1
        else rf"{part}[\W_]*"
        for place, part in enumerate(map(re.escape, parts))
    )
    return {
        "pattern": pattern.removesuffix(r"[\W_]*"),
        "regex": True,
        "ignore_case": True,
        "words": " ".join(parts),
    }


def _singular(word: str) -> str:
    """Return the marker itself for several of it: TODO for TODOs."""
    several = re.fullmatch(r"([A-Za-z]{3,})s", word)
    if several and (several.group(1).upper() in MARKERS or several.group(1).isupper()):
        return several.group(1).upper()
    return word


def _alternatives(words: str) -> Slots:
    """Return a search for any of several names, or nothing where they are no such row."""
    items = [_singular(_core(item).removesuffix("()")) for item in _OR.split(words)]
    if len(items) < 2 or not all(_NAME.fullmatch(i) or i.upper() in MARKERS for i in items):
        return {}
    names = tuple(dict.fromkeys(items))
    slots: Slots = {"pattern": "|".join(names), "regex": True, "word": True}
    if any(name.islower() and name.upper() in MARKERS for name in names):
        slots["ignore_case"] = True
    return slots | {"label": " or ".join(names)}
