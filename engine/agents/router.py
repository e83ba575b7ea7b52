"""From words to an understanding: the intent, what it is about, and how sure that is.

An exact command (`:status`) is read as written. Anything else is scored against the vocabulary; its
misspelled words are put right for a second look; what it names is looked up among what exists.
"""

import re

from msgspec.structs import replace

from engine.agents import commands, grep_line
from engine.agents.code_vocabulary import FOCUSES, SHORT
from engine.agents.desk.terms import desk_slots
from engine.agents.desk.topics import topic
from engine.agents.desk.vocabulary import DESK_INTENTS
from engine.agents.past_vocabulary import PAST_INTENTS, past_slots, said_time
from engine.agents.pattern import Pattern
from engine.agents.places import Locate, Located, look_up
from engine.agents.reviewed import reviewed
from engine.agents.search_options import read_options
from engine.agents.slots import NOT_NAMES, extract, masked, plain, veiled
from engine.agents.sought import names_no_text, sought
from engine.agents.spelling import spelled
from engine.agents.subjects import ends_of_path, named_in, wanted_form
from engine.agents.unanswered import file_named, without_tool
from engine.agents.vocabulary import EDITS, likely, weights
from engine.agents.wording import understood_as
from engine.evidence import Argument, Understanding

__all__ = ["Locate", "Located", "understand"]

Slots = dict[str, Argument]

# What would be a command at the beginning of the line; elsewhere it speaks for nothing.
_COMMAND = Pattern(rf":(?:{'|'.join(commands.COMMANDS)})\b", re.IGNORECASE)
# Where a question may go on with another one: certainly, and perhaps.
_PARTS = Pattern(
    r"\s*(?:;|\?\s+(?=\w)|\.\s+(?=[A-Z])|,?\s+(?:and|then)\s+(?:also\s+|then\s+|please\s+)*"
    r"(?=(?:what|who|where|how|which|is|show|find|search|grep|list|give|tell|price|analy[sz]e|review|"
    r"explain|calculate|run|benchmark|monitor|watch|check|debug|refactor|optimi[sz]e|export)\b))\s*",
    re.IGNORECASE,
)
_LISTED = Pattern(
    r"(?!\s+and\s+(?:churn|complexity)\b)\s*(?:,\s*(?:and\s+)?|\s(?:and|&|plus)\s)\s*(?:also\s+)?",
    re.IGNORECASE,
)
_THAT = Pattern(
    r"\b(?:its|it|(?:this|that)(?:\s+(?:file|function|method|class|name))?)\b", re.IGNORECASE
)
_QUESTION = Pattern(
    r"^(?:what|who|whose|why|how|which|when|where|is|are|am|was|were|do|does|did|can|could|should|will|would|has|"
    r"have|hello|hi|hey|thanks)\b",
    re.IGNORECASE,
)
# What is asked like this of a console for code is asked of the code.
_HOW_OR_WHERE = Pattern(r"^(?:how|where)\s+\w+\s+\w+", re.IGNORECASE)
_SEARCH_VERB = Pattern(r"(?:search|find|grep|rg|ripgrep|locate|count|look\s+for)\b", re.IGNORECASE)
# A class, a library or a module, whose name is one word.
_USERS = Pattern(
    r"(?:who|what)\s+(?:uses?|references?|needs?|is\s+using)\s+(?:(?:the\s+)?class\s+)?"
    r"([A-Za-z_]\w*)[\s?!.]*",
    re.IGNORECASE,
)
_WORDS_OF_A_SEARCH = 4
# An option in words, which its own reader takes apart.
OF_TERMS = frozenset({"option_price", "implied_volatility", "option_chance"})
# "find risk and return", "watch memory and cpu for a minute": the list is theirs.
_ONE_QUESTION = frozenset(
    {"text_search", "monitor", "code_question", "stress", "backtest", *OF_TERMS, *PAST_INTENTS}
)
_SURE, _SURE_OF_WORDS = 0.5, 0.7
# What the words weigh: nearly nothing, all that is needed, and more by so much once put right.
_HALF_SAID, _SAID_ALONE, _CLEARLY_MORE = 1.5, 3.0, 1.0
_BY_WORDS, _SURE_OF_NONE = 0.6, 0.9
_NAMED = frozenset({"file", "symbol", "quoted"})
_SCORED = 400  # letters; a question is put by then, and more would hold up the loop
_HOW_MANY = Pattern(
    r"\b(?:last|past|recent|previous|latest|newest|top)\s+(\d{1,4})\b|\b(\d{1,4})\s+(?:last|recent|quer|question)",
    re.IGNORECASE,
)
_SHORT = Pattern(rf"\b(?:{'|'.join(SHORT)})\b")
# With a quotation for their object these look for its text.
_SEARCHED = frozenset({"definitions", "references", "callers", "calls", "code_question"})
_OF_DESK = frozenset(DESK_INTENTS)
_NARROWED = frozenset({"importers", "subclasses"})
# A place or a way at the end of a question on imports or classes; "indirectly" says how far.
_END = Pattern(
    r"\s+(?:(?:in|under|within|inside)\s+(?:the\s+|our\s+|my\s+)?(?P<place>[\w./-]+)(?:\s+(?:folder|package|directory))?|"
    r"(?P<ends>between\s+\S+\s+and\s+\S+)|dynamically|lazily|conditionally|(?P<far>(?:in)?directly))[\s?!.]*$",
    re.IGNORECASE,
)
_ANALYSES = frozenset({"file_analysis", "code_analysis", "performance_analysis"})


