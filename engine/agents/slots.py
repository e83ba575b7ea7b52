"""What a query is about: a file, a symbol, a ticker, a number, a span of time, a pattern."""

import re

from engine.agents.vocabulary import TICKERS
from engine.evidence import Argument

_QUOTED = re.compile(r"""(?<!\w)(?:"([^"]+)"|'([^']+)'|`([^`]+)`)(?!\w)""")
_EXTENSION = (
    r"(?:pyi?|md|toml|ya?ml|json|txt|rst|cfg|ini|sh|sql|ipynb|csv|rs|go|js|tsx?|c|h|cpp|html|css)"
)
_PATH = re.compile(
    rf"(?<![\w/.-])((?:[~.\w-]+/)*[\w.-]+\.{_EXTENSION}|/?(?:[~.\w-]+/)+[\w.-]*)(?![\w/])"
)
# Pairs of words, and dates, that only look like paths.
_NO_PATH = re.compile(
    r"\d+(/\d+)+|(and/or|i/o|w/o|n/a|p/l|(put|call)s?/(put|call)s?|buy/sell|bid/ask|on/off|yes/no|"
    r"read/write|risk/reward|profit/loss|cpu/gpu|input/output|true/false)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<![\w/.])(?!(?:e\.g|i\.e)\b)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?![\w/(])")
