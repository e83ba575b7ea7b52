"""From words to an understanding: the intent, what it is about, and how sure that is.

An exact command (`:status`) is read as written. Anything else is scored against the vocabulary; its
misspelled words are put right for a second look; a file is looked up among those that exist.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec.structs import replace

from engine.agents import commands
from engine.agents.slots import extract, masked, plain, sought, veiled
from engine.agents.vocabulary import COMPILED, EDITS, KEPT, SAID, WORDS
from engine.evidence import Argument, Understanding

# Where a question may go on with another one: certainly, and perhaps.
_PARTS = re.compile(
    r"\s*(?:;|\?\s+(?=\w)|\.\s+(?=[A-Z])|,?\s+(?:and|then)\s+(?:also\s+|then\s+|please\s+)*"
    r"(?=(?:what|who|where|how|which|is|show|find|search|grep|list|give|tell|price|analy[sz]e|review|"
    r"explain|calculate|run|benchmark|monitor|watch|check)\b))\s*",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,\s*(?:and\s+)?|\s(?:and|&|plus)\s)\s*(?:also\s+)?", re.IGNORECASE)
_THAT_FILE = re.compile(r"\b(?:its|it|this|that|this\s+file|that\s+file)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"^(?:what|who|whose|why|how|which|when|where|is|are|am|was|were|do|does|did|can|could|should|will|would|has|"
    r"have|hello|hi|hey|thanks)\b",
    re.IGNORECASE,
)
_WORDS_OF_A_SEARCH = 4
# "find risk and return", "watch memory and cpu for a minute": the list is theirs.
_ONE_QUESTION = frozenset({"text_search", "option_price", "monitor"})
_SURE, _SURE_OF_WORDS = 0.5, 0.7
_SCORED = 1500  # letters; a question is put by then, and more would hold up the loop
_SEARCHES = re.compile(r"^(?:search|grep|rg|ripgrep)\b", re.IGNORECASE)
_SCOPE = re.compile(
    r"\s+(?:in|under|inside|within)\s+(?:the\s+|all\s+)?(?:\*\.(?P<suffix>\w+)(?:\s+files)?|"
    r"(?P<language>python)\s+(?:files|code)(?:\s+only)?|"
    r"(?P<folder>[\w.-]+)/?(?:\s+(?:folder|directory|dir))?)[\s?!.]*$",
    re.IGNORECASE,
)
_MODULE = re.compile(
    r"\b(?:imports?|importing|importers?\s+of|dependents\s+of|depends?\s+(?:up)?on|requires?)\s+"
    r"(?:(?:the|our)\s+)?(?:(?:module|package|file)\s+)?(?!(?:it|this|that|them)\b)([A-Za-z_]\w*)\b(?:\s+(?:module|package|library))?(?!\s+\w)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\b(?:last|past|recent|previous|latest|newest|top)\s+(\d{1,4})\b|\b(\d{1,4})\s+(?:last|recent|quer|question)",
    re.IGNORECASE,
)
_ABOUT_FILES = frozenset(
    "wheel_analysis options_analysis risk_analysis performance_analysis code_analysis importers "
    "dependency_graph file_analysis text_search git_history backtest".split()
)


@dataclass(frozen=True, slots=True)
class Located:
    """A file as the query named it, looked up: the path, or the nearest there are."""

    path: str | None
    nearest: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    is_folder: bool = False


Locate = Callable[[str], Awaitable[Located]]


async def understand(text: str, locate: Locate) -> list[Understanding]:
    """Read a query; a question in several parts gives one understanding for each.

    Raises:
        BadCommand: it begins with a colon and is no command as it stands.
    """
    if text.lstrip().startswith(":"):
        return [await _located(commands.parse(text.strip()), locate)]
    return [await _located(one, locate) for one in _parts(text)]


def _parts(text: str) -> list[Understanding]:
    """Read the query as several questions where each of them makes sense, or else as one."""
    read = _read_each(_split(_PARTS, text))
    if not read or any(one.confidence < _SURE for one in read):
        read = [_read(text)]
    return [one for part in read for one in _listed(part)]


def _listed(part: Understanding) -> list[Understanding]:
    """Take a list of subjects apart: "status, memory and circuits"."""
    listed = _read_each(_split(_LISTED, part.text))
    intents = {one.intent for one in listed}
    if (
        len(listed) < 2
        or len(intents) < len(listed)
        or intents & _ONE_QUESTION
        or any(one.confidence < _SURE_OF_WORDS for one in listed)
    ):
        return [part]
    return listed


def _split(at: re.Pattern[str], text: str) -> list[str]:
    """Split outside of quotations."""
    parts, begin, veil = [], 0, veiled(text)
    for match in at.finditer(veil):
        parts.append(text[begin : match.start()])
        begin = match.end()
    return [part for part in (*parts, text[begin:]) if part.strip()]


def _read_each(texts: list[str]) -> list[Understanding]:
    """Read one part after the other; "it" means the file of the part before."""
    read: list[Understanding] = []
    for text in texts:
        file = read[-1].slots.get("file") if read else None
        meant = text
        if file and not {"file", "symbol"} & extract(text).keys():
            meant = _meaning(text, str(file))
        read.append(replace(_read(meant), text=text))
    return read


def _meaning(text: str, file: str) -> str:
    """Put the file's name in the place of the first word that points to it."""
    return _THAT_FILE.sub(lambda m: f"{file}'s" if m[0].lower() == "its" else file, text, count=1)