async def understand(text: str, locate: Locate) -> list[Understanding]:
    """Read a query; a question in several parts gives one understanding for each.

    Raises:
        BadCommand: it begins with a colon and is no command as it stands.
    """
    if text.lstrip().startswith(":"):
        return [await look_up(commands.parse(text.strip()), locate)]
    if (line := grep_line.read(text)) and await _are_there(line, locate):
        return [replace(commands.parse(line.command), text=text)]
    return [await look_up(one, locate) for one in _parts(text)]


async def _are_there(line: grep_line.GrepLine, locate: Locate) -> bool:
    found = [(await locate(place)).path for place in line.places]
    if line.bare:
        return found == [place.rstrip("/") for place in line.places]
    return None not in found


def _parts(text: str) -> list[Understanding]:
    """Read the query as several questions where each of them makes sense, or else as one."""
    read = _read_each(_split(_PARTS, text))
    if not read or any(one.confidence < _SURE for one in read):
        read = [_read(text)]
    return [one for part in read for one in _listed(part)]


def _listed(part: Understanding) -> list[Understanding]:
    """Take a list of subjects apart: "status, memory and circuits"."""
    if part.intent in ("import_path", "impact"):
        return [part]  # "how are a and b related", "if a changes, what breaks"
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


def _split(at: Pattern, text: str) -> list[str]:
    """Split outside of quotations."""
    parts, begin, veil = [], 0, veiled(text)
    for match in at.finditer(veil):
        parts.append(text[begin : match.start()])
        begin = match.end()
    return [part for part in (*parts, text[begin:]) if part.strip()]


def _read_each(texts: list[str]) -> list[Understanding]:
    """Read one part after the other; "it" means the file or name of the part before."""
    read: list[Understanding] = []
    for text in texts:
        before = read[-1].slots if read else {}
        subject = before.get("file") or before.get("symbol")
        meant = text
        if subject and not {"file", "symbol"} & extract(text).keys():
            meant = _meaning(text, str(subject))
        read.append(replace(_read(meant), text=text))
    return read


def _meaning(text: str, subject: str) -> str:
    """Put the name of the file or symbol in the place of the first word that points to it."""
    return _THAT.sub(lambda m: f"{subject}'s" if m[0].lower() == "its" else subject, text, count=1)


def _read(text: str) -> Understanding:
    if (lacking := without_tool(masked(plain(text)))) is not None:
        none: Slots = {"lacking": lacking} if lacking else {}
        return Understanding(
            text, understood_as("unknown", none), "unknown", none, _SURE_OF_NONE if none else 0.0
        )
    if file := file_named(plain(text)):
        slots: Slots = {"file": file, "focus": "review"}
        return Understanding(
            text, understood_as("file_analysis", slots), "file_analysis", slots, 0.9
        )
    return _narrowed(_scored(text))


def _narrowed(whole: Understanding) -> Understanding:
    """Read "who imports numpy in src" without its end, which no tool keeps to, and keep what it is.

    Only where the whole has no subject, and where it has one without that end.
    """
    match = _END.search(plain(whole.text))
    if match is None or _NAMED & whole.slots.keys():
        return whole
    if whole.intent == "import_cycles" and match["ends"]:
        return replace(whole, slots=whole.slots | {"unread": match["ends"]})
    bare = _scored(plain(whole.text)[: match.start()])
    if bare.intent not in _NARROWED or not _NAMED & bare.slots.keys():
        return whole
    form = wanted_form(whole.text, bare.intent)
    is_kept = (
        "transitive" in form
        or (bare.intent == "subclasses" and match["far"])
        or (match["place"] or "").lower() in NOT_NAMES  # "in our code": where else
    )
    unread: Slots = {} if is_kept else {"unread": match[0].strip(" \t?!.")}
    return replace(bare, text=whole.text, slots=bare.slots | form | unread)


def _searched(text: str) -> str:
    """Return a search without what it leaves out, whose names are none of what is asked for."""
    if not _SEARCH_VERB.match(plain(text)):
        return text
    bare, options = read_options(plain(text))
    return bare if "globs" in options else text


