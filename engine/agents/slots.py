"""What a query is about: a file, a symbol, a ticker, a number, a span of time, a pattern."""

import re

from engine.agents.pattern import Pattern
from engine.agents.vocabulary import TICKERS
from engine.evidence import Argument

QUOTED = Pattern(r"""(?<!\w)(?:"([^"]+)"|'([^']+)'|`([^`]+)`)(?!\w)""")
_EXTENSION = (
    r"(?:pyi?|md|toml|ya?ml|json|txt|rst|cfg|ini|sh|sql|ipynb|csv|rs|go|js|tsx?|c|h|cpp|html|css)"
)
_PATH = Pattern(
    rf"(?<![\w/.-])((?:[~.\w-]+/)*[\w.-]+\.{_EXTENSION}|/?(?:[~.\w-]+/)+[\w.-]*)(?![\w/])"
)
# Pairs of words, and dates, that only look like paths.
_NO_PATH = Pattern(
    r"\d+(/\d+)+|\d[\d.,]*[a-z]?/(contract|share|trade|option|day|week|month|year)s?|(and/or|i/o|w/o|n/a|p/l|(put|call)s?/(put|call)s?|buy/sell|bid/ask|on/off|yes/no|"
    r"read/write|risk/reward|profit/loss|cpu/gpu|input/output|true/false)",
    re.IGNORECASE,
)
_DOTTED = Pattern(r"(?<![\w/.])(?!(?:e\.g|i\.e)\b)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?![\w/(])")
_SNAKE = Pattern(
    r"(?<![\w/.])(_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+_*|_+[a-z]\w*|__\w+__)(?:\(\))?(?![\w/])"
)
_CAMEL = Pattern(
    r"(?<![\w/.])(?!(?:C?VaR|PnL|EoD|YoY)\b)((?:[A-Z]+[a-z0-9]+){2,}|[A-Z]{2,}[a-z]\w+|[A-Z][a-z0-9]+[A-Z]\w*)(?!\w)"
)
_CALL = Pattern(r"(?<![\w/.])((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\(\)")
_TICKED = Pattern(r"`([A-Za-z_]\w*)(?:\(\))?`")
# A class and what is in it: `Wheel.choose`, `wheel.Wheel`.
_MEMBER = Pattern(
    r"(?<![\w/.])((?:[A-Za-z_]\w*\.)*[A-Z][a-z0-9]\w*(?:\.[A-Za-z_]\w*)+|(?:[A-Za-z_]\w*\.)+[A-Z][a-z0-9]\w*)(?![\w/(.])"
)
_CONSTANT = Pattern(r"(?<![\w/.])(_*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w/])")
_SYMBOLS = (_TICKED, _CALL, _MEMBER, _CAMEL, _SNAKE, _CONSTANT)
_TICKER = Pattern(r"(?<![\w$])\$?([A-Z]{1,5})(?![\w.=(&])")
_COUNT = {
    "half a": 0.5, "half an": 0.5, "a couple of": 2.0, "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0,
    "three": 3.0, "five": 5.0, "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
}  # fmt: skip
_SPAN = Pattern(
    rf"\b(?:(?P<n>\d+(?:\.\d+)?)\s*-?\s*|(?P<word>{'|'.join(_COUNT)})\s+)"
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 255
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_NOT_TICKERS = frozenset(
    "I A CPU GPU RAM VAR ES OK AND OR THE CSV API JSON SQL SVG ITM OTM ATM DTE IV P E MLX S K T R Q "
    "IO TODO FIXME M L PNL CVAR CSP CSPS CC POP USD YTD PUT PUTS CALL CALLS VIX ETF ES BP BPS EUR GBP CHF".split()
)
# Words that stand where a name could, and are none.
NOT_NAMES = frozenset(
    "a an the it its this that these those them they there he she we i you us me our my your which what who one "
    "all any some each every other others anything anyone everything something nothing nobody each code codebase "
    "project projects repo repository source sources system program app application whole entire file files module "
    "modules package packages folder folders directory function functions method methods class classes python "
    "test tests import imports imported dependency dependencies graph tree cycle cycles mermaid dot graphviz "
    "itself directly not or and is are in on of for to by from if when today now here general order total most "
    "dead unused broken circular my editing changing change being used defined called format terms depth per".split()
)
_POLITE = Pattern(
    r"^(?:please|pls|hey|hi|hello|ok|okay|so|now|bolt[,:]|(?:can|could|would|will)\s+(?:you|we|i)|kindly|"
    r"i\s+(?:want|need|would\s+like)\s+(?:you\s+)?to(?:\s+(?:know|see))?|i'd\s+like\s+(?:you\s+)?to(?:\s+(?:know|see))?|"
    r"i\s+(?:want|need)|let\s+me\s+(?:see|know)|let\s+us|let'?s|tell\s+me(?:\s+about)?|give\s+me|gimme|show\s+me|"
    r"do\s+you\s+know|quickly|just|also|then|and)(?![\w.])[\s,]*",
    re.IGNORECASE,
)
_POLITE_END = Pattern(
    r"[\s,]*\b(?:please|pls|thanks|thank\s+you|for\s+me|right\s+now|rn|now)[\s?!.]*$", re.IGNORECASE
)
_SHORTENED = (
    (
        Pattern(r"\b(what|who|how|where|that|there|it)['’]?s\b(?!\s*['\"])", re.IGNORECASE),
        r"\1 is",
    ),
    (Pattern(r"\b(what|who|how|where|we|they|you)['’]re\b", re.IGNORECASE), r"\1 are"),
)


def extract(text: str) -> dict[str, Argument]:
    """Return the slots that the text fills: raw words, not yet looked up anywhere."""
    slots: dict[str, Argument] = {}
    if match := QUOTED.search(text):
        slots["quoted"] = next(group for group in match.groups() if group)
    rest = QUOTED.sub(" ", text)
    paths = _paths(rest) or _paths(text)
    if paths:
        slots["file"] = paths[0]
        if len(paths) > 1:
            slots["files"] = tuple(paths)
    else:
        dotted = [name for name in _DOTTED.findall(_named(rest)) if _can_be(name)]
        if dotted:
            slots["file"] = dotted[0]
            if len(dotted) > 1:
                slots["files"] = tuple(dotted)
    bare = _PATH.sub(" ", rest)
    for pattern in _SYMBOLS:
        if match := pattern.search(text if pattern is _TICKED else bare):
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
    text = _TICKED.sub("<symbol>", text)
    text = QUOTED.sub("<quoted>", text)
    text = _PATH.sub(lambda m: m.group(0) if _NO_PATH.fullmatch(m.group(1)) else "<file>", text)
    text = _named(text)
    text = _DOTTED.sub("<file>", text)
    for pattern in _SYMBOLS:
        text = pattern.sub("<symbol>", text)
    return text


def _named(text: str) -> str:
    """Return the text with a placeholder for each call and each class with what is in it."""
    return _MEMBER.sub("<symbol>", _CALL.sub("<symbol>", text))


def veiled(text: str) -> str:
    """Return the text with its quotations blacked out, each letter in its place."""
    return QUOTED.sub(lambda match: "_" * len(match.group(0)), text)


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
    if text.isupper() and " " in text.strip():
        return None  # a question of capitals only
    found = (m.group(1) for m in _TICKER.finditer(text) if m.group(1) not in _NOT_TICKERS)
    return next(found, None)