def _read(text: str) -> Understanding:
    slots = extract(text)
    words = masked(plain(text))
    intent, weight = _score(words)
    right = words
    if weight < 1.5:
        right = _corrected(words)
        if right != words:
            intent, weight = _score(right)
    sure = min(0.98, 0.35 + 0.2 * weight) * (1.0 if right == words else 0.85)
    if weight < 1.0:
        intent, sure = _by_slots(slots, plain(text))
    if intent == "importers":
        intent = _imported(text, slots)
    slots |= _of_intent(intent, text, slots)
    if EDITS.search(words.lower()):
        slots["asks_for_edit"] = True
    return Understanding(text, _said(intent, slots), intent, slots, round(sure, 2))


def _score(text: str) -> tuple[str, float]:
    """Return the intent that the words speak for most; of equals, the first in the table."""
    lowered = re.sub(r"\s+", " ", text.lower())[:_SCORED].strip().rstrip("?!. ") or text
    best, most = "unknown", 0.0
    for intent, rules in COMPILED.items():
        hits = [weight for pattern, weight in rules if pattern.search(lowered)]
        weight = max(hits, default=0.0) + 0.25 * (len(hits) - 1 if hits else 0)
        if weight > most:
            best, most = intent, weight
    return best, most


def _corrected(text: str) -> str:
    from rapidfuzz import process  # costs 40 ms: only for what was not understood
    from rapidfuzz.distance import OSA

    def right(match: re.Match[str]) -> str:
        word = match.group(0).lower()
        slips = 0 if word in KEPT else 1 if len(word) < 6 else 2
        near = process.extractOne(word, WORDS, scorer=OSA.distance, score_cutoff=slips)
        return near[0] if near else word

    return re.sub(r"(?<![\w./<])[A-Za-z]{4,}(?![\w./>])", right, text)


def _by_slots(slots: dict[str, Argument], text: str) -> tuple[str, float]:
    if "file" in slots:
        return "file_analysis", 0.7
    if "symbol" in slots or "quoted" in slots:
        return "text_search", 0.6
    words = len(text.split())
    if words <= _WORDS_OF_A_SEARCH and re.search(r"\w", text) and not _QUESTION.match(text):
        return "text_search", 0.3
    return "unknown", 0.0


def _imported(text: str, slots: dict[str, Argument]) -> str:
    """Find whose importers are meant: a file, a module by its bare name; a symbol is searched."""
    if "file" in slots:
        return "importers"
    if "symbol" in slots:
        slots["file"] = slots["symbol"]  # a module has a name like any other: looked up below
        return "importers"
    if match := _MODULE.search(text):
        slots["file"] = match.group(1)
    return "importers"


def _of_intent(intent: str, text: str, slots: dict[str, Argument]) -> dict[str, Argument]:
    """Return the slots that only this intent reads."""
    if intent == "option_price":
        return {"terms": text}
    if intent == "benchmark":
        return {"quick": "quick" in text.lower()}
    if intent == "history" and (match := _HOW_MANY.search(text)):
        return {"limit": float(match.group(1) or match.group(2))}
    if intent == "text_search":
        files = slots.get("files")
        places = files if isinstance(files, tuple) else (slots.get("file"),)
        return sought(text, tuple(place for place in places if isinstance(place, str)))
    return {}


