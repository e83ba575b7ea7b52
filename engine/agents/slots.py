"""What a query is about: a file, a symbol, a ticker, a number, a span of time, a pattern."""

import re

from engine.agents.vocabulary import TICKERS
from engine.evidence import Argument

_QUOTED = re.compile(r"""(?<!\w)(?:"([^"]+)"|'([^']+)'|`([^`]+)`)""")
_EXTENSION = (
    r"(?:pyi?|md|toml|ya?ml|json|txt|rst|cfg|ini|sh|sql|ipynb|csv|rs|go|js|tsx?|c|h|cpp|html|css)"
)
_PATH = re.compile(
    rf"(?<![\w/.-])((?:[~.\w-]+/)*[\w.-]+\.{_EXTENSION}|(?:[~.\w-]+/)+[\w.-]*)(?![\w/])"
)
_DOTTED = re.compile(r"(?<![\w/.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?![\w/(])")
_SNAKE = re.compile(
    r"(?<![\w/.])(_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+_*|_+[a-z]\w*|__\w+__)(?:\(\))?(?![\w/])"
)
_CAMEL = re.compile(
    r"(?<![\w/.])((?:[A-Z]+[a-z0-9]+){2,}|[A-Z]{2,}[a-z]\w*|[A-Z][a-z0-9]+[A-Z]\w*)(?!\w)"
)
_CALL = re.compile(r"(?<![\w/.])([A-Za-z_]\w*)\(\)")
_TICKER = re.compile(r"(?<![\w$])\$?([A-Z]{1,5})(?![\w.=(])")
_SPAN = re.compile(
    r"\b(\d+(?:\.\d+)?)\s*-?\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b", re.IGNORECASE
)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_NOT_TICKERS = frozenset(
    "I A CPU GPU RAM VAR ES OK AND OR THE CSV API JSON SQL SVG ITM OTM ATM DTE IV P E MLX S K T R Q".split()
)


def extract(text: str) -> dict[str, Argument]:
    """Return the slots that the text fills: raw words, not yet looked up anywhere."""
    slots: dict[str, Argument] = {}
    if match := _QUOTED.search(text):
        slots["quoted"] = next(group for group in match.groups() if group)
    rest = _QUOTED.sub(" ", text)
    paths = _PATH.findall(rest) or _PATH.findall(text)
    if paths:
        slots["file"] = paths[0]
        if len(paths) > 1:
            slots["files"] = tuple(paths)
    elif match := _DOTTED.search(rest):
        slots["file"] = match.group(1)
    bare = _PATH.sub(" ", rest)
    for pattern in (_CALL, _CAMEL, _SNAKE):
        if match := pattern.search(bare):
            slots["symbol"] = match.group(1)
            break
    if ticker := _ticker(bare):
        slots["ticker"] = ticker
    if match := _SPAN.search(rest):
        slots["duration_s"] = float(match.group(1)) * _SECONDS[match.group(2)[0].lower()]
    return slots


def _ticker(text: str) -> str | None:
    for word, ticker in TICKERS.items():
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            return ticker
    found = (m.group(1) for m in _TICKER.finditer(text) if m.group(1) not in _NOT_TICKERS)
    return next(found, None)


_LEAD = re.compile(
    r"^\s*(?:please\s+)?(?:can\s+you\s+)?(?:search(?:\s+for)?|find|grep(?:\s+for)?|locate|look(?:\s+for|\s+up)?|"
    r"where\s+(?:is|are|do(?:es)?)|which\s+files?\s+contains?|(?:show|list)(?:\s+me)?)\s+",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:all\s+|the\s+|every\s+|any\s+|a\s+|an\s+)*(?:(?:occurrences?|mentions?|usages?|uses|definitions?|lines?)"
    r"\s+(?:of|with|containing)\s+)?(?:the\s+|(?:text|word|string|function|class|method|symbol)\s+)*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:(?:is\s+|are\s+|get\s+|gets\s+)?(?:defined|computed|calculated|used|implemented|located|set|"
    r"happening|enforced|checked|declared|called|handled)|in\s+(?:the|this|my)\s+(?:code(?:base)?|repo(?:sitory)?|project|"
    r"source|files?)|live|come\s+from)\s*$",
    re.IGNORECASE,
)


def sought(text: str) -> str:
    """Return what a search in words looks for: the query without its verb and its politeness."""
    text = text.strip().rstrip("?!. ")
    text = _LEAD.sub("", text)
    text = _FILLER.sub("", text)
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    return text.strip()
