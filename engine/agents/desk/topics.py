"""What a question to the desk is about where no pattern knows its sentence: by its words alone.

Each word speaks for one topic, in whatever order the words come. It takes somebody's own book, or
several words of one topic, and nothing that is asked of the code.
"""

import re
from functools import cache

from engine.agents.vocabulary import asked_of_desk

# What the words say for sure, and what is only heard beside others.
_SURE, _HINT = 2, 1
_ENOUGH_OF_OWN, _ENOUGH = 2, 3

_OF_CODE = (
    r"(?:how\s+(?:do\s+we|does|do|is|are)|why|where|who|"
    r"which\s+tests?|tests?|explain|review|analy[sz]e)\b"
)
_OWN = r"\b(?:i|my|me|mine)\b"  # "we" and "our" are said of code as well
# By topic, words that are sure and words that hint; of equals the first wins.
_TOPICS: dict[str, tuple[str, str]] = {
    "wheel_rolls": (
        r"roll(?:s|ed|ing)?|buy(?:ing)?\s+back|winners",
        r"triggers?|clos(?:e|ed|ing)|targets?|profits?|time|puts?|calls?",
    ),
    "early_assignment": (
        r"assign(?:ed|ments?)?|exercis\w+|ex.?dates?|called\s+away|ex.?div\w*|dividends?",
        r"early|risk|shorts?|calls?|before",
    ),
    "wheel_limits": (
        r"limits?|kelly|margin|collateral|buying\s+power|afford|headroom|capacity|leverage|bet",
        r"room|cash|requir\w+|siz(?:e|ed|ing)|big|large|more|another|breach\w*|within|over|bounds",
    ),
    "wheel_ledger": (
        r"basis|reali[sz]ed|unreali[sz]ed|ledger|income|earned|gains?|break.?even|taxes|paid",
        r"premiums?|cost|collected|received|made|history|trades?|closed|year|effective|average",
    ),
    "wheel_candidates": (
        r"strikes?|candidates?|yield(?:ing|s)?|csps?",
        r"sell|write|premiums?|puts?|calls?|expir(?:y|ies|ation)|next|good|best|safe(?:st)?|deltas?|dte",
    ),
    "stress": (
        r"crash(?:es|ed)?|shock|scenarios?|what.?if|meltdown|sell.?off|crush",
        r"survive|affects?|drops?|falls?|rall(?:y|ies)|moves?|vol|spot|market|points?|percent",
    ),
    "risk_analysis": (
        r"var|cvar|shortfall|greeks?|deltas?|gammas?|vegas?|thetas?|hedged?|risk(?:s|y)?",
        r"exposures?|exposed|loss|lose|days?|portfolio|book|worst",
    ),
    "positions": (
        r"positions?|holdings?|contracts?|own|hold(?:ing)?|portfolio",
        r"open|shorts?|longs?|stocks?|shares?|account|options?|puts?|calls?|everything",
    ),
}


def topic(text: str, asked: str) -> str | None:
    """Return the intent that the words speak for.

    `text` is in small letters, without its politeness; `asked` is as it was put: "can I afford".
    """
    if re.match(_OF_CODE, text) or not asked_of_desk(text):
        return None
    own = re.search(_OWN, asked, re.IGNORECASE) is not None
    said = {intent: _said(intent, text) for intent in _TOPICS}
    intent = max(said, key=lambda one: said[one])
    return intent if said[intent] >= (_ENOUGH_OF_OWN if own else _ENOUGH) else None


@cache
def _words(intent: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    sure, hint = _TOPICS[intent]
    return (re.compile(rf"\b(?:{sure})\b"), _SURE), (re.compile(rf"\b(?:{hint})\b"), _HINT)


def _said(intent: str, text: str) -> int:
    """Return how much the different words of a topic say together."""
    return sum(
        weight * len({match[0] for match in pattern.finditer(text)})
        for pattern, weight in _words(intent)
    )