def _scored(text: str) -> Understanding:
    asked = _searched(text)
    slots = extract(asked)
    words = _COMMAND.sub(" ", masked(plain(asked)))
    intent, weight = _score(words)
    right = words
    if weight < _SAID_ALONE:
        intent, weight, right = _respelled(words, intent, weight)
    sure = min(0.98, 0.35 + 0.2 * weight) * (1.0 if right == words else 0.85)
    if weight < 1.0:
        intent, sure = _unknown(slots, text, right)
    if intent == "import_path" and not (ends := ends_of_path(plain(text))):
        intent, sure = ("imports", 0.5) if "file" in slots else _by_slots(slots, plain(text))
    elif intent == "import_path":
        slots |= ends
    if intent in PAST_INTENTS:
        slots = past_slots(intent, plain(text))
        return Understanding(text, understood_as(intent, slots), intent, slots, round(sure, 2))
    intent, slots = _with_subject(intent, plain(text), slots)
    slots |= _of_intent(intent, _as_read(intent, text, words, right), right.lower(), slots)
    if EDITS.search(words.lower()):
        slots["asks_for_edit"] = True
    return Understanding(text, understood_as(intent, slots), intent, slots, round(sure, 2))


def _as_read(intent: str, text: str, words: str, right: str) -> str:
    """Return the text; one for the desk with its words put right, where it was so understood."""
    return right if intent in _OF_DESK and right != words else text


def _score(text: str) -> tuple[str, float]:
    """Return the intent that the words speak for most; of equals, the first in the table."""
    lowered = re.sub(r"\s+", " ", text.lower())[:_SCORED].strip().rstrip("?!. ") or text
    lowered = _SHORT.sub(lambda match: SHORT[match[0]], lowered)
    best, most = "unknown", 0.0
    for intent in likely(lowered):
        hits = weights(intent, lowered)
        weight = max(hits, default=0.0) + 0.25 * (len(hits) - 1 if hits else 0)
        if weight > most:
            best, most = intent, weight
    return best, most


def _respelled(words: str, intent: str, weight: float) -> tuple[str, float, str]:
    """Return what the words mean once put right, if that says clearly more; and the words so read.

    What was not understood as it stands is read in any spelling that is near enough.
    """
    unclear = weight < _HALF_SAID
    right = spelled(words, strictly=not unclear)
    if right == words:
        return intent, weight, words
    meant, most = _score(right)
    if unclear or most >= weight + _CLEARLY_MORE:
        return meant, most, right
    return intent, weight, words


def _unknown(slots: Slots, text: str, right: str) -> tuple[str, float]:
    """Return what a sentence that no pattern knows is about: by what it names, or by its words."""
    if not _NAMED & slots.keys() and (intent := topic(right.lower(), text)):
        return intent, _BY_WORDS
    return _by_slots(slots, plain(text))


def _by_slots(slots: Slots, text: str) -> tuple[str, float]:
    if "file" in slots:
        return "file_analysis", 0.7
    if (match := _USERS.fullmatch(text)) and match[1].lower() not in NOT_NAMES:
        slots["symbol"] = match[1]
        return "importers", 0.6
    if "symbol" in slots and "quoted" not in slots and _QUESTION.match(text):
        return "code_analysis", 0.5
    if "symbol" in slots or "quoted" in slots:
        return "text_search", 0.6
    if _HOW_OR_WHERE.match(text):
        return "code_question", 0.4
    words = len(text.split())
    if words <= _WORDS_OF_A_SEARCH and re.search(r"\w", text) and not _QUESTION.match(text):
        return "text_search", 0.3
    return "unknown", 0.0


def _with_subject(intent: str, text: str, slots: Slots) -> tuple[str, Slots]:
    """Find what the sentence is about where only its grammar tells, or what that makes of it."""
    if "quoted" in slots and "symbol" not in slots and intent in _SEARCHED:
        return "text_search", slots
    if not {"file", "symbol"} & slots.keys():
        slots |= reviewed(text, intent) or named_in(text, intent)
    return intent, slots


def _of_intent(intent: str, text: str, words: str, slots: Slots) -> Slots:
    """Return the slots that only this intent reads; `words` are the text's, names masked."""
    if intent in OF_TERMS:
        return {"terms": text}
    if intent in _OF_DESK:
        return desk_slots(intent, text)
    if intent == "benchmark":
        return {"quick": "quick" in text.lower()}
    if intent == "history":
        return _of_queries(plain(text))
    if intent in ("text_search", "code_question"):
        return _of_search(intent, text, slots)
    if intent in _ANALYSES:
        return _focus(intent, words, slots)
    return wanted_form(text, intent)


def _of_queries(text: str) -> Slots:
    slots = past_slots("history", text)
    if match := _HOW_MANY.search(text.replace(said_time(text) or "\n", " ")):
        slots["limit"] = float(match.group(1) or match.group(2))
    return slots


def _of_search(intent: str, text: str, slots: Slots) -> Slots:
    if intent == "text_search" and names_no_text(text):
        return {}
    files = slots.get("files")
    places = files if isinstance(files, tuple) else (slots.get("file"),)
    found = sought(text, tuple(place for place in places if isinstance(place, str)))
    return found | {"question": plain(text)} if intent == "code_question" else found


def _focus(intent: str, words: str, slots: Slots) -> Slots:
    """Return what an analysis puts first; a plain look at the project is none."""
    for name, pattern in FOCUSES:
        if re.search(pattern, words):
            return {"focus": name}
    if intent == "performance_analysis":
        return {"focus": "optimize"}
    return {"focus": "review"} if {"file", "symbol"} & slots.keys() else {}