async def _scoped(understood: Understanding, locate: Locate) -> Understanding:
    """Take "in src" or "in *.py" at the end of a search as the place to look in.

    A word alone is a place only where a folder of that name exists; otherwise it is searched for.
    """
    slots = dict(understood.slots)
    match = _SCOPE.search(understood.text)
    if understood.intent != "text_search" or "file" in slots or not match:
        return understood
    if suffix := match["suffix"] or (match["language"] and "py"):
        slots["suffixes"] = (f".{suffix.lower()}",)
    else:
        place = await locate(match["folder"])
        if not place.is_folder:
            return understood
        slots["paths"] = (place.path or "",)
    text = understood.text[: match.start()]
    slots = {k: v for k, v in slots.items() if k not in ("pattern", "words", "regex", "word")}
    slots |= sought(text)
    return replace(understood, slots=slots, understood_as=_said("text_search", slots))


async def _located(understood: Understanding, locate: Locate) -> Understanding:
    """Look up the file that the query names."""
    if not understood.text.lstrip().startswith(":"):
        understood = await _scoped(understood, locate)
    named = understood.slots.get("file")
    if not isinstance(named, str) or understood.intent not in _ABOUT_FILES:
        return understood
    place = await locate(named)
    slots, intent = dict(understood.slots), understood.intent
    exact = understood.text.lstrip().startswith(":")
    if intent == "text_search" and slots.get("pattern") == named:
        # "where is wheel.py" asks for the file; "grep wheel.py" and "find os.path" for the text.
        if place.path is None or _SEARCHES.match(plain(understood.text)):
            del slots["file"]
            return replace(understood, slots=slots)
        intent = "file_analysis"
        slots.pop("word", None)
        del slots["pattern"]
    if place.path is None and intent == "importers" and not exact and slots.get("symbol") == named:
        intent = "text_search"  # the users of a class or function: its lines
        slots = {"pattern": named, "word": True}
    elif place.path is None and not place.nearest and intent == "importers" and not exact:
        # Not ours: a library's name, which only the text of the imports can tell of.
        intent = "text_search"
        name = re.escape(named)
        pattern = rf"^\s*(?:from\s+{name}(?:\.\w+)*\s+import|import\s+(?:[\w. ]+,\s*)*{name})\b"
        slots = {
            "pattern": pattern,
            "regex": True,
            "suffixes": (".py", ".pyi"),
            "label": f"import of {named}",
        }
    elif place.path is None:
        del slots["file"]
        slots |= {"missing": named, "nearest": place.nearest}
    elif intent == "text_search":
        slots |= await _places(place.path, slots, locate)
        del slots["file"]
    elif place.is_folder:
        del slots["file"]
        slots["folder"] = place.path
    else:
        slots |= {"file": place.path, "also": place.also} if place.also else {"file": place.path}
    said = understood.understood_as if exact else _said(intent, slots)
    return replace(understood, intent=intent, slots=slots, understood_as=said)


async def _places(first: str, slots: dict[str, Argument], locate: Locate) -> dict[str, Argument]:
    """Return all places to search; one that isn't there makes the whole search miss it."""
    names, paths = slots.get("files"), [first]
    for name in names[1:] if isinstance(names, tuple) else ():
        place = await locate(name)
        if place.path is None:
            return {"missing": name, "nearest": place.nearest}
        paths.append(place.path)
    return {"paths": tuple(paths)}


def _said(intent: str, slots: dict[str, Argument]) -> str:
    words = SAID.get(intent, intent.replace("_", " "))
    if intent == "text_search":
        words += f" for {_sought(slots)}"
        if paths := slots.get("paths"):
            words += f" in {', '.join(paths) if isinstance(paths, tuple) else paths}"
    elif file := slots.get("file") or slots.get("folder") or slots.get("missing"):
        words += f" {file}" if intent == "importers" else f" of {file}"
    elif intent in _ABOUT_FILES and (symbol := slots.get("symbol")):
        words += f" of {symbol}"
    if intent in ("options_analysis", "risk_analysis", "wheel_analysis") and "ticker" in slots:
        words += f" for {slots['ticker']}"
    if intent == "monitor" and "duration_s" in slots:
        words += f" for {slots['duration_s']:g} s"
    return words


def _sought(slots: dict[str, Argument]) -> str:
    if label := slots.get("label"):
        return str(label)
    if words := slots.get("words"):
        return f'"{words}", in any joining and case'
    how = " (regex)" if slots.get("regex") else " (whole word)" if slots.get("word") else ""
    return f"{slots.get('pattern')}{how}"
