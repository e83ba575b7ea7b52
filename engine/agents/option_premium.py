"""What an option costs, read from words: "a 20 put at 0.61", "premium 0.61", "sold for 0.61".

`option_terms` reads the rest; a price is taken out of the text first, so that no other term gets
its number. The price of the stock, "stock at 22" or "spot price 22", is none of the option's.
"""

import re

# ruff: noqa: E501 - a pattern is read as one piece

_N = r"\$?(?P<n>\d+(?:\.\d+)?|\.\d+)(?![\d%]|\.\d|\s*(?:%|percent|pct|vols?\b|iv\b|d\b|days?|dte|weeks?|w\b|months?))"
_JOINT = r"\s*(?:of|at|is|was|=|:|for|@)?\s*"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:premium|mid|option\s+price|market\s+price|credit|debit){_JOINT}{_N}",
        rf"(?<!spot )(?<!stock )(?<!strike )(?<!share )(?<!exercise )(?<!underlying )\bpric(?:e|ed){_JOINT}{_N}",
        rf"\b(?:costs?|costing|sold|sells|selling|bought|paid|worth){_JOINT}{_N}",
        rf"(?P<kept>\b(?:puts?|calls?)|\d[pc])\s+(?:(?:is|are|was)\s+)?(?:trading\s+|quoted\s+|priced\s+)?(?:at|for|@)\s*{_N}",
        rf"(?:\bfor|@)\s*{_N}",
        rf"(?<!spot )(?<!stock )(?<!underlying )(?<!shares )(?<!share )(?<!unity )(?<!u )(?<!trading )(?<!vol )(?<!iv )(?<!strike )(?<!delta )\bat\s+{_N}",
    )
)


def premium_in(text: str) -> tuple[float | None, str]:
    """Return the option's price a share, None where none is said, and the text without it."""
    for pattern in _PATTERNS:
        if match := pattern.search(text):
            kept = match.groupdict().get("kept") or ""
            return float(match["n"]), f"{text[: match.start()]}{kept} ; {text[match.end() :]}"
    return None, text
