"""Questions that no tool answers though they sound like some that one does; and files by their name.

Better refused, with what can be asked, than answered by something else.
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re

from engine.agents.pattern import Pattern

_SHOWN = r"(?:(?:show|list|find|print|display|view|open|read|see|what|which)\s+(?:is\s+|are\s+|me\s+)?(?:the\s+)?)?"
_FILES = r"(?:(?:python|source|code)\s+)?(?:files?|modules?|scripts?)"
_WITHOUT = (
    r"(?:without|not\s+containing|not\s+mentioning|lacking|(?:that|which)\s+lack|"
    r"(?:(?:that|which)\s+)?(?:do|does)(?:\s+not|n['’]?t)\s+(?:contain|mention|have|say))"
)
_NO_TOOL = tuple(
    Pattern(pattern, re.IGNORECASE)
    for pattern in (
        # sizes and ages of files
        rf"^{_SHOWN}(?:\d+\s+)?(?:largest|biggest|longest|smallest|shortest|oldest|newest)\s+(?:\d+\s+)?{_FILES}\b",
        # what is absent
        rf"^(?:(?:show|list|find|count|search(?:\s+for)?|which|what|how\s+many)\s+)?(?:all\s+|the\s+)?{_FILES}\s+{_WITHOUT}\s+"
        r"(?!(?:any\s+|an\s+)?(?:importers?|callers?|users?|uses|usages|references|dependents)\b)",
        rf"^(?:(?:show|list|find|which|what)\s+)?(?:all\s+|the\s+)?{_FILES}\s+(?:that\s+|which\s+)?(?:have|has|with)\s+no\s+(?:unit\s+)?tests?\b",
        # one line of a file
        r"^(?:(?:show|print|display|view|open|read|see|cat|go\s+to)\s+)?(?:the\s+)?[\w<>./]+,?\s+(?:(?:at|on)\s+)?lines?\s+\d+(?:\s*(?:-|–|to)\s*\d+)?\W*$",
        r"^(?:(?:show|print|display|view|open|read|see)\s+)?(?:the\s+)?lines?\s+\d+\b.*\b(?:of|in)\s",
        # the past of the whole project by date
        r"^(?!.*<file>)(?:(?:which|what)\s+(?:\w+\s+)?(?:has\s+|have\s+|was\s+|were\s+)?(?:changed|modified|edited))\b.*"
        r"\b(?:(?:last|this|past)\s+(?:\w+\s+)?(?:days?|weeks?|months?|years?|night|hours?))\b",
    )
)
_OF_FILES = (
    "file",
    "module",
    "script",
    "line",
    "chang",
    "modif",
    "edit",
)  # one is in each of those
# None of the desk's where it is looked for, or asked of the code.
_ASKED = (
    r"^(?!(?:find|search|grep|rg|locate|where|who|look\s+for|how\s+(?:do|does|is|are)\b|which\s+(?:functions?|class(?:es)?|files?|modules?|tests?)|"
    r"tests?\s+(?:of|for)|analy[sz]e|review|explain|callers?)\b)(?!.*(?:<|\b(?:code|functions?|class(?:es)?|modules?|files?|implement\w*)\b)).*?"
)
_STOCK = r"(?:u|unity|spot|stocks?|prices?|shares?|underlying|market|s&p|spy)"
# What a trader may want of a desk and this one doesn't have: words of which there is one in each such
# question, and how it is known.
_LACKING = tuple(
    (lacking, tuple(hints.split()), Pattern(pattern))
    for lacking, hints, pattern in (
        (
            "knows dates of earnings",
            "earning",
            rf"{_ASKED}\b(?:earnings\s+(?:dates?|calendar|call|season|reports?|announce\w*|release|day|week)|(?:next|upcoming|before|after|through|around)\s+(?:the\s+|\w+\s+)?earnings|"
            r"when\b.*\bearnings|reports?\s+(?:its\s+|their\s+)?earnings|earnings\s+(?:is|are|come\w*)\b.*\b(?:due|soon|when|next|week))\b",
        ),
        (
            "ranks an implied volatility in its own past: it keeps no record of quotes",
            "iv vol premium option",
            rf"{_ASKED}\b(?:iv|ivr|ivp|(?:implied\s+)?vol(?:atility)?)\s*(?:ranks?|percentiles?|pctl|%ile)\b|^(?:ivr|ivp)\b|"
            rf"{_ASKED}\b(?:iv|vol(?:atility)?|options?|premiums?)\b.*\b(?:rich|cheap|expensive|high|low)\b.*\b(?:compared|relative|versus|vs|than|against)\b|"
            rf"{_ASKED}\b(?:expensive|cheap|rich)\b.*\b(?:iv|vol(?:atility)?)\b.*\brange\b",
        ),
        (
            "reads the news",
            "news headline",
            r"^(?:(?:any|the|latest|recent|what\s+is|what\s+are)\s+)*(?:news|headlines?)\b(?!\s*<)|^(?:any|what)\b.*\bnews\b",
        ),
        (
            "foretells prices",
            "will predict forecast foresee target analyst",
            rf"{_ASKED}\bwhat\s+will\s+(?:the\s+)?{_STOCK}\b|{_ASKED}\b(?:where|how|will)\s+(?:will\s+)?(?:the\s+)?{_STOCK}\s+(?:go|rise|fall|drop|be|close|do|rally|crash)\b(?!.*\d)|"
            rf"{_ASKED}\b(?:predict|forecast|foresee)\s+(?:the\s+)?{_STOCK}\b|{_ASKED}\b(?:price\s+targets?|analyst\w*\s+(?:ratings?|targets?))\b",
        ),
        (
            "sends orders: it reads the book and changes nothing",
            "order trade buy sell short close liquid exit flatten unwind",
            r"^(?:place|submit|send|enter|cancel|execute|route)\s+(?:an?\s+|the\s+|my\s+|all\s+)*(?:\w+\s+)?(?:orders?|trades?)\b(?!.*<)|"
            r"^(?:buy|sell|short)\s+(?:\d+|some|more|all|my)\s+(?:[\w.]+\s+)?(?:shares?|stocks?|contracts?|lots?|positions?)\b|"
            r"^(?:buy|sell)\s.*\bat\s+(?:the\s+)?(?:market|limit|mid|ask|bid)\b|"
            r"^(?:close|liquidate|exit|flatten|unwind)\s+(?:out\s+)?(?:all|every|everything|my|the|our)\b(?!.*\b(?:should|when)\b)[^<?]*$",
        ),
    )
)
_NAMED = Pattern(
    r"(?:(?:find|list|show|locate|search(?:\s+for)?|where\s+(?:is|are)|is\s+there|are\s+there)\s+)?"
    r"(?:(?:all|the|any|a|every)\s+)*(?:files?|modules?|scripts?)\s+(?:that\s+(?:is|are)\s+)?(?:called|named)\s+"
    r"(['\"`]?)(?P<name>[\w.-]+(?:/[\w.-]+)*)\1[\s?!]*",
    re.IGNORECASE,
)


def without_tool(words: str) -> str | None:
    """Return what it would take where nothing here answers this; None where something may.

    `words` are the text's, with its names masked. Empty where no more can be said than that.
    """
    words = words[:400]
    lowered = words.lower()
    for lacking, hints, pattern in _LACKING:
        if any(hint in lowered for hint in hints) and pattern.search(lowered):
            return lacking
    if not any(hint in lowered for hint in _OF_FILES):
        return None
    return "" if any(pattern.search(words) for pattern in _NO_TOOL) else None


def file_named(text: str) -> str | None:
    """Return the name that a file is looked for by: "find files named wheel.py"."""
    match = _NAMED.fullmatch(text)
    return match["name"] if match else None
