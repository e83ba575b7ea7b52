"""The names in a masked text."""

import re
import unicodedata
from collections import Counter
from typing import Final

KEYWORDS: Final = frozenset(
    "False None True and as assert async await break class continue def del elif else except "
    "finally for from global if import in is lambda nonlocal not or pass raise return try while "
    "with yield".split()
)
_NAMES: Final = re.compile(r"\w+")
_ASCII_NAMES: Final = re.compile(r"\w+", re.ASCII)
_POINT: Final = re.compile(r"\.(?=[eEjJ])(?<=\d\.)")
_NUMBER: Final = re.compile(r"(?<![\w.])\d[\d_]*\.(?=[eEjJ])")


def count_names(code: str) -> Counter[str]:
    """Return how often each name stands in a masked text, keywords left out."""
    if _POINT.search(code):
        # In `1.e5` the exponent would be taken for a name.
        code = _NUMBER.sub("0", code)
    if code.isascii():
        counts = Counter(_ASCII_NAMES.findall(code))
    else:
        counts = Counter(map(normal, _NAMES.findall(code)))
    for name in [name for name in counts if name[0].isdecimal() or name in KEYWORDS]:
        del counts[name]
    return counts


def normal(name: str) -> str:
    """Return a name as Python knows it (PEP 3131)."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)