_SNAKE = re.compile(
    r"(?<![\w/.])(_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+_*|_+[a-z]\w*|__\w+__)(?:\(\))?(?![\w/])"
)
_CAMEL = re.compile(
    r"(?<![\w/.])(?!VaR\b)((?:[A-Z]+[a-z0-9]+){2,}|[A-Z]{2,}[a-z]\w+|[A-Z][a-z0-9]+[A-Z]\w*)(?!\w)"
)
_CALL = re.compile(r"(?<![\w/.])([A-Za-z_]\w*)\(\)")
_SYMBOLS = (_CALL, _CAMEL, _SNAKE)
_TICKER = re.compile(r"(?<![\w$])\$?([A-Z]{1,5})(?![\w.=(&])")
_COUNT = {
    "half a": 0.5, "half an": 0.5, "a couple of": 2.0, "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0,
    "three": 3.0, "five": 5.0, "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
}  # fmt: skip
_SPAN = re.compile(
    rf"\b(?:(?P<n>\d+(?:\.\d+)?)\s*-?\s*|(?P<word>{'|'.join(_COUNT)})\s+)"
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 255
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_NOT_TICKERS = frozenset(
    "I A CPU GPU RAM VAR ES OK AND OR THE CSV API JSON SQL SVG ITM OTM ATM DTE IV P E MLX S K T R Q "
    "IO TODO FIXME M L PNL".split()
)
_POLITE = re.compile(
    r"^(?:please|pls|hey|hi|hello|ok|okay|so|now|bolt[,:]|(?:can|could|would|will)\s+(?:you|we|i)|kindly|"
    r"i\s+(?:want|need|would\s+like)\s+(?:you\s+)?to(?:\s+(?:know|see))?|i'd\s+like\s+(?:you\s+)?to(?:\s+(?:know|see))?|"
    r"i\s+(?:want|need)|let\s+me\s+(?:see|know)|let\s+us|let'?s|tell\s+me(?:\s+about)?|give\s+me|show\s+me|"
    r"do\s+you\s+know|quickly|just|also|then|and)(?![\w.])[\s,]*",
    re.IGNORECASE,
)
_POLITE_END = re.compile(
    r"[\s,]*\b(?:please|pls|thanks|thank\s+you|for\s+me|right\s+now|rn|now)[\s?!.]*$", re.IGNORECASE
)
_SHORTENED = (
    (
        re.compile(r"\b(what|who|how|where|that|there|it)['’]?s\b(?!\s*['\"])", re.IGNORECASE),
        r"\1 is",
    ),
    (re.compile(r"\b(what|who|how|where|we|they|you)['’]re\b", re.IGNORECASE), r"\1 are"),
)


def extract(text: str) -> dict[str, Argument]:
    """Return the slots that the text fills: raw words, not yet looked up anywhere."""
    slots: dict[str, Argument] = {}
    if match := _QUOTED.search(text):
        slots["quoted"] = next(group for group in match.groups() if group)
    rest = _QUOTED.sub(" ", text)
    paths = _paths(rest) or _paths(text)
    if paths:
        slots["file"] = paths[0]
        if len(paths) > 1:
            slots["files"] = tuple(paths)
    elif (match := _DOTTED.search(rest)) and _can_be(match.group(1)):
        slots["file"] = match.group(1)
    bare = _PATH.sub(" ", rest)
    for pattern in _SYMBOLS:
        if match := pattern.search(bare):
            slots["symbol"] = match.group(1)
            break
    if ticker := _ticker(bare):
        slots["ticker"] = ticker
    if match := _SPAN.search(rest):
        count = float(match["n"]) if match["n"] else _COUNT[match["word"].lower()]
        slots["duration_s"] = count * _SECONDS[match["unit"][0].lower()]
    return slots


def plain(text: str) -> str:
    """Return the query without its politeness, and with its contractions written out."""
    text = text.strip()
    for pattern, full in _SHORTENED:
        text = pattern.sub(full, text)
    while (shorter := _POLITE.sub("", text)) not in (text, ""):
        text = shorter
    while (shorter := _POLITE_END.sub("", text)) not in (text, ""):
        text = shorter
    return text


def masked(text: str) -> str:
    """Return the text with a placeholder for each quotation, path, dotted name and symbol."""
    text = _QUOTED.sub("<quoted>", text)
    text = _PATH.sub(lambda m: m.group(0) if _NO_PATH.fullmatch(m.group(1)) else "<file>", text)
    text = _DOTTED.sub("<file>", text)
    for pattern in _SYMBOLS:
        text = pattern.sub("<symbol>", text)
    return text


def veiled(text: str) -> str:
    """Return the text with its quotations blacked out, each letter in its place."""
    return _QUOTED.sub(lambda match: "_" * len(match.group(0)), text)


def _paths(text: str) -> list[str]:
    found: list[str] = _PATH.findall(text)
    return [path for path in found if not _NO_PATH.fullmatch(path) and _can_be(path)]


def _can_be(path: str) -> bool:
    """Whether a file system takes such a name at all."""
    return all(len(part.encode("utf-8", "replace")) <= _LONGEST_NAME for part in path.split("/"))


def _ticker(text: str) -> str | None:
    for word, ticker in TICKERS.items():
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            return ticker
    found = (m.group(1) for m in _TICKER.finditer(text) if m.group(1) not in _NOT_TICKERS)
    return next(found, None)


# ── what a search looks for ──────────────────────────────────────────────────────────────────────

_LEAD = re.compile(
    r"^(?:(?:search\s+for\s+|find\s+|list\s+)?files?\s+(?:that|which)\s+(?:contain|mention|have|say)s?|"
    r"search(?:\s+for)?|find|count|grep(?:\s+for)?|rg|ripgrep|locate|look(?:\s+for|\s+up|\s+where)?|"
    r"where\s+(?:is|are|was|do(?:es)?|did)(?:\s+(?:we|i|you|they)\b)?|which\s+(?:files?|lines?|modules?)\s+"
    r"(?:contains?|mentions?|ha(?:s|ve)|says?)|(?:who|what)\s+(?:uses?|calls?)|(?:is|are)\s+there|(?:show|list|get|see)(?:\s+me)?)\s+",
    re.IGNORECASE,
)
_FLAGS = re.compile(r"^(?:-([a-zA-Z]+)\s+)")
_FILLER = re.compile(
    r"^(?:all\s+|the\s+|every\s+|any\s+|a\s+|an\s+|out\s+)*(?:(?:occurrences?|mentions?|usages?|uses|definitions?|lines?|where|places?)"
    r"\s+(?:of|with|containing|that\s+(?:contain|mention|say))\s+)?(?:the\s+|where\s+)*(?:(?:text|word|string|function|class|method|symbol)\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:(?:is\s+|are\s+|get\s+|gets\s+)?(?:defined|computed|calculated|used|implemented|located|set|"
    r"happening|enforced|checked|declared|called|handled|done|made|created|stored|configured)|"
    r"(?:in|across)\s+(?:the|this|my|our)\s+(?:whole\s+)?(?:code(?:base)?|repo(?:sitory)?|project|"
    r"source|files?)|live|come\s+from)\s*$",
    re.IGNORECASE,
)
_WITHIN = r"\s+(?:in|under|inside|within|from|of|on|below)\s+(?:the\s+)?(?:(?:file|folder|directory|module)\s+)?"
_SMALL = frozenset("the a an of our my your its to in is are".split())


def sought(text: str, places: tuple[str, ...] = ()) -> dict[str, Argument]:
    """Return what a search in words looks for: the query without its verb and places to look in.

    Quoted text stands as it is, a name is a word, and plain words may be joined in any way.
    """
    text = plain(text).rstrip("?!. ")
    if places:
        named = "|".join(re.escape(place) for place in places)
        text = re.sub(rf"{_WITHIN}(?:{named})(?:\s*(?:,|and|or)\s*(?:{named}))*(?=\s|$)", "", text)
    text = _LEAD.sub("", text)
    flags: dict[str, Argument] = {}
    while match := _FLAGS.match(text):
        flags |= {name: True for letter, name in _LETTERS.items() if letter in match.group(1)}
        text = text[match.end() :]
    if quoted := _QUOTED.search(text):
        return {"pattern": next(group for group in quoted.groups() if group), **flags}
    text = _FILLER.sub("", text) or text
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    return _pattern(text.strip()) | flags


_LETTERS = {"w": "word", "i": "ignore_case", "E": "regex", "P": "regex"}


def _pattern(words: str) -> dict[str, Argument]:
    words = words.removesuffix("()")
    if several := re.fullmatch(r"([A-Z]{3,})s", words):
        words = several.group(1)
    if re.fullmatch(r"\w*[_A-Z0-9]\w*|__\w+__", words):
        return {"pattern": words, "word": True}
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
