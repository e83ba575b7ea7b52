"""What of an answer of the desk a question is after: one figure, one side, one strike, a level.

"10 day 99% VaR"                 level 0.99
"what is my theta"               figure "theta"
"should I roll the 22 puts"      kind "put", strike 22
"cash if all puts are assigned"  asks "cash"
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re

from engine.agents.desk.forms import EXPIRIES
from engine.agents.pattern import Pattern
from engine.agents.vocabulary import TICKERS
from engine.evidence import Argument

Slots = dict[str, Argument]

_LEVEL = Pattern(
    r"(?<![\w.])(?P<n>[5-9]\d(?:\.\d+)?)\s*(?:%|percent\b|pct\b|th\b)|"
    r"\b(?:c?var|shortfall|es|confidence|level|at)\s+(?:of\s+|at\s+)?(?P<bare>9\d(?:\.\d+)?)\b|"
    r"(?<![\w.$])(?P<front>9\d(?:\.\d+)?)\s+(?:c?var|es|expected)\b",
    re.IGNORECASE,
)
_SHORTFALL = Pattern(
    r"\b(?:expected\s+shortfall|shortfall|c-?var|conditional\s+var|es)\b", re.IGNORECASE
)
_GREEK = Pattern(r"\b(delta|gamma|vega|theta|rho)s?\b", re.IGNORECASE)
_DECAY = Pattern(r"\b(?:time|daily|overnight)\s+decay\b", re.IGNORECASE)
_VAR = Pattern(r"\b(?:var|value.at.risk|lose|loss|risk)\b", re.IGNORECASE)
_SECTOR = Pattern(r"\b(?:sectors?|industr(?:y|ies)|gics)\b", re.IGNORECASE)
_BY_STOCK = Pattern(
    r"\bexpos\w*\s+(?:by|per|(?:of|in|to)\s+each)\s+(?:stock|ticker|symbol|underlying|name|compan)",
    re.IGNORECASE,
)
_KIND = Pattern(r"\b(put|call)s?\b|(?<=\d)([pc])\b|\bcsps?\b|\bcovered\b", re.IGNORECASE)
_STRIKE = Pattern(
    r"(?<![\w.$])\$?(?P<n>\d+(?:\.\d+)?)\s*-?\s*(?:strike\s+)?(?:(?:puts?|calls?)\b|[pc]\b)|"
    r"\bstrikes?\s+(?:of\s+|at\s+)?\$?(?P<after>\d+(?:\.\d+)?)|\b(?:puts?|calls?)\s+(?:at|struck\s+at)\s+\$?(?P<at>\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
_TARGET = Pattern(
    r"\broll\w*\b.*\b(?:(?:in)?to|out\s+to|down\s+to|up\s+to|until)\s+(?P<to>[\w$.][\w$. -]*)",
    re.IGNORECASE,
)
_DIVIDENDS = Pattern(r"\bdiv(?:idends?)?\b(?!.*\brisk\b)|\bex.?(?:div\w*|dates?)\b", re.IGNORECASE)
_AT_RISK = Pattern(
    r"\b(?:risk|exercis\w*|assign\w*|called\s+away|early|calls?|puts?)\b", re.IGNORECASE
)
_TAKES = Pattern(
    r"^(?=.*\bassigned\b)(?=.*\b(?:cash|money|capital|exposure|cost|pay|need|buy|all|every\w*)\b)(?!.*\bbefore\b)|"
    r"^(?=.*\bassignment\b)(?=.*\b(?:cash|money|capital|need\w*)\b)",
    re.IGNORECASE,
)
_CASH = Pattern(
    r"\bbuying\s+power\b|\bcollateral\b|\bcash\b|\btied\s+up\b|\blocked\b", re.IGNORECASE
)
_AGAINST = Pattern(
    r"\b(?i:against|versus|vs\.?|with|to|and|on|than)\s+(?i:the\s+)?\$?(?P<index>[A-Z][A-Z.]{0,5})\b(?!.*\b[A-Z]{2,6}\b)"
)
_STOCK = Pattern(
    r"\b(?i:of|between|is|are|does|do|for)\s+\$?(?P<stock>[A-Z][A-Z.]{0,5}|(?i:unity))\b"
)
# A stock in small letters: "sharpe of spy over the last year".
_SMALL = Pattern(
    r"\b(?:of|for|is|was|has)\s+\$?(?!(?:unity|spot|stocks?|share|price|book|it|this|that|these|those|them|my|our|the|all|each|every|any|what|been)\b)"
    r"(?P<stock>[a-z]{1,5})(?:\s+(?:over|in|since|from|for|during|between|last|past|this|the|been|ytd)\b.*)?[\s?.!]*$"
)
_PAST = (
    ("correlation", r"correlat"),
    ("beta", r"\bbeta"),
    ("sharpe", r"\bsharpe"),
    ("volatility", r"\bvol(?:s|atil\w*)?\b|\bhv\b"),
    ("drawdown", r""),
)
_EXPIRIES = Pattern(EXPIRIES, re.IGNORECASE)
_MARGIN = Pattern(r"^(?!.*\blimits?\b).*\bmargin\b", re.IGNORECASE)
_YIELD = Pattern(r"\b(?:return|yield)s?\b", re.IGNORECASE)
_VOLATILITY = Pattern(r"\b(?:iv|implied\s+vol\w*|vol(?:atility)?s?)\b", re.IGNORECASE)


def of_risk(text: str) -> Slots:
    """Return the level of confidence, and the figure that is asked for where it is no VaR."""
    if _SECTOR.search(text):
        return {"figure": "sector"}
    if _BY_STOCK.search(text):
        return {"figure": "stock"}
    slots: Slots = {}
    if match := _LEVEL.search(text):
        slots["level"] = float(match["n"] or match["bare"] or match["front"]) / 100
    if _SHORTFALL.search(text):
        slots["figure"] = "shortfall"
    elif not _VAR.search(text):
        named = {one.lower() for one in _GREEK.findall(text)} | (
            {"theta"} if _DECAY.search(text) else set()
        )
        if len(named) == 1:
            slots |= {"figure": named.pop()} | chosen(text)
    return slots


def of_positions(text: str) -> Slots:
    """Return the side and strike that are meant, and whether a volatility or return is asked for."""
    if _EXPIRIES.search(text):
        return {"figure": "expiry"} | chosen(text)
    figure = (
        "volatility"
        if _VOLATILITY.search(text)
        else "yield"
        if _YIELD.search(text) and _KIND.search(text)
        else None
    )
    return {} if figure is None else {"figure": figure, **chosen(text)}


def of_rolls(text: str) -> Slots:
    """Return the side and strike that are meant, and what a roll to somewhere is not told of."""
    slots = chosen(text)
    if match := _TARGET.search(text):
        slots["target"] = match["to"].strip()
    return slots


def of_sale(text: str) -> Slots:
    """Return the side that is to be sold; none where both are named."""
    return {name: value for name, value in chosen(text).items() if name == "kind"}


def of_assignment(text: str) -> Slots:
    """Return what of assignment is asked: dividends to come, what all of it takes; or who is due."""
    if _DIVIDENDS.search(text) and not _AT_RISK.search(text):
        return {"asks": "dividends"}
    if _TAKES.search(text):
        return {"asks": "cash"} | of_sale(text)
    return chosen(text)


def of_past_prices(text: str) -> Slots:
    """Return what of past closes is asked, of which stock and against which; as the words have it."""
    asks = next(one for one, pattern in _PAST if re.search(pattern, text, re.IGNORECASE))
    slots: Slots = {"asks": asks}
    if asks != "drawdown" and (match := _AGAINST.search(text)):
        slots["against"] = match["index"]
        named = found["stock"] if (found := _STOCK.search(text[: match.start()])) else ""
        slots["ticker"] = TICKERS.get(named.lower(), named)
    elif asks not in ("correlation", "beta") and (match := _SMALL.search(text)):
        slots["ticker"] = match["stock"].upper()
    return slots


def of_limits(text: str) -> Slots:
    """Return whether cash is asked for, or the margin itself rather than the limits."""
    if _CASH.search(text):
        return {"asks": "cash"}
    return {"asks": "margin"} if _MARGIN.search(text) else {}


def chosen(text: str) -> Slots:
    """Return the side and the strike of the options that are meant."""
    slots: Slots = {}
    kinds = {_side(match) for match in _KIND.finditer(text)}
    if len(kinds) == 1:
        slots["kind"] = kinds.pop()
    if match := _STRIKE.search(text):
        slots["strike"] = float(match["n"] or match["after"] or match["at"])
    return slots


def _side(match: re.Match[str]) -> str:
    said = match[0].lower()
    return "call" if said.startswith("c") and not said.startswith("csp") else "put"
