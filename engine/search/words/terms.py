"""Identifiers and prose as the terms that are compared: lower case, stemmed, no noise."""

import re
from functools import lru_cache
from typing import Final

from engine.search.words.stemming import stem

# HTTPServer2 is http, server, 2; getURLs is get, urls; x86 stays one.
_PART: Final = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
WORD: Final = re.compile(r"[^\W\d]\w*")
_SHORTEST: Final = 2
_LONGEST: Final = 40

# Said by the language, in every function: nobody asks for them.
_NOISE: Final = frozenset(
    """
    and as assert async await break case class cls continue def del elif else except false finally
    for from global if import in is lambda none nonlocal not or pass raise return self true try
    while with yield args kwargs str int float bool dict list tuple any optional the a an of to
    be it its this that these those are was were will by on at if then than so such we you they i
    """.split()
)


def split_identifier(name: str) -> list[str]:
    """Return the words of an identifier in lower case: `_getHTTPCode2` is get, http, code, 2.

    Short words that people write in mixed case stay whole: VaR, PnL.
    """
    if len(name) <= 4 and name.isalpha() and name[-1].isupper() and not name.isupper():
        return [name.lower()]
    return [part.lower() for part in _PART.findall(name)]


@lru_cache(maxsize=1 << 16)
def terms_of(word: str) -> tuple[str, ...]:
    """Return the terms of an identifier or a word of prose in their order."""
    return tuple(
        stem(part)
        for part in split_identifier(word)
        if _SHORTEST <= len(part) <= _LONGEST and part not in _NOISE and not part.isdecimal()
    )


def terms_of_text(text: str) -> list[str]:
    """Return the terms of prose or code in their order."""
    return [term for word in WORD.findall(text) for term in terms_of(word)]
